import { ownFlags, wordsOf } from './flags.ts'
import { commandHint } from './npm-commands.ts'
import type { Common, Gate, Request, Until, Verb } from './request.ts'
import { scan, usage, type Scan } from './scan.ts'

/**
 * Parses argv (without node and the script) into what the user asked for. Throws E_USAGE, with what to write instead,
 * for an unknown flag, two verbs, a flag of another verb, wrong words, or an npm command typed by habit. Pure: reads
 * neither environment nor files.
 */
export function parseArguments(argv: readonly string[]): Request {
  const scanned = scan(argv)
  const verb = chooseVerb(scanned.verbs)
  if (verb !== 'help' && verb !== 'version') {
    refuseForeignFlags(verb, scanned)
    refuseWords(verb, scanned)
  }
  return toRequest(verb, scanned)
}

function chooseVerb(verbs: ReadonlySet<Verb>): Verb {
  if (verbs.has('help')) return 'help'
  if (verbs.has('version')) return 'version'
  const [verb, other] = verbs
  if (other !== undefined) throw usage(`--${verb} and --${other} do not go together`, 'Give one of them.')
  return verb ?? 'install'
}

function refuseForeignFlags(verb: Verb, scanned: Scan): void {
  for (const flag of ownFlags) {
    if (!scanned.switches.has(flag.name) && !scanned.values.has(flag.name)) continue
    if (flag.verbs === undefined || flag.verbs.includes(verb)) continue
    const owners = flag.verbs.map(owner => (owner === 'install' ? 'an install' : `--${owner}`)).join(', ')
    throw usage(
      `--${flag.name} belongs to ${owners}`,
      `Leave it out. Usage: safe-install ${wordsOf[verb].usage}`,
    )
  }
}

function refuseWords(verb: Verb, scanned: Scan): void {
  const { words } = scanned
  const { min, max, usage: line } = wordsOf[verb]
  const command = verb === 'install' ? commandHint(words) : undefined
  if (command !== undefined) throw usage(`"${words[0]}" reads like a command of npm`, command)
  if (words.includes('') && verb !== 'exec')
    throw usage('an empty word is no package', 'Check for an unset variable.')
  const calls = verb === 'exec' && (scanned.npmFlags.has('call') || words.length > 0)
  if (verb === 'exec' && !calls) throw usage('--exec needs a package', `Usage: safe-install ${line}`)
  // npx reads -p as --package; to npm it is --parseable, and the package after it would be the program to run.
  if (verb === 'exec' && scanned.npmFlags.has('parseable'))
    throw usage('-p is --parseable to npm', `Write --package=<spec>. Usage: safe-install ${line}`)
  if (words.length < min) throw usage(`--${verb} needs a package`, `Usage: safe-install ${line}`)
  if (words.length > max) throw usage(`unexpected "${words[max]}"`, `Usage: safe-install ${line}`)
  if (verb === 'approve' || verb === 'accept') for (const word of words) refuseUnpinned(word, line)
}

/** An approval without a version would hold for whatever is published next. */
function refuseUnpinned(word: string, line: string): void {
  const at = word.lastIndexOf('@')
  if (at < 1 || at === word.length - 1)
    throw usage(`"${word}" names no version`, `Write <package>@<version>. Usage: safe-install ${line}`)
}

function toRequest(verb: Verb, scanned: Scan): Request {
  const common = toCommon(scanned)
  const { words, switches, values } = scanned
  switch (verb) {
    case 'install':
    case 'update':
    case 'inspect':
    case 'approve':
    case 'deny':
      return { ...common, verb, specs: words }
    case 'exec':
      return { ...common, verb, command: words[0], args: words.slice(1) }
    case 'check':
      return {
        ...common,
        verb,
        since: values.get('since'),
        allPlatforms: switches.get('all-platforms') === true,
      }
    case 'compare':
      return { ...common, verb, from: words[0] ?? '', to: words[1] ?? '' }
    case 'accept':
      return {
        ...common,
        verb,
        spec: words[0] ?? '',
        ...toAcceptance(values),
        user: switches.get('user') === true,
      }
    case 'update-data':
      return { ...common, verb, feed: words[0] }
    case 'setup':
      return {
        ...common,
        verb,
        user: switches.get('user') === true,
        undo: switches.get('undo') === true,
        gate: toGate(values.get('gate')),
      }
    case 'doctor':
      return { ...common, verb, withNpm: values.get('with-npm') }
    case 'explain':
      return { ...common, verb, rule: words[0] }
    case 'ci':
    case 'history':
    case 'print-config':
    case 'trust':
    case 'help':
    case 'version':
      return { ...common, verb }
  }
}

function toCommon(scanned: Scan): Common {
  const { switches, values, npmArgs } = scanned
  return {
    npmArgs,
    json: switches.get('json') === true,
    sarif: values.get('sarif'),
    trust: toDigest(values.get('trust-policy')),
    yes: switches.get('yes') === true,
    fresh: switches.get('fresh') === true,
    verbose: switches.get('verbose') === true,
  }
}

function toGate(value: string | undefined): Gate | undefined {
  const gates: readonly Gate[] = ['strict', 'check', 'preinstall', 'none']
  const gate = gates.find(name => name === value)
  if (value !== undefined && gate === undefined)
    throw usage(`--gate does not take "${value}"`, `It is one of ${gates.join(', ')}.`)
  return gate
}

function toDigest(text: string | undefined): string | undefined {
  if (text === undefined || /^[0-9a-f]{64}$/i.test(text)) return text?.toLowerCase()
  throw usage(
    `--trust-policy expects a sha256 in hex, got "${text}"`,
    'safe-install --print-config shows that of safe-install.json.',
  )
}

function toAcceptance(values: ReadonlyMap<string, string>): {
  rule: string
  reason: string
  until: Until | undefined
} {
  const line = `Usage: safe-install ${wordsOf.accept.usage}`
  const rule = values.get('rule')
  const reason = values.get('reason')?.trim()
  if (rule === undefined) throw usage('--accept needs --rule', line)
  if (reason === undefined || reason === '') throw usage('--accept needs --reason', line)
  const until = values.get('until')
  return { rule, reason, until: until === undefined ? undefined : parseUntil(until) }
}

/** An exception may last ten years at most: longer is a typing mistake. */
const maxDays = 3650

function parseUntil(text: string): Until {
  const days = /^(\d{1,4})d$/.exec(text)?.[1]
  if (days !== undefined && Number(days) >= 1 && Number(days) <= maxDays)
    return { kind: 'days', days: Number(days) }
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const at = Date.parse(`${text}T23:59:59.999Z`)
    // `Date.parse` moves 2027-02-31 into March; only a day that reads back the same exists.
    if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return { kind: 'date', at }
  }
  throw usage(`--until expects days or a date, got "${text}"`, 'Write --until 90d or --until 2027-01-31.')
}
