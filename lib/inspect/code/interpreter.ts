import type { AnyNode } from 'acorn'
import type { EntryEdge, Gap, Guard, SourceKind } from '../../types.ts'
import { callValue, newValue } from './calls.ts'
import { contextAt, contextFor, moreRuns, newContext, richWork } from './contexts.ts'
import type { Entrusted } from './entrusted.ts'
import { rejected } from './promises.ts'
import { evaluateExpression } from './expressions.ts'
import type { Constant } from './fold/constant.ts'
import { constantListOf, constantOf, foldedValue, isList, valueOfFolded } from './folded.ts'
import { fingerprint } from './fingerprint.ts'
import {
  BudgetSpent,
  frameFor,
  type Arguments,
  type Context,
  type Frame,
  type Loader,
  type SourceFile,
  type StartedCommand,
} from './frame.ts'
import { environmentApi, canonical } from './models/index.ts'
import type { Level } from './levels.ts'
import { Recorder, type FactBody } from './recorder.ts'
import { placeNode, type Place } from './sites.ts'
import { addHolder, holdersOf } from './holders.ts'
import { isNews, joinCalls, type Call } from './shared-call.ts'
import { evaluateStatements } from './statements.ts'
import {
  cellsOf,
  anything,
  hop,
  join,
  joinTaints,
  newCell,
  newField,
  newHanded,
  tainted,
  newTaint,
  nothing,
  ofFunction,
  withTaints,
  unsure,
  changed,
  carrying,
  ofHandle,
  type Cell,
  type ClassNode,
  type FunctionContext,
  type FunctionNode,
  type FunctionValue,
  type Handed,
  type Handle,
  type ObjectKind,
  type ObjectValue,
  type SourceRecord,
  type Taint,
  type Value,
} from './values.ts'

export { BudgetSpent } from './frame.ts'
export type { Arguments, Context, Frame, Loader, SourceFile, StartedCommand } from './frame.ts'

/** A function of ours that stands for one of the program: bound, curried, a promise's `resolve`. */
type Native = {
  run: (given: Arguments, frame: Frame) => Value
  readonly calls: Map<string, Call>
}

/** Calls nested deeper than this are put on the work list instead: the stack is ours to keep. */
const maxCallDepth = 24
const maxEvaluationDepth = 450
const maxRuns = 6
const maxRunsLater = 2
/** More functions than this that one value may be are called as one. */
const maxCallees = 6
const maxNativeCalls = 12
/** Elements that one function of the text is followed for one by one. */
const maxInlined = 2_000
/** Data this many objects deep is still sent along with the outermost. */
const maxHeldDepth = 5

/**
 * The machine that evaluates trees abstractly. A *context* is a module body, or a function together with one kind of
 * arguments; running it evaluates its statements once, in order. Whatever it reads it is noted as a reader of, and
 * when a cell grows its readers run again, until nothing grows or the budget is spent. Contexts are kept apart by
 * their arguments up to a cap; beyond it they share one context, and what flows back out of the shared one is cut
 * down to what this caller put in.
 */
export class Interpreter {
  readonly recorder = new Recorder()
  readonly globals = new Map<string, Cell>()
  readonly storedFiles = new Map<string, Cell>()
  readonly edges = new Map<string, EntryEdge>()
  readonly gaps: Gap[] = []
  readonly events = new Map<string, Cell>()
  readonly #natives = new Map<string, Native>()
  /** What has been handed to sets of functions. */
  readonly handedSets = new WeakMap<readonly FunctionValue[], Handed>()
  /** By file, classes whose base is another package's, with a frame around what is in them. */
  readonly extended = new Map<
    string,
    { readonly node: AnyNode; readonly api: string; readonly frame: Frame }[]
  >()
  /** Addresses of mail in the code that stand in a list with others, which somebody else names. */
  readonly besideOthers = new Set<unknown>()
  /** By object literal, the `get` it was given last: a loop makes a descriptor for each name at the same place. */
  readonly describing = new WeakMap<ObjectValue, Value>()
  readonly #memberNames = new Map<string, Map<string, string>>()
  readonly #inlined = new Map<FunctionNode, number>()
  /** How many calls are kept apart of functions that only pass on. */
  readonly passed = new Map<FunctionNode, number>()
  readonly #groups = new Map<string, Call>()
  readonly #commandKeys = new Set<string>()
  commands: StartedCommand[] = []
  /** Base64 the program makes of texts that stand in it as they are. */
  readonly encodedTexts = new Set<string>()
  level: Level = 0
  work = 0
  /** Branches that were met whose test was not known. */
  undecided = 0
  /** How many jumps may have left the loop or the block that is evaluated. */
  jumps = 0
  /** Work that loops run for real have cost so far. */
  loopWork = 0
  budget: number
  /** Characters parsed so far. */
  parsed = 0
  #callDepth = 0
  evaluationDepth = 0
  #ids = 0
  readonly #queues: Context[][] = [[], [], [], []]
  readonly #handles = new Map<string, Handle>()
  readonly #sources = new Map<string, SourceRecord>()
  readonly functions: FunctionValue[] = []
  readonly loader: Loader

