/**
 * A text as one word of a POSIX shell that means exactly itself. Throws RangeError for a NUL, which no argument can hold.
 */
export function quoteForShell(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold a NUL')
  return `'${text.replaceAll("'", `'\\''`)}'`
}
