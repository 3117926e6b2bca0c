import { limits } from '../limits.ts'
import {
  HOLE,
  type Entry,
  type EntryEdge,
  type Fact,
  type FileKind,
  type Flow,
  type Gap,
  type Hook,
  type Manifest,
  type Phase,
  type Site,
  type Text,
} from '../types.ts'
import type { CodeRun, FoundCommand } from './code/code-run.ts'
import { matchingFiles } from './code/matching-files.ts'
import { parseCode } from './code/parse.ts'
import { folderOf, joinInside } from './entries/package-files.ts'
import { resolvePath } from './entries/resolve-in-package.ts'
import { own } from './manifest.ts'
import type { PackageView } from './package-view.ts'
import { from } from './script/folders.ts'
import { commandsOf, listsOf } from './script/cmake.ts'
import { includesOf, recipesOf } from './script/makefile.ts'
import { shellWord } from './script/shell-word.ts'
import { mayStart, nativeSource } from './script/native-source.ts'
import { readScript } from './script/read-script.ts'
import type { Dialect, ScriptCode, ScriptReading, ScriptStart } from './script/script-reading.ts'

/** Where a start was read: what it is called for people, the file it stands in, and when it happens. */
type Origin = {
  readonly via: string
  readonly from: string
  readonly phase: Phase
  readonly depth: number
  /** The folder it runs in, from the package's root; `HOLE` where only the user knows. */
  readonly cwd: Text
}

const order: readonly Phase[] = ['install', 'import', 'run', 'dormant']

/** The earlier of two phases. */
export function earlier(a: Phase, b: Phase): Phase {
  return order.indexOf(a) <= order.indexOf(b) ? a : b
}

/** Everything that following commands and files brought to light. */
export class Follower {
  readonly facts: Fact[] = []
  readonly flows: Flow[] = []
  readonly gaps: Gap[] = []
  readonly edges = new Map<string, EntryEdge>()
  readonly entries: Entry[] = []
  readonly phases = new Map<string, Phase>()
  /** What is started in the package's own node_modules: files of other packages in the same tarball. */
  readonly bundled: Entry[] = []
  readonly #view: PackageView
  readonly #manifest: Manifest
  readonly #code: CodeRun | undefined
  readonly #seen = new Set<string>()
  /** Folders of the manifests inside the package by the names in them, once somebody asked. */
  #workspaces: ReadonlyMap<unknown, string> | undefined
  /** Programs in the text of a script, by the place they stand at. */
  readonly #embeddedAt = new Map<string, string[]>()

  constructor(view: PackageView, manifest: Manifest, code: CodeRun | undefined) {
    this.#view = view
    this.#manifest = manifest
    this.#code = code
  }

  /** Reads the command of a hook; gives it back with the files of the package it starts. */
  hook(hook: Hook, place: (start: number, end: number) => Site): Hook {
    const origin: Origin = { via: hook.event, from: 'package.json', phase: 'install', depth: 0, cwd: '' }
    const reading = readScript({
      text: this.#filled(hook.command),
      dialect: 'hook',
      path: hook.at.path,
      phase: 'install',
      place,
    })
    const starts = this.#take(reading, origin)
    return { ...hook, starts: [...new Set(starts)] }
  }

  /** npm hands the fields of `config` to scripts as variables. */
  #filled(command: string): string {
    if (!command.includes('npm_package_config_')) return command
    const fields = own(this.#view.manifest(''), 'config')
    return command.replaceAll(
      /\$\{?npm_package_config_(\w{1,100})\}?|%npm_package_config_(\w{1,100})%/g,
      (whole, posix?: string, windows?: string) => {
        const value = own(fields, posix ?? windows ?? '')
        return typeof value === 'string' ? value.slice(0, 1_000) : whole
      },
    )
  }

