import { opensPages } from '../../opens-pages.ts'
import { HOLE, type SinkKind, type Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import { noteFetched } from './fetched.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { namedMember } from './members.ts'
import { environmentApi } from './models/index.ts'
import { noteNodeOptions } from './node-options.ts'
import type { Place } from './sites.ts'
import { sketchOf } from './sketched.ts'
import { awaitFile, storeFile } from './stored-files.ts'
import { runWritten } from './written-scripts.ts'
import {
  hop,
  join,
  known,
  nothing,
  ofHandle,
  ofObject,
  tainted,
  changed,
  type ObjectValue,
  type Value,
} from './values.ts'
import {
  argument,
  allArguments,
  handResult,
  instance,
  flowInto,
  feedProgram,
  type ModelledCall,
  type ActOf,
} from './modelled-call.ts'

/** Programs that are started: what they are given, how, and where they run. */

export function start(machine: Interpreter, model: ActOf<'start'>, call: ModelledCall): Value {
  const { frame, place } = call
  const command = argument(call, model.command)
  // `$({ cwd })` of execa and zx is `$` with these options.
  if (isTagWithOptions(call.handle.api, command)) return ofHandle(call.handle)
  const given = model.argv === undefined ? nothing : argument(call, model.argv)
  const argv =
    given.objects.some(object => object.kind === 'array') || given.taints.length > 0 ? given : nothing
  const items =
    argv === nothing
      ? undefined
      : elementsOf(
          machine,
          changed(argv, { objects: argv.objects.filter(one => one.kind === 'array') }),
          frame,
        )
  // Of several lists each is a row of its own.
  const single = argv.objects.length === 1 ? sketchOf(machine, argv, frame)?.list : undefined
  const listed = items?.exact === true ? items.list : single
  const added = items?.exact === false ? addedWords(machine, textsOf(command), argv, frame) : undefined
  const [words, ...others] =
    items === undefined
      ? []
      : added !== undefined
        ? [added]
        : listed === undefined
          ? [[HOLE]]
          : rowsOf(listed)
  const options = allArguments(call)
    .flatMap(value => value.objects)
    .filter(object => object.kind === 'object')
  const manner = mannerOf(machine, options, frame, place)
  const shell = model.shell || manner.includes('shell')
  const folder = folderOf(machine, options, frame, place)
  const plain = [...(words ?? []), ...textsOf(command)].some(word => isPlainText(machine, word))
  const lists = items?.exact === false ? listsOf(machine, argv, frame) : []
  const lines = [
    ...linesOf(textsOf(command), words, lists),
    ...others.map(args => ({ text: textsOf(command)[0] ?? HOLE, args })),
  ]
  const commands = lines.map(line => [line.text, ...(line.args ?? [])].join(' ').slice(0, 8_000))
  machine.fact({ kind: 'starts', api: call.handle.api, commands, manner }, frame, place)
  // What is opened for the user as a page, no shell reads.
  const opens = opensPages(call.handle.api)
  for (const line of lines)
    if (!opens || !/^(?:https?:|\u0001)/i.test(line.text))
      machine.command({ ...line, shell, ...folder, plain, place, level: machine.level })
  const destinations = commands
  const inCommand = machine.deepTaints(command, frame)
  flowInto(machine, inCommand, { kind: 'command', role: 'command', destinations }, call)
  if (items !== undefined) {
    const taints = machine.deepTaints(argv, frame)
    // `win ? '/c' : '-c'` is one of them.
    const code = listed?.findIndex(word => textsOf(word).some(text => /^(?:-[epc]|--eval)$/.test(text))) ?? -1
    const evaluated =
      code >= 0 && items.exact ? machine.deepTaints(items.list[code + 1] ?? nothing, frame) : []
    flowInto(machine, evaluated, { kind: 'evaluate', role: 'code', destinations }, call)
    flowInto(machine, taints, { kind: 'command', role: 'argument', destinations }, call)
  }
  for (const option of options) {
    const input = namedMember(machine, ofObject(option), 'input', frame, place)
    feedProgram(machine, commands, input, call)
    flowInto(
      machine,
      machine.deepTaints(input, frame),
      { kind: 'command-stdin', role: 'stdin', destinations },
      call,
    )
  }
  for (const option of options) passEnvironment(machine, option, call, commands)
  startedFiles(machine, commands, 'command', call, folder.cwd)
  const fetched = noteFetched(machine, commands, call)
  const told = commands.filter(text => !text.includes(HOLE)).slice(0, 6)
  const output = tainted([
    ...(told.length > 0 ? told : [commands[0] ?? HOLE]).map(text =>
      machine.source('command-output', text.slice(0, 200), place),
    ),
    ...fetched,
  ])
  if (model.gives === 'output')
    return handResult(machine, told.some(asksForModules) ? join(output, known(globalModules)) : output, call)
  return childProcess(machine, commands, output, call)
}

/** Where packages lie that are installed for all projects; the command that says so. */
const globalModules = '/usr/lib/node_modules'

function asksForModules(command: Text): boolean {
  return /^(?:npm|pnpm)(?:\.cmd)?\s+root\s+(?:-g|--global)\s*$/.test(command)
}

function isTagWithOptions(api: string, { known: texts, open, objects }: Value): boolean {
  return (
    /^pkg:(?:execa|zx)(?:\.[\w$]+)?$/.test(api) &&
    !open &&
    texts.length === 0 &&
    objects.some(one => one.kind === 'object')
  )
}

/** Programs that are told by an option of each file or field what they send. */
const senders = /^(?:\S*[/\\])?(?:curl|wget|https?|xh)(?:\.exe)?$/i

const maxAdded = 60

/**
 * The words of a list that was added to by loops and callbacks, in the order in which they were first seen: each option
 * with all that is said after it. Only for programs that send, where the address is among them.
 */
function addedWords(
  machine: Interpreter,
  programs: readonly Text[],
  argv: Value,
  frame: Frame,
): readonly Text[] | undefined {
  const texts = argv.objects
    .filter(({ kind }) => kind === 'array')
    .flatMap(({ fields, rest }) => [...fields.values(), ...(rest === undefined ? [] : [rest])])
    .slice(0, maxAdded)
    .flatMap(cell => machine.read(cell, frame).known)
    .filter(text => typeof text === 'string')
  if (!programs.some(text => senders.test(text)) || !texts.some(isAddress)) return undefined
  let option: Text | undefined
  let taken = false
  return texts.flatMap(text => {
    if (isAddress(text)) return [text]
    if (text.startsWith('-')) {
      option = text
      taken = false
      return [text]
    }
    const again = taken && option !== undefined ? [option, text] : [text]
    taken = true
    return again
  })
}

function isAddress(text: Text): boolean {
  return /^(?:https?|ftp):\/\//.test(text)
}

const maxRows = 16

/** The arguments with the first text of each, and once more with each other program that one of them may be. */
function rowsOf(items: readonly Value[]): readonly (readonly Text[])[] {
  const texts = items.map(textsOf)
  const first = texts.map(([text]) => text ?? HOLE)
  const rows: (readonly Text[])[] = [first]
  for (const [at, more] of texts.entries())
    for (const text of more.slice(1))
      if (/[\s(]/.test(text) && rows.length < maxRows) rows.push(first.with(at, text))
  return rows
}

/** The words of each list that the arguments may be: rows of a table of programs, or what each of several functions gives. */
function listsOf(machine: Interpreter, argv: Value, frame: Frame): readonly (readonly Text[])[] {
  const arrays = argv.objects.filter(one => one.kind === 'array')
  if (arrays.length < 2 || arrays.length > maxLists) return []
  return arrays.flatMap(array => {
    const list = sketchOf(machine, ofObject(array), frame)?.list
    return list === undefined ? [] : [list.map(item => textsOf(item)[0] ?? HOLE)]
  })
}

const maxLists = 8

type Line = { readonly text: Text; readonly args: readonly Text[] | undefined }

/** Programs with their arguments: as many lists as programs are the rows of one table, in its order. */
function linesOf(
  programs: readonly Text[],
  words: readonly Text[] | undefined,
  lists: readonly (readonly Text[])[],
): readonly Line[] {
  const plain = programs.map(text => ({ text, args: words }))
  if (lists.length === 0) return plain
  const named = programs.filter(text => text !== HOLE)
  const rows =
    named.length === lists.length
      ? named.map((text, at) => ({ text, args: lists[at] }))
      : programs.flatMap(text => lists.map(args => ({ text, args })))
  return [...plain, ...rows]
}

/**
 * Variables made for a child: a file of the package that it runs reads them as its own, and a shell puts those that its
 * command line names into it.
 */
export function passEnvironment(
  machine: Interpreter,
  option: ObjectValue,
  call: ModelledCall,
  commands: readonly Text[] = [],
): void {
  const { frame, place } = call
  if (!option.fields.has('env')) return
  for (const variables of namedMember(machine, ofObject(option), 'env', frame, place).objects) {
    let count = 0
    for (const [name, cell] of variables.fields) {
      const value = machine.read(cell, frame)
      noteNodeOptions(machine, name, value, place)
      if (value.taints.length === 0) continue
      if (++count > 40) break
      const naming = commands.filter(command => expands(command, name))
      if (naming.length > 0)
        flowInto(machine, value.taints, { kind: 'command', role: 'argument', destinations: naming }, call)
      machine.write(
        machine.global(`${environmentApi}.${name}`),
        changed(nothing, { open: true, taints: hop(value.taints, `passed on as ${name}`, place) }),
      )
    }
  }
}

/** `$NAME`, `${NAME}`, `$env:NAME`, `%NAME%`, `!NAME!` in a command line. */
function expands(command: Text, name: string): boolean {
  for (let at = command.indexOf(name); at > 0; at = command.indexOf(name, at + 1)) {
    const after = command[at + name.length] ?? ''
    if (/(?:\$\{?(?:env:)?|%|!)$/i.test(command.slice(Math.max(0, at - 7), at)) && !/\w/.test(after))
      return true
  }
  return false
}

function childProcess(
  machine: Interpreter,
  commands: readonly Text[],
  output: Value,
  call: ModelledCall,
): Value {
  const texts = commands.reduce((value, text) => join(value, known(text)), nothing)
  const child = instance(machine, 'child', call, texts)
  const stdin = instance(machine, 'stdin', call, texts)
  for (const object of child.objects) {
    machine.writeField(object, 'stdin', stdin)
    machine.writeField(object, 'stdout', output)
    machine.writeField(object, 'stderr', output)
  }
  handResult(machine, output, call)
  return child
}

/** How a program is started, by the options: out of sight, without waiting for it. */
export function mannerOf(
  machine: Interpreter,
  options: readonly ObjectValue[],
  frame: Frame,
  place: Place,
): string[] {
  const manner = new Set<string>()
  for (const option of options) {
    const field = (name: string) =>
      option.fields.has(name) ? namedMember(machine, ofObject(option), name, frame, place) : nothing
    if (field('detached').known.includes(true)) manner.add('detached')
    if (field('windowsHide').known.includes(true)) manner.add('hidden')
    const shell = field('shell')
    if (shell.known.some(constant => constant === true || (typeof constant === 'string' && constant !== '')))
      manner.add('shell')
    const stdio = field('stdio')
    const words = [...stdio.known, ...elementsOf(machine, stdio, frame).any.known]
    if (words.includes('ignore')) manner.add('stdio-ignored')
    if (option.fields.has('input')) manner.add('stdin-data')
  }
  return [...manner].toSorted()
}

/** A word that holds what the program encoded before our eyes hides nothing. */
function isPlainText({ encodedTexts }: Interpreter, word: Text): boolean {
  for (const text of encodedTexts) if (text.length >= 16 && word.includes(text)) return true
  return false
}

/** The folder a program is started in, where its options name one: a single text, or one nobody knows. */
function folderOf(
  machine: Interpreter,
  options: readonly ObjectValue[],
  frame: Frame,
  place: Place,
): { readonly cwd?: Text } {
  const option = options.find(object => object.fields.has('cwd'))
  if (option === undefined) return {}
  const texts = textsOf(namedMember(machine, ofObject(option), 'cwd', frame, place))
  return { cwd: texts.length === 1 ? (texts[0] ?? HOLE) : HOLE }
}

/** Programs that read, compare or list the files they are given, and start none of them. */
const readers =
  /^(?:\S*[/\\])?(?:ls|stat|file|wc|head|tail|diff|cmp|test|touch|rm|rmdir|mkdir|cat|echo|cd|true|sha\d{1,3}sum|shasum|md5sum|md5|cksum|gpgv|git\s+(?:merge-file|hash-object|diff|add|rm)|tso\s+"?(?:oput|oget|ocopy))(?:\.exe)?(?:\s|$)/i

/** What unpacks; `tar` is told what to start by options of its own. */
const unpacking =
  /^(?:\S*[/\\])?(?:unzip|gunzip|bunzip2|unxz|(?:bsd)?tar)(?:\.exe)?\s(?!.*(?:--to-command|--checkpoint|--use-compress|-I\b|--rsh|--rmt))/i

/** What copies or renames. */
const copying = /^(?:\S*[/\\])?(?:cp|mv|copy|move|ditto)\s/i

/**
 * Where a command line that reads, unpacks or copies the file of that path puts it: `unzip x -d folder`, `gunzip x.gz`,
 * `cat x > y`. Undefined where it may start it, or where what it makes lies in a place that nobody knows.
 */
function handledInto(line: Text, path: Text, cwd: Text | undefined): readonly Text[] | undefined {
  if (/[`\n]|\$\(|<\(|(?<![&>])&(?![&>\d])/.test(line)) return undefined
  const places: Text[] = []
  for (const part of line.split(/\|{1,2}|&&|;/).map(one => one.trim())) {
    if (part === '') continue
    const written = /(?:^|[^\d&>])>{1,2}\s*([^\s>&]+)/.exec(part)?.[1]
    if (written !== undefined) places.push(unquoted(written))
    else if (unpacking.test(part) || copying.test(part)) {
      const into = placesOf(part, path, cwd)
      if (into.length === 0) return undefined
      places.push(...into)
    } else if (!readers.test(part)) return undefined
  }
  return places.filter(place => place !== path)
}

function placesOf(text: Text, path: Text, cwd: Text | undefined): readonly Text[] {
  const words = text.split(/\s+/).slice(1, 40).map(unquoted)
  if (copying.test(text)) {
    const [target = '', source = '', ...others] = words
      .filter(word => !/^[-/]\w{0,2}$|^--/.test(word))
      .toReversed()
    // A program that is copied as it is, is copied to be started.
    if ([source, ...others].includes(path)) return []
    return [target, `${target.replace(/\/$/, '')}/${source.slice(source.lastIndexOf('/') + 1)}`]
  }
  if (/^(?:\S*[/\\])?(?:gunzip|bunzip2|unxz)\b/i.test(text))
    return words.flatMap(word => /^(.*)\.(?:gz|bz2|xz)$/.exec(word)?.[1] ?? [])
  const at = words.findIndex(word => /^(?:-C|-d|--directory)$/.test(word))
  const joined = words.find(word => word.startsWith('--directory='))?.slice('--directory='.length)
  const folder = joined ?? (at < 0 ? cwd : words[at + 1])
  return folder === undefined ? [] : [folder]
}

function unquoted(word: Text): Text {
  return word.replace(/^["']|["']$/g, '')
}

/** A command line as it reads from the root, where it starts something of its folder. */
function fromFolder(text: Text, cwd: Text | undefined): Text {
  return cwd !== undefined && text.startsWith('./') ? `${cwd}/${text.slice(2)}` : text
}

/** Files that were written and are now started or loaded: what was written in them runs. */
export function startedFiles(
  machine: Interpreter,
  texts: readonly Text[],
  kind: SinkKind,
  call: ModelledCall,
  cwd?: Text,
): void {
  for (const text of texts) awaitFile(machine, text)
  for (const [path, cell] of machine.storedFiles) {
    const naming = texts.map(text => fromFolder(text, cwd)).filter(text => text.includes(path))
    if (naming.length === 0) continue
    const content = machine.read(cell, call.frame)
    const handled = kind === 'command' ? naming.map(text => handledInto(text, path, cwd)) : []
    if (handled.length > 0 && handled.every(places => places !== undefined)) {
      const taints = hop(content.taints, 'unpacked', call.place)
      storeFile(machine, handled.flat(), changed(content, { taints }), call)
      continue
    }
    flowInto(machine, content.taints, { kind, role: 'file', destinations: [path] }, call)
    if (kind === 'command') runWritten(machine, path, content.known, call.place)
  }
}

// ---- code
