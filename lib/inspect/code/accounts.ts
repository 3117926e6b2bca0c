import type { Text } from '../../types.ts'
import { HOLE } from '../../types.ts'
import { textsOf } from './constants.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import type { Place } from './sites.ts'
import { ofObject, type Value } from './values.ts'

const users = ['user', 'username', 'accessKeyId', 'accessKey', 'id']
const passwords = ['pass', 'password', 'secretAccessKey', 'secretKey', 'token']
const nested = ['auth', 'credentials']

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
          if (
            typeof text === 'string' &&
            text.length > 2 &&
            !text.includes(HOLE) &&
            value.taints.length === 0
          )
            return text
        }
      }
    }
    return undefined
  }
  const token = own.length === 0 && options.taints.length === 0 ? options.known[0] : undefined
  const service = own.flatMap(object =>
    object.fields.has('service')
      ? textsOf(namedMember(machine, ofObject(object), 'service', frame, place))
      : [],
  )[0]
  const host =
    hosts.map(bareHost).find(name => name.length > 3 && !name.includes(HOLE)) ??
    (service === undefined || service.includes(HOLE) ? undefined : `smtp.${service.toLowerCase()}.com`)
  if (host === undefined) return undefined
  if (typeof token === 'string' && /^[\w:.-]{20,}$/.test(token)) return `account://token:***@${host}`
  const password = constantOf(passwords)
  if (password === undefined) return undefined
  const user = constantOf(users) ?? 'user'
  return `account://${user.replace(/[^\w.-]/g, '_').slice(0, 40)}:***@${host}`
}

function bareHost(text: Text): string {
  return (text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').split(/[/?#]/, 1)[0] ?? '').replace(/^[^@]*@/, '')
}
