import type { AnyNode, IfStatement, VariableDeclarator } from 'acorn'
import { HOLE } from '../../types.ts'
import { childrenOf } from './children.ts'
import { plainBinding } from './environment.ts'
import type { Frame, Interpreter, SourceFile } from './interpreter.ts'
import { credentialsAmong, credentialsIn, credentialsOf, type Picked } from './picking-tests.ts'
import { anything, join, knowns, ofObject, type Binding, type Value } from './values.ts'

/**
 * Names of files are picked from a folder by a test: `if (/^\.env/.test(name)) …`. What stands behind it has to do with
 * files of that name, and where those hold credentials, that must not be lost: no path with the name in it is written.
 */

/** A statement whose first part decides over the rest: `if`, `a && b`, `switch`. */
type Deciding = Extract<AnyNode, { type: 'IfStatement' | 'ExpressionStatement' | 'SwitchStatement' }>

/** Runs what stands behind a test with the names of credentials it lets through, beside whatever else it may be. */
export function withPickedFiles(machine: Interpreter, node: Deciding, frame: Frame, run: () => void): void {
  const narrowed = narrow(machine, node, pickedAt(machine, node, frame), frame)
  run()
  for (const { binding, before, value } of narrowed)
    binding.value = binding.value === value ? before : join(before, binding.value)
}

function pickedAt(machine: Interpreter, node: Deciding, frame: Frame): Picked | undefined {
  switch (node.type) {
    case 'IfStatement':
      return credentialsIn(machine, node.test, frame)
    case 'SwitchStatement':
      return credentialsAmong(
        node.discriminant,
        node.cases.map(({ test }) => test),
      )
    case 'ExpressionStatement': {
      const { expression } = node
      if (expression.type === 'ConditionalExpression') return credentialsIn(machine, expression.test, frame)
      return expression.type === 'LogicalExpression' && expression.operator === '&&'
        ? credentialsIn(machine, expression.left, frame)
        : undefined
    }
  }
}

/** `if (!/^\.env/.test(name)) continue`: what comes then has to do with such files. */
export function pickFilesBehind(machine: Interpreter, node: IfStatement, frame: Frame): void {
  narrow(machine, node, credentialsIn(machine, node.test, frame, true), frame)
}

type Narrowed = { readonly binding: Binding; readonly before: Value; readonly value: Value }

/** Gives the variable that is tested the names it may have then, and those that were made of it what they are then. */
function narrow(
  machine: Interpreter,
  node: Deciding,
  picked: Picked | undefined,
  frame: Frame,
): readonly Narrowed[] {
  const binding = picked === undefined ? undefined : plainBinding(frame.environment, picked.variable)
  if (picked === undefined || binding === undefined || !isUnsure(binding)) return []
  const narrowed: Narrowed[] = []
  const give = (one: Binding, also: Value): void => {
    const value = join(one.value, also)
    narrowed.push({ binding: one, before: one.value, value })
    one.value = value
  }
  give(binding, fileOf(machine, picked, frame, node))
  for (const { id, init } of declaredBefore(frame.file, node)) {
    const made = id.type === 'Identifier' ? plainBinding(frame.environment, id.name) : undefined
    if (made !== undefined && init && isUnsure(made) && isMadeOf(init, picked.variable))
      give(made, machine.evaluate(init, frame))
  }
  return narrowed
}

function isUnsure({ from, value }: Binding): boolean {
  if (from !== undefined) return false
  return value.open || value.known.some(one => typeof one === 'string' && one.includes(HOLE))
}

const declarations = new WeakMap<SourceFile, ReadonlyMap<AnyNode, readonly VariableDeclarator[]>>()

/** `const path = join(folder, entry.name)`: what is declared in the same block before the test. */
function declaredBefore(file: SourceFile, node: Deciding): readonly VariableDeclarator[] {
  let known = declarations.get(file)
  if (known === undefined) declarations.set(file, (known = declarationsBeforeTests(file)))
  return known.get(node) ?? []
}

const maxDeclared = 12

function declarationsBeforeTests({
  program,
}: SourceFile): ReadonlyMap<AnyNode, readonly VariableDeclarator[]> {
  const found = new Map<AnyNode, readonly VariableDeclarator[]>()
  const stack: AnyNode[] = [program]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const declared: VariableDeclarator[] = []
    for (const child of childrenOf(node)) {
      if (child.type === 'VariableDeclaration') declared.push(...child.declarations)
      else if (declared.length > 0 && isDeciding(child)) {
        const before = declared.slice(-maxDeclared)
        let at: AnyNode | null | undefined = child
        for (; at; at = at.type === 'IfStatement' ? at.alternate : undefined) found.set(at, before)
      }
      stack.push(child)
    }
  }
  return found
}

function isDeciding({ type }: AnyNode): boolean {
  return type === 'IfStatement' || type === 'ExpressionStatement' || type === 'SwitchStatement'
}

/** Whether a short expression has the name in it. */
function isMadeOf(init: AnyNode, variable: string): boolean {
  const stack: AnyNode[] = [init]
  for (let left = 40; stack.length > 0 && left > 0; left--) {
    const node = stack.pop()!
    if (node.type === 'Identifier' && node.name === variable) return true
    stack.push(...childrenOf(node))
  }
  return false
}

/** The same of a list that a function filters: what is left, may be files of these names. */
export function pickedFile(machine: Interpreter, { functions }: Value, frame: Frame): Value | undefined {
  const [fn] = functions
  const picked = fn === undefined ? undefined : credentialsOf(machine, fn, frame)
  return fn === undefined || picked === undefined ? undefined : fileOf(machine, picked, frame, fn.node)
}

function fileOf(machine: Interpreter, { isEntry, names }: Picked, frame: Frame, node: AnyNode): Value {
  if (!isEntry) return knowns(names)
  const entry = machine.objectAt(frame, `picked ${node.start}`, 'object')
  machine.writeField(entry, 'name', join(anything, knowns(names)))
  return ofObject(entry)
}
