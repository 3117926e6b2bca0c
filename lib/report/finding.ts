import type { Action, Finding, Inspection, JudgedPackage, Phase } from '../types.ts'
import { firstFew, wrap } from './layout.ts'
import type { Look, Paint } from './look.ts'
import { idOf, pasteable, type Report } from './report.ts'
import { printable } from './sanitize.ts'
import { commandLine, filesOf } from './script.ts'

/** Findings of one package shown whole; the rest is counted. */
const maxShown = 5

const label: Readonly<Record<Action, string>> = { block: 'BLOCKED', ask: 'LOOK AT THIS', note: 'note' }

/** When a finding's code would run. */
function whenInWords(phase: Phase): string {
  switch (phase) {
    case 'install':
      return 'when npm installs it'
    case 'import':
      return 'when a program loads it'
    case 'run':
      return 'when its command is started or its function called'
    case 'dormant':
      return 'only if something starts that file; nothing that was found does'
  }
}

/** One package with its alarms, evidence first: rule, place, code, what flows where, when, why. */
export function renderPackage(one: JudgedPackage, report: Report, look: Look): readonly string[] {
  const { findings } = one.verdict
  const alarms = findings.filter(finding => finding.action !== 'note')
  const notes = findings.filter(finding => finding.action === 'note')
  const groups = bySaying(look.verbose ? findings : alarms)
  const shown = look.verbose ? groups : groups.slice(0, maxShown)
  const hidden = groups.slice(shown.length).reduce((sum, group) => sum + group.length, 0)
  return [
    ...heading(one, look),
    ...shown.flatMap(group => ['', ...renderFindings(group, one.inspection, report.titles, look)]),
    ...(hidden > 0 ? ['', `  ${hidden} more of the same package: --verbose shows them`] : []),
    ...(!look.verbose && notes.length > 0 ? ['', ...noteLine(notes, report.titles, look)] : []),
  ]
}

function heading(one: JudgedPackage, look: Look): readonly string[] {
  const { package: planned, verdict } = one
  const strongest = verdict.findings[0]?.action ?? 'note'
  const word = strongest === 'note' && verdict.kind !== 'allow' ? 'NOT READ' : label[strongest]
  const why = planned.typed ? 'you asked for it' : wantedBy(planned.requiredBy, planned.direct)
  const text = `${word}  ${printable(idOf(planned), 200)}${why === '' ? '' : ` (${why})`}`
  return wrap(text, {
    width: look.width,
    indent: 0,
    hang: 2,
    paint: text => look.bold(paintOf(strongest, look)(text)),
  })
}

function wantedBy(requiredBy: readonly string[], direct: boolean): string {
  if (direct) return 'a dependency of this project'
  const names = requiredBy
    .map(path => printable(path.replace(/^(.*\/)?node_modules\//, ''), 80))
    .filter(Boolean)
  return names.length === 0 ? '' : `needed by ${firstFew(names, 3)}`
}

function paintOf(action: Action, look: Look): Paint {
  if (action === 'block') return look.red
  return action === 'ask' ? look.yellow : look.dim
}

/** Findings that say the same about several places, to be read once. */
function bySaying(findings: readonly Finding[]): readonly Group[] {
  const groups = new Map<string, [Finding, ...Finding[]]>()
  for (const finding of findings) {
    const key = `${finding.rule}\0${finding.action}\0${finding.phase}\0${finding.message}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [finding])
    else group.push(finding)
  }
  return [...groups.values()]
}

type Group = readonly [Finding, ...Finding[]]

function renderFindings(
  [finding, ...others]: Group,
  inspection: Inspection | undefined,
  titles: ReadonlyMap<string, string>,
  look: Look,
): readonly string[] {
  const { location, flow = [] } = finding
  const places = others.map(other => `${printable(other.location.path, 80)}:${other.location.line}`)
  const { width } = look
  const title = printable(titles.get(finding.rule) ?? finding.rule)
  const place = `${printable(location.path)}:${location.line}:${location.column}`
  return [
    ...wrap(`${title} [${finding.action}, ${finding.severity}, ${printable(finding.rule, 80)}]`, {
      width,
      indent: 2,
      hang: 4,
      paint: paintOf(finding.action, look),
    }),
    ...wrap(place, { width, indent: 4 }),
    ...wrap(`| ${printable(finding.evidence)}`, { width, indent: 6, hang: 8, paint: look.bold }),
    ...flow.flatMap((hop, index) =>
      wrap(`${index + 1}. ${printable(hop.label, 160)} · ${printable(hop.path)}:${hop.line}`, {
        width,
        indent: 6,
        hang: 9,
      }),
    ),
    ...wrap(sentence(finding.message), { width, indent: 4 }),
    ...(places.length === 0
      ? []
      : wrap(`The same at ${firstFew(places, look.verbose ? 100 : 3)}.`, { width, indent: 4 })),
    ...wrap(`It would run ${whenInWords(finding.phase)}${startedBy(finding, inspection)}.`, {
      width,
      indent: 4,
    }),
  ]
}

/** Which of the package's scripts reaches the finding's file: ` (postinstall: node setup.js)`. */
function startedBy({ phase, location }: Finding, inspection: Inspection | undefined): string {
  if (phase !== 'install' || inspection === undefined) return ''
  const hook = inspection.hooks.find(
    one => one.at.path === location.path || filesOf(inspection, one).has(location.path),
  )
  return hook === undefined ? '' : ` (${commandLine(hook.event, hook.command, 60)})`
}

/** A rule's message as a sentence of its own. */
function sentence(message: string): string {
  const text = printable(message, 1000)
  const start = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(start) ? start : `${start}.`
}

function noteLine(
  notes: readonly Finding[],
  titles: ReadonlyMap<string, string>,
  look: Look,
): readonly string[] {
  const kinds = [...new Set(notes.map(note => printable(titles.get(note.rule) ?? note.rule, 80)))]
  return wrap(`Also noted: ${firstFew(kinds, 4)}.`, {
    width: look.width,
    indent: 2,
    hang: 4,
    paint: look.dim,
  })
}

/**
 * What to do next about one package with alarms: see all of it, read about the rule, and the one way past it. Commands
 * are never broken into lines, so that they can be copied; none is printed for a package whose name a shell would read
 * differently.
 */
export function nextSteps(one: JudgedPackage, look: Look): readonly string[] {
  const id = pasteable(idOf(one.package))
  const alarms = one.verdict.findings.filter(finding => finding.action !== 'note')
  const rules = [...new Set(alarms.map(finding => finding.rule))].filter(isRuleId).slice(0, 3)
  if (id === undefined || rules.length === 0) return []
  const fromRegistry = one.package.source === 'registry'
  return [
    '',
    ...(fromRegistry ? [`  Everything it can do:  safe-install --inspect ${id} --verbose`] : []),
    `  About the rule:        safe-install --explain ${rules[0]}`,
    ...wrap('To accept it, if you have read the code and know that it is harmless:', {
      width: look.width,
      indent: 2,
    }),
    ...rules.map(rule => `    safe-install --accept ${id} --rule ${rule} --reason "..."`),
  ]
}

function isRuleId(rule: string): boolean {
  return /^[a-z][a-z0-9-]{0,63}$/.test(rule)
}
