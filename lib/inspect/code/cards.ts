import type { AnyNode } from 'acorn'
import type { SourceFile } from './frame.ts'
import type { Interpreter } from './interpreter.ts'
import { isSecurityCode } from './models/secrets.ts'
import { placeOf } from './sites.ts'
import { opened, withTaints, type Value } from './values.ts'

/** Payment cards as forms ask for them: what a person types into the field of the security code is nobody else's. */

/** Only files that speak of cards are looked at for forms of them. */
const speaks = /card|cvc|cvv|security.?code/i
const spoken = new WeakMap<SourceFile, boolean>()

function speaksOfCards(file: SourceFile): boolean {
  let known = spoken.get(file)
  if (known === undefined) spoken.set(file, (known = speaks.test(file.text)))
  return known
}

const number = /^(?:(?:cc|card|credit_?card)[_-]?)?(?:number|num|no|pan)$/i
const expiry = /^(?:(?:cc|card)[_-]?)?(?:exp(?:iry|ires|iration)?(?:[_-]?(?:date|month|year))?|month|mm)$/i
const plainCode = /^(?:code|csc|verification(?:[_-]?(?:code|value))?)$/i

/** The security code among the names of fields: by its own name, or `code` beside the number of a card and its end. */
export function securityCodeIn(names: readonly string[]): string | undefined {
  const own = names.find(isSecurityCode)
  if (own !== undefined) return own
  const code = names.find(name => plainCode.test(name))
  return code !== undefined && names.some(name => number.test(name)) && names.some(name => expiry.test(name))
    ? code
    : undefined
}

/** The same among the names that an object, or a pattern that takes one apart, writes out. */
export function securityCodeAmong(file: SourceFile, properties: readonly AnyNode[]): string | undefined {
  if (!speaksOfCards(file)) return undefined
  return securityCodeIn(
    properties.flatMap(property => {
      const key = property.type === 'Property' && !property.computed ? property.key : undefined
      if (key?.type === 'Identifier') return key.name
      return key?.type === 'Literal' ? String(key.value) : []
    }),
  )
}

/** A name for it where its own says nothing. */
export function nameOfCode(name: string): string {
  return isSecurityCode(name) ? name : 'cardSecurityCode'
}

/** A form begins empty: what is kept under the name of the security code will be what a person types. */
export function begunAsCode(
  machine: Interpreter,
  value: Value,
  name: string,
  file: SourceFile,
  node: AnyNode,
): Value {
  if (!isBlank(value)) return value
  return asCode(machine, opened(value), name, file, node)
}

/** `const cvc = ref('')`, `let cvc = ''`: one field of such a form by itself. */
export function begunAlone(
  machine: Interpreter,
  value: Value,
  pattern: AnyNode,
  init: AnyNode,
  file: SourceFile,
): Value {
  if (pattern.type !== 'Identifier' || !isSecurityCode(pattern.name) || !speaksOfCards(file)) return value
  const first = init.type === 'CallExpression' ? init.arguments[0] : init
  if (first?.type !== 'Literal' || (first.value !== '' && first.value !== null)) return value
  return withTaints(opened(value), [machine.source('caller-secret', pattern.name, placeOf(file, pattern))])
}

/** `{ number, month, code } = what a caller passes`: the code is one of a card. */
export function takenAsCode(
  machine: Interpreter,
  value: Value,
  name: string,
  file: SourceFile,
  node: AnyNode,
): Value {
  if (!value.taints.some(({ source: { kind } }) => kind === 'caller')) return value
  return asCode(machine, value, name, file, node)
}

function asCode(machine: Interpreter, value: Value, name: string, file: SourceFile, node: AnyNode): Value {
  return withTaints(value, [machine.source('caller-secret', nameOfCode(name), placeOf(file, node))])
}

/** Nothing yet, also as forms of Angular write it: `['', Validators.required]`. */
function isBlank({ known, objects }: Value): boolean {
  if (objects.length === 0) return known.length === 1 && (known[0] === '' || known[0] == null)
  return objects.every(({ kind, fields }) => {
    const first = kind === 'array' ? fields.get('0')?.value : undefined
    return first !== undefined && first.objects.length === 0 && isBlank(first)
  })
}
