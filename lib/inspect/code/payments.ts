import type { AnyNode } from 'acorn'
import { HOLE } from '../../types.ts'
import { clipboardPath, paidTo } from './clipboard.ts'
import { isPayment } from './models/payments.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import { addressPattern, addressText, ownAddress } from './wallet-addresses.ts'
import { RegexConstant } from './regex-constant.ts'
import { placeOf, type Place } from './sites.ts'
import { anything, join, known, nothing, ofObject, tainted, withTaints, type Value } from './values.ts'

/** Transfers of money by the names that libraries of chains and exchanges give them, whatever object they stand under. */

const balances: ReadonlySet<string> = new Set(['getBalance', 'balanceOf', 'getTokenAccountBalance'])
const receiverFields = ['to', 'toPubkey', 'recipient', 'receiver', 'destination'] as const
const amountFields = ['value', 'lamports', 'amount'] as const

/** What is known of a call by its name alone: `getBalance` answers with what the wallet holds, `transfer` pays. */
export function notePayment(
  machine: Interpreter,
  name: string,
  given: Arguments,
  answer: Value,
  frame: Frame,
  place: Place,
): Value {
  if (name === 'setData') noteCopied(machine, given, frame, place)
  const asked =
    name === 'request' || name === 'send' || name === 'sendAsync'
      ? rpcOf(machine, given, frame, place)
      : undefined
  if (asked?.method === 'eth_getBalance')
    return join(answer, tainted([machine.source('network', 'balance', place)]))
  if (asked?.method === 'eth_sendTransaction')
    notePayment(machine, 'sendTransaction', { list: [asked.first], rest: nothing }, answer, frame, place)
  if (balances.has(name)) return join(answer, tainted([machine.source('network', 'balance', place)]))
  if (!isPayment(name)) return answer
  for (const object of given.list[0]?.objects ?? []) {
    if (object.fields.has('data')) continue
    const read = (fields: readonly string[]): Value =>
      fields
        .filter(field => object.fields.has(field))
        .map(field => namedMember(machine, ofObject(object), field, frame, place))
        .reduce(join, nothing)
    const amount = read(amountFields)
    const receiver = read(receiverFields)
    if (amount !== nothing || receiver !== nothing) report(machine, name, receiver, amount, frame, place)
  }
  for (const value of given.list)
    if (value.objects.length === 0) report(machine, name, value, nothing, frame, place)
  return answer
}

/** That somebody else is allowed to spend what a wallet holds, where the caller says who. */
const chosen = '%spender of the caller'

/** What a wallet signs for a spender that stands in the code, as a source. */
const approval = 'approval()'

/**
 * `signer.signTypedData(domain, types, { spender, value })`: who has it, may spend. A package that signs for whom its caller
 * names, and for somebody in its code besides, gives the second to whoever it sends that to.
 */
export function noteApproval(
  machine: Interpreter,
  name: string,
  { list }: Arguments,
  answer: Value,
  frame: Frame,
  place: Place,
): Value {
  if (name !== 'signTypedData' && name !== '_signTypedData') return answer
  let isOwn = false
  for (const one of list.slice(0, 3).flatMap(({ objects }) => objects)) {
    const message = one.fields.has('message')
      ? namedMember(machine, ofObject(one), 'message', frame, place)
      : ofObject(one)
    if (!message.objects.some(({ fields }) => fields.has('spender'))) continue
    const spender = namedMember(machine, message, 'spender', frame, place)
    if (spender.taints.some(({ source: { kind } }) => kind === 'caller'))
      machine.write(machine.global(chosen), known(true))
    isOwn ||= spender.known.some(text => typeof text === 'string' && paidTo.test(text))
  }
  const isChosen = isOwn && machine.read(machine.global(chosen), frame) !== nothing
  return isChosen ? withTaints(answer, [machine.source('caller-secret', approval, place)]) : answer
}

/** `wallet.request({ method, params: [first] })`, `wallet.send(method, [first])`. */
function rpcOf(
  machine: Interpreter,
  given: Arguments,
  frame: Frame,
  place: Place,
): { readonly method: string; readonly first: Value } | undefined {
  const [one = nothing, two = nothing] = given.list
  const field = (name: string): Value =>
    one.objects.some(object => object.fields.has(name))
      ? namedMember(machine, one, name, frame, place)
      : nothing
  const method = [...one.known, ...field('method').known].find(
    text => typeof text === 'string' && text.startsWith('eth_'),
  )
  if (typeof method !== 'string') return undefined
  const params = one.objects.length > 0 ? field('params') : two
  return {
    method,
    first: params.objects.length > 0 ? namedMember(machine, params, '0', frame, place) : nothing,
  }
}

