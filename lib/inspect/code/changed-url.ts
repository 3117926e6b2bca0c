import { textsOf } from './constants.ts'
import type { Interpreter } from './interpreter.ts'
import { known, knowns, tainted, type ObjectValue, type Value } from './values.ts'

/** Parts of an address that say something, and may say what nobody should know. */
const parts = /^(?:href|host|hostname|username|password|pathname|search|hash)$/

/** `url.host = …`: from then on the address leads there. `url.password = …`: whoever has the address has that too. */
export function changeUrl(machine: Interpreter, url: ObjectValue, name: string, value: Value): void {
  const { model } = url
  if (model === undefined || !parts.test(name)) return
  if (value.taints.length > 0) machine.writeField(url, 'href', tainted(value.taints))
  if (!/^(?:href|host|hostname)$/.test(name)) return
  for (const given of textsOf(value).slice(0, 3)) {
    const texts =
      name === 'href'
        ? [given]
        : textsOf(model.texts.value).map(text =>
            text.replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)[^/?#]*/i, (_, scheme: string) => scheme + given),
          )
    for (const text of texts.slice(0, 3)) machine.write(model.texts, known(text))
    machine.writeField(url, 'href', knowns(texts.slice(0, 3)))
  }
}
