import type { AnyNode } from 'acorn'
import { limits } from '../../limits.ts'
import { noteReturned } from './answering.ts'
import { entrust } from './entrusted.ts'
import { type Context, type Frame, type Interpreter, type SourceFile } from './interpreter.ts'
import { byCallLevel } from './levels.ts'
import { prototypeOf } from './members.ts'
import { isSecretParameter } from './models/secrets.ts'
import type { ModuleRecord } from './modules.ts'
import { hooksIn, isBuildHook, noteShipped, noteTextsOf } from './shipping.ts'
import { placeNode, placeOf } from './sites.ts'
import {
  cellsOf,
  anything,
  newCell,
  nothing,
  ofFunction,
  ofObject,
  changed,
  carrying,
  withTaints,
  type FunctionValue,
  type ObjectValue,
  type Taint,
  type Value,
} from './values.ts'

/** Calls that nobody in the package makes: those of its users, and those that were not understood. */

const maxWalked = 10_000
/** Plugins give objects whose methods give objects; each is called as its framework does. */
const maxWalkDepth = 12
/** More than anybody writes by hand: a secret may be the last of many. */
const maxParameters = 64

function frameFor(context: Context, file: SourceFile): Frame {
  return {
    context,
    file,
    functionContext: undefined,
    environment: { parent: undefined, names: new Map(), object: undefined },
    thisValue: nothing,
    guards: [],
    conditional: 1,
    tests: undefined,
    thrown: undefined,
    before: undefined,
    returns: newCell(),
    home: undefined,
  }
}

function newContext(run: (context: Context) => void): Context {
  const context: Context = {
    queued: false,
    level: byCallLevel,
    runs: 0,
    running: false,
    made: new Map(),
    run: () => run(context),
  }
  return context
}

/** Calls everything a module exports, with values of the caller, and what those calls return in turn. */
export function exportsWalker(machine: Interpreter, record: ModuleRecord): Context {
  return newContext(context => {
    const file = record.file as SourceFile
    const frame = frameFor(context, file)
    const seen = new Set<FunctionValue | ObjectValue>()
    const exports = file.module
      ? ofObject(record.namespace)
      : machine.read(machine.field(record.moduleObject, 'exports'), frame)
    const work: { value: Value; self: Value; depth: number }[] = [{ value: exports, self: nothing, depth: 0 }]
    const hooks = new Map<FunctionValue, string>()
    const trusted = new Map<FunctionValue, Set<ObjectValue>>()
    let walked = 0
    for (let item = work.pop(); item !== undefined && walked < maxWalked; item = work.pop()) {
      const { value, self, depth } = item
      if (depth > maxWalkDepth) continue
      for (const object of value.objects) {
        if (seen.has(object)) continue
        seen.add(object)
        walked++
        // Everything a package exports, however much stands in front of it.
        const cells = depth > 0 ? cellsOf(object) : [...object.fields.values(), machine.restOf(object)]
        for (const cell of cells)
          work.push({ value: machine.read(cell, frame), self: ofObject(object), depth: depth + 1 })
        for (const [name, cell] of object.fields)
          if (isBuildHook(name)) for (const fn of hooksIn(cell.value)) hooks.set(fn, name)
        for (const getter of object.getters?.values() ?? [])
          work.push({
            value: changed(nothing, { functions: getter }),
            self: ofObject(object),
            depth: depth + 1,
          })
        for (const star of object.stars ?? []) work.push({ value: star, self: nothing, depth })
        for (const parent of object.parents?.objects ?? []) {
          for (const cell of cellsOf(parent))
            work.push({ value: machine.read(cell, frame), self: ofObject(object), depth: depth + 1 })
          work.push({
            value: changed(nothing, { objects: parent.parents?.objects ?? [] }),
            self: ofObject(object),
            depth: depth + 1,
          })
        }
      }
      for (const fn of value.functions) {
        if (seen.has(fn) && !isOfAnother(machine, fn, self, trusted, frame)) continue
        seen.add(fn)
        walked++
        const answer = callAsUser(machine, fn, self, frame)
        noteReturned(machine, answer, frame, placeOf(fn.file as SourceFile, fn.node))
        const hook = hooks.get(fn)
        if (hook !== undefined) {
          const place = placeOf(fn.file as SourceFile, fn.node)
          noteShipped(machine, hook, answer, frame, place)
          noteTextsOf(machine, hook, fn, frame, place)
        }
        work.push({ value: answer, self: nothing, depth: depth + 1 })
        for (const [name, cell] of fn.properties.fields) {
          if (name !== 'prototype')
            work.push({ value: machine.read(cell, frame), self: ofFunction(fn), depth: depth + 1 })
        }
      }
    }
  })
}

