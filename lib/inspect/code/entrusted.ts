import type { Interpreter } from './interpreter.ts'
import { isSecretParameter } from './models/secrets.ts'
import type { Place } from './sites.ts'
import { newTaint, type Taint } from './values.ts'

/**
 * What a caller passes, as a whole: an object goes many ways with all that is in it, and the secret in it is named on
 * none of them. So the whole is followed apart from its members. A member that is read leaves the rest of it behind; what
 * is learned of the whole (that a secret is read from it, or was taken out of a copy) is kept here and told at the end,
 * whatever came first.
 */
export type Entrusted = {
  readonly key: string
  /** What it is a copy or a part of, or what its names are of. */
  readonly from: Entrusted | undefined
  readonly how: 'whole' | 'copy' | 'part' | 'names'
  readonly depth: number
  /** Where secrets are read from it, by name. */
  readonly held: Map<string, Place>
  /** Where secrets were taken out of a copy. */
  readonly removed: Map<string, Removal>
  /** How many steps the way to the copy had. */
  readonly steps: number
}

/** Where a field is taken out of a copy, in which function or statement, and the branch that may not be taken. */
export type Removal = {
  readonly place: Place
  readonly within: Place
  readonly branch: Place | undefined
}

const maxDepth = 4

/** Members that hold what somebody signs in with, or what a form or request carries. */
const container =
  /^(?:auth|credentials?|config(?:uration)?|options|opts|settings|account|login|user|body|params|connection|wallet|keys?|secrets?|values|data|form|input|payload|query|(?:current)?target)$/i

/** A value of the caller's as the whole it was passed as. */
export function entrust(machine: Interpreter, name: string, place: Place): Taint {
  return machine.source('caller', name, place, entrusted('whole', 'whole', undefined, 0))
}

function entrusted(
  key: string,
  how: Entrusted['how'],
  from: Entrusted | undefined,
  steps: number,
): Entrusted {
  const depth = from === undefined ? 0 : from.depth + 1
  return { key, from, how, depth, held: new Map(), removed: new Map(), steps }
}

function derived(machine: Interpreter, taint: Taint, how: 'copy' | 'part' | 'names', key: string): Taint {
  const { source, hops, sure } = taint
  const from = source.entrusted!
  const made = entrusted(`${from.key} ${how} ${key}`, how, from, hops?.length ?? 0)
  return newTaint(machine.source(source.kind, source.name, source.place, made).source, hops, sure)
}

/** Whether it stands for a whole, rather than for data that may be any part of it. */
export function isWhole({ source }: Taint): boolean {
  return source.entrusted !== undefined
}

function hasWhole(taints: readonly Taint[]): boolean {
  for (let at = 0; at < taints.length; at++) if (taints[at]!.source.entrusted !== undefined) return true
  return false
}

/** Only what may be any part of it. */
export function withoutWholes(taints: readonly Taint[]): readonly Taint[] {
  return hasWhole(taints) ? taints.filter(taint => !isWhole(taint)) : taints
}

/** Only what stands for a whole. */
export function wholesIn(taints: readonly Taint[]): readonly Taint[] {
  return hasWhole(taints) ? taints.filter(isWhole) : none
}

const none: readonly Taint[] = []

/**
 * What is left of the wholes where a member is read by its name: that a secret was, is noted. An element of a list is
 * like the list, and what is known to hold sign-in data is a whole of its own.
 */
export function memberOfWhole(
  machine: Interpreter,
  taints: readonly Taint[],
  name: string,
  place: Place,
): readonly Taint[] {
  if (!hasWhole(taints)) return taints
  return taints.flatMap(taint => {
    const whole = taint.source.entrusted
    if (whole === undefined) return taint
    if (whole.how === 'names') return []
    if (/^\d+$/.test(name) || isText(taint)) return taint
    if (isSecretParameter(name)) hold(whole, name, place)
    return container.test(name) && whole.depth < maxDepth ? derived(machine, taint, 'part', name) : []
  })
}

/** What is left of the wholes in what a method of no known meaning is called on: of a text, or a list, all of it. */
export function answerOfWhole(taints: readonly Taint[], method: string): readonly Taint[] {
  if (!hasWhole(taints) || givesWhole.has(method)) return taints
  return taints.filter(taint => !isWhole(taint) || isText(taint))
}

const givesWhole: ReadonlySet<string> = new Set(
  (
    'values entries toJSON toObject toString valueOf slice concat join flat map flatMap filter reverse sort forEach reduce shift ' +
    'pop at clone then catch finally'
  ).split(' '),
)

