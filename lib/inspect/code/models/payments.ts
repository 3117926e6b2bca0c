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
