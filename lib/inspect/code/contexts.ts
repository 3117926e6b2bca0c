import type { AnyNode } from 'acorn'
import { isAlike } from './fingerprint.ts'
import type { Arguments, Frame, SourceFile } from './frame.ts'
import type { Interpreter } from './interpreter.ts'
import { bindPattern } from './patterns.ts'
import type { Place } from './sites.ts'
import { tellsMore } from './shared-call.ts'
import { onlyPasses, onlyShapes } from './shaping.ts'
import { runBody } from './statements.ts'
import {
  carrying,
  isConstant,
  join,
  known,
  newCell,
  nothing,
  ofObject,
  unsure,
  type Environment,
  type FunctionContext,
  type FunctionValue,
  type Value,
} from './values.ts'

/**
 * A function together with one kind of arguments. Contexts are kept apart by their arguments up to a cap; beyond it
 * they share one.
 */

/** Calls are kept apart by their arguments until so much work is done; large programs then share contexts. */
export const richWork = 150_000
/** From here on all calls of a function share one context, which runs again once. */
const lateWork = 1_500_000
/** Runs more for what must not be lost: whoever wants to hide something can spend the others first. */
export const moreRuns = 2
/** Calls that are kept apart of a function that only passes on. */
const maxPassed = 400

/**
 * The context of this very call, for functions whose calls have nothing in common: one that only passes on, or only puts
 * its parameters into another shape, as `interop(require(name))` does for every module of a package.
 */
export function contextAt(
  machine: Interpreter,
  fn: FunctionValue,
  thisValue: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
): FunctionContext | undefined {
  const shapes = onlyShapes(fn.node)
  if (!shapes && (!onlyPasses(fn.node) || frame.functionContext?.function === fn)) return undefined
  const key = `at ${fn.id} ${place.file.path} ${place.start}`
  let context = frame.context.made.get(key) as FunctionContext | undefined
  if (context === undefined) {
    if (!shapes) {
      // What calls what it is given may be given itself.
      const made = (machine.passed.get(fn.node) ?? 0) + 1
      if (made > maxPassed) return undefined
      machine.passed.set(fn.node, made)
    }
    context = newContext(machine, fn, frame)
    frame.context.made.set(key, context)
  }
  mergeCall(machine, context, shapes ? nothing : thisValue, given, true)
  return context
}

export function contextFor(
  machine: Interpreter,
  fn: FunctionValue,
  thisValue: Value,
  given: Arguments,
  frame: Frame,
): FunctionContext {
  const exact =
    given.list.every(value => isConstant(value) || value === nothing) &&
    given.rest === nothing &&
    thisValue.objects.length === 0
  const size = fn.node.end - fn.node.start
  const small = size < 1_500
  const rich = machine.work < richWork
  // Each context of a function makes the functions inside it anew: large ones are shared from the start.
  // One that only passes on what it gets is cheap to run, and merging its callers would mix all data of a file.
  const near = size < 80 ? 24 : 6
  const apart = size > 20_000 ? 1 : size > 6_000 ? 2 : fn.depth <= 2 ? near : fn.depth <= 4 ? 3 : 2
  const few = machine.work < lateWork ? 1 : 0
  const cap = exact && small ? (rich ? 48 : 4 * few) : rich ? apart : few
  const found = fn.contexts.find(context => isOf(context, thisValue, given, small))
  if (found !== undefined) {
    if (found.whole && given.whole !== true) {
      found.whole = false
      found.done = found.runs >= machine.mayRun()
    }
    return found
  }
  if (fn.contexts.length < cap) {
    const context = newContext(machine, fn, frame)
    context.thisValue = thisValue
    context.parameters = [...given.list]
    context.rest = given.rest
    context.whole = given.whole === true
    fn.contexts.push(context)
    return context
  }
  let merged = fn.contexts.find(context => context.merged)
  if (merged === undefined) {
    merged = newContext(machine, fn, frame)
    merged.merged = true
    fn.contexts.push(merged)
  }
  mergeCall(machine, merged, thisValue, given, rich)
  return merged
}

