import { textsOf } from './constants.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { flowInto } from './modelled-call.ts'
import { sourceOfPath } from './models/paths.ts'
import { isPickedByName } from './picked-by-name.ts'
import { allNames } from './picked-variables.ts'
import { received } from './requests.ts'
import type { Place } from './sites.ts'
import { isStandIn } from './stand-ins.ts'
import { tainted, type FunctionContext, type FunctionValue, type Taint, type Value } from './values.ts'

/**
 * What a server answers to those who ask it: whoever reaches it over the network has that. The server may be the
 * package's own, or that of a program which was handed a route, a hook or a middleware.
 */

/** Methods of answers that nothing else has, given something. */
const onlyOfAnswers: ReadonlySet<string> = new Set(['json', 'jsonp', 'html', 'sendFile', 'sendfile'])

/** Methods of answers that sockets, children and logs have too. */
const alsoOfAnswers: ReadonlySet<string> = new Set([
  'send',
  'end',
  'write',
  'text',
  'body',
  'setHeader',
  'header',
  'cookie',
  'writeHead',
  'download',
])

/** `res.json(data)`, `reply.send(data)`, `c.text(data)`. */
export function noteAnswer(
  machine: Interpreter,
  name: string,
  self: Value,
  given: Arguments,
  frame: Frame,
  place: Place,
): void {
  const only = onlyOfAnswers.has(name)
  if ((!only && !alsoOfAnswers.has(name)) || given.list.length === 0 || !isCallers(self)) return
  const files = name === 'sendFile' || name === 'sendfile' || name === 'download'
  const said = files
    ? fileAt(machine, given.list[0]!, name, frame, place)
    : given.list.flatMap(value => machine.deepTaints(value, frame))
  const loot = said.filter(isLoot)
  if (loot.length > 0 && (only || isAnswer(self, frame, place))) answer(machine, loot, name, frame, place)
}

/** `stream.pipe(res)`. */
export function notePoured(
  machine: Interpreter,
  taints: readonly Taint[],
  target: Value,
  frame: Frame,
  place: Place,
): void {
  if (!isCallers(target) || !taints.some(isLoot)) return
  const at = place.file.text.slice(place.start, place.end).lastIndexOf('(')
  if (isAnswer(target, frame, { ...place, start: place.start + Math.max(at, 0) }))
    answer(machine, taints, 'pipe', frame, place)
}

/** `ctx.body = data`. */
export function noteAnswerField(
  machine: Interpreter,
  target: Value,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  if (!isCallers(target)) return
  const loot = machine.deepTaints(value, frame).filter(isLoot)
  if (loot.length > 0 && isAnswer(target, frame, place)) answer(machine, loot, 'body', frame, place)
}

/** What a function that answers gives back: `app.get(path, async () => data)`, and a text or an object made an answer. */
export function noteAnswered(machine: Interpreter, value: Value, frame: Frame, place: Place): void {
  for (const fn of handlersIn(machine, value, frame))
    for (const { returns } of fn.contexts) {
      const loot = machine.deepTaints(machine.read(returns, frame), frame).filter(isLoot)
      answer(machine, loot, 'return', frame, place)
    }
}

/** A handler, or those among options: `serve({ fetch })`, `route({ handler })`. */
function handlersIn(
  machine: Interpreter,
  { functions, objects }: Value,
  frame: Frame,
): readonly FunctionValue[] {
  const named = objects.flatMap(({ kind, fields }) =>
    kind === 'object' ? ['handler', 'fetch'].flatMap(name => fields.get(name) ?? []) : [],
  )
  return [...functions, ...named.flatMap(cell => machine.read(cell, frame).functions)]
}

/** `return { statusCode: 200, body: data }`: what platforms that call a function for each request answer with. */
export function noteReturned(machine: Interpreter, { objects }: Value, frame: Frame, place: Place): void {
  for (const { fields } of objects) {
    const body = fields.has('statusCode') ? fields.get('body') : undefined
    if (body !== undefined)
      answer(machine, machine.deepTaints(machine.read(body, frame), frame), 'return', frame, place)
  }
}

