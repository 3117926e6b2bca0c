import { HOLE, type Site } from '../../types.ts'
import { networkCommands, request } from './commands/network.ts'
import { runFile, runText } from './commands/interpreters.ts'
import { parseOptions } from './commands/options.ts'
import type { Invocation, ScriptSession } from './session.ts'
import { readFile } from './shell-runner.ts'
import { variable } from './shell-variables.ts'
import { constant, empty, isConstant, join, unknown, withText, type Value } from './value.ts'

/** Short and other names of the commands that matter here. */
export const powershellAliases: ReadonlyMap<string, string> = new Map([
  ...['iwr', 'curl', 'wget', 'invoke-webrequest', 'irm', 'invoke-restmethod', 'start-bitstransfer'].map(
    name => [name, 'invoke-webrequest'] as const,
  ),
  ['iex', 'invoke-expression'],
  ...['gc', 'cat', 'type'].map(name => [name, 'get-content'] as const),
  ...['saps', 'start', 'start-process', 'invoke-item', 'ii'].map(name => [name, 'start-process'] as const),
  ...['sc', 'ac', 'add-content', 'set-content', 'out-file', 'tee-object'].map(
    name => [name, 'set-content'] as const,
  ),
  ...['ri', 'rm', 'del', 'rd', 'erase'].map(name => [name, 'remove-item'] as const),
  ...['gci', 'ls', 'dir'].map(name => [name, 'get-childitem'] as const),
  ...['sl', 'cd'].map(name => [name, 'cd'] as const),
  ['sp', 'set-itemproperty'],
  ['new-itemproperty', 'set-itemproperty'],
  ['%', 'foreach-object'],
  ['?', 'where-object'],
  ['get-item', 'get-content'],
  ['gi', 'get-content'],
])

const silent = new Set(
  'foreach-object where-object select-object sort-object if else elseif while foreach for switch try catch finally function param return throw exit do until new-item out-null write-host write-output write-error write-verbose set-executionpolicy start-sleep import-module add-type convertto-json convertfrom-json out-string join-path split-path test-path get-command get-date measure-object'.split(
    ' ',
  ),
)

/** The commands whose parameters are PowerShell's own; undefined where the general tables know better. */
export function powershellParameters(
  program: string,
  call: Invocation,
  session: ScriptSession,
): Value | undefined {
  if (program === 'invoke-webrequest') return webRequest(call, session)
  if (program === 'invoke-expression')
    return runText(
      session,
      call,
      join([...call.words.slice(1), ...(call.stdin ? [call.stdin] : [])]),
      'powershell',
    )
  if (program === 'start-process') return startProcess(call, session)
  if (program === 'set-content') return setContent(call, session)
  if (program === 'set-itemproperty') return setProperty(call, session)
  if (program === 'join-path')
    return join(
      call.words.slice(1).filter(({ text }) => !/^-[a-z]/i.test(text)),
      '/',
    )
  if (program === 'new-object') return constant(call.words[1]?.text ?? '')
  if (
    program === 'get-process' ||
    program === 'get-wmiobject' ||
    program === 'get-ciminstance' ||
    program === 'gwmi'
  )
    return unknown(
      session.source(
        'host',
        call.words
          .map(({ text }) => text)
          .join(' ')
          .slice(0, 100),
        call.site,
      ),
    )
  if (program === 'get-content' && /^env:/i.test(call.words[1]?.text ?? ''))
    return unknown(session.source('env', 'env:', call.site))
  if (program === 'get-childitem' && /^env:/i.test(call.words[1]?.text ?? ''))
    return unknown(session.source('env', 'env:', call.site))
  return silent.has(program)
    ? join([
        ...(call.stdin ? [call.stdin] : []),
        ...call.words.slice(1).filter(({ text }) => !text.startsWith('-')),
      ])
    : undefined
}

/** Parameters by any unambiguous beginning: `-Ur`, `-OutF`. */
function parameter(call: Invocation, names: RegExp): Value | undefined {
  const at = call.words.findIndex(({ text }) => text.startsWith('-') && names.test(text))
  return at < 0 ? undefined : call.words[at + 1]
}

function webRequest(call: Invocation, session: ScriptSession): Value {
  const positional = call.words
    .slice(1)
    .find(({ text }, i) => !text.startsWith('-') && !/^-(?!use|dis|pas|sk)/i.test(call.words[i]?.text ?? ''))
  const url = parameter(call, /^-(?:ur|so)/i) ?? positional ?? unknown()
  const file = parameter(call, /^-inf/i)
  const payload = [
    parameter(call, /^-b/i),
    parameter(call, /^-form/i),
    file ? readFile(session, file.text, call.site) : undefined,
    call.stdin,
  ]
  const headers = [parameter(call, /^-h/i), parameter(call, /^-usera/i)]
  const result = request(session, {
    call,
    destinations: [url],
    payload: payload.filter(value => value !== undefined),
    headers: headers.filter(value => value !== undefined),
  })
  const out = parameter(call, /^-(?:o|des)/i)
  if (out) write(session, out, result, call.program, call.site)
  return out ? empty : result
}

