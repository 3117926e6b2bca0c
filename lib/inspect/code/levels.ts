import type { Phase } from '../../types.ts'

/** How early something happens: at install, at import, when used, or only when a stranger calls it. */
export type Level = number

/** The level of what a command of the package runs: below it nobody asked for anything. */
export const runLevel = 2
/** The level of what only a caller outside the package can make happen. */
export const byCallLevel = 3

const phases = ['install', 'import', 'run', 'run'] as const

export function phaseOf(level: Level): Phase {
  return phases[level] ?? 'run'
}
