import { createHash } from 'node:crypto'

/** SHA-256 in lower-case hex: what malware lists and inspections name bytes by. */
export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** SHA-512 as subresource integrity, `sha512-<base64>`: what npm pins artifacts by. */
export const sha512Sri = (bytes: Uint8Array): string =>
  `sha512-${createHash('sha512').update(bytes).digest('base64')}`
