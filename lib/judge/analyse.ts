import { limits } from '../limits.ts'
import type { Context, Finding, Gap, Inspection, Rule } from '../types.ts'
import { finish } from '../steps.ts'
import type { Steps } from '../steps.ts'
import { compareFindings } from './judge.ts'

/** What the rules saw in one artifact, its bundled packages included. */
export type Analysis = { readonly findings: readonly Finding[]; readonly gaps: readonly Gap[] }

/**
 * Runs every rule over an inspection and over each package bundled inside it; paths of the latter start with their
 * location. A rule that throws is a content gap that names rule and package, never a pass. Pure.
 */
export function analyse(inspection: Inspection, context: Context, rules: readonly Rule[]): Analysis {
  return finish(analyseInSteps(inspection, context, rules))
}

/** The same, a step for each rule. */
export function* analyseInSteps(
  inspection: Inspection,
  context: Context,
  rules: readonly Rule[],
): Steps<Analysis> {
  const findings: Finding[] = []
  const gaps: Gap[] = []
  const waiting: { readonly prefix: string; readonly inspection: Inspection; readonly context: Context }[] = [
    { prefix: '', inspection, context },
  ]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { prefix } = next
    for (const gap of next.inspection.gaps) gaps.push(below(prefix, gap))
    for (const rule of rules) {
      const seen = check(rule, next.inspection, next.context)
      findings.push(...seen.findings.map(finding => ({ ...finding, ...within(prefix, finding) })))
      gaps.push(...seen.gaps)
      yield
    }
    for (const { location, inspection } of next.inspection.bundled)
      waiting.push({
        prefix: `${prefix}${location}/`,
        inspection,
        context: bundledContext(inspection, context),
      })
  }
  return { findings, gaps }
}

function check(rule: Rule, inspection: Inspection, context: Context): Analysis {
  const { id } = rule.meta
  try {
    const found = rule.check(inspection, context)
    const bound = found.map(finding => bounded(id, finding)).toSorted(compareFindings)
    return { findings: eachOnce(bound).slice(0, limits.maxFindingsPerRule), gaps: [] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const what = `rule ${id} failed on ${context.name}@${context.version}: ${cut(why, limits.maxEvidenceChars)}`
    return { findings: [], gaps: [{ kind: 'content', what }] }
  }
}

/** Several ways to one line that say the same are one thing to read: the first stands for all. */
function eachOnce(findings: readonly Finding[]): readonly Finding[] {
  const kept = new Map<string, Finding>()
  for (const finding of findings) {
    const { location, message } = finding
    const key = `${location.path}\0${location.line}\0${message}`
    if (!kept.has(key)) kept.set(key, finding)
  }
  return [...kept.values()]
}

/** Evidence is quoted from the package: a rule may pass on a megabyte of it. */
function bounded(rule: string, finding: Omit<Finding, 'rule'>): Finding {
  const { flow } = finding
  return {
    ...finding,
    rule,
    message: cut(finding.message, limits.maxMessageChars),
    evidence: cut(finding.evidence, limits.maxEvidenceChars),
    ...(flow === undefined ? {} : { flow: boundedFlow(flow) }),
  }
}

/** Keeps where the data comes from and where it ends: the steps between are what a reader can miss. */
function boundedFlow(flow: NonNullable<Finding['flow']>): NonNullable<Finding['flow']> {
  const most = limits.maxHops + 2
  const kept = flow.length > most ? [...flow.slice(0, most - 1), ...flow.slice(-1)] : flow
  return kept.map(hop => ({ ...hop, label: cut(hop.label, limits.maxEvidenceChars) }))
}

function within(prefix: string, finding: Finding): Pick<Finding, 'location' | 'flow'> {
  const location = { ...finding.location, path: prefix + finding.location.path }
  if (finding.flow === undefined) return { location }
  return { location, flow: finding.flow.map(hop => ({ ...hop, path: prefix + hop.path })) }
}

function below(prefix: string, gap: Gap): Gap {
  if (prefix === '') return gap
  return { ...gap, path: gap.path === undefined ? prefix.slice(0, -1) : prefix + gap.path }
}

/** A bundled package came with its bundler: nothing the registry says about the outer package is about it. */
function bundledContext(inspection: Inspection, outer: Context): Context {
  return {
    ...outer,
    name: inspection.manifest.name ?? '(unnamed)',
    version: inspection.manifest.version ?? '(no version)',
    source: 'bundled',
    resolved: undefined,
    direct: false,
    typed: false,
    sha256: undefined,
    integrity: undefined,
    registryManifest: undefined,
    publishedAt: undefined,
    downloads: undefined,
    previous: undefined,
    origin: [],
  }
}

function cut(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars - 1)}…` : text
}
