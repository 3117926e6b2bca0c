import { HOLE } from '../../types.ts'
import type { Site, Text } from '../../types.ts'
import { BasicTexts } from './basic-texts.ts'
import { fileName } from './native-source.ts'
import type { ScriptSession } from './session.ts'
import { constant, unknown } from './value.ts'

/**
 * Perl, Ruby, PHP, VBScript and AppleScript are not followed. What is read of them: constant command lines, and
 * whether the file talks to another machine and also runs what is not a constant.
 */

const contacting =
  /\bIO::Socket|\bLWP::|\bHTTP::Tiny|\bNet::HTTP|\bopen-uri\b|\bURI\.open|\bTCPSocket\b|\bHTTParty\b|\bFaraday\b|\bfsockopen\b|\bcurl_init\b|\bstream_socket_client\b|\bfile_get_contents\s{0,9}\(\s{0,9}['"]https?:|\b(?:Server)?XMLHTTP\b|\bWinHttp/i

/** Something computed that is run: a variable, not a text. */
const running =
  /(?:\b(?:eval|instance_eval|class_eval|system|exec|shell_exec|passthru|popen|proc_open|ExecuteGlobal|Execute|IO\.popen|Open3\.\w{1,12})\s{0,9}\(?\s{0,9}[$@A-Za-z_](?![A-Za-z_]{0,40}['"]))|(?:`|\bqx\s{0,3}[{(/])[^`\n]{0,200}[$#]\{?\w|\.(?:Run|Exec|ShellExecute)\b[\s(]{1,9}(?:[A-Za-z_]\w{0,60}\s{0,3}(?:\(|[,)&]|$)|"[^"\n]{0,200}"\s{0,3}&)/

const constants =
  /(?:\b(?:system|exec|shell_exec|passthru|popen|\.Run|\.Exec|do shell script)\s{0,9}\(?\s{0,9}|^\s{0,40}`|[=(]\s{0,9}`)(["'`]?)([^"'`\n$#]{4,1000})(?:\1|`)/gi

/** The same of what is put together: by the shell object of Windows, or by AppleScript. */
const windowsRuns = /\.(?:Run|Exec|ShellExecute)\b[\s(]{1,9}(.{1,2000})/
const appleRuns = /\bdo\s{1,3}shell\s{1,3}script\s{1,9}(.{1,2000})|\bdoShellScript\s{0,9}\(\s{0,9}(.{1,2000})/
const registers = /\.RegWrite\b[\s(]{1,9}([^,]{1,1000}),(.{1,2000})/i
const windowsOnly = /\bCreateObject\b|\bWScript\b|\bActiveXObject\b/i

/** What writes a file, by the names of the systems' own interfaces. */
const storing =
  /\bwriteToFile|\bcreateFileAtPath|\bCreateTextFile\b|\bOpenTextFile\b|\bopen\s{1,3}for\s{1,3}access\b|\bSaveToFile\b|\bfile_put_contents\b|\bFile\.write\b/i

/** A connection whose handle takes the place of standard input, or is given to a program as such. */
const tied =
  /\bopen\s{0,3}\(?\s{0,3}STDIN\s{0,3},\s{0,3}['"][<+>&=]{1,4}|\bdup2\b|\bSTDIN\.reopen\b|\$stdin\.reopen\b|\bin(?:\s{0,3}=>|:)\s{0,3}\w{1,40}\s{0,3},|\bproc_open\b|<&\d\s{1,3}>&\d/

/** A shell without a command waits for one. */
const bareShell =
  /['"`](?:\/usr)?(?:\/bin\/)?((?:ba|da|z|k)?sh)(?:['"]\s{0,3},\s{0,3}['"]-i|\s{1,3}-i)?(?:['"`]|\s{1,3}<&)|['"`](cmd(?:\.exe)?|powershell(?:\.exe)?)['"`]/

const maxCommands = 100

/** Variables by name; of languages without a sigil any word may be one. */
function namesIn(line: string): readonly string[] {
  return (line.match(/[$@%]?[A-Za-z_]\w{0,80}/g) ?? []).slice(0, 200).map(bare)
}

function bare(name: string): string {
  return name.replace(/^[$@%]/, '').toLowerCase()
}

/** What a line that carries an answer leaves it in: the left side, the object, what is saved or written under. */
function receiversIn(line: string): readonly string[] {
  const left =
    /^\s{0,99}(?:my|our|local|set|let|const|var|while|if|foreach)?[\s(]{0,9}(?:my\s{1,9})?([$@%]?[A-Za-z_]\w{0,80})(?:\[[^\]\n]{0,80}\]|\{[^}\n]{0,80}\})?\s{0,9}(?::=|\.?=(?![=~>])|<-)/i.exec(
      line,
    )?.[1]
  const object = /^\s{0,99}(?:call\s{1,9})?([$@%]?[A-Za-z_]\w{0,80})(?:\.|->)\w/i.exec(line)?.[1]
  const saved =
    /\b(?:save\w{0,20}|write\w{0,20}|print|puts|file_put_contents|store|getstore|copy\w{0,20})\b(.{0,200})/i.exec(
      line,
    )?.[1]
  return [
    ...(left === undefined ? [] : [bare(left)]),
    ...(object === undefined ? [] : [bare(object)]),
    ...(saved === undefined ? [] : namesIn(saved)),
  ]
}

/** What the surroundings say, and what the file itself knows: nothing that an answer could have put there. */
const knownHere =
  /(["'])(?:[^"'\\\n]|\\.){0,400}\1|\$?ENV(?:\{\w{1,60}\}|\[[^\]\n]{1,60}\]|\.fetch)|\$_(?:ENV|SERVER)\[[^\]\n]{1,60}\]|\bgetenv\b|__(?:FILE|DIR)__|\b(?:my|our|or|and|dirname|basename|File\.\w{1,20}|uname|if|unless|else)\b|\d+|[|&?:.,;()\s+[\]{}]+/g

/** Whether an assignment takes nothing but such. */
function isLocal(line: string, local: ReadonlySet<string>): boolean {
  const value = line.slice(line.indexOf('=') + 1)
  return value
    .replaceAll(knownHere, ' ')
    .trim()
    .split(/\s+/)
    .every(name => name === '' || local.has(bare(name)))
}

/** Whether every variable that is run is one of those. */
function namesOnly(text: string, local: ReadonlySet<string>): boolean {
  const names = text.match(/[$@%]\{?[A-Za-z_]\w{0,80}/g) ?? []
  return names.length > 0 && names.every(name => local.has(bare(name.replace('{', ''))))
}

/** What is put before a path of the user that the system keeps is the home folder. */
function atHome(path: Text): Text {
  return path.replace(/^\u0001\/?(?=Library\/|\.[a-z])/, '~/')
}

export function readCoarsely(
  session: ScriptSession,
  text: string,
  place: (start: number, end: number) => Site,
): void {
  const lines = text.split('\n')
  const told = new Set<string>()
  const local = new Set<string>()
  let imported: Site | undefined
  let at = 0
  let contact: Site | undefined
  let run: Site | undefined
  let shell: { readonly name: string; readonly at: Site } | undefined
  let isTied = false
  const texts = new BasicTexts()
  const isWindows = windowsOnly.test(text)
  for (const line of lines) {
    const start = at
    at += line.length + 1
    if (/^\s{0,99}(?:#|\/\/|--|'|rem\s)/i.test(line)) continue
    const contacts = contacting.test(line)
    const site = (): Site => place(start, start + line.length)
    if (contacts && /^\s{0,99}(?:use|require|import)\b/.test(line)) {
      imported ??= site()
      continue
    }
    if (contacts) contact ??= site()
    const carries = contacts || namesIn(line).some(name => told.has(name))
    const receivers = receiversIn(line)
    for (const name of receivers) {
      if (carries) told.add(name)
      if (!carries && isLocal(line, local)) local.add(name)
      else local.delete(name)
    }
    const runs = running.exec(line)
    if (run === undefined && runs !== null && (carries || !namesOnly(line.slice(runs.index), local)))
      run = site()
    isTied ||= tied.test(line)
    const found = bareShell.exec(line)
    if (found !== null) shell = { name: found[1] ?? found[2] ?? 'sh', at: place(start, start + line.length) }
    texts.assign(line)
    if (storing.test(line)) {
      const paths = texts.named(line).filter(path => path.includes('/') || path.includes('\\'))
      if (paths.length > 0)
        session.fact({ kind: 'writes', api: 'file', paths: paths.map(atHome), contents: [], at: site() })
    }
    const [, key, value] = registers.exec(line) ?? []
    if (key !== undefined && value !== undefined) {
      const paths = [texts.text(key).replaceAll('\\', '/')]
      session.fact({ kind: 'writes', api: 'reg', paths, contents: [texts.text(value)], at: site() })
    }
    const runText = (command: Text, dialect: 'shell' | 'batch'): void => {
      const call = { program: 'sh', words: [constant('sh')], stdin: undefined, site: site(), manner: [] }
      session.runner.text(command, dialect, call, undefined)
    }
    const inWindows = isWindows ? windowsRuns.exec(line)?.[1] : undefined
    const [, said, called] = appleRuns.exec(line) ?? []
    const joined = texts.text(inWindows ?? said ?? called ?? '')
    if (joined !== '' && !joined.startsWith(HOLE)) {
      runText(joined, inWindows === undefined ? 'shell' : 'batch')
      continue
    }
    let commands = 0
    for (const { 2: command = '' } of line.matchAll(constants)) {
      if (++commands > maxCommands) break
      runText(command, 'shell')
    }
  }
  contact ??= imported
  if (contact === undefined) return
  const named =
    text.match(/\bhttps?:\/\/[^\s'"`)<>]{4,300}/g) ??
    text
      .match(/(?<=['"])[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,6}(?=['":])/g)
      ?.filter(name => !fileName.test(name)) ??
    []
  const destinations = named.length > 0 ? [...new Set(named)].slice(0, 6) : [HOLE]
  session.fact({ kind: 'contacts', api: 'socket', destinations, at: contact })
  if (shell !== undefined && isTied) {
    const source = { kind: 'network', name: destinations[0] ?? HOLE, at: contact } as const
    session.flow(unknown(source), {
      kind: 'command-stdin',
      api: 'exec',
      role: 'payload',
      destinations: [shell.name],
      at: shell.at,
    })
  }
  if (run === undefined) return
  session.evaluate(unknown({ kind: 'network', name: destinations[0] ?? HOLE, at: contact }), 'eval', run)
}
