/** What `cmake` would run while it configures, as the text of a shell script with the same lines. */

const running = /\b(?:execute_process|add_custom_command|add_custom_target|exec_program)\s{0,9}\(/gi
const downloading = /\bfile\s{0,9}\(\s{0,9}DOWNLOAD\s{1,9}([^\s)]{1,500})\s{1,99}([^\s)]{1,500})/gi

/** Words that end a command inside a call. */
const keyword =
  /\s(?:COMMAND|WORKING_DIRECTORY|OUTPUT\w*|RESULT\w*|ERROR\w*|DEPENDS|BYPRODUCTS|COMMENT|VERBATIM|TIMEOUT|INPUT_FILE|ENCODING|ECHO\w*|USES_TERMINAL|PRE_BUILD|PRE_LINK|POST_BUILD|ARGS)(?=[\s)])/

const maxCalls = 200
const maxCallChars = 4_000

/** Folders by the names CMake gives them: the build's own, and the package's. */
const folders: readonly (readonly [string, string])[] = [
  ['CMAKE_BINARY_DIR', 'build'],
  ['CMAKE_CURRENT_BINARY_DIR', 'build'],
  ['PROJECT_BINARY_DIR', 'build'],
  ['CMAKE_SOURCE_DIR', '.'],
  ['CMAKE_CURRENT_SOURCE_DIR', '.'],
  ['CMAKE_CURRENT_LIST_DIR', '.'],
  ['PROJECT_SOURCE_DIR', '.'],
]

const maxVariables = 500

/** Variables the list sets to one text, and the folders. */
function variablesOf(text: string): ReadonlyMap<string, string> {
  const variables = new Map(folders)
  for (const { 1: name = '', 2: quoted, 3: plain } of text.matchAll(
    /\bset\s{0,9}\(\s{0,9}([\w.-]{1,100})\s{1,99}(?:"([^"\n]{0,1000})"|([^\s"()]{1,1000}))/gi,
  )) {
    if (variables.size > maxVariables) break
    variables.set(name, filled(quoted ?? plain ?? '', variables))
  }
  return variables
}

/** `${NAME}` of the list; what the system or another list sets stays. */
function filled(text: string, variables: ReadonlyMap<string, string>): string {
  return text
    .replaceAll(/\$\{([\w.-]{1,100})\}/g, (whole, name: string) =>
      (variables.get(name) ?? whole).slice(0, 2_000),
    )
    .slice(0, 8_000)
}

/** The other lists a list pulls in, by path from its own folder or the package's. */
export function listsOf(text: string): readonly string[] {
  const variables = variablesOf(text)
  const found: string[] = []
  for (const { 1: how = '', 2: quoted, 3: plain } of text.matchAll(
    /\b(include|add_subdirectory)\s{0,9}\(\s{0,9}(?:"([^"\n]{1,500})"|([^\s"()]{1,500}))/gi,
  )) {
    if (found.length >= maxCalls) break
    const path = filled(quoted ?? plain ?? '', variables)
    if (how.toLowerCase() !== 'include') found.push(`${path}/CMakeLists.txt`)
    else if (/\.\w+$/.test(path)) found.push(path)
    else found.push(`cmake/${path}.cmake`)
  }
  return found
}

/** Commands of processes and the addresses of downloads, each on the line it begins on. */
export function commandsOf(text: string): string {
  const variables = variablesOf(text)
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
      put(from + at, filled(rest.slice(0, end).replaceAll(/\s+/g, ' ').trim(), variables))
    }
  }
  for (const { index, 1: url = '', 2: path = '' } of text.matchAll(downloading)) {
    if (++calls > maxCalls) break
    put(index, filled(`curl -o ${path} ${url}`, variables))
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
