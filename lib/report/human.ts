import picocolors from 'picocolors'
import type { Decision, Finding, JudgedPackage, RuleMeta } from '../types.ts'
import { auditLines, changedLine, fundLines, wasAudited } from './audit.ts'
import { renderCapabilities } from './capabilities.ts'
import { renderComparison } from './compare.ts'
import type { Comparison } from './compare.ts'
import { explain } from './explain.ts'
import { nextSteps, renderPackage } from './finding.ts'
import { renderGaps } from './gaps.ts'
import { renderAccepted } from './accepted.ts'
import { count, wrap } from './layout.ts'
import type { Look } from './look.ts'
import { idOf, type Report } from './report.ts'
import { printable, toAscii } from './sanitize.ts'
import { renderSkippedScripts, renderUnprepared } from './skipped.ts'
import { summaryLine } from './summary-line.ts'

/** What is known about the terminal; streams and environment are passed in. */
export type Terminal = {
  readonly isTTY: boolean
  readonly columns: number | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly verbose: boolean
}

/** A look and the last step of drawing: text for this terminal's character set. */
export type Drawing = Look & { readonly unicode: boolean }

/**
 * How to draw on a terminal: its width (at least 40, at most 100 columns), colour by NO_COLOR, FORCE_COLOR, TERM and
 * whether it is one, and whether it shows UTF-8.
 */
export function createDrawing({ isTTY, columns, env, verbose }: Terminal): Drawing {
  const { bold, dim, red, yellow, green } = picocolors.createColors(hasColour(isTTY, env))
  const width = Math.min(100, Math.max(40, columns ?? 80))
  return { width, verbose, bold, dim, red, yellow, green, unicode: isUtf8(env) }
}

