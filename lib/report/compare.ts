import { sourceInWords } from '../../rules/finding.ts'
import type { Finding, Inspection, JudgedPackage, Phase } from '../types.ts'
import { capabilityOf } from './capability.ts'
import { count, wrap } from './layout.ts'
import type { Look } from './look.ts'
import { idOf } from './report.ts'
import { printable } from './sanitize.ts'

/** Something the second can do, and the first could not: when, what, and where it stands. */
export type Ability = {
  readonly phase: Phase
  readonly what: string
  readonly path: string
  readonly line: number
}

export type FileCount = { readonly kind: string; readonly before: number; readonly after: number }

/** What the second of two packages has beyond the first. */
export type Comparison = {
  readonly from: string
  readonly to: string
  readonly abilities: readonly Ability[]
  readonly flows: readonly Ability[]
  /** `postinstall: node x.js`, new or with another text. */
  readonly hooks: readonly string[]
  /** `name@spec (type)`, new or with another spec. */
  readonly dependencies: readonly string[]
  readonly files: readonly FileCount[]
  /** Findings by rule and message that the first does not have. */
  readonly findings: readonly Finding[]
  /** Whether something of either could not be read: then this list may not be all. */
  readonly incomplete: boolean
}

/** New facts that are listed; more of them say nothing new. */
const maxListed = 200

/**
 * What the second package can do that the first could not: by what a fact says, not by where it stands, so that moved
 * code is nothing new. Bundled packages are not looked into. Pure.
 */
export function compare(from: JudgedPackage, to: JudgedPackage): Comparison {
  const [before, after] = [from.inspection, to.inspection]
  const added = <T>(
    list: (inspection: Inspection) => readonly T[],
    key: (item: T) => string,
  ): readonly T[] => {
    const known = new Set(before === undefined ? [] : list(before).map(key))
    const fresh = (after === undefined ? [] : list(after)).filter(item => !known.has(key(item)))
    return [...new Map(fresh.map(item => [key(item), item])).values()]
  }
  const whole = (one: JudgedPackage): boolean =>
    one.inspection?.dropped === 0 && one.gaps.every(gap => gap.kind !== 'content')
  const ability = ({ phase, what }: Ability): string => `${phase} ${what}`
  const seen = new Set(from.verdict.findings.map(({ rule, message }) => `${rule} ${message}`))
  return {
    from: idOf(from.package),
    to: idOf(to.package),
    abilities: added(abilitiesOf, ability).slice(0, maxListed),
    flows: added(flowsOf, ability).slice(0, maxListed),
    hooks: added(hooksOf, text => text),
    dependencies: added(dependenciesOf, text => text),
    files: filesOf(before, after),
    findings: to.verdict.findings.filter(({ rule, message }) => !seen.has(`${rule} ${message}`)),
    incomplete: !whole(from) || !whole(to),
  }
}

function abilitiesOf({ facts }: Inspection): readonly Ability[] {
  return facts.map(fact => {
    const { does, what } = capabilityOf(fact)
    return { phase: fact.phase, what: `${does} ${what}`, path: fact.at.path, line: fact.at.line }
  })
}

function flowsOf({ flows }: Inspection): readonly Ability[] {
  return flows.map(({ source, sink, phase }) => {
    const to = [sink.api, ...sink.destinations.slice(0, 2)].join(' ')
    return {
      phase,
      what: printable(`${sourceInWords(source)} → ${to}`, 200),
      path: sink.at.path,
      line: sink.at.line,
    }
  })
}

function hooksOf({ hooks }: Inspection): readonly string[] {
  return hooks.map(({ event, command }) => `${event}: ${command}`)
}

function dependenciesOf({ manifest }: Inspection): readonly string[] {
  return manifest.dependencies
    .filter(({ type }) => type !== 'dev')
    .map(({ name, spec, type }) => `${name}@${spec}${type === 'prod' ? '' : ` (${type})`}`)
}

function filesOf(before: Inspection | undefined, after: Inspection | undefined): readonly FileCount[] {
  const number = (inspection: Inspection | undefined, kind: string): number =>
    inspection?.files.filter(file => file.kind === kind).length ?? 0
  const kinds = new Set([...(before?.files ?? []), ...(after?.files ?? [])].map(file => file.kind))
  return [...kinds]
    .toSorted()
    .map(kind => ({ kind, before: number(before, kind), after: number(after, kind) }))
    .filter(one => one.before !== one.after)
}

const when: Readonly<Record<Phase, string>> = {
  install: 'when npm installs it',
  import: 'when a program loads it',
  run: 'when used',
  dormant: 'in a file nothing starts',
}

/** The comparison for people; what installs or loads first. */
export function renderComparison(comparison: Comparison, look: Look): readonly string[] {
  const { width } = look
  const order: readonly Phase[] = ['install', 'import', 'run', 'dormant']
  const abilities = (list: readonly Ability[]): readonly string[] =>
    list
      .toSorted((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase))
      .map(one => `${printable(one.what, 300)} · ${when[one.phase]} · ${printable(one.path)}:${one.line}`)
  const section = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0
      ? []
      : [
          '',
          ...wrap(title, { width, indent: 0, paint: look.bold }),
          ...items.flatMap(item => wrap(printable(item, 600), { width, indent: 2, hang: 4 })),
        ]
  const body = [
    ...section(
      'New findings',
      comparison.findings.map(({ rule, action, message }) => `${action}, ${rule}: ${message}`),
    ),
    ...section('New install scripts', comparison.hooks),
    ...section('New data flows', abilities(comparison.flows)),
    ...section('Newly can', abilities(comparison.abilities)),
    ...section('New dependencies', comparison.dependencies),
    ...section(
      'Files',
      comparison.files.map(({ kind, before, after }) => `${kind}: ${before} → ${after}`),
    ),
  ]
  return [
    ...wrap(`What ${printable(comparison.to, 200)} has beyond ${printable(comparison.from, 200)}`, {
      width,
      indent: 0,
      paint: look.bold,
    }),
    ...(body.length === 0 ? ['', 'Nothing that was found.'] : body),
    ...(comparison.incomplete
      ? [
          '',
          ...wrap('Not everything could be read, so there may be more.', {
            width,
            indent: 0,
            paint: look.yellow,
          }),
        ]
      : []),
    ...(comparison.abilities.length === maxListed
      ? ['', `Only the first ${count(maxListed, 'ability', 'abilities')} are listed.`]
      : []),
  ]
}