  constructor(loader: Loader, budget: number) {
    this.loader = loader
    this.budget = budget
  }

  nextId(): number {
    return ++this.#ids
  }

  /** Text that was parsed pays for its own evaluation. In characters. */
  allow(units: number): void {
    this.parsed += units
    this.recorder.allow(units)
    this.budget += units
  }

  step(units = 1): void {
    this.work += units
    if (this.work > this.budget) throw new BudgetSpent('work budget spent')
  }

  // ---- cells

  /** The cell of a thing of the outside world that the program has written to. */
  global(api: string): Cell {
    let cell = this.globals.get(api)
    if (cell === undefined) {
      cell = newCell()
      if (this.globals.size < 5_000) this.globals.set(api, cell)
    }
    return cell
  }

  /** The value of a cell, for a context that runs again when it grows. */
  read(cell: Cell, frame: Frame): Value {
    const { context } = frame
    const { lastReader } = cell
    if (lastReader === context) return cell.value
    cell.lastReader = context
    if (lastReader !== undefined) {
      cell.readers ??= new Set([lastReader])
      cell.readers.add(context)
    }
    return cell.value
  }

  /** Adds to a cell, and wakes whoever read it. */
  write(cell: Cell, value: Value): void {
    const before = cell.value
    const joined = join(before, value)
    if (joined === before) return
    cell.value = joined
    if (cell.holder !== undefined) {
      if (cell.name !== undefined) cell.holder.grown?.push(cell.name)
      if (before.functions !== joined.functions || before.objects !== joined.objects) cell.holder.version++
      if (cell.holder.everything !== undefined) this.write(cell.holder.everything, value)
      this.#link(cell.holder, value)
    }
    if (cell.lastReader === undefined || !isNews(before, joined)) return
    if (cell.readers === undefined) this.queue(cell.lastReader as Context)
    else for (const reader of cell.readers) this.queue(reader as Context)
  }

