/**
 * What can stand between the text of a program and the value it computes. Each is one bit, so that values can carry
 * their history through millions of steps for the price of an OR.
 */
export const decoderBits = {
  base64: 1,
  hex: 2,
  'char-codes': 4,
  xor: 8,
  reversed: 16,
  'string-table': 32,
  rot: 64,
  aes: 128,
  cipher: 256,
  zlib: 512,
  'hidden-unicode': 1024,
  'percent-encoding': 2048,
  'key-derivation': 4096,
  substitution: 8192,
} as const

export type Decoder = keyof typeof decoderBits

const names = Object.entries(decoderBits).toSorted(([a], [b]) => (a < b ? -1 : 1))
const empty: readonly string[] = []

/**
 * The names behind a set of bits, sorted. Adding 13 or taking a remainder by 26 is arithmetic like any other unless
 * characters were taken apart and put together around it.
 */
export const decodersOf = (bits: number): readonly string[] => {
  if (bits === 0) return empty
  const meant =
    bits & decoderBits['char-codes'] || bits & decoderBits.substitution ? bits : bits & ~decoderBits.rot
  return names.filter(([, bit]) => meant & bit).map(([name]) => name)
}

/**
 * Characters that no editor shows and that carry bytes in hidden payloads: variation selectors, tags, zero-width and
 * private-use characters, Hangul fillers.
 */
export const isHiddenCodePoint = (code: number): boolean =>
  code >= 0x115f &&
  ((code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2060 && code <= 0x2064) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    (code >= 0xe000 && code <= 0xf8ff) ||
    (code >= 0xe0000 && code <= 0xe01ef) ||
    (code >= 0xf0000 && code <= 0x10ffff) ||
    // The halves of the supplementary selectors, tags and private-use planes.
    code === 0xdb40 ||
    (code >= 0xdb80 && code <= 0xdbff) ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x3164 ||
    code === 0xfeff ||
    code === 0xffa0)