  /** A line of another file that a shell runs in the folder `cwd`: a gyp command. */
  line(text: string, at: Site, via: string, phase: Phase, cwd: string): void {
    this.#take(
      readScript({ text, holed: true, dialect: 'hook', path: at.path, phase, cwd, place: () => at }),
      {
        via,
        from: at.path,
        phase,
        depth: 0,
        cwd,
      },
    )
  }

  /** What a build compiles and a program then loads: the sources, whichever of them a platform chooses. */
  compiled(via: string): void {
    if (this.#seen.has('compiled')) return
    this.#seen.add('compiled')
    for (const { path, bytes } of this.#view.packed()) {
      if (!nativeSource.test(path) || !mayStart(bytes)) continue
      this.phases.set(path, earlier('import', this.phases.get(path) ?? 'dormant'))
      this.#readFile(path, 'native', { via, from: path, phase: 'import', depth: 0, cwd: HOLE })
    }
  }

  /**
   * An entry that imports or bins name: its kind decides who reads it. What is loaded is JavaScript to Node, whatever
   * its name; a style sheet that a field names is none.
   */
  entry(entry: Entry): void {
    const isLoaded = entry.phase === 'import' && this.#view.kind(entry.path) === 'text'
    if (isLoaded && !this.#isCode(entry.path)) return
    this.#file(
      entry.path,
      isLoaded ? 'node' : 'exec',
      { via: entry.via, from: 'package.json', phase: entry.phase, depth: 0, cwd: HOLE },
      false,
    )
  }

  /** Node refuses what cannot be parsed, except where only we gave up. */
  #isCode(path: string): boolean {
    const parsed = parseCode(this.#view.text(path) ?? '', path)
    return parsed.kind === 'tree' || parsed.why === 'nested too deeply'
  }

  /** Runs the code analysis and reads the commands it finds until there is nothing new. */
  run(): void {
    if (!this.#code) return
    for (let round = 0; ; round++) {
      this.#code.run()
      const commands = this.#code.takeCommands()
      if (commands.length === 0) return
      if (round >= limits.maxFollowRounds) {
        this.gaps.push({
          kind: 'content',
          what: `programs start one another more than ${limits.maxFollowRounds} deep`,
        })
        return
      }
      for (const command of commands) this.#command(command)
    }
  }

  #command(command: FoundCommand): void {
    // Seen from another folder, a path of the package is not one from there.
    const stays = command.cwd === undefined && !/\b(?:cd|pushd|chdir|set-location)\b/i.test(command.text)
    const seen = stays ? inPackage : (text: string) => text
    const words = [command.text, ...(command.args ?? [])].map(seen)
    const text = command.shell ? seen(command.text) : words.map(shellWord).join(' ')
    if (text.replaceAll(HOLE, '').trim() === '') return
    const { at, phase } = command
    const key = `command\0${phase}\0${at.path}\0${text}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    // npm runs hooks in the package's folder; everything else runs where its user is, unless the code says where.
    const cwd =
      command.cwd === undefined ? (phase === 'install' ? '' : HOLE) : from('', inPackage(command.cwd))
    const reading = readScript({
      text,
      holed: true,
      dialect: command.shell ? 'hook' : 'shell',
      path: at.path,
      phase,
      cwd,
      place: () => at,
    })
    const facts = command.plain === true ? reading.facts.map(inClear) : reading.facts
    this.#take({ ...reading, facts }, { via: at.path, from: at.path, phase, depth: 1, cwd })
  }

  /** Keeps what a reading says and follows what it starts; gives the paths of the package among that. */
  #take(reading: ScriptReading, origin: Origin): string[] {
    this.facts.push(...reading.facts)
    this.flows.push(...reading.flows)
    this.gaps.push(...reading.gaps)
    for (const code of reading.codes) this.#embedded(code, origin)
    return reading.starts.flatMap(start => this.#start(start, origin))
  }

  #start(start: ScriptStart, origin: Origin): string[] {
    if (origin.depth > limits.maxFollowRounds) return []
    if (start.kind === 'file')
      return start.target.includes('*') ? this.#matching(start, origin) : this.#path(start, origin)
    if (start.kind === 'npm-script') this.#script(start.target, start.cwd, { ...origin, cwd: '' })
    const bin = this.#manifest.bins.find(({ name }) => name === start.target)
    if (start.kind === 'bin' && bin) return this.#path({ ...start, target: bin.path }, origin)
    return []
  }

  /** `node lib/*.js`: whatever the shell would put there. */
  #matching(start: ScriptStart, origin: Origin): string[] {
    const pattern = `/__package__/${start.target.replace(/^(?:\.\/)+/, '').replace('*', HOLE)}`
    return matchingFiles(folder => this.#view.files.below(folder), pattern, '').flatMap(path =>
      this.#path({ ...start, target: path.slice('/__package__/'.length) }, origin),
    )
  }

  /** From the folder it runs in, or else from that of the script itself or the package's root. */
  #path(start: ScriptStart, origin: Origin): string[] {
    // `node .` starts what `main` names.
    const target = start.target.replace(/^\.$/, '').replace(/^(?:\.\/)+/, '')
    const inner =
      origin.cwd !== '' && target.startsWith(`${origin.cwd}/`) ? target.slice(origin.cwd.length + 1) : target
    for (const path of [
      joinInside('', target),
      joinInside(folderOf(origin.from), inner),
      joinInside('', inner),
    ]) {
      const found =
        path === undefined || path.startsWith('~') || start.target.startsWith('/')
          ? undefined
          : start.how === 'python' && this.#view.files.isFolder(path)
            ? this.#view.files.find(`${path}/__main__.py`)
            : resolvePath(this.#view, path)[0]
      if (found !== undefined) {
        this.#file(found, start.how, { ...origin, cwd: start.cwd }, true)
        return [found]
      }
      if (path?.includes('node_modules/') === true && origin.phase !== 'dormant')
        this.bundled.push({ path, phase: origin.phase, via: origin.via })
    }
    return []
  }

  /** `npm run build:*` names several; npm also runs pre and post scripts. */
  #script(name: string, cwd: Text, origin: Origin): void {
    const folder = this.#manifestAt(cwd)
    const scripts = this.#scriptsOf(folder)
    // https://docs.npmjs.com/cli/v11/commands/npm-start
    if (name === 'start' && !scripts.some(({ event }) => event === 'start'))
      this.#path(
        { kind: 'file', target: 'server.js', how: 'node', at: inManifest(folder, ''), cwd: folder },
        origin,
      )
    const star = name.indexOf('*')
    for (const { event, command } of scripts) {
      const own =
        star < 0 ? [name, `pre${name}`, `post${name}`].includes(event) : event.startsWith(name.slice(0, star))
      const key = `script\0${origin.phase}\0${folder}\0${event}`
      if (!own || this.#seen.has(key)) continue
      this.#seen.add(key)
      const via = `${origin.via} > npm run ${event}`
      const at = inManifest(folder, command)
      const reading = readScript({
        text: this.#filled(command),
        dialect: 'hook',
        path: at.path,
        phase: origin.phase,
        cwd: folder,
        place: () => at,
      })
      this.#take(reading, {
        ...origin,
        via,
        from: folder === '' ? origin.from : at.path,
        cwd: folder,
        depth: origin.depth + 1,
      })
    }
  }

  /** The folder whose manifest npm takes there, or that of the workspace which is called so; the root by default. */
  #manifestAt(cwd: Text): string {
    if (cwd === '' || cwd.includes(HOLE)) return ''
    for (let folder = cwd.replace(/\/$/, ''); folder !== '' && folder !== '.'; folder = folderOf(folder))
      if (this.#view.files.find(`${folder}/package.json`) !== undefined) return folder
    this.#workspaces ??= new Map(
      [...this.#view.packed()]
        .filter(({ path }) => path.endsWith('/package.json'))
        .map(({ path }) => [own(this.#view.manifest(folderOf(path)), 'name'), folderOf(path)]),
    )
    return this.#workspaces.get(cwd) ?? ''
  }

  #scriptsOf(folder: string): Manifest['scripts'] {
    if (folder === '') return this.#manifest.scripts
    const scripts = own(this.#view.manifest(folder), 'scripts')
    if (typeof scripts !== 'object' || scripts === null) return []
    return Object.entries(scripts).flatMap(([event, command]: [string, unknown]) =>
      typeof command === 'string' ? [{ event, command: command.slice(0, limits.maxScriptChars) }] : [],
    )
  }

  #file(path: string, how: string, origin: Origin, isStart: boolean): void {
    const { phase, via } = origin
    this.phases.set(path, earlier(phase, this.phases.get(path) ?? 'dormant'))
    if (origin.from !== path && isStart)
      this.edges.set(`${origin.from}\0${path}\0${phase}\0${how}`, { from: origin.from, to: path, phase, how })
    const key = `file\0${phase}\0${path}\0${isBuild(how) ? how : readerOf(how, this.#view.kind(path))}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    if (phase !== 'dormant') this.entries.push({ phase, via, path })
    const reader = readerOf(how, this.#view.kind(path))
    if (isBuild(how)) this.#readBuild(path, how.split(' '), origin)
    else if (reader === 'code') this.#code?.addEntry({ path, phase, via })
    else if (reader !== undefined) this.#readFile(path, reader, origin)
  }

  #readFile(path: string, dialect: Dialect, origin: Origin): void {
    const text = this.#view.text(path)
    if (text === undefined) return
    this.#take(readScript({ text, dialect, path, phase: origin.phase, cwd: origin.cwd }), {
      ...origin,
      from: path,
      depth: origin.depth + 1,
    })
  }

  /** A makefile with its targets, or the lists of CMake: the commands they run, as a shell reads them. */
  #readBuild(path: string, [tool, ...targets]: readonly string[], origin: Origin): void {
    const whole = this.#view.text(path)
    if (whole === undefined || whole.length > limits.maxScriptBytes) return
    const text = tool === 'cmake' ? commandsOf(whole) : recipesOf(whole, targets)
    if (tool === 'cmake') {
      this.compiled(origin.via)
      for (const list of listsOf(whole)) this.#included(list, 'cmake', path, origin)
    } else {
      const { paths, targets: needed } = includesOf(whole, targets)
      const how = ['make', ...needed].slice(0, limits.maxFollowRounds).join(' ')
      if (needed.length > 0) for (const one of paths) this.#included(one, how, path, origin)
    }
    this.#take(readScript({ text, dialect: 'shell', path, phase: origin.phase, cwd: origin.cwd }), {
      ...origin,
      from: path,
      depth: origin.depth + 1,
    })
  }

  /** Another file that a build file pulls in, from its own folder or from the root. */
  #included(file: string, how: string, path: string, origin: Origin): void {
    if (origin.depth > limits.maxFollowRounds) return
    for (const folder of [folderOf(path), '']) {
      const target = joinInside(folder, file)
      const found = target === undefined ? undefined : this.#view.files.find(target)
      if (found === undefined) continue
      this.#file(found, how, { ...origin, from: path, depth: origin.depth + 1 }, true)
      return
    }
  }

  #embedded(code: ScriptCode, origin: Origin): void {
    const { path, line, column } = code.at
    const { phase, via } = origin
    const place = `${path}#${line}:${column}`
    const key = `code\0${phase}\0${place}\0${code.text}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    // One line of code may start several programs: each is a file of its own.
    const texts = this.#embeddedAt.get(place) ?? []
    if (!texts.includes(code.text)) texts.push(code.text)
    this.#embeddedAt.set(place, texts)
    const turn = texts.indexOf(code.text)
    const name = turn === 0 ? place : `${place}-${turn + 1}`
    if (code.language === 'javascript')
      this.#code?.addVirtual({ path: `${name}.${code.module ? 'mjs' : 'cjs'}`, text: code.text, phase, via })
    else if (code.language === 'python')
      this.#take(
        readScript({
          text: code.text,
          dialect: 'python',
          path,
          phase,
          cwd: origin.cwd,
          place: () => code.at,
        }),
        {
          ...origin,
          depth: origin.depth + 1,
        },
      )
    else {
      this.#take(
        readScript({
          text: code.text,
          dialect: 'coarse',
          path,
          phase,
          cwd: origin.cwd,
          place: () => code.at,
        }),
        { ...origin, depth: origin.depth + 1 },
      )
      this.facts.push({
        kind: 'unreadable',
        why: `${code.language} code is not analysed`,
        share: 1,
        phase,
        byCall: false,
        guards: [],
        at: code.at,
      })
    }
  }
}

const inManifest = (folder: string, command: string): Site => ({
  path: folder === '' ? 'package.json' : `${folder}/package.json`,
  line: 1,
  column: 1,
  code: command.slice(0, limits.maxEvidenceChars),
})

function isBuild(how: string): boolean {
  return how === 'cmake' || how === 'make' || how.startsWith('make ')
}

/** A program that the code encodes itself, to hand it over, is no hidden one. */
function inClear(fact: Fact): Fact {
  return fact.kind === 'evaluates' ? { ...fact, decoders: [] } : fact
}

/** Who reads a file: the interpreter it is handed to decides, whatever it is called. */
function readerOf(how: string, kind: FileKind): Dialect | 'code' | undefined {
  if (how === 'node' || how === 'preload') return kind === 'native' || kind === 'wasm' ? undefined : 'code'
  if (how === 'sh' || how === 'source') return kind === 'native' ? undefined : 'shell'
  if (how === 'python') return 'python'
  if (how === 'powershell') return 'powershell'
  if (/^(?:perl|ruby|php|osascript|wscript)$/.test(how)) return kind === 'native' ? undefined : 'coarse'
  switch (kind) {
    case 'javascript':
      return 'code'
    case 'shell':
    case 'batch':
    case 'powershell':
    case 'python':
      return kind
    // A program without a hashbang is run by the shell that starts it.
    case 'text':
      return how === 'exec' ? 'shell' : undefined
    default:
      return undefined
  }
}

/** The analysis of code puts the package at `/__package__`, as `__dirname` does; a script means its own folder. */
function inPackage(text: string): string {
  return text.replaceAll(/(?:file:\/\/)?\/__package__(?:\/|(?=\s|$))/g, './')
}
