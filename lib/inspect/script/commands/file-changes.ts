import { limits } from '../../../limits.ts'
import { HOLE } from '../../../types.ts'
import { type Invocation, none, type ScriptSession } from '../session.ts'
import { readFile } from '../shell-runner.ts'
import { constant, empty, unknown, type Value } from '../value.ts'
import { parseOptions, valuesOf } from './options.ts'
import { starts } from './starts.ts'

type Model = (call: Invocation, session: ScriptSession) => Value

function remove(call: Invocation, session: ScriptSession): Value {
  const named = call.words
    .slice(1)
    .map(({ text }) => text)
    .filter(text => !/^(?:-|\/[a-z]$)/i.test(text))
  // `Get-ChildItem … | Remove-Item`: what is handed over is what goes.
  const paths = named.length === 0 && call.stdin?.text.includes(HOLE) === true ? [call.stdin.text] : named
  if (paths.length > 0) session.fact({ kind: 'deletes', api: call.program, paths, at: call.site })
  return none
}

/** cp, mv, ln, install: what the source held lies at the target too. */
function copy(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(
    call.words,
    new Set(['-t', '-m', '-o', '-g', '-S', '--target-directory']),
  )
  const paths = operands.filter(({ text }) => !/^\/[a-z-]{1,2}$/i.test(text))
  const target = valuesOf(options, '-t', '--target-directory')[0] ?? paths.at(-1)
  const sources = paths.filter(path => path !== target)
  const at = call.site
  if (!target || sources.length === 0) return none
  const from = sources.map(({ text }) => text)
  session.fact({ kind: 'writes', api: call.program, paths: [target.text], contents: [], from, at })
  for (const source of sources) {
    const written = session.read(source.text)
    const content = written ?? readFile(session, source.text, at)
    if (!written && content.sources.every(({ kind }) => kind === 'project-file')) {
      // A file of the package under another name is still that file when it is run.
      if (content.file !== undefined)
        for (const path of copied(target, source)) session.write(path, content, false)
      continue
    }
    session.flow(content, {
      kind: 'write',
      api: call.program,
      role: 'content',
      destinations: [target.text],
      at,
    })
    for (const path of copied(target, source)) session.write(path, content, false)
  }
  if (/^(?:mv|move|rename|ren)$/.test(call.program))
    session.fact({ kind: 'deletes', api: call.program, paths: sources.map(({ text }) => text), at })
  return none
}

/** Where a copy lies: at the target, or in it where that is a folder. */
function copied(target: Value, source: Value): readonly string[] {
  return [target.text, `${target.text.replace(/\/$/, '')}/${source.text.split('/').at(-1) ?? ''}`]
}

function chmod(call: Invocation, session: ScriptSession): Value {
  const operands = call.words
    .slice(1)
    .map(({ text }) => text)
    .filter(text => !text.startsWith('-') || /^-[rwx]/.test(text))
  const [mode = '', ...paths] = operands
  if (paths.length > 0 && (/[+=][rwst]*x/.test(mode) || /^\d*[1357]\d{0,2}$/.test(mode)))
    session.fact({ kind: 'makes-executable', api: 'chmod', paths, at: call.site })
  return none
}

function find(call: Invocation, session: ScriptSession): Value {
  const words = call.words
  const first = words.findIndex(({ text }, i) => i > 0 && text.startsWith('-'))
  const roots = words.slice(1, first < 0 ? undefined : first)
  const at = call.site
  if (words.some(({ text }) => text === '-delete'))
    session.fact({ kind: 'deletes', api: 'find', paths: roots.map(({ text }) => text), at })
  const source = { kind: 'file', name: roots.map(({ text }) => text).join(' '), at } as const
  const found = { ...unknown(source), text: foundPath(roots[0]) }
  const exec = words.findIndex(({ text }) => /^-(?:exec|execdir|ok)$/.test(text))
  if (exec < 0) return found
  const end = words.findIndex(({ text }, i) => i > exec && /^(?:;|\+)$/.test(text))
  const command = words.slice(exec + 1, end < 0 ? undefined : end)
  return session.runner.words(
    command.map(word => (word.text === '{}' ? found : word)),
    undefined,
    call,
  )
}

/** Whatever lies somewhere below a folder. */
function foundPath(root: Value | undefined): string {
  return root === undefined ? HOLE : `${root.text.replace(/\/$/, '')}/${HOLE}/${HOLE}`
}

function changeFolder(call: Invocation, session: ScriptSession): Value {
  const path =
    call.words
      .slice(1)
      .map(({ text }) => text)
      .find(text => !/^[-/][a-z]$/i.test(text)) ?? '~'
  const back = call.program === 'pushd' || call.program === 'push-location' ? session.cwd : undefined
  if (back !== undefined && session.folders.length < limits.maxScriptDepth) session.folders.push(back)
  const folder = path === '-' ? HOLE : session.resolve(path).replace(/(.)\/+$/, '$1')
  // From a folder nobody knows, only a whole path leads to one that is known.
  const lost = folder.includes(HOLE) || (session.cwd === HOLE && !/^(?:[/~\\]|[a-z]:)/i.test(path))
  session.cwd = lost ? HOLE : folder === '.' ? '' : folder
  return none
}

function changeBack(_call: Invocation, session: ScriptSession): Value {
  session.cwd = session.folders.pop() ?? HOLE
  return none
}

