/**
 * Words and short strings of one text, each once, found without making a string of every occurrence. Open addressing
 * over a hash of the characters; the words' own texts are compared, so that equal hashes cost time but never truth.
 */
export class Words {
  readonly #text: string
  #slots: Int32Array
  #starts: Int32Array
  #ends: Int32Array
  #hashes: Int32Array
  readonly #decoded = new Map<string, number>()
  readonly #extra: string[] = []
  count = 0

  constructor(text: string) {
    this.#text = text
    let size = 256
    while (size < text.length >> 4 && size < 1 << 16) size <<= 1
    this.#slots = new Int32Array(size)
    this.#starts = new Int32Array(size)
    this.#ends = new Int32Array(size)
    this.#hashes = new Int32Array(size)
  }

  /** The number of the word at start..end, whose hash (`hash * 31 + unit`, from 0) the caller has computed. */
  intern(start: number, end: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    // Spreads the weak hash; linear probing stays short while half of the slots are free.
    let at = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 7
    for (at &= mask; ; at = (at + 1) & mask) {
      const id = (slots[at] as number) - 1
      if (id < 0) return this.#add(start, end, hash, at)
      if (this.#hashes[id] === hash && this.#same(id, start, end)) return id
    }
  }

  #same(id: number, start: number, end: number): boolean {
    const from = this.#starts[id] as number
    const length = end - start
    if ((this.#ends[id] as number) - from !== length) return false
    const text = this.#text
    for (let at = 0; at < length; at++)
      if (text.charCodeAt(from + at) !== text.charCodeAt(start + at)) return false
    return true
  }

  #add(start: number, end: number, hash: number, slot: number): number {
    const id = this.count++
    if (id >= this.#starts.length) {
      this.#starts = grown(this.#starts)
      this.#ends = grown(this.#ends)
      this.#hashes = grown(this.#hashes)
    }
    this.#starts[id] = start
    this.#ends[id] = end
    this.#hashes[id] = hash
    this.#slots[slot] = id + 1
    if (this.count * 2 > this.#slots.length) this.#rehash()
    return id
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.count; id++) {
      if ((this.#starts[id] as number) < 0) continue
      const hash = this.#hashes[id] as number
      let at = (Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 7) & mask
      while (slots[at] !== 0) at = (at + 1) & mask
      slots[at] = id + 1
    }
    this.#slots = slots
  }

  /** The number of a word whose text is not in the source as it stands: one with escapes. */
  internText(text: string): number {
    const known = this.#decoded.get(text)
    if (known !== undefined) return known
    const id = this.count++
    if (id >= this.#starts.length) {
      this.#starts = grown(this.#starts)
      this.#ends = grown(this.#ends)
      this.#hashes = grown(this.#hashes)
    }
    this.#starts[id] = -1
    this.#ends[id] = this.#extra.length
    this.#extra.push(text)
    this.#decoded.set(text, id)
    return id
  }

  text(id: number): string {
    const start = this.#starts[id] as number
    const end = this.#ends[id] as number
    return start < 0 ? (this.#extra[end] as string) : this.#text.slice(start, end)
  }
}

function grown(from: Int32Array): Int32Array {
  const to = new Int32Array(from.length * 2)
  to.set(from)
  return to
}
