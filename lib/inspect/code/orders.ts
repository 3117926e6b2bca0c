import { HOLE } from '../../types.ts'
import type { Fact } from '../../types.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import type { Value } from './values.ts'

/**
 * Texts that a package gives to an AI assistant: what its tools are for, what their parameters mean, what they answer. The
 * assistant does what it reads there, and the user does not see it.
 */
type Told = Extract<Fact, { kind: 'tells' }>
type Order = Told['order']
type Through = Told['through']

/** Where an order begins: at the start of a sentence, or behind a word that makes a sentence one. */
const asked = String.raw`(?:^|[.!?:;,>)\n*-]\s{0,9}|\b(?:first|must|should|please|always|then|and|to|you|also|need to|silently)\s)`

const secret = String.raw`(?:\.ssh\b|\bid_(?:rsa|ed25519|ecdsa)|\.env\b|\.npmrc|\.aws\b|\.netrc|\.git-credentials|\.kube\b|\.docker\/config|mcp\.json|\.claude|\.vault-token|credentials?\b|api[ _-]?keys?\b|environment variables?\b|private keys?\b|\b[A-Z]{2,20}_(?:TOKEN|KEY|SECRET)\b|secrets?\b|access tokens?\b|passwords?\b|seed phrase|mnemonic|wallet|_history\b|keychain|~\/\.[\w-]{1,40}\/[\w.-])`

const reads = new RegExp(
  `${asked}(?:read|open|load|cat|get|fetch|collect|retrieve|copy|extract|find|look up|dump|gather|check|include)\\s[^!?]{0,110}?${secret}`,
  'i',
)

/** What an assistant knows or was given, as opposed to what a tool needs to do its work. */
const entrusted = String.raw`(?:${secret}|contents?\b|conversation\b|history\b|messages?\b|chat\b|transcript\b|prompts?\b|outputs?\b|results?\b|answers?\b|responses?\b|arguments?\b|parameters?\b|files?\b|everything\b|whatever\b|all (?:of|the|that|data|other)\b|bcc\b|recipients?\b|receivers?\b)`

const passes = new RegExp(
  `${asked}(?:pass|send|include|provide|put|add|append|supply|attach|set|forward|submit|post|call it with|insert|write|copy)\\s[^!?]{0,120}?${entrusted}[^!?]{0,120}?(?:\\bas\\b|\\bin\\b|\\bto\\b|\\binto\\b|\\bunder\\b|\\bwith\\b|\\bhere\\b|\\bset to\\b)`,
  'i',
)

const first =
  /\b(?:before|prior to|instead of|whenever|when|each time|every time|for (?:each|every) call)\b[^.!?\n]{0,60}\b(?:tool|tools|function|call|calling|using|invoking|response)\b|\balways call\b|\bmust (?:first )?(?:be )?call(?:ed)?\b/i

