/** What `cmake` would run while it configures, as the text of a shell script with the same lines. */

const running = /\b(?:execute_process|add_custom_command|add_custom_target|exec_program)\s{0,9}\(/gi
const downloading = /\bfile\s{0,9}\(\s{0,9}DOWNLOAD\s{1,9}(\S{1,500})\s{1,99}(\S{1,500})/gi

/** Words that end a command inside a call. */
const keyword =
  /\s(?:COMMAND|WORKING_DIRECTORY|OUTPUT\w*|RESULT\w*|ERROR\w*|DEPENDS|BYPRODUCTS|COMMENT|VERBATIM|TIMEOUT|INPUT_FILE|ENCODING|ECHO\w*|USES_TERMINAL|PRE_BUILD|PRE_LINK|POST_BUILD|ARGS)(?=[\s)])/

const maxCalls = 200
const maxCallChars = 4_000

/** Commands of processes and the addresses of downloads, each on the line it begins on. */
export function commandsOf(text: string): string {
  const output = text.split('\n').map(() => '')
  const put = (at: number, line: string): void => {
    const index = countLines(text, at)
    output[index] = `${output[index] ?? ''}${output[index] === '' ? '' : '; '}${line}`
  }
  let calls = 0
  for (const { index, 0: whole } of text.matchAll(running)) {
    if (++calls > maxCalls) break
    const from = index + whole.length
    const body = text.slice(from, closing(text, from))
    for (const { index: at } of ` ${body}`.matchAll(/\sCOMMAND\s/g)) {
      const rest = body.slice(at + 'COMMAND '.length)
      const end = keyword.exec(rest)?.index ?? rest.length
      put(from + at, rest.slice(0, end).replaceAll(/\s+/g, ' ').trim())
    }
  }
  for (const { index, 1: url = '', 2: path = '' } of text.matchAll(downloading)) {
    if (++calls > maxCalls) break
    put(index, `curl -o ${path} ${url}`)
  }
  return output.join('\n')
}

/** Where the bracket that is open at `from` ends, quoted text aside. */
function closing(text: string, from: number): number {
  let depth = 1
  let quoted = false
  const last = Math.min(text.length, from + maxCallChars)
  for (let at = from; at < last; at++) {
    const c = text.charAt(at)
    if (c === '\\') at++
    else if (c === '"') quoted = !quoted
    else if (!quoted && c === '(') depth++
    else if (!quoted && c === ')' && --depth === 0) return at
  }
  return last
}

function countLines(text: string, at: number): number {
  let lines = 0
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) lines++
  return lines
}
