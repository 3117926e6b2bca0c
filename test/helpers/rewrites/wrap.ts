import { after, before, replace } from './edits.ts'
import type { Edit } from './edits.ts'
import { mayNotMove } from './calls.ts'
import { editing } from './rewrite.ts'
import { children, child, headOf, nameOf, textIn, walk } from './syntax.ts'
import type { Code, SyntaxNode } from './syntax.ts'

/** A CommonJS file becomes the body of a function called on the spot; in a module each statement that may does. */
export const iife = editing(code => {
  if (code.module) return statementsInto(code, '(() => { ', ' })();')
  const end = code.text.length
  const at = headOf(code)
  return [
    { kind: 'before', at, text: ' (function () { ' },
    { kind: 'before', at: end, text: '\n}).call(this);' },
  ]
})

/** A CommonJS file becomes what a bundler hands to the function around it: `(function (root, factory) { … })(this, …)`. */
export const umd = editing(code => {
  if (code.module) return []
  const end = code.text.length
  const at = headOf(code)
  const open =
    ' (function (root, factory) { if (typeof define === "function" && define.amd) define(["exports"], factory); ' +
    'else factory(exports, module) })(this, (function (exports, module) { '
  return [
    { kind: 'before', at, text: open },
    { kind: 'before', at: end, text: '\n}));' },
  ]
})

/** Statements that only do something are done a turn of the event loop later. */
export const timer = editing(code => statementsInto(code, 'setTimeout(() => { ', ' }, 0);'))

function statementsInto({ tree }: Code, open: string, close: string): readonly Edit[] {
  return children(tree, 'body')
    .filter(node => node.type === 'ExpressionStatement' && textIn(node, 'directive') === undefined)
    .filter(node => !mayNotMove(node) && !isExport(node))
    .flatMap(node => [before(node, open), after(node, close)])
}

/** `module.exports = x`, `exports.x = y`. */
function isExport(node: SyntaxNode): boolean {
  let found = false
  walk(node, inner => {
    const name = nameOf(inner)
    if (name === 'module' || name === 'exports') found = true
    return !found
  })
  return found
}

/** Arguments of the statements of a block become functions of their own in front of the statement. */
export const outline = editing(code => {
  const edits: Edit[] = []
  let count = 0
  walk(code.tree, (node, parents) => {
    const list = parents.at(-1)
    if (!['ExpressionStatement', 'VariableDeclaration', 'ReturnStatement'].includes(node.type)) return
    if (!['Program', 'BlockStatement'].includes(list?.type ?? '') || !children(list, 'body').includes(node))
      return
    for (const argument of outerArguments(node)) {
      if (mayNotMove(argument) || !worthMoving.has(argument.type)) continue
      const name = `${code.fresh}o${count++}`
      // A line break inside the argument would move the lines below it: the text is moved as it stands.
      edits.push(before(node, `const ${name} = () => (${code.text.slice(argument.start, argument.end)}); `))
      edits.push(replace(argument, `${name}()`))
    }
  })
  return edits
})

const worthMoving = new Set([
  'CallExpression',
  'MemberExpression',
  'BinaryExpression',
  'TemplateLiteral',
  'ObjectExpression',
  'ArrayExpression',
  'Literal',
])

/** Arguments of the calls in a statement that are in no other argument and in no function. */
function outerArguments(statement: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  walk(statement, node => {
    if (node.type.includes('Function') || node.type.startsWith('Class') || node.type === 'ChainExpression')
      return false
    // Behind a condition the argument may never be evaluated, and a later declarator may use an earlier one.
    if (['ConditionalExpression', 'LogicalExpression', 'SequenceExpression'].includes(node.type)) return false
    if (node.type === 'VariableDeclaration' && children(node, 'declarations').length > 1) return false
    if (node.type !== 'CallExpression' || nameOf(child(node, 'callee')) === 'eval') return
    const values = children(node, 'arguments')
    if (values.length === 0) return
    found.push(...values.filter(({ type }) => type !== 'SpreadElement'))
    const callee = child(node, 'callee')
    if (callee !== undefined) found.push(...outerArguments(callee))
    return false
  })
  return found
}
