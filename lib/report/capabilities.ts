import type { Fact, Inspection, Phase, Site } from '../types.ts'
import { toolsOf } from './install-tools.ts'
import { count, firstFew, grouped, wrap } from './layout.ts'
import type { Look } from './look.ts'
import { mergeFacts, places, type Line } from './merged.ts'
import { mergeFlows } from './merged-flows.ts'
import { printable } from './sanitize.ts'
import { commandLine, isObvious } from './script.ts'
import { createTold } from './told.ts'

const phases: readonly (readonly [Phase, string])[] = [
  ['install', 'When npm installs it'],
  ['import', 'When a program loads it'],
  ['run', 'When its commands or functions are used'],
  ['dormant', 'In files that nothing was found to start'],
]

/** What a reviewer asks first; verbs that are not named here follow in the order they come. */
const verbs: readonly string[] = [
  'contacts',
  'looks up',
  'uses the code of',
  'starts',
  'shows in a browser',
  'reads',
  'writes',
  'makes executable',
  'deletes',
  'loads',
  'loads native code',
  'decodes',
  'evaluates',
  'patches',
  'overrides',
]

/** Lines of one verb in one phase that are written out; the rest share one more. A package may hold thousands. */
const maxPerVerbAtInstall = 5
const maxPerVerb = 2

/** Places that are named with a line; the others are counted. */
const maxPlaces = 1

/**
 * Everything a package can do, by phase, as one sentence a line: contacts, starts, reads, writes, loads, decodes …, each
 * with a place, equal ones together; then where its data goes. For `--inspect --verbose`.
 */
export function renderCapabilities(inspection: Inspection, look: Look): readonly string[] {
  const told = createTold()
  const said = new Set<string>()
  const lines = phases.flatMap(([phase, title]) => {
    const { fresh, again } = told.facts(factsOf(inspection, phase))
    const flows = told.flows(inspection.flows.filter(flow => flow.phase === phase))
    const acts = apart(mergeFacts(fresh), said)
    const ways = apart(mergeFlows(flows), said)
    const most: Most =
      phase === 'install'
        ? { lines: maxPerVerbAtInstall, places: maxPlaces }
        : { lines: maxPerVerb, places: maxPlaces }
    const body = [
      ...(phase === 'install' ? renderHooks(inspection, look) : []),
      ...renderLines(acts.fresh, look, most),
      ...renderLines(ways.fresh, look, most),
      ...renderAgain([...mergeFacts(again), ...acts.again], look),
    ]
    return body.length === 0
      ? []
      : ['', ...wrap(title, { width: look.width, indent: 0, paint: look.bold }), ...body]
  })
  const { dropped } = inspection
  if (lines.length === 0) {
    // Code that nothing can leave is not followed further, so that reads of the environment are not known either.
    const none =
      'No capability was found: its code reaches no network, program and no file, and makes no code. ' +
      'Which variables such code reads is not listed.'
    return ['', ...wrap(none, { width: look.width, indent: 0 })]
  }
  const counted = lines.some(line => /\d (?:more|others?)\b| \+\d/.test(line))
  return [
    ...lines,
    ...(counted
      ? ['', ...wrap('What is only counted here, --json lists.', { width: look.width, indent: 0 })]
      : []),
    ...(dropped === 0 ? [] : ['', `${count(dropped, 'more fact')} left out: too many to keep`]),
  ]
}

/** How much of one phase is written out. */
type Most = { readonly lines: number; readonly places: number }

/** Of one phase, without what the line of a script itself says. */
function factsOf({ facts, hooks, files }: Inspection, phase: Phase): readonly Fact[] {
  const own = facts.filter(fact => fact.phase === phase)
  if (phase !== 'install') return own
  const paths = new Set(files.map(({ path }) => path))
  return own
    .filter(fact => !hooks.some(hook => isObvious(fact, hook)))
    .map(fact => (fact.kind === 'starts' ? { ...fact, commands: fact.commands.map(ownFolder) } : fact))

  /** npm runs scripts in the package's own folder: what is started there is one of its files, if it has it. */
  function ownFolder(command: string): string {
    return command.replaceAll(/(?:<project>|\/__project__)\/([\w@./-]{1,200})/g, (whole, path: string) =>
      paths.has(path) ? `<package>/${path}` : whole,
    )
  }
}

/** The sentences that no earlier phase has said, and the others. */
function apart(
  lines: readonly Line[],
  said: Set<string>,
): { readonly fresh: readonly Line[]; readonly again: readonly Line[] } {
  const isNew = ({ does, what }: Line): boolean => !said.has(`${does} ${what}`)
  const fresh = lines.filter(isNew)
  const again = lines.filter(line => !isNew(line))
  for (const { does, what } of fresh) said.add(`${does} ${what}`)
  return { fresh, again }
}

function renderHooks({ hooks }: Inspection, look: Look): readonly string[] {
  return hooks.flatMap(hook => {
    const { event, command, implicit, at } = hook
    const what = implicit ? '(implied by binding.gyp)' : ''
    return [
      ...render({ does: commandLine(event, command), what, sites: [at] }, look, maxPlaces),
      ...toolsOf(hook).flatMap(({ tool, does }) =>
        wrap(`${tool} (another package): ${does}`, { width: look.width, indent: 4, hang: 6 }),
      ),
    ]
  })
}

/** What was told of an earlier phase and happens in this one too, as one line. */
function renderAgain(lines: readonly Line[], look: Look): readonly string[] {
  const sites = places(lines.flatMap(line => line.sites))
  return sites.length === 0
    ? []
    : render({ does: 'does again', what: 'what is told above', sites }, look, maxPlaces)
}

function renderLines(lines: readonly Line[], look: Look, most: Most): readonly string[] {
  const byVerb = new Map<string, Line[]>(verbs.map(verb => [verb, []]))
  for (const line of lines) byVerb.set(line.does, [...(byVerb.get(line.does) ?? []), line])
  return [...byVerb.values()].flatMap(group =>
    shorten(group, most.lines).flatMap(line => render(line, look, most.places)),
  )
}

/** The first few lines of one verb, and one for all others. */
function shorten(lines: readonly Line[], most: number): readonly Line[] {
  // What could be resolved says more than "a path that is computed".
  const sorted = lines.toSorted(
    (a, b) => Number(a.what.includes('computed')) - Number(b.what.includes('computed')),
  )
  // Kinds of things that are read are few, and each is a question of its own.
  const does = lines[0]?.does ?? ''
  // While npm installs a package, so is everything it starts and contacts.
  const whole =
    does === 'reads' || (most === maxPerVerbAtInstall && (does === 'starts' || does === 'contacts'))
  if (sorted.length <= most + 1 || whole) return sorted
  const rest = sorted.slice(most)
  const what = printable(
    `${grouped(rest.length)} more: ${firstFew(
      rest.map(one => one.what),
      3,
    )}`,
    200,
  )
  const sites = places(rest.flatMap(one => one.sites))
  return [...sorted.slice(0, most), { does: rest[0]?.does ?? '', what, sites }]
}

function render({ does, what, sites }: Line, look: Look, most: number): readonly string[] {
  const shown = sites.slice(0, most).map(site => place(site, does))
  const more = sites.length > most ? ` +${grouped(sites.length - most)}` : ''
  const sentence = what === '' ? does : `${does} ${what}`
  return wrap(`${sentence} · ${shown.join(', ')}${more}`, { width: look.width, indent: 2, hang: 6 })
}

/** A compiled program has no lines. */
function place({ path, line }: Site, does: string): string {
  return does === 'holds' ? printable(path) : `${printable(path)}:${line}`
}
