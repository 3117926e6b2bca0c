/** A text as one word of a shell line. */
export function shellWord(text: string): string {
  return /^[\w./=:@%+,~\u0001-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
