import type { ErrorCode } from '../errors.ts'
import type {
  AcceptedFinding,
  Finding,
  Gap,
  JudgedPackage,
  PlannedScript,
  Summary,
  Verdict,
} from '../types.ts'
import { dayOf } from './accepted.ts'
import type { Report } from './report.ts'

/** The object of `--json`; `report.schema.json` says the same, and a test holds them together. */
export type JsonReport = {
  readonly schemaVersion: 1
  readonly tool: Report['tool']
  readonly decision: 'proceed' | 'stop'
  readonly summary: Summary
  readonly packages: readonly JsonPackage[]
}

export type JsonPackage = {
  readonly name: string
  readonly version: string
  readonly spec: string
  readonly resolved: string | null
  readonly integrity: string | null
  readonly location: string
  readonly direct: boolean
  readonly requiredBy: readonly string[]
  readonly unchanged: boolean
  readonly verdict: Verdict['kind']
  readonly scripts: readonly PlannedScript[]
  readonly findings: readonly Finding[]
  readonly gaps: readonly Gap[]
  /** What was accepted earlier for exactly these bytes; `until` is a day or null. */
  readonly accepted: readonly JsonAccepted[]
}

export type JsonAccepted = Omit<AcceptedFinding, 'until' | 'origin'> & {
  readonly until: string | null
  readonly origin: 'user' | 'project'
}

/** The object of `--json` where the job could not be done. */
export type JsonFailure = {
  readonly schemaVersion: 1
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null }
}

/**
 * The report as one object: every package of the plan, also the clean ones, in the plan's order. A question that
 * nobody answered is a stop. Each property is named here, so that a field added to an inner type is not published by
 * accident.
 */
export function toJsonReport({ tool, decision, summary, packages }: Report): JsonReport {
  return {
    schemaVersion: 1,
    tool: { version: tool.version, rules: tool.rules },
    decision: decision.kind === 'proceed' ? 'proceed' : 'stop',
    summary: {
      packages: summary.packages,
      inspected: summary.inspected,
      fromCache: summary.fromCache,
      allow: summary.allow,
      ask: summary.ask,
      block: summary.block,
      gaps: summary.gaps,
      files: summary.files,
      bytes: summary.bytes,
      ms: Math.round(summary.ms),
    },
    packages: packages.map(toJsonPackage),
  }
}

function toJsonPackage({
  package: planned,
  verdict,
  scripts,
  gaps,
  accepted = [],
}: JudgedPackage): JsonPackage {
  return {
    name: planned.name,
    version: planned.version,
    spec: planned.spec,
    resolved: planned.resolved ?? null,
    integrity: planned.integrity ?? null,
    location: planned.location,
    direct: planned.direct,
    requiredBy: [...planned.requiredBy],
    unchanged: planned.unchanged,
    verdict: verdict.kind,
    scripts: scripts.map(({ event, command, approved }) => ({ event, command, approved })),
    findings: verdict.findings.map(toJsonFinding),
    gaps: gaps.map(({ kind, what, path }) => ({ kind, what, ...(path === undefined ? {} : { path }) })),
    accepted: accepted.map(({ rule, was, reason, who, until, origin }) => ({
      rule,
      was,
      reason,
      who,
      until: dayOf(until) ?? null,
      origin: origin === 'project' ? 'project' : 'user',
    })),
  }
}

function toJsonFinding(finding: Finding): Finding {
  const { rule, severity, action, phase, message, location, evidence, flow } = finding
  const { path, line, column } = location
  return {
    rule,
    severity,
    action,
    phase,
    message,
    location: { path, line, column },
    evidence,
    ...(flow === undefined ? {} : { flow: flow.map(({ label, path, line }) => ({ label, path, line })) }),
  }
}

/** An error as the object of `--json`. */
export function toJsonFailure(error: {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | undefined
}): JsonFailure {
  return { schemaVersion: 1, error: { code: error.code, message: error.message, hint: error.hint ?? null } }
}

/**
 * JSON text in ASCII with a line break at its end. The values are the package author's: `JSON.stringify` leaves bidi
 * and C1 controls as they are, and stdout may be a terminal; escaped they mean the same to every parser.
 */
export function toJsonText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2)
  return `${text.replaceAll(/[\x7f-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