function write(session: ScriptSession, path: Value, content: Value, api: string, at: Site): void {
  session.fact({ kind: 'writes', api, paths: [path.text], contents: [content.text.slice(0, 200)], at })
  session.flow(content, { kind: 'write', api, role: 'content', destinations: [path.text], at })
  session.write(path.text, content, false)
}

function startProcess(call: Invocation, session: ScriptSession): Value {
  const file = parameter(call, /^-f/i) ?? call.words.slice(1).find(({ text }) => !text.startsWith('-'))
  const list = parameter(call, /^-a/i)
  const hidden = call.words.some(({ text }) => /^hidden$/i.test(text)) ? ['hidden'] : []
  if (!file) return empty
  const words = [file, ...(list ? list.text.split(' ').map(text => withText(list, text)) : [])]
  return session.runner.words(words, call.stdin, call, ['detached', ...hidden])
}

function setContent(call: Invocation, session: ScriptSession): Value {
  const { operands } = parseOptions(call.words, new Set(['-Encoding', '-encoding']))
  const path = parameter(call, /^-(?:pa|fi|li)/i) ?? operands[0]
  const value = parameter(call, /^-v/i) ?? call.stdin ?? operands[1] ?? empty
  if (path) write(session, path, value, call.program, call.site)
  return empty
}

/** The registry is a drive: `HKCU:\…\Run` starts programs at log-in. */
function setProperty(call: Invocation, session: ScriptSession): Value {
  const path = parameter(call, /^-p/i) ?? call.words[1]
  const value = parameter(call, /^-v/i) ?? call.words.at(-1)
  if (path)
    session.fact({
      kind: 'writes',
      api: call.program,
      paths: [path.text.replaceAll('\\', '/')],
      contents: value ? [value.text] : [],
      at: call.site,
    })
  return empty
}

/** Methods by name: whatever object they belong to, these names mean one thing. */
export function powershellMethod(
  name: string,
  self: Value,
  values: readonly Value[],
  session: ScriptSession,
  site: Site,
): Value | undefined {
  const call: Invocation = {
    program: name.toLowerCase(),
    words: [self, ...values],
    stdin: undefined,
    site,
    manner: [],
  }
  const [first = empty, second] = values
  switch (name.toLowerCase()) {
    case 'downloadstring':
    case 'downloaddata':
    case 'openread':
    case 'getstringasync':
    case 'getbytearrayasync':
    case 'getasync':
      return request(session, { call, destinations: [first], payload: [], headers: [] })
    case 'downloadfile':
    case 'downloadfileasync': {
      const result = request(session, { call, destinations: [first], payload: [], headers: [] })
      if (second) write(session, second, result, name, site)
      return empty
    }
    case 'uploadstring':
    case 'uploaddata':
    case 'uploadvalues':
    case 'postasync':
      return request(session, { call, destinations: [first], payload: values.slice(1), headers: [] })
    case 'uploadfile':
      return request(session, {
        call,
        destinations: [first],
        payload: values.slice(1).map(path => readFile(session, path.text, site)),
        headers: [],
      })
    case 'frombase64string':
      return {
        ...withText(first, isConstant(first) ? Buffer.from(first.text, 'base64').toString('latin1') : HOLE),
        decoders: [...first.decoders, 'base64'],
      }
    case 'getstring':
      // The bytes of UTF-16 text have a zero at every second place.
      return withText(first, first.text.includes('\0') ? first.text.replaceAll('\0', '') : first.text)
    case 'readalltext':
    case 'readallbytes':
    case 'readalllines':
      return readFile(session, first.text, site)
    case 'writealltext':
    case 'writeallbytes':
    case 'appendalltext':
      if (second) write(session, first, second, name, site)
      return empty
    case 'getenvironmentvariable':
      return variable(session, first.text, site)
    case 'getenvironmentvariables':
      return unknown(session.source('env', name, site))
    case 'gethostentry':
    case 'gethostaddresses':
      return networkCommands.get('nslookup')?.({ ...call, words: [constant('nslookup'), first] }, session)
    case 'create':
    case 'invokescript':
      return /scriptblock/i.test(self.text) || name.toLowerCase() === 'invokescript'
        ? runText(session, call, first, 'powershell')
        : undefined
    case 'start':
      return /process/i.test(self.text)
        ? session.runner.words(values, undefined, call, ['detached'])
        : undefined
    case 'run':
    case 'shellexecute':
    case 'exec':
      return runText(session, call, join(values.slice(0, 1)), 'batch')
    case 'load':
    case 'loadfile':
      return /assembly/i.test(self.text) ? loadAssembly(call, session, first) : undefined
    case 'replace':
      return withText(
        self,
        isConstant(first) && second ? self.text.replaceAll(first.text, () => second.text) : HOLE,
      )
    default:
      return undefined
  }
}

function loadAssembly(call: Invocation, session: ScriptSession, code: Value): Value {
  session.evaluate(code, call.program, call.site)
  return code.sources.length === 0 && isConstant(code) ? runFile(session, call, code, 'exec') : unknown()
}
