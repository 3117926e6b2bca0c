/**
 * JSON as editors read it: with comments, with commas too many or too few, and cut off anywhere. It is walked, not made
 * into values: what is asked for are texts and where they stand. No recursion, one pass.
 */

/**
 * A text that is the value of `key`, or an element of an array that is. `owner` is the same for all of one object, which
 * is the value of `within`.
 */
export type JsonText = {
  readonly key: string
  readonly within: string
  readonly text: string
  readonly element: boolean
  readonly owner: number
  /** Where the key stands; of an element where it stands itself. */
  readonly offset: number
}

type Level = {
  readonly array: boolean
  readonly owner: number
  readonly within: string
  key: string
  keyAt: number
  isKey: boolean
}

const tokens = /\/\/[^\n\r]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|"(?:[^"\\\n\r]|\\[^\n\r])*"?|[{}[\],:]/g

/** Every text of a lenient JSON document that has a key, in order. */
export function jsonTexts(document: string): readonly JsonText[] {
  const found: JsonText[] = []
  const open: Level[] = []
  let owners = 0
  for (const { 0: token, index } of document.matchAll(tokens)) {
    const top = open.at(-1)
    const first = token[0]
    if (first === '{' || first === '[') {
      const array = first === '['
      // Elements of an array belong to the key and the object it is the value of.
      const owner = array ? (top?.owner ?? 0) : ++owners
      const within = (array ? top?.within : top?.key) ?? ''
      open.push({ array, owner, within, key: array ? (top?.key ?? '') : '', keyAt: index, isKey: !array })
    } else if (first === '}' || first === ']') {
      open.pop()
      const outer = open.at(-1)
      if (outer?.array === false) outer.isKey = true
    } else if (top === undefined) continue
    else if (first === ',') top.isKey = !top.array
    else if (first === ':') top.isKey = false
    else if (first === '"') {
      const text = spoken(token)
      if (top.isKey) Object.assign(top, { key: text, keyAt: index })
      else {
        const { key, within, owner, array, keyAt } = top
        found.push({ key, within, text, element: array, owner, offset: array ? index : keyAt })
        // The comma may be missing.
        top.isKey = !array
      }
    }
  }
  return found
}

/** The text of a JSON string; one that is none stands for itself. */
function spoken(literal: string): string {
  try {
    return String(JSON.parse(literal))
  } catch {
    // A control character inside, or an escape nobody knows: editors are as lenient.
    return literal.slice(1, -1)
  }
}