function hasColour(isTTY: boolean, env: Terminal['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTTY && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === ''
}

function isUtf8(env: Terminal['env']): boolean {
  // The order in which POSIX looks at them; the first one that is set decides.
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(value => (value ?? '') !== '')
  return /utf-?8/i.test(locale ?? '') && env['TERM'] !== 'linux'
}

/** Packages with alarms that are shown; an attack that needs more has already stopped the install. */
const maxPackages = 20

export type ReviewOptions = {
  /** `install`: something waits for the answer. `report`: nothing would be installed anyway. */
  readonly purpose: 'install' | 'report'
  /** Whether a question follows. */
  readonly asking: boolean
}

/**
 * The one screen before a decision: every package with an alarm, most severe first, evidence first; then gaps, then
 * what to do. Empty where there is nothing to say: an honest install prints nothing here.
 */
export function renderReview(report: Report, drawing: Drawing, options: ReviewOptions): string {
  const alarming = report.packages.filter(hasAlarm).toSorted(compareJudged)
  const shown = alarming.slice(0, drawing.verbose ? alarming.length : maxPackages)
  const lines = [
    ...shown.flatMap(one => [...renderPackage(one, report, drawing), ...nextSteps(one, drawing), '']),
    ...(alarming.length > shown.length
      ? [`${count(alarming.length - shown.length, 'more package')} with alarms: --verbose shows them`]
      : []),
    ...(options.purpose === 'report' ? renderNotes(report, drawing) : []),
    ...renderAccepted(report.packages, drawing),
    ...renderGaps(report.packages, drawing),
    ...renderDecision(report.decision, drawing, options),
  ]
  return draw(lines, drawing)
}

/** After a question that was not answered with yes. */
export function renderDeclined(drawing: Drawing): string {
  return draw(['Declined. Nothing was installed, and no file was changed.'], drawing)
}

/** What an install did, for npm's own closing lines. */
export type Installed = {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly auditReport?: unknown
  readonly inTree?: number
  /** Zero where the user turned npm's `fund` off. */
  readonly funding?: number
}

/** After an install, in npm's words, with what was skipped and what was read. */
export function renderInstalled(report: Report, done: Installed, drawing: Drawing): string {
  const audited = wasAudited(done.auditReport) ? (done.inTree ?? 0) : 0
  return draw(
    [
      ...renderSkippedScripts(report.packages, drawing),
      ...renderUnprepared(report.packages, drawing),
      '',
      changedLine({ ...done, audited }),
      ...fundLines(done.funding ?? 0),
      ...auditLines(done.auditReport),
      ...renderSummary(report, drawing),
    ],
    drawing,
  )
}

/** The last lines of a report that installs nothing, and of an install that was stopped. */
export function renderSummaryLine(report: Report, drawing: Drawing): string {
  return draw(renderSummary(report, drawing), drawing)
}

/** `--inspect --verbose`: everything each package can do, by phase, with the install scripts described. */
export function renderInspection(one: JudgedPackage, drawing: Drawing): string {
  const { inspection } = one
  const title = wrap(`What ${printable(idOf(one.package), 200)} can do`, {
    width: drawing.width,
    indent: 0,
    paint: drawing.bold,
  })
  const body = inspection === undefined ? ['', 'It was not read.'] : renderCapabilities(inspection, drawing)
  return draw([...title, ...body], drawing)
}

/** `--explain [<rule>]` for this terminal. Throws E_USAGE for an unknown rule. */
export function renderExplanation(
  rules: readonly RuleMeta[],
  id: string | undefined,
  drawing: Drawing,
): string {
  return draw(explain(rules, id, drawing), drawing)
}

/** Characters of an error's text that are shown: npm's peer conflict reports have about 2,000. */
const maxErrorChars = 6000

/** An error with its next step, for stderr. The message may quote a registry or a package. */
export function renderError(
  error: { readonly message: string; readonly hint: string | undefined },
  drawing: Drawing,
): string {
  const { width } = drawing
  const hint = error.hint === undefined ? [] : wrap(printable(error.hint, 1000), { width, indent: 2 })
  const [first = '', ...rest] = error.message.slice(0, maxErrorChars).split('\n')
  const what = wrap(`safe-install: ${printable(first, maxErrorChars)}`, {
    width,
    indent: 0,
    hang: 2,
    paint: drawing.red,
  })
  // npm's reports are trees of lines. All are indented, so that none can pass for a line of ours.
  const report = rest.flatMap(line => {
    const indent = 2 + Math.min(20, line.length - line.trimStart().length)
    return wrap(printable(line.trim(), maxErrorChars), { width, indent, hang: indent + 2 })
  })
  return draw([...what, ...report, ...hint], drawing)
}

/** `--compare`: what the second package has beyond the first. */
export function renderCompared(comparison: Comparison, drawing: Drawing): string {
  return draw(renderComparison(comparison, drawing), drawing)
}

/** Lines of our own words around foreign text, each wrapped; a line that starts with a blank is kept whole, to be copied. */
export function renderLines(lines: readonly string[], drawing: Drawing): string {
  const safe = lines.map(line => printable(line, 2000))
  return draw(
    safe.flatMap(line =>
      line.startsWith(' ') ? [line] : wrap(line, { width: drawing.width, indent: 0, hang: 2 }),
    ),
    drawing,
  )
}

/** One thing a user should know about settings, for stderr. It may quote a repository's file. */
export function renderHint(text: string, drawing: Drawing): string {
  const line = `safe-install: ${printable(text, 1000)}`
  return draw(wrap(line, { width: drawing.width, indent: 0, hang: 2, paint: drawing.dim }), drawing)
}

function hasAlarm(one: JudgedPackage): boolean {
  return one.verdict.findings.some(finding => finding.action !== 'note')
}

/** Blocks before questions; then the worse first finding; then the plan's order. */
function compareJudged(a: JudgedPackage, b: JudgedPackage): number {
  const rank = (one: JudgedPackage): number => {
    const [worst] = one.verdict.findings
    const severity = ['critical', 'high', 'medium', 'low'].indexOf(worst?.severity ?? 'low')
    return (one.verdict.kind === 'block' ? 0 : 10) + severity
  }
  return rank(a) - rank(b)
}

/** Clean packages of a report that are named one by one; `--check` may read hundreds. */
const maxNamed = 10

/** In a report people want the notes too, one line each, and to hear that a package is clean. */
function renderNotes({ packages, titles }: Report, look: Look): readonly string[] {
  const quiet = packages.filter(one => one.verdict.kind === 'allow')
  const noted = quiet.filter(one => one.verdict.findings.length > 0)
  // One that was not read, because it lies unchanged on disk, is not called clean.
  const clean = quiet.filter(one => one.verdict.findings.length === 0 && one.inspection !== undefined)
  const line = (text: string): readonly string[] => wrap(text, { width: look.width, indent: 0, hang: 2 })
  return [
    ...noted.flatMap(one => [
      ...line(`note  ${printable(idOf(one.package), 200)}`),
      ...one.verdict.findings
        .slice(0, look.verbose ? 100 : 5)
        .flatMap(note => wrap(noteText(note, titles), { width: look.width, indent: 2, hang: 4 })),
    ]),
    ...(clean.length > maxNamed
      ? [`${count(clean.length, 'package')} with nothing to report`]
      : clean.flatMap(one => line(`${printable(idOf(one.package), 200)}: nothing to report`))),
  ]
}

function noteText({ rule, location, message }: Finding, titles: Report['titles']): string {
  const place = `${printable(location.path)}:${location.line}`
  return `${printable(titles.get(rule) ?? rule, 120)} · ${place} · ${printable(message)}`
}

function renderDecision(decision: Decision, look: Look, options: ReviewOptions): readonly string[] {
  if (decision.kind === 'proceed' || options.purpose === 'report') return []
  const say = (text: string): readonly string[] => [
    '',
    ...wrap(text, { width: look.width, indent: 0, paint: look.bold }),
  ]
  if (options.asking) return say('Nothing was installed yet, and no file was changed.')
  const kept = 'Nothing was installed, and no file was changed.'
  switch (decision.because) {
    case 'block':
      return say(`Stopped: blocked. ${kept}`)
    case 'ask':
      return say(
        `Stopped: a person has to look at this, and nobody could be asked here. ${kept} Run it in a terminal.`,
      )
    case 'gap':
      return say(
        `Stopped: not everything could be read. ${kept} Try again, or choose another version. To install what nobody ` +
          'could read all the same: safe-install --accept <package>@<version> --rule content-gap --reason "..."',
      )
    case 'clean':
      return say(`Stopped. ${kept}`)
  }
}

function renderSummary(report: Report, look: Look): readonly string[] {
  return wrap(summaryLine(report), { width: look.width, indent: 0, hang: 2, paint: look.dim })
}

function draw(lines: readonly string[], drawing: Drawing): string {
  const start = lines.findIndex(line => line !== '')
  if (start === -1) return ''
  const text = lines
    .slice(start)
    .filter((line, index, all) => line !== '' || all[index - 1] !== '')
    .join('\n')
    .trimEnd()
  return `${drawing.unicode ? text : toAscii(text)}\n`
}
