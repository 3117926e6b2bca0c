import type { Arguments } from './frame.ts'
import { carrying, type Taint, type Value } from './values.ts'

/** What libraries of wallets and signatures do with a key: nothing of it comes out, whatever else went in does. */

const signing =
  /^(?:sign(?:$|[A-Z_])|partialSign|getAddress|getPublicKey|encrypt$|verify|detached$|ecdsaSign)/

/** The answer of a function of that name nobody has seen, without the key it worked with. The message stays. */
export function signedBy(name: string, self: Value, given: Arguments, answer: Value): Value {
  if (answer.taints.length === 0 || !signing.test(name)) return answer
  const [message] = given.list
  // What is encrypted is read by whoever has the other key: only what encrypts by its own keeps its own.
  const keys = name === 'encrypt' ? [self] : [self, ...given.list.slice(1)]
  const has = (value: Value | undefined, taint: Taint): boolean =>
    value?.taints.some(({ source }) => source === taint.source) === true
  const isKey = (taint: Taint): boolean =>
    taint.source.kind === 'caller-secret' && keys.some(value => has(value, taint)) && !has(message, taint)
  return answer.taints.some(isKey)
    ? carrying(
        answer,
        answer.taints.filter(taint => !isKey(taint)),
      )
    : answer
}
