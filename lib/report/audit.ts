import { isRecord, recordOf } from '../plan/values.ts'

/** Levels that npm counts, in its order. */
const levels = ['low', 'moderate', 'high', 'critical'] as const

const countOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

/** npm's report as plain data; undefined where npm did not audit or the registry could not answer. */
const dataOf = (report: unknown): Readonly<Record<string, unknown>> | undefined => {
  if (!isRecord(report) || Boolean(report['error'])) return undefined
  const { toJSON } = report
  const data: unknown = typeof toJSON === 'function' ? Reflect.apply(toJSON, report, []) : report
  return isRecord(data) ? data : undefined
}

const fixLines = (vulnerabilities: Readonly<Record<string, unknown>>): readonly string[] => {
  const fixes = Object.values(vulnerabilities).map(one => recordOf(one)['fixAvailable'])
  const forced = fixes.filter(fix => isRecord(fix))
  const plain = fixes.includes(true)
  const never = fixes.includes(false)
  const breaking = forced.some(fix => fix['isSemVerMajor'] === true)
  const all = forced.length > 0 || never ? 'issues that do not require attention' : 'all issues'
  return [
    ...(plain ? ['', `To address ${all}, run:`, '  npm audit fix'] : []),
    ...(forced.length > 0
      ? [
          '',
          `To address all issues${never ? ' possible' : ''}${breaking ? ' (including breaking changes)' : ''}, run:`,
          '  npm audit fix --force',
        ]
      : []),
    ...(never ? ['', 'Some issues need review, and may require choosing', 'a different dependency.'] : []),
  ]
}

/** Whether npm would count audited packages: it asked, and the registry answered. */
export const wasAudited = (report: unknown): boolean => dataOf(report) !== undefined

/** The audit lines of `npm install`, word for word (npm-audit-report 7, `reporters/install.js`), without colours. */
export const auditLines = (report: unknown): readonly string[] => {
  const data = dataOf(report)
  if (data === undefined) return []
  const counts = recordOf(recordOf(data['metadata'])['vulnerabilities'])
  const total = countOf(counts['total'])
  if (total === 0) return ['', 'found 0 vulnerabilities']
  const found = levels.filter(level => countOf(counts[level]) > 0)
  const [only = 'unknown'] = found
  const one = countOf(counts[only])
  const head =
    found.length > 1
      ? `${total} vulnerabilities (${found.map(level => `${countOf(counts[level])} ${level}`).join(', ')})`
      : `${one} ${only} severity vulnerabilit${one === 1 ? 'y' : 'ies'}`
  return ['', head, ...fixLines(recordOf(data['vulnerabilities'])), '', 'Run `npm audit` for details.']
}

/** The fund lines of `npm install`. */
export const fundLines = (funding: number): readonly string[] =>
  funding === 0
    ? []
    : [
        '',
        `${funding} package${funding === 1 ? ' is' : 's are'} looking for funding`,
        '  run `npm fund` for details',
      ]

type Done = {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly audited: number
}

const packages = (number: number): string => `${number} package${number === 1 ? '' : 's'}`

/** npm's line about what changed: `added 1 package, and audited 2 packages`. */
export const changedLine = ({ added, changed, removed, audited }: Done): string => {
  const and = audited > 0 ? '' : 'and '
  const parts = [
    ...(added > 0 ? [`added ${packages(added)}`] : []),
    ...(removed > 0 ? [`${added > 0 && changed === 0 ? and : ''}removed ${packages(removed)}`] : []),
    ...(changed > 0 ? [`${added > 0 || removed > 0 ? and : ''}changed ${packages(changed)}`] : []),
  ]
  const nothing = parts.length === 0
  const audit = audited > 0 ? [`${nothing ? '' : 'and '}audited ${packages(audited)}`] : []
  return [...(nothing ? ['up to date'] : parts), ...audit].join(', ')
}