function disk(call: Invocation, session: ScriptSession): Value {
  const option = (name: string): string | undefined =>
    call.words.find(({ text }) => text.startsWith(`${name}=`))?.text.slice(name.length + 1)
  const input = option('if')
  const output = option('of')
  const at = call.site
  const content = input === undefined ? (call.stdin ?? empty) : readFile(session, input, at)
  if (output === undefined) return content
  session.fact({ kind: 'writes', api: 'dd', paths: [output], contents: [], at })
  session.flow(content, { kind: 'write', api: 'dd', role: 'content', destinations: [output], at })
  session.write(output, content, false)
  return none
}

/** Ways to be started again later. What is stored is in `contents`, so that rules need not know the tool. */
function persist(path: string, stores: RegExp): Model {
  return (call, session) => {
    const line = call.words
      .slice(1)
      .map(({ text }) => text)
      .join(' ')
    const at = call.site
    if (!stores.test(line)) return starts(call, session)
    const contents = [line, ...(call.stdin ? [call.stdin.text] : [])].map(text => text.slice(0, 400))
    session.fact({ kind: 'writes', api: call.program, paths: [path], contents, at })
    for (const value of [...call.words.slice(1), ...(call.stdin ? [call.stdin] : [])])
      session.flow(value, { kind: 'write', api: call.program, role: 'content', destinations: [path], at })
    return none
  }
}

/** Windows registry: the key is the path. */
function registry(call: Invocation, session: ScriptSession): Value {
  const [verb = '', key = ''] = call.words.slice(1).map(({ text }) => text)
  const at = call.site
  const contents = [
    call.words
      .slice(3)
      .map(({ text }) => text)
      .join(' ')
      .slice(0, 400),
  ]
  if (/^add$/i.test(verb))
    session.fact({ kind: 'writes', api: 'reg', paths: [key.replaceAll('\\', '/')], contents, at })
  else if (/^delete$/i.test(verb))
    session.fact({ kind: 'deletes', api: 'reg', paths: [key.replaceAll('\\', '/')], at })
  else if (/^query$/i.test(verb)) return unknown(session.source('host', `reg query ${key}`.slice(0, 100), at))
  return none
}

/** Commands that change the file system or what the system starts, by bare name. */
export const fileCommands: ReadonlyMap<string, Model> = new Map<string, Model>([
  ...[
    'rm',
    'rmdir',
    'unlink',
    'shred',
    'del',
    'erase',
    'rd',
    'rimraf',
    'remove-item',
    'del-cli',
    'srm',
    'truncate',
  ].map(name => [name, remove] as const),
  ...[
    'cp',
    'mv',
    'ln',
    'install',
    'copy',
    'xcopy',
    'robocopy',
    'move',
    'rename',
    'ren',
    'mklink',
    'copy-item',
    'move-item',
    'cpy',
    'cpx',
    'ncp',
    'copyfiles',
    'shx',
  ].map(name => [name, copy] as const),
  ['clear-content', clear],
  ['chmod', chmod],
  ['find', find],
  ...['cd', 'pushd', 'chdir', 'set-location', 'push-location', 'sl'].map(
    name => [name, changeFolder] as const,
  ),
  ...['popd', 'pop-location'].map(name => [name, changeBack] as const),
  ['dd', disk],
  ['crontab', persist('crontab', /^(?!-[lr]\b)/)],
  ['at', persist('at', /./)],
  ['launchctl', persist('LaunchAgents', /\b(?:load|bootstrap|submit|enable|start)\b/)],
  ['systemctl', persist('systemd', /\b(?:enable|link|start|edit)\b/)],
  ['schtasks', persist('schtasks', /\/create/i)],
  ['register-scheduledtask', persist('schtasks', /./)],
  ['sc', persist('services', /\bcreate\b/i)],
  ['reg', registry],
  ...['ls', 'dir', 'get-childitem'].map(name => [name, listing] as const),
])

/** `Clear-Content x`: the file stays, nothing of it does. */
function clear(call: Invocation, session: ScriptSession): Value {
  const at = call.words.findIndex(({ text }) => /^-(?:path|literalpath)$/i.test(text))
  const path =
    (at < 0 ? undefined : call.words[at + 1]) ?? call.words.slice(1).find(({ text }) => !text.startsWith('-'))
  const target = path ?? call.stdin
  if (target !== undefined)
    session.fact({ kind: 'writes', api: call.program, paths: [target.text], contents: [''], at: call.site })
  return none
}

function listing(call: Invocation, session: ScriptSession): Value {
  const deep = call.words.find(({ text }) => /^-r(?:ecurse)?$/i.test(text))
  const parameter = call.words.findIndex(({ text }) => /^-(?:path|literalpath)$/i.test(text))
  const root =
    parameter < 0 ? call.words.slice(1).find(({ text }) => !text.startsWith('-')) : call.words[parameter + 1]
  if (deep !== undefined && call.program === 'get-childitem' && root !== undefined)
    return { ...unknown(...readFile(session, root.text, call.site).sources), text: foundPath(root) }
  const paths = call.words.slice(1).filter(({ text }) => !text.startsWith('-'))
  return paths.length === 0
    ? constant('')
    : unknown(...paths.slice(0, 10).flatMap(({ text }) => readFile(session, text, call.site).sources))
}
