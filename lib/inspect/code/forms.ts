import { nameOfCode, securityCodeIn } from './cards.ts'
import { entrust, memberOfWhole } from './entrusted.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import type { Taint, Value } from './values.ts'

/**
 * What a person typed into the form that a component or handler is about: the state that is kept of it and the form that
 * is read when it is sent are the same, so what one is known to hold, the other does.
 */
export function formAround(machine: Interpreter, { file }: Frame, place: Place): Taint {
  const around = file.program.body.find(({ start, end }) => start <= place.start && place.end <= end)
  return entrust(machine, 'the form', { file: place.file, start: around?.start ?? 0, end: around?.end ?? 0 })
}

/** `useState({ email: '', password: '' })`: the fields a form begins with are those it has. */
export function noteBeginning(machine: Interpreter, form: Taint, initial: Value, place: Place): void {
  for (const { fields } of initial.objects) {
    for (const name of fields.keys()) memberOfWhole(machine, [form], name, place)
    const code = securityCodeIn([...fields.keys()])
    if (code !== undefined) memberOfWhole(machine, [form], nameOfCode(code), place)
  }
}
