/** What stands in the code, for those who ask whether a host or a name does. */

/** Questions that are answered by reading all of it; whoever asks more of them is answered from an index of its words. */
const maxScans = 200

/** Names and hosts as they stand there. */
const words = /[\w.-]+/g

/**
 * Texts that are asked for words. The first questions find them inside other words as well. Hostile code makes as many
 * questions as texts: later ones are looked up, so that the cost stays linear, and what is only a part of a word is not there.
 */
export class Writing {
  readonly #texts: string[] = []
  #index: Set<string> | undefined
  #scans = 0

  add(text: string): void {
    this.#texts.push(text)
    if (this.#index !== undefined) addWords(text, this.#index)
  }

  /** Whether a name, a host, or either with a dot at its end or before it stands there; in one text with another. */
  says(word: string, beside?: string): boolean {
    if (this.#scans < maxScans) {
      this.#scans++
      return this.#texts.some(text => text.includes(word) && (beside === undefined || text.includes(beside)))
    }
    if (beside !== undefined) return false
    if (this.#index === undefined) {
      this.#index = new Set()
      for (const text of this.#texts) addWords(text, this.#index)
    }
    return this.#index.has(word)
  }

  /** Whether a pattern matches any of them; asked for a few patterns only. */
  matches(pattern: RegExp): boolean {
    return this.#texts.some(text => pattern.test(text))
  }
}

/** `api.acme.com`: itself, and each of its names as it stands there. */
function addWords(text: string, index: Set<string>): void {
  for (const [word] of text.matchAll(words)) {
    index.add(word)
    const names = word.split('.')
    if (names.length === 1) continue
    for (const [at, name] of names.entries()) {
      index.add(name)
      if (at + 1 < names.length) index.add(`${name}.`)
      if (at > 0) index.add(`.${name}`)
    }
  }
}
