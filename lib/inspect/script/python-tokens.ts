/** One token of Python text; `text` of a string is its value, with `formatted` naming the parts of an f-string. */
export type PythonToken = {
  readonly kind: 'name' | 'string' | 'number' | 'operator' | 'newline'
  readonly text: string
  readonly start: number
  readonly end: number
  /** The expressions inside an f-string, as text. */
  readonly formatted: readonly string[]
}

const simpleEscapes = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\n', ''],
])

/**
 * Splits Python into tokens, tolerantly: comments and blank lines vanish, a line that goes on inside brackets or after
 * a backslash is one line, adjacent strings stay apart. Linear; never throws.
 */
export function pythonTokens(text: string): PythonToken[] {
  const tokens: PythonToken[] = []
  let depth = 0
  let at = 0
  const add = (
    kind: PythonToken['kind'],
    start: number,
    end: number,
    value: string,
    formatted: readonly string[] = [],
  ): void => {
    tokens.push({ kind, text: value, start, end, formatted })
    at = end
  }
  const word = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/y
  const number = /\d[\w.]*/y
  const string = /([rRbBuUfF]{0,3})('''|"""|'|")/y
  while (at < text.length) {
    const c = text.charAt(at)
    string.lastIndex = word.lastIndex = number.lastIndex = at
    const quoted = string.exec(text)
    if (quoted) {
      const { end, value } = readString(
        text,
        at + quoted[0].length,
        quoted[2] ?? "'",
        /r/i.test(quoted[1] ?? ''),
      )
      add('string', at, end, value, /f/i.test(quoted[1] ?? '') ? expressionsOf(value) : [])
      continue
    }
    const found = word.exec(text)?.[0] ?? number.exec(text)?.[0]
    if (found !== undefined) add(/\d/.test(c) ? 'number' : 'name', at, at + found.length, found)
    else if (c === '#') at = lineEnd(text, at)
    else if (c === '\\' && /^\r?\n/.test(text.slice(at + 1, at + 3)))
      at += text.charAt(at + 1) === '\r' ? 3 : 2
    else if (c === '\n' || c === ';') {
      if (depth === 0 || c === ';') add('newline', at, at + 1, c)
      else at++
    } else if (/\s/.test(c)) at++
    else {
      if (/[([{]/.test(c)) depth++
      if (/[)\]}]/.test(c)) depth = Math.max(0, depth - 1)
      add('operator', at, at + 1, c)
    }
  }
  return tokens
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

function readString(text: string, from: number, close: string, raw: boolean): { end: number; value: string } {
  const parts: string[] = []
  let start = from
  for (let i = from; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === '\\') {
      if (raw) i++
      else {
        const escape = escapeAt(text, i)
        parts.push(text.slice(start, i), escape.value)
        start = i + escape.length
        i = start - 1
      }
    } else if (c === '\n' && close.length === 1) {
      parts.push(text.slice(start, i))
      return { end: i, value: parts.join('') }
    } else if (c === close.charAt(0) && text.startsWith(close, i)) {
      parts.push(text.slice(start, i))
      return { end: i + close.length, value: parts.join('') }
    }
  }
  parts.push(text.slice(start))
  return { end: text.length, value: parts.join('') }
}

function escapeAt(text: string, at: number): { value: string; length: number } {
  const pattern = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/y
  pattern.lastIndex = at
  const found = pattern.exec(text)
  if (!found) return { value: '', length: 1 }
  const hex = found[1] ?? found[2] ?? found[3]
  const code = hex === undefined ? Number.parseInt(found[4] ?? '', 8) : Number.parseInt(hex, 16)
  const letter = found[5] ?? ''
  const value = Number.isNaN(code)
    ? (simpleEscapes.get(letter) ?? letter)
    : code <= 0x10ffff
      ? String.fromCodePoint(code)
      : ''
  return { value, length: found[0].length }
}

/** The `{…}` parts of an f-string, at most 20. */
function expressionsOf(text: string): string[] {
  return Array.from(text.matchAll(/\{([^{}]{1,200})\}/g), match => match[1] ?? '').slice(0, 20)
}
