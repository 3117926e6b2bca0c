import type { Guard } from '../../lib/types.ts'

/** Guards by which code hides from those who would look: a sandbox, a reviewer's country, the first days. */
const hiding: Readonly<Partial<Record<Guard['kind'], string>>> = {
  ci: 'whether it runs in CI',
  time: 'the clock',
  locale: 'the language or time zone',
  host: 'the host',
  user: 'the user',
}

/** Whether the act waits for something that no installation depends on. */
export function isHiding(guards: readonly Guard[]): boolean {
  return guards.some(({ kind }) => hiding[kind] !== undefined)
}

/** What the act waits for, as a clause; empty where it waits for nothing odd. */
export function guardsInWords(guards: readonly Guard[]): string {
  const words = [...new Set(guards.flatMap(({ kind }) => hiding[kind] ?? []))]
  return words.length === 0 ? '' : `, after a look at ${words.join(' and ')}`
}
