import { createHash } from 'node:crypto'
import type { Action, Finding, JudgedPackage, RuleMeta, Severity } from '../types.ts'
import { limits } from '../limits.ts'
import { idOf, type Report } from './report.ts'
import { printable } from './sanitize.ts'

/**
 * The file of the project that findings are shown at, relative to its root, and the line that names a package. A
 * package's own files are not in the repository, and code scanning shows nothing that is not.
 */
export type SarifAnchor = {
  readonly uri: string
  lineOf(one: JudgedPackage): number
}

type Level = 'error' | 'warning' | 'note'

const levels: Readonly<Record<Action, Level>> = { block: 'error', ask: 'warning', note: 'note' }
const ranks: Readonly<Record<Level, number>> = { error: 0, warning: 1, note: 2 }
/** What a rule says where nobody says otherwise; each result has its own. */
const usualLevels: Readonly<Record<Severity, Level>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}

/** GitHub orders alerts by this number: over 9 is critical, 7 to 8.9 high, 4 to 6.9 medium, below low. */
const scores: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' }

const contentGap = 'content-gap'

/**
 * The report as SARIF 2.1.0 as GitHub's code scanning reads it: every rule's metadata, one result per finding and per
 * content gap, located at the lockfile or manifest with the package as logical location, and a fingerprint that stays
 * the same when lines move.
 */
export function toSarif(report: Report, rules: readonly RuleMeta[], anchor: SarifAnchor): object {
  const all = report.packages.flatMap(one => [
    ...one.verdict.findings.map(finding => findingResult(one, finding, anchor)),
    ...one.gaps
      .filter(gap => gap.kind === 'content')
      .map(gap => {
        const text = `${idOf(one.package)} could not be read completely: ${gap.what}`
        return result(
          one,
          { rule: contentGap, level: 'error', text, key: gap.what + (gap.path ?? '') },
          anchor,
        )
      }),
  ])
  const results =
    all.length <= limits.maxSarifResults
      ? all
      : all.toSorted((a, b) => ranks[a.level] - ranks[b.level]).slice(0, limits.maxSarifResults)
  const described = new Set([...rules.map(meta => meta.id), contentGap])
  const others = [...new Set(results.map(one => one.ruleId))].filter(id => !described.has(id))
  const left = all.length - results.length
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'safe-install',
            semanticVersion: report.tool.version,
            rules: [
              ...rules.map(describeRule),
              ...others.map(id => describePolicyRule(id, report.titles.get(id) ?? id)),
              describeGapRule(),
            ],
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications:
              left === 0
                ? []
                : [
                    {
                      level: 'warning',
                      message: { text: `${left} results of lesser weight were left out.` },
                    },
                  ],
          },
        ],
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  }
}

/** The line of every package in a lockfile's text, by location. Lines count from 1. Reads npm's own layout only. */
export function lockfileLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  let number = 0
  for (const line of text.split('\n')) {
    number++
    const location = /^ {2,8}"([^"]{1,4096})": \{/.exec(line)?.[1]
    if (location?.includes('node_modules/') === true && !lines.has(location)) lines.set(location, number)
  }
  return lines
}

function describeRule(meta: RuleMeta): object {
  return {
    id: meta.id,
    name: meta.id,
    shortDescription: { text: cut(meta.title) },
    fullDescription: { text: cut(meta.description) },
    help: { text: [meta.description, `Read more: safe-install --explain ${meta.id}`].join('\n') },
    defaultConfiguration: { level: usualLevels[meta.severity] },
    properties: { tags: ['security', 'supply-chain'], 'security-severity': scores[meta.severity] },
  }
}

/** A finding of the policy itself, which no rule file describes. */
function describePolicyRule(id: string, title: string): object {
  return {
    id,
    name: id,
    shortDescription: { text: cut(title) },
    fullDescription: { text: cut(`${title}.`) },
    help: { text: 'It comes from a safe-install.json: see safe-install --print-config.' },
    defaultConfiguration: { level: 'warning' },
    properties: { tags: ['security', 'supply-chain'], 'security-severity': scores.medium },
  }
}

function cut(text: string): string {
  return text.length > limits.maxSarifTextChars ? `${text.slice(0, limits.maxSarifTextChars - 1)}…` : text
}

function describeGapRule(): object {
  const text = 'Bytes that would be installed could not be read'
  return {
    id: contentGap,
    name: contentGap,
    shortDescription: { text },
    fullDescription: { text: `${text}, so nobody knows what they do.` },
    help: { text: 'See safe-install --inspect <package> --verbose.' },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['security', 'supply-chain'], 'security-severity': scores.high },
  }
}

function findingResult(one: JudgedPackage, finding: Finding, anchor: SarifAnchor): SarifResult {
  const { location, flow = [] } = finding
  const text = [
    `${idOf(one.package)}: ${finding.message}`,
    `${location.path}:${location.line}:${location.column} ${finding.evidence}`,
    ...flow.map((hop, index) => `${index + 1}. ${hop.label} (${hop.path}:${hop.line})`),
  ]
    .map(line => printable(line, 600))
    .join('\n')
  const key = `${location.path}|${finding.evidence}`
  return result(one, { rule: finding.rule, level: levels[finding.action], text, key }, anchor)
}

type Result = { readonly rule: string; readonly level: Level; readonly text: string; readonly key: string }

type SarifResult = { readonly ruleId: string; readonly level: Level }

function result(one: JudgedPackage, { rule, level, text, key }: Result, anchor: SarifAnchor): SarifResult {
  const name = printable(one.package.name, 214)
  const whole = {
    ruleId: rule,
    level,
    // `[text](1)` would become a link to another location of the result: a package may write one.
    message: { text: text.split('\n').map(escapeLinks).join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: anchor.uri, uriBaseId: '%SRCROOT%' },
          region: { startLine: Math.max(1, anchor.lineOf(one)) },
        },
        logicalLocations: [
          {
            name,
            fullyQualifiedName: printable(one.package.location || idOf(one.package), 600),
            kind: 'module',
          },
        ],
      },
    ],
    partialFingerprints: { primaryLocationLineHash: fingerprint([rule, one.package.name, key]) },
  }
  return whole
}

function escapeLinks(line: string): string {
  return printable(line, 700).replaceAll(/[\\[\]]/g, '\\$&')
}

/** Without the version, so that the same finding in the next release is the same alert. */
function fingerprint(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
