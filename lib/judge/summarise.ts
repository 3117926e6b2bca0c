import type { InspectedFile, Inspection, JudgedPackage, Summary, Verdict } from '../types.ts'

/**
 * Counts what was read and what was not. `inspected` includes what came `fromCache`; `gaps` counts content gaps, the
 * ones that stop; `files` and `bytes` are what the inspections cover, bundled packages included. `ms` is passed in.
 */
export function summarise(judged: readonly JudgedPackage[], ms: number): Summary {
  const count = (kind: Verdict['kind']): number => judged.filter(one => one.verdict.kind === kind).length
  const inspected = judged.filter(one => one.inspection !== undefined)
  const files = inspected.flatMap(one => (one.inspection === undefined ? [] : filesOf(one.inspection)))
  return {
    packages: judged.length,
    inspected: inspected.length,
    fromCache: inspected.filter(one => one.fromCache).length,
    allow: count('allow'),
    ask: count('ask'),
    block: count('block'),
    gaps: judged.reduce((sum, one) => sum + one.gaps.filter(gap => gap.kind === 'content').length, 0),
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    ms,
  }
}

/** A package's own files and those of the packages inside it, which it does not list itself. */
function filesOf(inspection: Inspection): readonly InspectedFile[] {
  const waiting = [inspection]
  const files: InspectedFile[] = []
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const file of next.files) files.push(file)
    for (const inner of next.bundled) waiting.push(inner.inspection)
  }
  return files
}