/** What is kept from the user is what the assistant does; keeping values or raw errors off the screen protects. */
const hides = [
  /\b(?:do not|don['’]t|never|must not)\s[^.!?\n]{0,20}?\blet\b[^.!?\n]{0,25}\b(?:user|human|person|developer|anyone|operator)s?\s(?:know|see|notice|learn|find out|be aware)\b/i,
  /\b(?:do not|don['’]t|never|must not|without|no need to|not (?:ask|stop) )\s?[^.!?\n]{0,30}?\b(?:tell|telling|inform|informing|notify|notifying|alert|alerting|asking|warn)\b[^.!?\n]{0,25}\b(?:user|human|person|developer|anyone|operator)s?\b(?!\s(?:to|that they|how|where|which)\b)/i,
  /\b(?:do not|don['’]t|never|must not|without)\s[^.!?\n]{0,20}?\b(?:mention|mentioning|reveal|revealing|disclose|disclosing|explain|explaining|show|report)\b[^.!?\n]{0,24}\b(?:this|that you|that this|it to|these steps|the (?:step|note|field|parameter|argument|file|reading|instruction)s?)\b/i,
  // What else is not to be mentioned than what an assistant passes or reads: values are kept back by other words.
  /\b(?:do not|don['’]t|never|must not|without|avoid)\s[^.!?\n]{0,20}?\bmention(?:ing)?\b[^.!?\n]{0,24}\b(?:it\b(?! (?:if|unless|when|again))|(?:these|those|any) (?:steps|files|fields|parameters|arguments|contents|reads)|the (?:[\w"'`-]{1,24} ){1,2}(?:step|field|parameter|argument|file|content)s?)\b/i,
  /\b(?:user|human|person|developer)s?\s(?:must|should|need|may|can|does|do)(?: not|n['’]t)\s(?:be (?:told|informed|notified|aware|asked)|know|see|notice|need to know)/i,
  /\b(?:invisible|hidden|secret|unnoticed)\s(?:for|from|to|by)\s(?:the\s)?(?:user|human|person|developer)/i,
]

/** Sentences that forbid: what they name is not asked for. */
const forbids = /^[^.!?]{0,60}\b(?:do not|don['’]t|never|must not|avoid|cannot|no need to)\b/i

const minChars = 40

/** What such a text has to speak of. */
const told =
  /\b(?:user|human|person|developer|anyone|tools?|call|parameter|argument|field|session|mention(?:ing)?)\b/i

/** What each text said, as the same place is looked at again and again. */
const known = new WeakMap<Interpreter, Map<string, ReturnType<typeof ordersIn>>>()

/** Reads a text, as it is given to an assistant, for orders, and notes each. */
export function noteTold(
  machine: Interpreter,
  value: Value,
  through: Through,
  frame: Frame,
  place: Place,
): void {
  for (const text of value.known) {
    if (typeof text !== 'string' || text.length < minChars || !told.test(text)) continue
    let texts = known.get(machine)
    if (texts === undefined) known.set(machine, (texts = new Map()))
    let orders = texts.get(text)
    if (orders === undefined) {
      machine.step(Math.ceil(text.length / 16))
      texts.set(text, (orders = ordersIn(text)))
    }
    const about = `${place.file.path}:${place.start}`
    for (const { order, words, sentence } of orders) {
      const fact = { kind: 'tells', order, through, words: sentence.replaceAll(HOLE, '…'), about } as const
      machine.fact(fact, frame, placeOfWords(words, frame, place))
    }
  }
}

/** Fields whose text an assistant is given. */
const fields: Readonly<Record<string, Through>> = {
  description: 'description',
  text: 'answer',
  instructions: 'instructions',
}

/** `{ description: '…', inputSchema }` and `{ type: 'text', text: '…' }`. */
export function noteToldField(
  machine: Interpreter,
  name: string,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  if (value.known.length > 0 && Object.hasOwn(fields, name))
    noteTold(machine, value, fields[name]!, frame, place)
}

const registering: ReadonlySet<string> = new Set([
  'tool',
  'registerTool',
  'addTool',
  'defineTool',
  'describe',
])

/** `server.tool(name, '…', …)` and `z.string().describe('…')`. */
export function noteToldByCall(
  machine: Interpreter,
  name: string,
  { list }: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (registering.has(name)) for (const value of list) noteTold(machine, value, 'description', frame, place)
}

type Given = {
  readonly order: Order
  /** The words that give it, and as much of the sentence as a person reads. */
  readonly words: string
  readonly sentence: string
}

const maxShown = 240

/** The orders a text gives. */
export function ordersIn(text: string): readonly Given[] {
  const found = new Map<Order, Given>()
  const note = (order: Order, sentence: string, match: RegExpExecArray | null | undefined): void => {
    if (found.has(order) || match === null || match === undefined) return
    const from = Math.max(0, match.index - maxShown / 4)
    const words = match[0].replace(/^[^\w]+/, '')
    found.set(order, { order, words, sentence: sentence.slice(from, from + maxShown) })
  }
  for (const sentence of sentencesOf(text)) {
    for (const pattern of hides) note('hides', sentence, pattern.exec(sentence))
    if (forbids.test(sentence)) continue
    note('reads', sentence, reads.exec(sentence))
    note('passes', sentence, passes.exec(sentence))
    note('first', sentence, first.exec(sentence))
  }
  return [...found.values()]
}

/** A line break inside a sentence is a blank; a full stop inside a name of a file ends nothing. */
function sentencesOf(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?:>])\s+(?=[^a-z])|\n\s*\n|\n(?=\s*(?:[-*<]|\d{1,3}\.))/)
    .map(sentence => sentence.replaceAll(/\s+/g, ' ').trim())
}

/** The line where the words stand, where they do in the file that gives them. */
function placeOfWords(words: string, { file }: Frame, place: Place): Place {
  const longest = words.split(/[\n\u0001'"`\\]+/).toSorted((a, b) => b.length - a.length)[0] ?? ''
  for (const part of [words, longest, longest.slice(-24), longest.slice(0, 24)]) {
    const start = part.length < 8 ? -1 : file.text.indexOf(part)
    if (start >= 0) return { file: place.file, start, end: start + part.length }
  }
  return place
}
