import { setFlagsFromString } from 'node:v8'

/** By major version of Node: the options have other names in each, and V8 complains about those it does not know. */
const options: Readonly<Record<string, string>> = {
  20: '--interrupt-budget=1000000',
  22: '--invocation-count-for-turbofan=20000',
  24: '--invocation-count-for-turbofan=20000',
}

/**
 * Lets V8 wait longer before it compiles code of ours with its slowest compiler: most installs are over before that
 * pays. Inspecting express takes a third less processor time so, and the largest packages take no more.
 */
export function optimiseLater(nodeVersion: string): void {
  const option = options[nodeVersion.replace(/^v(\d+)\..*/, '$1')]
  if (option !== undefined) setFlagsFromString(option)
}