  /** What is put into an object is carried by it, and by whatever holds it. */
  #link(holder: ObjectValue, value: Value): void {
    if (value.taints.length > 0) this.#carry(holder, value.taints)
    for (const object of value.objects) {
      if (object === holder) continue
      addHolder(object, holder)
      if (object.deep.value.taints.length > 0) this.#carry(holder, object.deep.value.taints)
    }
  }

  /** Adds to what an object carries, and to what the objects around it do, a few steps outwards. */
  #carry(object: ObjectValue, taints: readonly Taint[]): void {
    let layer = [object]
    for (let depth = 0; depth < maxHeldDepth && layer.length > 0; depth++) {
      const next: ObjectValue[] = []
      for (const one of layer) {
        this.step()
        const before = one.deep.value
        this.write(one.deep, carrying(nothing, taints))
        if (one.deep.value !== before) next.push(...holdersOf(one))
      }
      layer = next
    }
  }

  /** How often a context may run: early ones decide what is found, late ones what it costs. */
  mayRun(): number {
    return this.work < richWork ? maxRuns : maxRunsLater
  }

  queue(context: Context, most = this.mayRun()): void {
    if (context.queued || context.runs >= most) return
    context.queued = true
    this.#queues[Math.max(context.level, this.level)]!.push(context)
  }

  /** Runs whatever waits at this level. */
  drain(level: Level): void {
    this.level = level
    const queue = this.#queues[level]!
    for (let at = 0; at < queue.length; at++) {
      const context = queue[at]!
      context.queued = false
      this.runContext(context)
      if (at > 4096) {
        queue.splice(0, at + 1)
        at = -1
      }
    }
    queue.length = 0
  }

  runContext(context: Context): void {
    if (context.running) {
      this.queue(context)
      return
    }
    context.running = true
    context.runs++
    const depth = this.evaluationDepth
    context.run()
    this.evaluationDepth = depth
    context.running = false
  }

  // ---- making things

  handle(api: string, file?: string, self?: Value): Handle {
    if (self !== undefined) return { api, file, self }
    const key = file === undefined ? api : `${api}\n${file}`
    let handle = this.#handles.get(key)
    if (handle === undefined) {
      handle = { api, file, self }
      this.#handles.set(key, handle)
    }
    return handle
  }

  makeObject(kind: ObjectKind): ObjectValue {
    return {
      id: this.nextId(),
      kind,
      fields: new Map(),
      rest: undefined,
      getters: undefined,
      setters: undefined,
      parents: undefined,
      length: kind === 'array' ? 0 : undefined,
      model: undefined,
      escaped: false,
      stars: undefined,
      owner: undefined,
      deep: newCell(),
      handed: undefined,
      grown: undefined,
      version: 0,
      everything: undefined,
      copied: undefined,
      holders: undefined,
    }
  }

  /** The name of a member of a thing of the outside world, however it was reached. */
  memberName(api: string, name: string): string {
    let names = this.#memberNames.get(api)
    if (names === undefined) this.#memberNames.set(api, (names = new Map()))
    let full = names.get(name)
    if (full === undefined)
      names.set(name, (full = canonical(api === 'global:' ? `global:${name}` : `${api}.${name}`)))
    return full
  }

  /** The object that this context makes at this node: the same on every run. */
  objectAt(frame: Frame, key: unknown, kind: ObjectKind): ObjectValue {
    const made = frame.context.made.get(key)
    if (made !== undefined) return made as ObjectValue
    const object = this.makeObject(kind)
    object.owner = frame.context
    frame.context.made.set(key, object)
    return object
  }

  functionAt(frame: Frame, node: FunctionNode, name: string, key: unknown = node): FunctionValue {
    const made = frame.context.made.get(key)
    if (made !== undefined) return made as FunctionValue
    const fn = this.makeFunction(frame, node, name)
    frame.context.made.set(key, fn)
    return fn
  }

  makeFunction(frame: Frame, node: FunctionNode, name: string, classNode?: ClassNode): FunctionValue {
    const fn: FunctionValue = {
      id: this.nextId(),
      node,
      environment: frame.environment,
      lexicalThis: node.type === 'ArrowFunctionExpression' ? frame.thisValue : undefined,
      file: frame.file,
      home: frame.home,
      properties: this.makeObject('object'),
      name: name === '' && node.type !== 'ArrowFunctionExpression' ? (node.id?.name ?? '') : name,
      contexts: [],
      handed: newHanded(),
      called: false,
      depth: (frame.functionContext?.function.depth ?? 0) + 1,
      classNode,
      parents: undefined,
    }
    fn.properties.owner = frame.functionContext
    this.functions.push(fn)
    return fn
  }

  source(kind: SourceKind, name: string, place: Place, entrusted?: Entrusted): Taint {
    const key = `${kind}\n${name}\n${place.file.path}\n${place.start}\n${entrusted?.key ?? ''}`
    let source = this.#sources.get(key)
    if (source === undefined) {
      source = { id: this.nextId(), kind, name, place, entrusted }
      this.#sources.set(key, source)
    }
    return newTaint(source, undefined, true)
  }

  // ---- calls

  evaluate(node: AnyNode, frame: Frame): Value {
    this.step()
    if (frame.file.constants !== undefined) {
      const folded = foldedValue(this, node, frame)
      if (folded !== undefined) return folded
    }
    if (this.evaluationDepth > maxEvaluationDepth) {
      this.gap(`${frame.file.path}: nested too deeply to be followed`, frame.file.path)
      return anything
    }
    this.evaluationDepth++
    const value = evaluateExpression(this, node, frame)
    this.evaluationDepth--
    return value
  }

  gap(what: string, path: string): void {
    if (this.gaps.length < 200 && !this.gaps.some(gap => gap.what === what)) {
      this.gaps.push({ kind: 'content', what, path })
    }
  }

  /**
   * Calls every function a value may be. More than a few are called as one, with all that any call of the same set
   * passed: `table[name](…)` in a loop would otherwise be every function with every kind of arguments.
   */
  callFunctions(
    functions: readonly FunctionValue[],
    thisValue: Value,
    given: Arguments,
    frame: Frame,
    place: Place,
  ): Value {
    if (functions.length <= maxCallees) {
      let result = nothing
      for (const fn of functions) result = join(result, this.callFunction(fn, thisValue, given, frame, place))
      return result
    }
    const key = functions.map(fn => fn.id).join()
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = this.#newCall(call => {
        const { self, list, rest } = call.given
        let result = nothing
        for (const fn of functions)
          result = join(result, this.callFunction(fn, self, { list, rest }, call.frame, place))
        return result
      }, frame)
      this.#groups.set(key, group)
    }
    // Which of so many is meant is not known: where objects may be its `this`, it is hardly a function or an API.
    const self = thisValue.objects.length > 0 ? changed(thisValue, { handles: [], functions: [] }) : thisValue
    const joined = joinCalls(group.given, { self, ...given })
    if (joined !== group.given) {
      group.given = joined
      group.done = group.runs >= this.mayRun()
    }
    this.#enterContext(group)
    const all = group.given
    return this.#ownTaints(
      this.read(group.returns, frame),
      [all.self, all.rest, ...all.list],
      [thisValue, given.rest, ...given.list],
    )
  }

  /** Calls a function of the program and gives what it returns. */
  callFunction(fn: FunctionValue, thisValue: Value, given: Arguments, frame: Frame, place: Place): Value {
    fn.called = true
    const folded = this.#foldCall(fn, given, frame, place)
    if (folded !== undefined) return folded
    const self = fn.lexicalThis ?? thisValue
    const passed = this.#withHop(given, fn, place)
    const context =
      contextAt(this, fn, self, passed, frame, place) ?? contextFor(this, fn, self, passed, frame)
    context.calledAt ??= place
    this.#enterContext(context)
    if (frame.thrown !== undefined && context.throws !== undefined && context.throws !== frame.thrown)
      this.write(frame.thrown, this.read(context.throws, frame))
    const result = this.#promised(context, this.read(context.returns, frame), frame)
    if (!context.merged || result.taints.length === 0) return result
    return this.#ownTaints(
      this.work < richWork ? result : carrying(result, unsure(result.taints)),
      [context.thisValue, context.rest, ...context.parameters],
      [thisValue, given.rest, ...given.list],
    )
  }

  /** What an asynchronous function throws, its promise is rejected with. */
  #promised({ function: fn, throws }: FunctionContext, result: Value, frame: Frame): Value {
    if (!fn.node.async || throws.value === nothing || !throws.value.taints.some(isPrivate)) return result
    return join(result, rejected(frame, this, this.read(throws, frame), `by ${fn.id}`))
  }

  /** A decoder called with constants gives a constant. */
  #foldCall(fn: FunctionValue, given: Arguments, frame: Frame, place: Place): Value | undefined {
    const file = fn.file as SourceFile
    if (file.foldCall === undefined || given.list.length === 0 || given.rest !== nothing) return undefined
    const operands: Constant[] = []
    let taints: readonly Taint[] = []
    for (const value of given.list) {
      const operand = constantOf(value) ?? constantListOf(this, value, frame)
      if (operand === undefined) return undefined
      operands.push(operand.constant)
      taints = joinTaints(taints, value.taints)
    }
    const result = file.foldCall(fn.node, operands)
    if (result === undefined || !this.#areStillThere(file, result.exported ?? [], frame)) return undefined
    // A function that gives a list gives, perhaps, the one it was given: that goes on changing.
    if (isList(result.value) && operands.some(isList)) return undefined
    const node: AnyNode = placeNode(place)
    const value = valueOfFolded(this, result, frame, node)
    return value === undefined ? undefined : withTaints(value, taints)
  }

  /** Whether no other file has put something else where a file hands these functions out. */
  #areStillThere({ path }: SourceFile, names: readonly string[], frame: Frame): boolean {
    if (names.length === 0) return true
    const { objects } = this.loader.valueOf(this, path, 'require', frame)
    return objects.every(
      ({ fields, rest }) =>
        rest === undefined &&
        names.every(name => {
          const cell = fields.get(name)
          if (cell === undefined) return true
          const { functions, handles, open } = this.read(cell, frame)
          return functions.length < 2 && handles.length === 0 && !open
        }),
    )
  }

  #withHop(given: Arguments, fn: FunctionValue, place: Place): Arguments {
    if (given.list.every(value => value.taints.length === 0) && given.rest.taints.length === 0) return given
    const label = `passed to ${fn.name || 'a function'}`
    const add = (value: Value) =>
      value.taints.length === 0 ? value : carrying(value, hop(value.taints, label, place))
    return { list: given.list.map(add), rest: add(given.rest), whole: given.whole === true }
  }

  /** Of what a shared context returns, this caller gets what came from nowhere else. */
  #ownTaints(result: Value, all: readonly Value[], given: readonly Value[]): Value {
    if (result.taints.length === 0) return result
    const isOthers = (taint: Taint): boolean =>
      !given.some(value => value.taints.some(own => own.source === taint.source)) &&
      all.some(value => value.taints.some(other => other.source === taint.source))
    if (!result.taints.some(isOthers)) return result
    return carrying(
      result,
      result.taints.filter(taint => !isOthers(taint)),
    )
  }

  // ---- fields

  field(object: ObjectValue, name: string): Cell {
    let cell = object.fields.get(name)
    if (cell === undefined) {
      cell = newField(object, name)
      object.fields.set(name, cell)
    }
    return cell
  }

  /** Whatever lies in an object, as one cell: tables are read under names nobody knows again and again. */
  everythingIn(object: ObjectValue): Cell {
    if (object.everything !== undefined) return object.everything
    const cell = newCell()
    for (const field of cellsOf(object)) {
      this.step()
      cell.value = join(cell.value, field.value)
    }
    object.everything = cell
    return cell
  }

  restOf(object: ObjectValue): Cell {
    return (object.rest ??= newField(object, undefined))
  }

  writeField(object: ObjectValue, name: string, value: Value): void {
    // A table with more keys than anybody writes by hand is read as a whole.
    if (object.fields.size >= 4_000 && !object.fields.has(name)) this.writeRest(object, value)
    else this.write(this.field(object, name), value)
  }

  writeRest(object: ObjectValue, value: Value): void {
    this.write(this.restOf(object), value)
  }

  /** All a function is: called with anything, as somebody may who got hold of it. */
  callBlindly(fn: FunctionValue, thisValue: Value, parameter: Value, frame: Frame, place: Place): Value {
    const count = Math.max(fn.node.params.length, 1)
    return this.callFunction(
      fn,
      thisValue,
      { list: Array.from({ length: Math.min(count, 8) }, () => parameter), rest: nothing },
      frame,
      place,
    )
  }

  functionValue(fn: FunctionValue): Value {
    return ofFunction(fn)
  }

  /** Calls whatever the value may be. */
  call(callee: Value, self: Value, given: Arguments, frame: Frame, place: Place, name = ''): Value {
    return callValue(this, callee, self, given, frame, place, name)
  }

  construct(callee: Value, given: Arguments, frame: Frame, node: AnyNode): Value {
    return newValue(this, callee, given, frame, node)
  }

  statements(body: readonly AnyNode[], frame: Frame): void {
    evaluateStatements(this, body, frame)
  }

  /**
   * Runs a function for one element of a list that is known, apart from all other calls: a decoder that maps over
   * an array of numbers is followed element by element.
   */
  inline(
    callee: Value,
    list: readonly Value[],
    frame: Frame,
    place: Place,
    at: number,
    self: Value = nothing,
  ): Value {
    const fn = callee.functions[0]
    if (
      callee.functions.length !== 1 ||
      fn === undefined ||
      this.evaluationDepth > 250 ||
      this.#callDepth >= maxCallDepth ||
      this.#inlinedTooOften(fn) ||
      this.work > this.budget / 2
    ) {
      return this.call(callee, self, { list, rest: nothing }, frame, place)
    }
    fn.called = true
    const key = `inline ${fn.id} ${place.start} ${at}`
    let context = frame.context.made.get(key) as FunctionContext | undefined
    if (context === undefined) {
      context = newContext(this, fn, frame)
      frame.context.made.set(key, context)
    }
    context.thisValue = fn.lexicalThis ?? self
    context.parameters = [...list]
    // What it returned for the previous content of this place is gone: each run starts anew.
    context.returns.value = nothing
    this.#callDepth++
    this.runContext(context)
    this.#callDepth--
    return this.read(context.returns, frame)
  }

  /** A function that maps over lists by calling itself would be followed along every path through them. */
  #inlinedTooOften(fn: FunctionValue): boolean {
    const times = (this.#inlined.get(fn.node) ?? 0) + 1
    this.#inlined.set(fn.node, times)
    return times > maxInlined
  }

  bind(callee: Value, given: Arguments, frame: Frame, place: Place): Value {
    const self = given.list[0] ?? nothing
    const bound = given.list.slice(1)
    const key = `bind ${place.file.path} ${place.start}`
    // `f = f.bind(x)` in a loop binds what it bound before.
    const before = frame.context.made.get(key) as Handle | undefined
    if (before !== undefined && callee.handles.includes(before)) return ofHandle(before)
    return this.nativeFunction(frame, key, (list, at) =>
      this.call(
        callee,
        self,
        { list: [...bound, ...list.list], rest: join(given.rest, list.rest) },
        at,
        place,
      ),
    )
  }

  /** A function of ours as a value. */
  nativeFunction(frame: Frame, key: string, run: (given: Arguments, frame: Frame) => Value): Value {
    let handle = frame.context.made.get(key) as Handle | undefined
    if (handle === undefined) {
      handle = { api: `native:${this.nextId()}`, file: undefined, self: undefined }
      frame.context.made.set(key, handle)
    }
    const before = this.#natives.get(handle.api)
    if (before === undefined) this.#natives.set(handle.api, { run, calls: new Map() })
    else {
      before.run = run
      for (const call of before.calls.values()) call.done = false
    }
    return ofHandle(handle)
  }

  /**
   * Calls a function of ours, if the handle is one: once for each kind of arguments, as the program's own are. Bound
   * functions that call each other would otherwise be called along every path there is.
   */
  callNative(handle: Handle, given: Arguments, frame: Frame): Value | undefined {
    const native = this.#natives.get(handle.api)
    if (native === undefined) return undefined
    const own = given.list.map(value => fingerprint(value, true)).join()
    const key = `${own}…${fingerprint(given.rest, false)}`
    const shared = native.calls.size >= maxNativeCalls && !native.calls.has(key)
    let call = native.calls.get(shared ? '*' : key)
    if (call === undefined) {
      call = this.#newCall(made => native.run(made.given, made.frame), frame)
      native.calls.set(shared ? '*' : key, call)
    }
    const joined = joinCalls(call.given, { self: nothing, ...given })
    if (joined !== call.given) {
      call.given = joined
      call.done = call.runs >= this.mayRun()
    }
    this.#enterContext(call)
    return this.read(call.returns, frame)
  }

  #newCall(run: (call: Call) => Value, frame: Frame): Call {
    const call: Call = {
      given: { self: nothing, list: [], rest: nothing },
      frame,
      queued: false,
      level: this.level,
      runs: 0,
      running: false,
      done: false,
      made: new Map(),
      returns: newCell(),
      run: () => {
        call.done = true
        this.step()
        this.write(call.returns, run(call))
      },
    }
    call.frame = frameFor(call, frame)
    return call
  }

  /** Runs a context that has news, now or, where calls are nested too deeply, later. */
  #enterContext(context: Context & { readonly done: boolean }): void {
    if (context.done && !context.queued) return
    if (this.#callDepth < maxCallDepth && !context.running && this.evaluationDepth < 250) {
      context.queued = false
      this.#callDepth++
      this.runContext(context)
      this.#callDepth--
    } else this.queue(context, this.mayRun() + moreRuns)
  }

  /**
   * Does something once all that a phase is known to do by itself has been followed: what may happen, where nothing says
   * that it does, or what a user makes happen. `key` names the place in this context; whatever is passed there is passed
   * on together.
   */
  later(
    level: Level,
    key: string,
    passed: { readonly self: Value } & Arguments,
    frame: Frame,
    run: (given: { readonly self: Value } & Arguments, frame: Frame) => void,
  ): void {
    let call = frame.context.made.get(key) as Call | undefined
    if (call === undefined) {
      call = this.#newCall(made => {
        run(made.given, made.frame)
        return nothing
      }, frame)
      call.level = level
      frame.context.made.set(key, call)
    }
    const joined = joinCalls(call.given, passed)
    if (joined === call.given && call.runs + Number(call.queued) > 0) return
    call.given = joined
    this.queue(call)
  }

  cellAt(frame: Frame, key: string): Cell {
    const made = frame.context.made.get(key) as Cell | undefined
    if (made !== undefined) return made
    const cell = newCell()
    frame.context.made.set(key, cell)
    return cell
  }

  // ---- what is noted

  where(frame: Frame, place: Place) {
    return { level: this.level, place, guards: frame.guards }
  }

  fact(body: FactBody, frame: Frame, place: Place): void {
    this.recorder.fact(body, this.where(frame, place))
  }

  reads(taint: Taint, api: string, frame: Frame): void {
    const { kind, name, place } = taint.source
    this.fact({ kind: 'reads', source: kind, name, api }, frame, place)
  }

  guard(kind: Guard['kind'], frame: Frame, place: Place, name = ''): void {
    if (frame.tests === undefined || frame.tests.length >= 16) return
    frame.tests.push({ kind, place })
    if (kind !== 'env' && kind !== 'exists' && kind !== 'digest')
      this.fact({ kind: 'checks', what: kind, name }, frame, place)
  }

  /** A call of something powerful by a name that could not be resolved. */
  computedCall(api: string, frame: Frame, place: Place): void {
    const what = api === 'global:' ? 'a global' : commands.has(api) ? `a function of ${api.slice(5)}` : ''
    if (what !== '')
      this.fact(
        { kind: 'unreadable', why: `calls ${what} whose name could not be resolved`, share: 0 },
        frame,
        place,
      )
  }

  /** Notes that the package's own text is decoded, and gives what is decoded the package itself as its source. */
  decoded(method: string, text: Value, frame: Frame, place: Place): readonly Taint[] {
    const size = text.known.reduce<number>(
      (most, one) => Math.max(most, typeof one === 'string' ? one.length : 0),
      0,
    )
    // A WebAssembly module begins with `\0asm` in every encoding: no text that could be evaluated.
    const wasm = text.known.length > 0 && text.known.every(one => /^(?:AGFzb|0061736d)/.test(String(one)))
    if (size >= 16)
      this.fact({ kind: 'decodes', method: wasm ? 'webassembly' : method, bytes: size }, frame, place)
    return hop([this.source('package-bytes', frame.file.path, place)], method, place)
  }

  command(command: StartedCommand): void {
    const key = `${command.text}\n${command.args?.join('\n') ?? ''}\n${command.level}`
    if (this.#commandKeys.has(key) || this.#commandKeys.size > 2_000) return
    this.#commandKeys.add(key)
    this.commands.push(command)
  }

  /** Everything a value carries, in its fields too: what is sent when the value is. */
  deepTaints(value: Value, frame: Frame): readonly Taint[] {
    let taints = value.taints
    for (const object of value.objects) {
      this.step()
      taints = joinTaints(taints, this.read(object.deep, frame).taints)
    }
    for (const taint of taints) if (taint.source.kind === 'env') this.reads(taint, environmentApi, frame)
    return taints
  }

  /** The same of several values that are used together. */
  allTaints(values: readonly Value[], frame: Frame): readonly Taint[] {
    return values.reduce<readonly Taint[]>((all, value) => joinTaints(all, this.deepTaints(value, frame)), [])
  }

  deepValue(value: Value, frame: Frame): Value {
    const taints = this.deepTaints(value, frame)
    return tainted(taints)
  }

  /** The whole environment is used as a value: that is a read of all of it. */
  consumed(value: Value, frame: Frame): void {
    if (!value.handles.some(handle => handle.api === environmentApi)) return
    for (const taint of value.taints)
      if (taint.source.kind === 'env') this.reads(taint, environmentApi, frame)
  }
}

/** Modules whose every function runs something. */
const commands: ReadonlySet<string> = new Set(['node:child_process', 'node:vm'])

/** Data of the machine or its user, as opposed to what servers and programs answer: errors hold those anyway. */
function isPrivate({ source: { kind } }: Taint): boolean {
  return kind !== 'network' && kind !== 'command-output' && kind !== 'caller' && kind !== 'package-bytes'
}
