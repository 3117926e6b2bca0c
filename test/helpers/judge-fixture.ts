import { analyse } from '../../lib/judge/analyse.ts'
import type { Action, Context, Finding } from '../../lib/types.ts'
import { rules } from '../../rules/index.ts'
import type { Expectation, PackageFiles } from '../fixtures/incidents/incident.ts'
import { inspectExample } from './inspect-example.ts'
import { contextOf } from './inspection.ts'

type Fixture = { readonly files: PackageFiles; readonly context?: Partial<Context> }

const strength: Readonly<Record<Action, number>> = { note: 0, ask: 1, block: 2 }

/** What every rule says of a fixture, packed, unpacked and inspected. A rule that fails throws. */
export function findingsOf({ files, context }: Fixture): readonly Finding[] {
  const inspection = inspectExample({ files })
  const known = contextOf({
    name: inspection.manifest.name ?? 'a',
    version: inspection.manifest.version ?? '1.0.0',
    ...context,
  })
  const { findings, gaps } = analyse(inspection, known, rules)
  const failed = gaps.find(gap => gap.what.startsWith('rule '))
  if (failed !== undefined) throw new Error(failed.what)
  return findings
}

/** What is wrong with what was found: nothing at all, nothing at that line, the wrong phase, too weak. */
export type Shortfall = 'silent' | 'elsewhere' | 'phase' | 'weak' | undefined

/** How the findings fall short of what a fair reviewer would demand; undefined where they do not. */
export function shortfall(
  { files, expect }: { readonly files: PackageFiles; readonly expect: Expectation },
  findings: readonly Finding[],
): Shortfall {
  const { path, code } = expect.evidence
  const text = String(files[path] ?? '').split('\n')
  const lines = new Set(text.flatMap((line, i) => (line.includes(code) ? [i + 1] : [])))
  const isThere = (place: { readonly path: string; readonly line: number }): boolean => {
    // Code that is found while reading is named by the line that runs it: `index.js:23 (eval)`.
    const runBy = /^(.+?):(\d+) \(/.exec(place.path)
    return runBy === null
      ? place.path === path && lines.has(place.line)
      : runBy[1] === path && lines.has(Number(runBy[2]))
  }
  const alarms = findings.filter(finding => finding.action !== 'note')
  if (alarms.length === 0) return 'silent'
  const there = alarms.filter(({ location, flow }) => isThere(location) || flow?.some(isThere) === true)
  if (there.length === 0) return 'elsewhere'
  const then = there.filter(finding => finding.phase === expect.phase)
  if (then.length === 0) return 'phase'
  return then.some(finding => strength[finding.action] >= strength[expect.action]) ? undefined : 'weak'
}