/** Adds what one more call passes to a context that several share. */
function mergeCall(
  machine: Interpreter,
  merged: FunctionContext,
  thisValue: Value,
  given: Arguments,
  rich: boolean,
): void {
  const self = join(merged.thisValue, thisValue)
  const rest = join(merged.rest, given.rest)
  let grown = self !== merged.thisValue || rest !== merged.rest
  const { node } = merged.function
  const isSmall = node.end - node.start < 1_500
  let tells = isSmall && tellsMore(merged.rest, rest)
  merged.thisValue = self
  merged.rest = rest
  for (let at = 0; at < Math.min(given.list.length, 64); at++) {
    const before = (merged.parameters[at] ??= nothing)
    const passed = given.list[at]!
    // Which caller's data goes where is no longer known.
    const after = join(before, rich ? passed : carrying(passed, unsure(passed.taints)))
    if (after !== before) {
      merged.parameters[at] = after
      grown = true
      tells ||= isSmall && tellsMore(before, after)
    }
  }
  if (grown) merged.done = merged.runs >= machine.mayRun() + (tells ? moreRuns : 0)
}

export function newContext(machine: Interpreter, fn: FunctionValue, frame: Frame): FunctionContext {
  const context: FunctionContext & { run(): void } = {
    function: fn,
    merged: false,
    queued: false,
    thisValue: nothing,
    parameters: [],
    rest: nothing,
    whole: false,
    returns: newCell(),
    throws: newCell(),
    made: new Map(),
    calledAt: undefined,
    runs: 0,
    running: false,
    done: false,
    guards: frame.guards,
    level: machine.level,
    run: () => runFunction(machine, context),
  }
  return context
}

function runFunction(machine: Interpreter, context: FunctionContext): void {
  const fn = context.function
  context.done = true
  const file = fn.file as SourceFile
  let environment = context.made.get('environment') as Environment | undefined
  if (environment === undefined) {
    environment = { parent: fn.environment, names: new Map(), object: undefined }
    context.made.set('environment', environment)
  }
  const frame: Frame = {
    context: context,
    file,
    functionContext: context,
    environment,
    thisValue: context.thisValue,
    guards: context.guards,
    conditional: 0,
    tests: undefined,
    thrown: context.throws,
    before: undefined,
    returns: context.returns,
    home: fn.home,
  }
  runBody(machine, fn, frame, (parameters: readonly AnyNode[]) => {
    for (const [at, parameter] of parameters.entries()) {
      if (parameter.type === 'RestElement') {
        const array = machine.objectAt(frame, parameter, 'array')
        const list = context.parameters.slice(at)
        for (const [index, value] of list.entries()) machine.writeField(array, String(index), value)
        array.length = context.rest === nothing ? list.length : undefined
        if (context.rest !== nothing) machine.writeRest(array, context.rest)
        bindPattern(machine, parameter.argument, ofObject(array), frame, 'let')
      } else {
        // A test for what a written call leaves out is decided.
        const absent = context.whole && parameter.type === 'Identifier' ? known(undefined) : nothing
        let value = context.parameters[at] ?? absent
        if (context.rest !== nothing) value = join(value, context.rest)
        bindPattern(machine, parameter, value, frame, 'parameter')
      }
    }
  })
}

/** Whether a context is that of calls with such arguments. */
function isOf(context: FunctionContext, thisValue: Value, given: Arguments, exact: boolean): boolean {
  const { parameters, rest, merged } = context
  if (merged || parameters.length !== given.list.length) return false
  for (let at = 0; at < parameters.length; at++)
    if (!isAlike(parameters[at]!, given.list[at]!, exact)) return false
  return isAlike(context.thisValue, thisValue, false) && isAlike(rest, given.rest, false)
}
