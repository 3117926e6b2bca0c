/** A change of a text at positions of its tree: text before or after a node, or in place of a range. */
export type Edit =
  | { readonly kind: 'before' | 'after'; readonly at: number; readonly text: string }
  | { readonly kind: 'replace'; readonly start: number; readonly end: number; readonly text: string }

type Range = { readonly start: number; readonly end: number }

/** Text in front of a node. Of nodes that start together, the one visited first (the outer one) gets its text first. */
export const before = (node: Range, text: string): Edit => ({ kind: 'before', at: node.start, text })

/** Text behind a node. Of nodes that end together, the one visited last (the inner one) gets its text first. */
export const after = (node: Range, text: string): Edit => ({ kind: 'after', at: node.end, text })

/** Text in place of a range. Edits inside the range are lost. */
export const replace = ({ start, end }: Range, text: string): Edit => ({ kind: 'replace', start, end, text })

/** The text with all edits made; positions are those of the text as it was. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const rank = { after: 0, before: 1, replace: 2 }
  const position = (edit: Edit): number => (edit.kind === 'replace' ? edit.start : edit.at)
  const sorted = edits
    .map((edit, order) => ({ edit, order: edit.kind === 'after' ? -order : order }))
    .toSorted(
      (a, b) =>
        position(a.edit) - position(b.edit) || rank[a.edit.kind] - rank[b.edit.kind] || a.order - b.order,
    )
  let out = ''
  let at = 0
  for (const { edit } of sorted) {
    const start = position(edit)
    if (start < at) continue
    out += text.slice(at, start) + edit.text
    at = edit.kind === 'replace' ? edit.end : start
  }
  return out + text.slice(at)
}
