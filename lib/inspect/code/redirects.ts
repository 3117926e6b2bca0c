import type { Text } from '../../types.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { environmentApi } from './models/index.ts'
import { redirects } from './models/secrets.ts'
import type { Place } from './sites.ts'
import { nothing, type Value } from './values.ts'

/** Proxies and addresses of services that are set for the whole program. */

/** What sends every request of a program on. */
const agents = /^(?:node:https?\.globalAgent|pkg:axios\.defaults\.(?:proxy|https?Agent))$/

/** What is assigned to something of the outside world, by its whole name. */
export function noteRedirect(
  machine: Interpreter,
  api: string,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  const target = api.replace(/^\w+:/, '')
  if (agents.test(api)) redirect(machine, target, ledTo(machine, value, frame), frame, place)
  else if (api.startsWith(environmentApi) && redirects(api.slice(environmentApi.length + 1)))
    redirect(machine, target, value.known.filter(isAddress), frame, place)
}

/** `setGlobalDispatcher(new ProxyAgent(address))`. */
export function redirectAll(
  machine: Interpreter,
  api: string,
  agent: Value,
  frame: Frame,
  place: Place,
): void {
  redirect(machine, api, ledTo(machine, agent, frame), frame, place)
}

function redirect(
  machine: Interpreter,
  target: string,
  to: readonly Text[],
  frame: Frame,
  place: Place,
): void {
  if (to.length > 0) machine.fact({ kind: 'patches', target, api: 'assignment', to }, frame, place)
}

/** Where an agent was made for, or a proxy lies by its options. */
function ledTo(machine: Interpreter, value: Value, frame: Frame): readonly Text[] {
  return value.objects.flatMap(object => {
    const made = object.model === undefined ? nothing : machine.read(object.model.texts, frame)
    const hosts = ['host', 'hostname'].flatMap(name => object.fields.get(name)?.value.known ?? [])
    return [...made.known.filter(isAddress), ...hosts.filter(isHost).map(host => `http://${host}`)]
  })
}

function isAddress(text: unknown): text is Text {
  return typeof text === 'string' && /^(?:https?|socks[45]?h?):\/\/[^\u0001]{4}/i.test(text)
}

function isHost(text: unknown): text is Text {
  return typeof text === 'string' && /^[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}$/.test(text)
}
