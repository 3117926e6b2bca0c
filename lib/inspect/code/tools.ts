import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import {
  argument,
  copyFile,
  flowInto,
  handResult,
  instance,
  pathsOf,
  readFile,
  type ModelledCall,
} from './effects.ts'
import { noteFetched } from './fetched.ts'
import type { Interpreter } from './interpreter.ts'
import { byCallLevel } from './levels.ts'
import { elementsOf } from './elements.ts'
import { namedMember } from './members.ts'
import { wordsOf } from './argument-words.ts'
import { noteEmptied, noteStored } from './stored.ts'
import {
  anything,
  join,
  joinTaints,
  known,
  knowns,
  nothing,
  ofObject,
  tainted,
  withTaints,
  changed,
  opened,
} from './values.ts'
import type { Value } from './values.ts'

/** Libraries that stand for a program: what they are told is a command line, a registry key or a line of a shell. */

/** Methods of `simple-git` that are several words of git's. */
const gitWords: Readonly<Record<string, readonly string[]>> = {
  raw: [],
  addConfig: ['config'],
  addTag: ['tag'],
  addRemote: ['remote', 'add'],
  checkoutLocalBranch: ['checkout', '-b'],
  deleteLocalBranch: ['branch', '-D'],
  deleteLocalBranches: ['branch', '-D'],
  mirror: ['clone', '--mirror'],
  pushTags: ['push', '--tags'],
}

/** `git.push('origin', 'main')` of a library that starts git. */
export function callGit(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle, self } = call
  const method = handle.api.slice('git.'.length)
  const words = [...(gitWords[method] ?? [method]), ...wordsOf(machine, call)]
  const line =
    method === 'addConfig' && words.includes('global') ? ['config', '--global', ...words.slice(1)] : words
  const commands = [['git', ...line].join(' ').slice(0, 4_000)]
  machine.fact({ kind: 'starts', api: `pkg:simple-git.${method}`, commands, manner: [] }, frame, place)
  machine.command({ text: 'git', args: line, shell: false, place, level: machine.level })
  noteFetched(machine, commands, call)
  const output = tainted([machine.source('command-output', (commands[0] ?? '').slice(0, 200), place)])
  handResult(machine, output, call)
  return opened(join(self, output))
}

/** A key of the Windows registry: `new Registry({ hive, key })`. */
export function openRegistry(machine: Interpreter, call: ModelledCall): Value {
  const key = namedMember(machine, argument(call, 0), 'key', call.frame, call.place)
  return instance(machine, 'registry', call, knowns(textsOf(key)))
}

/** `registry.set(name, type, value, done)`. */
export function setRegistry(machine: Interpreter, call: ModelledCall): Value {
  for (const { model } of call.self.objects)
    if (model !== undefined) {
      const paths = textsOf(machine.read(model.texts, call.frame)).map(text => text.replaceAll('\\', '/'))
      const contents = [0, 2].flatMap(at => textsOf(argument(call, at))).filter(text => text !== HOLE)
      machine.fact({ kind: 'writes', api: call.handle.api, paths, contents }, call.frame, call.place)
    }
  return handResult(machine, anything, call)
}

/** A read-eval-print loop: what comes in at its input is evaluated. */
export function startRepl(machine: Interpreter, call: ModelledCall): Value {
  const input = namedMember(machine, argument(call, 0), 'input', call.frame, call.place)
  // A program that opens one when it is asked to says itself who may come in.
  const taints = machine
    .deepTaints(input, call.frame)
    .filter(({ source: { kind } }) => kind === 'network' || machine.level < byCallLevel)
  flowInto(machine, taints, { kind: 'evaluate', role: 'code', destinations: [] }, call)
  return instance(machine, 'repl', call)
}

/** Operands of a function of `shelljs`: its options begin with a dash, lists are several. */
function operandsOf(machine: Interpreter, call: ModelledCall): readonly Value[] {
  return call.given.list
    .flatMap(value =>
      value.objects.some(one => one.kind === 'array')
        ? [elementsOf(machine, value, call.frame).any]
        : [value],
    )
    .filter(value => !value.known.some(text => typeof text === 'string' && /^-[A-Za-z]/.test(text)))
}

