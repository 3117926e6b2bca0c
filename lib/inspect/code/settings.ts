import { textsOf } from './constants.ts'
import { argument, handResult, type ModelledCall } from './modelled-call.ts'
import { elementsOf } from './elements.ts'
import type { Interpreter } from './interpreter.ts'
import { handleValue, memberOf } from './members.ts'
import { environmentApi } from './models/index.ts'
import { sourceOfPath } from './models/paths.ts'
import { placeNode } from './sites.ts'
import { anything, changed, knowns, ofHandle, opened, tainted, type Value } from './values.ts'

/** Libraries that look up settings by their names, which says whose they are. */

/** `env.get('NPM_TOKEN')` of a library that reads variables. */
export function variableOf(machine: Interpreter, call: ModelledCall): Value {
  const names = knowns(textsOf(argument(call, 0)).slice(0, 4))
  const variables = ofHandle(machine.handle(environmentApi))
  return memberOf(machine, variables, names, call.frame, placeNode(call.place))
}

/** `rc('npm')`: what `~/.npmrc` says. A program asks for its own by its own name. */
export function settingsOf(machine: Interpreter, call: ModelledCall): Value {
  const taints = textsOf(argument(call, 0))
    .map(name => `~/.${name}rc`)
    .filter(path => sourceOfPath(path) === 'credential-file')
    .slice(0, 2)
    .map(path => machine.source('credential-file', path, call.place))
  for (const taint of taints) machine.reads(taint, call.handle.api, call.frame)
  return handResult(machine, taints.length === 0 ? anything : tainted(taints), call)
}

/** `findUp('package-lock.json')`: the file of that name in the project. */
export function foundAbove(_machine: Interpreter, call: ModelledCall): Value {
  const names = textsOf(argument(call, 0)).filter(name => /^\.?[\w-][\w.-]*$/.test(name))
  return names.length === 0 ? anything : opened(knowns(names.slice(0, 4).map(name => `/__project__/${name}`)))
}

/** `loadEnv(mode, folder, prefix)` of Vite: with an empty prefix every variable of the process, and of its files. */
export function variablesByPrefix(machine: Interpreter, call: ModelledCall): Value {
  const prefix = argument(call, 2)
  const { any } = elementsOf(machine, changed(prefix, { known: [] }), call.frame)
  const all = [...prefix.known, ...any.known].includes('')
  return all ? handleValue(machine, environmentApi, undefined, undefined, call.frame, call.place) : anything
}
