import { posix } from 'node:path'
import type { AnyNode, ImportDeclaration } from 'acorn'
import { limits } from '../../limits.ts'
import type { Phase, Text } from '../../types.ts'
import { declareBinding, enterScope } from './environment.ts'
import { BudgetSpent } from './frame.ts'
import { type Context, type Frame, type Interpreter, type Loader, type SourceFile } from './interpreter.ts'
import { byCallLevel, phaseOf } from './levels.ts'
import { fromJson } from './json-data.ts'
import { imported, loadOutside } from './loading.ts'
import { handleValue } from './members.ts'
import { matchingFiles } from './matching-files.ts'
import { addon, builtinModules, canonical } from './models/index.ts'
import { Budget } from './fold/budget.ts'
import { foldProgram } from './fold/fold-program.ts'
import { openings } from './lexer/gate.ts'
import { lex, type Lexed } from './lexer/lexer.ts'
import { obfuscationOf } from './lexer/obfuscation.ts'
import { parseCode } from './parse.ts'
import { boundNames, findScopes } from './scope.ts'
import { placeOf, siteOf, type CodeText, type Place } from './sites.ts'
import {
  anything,
  join,
  known,
  newBinding,
  newCell,
  nothing,
  ofHandle,
  ofObject,
  changed,
  type Cell,
  type Environment,
  type ObjectValue,
  type Value,
} from './values.ts'

/** What the analysis asks about the package. Pure look-ups in what has been unpacked. */
export type CodeHost = {
  /** The text of a file of the package; undefined where there is none. Invalid UTF-8 has been replaced. */
  text(path: string): string | undefined
  /** What the lexer found in a file, where it has been through it already. */
  lexed?(path: string): Lexed | undefined
  /** The file of the package a specifier names, all conditions merged; undefined outside the package. */
  resolve(from: string, specifier: string, how: 'require' | 'import'): string | undefined
  /** The files it names under other conditions of `imports` or `exports`. */
  alternatives?(from: string, specifier: string, how: 'require' | 'import'): readonly string[]
  /** Every file below a folder of the package; absent where no package lies behind the text. */
  below?(folder: string): readonly string[]
  readonly manifest: {
    readonly name: string | undefined
    readonly version: string | undefined
    readonly description: string | undefined
    /** The parsed package.json, for code that reads keys out of it. */
    readonly raw: unknown
  }
}

export type ModuleRecord = {
  readonly path: string
  readonly file: SourceFile | undefined
  readonly moduleObject: ObjectValue
  readonly namespace: ObjectValue
  context: Context
  level: number
}

/** Node refuses to import any other extension; `require` takes every unknown one for JavaScript. */
const loadsAsCode = /(?:\.[cm]?[jt]sx?|\.json|\.node|(?:^|\/)[^./]+)$/

const maxVirtualDepth = 3
const maxVirtualFiles = 4_000

export class Modules implements Loader {
  readonly #host: CodeHost
  readonly records = new Map<string, ModuleRecord>()
  readonly #virtual = new Map<string, { value: Cell; context: Context }>()
  /** Files that are loaded by files which were not evaluated. */
  readonly #waiting: string[] = []
  /** Files that only an `import` names and that no Node loads as code: an image or a table of a bundler's. */
  readonly #assets = new Set<string>()
  /** Compiled files of the package that are loaded, and when first. */
  readonly #natives = new Map<string, number>()
  #virtualCount = 0
  /** Modules whose text stands in their URL, by that text. */
  readonly #data = new Map<string, ModuleRecord>()

  constructor(host: CodeHost) {
    this.#host = host
  }

  readText(path: string): string | undefined {
    const text = this.#host.text(path.replace(/^\.\//, ''))
    return text !== undefined && text.length <= 2_000_000 ? text : undefined
  }

  /** What was read: code, and the JSON that it loads. */
  texts(): readonly string[] {
    return [...this.records.values()].flatMap(
      ({ path, file }) => file?.text ?? (path.endsWith('.json') ? (this.readText(path) ?? []) : []),
    )
  }

