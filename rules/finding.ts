import { limits } from '../lib/limits.ts'
import { HOLE } from '../lib/types.ts'
import type { Action, Fact, Finding, Flow, Phase, Severity, Site, Source, Text } from '../lib/types.ts'

type Judged = { readonly severity: Severity; readonly action: Action; readonly message: string }

/** A finding as a rule returns it; the analyser adds the rule's id. */
export type RuleFinding = Omit<Finding, 'rule'>

/** When something happens, in words that finish a sentence: "… while npm installs it". */
function when(phase: Phase, byCall = false): string {
  switch (phase) {
    case 'install':
      return 'while npm installs it'
    case 'import':
      return 'as soon as a program imports it'
    case 'run':
      return byCall ? 'when a program calls it' : 'when its command is started'
    case 'dormant':
      return 'if something outside the package starts that file'
  }
}

/** The same as the start of a sentence about the package: "While npm installs it, it …". */
export function opening({
  phase,
  byCall = false,
}: {
  readonly phase: Phase
  readonly byCall?: boolean
}): string {
  const words = when(phase, byCall)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}, it`
}

/** A text on one line, its unknown parts shown as `${…}`, quotes added, cut to a length a sentence can carry. */
export function quote(text: Text, maxChars = 80): string {
  const folded = foldersInWords(text.slice(0, 4_000)).replaceAll(/(?:\/\u0001){3,}/g, `/${HOLE}/…`)
  const shown = folded.replaceAll(HOLE, '${…}').replaceAll(/\s+/g, ' ')
  return `"${shown.length > maxChars ? `${shown.slice(0, maxChars - 1)}…` : shown}"`
}

/** Folders as a reader says them: those of the package and of the project that installs it. */
export function foldersInWords(text: Text): Text {
  return text
    .replaceAll(/(?:file:\/\/)?(?:\/__package__|<package>)/g, '<package>')
    .replaceAll('/__project__', '<project>')
}

const maxName = 60

/** The name of a source with its unknown parts as dots; the middle of a long one is left out. */
export function shortName(text: Text): string {
  const name = foldersInWords(text).replaceAll(HOLE, '…')
  return name.length <= maxName ? name : `${name.slice(0, 28)}…${name.slice(-28)}`
}

/** The data of a source in words: "the whole environment", "the credential file ~/.npmrc". */
export function sourceInWords(source: Source): string {
  const name = shortName(source.name)
  switch (source.kind) {
    case 'env':
      return name.endsWith('…') && !name.includes('.')
        ? `environment variables that begin with ${name.slice(0, -1)}`
        : 'the whole environment'
    case 'env-secret':
      return `the secret environment variable ${name}`
    case 'env-name':
      return `the environment variable ${name}`
    case 'credential-file':
      return /[/\\~]/.test(name) ? `the credential file ${name}` : `credentials (${name})`
    case 'file':
      return `the file ${name}`
    case 'project-file': {
      const file = name.replace(/^<project>\//, '')
      return /[\w-]{2,}/.test(file) ? `the project's file ${file}` : 'files of the project'
    }
    case 'host':
      return `facts about this computer (${name})`
    case 'command-output':
      return `the output of ${name}`
    case 'network':
      return `the answer of ${name}`
    case 'metadata-service':
      return `the cloud metadata service (${name})`
    case 'clipboard':
      return name === 'clipboard' ? 'the clipboard' : name
    case 'browser':
      return `browser data (${name})`
    case 'caller-secret':
      return keyInWords(name)
    case 'caller':
      return `what the caller passes as ${name}`
    case 'package-bytes':
      return `bytes hidden in ${name}`
  }
}

/** Programs, whatever way they are started, as a reader would say it; empty where there is nothing to say. */
export function mannerInWords(manner: readonly string[]): string {
  const words = [
    ...(manner.includes('detached') ? ['in the background'] : []),
    ...(manner.includes('hidden') ? ['in no window'] : []),
    ...(manner.includes('stdio-ignored') || manner.includes('output-hidden') ? ['without output'] : []),
  ]
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}

/** Where data goes, in words: the first two destinations, or an honest "a place that is computed". */
export function destinationsInWords(destinations: readonly Text[]): string {
  const known = destinations.filter(
    text => text !== 'null' && text !== 'undefined' && text.replaceAll(HOLE, '').length > 3,
  )
  if (known.length === 0) return 'a destination that is computed at run time'
  return [...new Set(known.map(text => quote(text)))].slice(0, 2).join(' or ')
}

/** A finding whose evidence is one site. */
export function findingAt(site: Site, phase: Phase, judged: Judged): RuleFinding {
  return {
    ...judged,
    phase,
    location: locationOf(site),
    evidence: site.code.slice(0, limits.maxEvidenceChars),
  }
}

/** A finding whose evidence is one fact. */
export function findingOfFact(fact: Fact, judged: Judged): RuleFinding {
  return findingAt(fact.at, fact.phase, judged)
}

/** A finding whose evidence is a flow: where the data is read, every reported step, and where it leaves. */
export function findingOfFlow(flow: Flow, judged: Judged): RuleFinding {
  const steps = [
    { label: `reads ${sourceInWords(flow.source)}`, at: flow.source.at },
    ...flow.hops,
    { label: `${flow.sink.api} (${flow.sink.role})`, at: flow.sink.at },
  ]
  return {
    ...findingAt(flow.sink.at, flow.phase, judged),
    flow: steps.map(step => ({ label: step.label, path: step.at.path, line: step.at.line })),
  }
}

/** The name of a package as its manifest has it: evidence of what it calls itself. */
export function nameEvidence(name: string): string {
  return `"name": ${JSON.stringify(name)}`.slice(0, limits.maxEvidenceChars)
}

/** The severity that goes with an action where nothing else decides it. */
export function severityOf(action: Action): Severity {
  return action === 'block' ? 'critical' : action === 'ask' ? 'high' : 'low'
}

/** A finding about the manifest as a whole, where no line says it better. */
export function findingInManifest(evidence: string, phase: Phase, judged: Judged, line = 1): RuleFinding {
  return { ...judged, phase, location: { path: 'package.json', line, column: 1 }, evidence }
}

function locationOf(site: Site): Finding['location'] {
  return { path: site.path, line: site.line, column: site.column }
}

/** `getSeed()` is asked for or made by the package itself; everything else the caller passed. */
function keyInWords(name: string): string {
  if (!name.endsWith('()')) return `the caller's ${name}`
  if (name === 'approval()')
    return 'a signature by which an address in its code may spend what the wallet holds'
  return name === 'keypair()' || name === 'mnemonic()'
    ? `the ${name.slice(0, -2)} it made`
    : `what ${name} gives`
}
