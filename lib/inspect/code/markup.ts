import { HOLE, type Text } from '../../types.ts'
import { namesHost } from './addresses.ts'
import { textsOf } from './constants.ts'
import { evaluateCode } from './evaluating.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { flowInto, type ModelledCall } from './modelled-call.ts'
import type { Place } from './sites.ts'
import { anything, nothing, type Taint, type Value } from './values.ts'

/**
 * Text that a page makes elements or styles of: `element.innerHTML = text`, `insertAdjacentHTML`, `url(…)`. An address in
 * it is asked at once, and whatever stands in the address is sent there. So is what stands in an address a page goes to.
 */

/** Fields of elements and styles that hold markup, styles or an address, under any name the element has. */
const shownFields: ReadonlySet<string> = new Set([
  'innerHTML',
  'outerHTML',
  'srcdoc',
  'cssText',
  'background',
  'backgroundImage',
  'listStyleImage',
  'borderImage',
  'cursor',
  'maskImage',
  'textContent',
])

/** By the name of a method, which argument is such text. */
const showing: ReadonlyMap<string, number> = new Map([
  ['insertAdjacentHTML', 1],
  ['write', 0],
  ['writeln', 0],
  ['createContextualFragment', 0],
  ['setHTMLUnsafe', 0],
  ['setProperty', 1],
  ['insertRule', 0],
  ['append', 0],
  ['prepend', 0],
  ['html', 0],
  ['css', 1],
])

/** An address that is asked for as soon as the text is shown, or sent to by the form in it. */
const addresses =
  /(?:\b(?:src|srcset|href|action|poster|data|background)\s{0,4}=\s{0,4}["']?|url\(\s{0,4}["']?|@import\s{1,4}["'])((?:https?:)?\/\/[^\s"'<>)]{1,2000})/gi

/** Texts longer than this are templates of pages; what stands in the first part of one is looked at. */
const maxMarkup = 100_000

/** `element.name = text`. */
export function noteShownField(
  machine: Interpreter,
  name: string,
  value: Value,
  frame: Frame,
  place: Place,
): void {
  if (shownFields.has(name)) noteMarkup(machine, value, frame, place)
}

/** `element.name(…, text)`. */
export function noteShownByCall(
  machine: Interpreter,
  name: string,
  given: readonly Value[],
  frame: Frame,
  place: Place,
): void {
  const at = showing.get(name)
  if (at !== undefined) noteMarkup(machine, given[at] ?? nothing, frame, place)
}

/** What is put between the tags of a script, or into a handler, is run. */
const runs = new RegExp(
  `<script\\b[^>]{0,400}>[^<]{0,4000}${HOLE}|\\son[a-z]{3,20}\\s?=\\s?["'][^"']{0,400}${HOLE}`,
  'i',
)

function noteMarkup(machine: Interpreter, value: Value, frame: Frame, place: Place): void {
  const taints = value.taints.filter(isNoCallers)
  if (taints.length === 0) return
  const texts = textsOf(value)
  const fetched = taints.filter(({ source: { kind } }) => kind === 'network')
  if (fetched.length > 0 && texts.some(text => runs.test(text.slice(0, maxMarkup))))
    flowInto(
      machine,
      fetched,
      { kind: 'evaluate', role: 'code', destinations: [] },
      { handle: machine.handle('page.markup'), frame, place },
    )
  const destinations = texts.flatMap(text =>
    Array.from(text.slice(0, maxMarkup).matchAll(addresses), ([, address = '']) => address).filter(holdsData),
  )
  send(machine, taints, destinations, { handle: machine.handle('page.markup'), frame, place })
}

/** Whether a page that is shown or gone to at this address tells its host something. */
function holdsData(address: Text): boolean {
  return address.includes(HOLE) && namesHost(address)
}

/** `location.href = address`, `window.open(address)`: the page goes there, with what stands in the address. */
export function goTo(machine: Interpreter, address: Value, frame: Frame, place: Place): Value {
  const call = { handle: machine.handle('page.location'), frame, place }
  if (textsOf(address).some(text => /^\s*javascript:/i.test(text))) {
    const given = { list: [address], rest: nothing }
    evaluateCode(machine, address, { ...call, self: nothing, given, constructed: false }, 'program')
  }
  sendInAddress(machine, address, call)
  return anything
}

/** Data in the address of what a page shows, loads or goes to is told whoever answers there. */
export function sendInAddress(
  machine: Interpreter,
  address: Value,
  call: Pick<ModelledCall, 'handle' | 'frame' | 'place'>,
): void {
  send(
    machine,
    machine.deepTaints(address, call.frame).filter(isNoCallers),
    textsOf(address).filter(namesHost),
    call,
  )
}

/** What callers pass and what every page knows of itself may stand in addresses. */
function isNoCallers({ source: { kind } }: Taint): boolean {
  return kind !== 'caller' && kind !== 'host'
}

function send(
  machine: Interpreter,
  taints: readonly Taint[],
  destinations: readonly Text[],
  call: Pick<ModelledCall, 'handle' | 'frame' | 'place'>,
): void {
  if (taints.length === 0 || destinations.length === 0) return
  machine.fact({ kind: 'contacts', api: call.handle.api, destinations }, call.frame, call.place)
  flowInto(machine, taints, { kind: 'network', role: 'dest', destinations }, call)
}