/** `new Response(data)`, `Response.json(data)`: made to be an answer. */
export function answer(
  machine: Interpreter,
  taints: readonly Taint[],
  name: string,
  frame: Frame,
  place: Place,
): void {
  const sink = { kind: 'answer', role: 'answer', destinations: [] } as const
  // Who waits for a word that only its author knows picks nothing for anybody's good.
  const hidden = frame.guards.some(({ kind }) => kind === 'digest')
  const said = taints.filter(
    taint => isLoot(taint) && (hidden || taint.source.kind !== 'env' || !isPickedByName(taint)),
  )
  flowInto(machine, said, sink, {
    handle: machine.handle(`answer.${name}`),
    frame,
    place,
  })
}

/** Something of the caller's that no code of the package made. */
export function isCallers({ open, objects, functions, taints }: Value): boolean {
  return (
    open &&
    functions.length === 0 &&
    objects.every(isStandIn) &&
    taints.some(({ source: { kind } }) => kind === 'caller' || kind === 'caller-secret')
  )
}

/** What nobody who asks a server is to have. All else that is answered is what servers are for. */
function isLoot({ source: { kind, name } }: Taint): boolean {
  return (kind === 'env' && name !== allNames) || kind === 'credential-file' || kind === 'metadata-service'
}

/** A file that is answered by its path. */
function fileAt(
  machine: Interpreter,
  path: Value,
  name: string,
  frame: Frame,
  place: Place,
): readonly Taint[] {
  const text = textsOf(path).find(one => sourceOfPath(one) === 'credential-file')
  if (text === undefined) return []
  const taint = machine.source('credential-file', text.slice(0, 300), place)
  machine.reads(taint, `answer.${name}`, frame)
  return [taint]
}

/** Verbs under which routes are registered, and hooks that see requests. */
const verbs = /^(?:get|post|put|patch|delete|del|all|use|route|head|options|on|add)$/
const hooks =
  /^(?:on(?:Request|Send|Response|Error|Pre\w{3,20}|Post\w{3,20})|pre(?:Handler|Validation|Parsing|Serialization)|request)$/

/** Whether a caller's server is told what to do with requests: `app.get('/path', handler)`, `app.addHook('onRequest', f)`. */
export function registersHandler(name: string, { list: [first, ...others] }: Arguments): boolean {
  if (name === 'route' && first?.objects.some(({ fields }) => fields.has('handler')) === true) return true
  const text = first?.open === false ? first.known[0] : undefined
  if (typeof text !== 'string' || !others.some(({ functions }) => functions.length > 0)) return false
  return verbs.test(name)
    ? /^[/*]/.test(text)
    : (name === 'addHook' || name === 'ext' || name === 'hook') && hooks.test(text)
}

/** What the handlers that are registered get. */
export function requestFor(machine: Interpreter, place: Place): Value {
  return tainted([machine.source('caller', received, place)])
}

/** Whether what is called, or written to, belongs to the answer of a request. */
function isAnswer({ taints }: Value, frame: Frame, place: Place): boolean {
  return taints.some(({ source }) => source.name === received) || isParameterForAnswers(frame, place)
}

const answers = /^(?:res|resp|response|reply)$/
const contexts = /^(?:ctx|context|c)$/
const requests = /^_{0,2}(?:req|request)$/
const maxFunctionChars = 20_000
const maxOuter = 4

/** Whether it begins with a parameter that stands where handlers have their answer, beside a request, or that holds both. */
function isParameterForAnswers({ functionContext }: Frame, { file, start }: Place): boolean {
  const [, name] = /^[\s(]{0,9}([\w$]{1,60})/.exec(file.text.slice(start, start + 80)) ?? []
  if (name === undefined) return false
  let context = functionContext
  for (let outer = 0; context !== undefined && outer < maxOuter; outer++) {
    const { node } = context.function
    const names = node.params.map(param => (param.type === 'Identifier' ? param.name : ''))
    const at = names.indexOf(name)
    if (at >= 0) {
      if (answers.test(name)) return true
      const text = file.text.slice(node.start, Math.min(node.end, node.start + maxFunctionChars))
      const before = names[at - 1]
      return before === undefined
        ? contexts.test(name) &&
            hasMember(text, name, 'req|request|res|response|headers|query|path|method|get|set|body')
        : requests.test(before) ||
            hasMember(text, before, 'headers|url|originalUrl|query|method|path|cookies|body|params|ip')
    }
    context = context.function.properties.owner as FunctionContext | undefined
  }
  return false
}

function hasMember(text: string, name: string, members: string): boolean {
  if (name === '') return false
  return new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}\\??\\.(?:${members})\\b`).test(text)
}