/** Whether it was made one text, whose parts are parts of all of it. */
function isText({ hops }: Taint): boolean {
  for (let at = hops; at !== undefined; at = at.previous) if (written.test(at.label)) return true
  return false
}

const written = /^(?:as JSON|encoded|base64|hex|packed|encrypted|deflated|reversed)/

/** What is read from a part or a copy was in the whole; what was taken out of the copy was not read from it. */
function hold(whole: Entrusted, name: string, place: Place): void {
  let at: Entrusted | undefined = whole
  while (at !== undefined && !isGone(at, name)) {
    const before = at.held.get(name)
    if (before !== undefined && !comesBefore(place, before)) return
    at.held.set(name, place)
    at = at.from
  }
}

function isGone({ removed }: Entrusted, name: string): boolean {
  const removal = removed.get(name)
  return removal !== undefined && removal.branch === undefined
}

/** The order of places, whichever way the code was walked through. */
function comesBefore(one: Place, other: Place): boolean {
  return one.file.path === other.file.path ? one.start < other.start : one.file.path < other.file.path
}

/** The wholes under names that come from a list of their own names: a loop over all keys reads all that is in it. */
export function enumerated(taints: readonly Taint[], key: readonly Taint[]): readonly Taint[] {
  if (!hasWhole(taints)) return taints
  const names = new Set(key.flatMap(({ source: { entrusted: of } }) => (of?.how === 'names' ? of.from! : [])))
  return taints.filter(({ source: { entrusted: of } }) => of === undefined || names.has(of))
}

/** The names of the fields of wholes: no secret, but whoever reads by all of them reads it all. */
export function namesOfWholes(machine: Interpreter, taints: readonly Taint[]): readonly Taint[] {
  if (!hasWhole(taints)) return taints
  return taints.flatMap(taint => {
    const whole = taint.source.entrusted
    if (whole === undefined || whole.how === 'names') return taint
    return whole.depth < maxDepth ? derived(machine, taint, 'names', '') : []
  })
}

/** A copy of wholes that is made at a place, without the fields of some names. */
export function copyOfWholes(
  machine: Interpreter,
  taints: readonly Taint[],
  place: Place,
  without: ReadonlySet<string> = new Set(),
): readonly Taint[] {
  if (!hasWhole(taints)) return taints
  return taints.map(taint => {
    const whole = taint.source.entrusted
    if (whole === undefined || whole.how === 'names' || whole.depth >= maxDepth) return taint
    const key = `${place.file.path}:${place.start}`
    // Loops and recursion copy what they copied before.
    if (whole.key.endsWith(` copy ${key}`)) return taint
    const copy = derived(machine, taint, 'copy', key)
    for (const name of without)
      copy.source.entrusted!.removed.set(name, { place, within: place, branch: undefined })
    return copy
  })
}

/** Notes that a field of a copy is emptied from there on. The object it was copied from still has it. */
export function removeFrom(taints: readonly Taint[], name: string, removal: Removal): void {
  for (const { source } of taints) {
    const whole = source.entrusted
    if (whole?.how !== 'copy') continue
    const before = whole.removed.get(name)
    // What is certain counts, and of that the first.
    const isMore = before !== undefined && before.branch !== undefined && removal.branch === undefined
    const isLess = before !== undefined && before.branch === undefined && removal.branch !== undefined
    if (before === undefined || isMore || (!isLess && comesBefore(removal.place, before.place)))
      whole.removed.set(name, removal)
  }
}

/** The secrets in what stands for a whole where it is sent, by name, with the place where they are read. */
export function heldBy({ source, hops }: Taint, sink: Place): ReadonlyMap<string, Place> {
  const whole = source.entrusted
  if (whole === undefined || whole.how === 'names') return new Map()
  const held = new Map<string, Place>()
  const removed = new Set<string>()
  for (let at: Entrusted | undefined = whole; at !== undefined; at = at.from) {
    for (const [name, place] of at.held) if (!removed.has(name)) held.set(name, held.get(name) ?? place)
    if (at.how !== 'copy') break
    const steps: Place[] = [sink]
    for (let step = hops; step !== undefined && step.length > at.steps; step = step.previous)
      steps.push(step.place)
    for (const [name, { place, within, branch }] of at.removed) {
      if (branch !== undefined && !steps.some(step => lies(step, branch) && step.start > place.end)) continue
      // Sent, or made a text, by the same function before.
      if (steps.some(step => lies(step, within) && step.end < place.start)) continue
      removed.add(name)
      held.delete(name)
    }
  }
  return held
}

function lies({ file, start, end }: Place, within: Place): boolean {
  return file.path === within.file.path && start >= within.start && end <= within.end
}
