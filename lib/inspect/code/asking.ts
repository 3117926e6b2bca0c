import { argument, handResult, type ModelledCall } from './effects.ts'
import type { Interpreter } from './interpreter.ts'
import { elementsOf } from './elements.ts'
import { namedMember } from './members.ts'
import { ofObject, tainted, type Value } from './values.ts'

/** What a person types in is given to the program for a purpose: it is the caller's, and a secret where one was asked for. */

const secrets: readonly (readonly [RegExp, string])[] = [
  [/mnemonic|seed|recovery|(?:12|24|twelve).{0,12}words|secret phrase/i, 'mnemonic'],
  [/private.{0,2}key|secret.{0,2}key|keypair/i, 'privateKey'],
  [/passphrase/i, 'passphrase'],
  [/password/i, 'password'],
]

const labels = ['message', 'name', 'title', 'description', 'prompt', 'type'] as const

/** A question to whoever sits at the terminal: `prompts({ type, name, message })`, `rl.question(text, done)`. */
export function ask(machine: Interpreter, call: ModelledCall): Value {
  const answer = answersByName(machine, call) ?? answerTo(machine, [argument(call, 0)], call)
  return handResult(machine, answer, {
    ...call,
    given: { list: call.given.list.filter(value => value.functions.length > 0), rest: call.given.rest },
  })
}

function answerTo(machine: Interpreter, questions: readonly Value[], call: ModelledCall): Value {
  const text = questionOf(machine, questions, call)
  const secret = secrets.find(([words]) => words.test(text))?.[1]
  const taint =
    secret === undefined
      ? machine.source('caller', 'answer', call.place)
      : machine.source('caller-secret', secret, call.place)
  return tainted([taint])
}

/** `prompt([{ name, message }, …])`: each answer by its name. Undefined where the name of one is not known. */
function answersByName(machine: Interpreter, call: ModelledCall): Value | undefined {
  const { frame, place } = call
  const [list, ...others] = argument(call, 0).objects
  if (list?.kind !== 'array' || others.length > 0) return undefined
  const { exact, list: questions } = elementsOf(machine, ofObject(list), frame)
  if (!exact || questions.length < 2 || questions.length > maxQuestions) return undefined
  const answers = machine.objectAt(frame, `answers ${place.start}`, 'object')
  for (const question of questions) {
    const name = namedMember(machine, question, 'name', frame, place)
    if (name.open || name.known.length !== 1 || typeof name.known[0] !== 'string') return undefined
    machine.writeField(answers, name.known[0], answerTo(machine, [question], call))
  }
  return ofObject(answers)
}

const maxQuestions = 60

function questionOf(machine: Interpreter, asked: readonly Value[], { frame, place }: ModelledCall): string {
  const questions: Value[] = [...asked]
  for (const object of asked.flatMap(({ objects }) => objects)) {
    if (object.kind === 'array')
      questions.push(...elementsOf(machine, ofObject(object), frame).list.slice(0, 20))
  }
  const texts = questions.flatMap(question => [
    ...question.known,
    ...question.objects.flatMap(object =>
      labels.flatMap(label =>
        object.fields.has(label) ? namedMember(machine, ofObject(object), label, frame, place).known : [],
      ),
    ),
  ])
  return texts
    .filter(text => typeof text === 'string')
    .join(' ')
    .slice(0, 2_000)
}
