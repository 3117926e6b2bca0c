import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { BudgetSpent } from './frame.ts'
import type { Interpreter } from './interpreter.ts'
import type { ModelledCall } from './modelled-call.ts'
import { carrying, hop, newCell, type Value } from './values.ts'

const maxStored = 5_000

/** A file under a path that folds, or whose beginning or end does, is the same file elsewhere in the package. */
export function storeFile(
  machine: Interpreter,
  paths: readonly Text[],
  content: Value,
  call: Pick<ModelledCall, 'place'>,
): void {
  for (const path of paths) {
    if (!isTelling(path)) continue
    let cell = machine.storedFiles.get(path)
    if (cell === undefined) {
      // Whoever writes so many files hides one among them.
      if (machine.storedFiles.size >= maxStored) throw new BudgetSpent()
      cell = newCell()
      machine.storedFiles.set(path, cell)
    }
    machine.write(
      cell,
      carrying(
        content,
        hop(content.taints, `written to ${path.replaceAll(HOLE, '…').slice(0, 80)}`, call.place),
      ),
    )
  }
}

const maxAwaited = 200

/** A program of the user's folders, started by a listener before anything is written there: it is looked at again then. */
export function awaitFile(machine: Interpreter, text: Text): void {
  const path = text.split(' ', 1)[0] ?? ''
  if (!/^(?:~|\/(?:tmp|var|home|private|dev\/shm|Users|__project__))\/./.test(path) || !isTelling(path))
    return
  if (!machine.storedFiles.has(path) && machine.storedFiles.size < maxAwaited)
    machine.storedFiles.set(path, newCell())
}

/** Whether a path may name one file: `${folder}/undefined` is every file whose name was not known, `./` is none. */
function isTelling(path: Text): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === '') return false
  const told = path.replace(/^\/__project__\//, '').replaceAll(HOLE, '')
  return told.length >= 2 && !/^(?:undefined|null|NaN)(?:\.\w+)?$/.test(name)
}