  filePhases(): ReadonlyMap<string, Phase> {
    const phases = new Map<string, Phase>()
    for (const path of [...this.records.keys()].toSorted())
      phases.set(path, phaseOf(this.records.get(path)!.level))
    for (const [path, level] of this.#natives) phases.set(path, phaseOf(level))
    return phases
  }

  matching(text: Text, from: string): readonly string[] {
    return matchingFiles(folder => this.#host.below?.(folder) ?? [], text, from)
  }

  load(
    machine: Interpreter,
    specifier: string,
    from: string,
    how: 'require' | 'import',
    frame: Frame | undefined,
    place: Place,
  ): Value {
    const bare = specifier.startsWith('node:') ? specifier.slice(5) : specifier
    const local =
      this.#resolve(specifier, from, how) ?? this.#inCurrentFolder(specifier, from, how, machine.level)
    if (local === undefined && builtinModules.has(bare))
      return ofHandle(machine.handle(canonical(`node:${bare}`)))
    if (local !== undefined) {
      this.#noteEdge(machine, from, local, how)
      if (local.endsWith('.node') && frame !== undefined) {
        const api = how === 'import' ? 'import()' : 'global:require'
        machine.fact({ kind: 'loads', api, targets: [`/__package__/${local}`], native: true }, frame, place)
        this.#natives.set(local, Math.min(machine.level, this.#natives.get(local) ?? machine.level))
        return changed(anything, { handles: [machine.handle(addon)] })
      }
      return this.#others(specifier, from, how).reduce(
        (all, path) => {
          this.#noteEdge(machine, from, path, how)
          return join(all, this.valueOf(machine, path, how, frame))
        },
        this.valueOf(machine, local, how, frame),
      )
    }
    if (frame === undefined) return anything
    const stored = machine.storedFiles.get(specifier)
    if (
      specifier.startsWith('.') ||
      specifier.startsWith('/') ||
      specifier.startsWith('~') ||
      stored !== undefined ||
      specifier.endsWith('.node')
    ) {
      return loadOutside(machine, writtenPath(machine, specifier, from), how, frame, place)
    }
    // Browsers, Deno and Bun load from other machines; Node does not.
    if (/^https?:\/\//.test(specifier)) return loadOutside(machine, specifier, how, frame, place)
    if (specifier.startsWith('data:')) return this.#loadData(machine, specifier, how, frame, place)
    const name = /^(?:@[\w.~-]+\/)?[\w.~-]+(?=$|\/)/.exec(specifier)?.[0]
    if (phaseOf(machine.level) === 'install' && name !== undefined)
      machine.fact({ kind: 'uses', name }, frame, place)
    return join(
      handleValue(machine, canonical(`pkg:${specifier}`), undefined, undefined, frame, place),
      nothing,
    )
  }

  /** A `data:` URL is code in a name, or JSON: a module like any other, with exports of its own. */
  #loadData(machine: Interpreter, url: string, how: 'require' | 'import', frame: Frame, place: Place): Value {
    const comma = url.indexOf(',')
    const type = url.slice(0, comma)
    if (how === 'require' || /^data:application\/json\b/i.test(type)) return anything
    const text = url.slice(comma + 1)
    const code = /;\s*base64$/i.test(type) ? bytesAsText(decodeText(text)) : decodeText(text)
    machine.fact({ kind: 'evaluates', api: 'import()', code: 'constant', decoders: [] }, frame, place)
    const depth = frame.file.depth + 1
    if (depth > maxVirtualDepth) {
      machine.gap(`${frame.file.path}: code inside code inside code is not followed further`, frame.file.path)
      return anything
    }
    let record = this.#data.get(code)
    if (record === undefined) {
      // Whoever loads so many texts hides one among them.
      if (++this.#virtualCount > maxVirtualFiles) throw new BudgetSpent()
      const { path, line } = siteOf(place)
      const before = this.records.has(`${path}:${line} (data:)`) ? ` ${this.#virtualCount}` : ''
      record = this.#makeRecord(machine, `${path}:${line} (data:)${before}`, code, depth)
      this.#data.set(code, record)
    }
    this.run(machine, record)
    return record.file?.module === true
      ? ofObject(record.namespace)
      : machine.read(machine.field(record.moduleObject, 'exports'), frame)
  }

  /** npm runs scripts in the package's own folder. Every project has a package.json, so that one may be the project's. */
  #inCurrentFolder(
    specifier: string,
    from: string,
    how: 'require' | 'import',
    level: number,
  ): string | undefined {
    const path = /^(?:file:\/\/)?\/__project__\/(.+)$/.exec(specifier)?.[1]
    return path === undefined || path === 'package.json' || phaseOf(level) !== 'install'
      ? undefined
      : this.#resolve(`/__package__/${path}`, from, how)
  }

  #noteEdge(machine: Interpreter, from: string, to: string, how: 'require' | 'import'): void {
    const key = `${from}\n${to}\n${how}`
    if (!machine.edges.has(key)) machine.edges.set(key, { from, to, phase: phaseOf(machine.level), how })
  }

