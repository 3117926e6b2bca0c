import type { Fact, Hook, Inspection } from '../types.ts'
import { capabilityOf } from './capability.ts'
import { firstFew } from './layout.ts'
import { mergeFacts } from './merged.ts'
import { printable } from './sanitize.ts'

/** What a reader wants to know first about a script, in this order; everything else stays in `--inspect`. */
const told = [
  'starts',
  'contacts',
  'looks up',
  'evaluates',
  'loads native code',
  'writes',
  'makes executable',
  'deletes',
  'patches',
  'hides',
  'obfuscated',
] as const

/**
 * One line that says what a lifecycle script does, from the facts of the files it reaches:
 * `postinstall: node install.js — starts node-gyp; contacts github.com; reads no credentials`.
 * "reads no credentials" is said only where all of it could be read. Safe to print.
 */
export function describeScript(inspection: Inspection, hook: Hook): string {
  const reached = filesOf(inspection, hook)
  const facts = inspection.facts.filter(fact => belongs(fact, hook, reached))
  const lines = mergeFacts(facts.filter(fact => !isObvious(fact, hook)))
  const parts = told.flatMap(verb => {
    const what = lines.filter(line => line.does === verb).map(line => line.what)
    return what.length === 0 ? [] : [`${verb} ${firstFew(what, 2)}`]
  })
  parts.push(credentials(facts, hook, unreadParts(inspection, facts, reached)))
  const implied = hook.implicit ? ' (implied by binding.gyp)' : ''
  return `${commandLine(hook.event, hook.command)}${implied} — ${parts.join('; ')}`
}

/** `postinstall: node install.js`, safe to print. */
export function commandLine(event: string, command: string, maxChars = 120): string {
  return `${printable(event, 40)}: ${printable(command, maxChars)}`
}

/** The files a hook starts and what those start or load while npm installs. Paths as in the inspection. */
export function filesOf(inspection: Inspection, hook: Hook): ReadonlySet<string> {
  const reached = new Set(hook.starts)
  if (hook.implicit) reached.add(hook.at.path)
  const from = new Map<string, string[]>()
  const inline = inlineOf(hook)
  for (const { from: path, to, phase } of inspection.edges) {
    if (phase !== 'install') continue
    from.set(path, [...(from.get(path) ?? []), to])
    if (path.startsWith(inline)) reached.add(path)
  }
  // A set visits what is added while it is walked, and each file once: cycles end.
  for (const path of reached) for (const to of from.get(path) ?? []) reached.add(to)
  return reached
}

/** How the paths begin of code on the line of the script itself, `node -e "…"`: a file named after its place. */
function inlineOf({ at }: Hook): string {
  return `${at.path}#${at.line}:`
}

/** A fact of a file the hook reaches, or one of the script's own line. */
function belongs(fact: Fact, hook: Hook, reached: ReadonlySet<string>): boolean {
  if (fact.phase !== 'install' || fact.byCall) return false
  if (fact.at.path.startsWith(inlineOf(hook))) return true
  return reached.has(fact.at.path) || (fact.at.path === hook.at.path && fact.at.line === hook.at.line)
}

/** What the command itself already says, or code that was inspected in its place. */
export function isObvious(fact: Fact, hook: Hook): boolean {
  if (fact.kind === 'evaluates') return fact.code === 'constant' && fact.decoders.length === 0
  if (fact.kind !== 'starts' || fact.at.path !== hook.at.path || fact.at.line !== hook.at.line) return false
  const said = withoutQuotes(hook.command)
  return fact.commands.length > 0 && fact.commands.every(command => said.includes(withoutQuotes(command)))
}

function withoutQuotes(command: string): string {
  return command.replaceAll(/["']/g, '')
}

/** Starts a program that is not a file of the package: nobody read what it does. */
function startsForeign(fact: Fact, hook: Hook): boolean {
  if (fact.kind !== 'starts') return false
  const own = new Set(hook.starts)
  return !fact.commands.some(command =>
    command.split(' ').some(word => own.has(word.replace(/^\.\//, '')) && word !== ''),
  )
}

function credentials(facts: readonly Fact[], hook: Hook, unread: string | undefined): string {
  const secrets = facts.filter(
    fact =>
      fact.kind === 'reads' &&
      (fact.source === 'credential-file' || fact.source === 'env-secret' || fact.source === 'env'),
  )
  const names = [...new Set(secrets.map(fact => capabilityOf(fact).what))]
  const seen = names.length === 0 ? undefined : `reads ${firstFew(names, 3)}`
  // What a started program does is not ours to promise.
  const own = facts.some(fact => startsForeign(fact, hook)) ? 'itself ' : ''
  if (unread === undefined) return seen ?? `${own}reads no credentials`
  return `${seen ?? 'no credentials seen'}, but ${unread}`
}

/** Why a negative cannot be promised, or undefined where everything the script reaches was read. */
function unreadParts(
  inspection: Inspection,
  facts: readonly Fact[],
  reached: ReadonlySet<string>,
): string | undefined {
  const missed = inspection.gaps.some(gap => gap.kind === 'content')
  if (missed) return 'parts of the package could not be read'
  if (inspection.dropped > 0) return 'there is more than can be shown'
  const opaque = facts.some(
    fact =>
      fact.kind === 'unreadable' ||
      fact.kind === 'obfuscated' ||
      (fact.kind === 'evaluates' && fact.code === 'computed'),
  )
  if (opaque) return 'parts of its code are hidden'
  const native = inspection.files.some(file => file.kind === 'native' && reached.has(file.path))
  return native ? 'it starts a compiled program nobody can read' : undefined
}
