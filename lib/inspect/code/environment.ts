import type { AnyNode } from 'acorn'
import type { Frame, Interpreter } from './interpreter.ts'
import type { ScopeNames } from './scope.ts'
import { newBinding, nothing, ofFunction, type Binding, type Environment, type Value } from './values.ts'

/** Environments: the names of one run of a function or block, each with its cell. */

export function newEnvironment(frame: Frame, object: Value | undefined): Environment {
  return { parent: frame.environment, names: new Map(), object }
}

/** The environment of a block. Made once per context and node, so that functions made in it stay the same. */
export function enterBlock(frame: Frame, node: AnyNode): Environment {
  const key = environmentKey(node)
  const made = frame.context.made.get(key) as Environment | undefined
  if (made !== undefined && made.parent === frame.environment) return made
  const environment: Environment = { parent: frame.environment, names: new Map(), object: undefined }
  frame.context.made.set(key, environment)
  return environment
}

const keys = new WeakMap<AnyNode, object>()

function environmentKey(node: AnyNode): object {
  let key = keys.get(node)
  if (key === undefined) {
    key = {}
    keys.set(node, key)
  }
  return key
}

/** What only this function writes starts anew on each run. */
function resetLocals(environment: Environment): void {
  for (const binding of environment.names.values()) {
    if (binding.strong && binding.from === undefined) binding.value = nothing
  }
}

function declareFunctions(machine: Interpreter, scope: ScopeNames, frame: Frame): void {
  for (const node of scope.functions) {
    const binding = frame.environment.names.get(node.id.name)
    if (binding === undefined) continue
    machine.write(binding, ofFunction(machine.functionAt(frame, node, node.id.name)))
  }
}

/** The binding of a name, or the `with` object that may hold it. */
export function lookUp(
  environment: Environment,
  name: string,
): { binding: Binding | undefined; objects: Value[] } {
  const objects: Value[] = []
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) {
    if (at.object !== undefined) objects.push(at.object)
    const binding = at.names.get(name)
    if (binding !== undefined) return { binding, objects }
  }
  return { binding: undefined, objects }
}

/** `let x`: until it is given a value outside of all branches, it may have none. */
export function leaveBlank(name: string, frame: Frame): void {
  const { binding } = lookUp(frame.environment, name)
  if (binding !== undefined && binding.value === nothing) binding.blank = true
}

/** The binding of a name where no `with` lies in between: nearly always, and without making anything. */
export function plainBinding(environment: Environment, name: string): Binding | undefined {
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) {
    if (at.object !== undefined) return undefined
    const binding = at.names.get(name)
    if (binding !== undefined) return binding
  }
  return undefined
}

export function declareBinding(
  environment: Environment,
  name: string,
  value: Value,
  strong: boolean,
  depth = 0,
): Binding {
  const binding = newBinding(value, strong, depth)
  environment.names.set(name, binding)
  return binding
}

/** Names and functions of the scope this node opens, in the frame's present environment. */
export function enterScope(machine: Interpreter, node: AnyNode, frame: Frame): void {
  const scope = frame.file.scopes.get(node)
  if (scope === undefined) return
  for (const [name, use] of scope.names) {
    if (!frame.environment.names.has(name)) {
      frame.environment.names.set(name, newBinding(nothing, !use.captured, frame.conditional))
    }
  }
  resetLocals(frame.environment)
  declareFunctions(machine, scope, frame)
}
