/** The offset behind the escape whose backslash stands at `at`. A line break of two characters is one escape. */
export function escapeEnd(text: string, at: number): number {
  return text.charCodeAt(at + 1) === 13 && text.charCodeAt(at + 2) === 10 ? at + 3 : at + 2
}

const simple: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['v', '\v'],
  ['f', '\f'],
  ['\n', ''],
  ['\r', ''],
  ['\u2028', ''],
  ['\u2029', ''],
])

/** The value of what stands between the quotes of a string or template. A malformed escape stands for itself. */
export function stringValue(whole: string, start: number, end: number): string {
  // Cut first: a search for the next backslash would otherwise read the rest of the file for every string.
  const text = whole.slice(start, end)
  let value = ''
  let from = 0
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', from)) {
    value += text.slice(from, at)
    const [decoded, next] = escape(text, at, text.length)
    value += decoded
    from = Math.min(next, text.length)
  }
  return value + text.slice(from)
}

function escape(text: string, at: number, end: number): readonly [string, number] {
  const character = text.charAt(at + 1)
  if (character === 'x') return byDigits(text, at + 2, Math.min(at + 4, end), at + 4)
  if (character === 'u' && text.charAt(at + 2) === '{') {
    const close = text.indexOf('}', at + 3)
    return close < 0 || close > end || close > at + 16
      ? ['u', at + 2]
      : byDigits(text, at + 3, close, close + 1)
  }
  if (character === 'u') return byDigits(text, at + 2, Math.min(at + 6, end), at + 6)
  if (character >= '0' && character <= '7') {
    let to = at + 2
    const most = at + (character <= '3' ? 4 : 3)
    while (to < most && to < end && text.charAt(to) >= '0' && text.charAt(to) <= '7') to++
    return [String.fromCharCode(Number.parseInt(text.slice(at + 1, to), 8)), to]
  }
  return [simple.get(character) ?? character, escapeEnd(text, at)]
}

function byDigits(text: string, from: number, to: number, next: number): readonly [string, number] {
  const code = Number.parseInt(text.slice(from, to), 16)
  return Number.isNaN(code) || code > 0x10ffff
    ? [text.charAt(from - 1), from]
    : [String.fromCodePoint(code), next]
}
