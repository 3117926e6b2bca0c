import type { Text } from '../../types.ts'
import { HOLE } from '../../types.ts'
import { textsOf } from './constants.ts'
import { authorityOf } from './addresses.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import type { Place } from './sites.ts'
import { ofObject, type Value } from './values.ts'

const users = ['user', 'username', 'accessKeyId', 'accessKey', 'id']
const passwords = ['pass', 'password', 'secretAccessKey', 'secretKey', 'token']
const nested = ['auth', 'credentials']

/** Tokens of services where people keep things, by the shapes their makers gave them. Each belongs to one account. */
const personalToken =
  /\b(?:gh[opsu]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{15,100}|xox[abeprs]-[\w-]{15,200}|ntn_\w{20,100}|dop_v1_\w{20,100}|figd_[\w-]{20,100}|SG\.[\w-]{15,100}|hf_\w{20,100})/

/** Fields of headers by which a request signs in. */
const signing: ReadonlySet<string> = new Set(['authorization', 'private-token', 'job-token', 'x-api-key'])

/**
 * Where a request leads whose headers sign in with such a token, written into the code: to the account of whoever
 * wrote it. The path stays, since it says what is done there.
 */
export function inAccount(
  machine: Interpreter,
  options: readonly Value[],
  destinations: readonly Text[],
  frame: Frame,
  place: Place,
): readonly Text[] {
  const signs = options.some(option =>
    option.objects.some(
      object =>
        object.fields.has('headers') &&
        namedMember(machine, ofObject(object), 'headers', frame, place).objects.some(headers =>
          [...headers.fields].some(
            ([name, cell]) =>
              signing.has(name.toLowerCase()) &&
              machine
                .read(cell, frame)
                .known.some(text => typeof text === 'string' && personalToken.test(text)),
          ),
        ),
    ),
  )
  if (!signs) return destinations
  return destinations.map(text => text.replace(/^https?:\/\/(?=[^/\u0001]{4})/i, 'account://token:***@'))
}

/**
 * The account that a client signs in with, where its password stands in the code: `scheme://name:***@host`. Whoever
 * wrote the package owns such an account; its users would have been asked for theirs.
 */
export function accountOf(
  machine: Interpreter,
  options: Value,
  hosts: readonly Text[],
  frame: Frame,
  place: Place,
): Text | undefined {
  const own = options.objects.filter(object => object.kind === 'object')
  const parts = own.flatMap(object => [
    ofObject(object),
    ...nested
      .filter(name => object.fields.has(name))
      .map(name => namedMember(machine, ofObject(object), name, frame, place)),
  ])
  const constantOf = (names: readonly string[]): string | undefined => {
    for (const part of parts) {
      for (const object of part.objects) {
        for (const name of names) {
          if (!object.fields.has(name)) continue
          const value = namedMember(machine, ofObject(object), name, frame, place)
          const text = value.known[0]
          if (typeof text === 'string' && text.length > 2 && !text.includes(HOLE) && isWritten(value))
            return text
        }
      }
    }
    return undefined
  }
  const bare = own.length === 0 && isWritten(options) ? options.known[0] : undefined
  const service = own.flatMap(object =>
    object.fields.has('service')
      ? textsOf(namedMember(machine, ofObject(object), 'service', frame, place))
      : [],
  )[0]
  const host =
    hosts.map(authorityOf).find(name => name.length > 3 && !name.includes(HOLE)) ??
    (service === undefined || service.includes(HOLE) ? undefined : `smtp.${service.toLowerCase()}.com`)
  if (host === undefined) return undefined
  if (typeof bare === 'string' && /^[\w:.-]{20,}$/.test(bare)) return `account://token:***@${host}`
  const token = constantOf(['auth'])
  const password =
    constantOf(passwords) ?? (token !== undefined && personalToken.test(token) ? token : undefined)
  if (password === undefined) return undefined
  const user = constantOf(users) ?? 'user'
  return `account://${user.replace(/[^\w.-]/g, '_').slice(0, 40)}:***@${host}`
}

/** A constant of the code, hidden or not. */
function isWritten({ taints }: Value): boolean {
  return taints.every(({ source }) => source.kind === 'package-bytes')
}