/** A shell in JavaScript: `shell.rm('-rf', x)`, `shell.cat(a).to(b)`. */
export function callShell(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle, self } = call
  const name = handle.api.slice(handle.api.lastIndexOf('.') + 1)
  const operands = operandsOf(machine, call)
  const last = operands.at(-1) ?? nothing
  switch (name) {
    case 'rm':
      machine.fact({ kind: 'deletes', api: handle.api, paths: operands.flatMap(pathsOf) }, frame, place)
      return anything
    case 'cp':
    case 'mv':
    case 'ln':
      return copyFile(machine, operands.slice(0, -1).reduce(join, nothing), last, call)
    case 'chmod':
      if (textsOf(operands[0] ?? nothing).some(mode => /x|^[0-7]*[1357]/.test(mode)))
        machine.fact({ kind: 'makes-executable', api: handle.api, paths: pathsOf(last) }, frame, place)
      return anything
    case 'sed':
      machine.fact({ kind: 'writes', api: handle.api, paths: pathsOf(last), contents: [] }, frame, place)
      return shellText(machine, call, nothing)
    case 'find':
    case 'ls':
      return listed(machine, operands.flatMap(textsOf), name === 'find', call)
    case 'cat':
    case 'head':
    case 'tail':
    case 'sort':
    case 'grep':
      return shellText(machine, call, readFile(machine, last, 'content', call))
    case 'to':
    case 'toEnd': {
      const target = argument(call, 0)
      const texts = self.objects.map(({ model }) => (model ? machine.read(model.texts, frame) : nothing))
      const content = texts.reduce(join, nothing)
      const paths = pathsOf(target)
      const contents = content.known.filter(text => typeof text === 'string').map(text => text.slice(0, 400))
      machine.fact({ kind: 'writes', api: handle.api, paths, contents }, frame, place)
      const taints = joinTaints(content.taints, self.taints)
      flowInto(machine, taints, { kind: 'write', role: 'content', destinations: paths }, call)
      return self
    }
    default:
      return shellText(machine, call, argument(call, 0))
  }
}

/** What a function of a shell prints: it can be put into a file. */
function shellText(machine: Interpreter, call: ModelledCall, text: Value): Value {
  const made = instance(machine, 'shell-text', call, changed(text, { objects: [], functions: [] }))
  return opened(withTaints(made, text.taints))
}

/** Names that a folder is found to hold, or everything below it. */
function listed(machine: Interpreter, folders: readonly Text[], deep: boolean, call: ModelledCall): Value {
  const below = deep ? `/${HOLE}/${HOLE}` : `/${HOLE}`
  const array = machine.objectAt(call.frame, `listed ${call.place.start}`, 'array')
  array.length = undefined
  const paths = folders
    .slice(0, 6)
    .map(folder => known(folder === '.' ? `/__project__${below}` : `${folder}${below}`))
  machine.writeRest(array, paths.reduce(join, nothing))
  return ofObject(array)
}

/** `open(path, flags)`: for reading, or as flags say. What is written to the descriptor goes to that file. */
export function openFile(machine: Interpreter, call: ModelledCall): Value {
  const flags = argument(call, 1).known.filter(text => typeof text === 'string')
  const writes = flags.some(flag => /^(?:[aw]|r?s?\+|rs?\+)/.test(flag))
  const path = argument(call, 0)
  const content =
    !writes || flags.some(flag => flag.includes('+')) ? readFile(machine, path, 'stream', call) : nothing
  if (!writes) return content
  const paths = pathsOf(path)
  const empties = flags.some(flag => /^w(?!x)/.test(flag))
  if (empties)
    machine.fact({ kind: 'writes', api: call.handle.api, paths, contents: [] }, call.frame, call.place)
  const made = instance(machine, 'write-stream', call, knowns(paths))
  handResult(machine, made, call)
  return join(content, made)
}

/** `dropDatabase()`, `flushall()`; `deleteMany({})` where nothing says which. */
export function emptyStore(machine: Interpreter, call: ModelledCall): Value {
  const name = call.handle.api.slice(call.handle.api.lastIndexOf('.') + 1)
  const [first] = call.given.list
  const all =
    first === undefined || (first.objects.length === 1 && first.objects[0]?.fields.size === 0 && !first.open)
  if (!/^(?:deleteMany|remove|delete)$/.test(name) || all) noteEmptied(machine, `${name}()`, call)
  const taints = call.self.taints
  return handResult(machine, tainted(taints), call)
}

/** A statement given to a client that is none of the modelled stores. */
export function runStatement(machine: Interpreter, call: ModelledCall): Value {
  for (const at of [0, 1]) {
    const value = argument(call, at)
    noteStored(machine, call.handle.api, changed(nothing, { known: value.known }), call)
  }
  return handResult(machine, tainted(call.self.taints), call)
}

/** The library of a coding assistant: it is started with a task, and with or without questions. */
export function askAgent(machine: Interpreter, call: ModelledCall): Value {
  const { frame, place, handle } = call
  const request = argument(call, 0)
  const member = (from: Value, name: string): Value => namedMember(machine, from, name, frame, place)
  const options = member(request, 'options')
  const mode = textsOf(member(options, 'permissionMode')).find(text => text !== HOLE)
  const skips = member(options, 'allowDangerouslySkipPermissions').known.includes(true)
  const prompt = textsOf(member(request, 'prompt'))[0] ?? HOLE
  const words = [
    'claude',
    ...(mode === undefined ? [] : ['--permission-mode', mode]),
    ...(skips ? ['--dangerously-skip-permissions'] : []),
    '-p',
    prompt,
  ]
  const command = words.join(' ').slice(0, 4_000)
  machine.fact({ kind: 'starts', api: handle.api, commands: [command], manner: [] }, frame, place)
  const output = tainted([machine.source('command-output', command.slice(0, 200), place)])
  return handResult(machine, output, call)
}