/** `text.replace(/0x[a-f0-9]{40}/g, own)`: whatever text it is, who pays what stands in it pays somebody else. */
export function noteExchange(machine: Interpreter, given: Arguments, frame: Frame, place: Place): void {
  const [pattern = nothing, piece = nothing] = given.list
  if (!pattern.known.some(one => one instanceof RegexConstant && addressPattern.test(one.source))) return
  // A replacement may be made by a function.
  const made =
    piece.functions.length > 0
      ? machine.call(piece, nothing, { list: [anything], rest: anything }, frame, place)
      : piece
  const receivers = made.known.filter(
    (text): text is string => typeof text === 'string' && paidTo.test(text) && !isMask(text),
  )
  if (receivers.length > 0)
    machine.fact({ kind: 'pays', api: 'replace', receivers, how: 'swap' }, frame, place)
}

/** Whether a file holds what tells addresses of wallets from other texts, and an address. */
const exchanging = new WeakMap<object, boolean>()

function mayExchange({ file }: Frame): boolean {
  let may = exchanging.get(file)
  if (may === undefined)
    exchanging.set(file, (may = addressPattern.test(file.text) && addressText.test(file.text)))
  return may
}

/**
 * `if (/^0x[a-f0-9]{40}$/.test(text)) return own`: in the place of a text that is an address, whoever asked gets another.
 * Only what stands in the branch itself is looked at; called once the branch was evaluated.
 */
export function noteChoice(machine: Interpreter, test: AnyNode, branch: AnyNode, frame: Frame): void {
  if (!mayExchange(frame) || !asksForAddress(machine, test, frame)) return
  for (const given of givenIn(branch)) {
    const receivers = machine
      .evaluate(given, frame)
      .known.filter(
        (text): text is string => typeof text === 'string' && ownAddress.test(text) && !isMask(text),
      )
    if (receivers.length > 0)
      machine.fact({ kind: 'pays', api: 'choice', receivers, how: 'swap' }, frame, placeOf(frame.file, given))
  }
}

/** `pattern.test(text)` or `text.match(pattern)` for a pattern of addresses, by itself or beside other conditions. */
function asksForAddress(machine: Interpreter, test: AnyNode, frame: Frame): boolean {
  if (test.type === 'LogicalExpression')
    return (
      test.operator === '&&' &&
      (asksForAddress(machine, test.left, frame) || asksForAddress(machine, test.right, frame))
    )
  if (test.type !== 'CallExpression' || test.callee.type !== 'MemberExpression') return false
  const { property, object } = test.callee
  const method = property.type === 'Identifier' ? property.name : ''
  const pattern = method === 'test' ? object : method === 'match' ? test.arguments[0] : undefined
  if (pattern === undefined || pattern.type === 'Super') return false
  return machine
    .evaluate(pattern, frame)
    .known.some(one => one instanceof RegexConstant && addressPattern.test(one.source))
}

/** What a branch returns or assigns, or is, where it is an expression. */
function givenIn(branch: AnyNode): readonly AnyNode[] {
  if (branch.type === 'BlockStatement') return branch.body.slice(0, maxStatements).flatMap(givenIn)
  if (branch.type === 'ReturnStatement') return branch.argument ? givenIn(branch.argument) : []
  if (branch.type === 'ExpressionStatement') return givenIn(branch.expression)
  if (branch.type === 'AssignmentExpression') return [branch.right]
  return branch.type === 'Identifier' || branch.type === 'Literal' || branch.type === 'MemberExpression'
    ? [branch]
    : []
}

/** Statements of a branch that are looked at. */
const maxStatements = 20

/** What tests and logs show in the place of an address: few different letters, or counted ones. */
function isMask(text: string): boolean {
  return !/\d/.test(text) || new Set(text.toLowerCase()).size < 8 || text.includes('1234567')
}

/** `event.clipboardData.setData(type, text)`: what is pasted later. Only texts of the code are of interest. */
function noteCopied(machine: Interpreter, given: Arguments, frame: Frame, place: Place): void {
  const text = given.list[1]?.known.filter(one => typeof one === 'string') ?? []
  if (text.some(one => paidTo.test(one)))
    machine.fact(
      { kind: 'writes', api: 'clipboardData.setData', paths: [clipboardPath], contents: text },
      frame,
      place,
    )
}

function report(
  machine: Interpreter,
  name: string,
  receiver: Value,
  amount: Value,
  frame: Frame,
  place: Place,
): void {
  const receivers = receiver.known.filter(
    text => typeof text === 'string' && !text.includes(HOLE) && paidTo.test(text) && /\d|^T/.test(text),
  ) as string[]
  if (receivers.length === 0) return
  const isCallers = receiver.taints.some(
    ({ source }) => source.kind === 'caller' || source.kind === 'caller-secret',
  )
  const isBalance = amount.taints.some(({ source }) => source.name === 'balance')
  if (!isCallers && !isBalance) return
  machine.fact({ kind: 'pays', api: name, receivers, how: isCallers ? 'swap' : 'drain' }, frame, place)
}