  /** A name of `imports`, or the package's own, may stand for a file under each condition: all of them are what is loaded. */
  #others(specifier: string, from: string, how: 'require' | 'import'): readonly string[] {
    if (/^[./]/.test(specifier)) return []
    return this.#host.alternatives?.(from.replace(/[:#].*$/, ''), specifier, how) ?? []
  }

  locate(specifier: string, from: string): string | undefined {
    const path = this.#resolve(specifier, from, 'require')
    return path === undefined ? undefined : `/__package__/${path}`
  }

  #resolve(specifier: string, from: string, how: 'require' | 'import'): string | undefined {
    const virtualFrom = from.includes(':') ? from.slice(0, from.indexOf(':')) : from
    if (specifier.startsWith('/__package__/')) {
      return this.#host.resolve('package.json', `./${specifier.slice('/__package__/'.length)}`, how)
    }
    if (specifier.startsWith('file:///__package__/'))
      return this.#host.resolve('package.json', `./${specifier.slice('file:///__package__/'.length)}`, how)
    return this.#host.resolve(virtualFrom.replace(/#.*$/, ''), specifier, how)
  }

  /** The value of a file of the package as another file sees it; its body is evaluated the first time. */
  valueOf(machine: Interpreter, path: string, how: 'require' | 'import', frame: Frame | undefined): Value {
    if (how === 'import' && !loadsAsCode.test(path)) this.#assets.add(path)
    else if (this.#assets.delete(path) && this.records.get(path)?.file === undefined)
      this.records.delete(path)
    const record = this.record(machine, path)
    if (record === undefined) return anything
    this.run(machine, record)
    const readCell = (cell: Cell): Value => (frame === undefined ? cell.value : machine.read(cell, frame))
    if (record.file?.module === true) return ofObject(record.namespace)
    return withoutBlank(readCell(machine.field(record.moduleObject, 'exports')))
  }

  record(machine: Interpreter, path: string): ModuleRecord | undefined {
    const known = this.records.get(path)
    if (known !== undefined) return known
    const text = this.#host.text(path)
    if (text === undefined) return undefined
    return this.#makeRecord(machine, path, text, 0)
  }

  /** Code that is no file of its own: `node -e`, decoded text. */
  addText(machine: Interpreter, path: string, text: string): ModuleRecord {
    return this.records.get(path) ?? this.#makeRecord(machine, path, text, 0)
  }

  #makeRecord(machine: Interpreter, path: string, text: string, depth: number): ModuleRecord {
    const moduleObject = machine.makeObject('object')
    moduleObject.model = {
      name: 'module',
      api: 'module',
      place: { file: { path, text, lines: undefined }, start: 0, end: 0 },
      texts: newCell(),
      pending: newCell(),
    }
    const namespace = machine.makeObject('namespace')
    const record: ModuleRecord = {
      path,
      file: undefined,
      moduleObject,
      namespace,
      level: machine.level,
      context: {
        queued: false,
        level: machine.level,
        runs: 0,
        running: false,
        made: new Map(),
        run: () => undefined,
      },
    }
    this.records.set(path, record)
    if (depth === 0 && this.#isConduit(machine, path, text)) return record
    const file = this.#parse(machine, path, text, depth)
    if (file === undefined) return record
    const whole = { ...record, file }
    whole.context.run = () => this.#runModule(machine, whole)
    this.records.set(path, whole)
    return whole
  }

  /**
   * Whether a file can only pass on what others give it. In packages of many megabytes such files are not evaluated
   * where only a user's call reaches them: what they load is, and they count as code that was not seen.
   */
  #isConduit(machine: Interpreter, path: string, text: string): boolean {
    if (machine.level < byCallLevel || machine.parsed < limits.hugePackageChars || path.endsWith('.json'))
      return false
    const lexed = this.#host.lexed?.(path) ?? lex(text)
    machine.step(text.length >> 6)
    if (openings(new Map([[path, lexed]])).length > 0) return false
    for (const { specifier, how } of lexed.edges) {
      const to = this.#resolve(specifier, path, how)
      if (to === undefined) continue
      const key = `${path}\n${to}\n${how}`
      const phase = phaseOf(machine.level)
      if (!machine.edges.has(key)) machine.edges.set(key, { from: path, to, phase, how })
      this.#waiting.push(to)
    }
    machine.writeField(this.records.get(path)!.moduleObject, 'exports', anything)
    return true
  }

  /** Runs what files that were not evaluated load. */
  runWaiting(machine: Interpreter): void {
    for (let path = this.#waiting.pop(); path !== undefined; path = this.#waiting.pop()) {
      const record = this.record(machine, path)
      if (record !== undefined) this.run(machine, record)
    }
  }

  #parse(machine: Interpreter, path: string, text: string, depth: number): SourceFile | undefined {
    const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    const start: Place = {
      file: { path, text: clean, lines: undefined },
      start: 0,
      end: Math.min(clean.length, 80),
    }
    if (path.endsWith('.json')) return undefined
    machine.allow(clean.length)
    machine.step(clean.length >> 3)
    const parsed = parseCode(clean, path)
    if (parsed.kind === 'unreadable') {
      // What does not begin as text, Node cannot run either: a picture or a font that a bundler is to find.
      if (this.#assets.has(path) || /^(?:\uFFFD|\w{0,8}\u0000)/.test(clean)) return undefined
      machine.recorder.fact(
        { kind: 'unreadable', why: parsed.why, share: 1 },
        { level: machine.level, place: start, guards: [] },
      )
      // A text that is evaluated and that no parser reads is none that Node runs: what it is made of was known in part.
      if ((depth === 0 && machine.level <= 1) || parsed.why === 'nested too deeply')
        machine.gap(`${path}: ${parsed.why}`, path)
      return undefined
    }
    noteObfuscation(machine, { path, text: clean, lines: undefined })
    const { scopes, acting } = findScopes(parsed.program)
    const folded = foldProgram(parsed.program, clean, new Budget({ maxSteps: foldStepsOf(clean.length) }))
    machine.step(folded.steps >> 4)
    return {
      path,
      text: clean,
      constants: folded.constants.size > 0 || folded.notes.length > 0 ? folded.constants : undefined,
      foldCall: folded.call as SourceFile['foldCall'],
      lines: undefined,
      program: parsed.program,
      scopes,
      acting,
      module: parsed.module,
      depth,
    }
  }

  /** Runs the body of a module unless it has run. */
  run(machine: Interpreter, record: ModuleRecord): void {
    if (record.level > machine.level) record.level = machine.level
    if (record.context.runs > 0 || record.context.running) return
    if (record.path.endsWith('.json')) {
      record.context.runs++
      const text = this.#host.text(record.path)
      const frame = this.#frame(record, newEnvironmentRoot())
      const value =
        text === undefined
          ? undefined
          : fromJson(machine, text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, frame, 'json')
      machine.writeField(record.moduleObject, 'exports', value ?? anything)
      return
    }
    if (record.file === undefined) {
      record.context.runs++
      if (record.path.endsWith('.node')) {
        machine.writeField(record.moduleObject, 'exports', anything)
      }
      return
    }
    if (machine.evaluationDepth > 200) machine.queue(record.context)
    else machine.runContext(record.context)
  }

  #frame(record: ModuleRecord, environment: Environment, file = record.file): Frame {
    return {
      context: record.context,
      file: file as SourceFile,
      functionContext: undefined,
      environment,
      thisValue: nothing,
      guards: [],
      conditional: 0,
      tests: undefined,
      thrown: undefined,
      before: undefined,
      returns: newCell(),
      home: undefined,
    }
  }

  #runModule(machine: Interpreter, record: ModuleRecord & { readonly file: SourceFile }): void {
    const { file, context } = record
    const made = context.made.get('environment') as Environment | undefined
    const environment = made ?? newEnvironmentRoot()
    context.made.set('environment', environment)
    const frame = this.#frame(record, environment, file)
    if (file.module) this.#bindImports(machine, file, frame)
    else this.#bindCommonJs(machine, record, frame)
    enterScope(machine, file.program, frame)
    machine.statements(file.program.body, frame)
    if (file.module) {
      for (const statement of file.program.body) {
        if (statement.type === 'ExportNamedDeclaration') this.exported(machine, statement, frame)
      }
    }
  }

  #bindCommonJs(machine: Interpreter, record: ModuleRecord, frame: Frame): void {
    const { environment } = frame
    const path = record.path.includes('#') || record.path.includes(':') ? 'package.json' : record.path
    const file = `/__package__/${path}`
    if (!frame.context.made.has('exports')) {
      const exports = machine.objectAt(frame, 'exports', 'object')
      machine.writeField(record.moduleObject, 'exports', ofObject(exports))
      machine.writeField(record.moduleObject, 'filename', known(file))
      declareBinding(environment, 'module', ofObject(record.moduleObject), false)
      declareBinding(environment, 'exports', ofObject(exports), false)
      declareBinding(environment, 'require', ofHandle(machine.handle('global:require', record.path)), false)
      declareBinding(environment, '__filename', known(file), false)
      declareBinding(environment, '__dirname', known(file.slice(0, file.lastIndexOf('/'))), false)
    }
    frame.thisValue = ofObject(machine.objectAt(frame, 'exports', 'object'))
  }

  #bindImports(machine: Interpreter, file: SourceFile, frame: Frame): void {
    for (const statement of file.program.body) {
      if (statement.type === 'ImportDeclaration') this.#bindImport(machine, statement, frame)
      else if (
        (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportAllDeclaration') &&
        statement.source
      ) {
        const module = this.load(
          machine,
          String(statement.source.value),
          file.path,
          'import',
          frame,
          placeOf(file, statement),
        )
        frame.context.made.set(statement, module)
        if (statement.type === 'ExportAllDeclaration') this.#exportAll(machine, statement, module, frame)
      }
    }
  }

  #bindImport(machine: Interpreter, statement: ImportDeclaration, frame: Frame): void {
    const place = placeOf(frame.file, statement)
    const module = isData(statement)
      ? anything
      : this.load(machine, String(statement.source.value), frame.file.path, 'import', frame, place)
    for (const specifier of statement.specifiers) {
      const name =
        specifier.type === 'ImportNamespaceSpecifier'
          ? undefined
          : specifier.type === 'ImportDefaultSpecifier'
            ? 'default'
            : specifier.imported.type === 'Identifier'
              ? specifier.imported.name
              : String(specifier.imported.value)
      frame.environment.names.set(specifier.local.name, newBinding(nothing, false, 0, { module, name }))
    }
  }

  #exportAll(
    machine: Interpreter,
    statement: Extract<AnyNode, { type: 'ExportAllDeclaration' }>,
    module: Value,
    frame: Frame,
  ): void {
    const namespace = this.records.get(frame.file.path)?.namespace
    if (namespace === undefined) return
    if (statement.exported) machine.writeField(namespace, nameOf(statement.exported), module)
    else if (namespace.stars === undefined || !namespace.stars.includes(module))
      (namespace.stars ??= []).push(module)
  }

  exported(machine: Interpreter, node: AnyNode, frame: Frame): void {
    const namespace = this.records.get(frame.file.path)?.namespace
    if (namespace === undefined) return
    if (node.type === 'ExportDefaultDeclaration') {
      machine.writeField(namespace, 'default', machine.evaluate(node.declaration, frame))
      if ('id' in node.declaration && node.declaration.id) {
        const name = (node.declaration.id as { name: string }).name
        const binding = frame.environment.names.get(name)
        if (binding !== undefined) machine.write(binding, machine.field(namespace, 'default').value)
      }
      return
    }
    if (node.type !== 'ExportNamedDeclaration') return
    const publish = (local: string, exported: string) => {
      const binding = frame.environment.names.get(local)
      if (binding === undefined) return
      const value =
        binding.from === undefined
          ? machine.read(binding, frame)
          : binding.from.name === undefined
            ? binding.from.module
            : imported(machine, binding.from.module, binding.from.name, frame, placeOf(frame.file, node))
      machine.writeField(namespace, exported, value)
    }
    if (node.declaration) {
      const { declaration } = node
      if (declaration.type === 'VariableDeclaration') {
        for (const { id } of declaration.declarations) for (const name of boundNames(id)) publish(name, name)
      } else if ('id' in declaration && declaration.id) publish(declaration.id.name, declaration.id.name)
    }
    const module = frame.context.made.get(node) as Value | undefined
    for (const specifier of node.specifiers) {
      if (module !== undefined) {
        machine.writeField(
          namespace,
          nameOf(specifier.exported),
          imported(machine, module, nameOf(specifier.local), frame, placeOf(frame.file, node)),
        )
      } else publish(nameOf(specifier.local), nameOf(specifier.exported))
    }
  }

  /** Text that is evaluated: a file of its own, up to a depth, each text once for each place that evaluates it. */
  virtual(
    machine: Interpreter,
    text: string,
    label: string,
    frame: Frame,
    place: Place,
    kind: 'program' | 'function',
  ): Value | undefined {
    const depth = frame.file.depth + 1
    if (depth > maxVirtualDepth) {
      machine.gap(`${frame.file.path}: code inside code inside code is not followed further`, frame.file.path)
      return undefined
    }
    const key = `${place.file.path}\n${place.start}\n${text.length}\n${text}`
    const present = this.#virtual.get(key)
    if (present !== undefined) return machine.read(present.value, frame)
    // Whoever evaluates so many texts hides one among them.
    if (++this.#virtualCount > maxVirtualFiles) throw new BudgetSpent()
    const site = siteOf(place)
    const path = `${site.path}:${site.line} (${label})`
    const file = this.#parse(machine, path, text, depth)
    if (file === undefined) return undefined
    const value = newCell()
    const direct = label === 'eval' || kind === 'program'
    const environment: Environment = {
      parent: direct ? frame.environment : undefined,
      names: new Map(),
      object: undefined,
    }
    const context: Context = {
      queued: false,
      level: machine.level,
      runs: 0,
      running: false,
      made: new Map(),
      run: () => {
        const inner: Frame = {
          ...frame,
          context,
          file,
          environment,
          conditional: 0,
          tests: undefined,
          returns: value,
          functionContext: undefined,
        }
        enterScope(machine, file.program, inner)
        this.#bindImports(machine, file, inner)
        const { body } = file.program
        machine.statements(body.slice(0, -1), inner)
        const last = body.at(-1)
        if (last?.type === 'ExpressionStatement')
          machine.write(value, machine.evaluate(last.expression, inner))
        else if (last !== undefined) machine.statements([last], inner)
      },
    }
    this.#virtual.set(key, { value, context })
    machine.runContext(context)
    return machine.read(value, frame)
  }
}

