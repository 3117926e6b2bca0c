/** Functions that pay, by the names that libraries of chains and exchanges give them. */
const payments: ReadonlySet<string> = new Set([
  'sendTransaction',
  'signTransaction',
  'sendAndConfirmTransaction',
  'transfer',
  'transferSol',
  'withdraw',
  'sendCoin',
])

/** Whether a function of that name pays, as a rule. */
export function isPayment(name: string): boolean {
  return payments.has(name)
}

const asking =
  /^(?:get|export|reveal|show|dump|decrypt)(?:Seed|Mnemonic|SeedPhrase|RecoveryPhrase|PrivateKey|PrivKey|SecretKey|XPriv)(?:Hex|String|Phrase|Words)?$/i

/** Whether a function of that name gives what opens a wallet. */
export function givesKey(name: string): boolean {
  return asking.test(name)
}
