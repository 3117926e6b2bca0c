import { attend, post } from './channels.ts'
import { textsOf } from './constants.ts'
import type { Arguments, Frame, Interpreter } from './interpreter.ts'
import type { ModelledCall } from './modelled-call.ts'
import type { Place } from './sites.ts'
import { HOLE } from '../../types.ts'
import { join, nothing, onlyCallable, tainted, type Value } from './values.ts'

/**
 * Programs that are put as text into the page of a window that somebody else drives: `contents.executeJavaScript(text)`
 * of Electron, `webView.injectJavaScript(text)`, `page.addInitScript(text)`. What the page prints, whoever put it there
 * may listen to.
 */

const label = 'code for a page'

/** What is printed in whatever page. */
const printed = 'printed by a page'

/** Fields that hold the text, where it is given with more about it. */
const textFields = ['code', 'content'] as const

/** `contents.executeJavaScript(text)`: the page runs it, and what it gives comes back. Undefined where no text is known. */
export function runInPage(
  machine: Interpreter,
  { list }: Arguments,
  frame: Frame,
  place: Place,
): Value | undefined {
  let result = nothing
  for (const value of list.slice(0, 2)) {
    const fields = value.objects.flatMap(({ fields: own }) =>
      textFields.flatMap(name => {
        const cell = own.get(name)
        return cell === undefined ? [] : [machine.read(cell, frame)]
      }),
    )
    for (const text of [value, ...fields].flatMap(({ known }) => known)) {
      if (typeof text !== 'string' || text.length < minProgram) continue
      // Whatever is put into the text is data there.
      const ran = machine.loader.virtual(machine, text.replaceAll(HOLE, '0'), label, frame, place, 'program')
      if (ran !== undefined) result = join(result, ran)
    }
  }
  return result === nothing ? undefined : result
}

const minProgram = 4

/** `console.debug(text)` of such a program. */
export function printInPage(machine: Interpreter, { given, frame, place }: ModelledCall): void {
  if (!place.file.path.endsWith(`(${label})`)) return
  const taints = machine.allTaints(given.list, frame)
  if (taints.length > 0)
    post(machine, printed, [tainted(taints), tainted(taints), tainted(taints)], frame, place)
}

/** `contents.on('console-message', f)`, `page.on('console', f)`. */
export function hearPage(
  machine: Interpreter,
  name: string,
  { list: [event = nothing, listener = nothing] }: Arguments,
  frame: Frame,
  place: Place,
): void {
  if (name !== 'on' && name !== 'once' && name !== 'addListener' && name !== 'addEventListener') return
  if (!textsOf(event).some(text => text === 'console-message' || text === 'console')) return
  attend(machine, printed, onlyCallable(listener), false, frame, place)
}
