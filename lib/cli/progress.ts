/** Where progress goes: stderr, as far as it is needed here. */
export type ProgressStream = {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export type Progress = {
  /** Shows `text` instead of what was shown before; at most ten times a second. */
  update(text: string): void
  /** Takes the line away. Call it before anything else is written to the terminal. */
  clear(): void
}

const intervalMs = 100

/**
 * One line on stderr that is rewritten in place, only on a terminal and only where somebody watches (`quiet` false).
 * Elsewhere every call does nothing. `now` is the clock in milliseconds.
 */
export function createProgress(
  stream: ProgressStream,
  { quiet, now }: { readonly quiet: boolean; readonly now: () => number },
): Progress {
  if (quiet || stream.isTTY !== true) return { update: () => undefined, clear: () => undefined }
  let shownAt = Number.NEGATIVE_INFINITY
  let shown = false
  return {
    update(text) {
      if (now() - shownAt < intervalMs) return
      shownAt = now()
      shown = true
      // A line as wide as the terminal would wrap, and only its last row would be rewritten.
      const width = Math.max(10, (stream.columns ?? 80) - 1)
      stream.write(`\r\u001b[K${toLine(text, width)}`)
    },
    clear() {
      if (!shown) return
      shown = false
      shownAt = Number.NEGATIVE_INFINITY
      stream.write('\r\u001b[K')
    },
  }
}

/** Names of packages stand in the text: nothing but printable ASCII may move the cursor. */
function toLine(text: string, width: number): string {
  const plain = text.slice(0, width * 2).replaceAll(/[^\x20-\x7e]/g, '?')
  return plain.length > width ? `${plain.slice(0, width - 3)}...` : plain
}
