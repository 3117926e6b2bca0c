import { HOLE, type Text } from '../../types.ts'

/**
 * Texts that VBScript, AppleScript and JavaScript for Automation put together: constants and variables joined by `&` or
 * `+`, turned round, spelled by their numbers. What else there is, is a `HOLE`.
 */
export class BasicTexts {
  readonly #known = new Map<string, Text>()

  /** Keeps what a line leaves in a variable. */
  assign(line: string): void {
    const [, name, value] = assignment.exec(line) ?? setting.exec(line) ?? []
    if (name === undefined || value === undefined) return
    const text = this.text(value)
    if (text === HOLE) this.#known.delete(name.toLowerCase())
    else if (this.#known.size < maxVariables) this.#known.set(name.toLowerCase(), text)
  }

  /** The text of an expression; it ends at a comma or a closing bracket. */
  text(expression: string): Text {
    return new Expression(expression.slice(0, maxChars), this.#known).text().slice(0, maxChars)
  }

  /** The variables of a line whose texts are known. */
  named(line: string): readonly Text[] {
    const names = line.slice(0, maxChars).match(/[A-Za-z_]\w{0,80}/g) ?? []
    return [...new Set(names.flatMap(name => this.#known.get(name.toLowerCase()) ?? []))]
  }
}

const assignment =
  /^\s{0,99}(?:const\s{1,9}|let\s{1,9}|var\s{1,9}|set\s{1,9})?([A-Za-z_]\w{0,80})\s{0,9}=(?!=)\s{0,9}(.+)$/i
const setting = /^\s{0,99}set\s{1,9}([A-Za-z_]\w{0,80})\s{1,9}to\s{1,9}(.+)$/i
const maxVariables = 200
const maxChars = 4_000

/** One expression, read from left to right; nesting is counted by its own depth. */
class Expression {
  readonly #source: string
  readonly #known: ReadonlyMap<string, Text>
  #at = 0

  constructor(source: string, known: ReadonlyMap<string, Text>) {
    this.#source = source
    this.#known = known
  }

  text(depth = 0): Text {
    let text = ''
    while (this.#at < this.#source.length) {
      const rest = this.#source.slice(this.#at)
      const blank = /^[\s&+]{1,200}/.exec(rest)?.[0]
      if (blank !== undefined) {
        this.#at += blank.length
        continue
      }
      if (/^[,;)\]]/.test(rest)) break
      text += this.#part(rest, depth)
    }
    return text.replaceAll(/\u0001{2,}/g, HOLE)
  }

  #part(rest: string, depth: number): Text {
    const quoted = /^"((?:[^"]|""){0,4000})"|^'([^'\n]{0,4000})'/.exec(rest)
    if (quoted !== null) {
      this.#at += quoted[0].length
      return quoted[1]?.replaceAll('""', '"') ?? quoted[2] ?? ''
    }
    const called = /^([A-Za-z_$][\w$.]{0,80})\s{0,3}\(/.exec(rest)
    if (called !== null && depth < 8) return this.#call(called[0].length, called[1]!.toLowerCase(), depth)
    const name = /^[A-Za-z_$][\w$.]{0,80}/.exec(rest)?.[0]
    this.#at += name?.length ?? 1
    if (name === undefined) return rest.startsWith('(') && depth < 8 ? this.#inBrackets(depth) : HOLE
    return this.#known.get(name.toLowerCase()) ?? HOLE
  }

  #inBrackets(depth: number): Text {
    const text = this.text(depth + 1)
    this.#at++
    return text
  }

  #call(length: number, name: string, depth: number): Text {
    this.#at += length
    const given = [this.text(depth + 1)]
    while (this.#source[this.#at] === ',' && given.length < 8) {
      this.#at++
      given.push(this.text(depth + 1))
    }
    this.#at++
    const [first = HOLE, second = HOLE, third = HOLE] = given
    if (name === 'strreverse') return Array.from(first).toReversed().join('')
    if (name === 'lcase') return first.toLowerCase()
    if (name === 'ucase') return first.toUpperCase()
    if (name === 'replace' && second !== '') return first.replaceAll(second, third)
    // A path as JSON is a path in quotes; Objective-C is given texts in `$()`.
    if (name === 'json.stringify' || name === '$' || name === 'cstr' || name === 'trim') return first
    return HOLE
  }
}
