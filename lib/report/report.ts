import type { Decision, JudgedPackage, PlannedPackage, Summary } from '../types.ts'

/** Everything a report of any form is made of. */
export type Report = {
  /** Our version, and how many rules looked. */
  readonly tool: { readonly version: string; readonly rules: number }
  readonly decision: Decision
  readonly summary: Summary
  readonly packages: readonly JudgedPackage[]
  /** Rule id to title. */
  readonly titles: ReadonlyMap<string, string>
}

/** `name@version`, as commands take it. The name is foreign text. */
export function idOf({ name, version }: PlannedPackage): string {
  return version === '' ? name : `${name}@${version}`
}

/**
 * The id as a word that can be pasted into a shell, or undefined where it holds anything but the characters npm allows
 * in names and versions: we never print a command that a package's name could change.
 */
export function pasteable(id: string): string | undefined {
  return /^(@[\w.~-]+\/)?[\w.~][\w.~-]*(@[\w.+-]+)?$/.test(id) && id.length <= 256 ? id : undefined
}
