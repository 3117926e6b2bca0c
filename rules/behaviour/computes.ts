import type { Inspection } from '../../lib/types.ts'

/** Libraries of chains and signatures: there a secret key is a wallet, elsewhere half of an API key. */
const signing =
  /solana|ethers|ethereum|web3|viem|bitcoin|bip3[29]|bip44|secp256k1|ed25519|noble|tweetnacl|bs58|base58|wallet|keypair|ripple|aptos|polkadot|cosmos|mnemonic|(?:^|[^a-z])(?:xrp|tron|sui|near|ton|hd)(?:[^a-z]|$|l$|web)/i

/** What signs, hashes and enciphers does so on the spot: there is no service that a secret could be for. */
export const computes =
  /(?:^|[/._-])(?:jwt|jws|jwe|jose|paseto|hmac|totp|hotp|otp|bcrypt|argon2|scrypt|pbkdf2|ciphers?|encrypt(?:ion|or)?|crypt|hash(?:er|ing)?|aes|rsa|pgp|gpg|nacl|secretbox|passwords?|codecs?|bs58|base-?(?:\d{2,3}|x))(?:[._-]|$)/

/** What spells bytes as letters, as keys and addresses of chains are: it asks nobody. Pictures as base64 are uploaded. */
export const spells =
  /(?:^|[/._-])(?:bs58|b58|bech32m?|base-?(?:16|32|36|58|62|85|91|x))(?:check)?(?:[._-]|$)/

/** Whether the package says that it signs for a chain: by its name, its keywords or what it depends on. */
export function signs({ manifest }: Inspection): boolean {
  return [manifest.name ?? '', ...manifest.keywords, ...manifest.dependencies.map(({ name }) => name)].some(
    word => signing.test(word),
  )
}
