import { commandLine, type Invocation, type ScriptSession } from '../session.ts'
import { unknown, type Value } from '../value.ts'

/** A program that is only known by name: the fact, and output nobody can know. */
export function starts(call: Invocation, session: ScriptSession, api = 'shell'): Value {
  const { site: at, manner } = call
  const line = commandLine(call.words)
  session.fact({ kind: 'starts', api, commands: [line], manner, at })
  for (const word of call.words.slice(1))
    session.flow(word, {
      kind: 'command',
      api: call.program,
      role: 'argument',
      destinations: [line.slice(0, 400)],
      at,
    })
  if (call.stdin)
    session.flow(call.stdin, {
      kind: 'command-stdin',
      api: call.program,
      role: 'payload',
      destinations: [line.slice(0, 400)],
      at,
    })
  return unknown({ kind: 'command-output', name: line.slice(0, 200), at })
}