/**
 * Whether a method that was called already belongs to another instance as well, one that holds a secret of the caller's:
 * a factory and the class it constructs are often exported side by side, and each makes its own.
 */
function isOfAnother(
  machine: Interpreter,
  fn: FunctionValue,
  self: Value,
  trusted: Map<FunctionValue, Set<ObjectValue>>,
  frame: Frame,
): boolean {
  const [object] = self.objects
  if (object?.kind !== 'instance') return false
  if (!machine.deepTaints(self, frame).some(({ source }) => source.kind === 'caller-secret')) return false
  const known = trusted.get(fn) ?? new Set()
  if (known.has(object)) return false
  trusted.set(fn, known.add(object))
  return true
}

/** One call by a user: a class, or a function with methods on its prototype, is constructed. */
function callAsUser(machine: Interpreter, fn: FunctionValue, self: Value, frame: Frame): Value {
  const file = fn.file as SourceFile
  const place = placeOf(file, fn.node)
  const parameter = carrying(anything, [machine.source('caller', fn.name, place)])
  const list = fn.node.params.slice(0, maxParameters).map(pattern => {
    if (pattern.type !== 'Identifier' || !isSecretParameter(pattern.name))
      return withTaints(parameter, [wholeOf(machine, fn, pattern)])
    return carrying(anything, [machine.source('caller-secret', pattern.name, placeOf(file, pattern))])
  })
  const methods = prototypeOf(machine, fn).fields.size > 1
  if (fn.classNode !== undefined || methods) {
    const node = placeNode(fn.node)
    return machine.construct(ofFunction(fn), { list, rest: nothing }, frame, node)
  }
  return machine.callFunction(fn, self, { list, rest: nothing }, frame, place)
}

/** What is passed as one parameter, under its name. */
function wholeOf(machine: Interpreter, fn: FunctionValue, pattern: AnyNode): Taint {
  let named = pattern
  if (named.type === 'AssignmentPattern') named = named.left
  if (named.type === 'RestElement') named = named.argument
  const name = named.type === 'Identifier' ? named.name : fn.name
  return entrust(machine, name, placeOf(fn.file as SourceFile, pattern))
}

/** From this size on, functions of a bundle that nobody calls are looked at where they act or take secrets. */
const hugeFrom = 1_000_000

/** Whether there is so much code that not all functions that nobody calls are looked at. */
function isHuge(machine: Interpreter, file: SourceFile): boolean {
  return file.text.length >= hugeFrom || machine.parsed >= limits.hugePackageChars
}

/** Whether a function that nobody calls is looked at by itself. */
function isWorthCalling(machine: Interpreter, fn: FunctionValue): boolean {
  const file = fn.file as SourceFile
  return !isHuge(machine, file) || file.acting.has(fn.classNode ?? fn.node) || takesSecret(fn)
}

function takesSecret(fn: FunctionValue): boolean {
  return fn.node.params.some(pattern => pattern.type === 'Identifier' && isSecretParameter(pattern.name))
}

/** Calls the functions that were made and that nobody was seen to call. Undefined when there is none left. */
export function orphanCaller(machine: Interpreter): Context | undefined {
  const orphans = machine.functions.filter(fn => !fn.called && isWorthCalling(machine, fn))
  if (orphans.length === 0) return undefined
  // What others call stands in front of them as a rule: those come first, and what they call is no orphan any more.
  if (orphans.some(fn => isHuge(machine, fn.file as SourceFile))) orphans.reverse()
  return newContext(context => {
    for (const fn of orphans) {
      if (fn.called) continue
      fn.called = true
      const file = fn.file as SourceFile
      const frame = frameFor(context, file)
      if (fn.classNode !== undefined) {
        const node = placeNode(fn.node)
        machine.construct(ofFunction(fn), { list: [], rest: anything }, frame, node)
      } else if (takesSecret(fn) || file.acting.has(fn.node)) callAsUser(machine, fn, anything, frame)
      else machine.callBlindly(fn, anything, anything, frame, placeOf(file, fn.node))
    }
  })
}
