import { Buffer } from 'node:buffer'
import type { Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import type { Value } from './values.ts'
import { runStored } from './written-scripts.ts'

const loading = /^(?:-r|--require|--import|--loader|--experimental-loader)(?:=|$)/

/** What stands in `NODE_OPTIONS` is loaded by every program on Node that is started from then on. */
export function noteNodeOptions(machine: Interpreter, name: string, value: Value, place: Place): void {
  if (name !== 'NODE_OPTIONS') return
  for (const text of value.known.slice(0, 4)) {
    if (typeof text !== 'string' || text.length > 20_000) continue
    const words = text.split(/\s+/)
    const first = words.findIndex(word => loading.test(word))
    if (first < 0) continue
    const code = words.map(codeIn).find(found => found !== undefined)
    const args = code === undefined ? [...words.slice(first), '-e', '0'] : ['-e', code]
    machine.command({ text: 'node', args, shell: false, place, level: machine.level })
    runStored(machine, [text], place)
  }
}

/** The program inside `data:text/javascript;base64,…`; other ways of writing it there are left to who reads it. */
function codeIn(word: string): string | undefined {
  const found = /^(?:--import=)?data:[^,]{0,80};base64,([\w+/=-]+)$/.exec(word)
  return found?.[1] === undefined ? undefined : Buffer.from(found[1], 'base64').toString('utf8')
}
