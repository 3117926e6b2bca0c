import { before, replace } from './edits.ts'
import type { Edit } from './edits.ts'
import { mayNotMove } from './calls.ts'
import { editing, sequence } from './rewrite.ts'
import { child, children, isFunction, nameOf, walk } from './syntax.ts'
import type { SyntaxNode } from './syntax.ts'

/** `const x = await e; rest` at the end of an async function is `return Promise.resolve(e).then(async x => { rest })`. */
const oneAwait = editing(code => {
  const edits: Edit[] = []
  walk(code.tree, node => {
    if (
      node.type !== 'ArrowFunctionExpression' &&
      node.type !== 'FunctionDeclaration' &&
      node.type !== 'FunctionExpression'
    )
      return undefined
    const body = child(node, 'body')
    if (node['async'] !== true || node['generator'] === true || body?.type !== 'BlockStatement')
      return undefined
    for (const statement of children(body, 'body')) {
      const awaited = awaitOf(statement)
      if (awaited === undefined) continue
      const { value, pattern } = awaited
      const text = code.text.slice(value.start, value.end)
      const parameter = pattern === undefined ? '' : code.text.slice(pattern.start, pattern.end)
      edits.push(replace(statement, `return Promise.resolve(${text}).then(async (${parameter}) => {`))
      edits.push({ kind: 'before', at: body.end - 1, text: ' });' })
      // The rest of this function is left to the next pass.
      return false
    }
    return undefined
  })
  return edits
})

function awaitOf(
  statement: SyntaxNode,
): { readonly value: SyntaxNode; readonly pattern: SyntaxNode | undefined } | undefined {
  const declarations = children(statement, 'declarations')
  const only = declarations.length === 1 ? declarations[0] : undefined
  const expression =
    statement.type === 'ExpressionStatement' ? child(statement, 'expression') : child(only, 'init')
  const value = expression?.type === 'AwaitExpression' ? child(expression, 'argument') : undefined
  return value === undefined ? undefined : { value, pattern: child(only, 'id') }
}

/** `await` becomes `then`. */
export const awaitToThen = sequence(oneAwait, oneAwait, oneAwait, oneAwait)

/** `p.then(f)` is `(async () => f(await p))()`. */
export const thenToAwait = editing(code => {
  const edits: Edit[] = []
  walk(code.tree, (node, parents) => {
    const callee = child(node, 'callee')
    const [handler, ...others] = children(node, 'arguments')
    const promise = child(callee, 'object')
    if (
      node.type !== 'CallExpression' ||
      nameOf(child(callee, 'property')) !== 'then' ||
      callee?.['computed'] === true
    )
      return
    if (handler === undefined || others.length > 0 || promise === undefined || mayNotMove(node)) return
    if (parents.some(({ type }) => type === 'ChainExpression') || node['optional'] === true) return
    edits.push(before(node, `(async () => { const ${code.fresh}p${node.start}_${node.end} = await `))
    edits.push(replace({ start: promise.end, end: handler.start }, `; return (`))
    edits.push(
      replace({ start: handler.end, end: node.end }, `)(${code.fresh}p${node.start}_${node.end}); })()`),
    )
  })
  return edits
})

const calledOnce = new Set([
  'exec',
  'execFile',
  'readFile',
  'writeFile',
  'appendFile',
  'lookup',
  'resolve',
  'resolve4',
  'resolveTxt',
  'get',
  'setTimeout',
])

/** A callback that is called once becomes a promise and its `then`. */
export const callbackToPromise = editing(code => {
  const edits: Edit[] = []
  walk(code.tree, node => {
    const call = child(node, 'expression')
    if (node.type !== 'ExpressionStatement' || call?.type !== 'CallExpression') return
    const callee = child(call, 'callee')
    const name = nameOf(callee) ?? nameOf(child(callee, 'property'))
    const last = functionAt(call, name === 'setTimeout' ? 0 : -1)
    if (name === undefined || !calledOnce.has(name) || last === undefined) return
    const text = code.text.slice(last.start, last.end)
    edits.push(before(node, 'new Promise(done => '), replace(last, '(...a) => done(a)'))
    edits.push(replace({ start: call.end, end: node.end }, `).then(a => (${text})(...a));`))
    return false
  })
  return edits
})

function functionAt(call: SyntaxNode, at: number): SyntaxNode | undefined {
  const found = children(call, 'arguments').at(at)
  return found !== undefined && isFunction(found) ? found : undefined
}
