import { sourceInWords } from '../../rules/finding.ts'
import type { Flow, Inspection, Phase, Site } from '../types.ts'
import { capabilityOf } from './capability.ts'
import { count, wrap } from './layout.ts'
import type { Look } from './look.ts'
import { printable } from './sanitize.ts'

const phases: readonly (readonly [Phase, string])[] = [
  ['install', 'When npm installs it'],
  ['import', 'When a program loads it'],
  ['run', 'When its commands or functions are used'],
  ['dormant', 'In files that nothing was found to start'],
]

/** Lines of one verb in one phase; a package may hold thousands of reads. */
const maxPerVerb = 12

type Seen = { readonly what: string; readonly at: Site; times: number }

/**
 * Everything a package can do, by phase: reads, contacts, starts, writes, deletes, loads, evaluates, patches …, each
 * with a place, equal ones together; then where its data flows. For `--inspect --verbose`.
 */
export function renderCapabilities(inspection: Inspection, look: Look): readonly string[] {
  const lines = phases.flatMap(([phase, title]) => {
    const facts = renderFacts(inspection, phase, look)
    const flows = renderFlows(inspection.flows, phase, look)
    const body = [...facts, ...flows]
    return body.length === 0
      ? []
      : ['', ...wrap(title, { width: look.width, indent: 0, paint: look.bold }), ...body]
  })
  const { dropped } = inspection
  if (lines.length === 0) return ['', 'No capability was found in its code.']
  return dropped === 0 ? lines : [...lines, '', `${count(dropped, 'more fact')} left out: too many to keep`]
}

function renderFacts(inspection: Inspection, phase: Phase, look: Look): readonly string[] {
  const byVerb = new Map<string, Map<string, Seen>>()
  for (const fact of inspection.facts) {
    if (fact.phase !== phase) continue
    const { does, what } = capabilityOf(fact)
    const group = byVerb.get(does) ?? new Map<string, Seen>()
    byVerb.set(does, group)
    add(group, what, fact.at)
  }
  return [...byVerb]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([does, seen]) => renderGroup(does, seen, look))
}

function renderFlows(flows: readonly Flow[], phase: Phase, look: Look): readonly string[] {
  const seen = new Map<string, Seen>()
  for (const flow of flows) {
    if (flow.phase !== phase) continue
    const to = [flow.sink.api, ...flow.sink.destinations.slice(0, 2)].join(' ')
    const unsure = flow.certain ? '' : ' (perhaps)'
    add(seen, printable(`${sourceInWords(flow.source)} → ${to}${unsure}`, 200), flow.sink.at)
  }
  return renderGroup('data flows', seen, look)
}

function add(group: Map<string, Seen>, what: string, at: Site): void {
  const known = group.get(what)
  if (known === undefined) group.set(what, { what, at, times: 1 })
  else known.times++
}

function renderGroup(does: string, seen: ReadonlyMap<string, Seen>, look: Look): readonly string[] {
  if (seen.size === 0) return []
  const { width } = look
  const lines = [...seen.values()].slice(0, maxPerVerb).flatMap(({ what, at, times }) => {
    const more = times > 1 ? ` and ${count(times - 1, 'place')} more` : ''
    return wrap(`${what} · ${printable(at.path)}:${at.line}${more}`, { width, indent: 4, hang: 6 })
  })
  const hidden = seen.size - maxPerVerb
  return [`  ${does}`, ...lines, ...(hidden > 0 ? [`    and ${count(hidden, 'more', 'more')}`] : [])]
}