/** A module that exports a text leaves nothing of the empty object it began with. */
function withoutBlank(value: Value): Value {
  const { known: constants, objects } = value
  const isText = constants.length > 0 && constants.every(one => typeof one === 'string')
  return isText && objects.length === 1 && objects[0]!.fields.size === 0
    ? changed(value, { objects: [] })
    : value
}

/** `import data from './x' with { type: 'file' }`: no runtime evaluates it. An unknown type may be code. */
function isData(statement: ImportDeclaration): boolean {
  return (statement.attributes ?? []).some(
    ({ key, value }) => nameOf(key) === 'type' && dataTypes.has(String(value.value)),
  )
}

const dataTypes: ReadonlySet<string> = new Set(['file', 'text', 'bytes', 'css'])

/** Steps folding may take: set-ups of obfuscators cost millions, whatever the size of the file. */
function foldStepsOf(chars: number): number {
  return Math.min(40_000_000, 8_000_000 + chars * 4)
}

function newEnvironmentRoot(): Environment {
  return { parent: undefined, names: new Map(), object: undefined }
}

function nameOf(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : ''
}

function bytesAsText(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

/** A file of the package's own folder that is not in the package but was written before: by the path it was written to. */
function writtenPath(machine: Interpreter, specifier: string, from: string): string {
  if (!specifier.startsWith('.')) return specifier
  const whole = `/__package__/${posix.join(posix.dirname(from), specifier)}`
  return [whole, `${whole}.js`, `${whole}.cjs`].find(path => machine.storedFiles.has(path)) ?? specifier
}

/** The marks of an obfuscator are a fact whatever else is found: what could not be followed was meant not to be. */
function noteObfuscation(machine: Interpreter, file: CodeText): void {
  const found = obfuscationOf(file.text)
  if (found === undefined) return
  machine.step(file.text.length >> 3)
  machine.recorder.fact(
    { kind: 'obfuscated', marks: found.marks, share: found.share },
    { level: machine.level, place: { file, start: found.at, end: found.at + 160 }, guards: [] },
  )
}
