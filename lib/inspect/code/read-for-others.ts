import type { Text } from '../../types.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import { sourceOfPath } from './models/paths.ts'
import type { Place } from './sites.ts'
import { joinTaints, unsure, type Taint, type Value } from './values.ts'

/** Files that others read for the program: it only gives their paths. */

const maxFields = 60

const reading =
  /read|load|open|add|file|folder|dir|upload|put|database|level|archive|zip|tar|pack|create|copy|stream|parse|attach|import|append|send/i
const notReading =
  /default|option|exists|stat|access|watch|log|debug|warn|relative|resolve|join|dirname|basename|normalize|test|match|^is[A-Z]|^has|remove|unlink|delete|write|mkdir|ensure|output|save|chmod|includes|push|set/i

/** What a function of a stranger reads, where it is given the path of credentials or of a file that was written. */
export function readByStranger(
  machine: Interpreter,
  name: string,
  given: Arguments,
  constructed: boolean,
  frame: Frame,
  place: Place,
): readonly Taint[] {
  if (!constructed && (!reading.test(name) || notReading.test(name))) return []
  let taints: readonly Taint[] = []
  for (const value of given.list.slice(0, 4))
    taints = joinTaints(taints, behindPaths(machine, value, frame, place))
  return unsure(taints)
}

/** What lies in the files that these texts name: those of the user's that hold credentials, and those written before. */
export function behindPaths(
  machine: Interpreter,
  value: Value,
  frame: Frame,
  place: Place,
  /** Also below a folder that is not known: where nothing but a file can be meant. */
  anywhere = false,
): readonly Taint[] {
  let taints: readonly Taint[] = []
  for (const text of textsIn(machine, value, frame)) {
    const stored = machine.storedFiles.get(text)
    if (stored !== undefined) taints = joinTaints(taints, machine.read(stored, frame).taints)
    if (!(anywhere ? /^[~/\u0001]/ : /^~\//).test(text) || sourceOfPath(text) !== 'credential-file') continue
    const taint = machine.source('credential-file', text.slice(0, 300), place)
    machine.reads(taint, 'path', frame)
    taints = joinTaints(taints, [taint])
  }
  return taints
}

function textsIn(machine: Interpreter, value: Value, frame: Frame): readonly Text[] {
  const found = value.known.filter(isPath)
  for (const object of value.objects.slice(0, 3)) {
    if (object.model !== undefined || object.fields.size > maxFields) continue
    for (const cell of object.fields.values()) found.push(...machine.read(cell, frame).known.filter(isPath))
    if (object.rest !== undefined) found.push(...machine.read(object.rest, frame).known.filter(isPath))
  }
  return found.slice(0, 20)
}

function isPath(text: unknown): text is Text {
  return typeof text === 'string' && text.length < 400 && text.includes('/') && !text.includes('://')
}
