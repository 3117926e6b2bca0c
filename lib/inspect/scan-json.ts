/** What `JSON.parse` forgets: where keys stand, which came twice, how deep the text nests. */
export type JsonScan = {
  /** Offset of the value of every key of the first two levels, by `key` or `key\0inner`. */
  readonly offsets: ReadonlyMap<string, number>
  /** Keys that appear twice in one object, as dotted paths of the first two levels. `JSON.parse` keeps the last. */
  readonly duplicates: readonly string[]
  readonly depth: number
}

type Frame = { readonly keys: Set<string> | undefined; key: string; readonly path: string | undefined }

/**
 * Scans a text that `JSON.parse` has accepted. Iterative: the nesting is the author's. Duplicate keys matter because
 * another reader of the same bytes (a registry, a reviewer's tool) may keep the first where npm keeps the last.
 */
export function scanJson(text: string): JsonScan {
  const offsets = new Map<string, number>()
  const duplicates: string[] = []
  const stack: Frame[] = []
  let depth = 0
  let expectKey = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    const top = stack.at(-1)
    if (c === 0x22) {
      const end = stringEnd(text, i)
      if (expectKey && top?.keys) {
        top.key = decodeKey(text.slice(i, end))
        if (top.keys.has(top.key) && duplicates.length < 100) duplicates.push(keyPath(top))
        top.keys.add(top.key)
        expectKey = false
      }
      i = end - 1
    } else if (c === 0x3a && top?.path !== undefined) {
      offsets.set(top.path === '' ? top.key : `${top.path}\0${top.key}`, valueStart(text, i + 1))
    } else if (c === 0x2c) {
      expectKey = top?.keys !== undefined
    } else if (c === 0x7b || c === 0x5b) {
      const path = stack.length === 0 ? '' : stack.length === 1 && top?.keys ? top.key : undefined
      stack.push({ keys: c === 0x7b ? new Set() : undefined, key: '', path })
      depth = Math.max(depth, stack.length)
      expectKey = c === 0x7b
    } else if (c === 0x7d || c === 0x5d) {
      stack.pop()
      expectKey = false
    }
  }
  return { offsets, duplicates, depth }
}

function keyPath(frame: Frame): string {
  return frame.path ? `${frame.path}.${frame.key}` : frame.key
}

/** The offset just past the string that starts at `start`. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x5c) i++
    else if (c === 0x22) return i + 1
  }
  return text.length
}

function valueStart(text: string, from: number): number {
  let i = from
  while (i < text.length && text.charCodeAt(i) <= 0x20) i++
  return i
}

function decodeKey(quoted: string): string {
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
}
