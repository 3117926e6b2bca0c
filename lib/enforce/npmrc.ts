/** Lines of ours in an `.npmrc`. */
export type NpmrcBlock = {
  /** Comment lines for a person, without the comment sign. */
  readonly says: readonly string[]
  readonly settings: readonly { readonly key: string; readonly value: string }[]
}

const begin = '; >>> safe-install'
const end = '; <<< safe-install'
const retired = '; safe-install was here: '

/**
 * An `.npmrc` with our block on top: a key after a `[section]` would belong to that section. npm takes the last of two
 * equal keys, so a line that would undo ours becomes a comment. Everything else stays byte for byte, line ends too, and
 * a second time changes nothing.
 */
export function withBlock(text: string, { says, settings }: NpmrcBlock): string {
  const rest = withoutBlock(text)
  const newline = /\r\n/.test(rest) ? '\r\n' : '\n'
  const lines = [
    begin,
    ...says.map(line => `; ${line}`),
    ...settings.map(({ key, value }) => `${key}=${value}`),
    end,
  ]
  const keys = settings.map(({ key }) => key)
  const kept = linesOf(rest).map(line => (keys.some(key => sets(line, key)) ? `${retired}${line}` : line))
  return `${lines.join(newline)}${newline}${kept.join('')}`
}

/** The `.npmrc` as it was before `withBlock`. */
export function withoutBlock(text: string): string {
  const kept: string[] = []
  let inside = false
  for (const line of linesOf(text)) {
    const bare = line.trimEnd()
    if (bare === begin) inside = true
    else if (inside) inside = bare !== end
    else kept.push(line.startsWith(retired) ? line.slice(retired.length) : line)
  }
  return kept.join('')
}

/** Whether our block is there. */
export function hasBlock(text: string): boolean {
  return linesOf(text).some(line => line.trimEnd() === begin)
}

/** The value of a key, the last one as npm reads it; undefined where there is none. */
export function settingOf(text: string, key: string): string | undefined {
  const line = linesOf(text).findLast(line => sets(line, key))
  return line
    ?.slice(line.indexOf('=') + 1)
    .trim()
    .replaceAll(/^["']|["']$/g, '')
}

/** Lines with their line ends. */
function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/)
}

function sets(line: string, key: string): boolean {
  const [name = ''] = line.split('=', 1)
  return name.trim().replaceAll(/^["']|["']$/g, '') === key
}
