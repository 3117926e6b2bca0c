import type { Fact, Flow, Inspection, Phase, Site, Text } from '../../lib/types.ts'
import { oncePer } from '../remember.ts'

/** One act of writing: a fact, with the flows that end in it. `contents` is what is known of the text. */
export type Written = {
  readonly paths: readonly Text[]
  readonly contents: readonly Text[]
  readonly api: string
  readonly phase: Phase
  readonly byCall: boolean
  readonly at: Site
  readonly flows: readonly Flow[]
}

/** Everything the package writes outside its own folder, in the order of the facts. */
export const writtenBy = oncePer(findWritten)

function findWritten({ facts, flows }: Inspection): readonly Written[] {
  const byLine = new Map<string, Flow[]>()
  for (const flow of flows) {
    if (flow.sink.kind !== 'write') continue
    const line = lineOf(flow.sink.at)
    const others = byLine.get(line)
    if (others === undefined) byLine.set(line, [flow])
    else others.push(flow)
  }
  return facts.flatMap(fact =>
    fact.kind === 'writes' ? [writtenOf(fact, byLine.get(lineOf(fact.at)) ?? [])] : [],
  )
}

function lineOf({ path, line }: Site): string {
  return `${path}\0${line}`
}

function writtenOf(fact: Extract<Fact, { kind: 'writes' }>, flows: readonly Flow[]): Written {
  const { paths, contents, api, phase, byCall, at } = fact
  return { paths: paths.map(slashes), contents, api, phase, byCall, at, flows }
}

/** Windows paths read like the others. */
export function slashes(path: Text): Text {
  return path.replaceAll('\\', '/')
}

export function sameLine(a: Site, b: Site): boolean {
  return a.path === b.path && a.line === b.line
}

/** Whether code runs without anybody asking for it. */
export function unasked({ phase, byCall }: { readonly phase: Phase; readonly byCall: boolean }): boolean {
  return !byCall && (phase === 'install' || phase === 'import')
}

/** Whether a text is a program that fetches, decodes or hides: what an honest setting or hook does not hold. */
export function isSuspiciousText(whole: Text): boolean {
  const text = whole
    .split('\n')
    .filter(line => !isSaid(line))
    .join('\n')
  return (
    /\b(?:curl|wget|irm|iwr|invoke-webrequest)\b[^\n]{0,200}(?:\||;|&&|-d\b|--data)/i.test(text) ||
    /[$<]\(\s*(?:curl|wget)\b|`(?:curl|wget)\b/.test(text) ||
    /\beval\s*\(|\bnew\s+Function\s*\(|\bbase64\s+(?:-d|--decode)|\bfrombase64string\b|\/dev\/tcp\//i.test(
      text,
    ) ||
    /\bhttps?:\/\/\d{1,3}(?:\.\d{1,3}){3}\b/.test(text) ||
    /require\((['"])(?:node:)?https?\1\)/.test(text) ||
    /\bfetch\s*\(\s*['"`]https?:/.test(text) ||
    /\bshutdown\s+-[hr]|\brm\s+-rf\s+[~/$]/.test(text) ||
    runsDisguised(text)
  )
}

const picture = String.raw`[^\s"'\\;|&<>]{1,200}\.(?:woff2?|ttf|otf|eot|png|jpe?g|gif|svg|ico|webp|bmp|avif|pdf|mp[34]|css)\b(?!\.)`
const runner = String.raw`(?:node|bun|deno|python3?|sh|bash|zsh)`

/** `node fonts/icons.woff2`: what is no program by its name is started as one. */
const startsPicture = new RegExp(
  String.raw`(?:^|[\s"'/;|&(])${runner}(?:\.exe)?["']?(?:\s+run)?(?:\s+--?[\w=-]{1,40}){0,4}\s+(?:\\?["'])?${picture}`,
  'm',
)

/** The same as settings say it: `"command": "node", "args": ["fonts/icons.woff2"]`. */
const settingStartsPicture = new RegExp(
  String.raw`"command"\s{0,9}:\s{0,9}"${runner}"\s{0,9},\s{0,9}"args"\s{0,9}:\s{0,9}\[\s{0,99}(?:"--?[\w=-]{1,40}"\s{0,9},\s{0,9}){0,4}"${picture}"`,
)

function runsDisguised(text: Text): boolean {
  return startsPicture.test(text) || settingStartsPicture.test(text)
}

/** A line that only says something to people: what is quoted in it runs nowhere. */
function isSaid(line: string): boolean {
  if (!/^\s*(?:echo|printf)\s/.test(line) || /\$\(|`/.test(line)) return false
  const unquoted = line.replaceAll(/"[^"]*(?:"|$)|'[^']*(?:'|$)/g, '').replaceAll(/[12]?>&[12]/g, '')
  return !/[|;&<>]/.test(unquoted)
}

/**
 * Whether what happens on import is what the package's command does: every file an import reaches first is a command
 * of it too, or what a command does nothing but start, so nobody imports it for anything else. It still runs unasked
 * for whoever does.
 */
export function isProgram(fact: { readonly phase: Phase }, inspection: Inspection): boolean {
  return fact.phase === 'import' && importsAreCommands(inspection)
}

/** Larger files do more than to look at the version of Node and start the program. */
const maxStarterBytes = 4_096

const importsAreCommands = oncePer(({ entries, edges, files }: Inspection): boolean => {
  const commands = new Set(entries.flatMap(entry => (entry.phase === 'run' ? [entry.path] : [])))
  const starters = files.filter(({ path, bytes }) => commands.has(path) && bytes <= maxStarterBytes)
  for (const { path } of starters) {
    const loaded = new Set(
      edges.flatMap(({ from, to }) => (from === path && !to.endsWith('.json') ? [to] : [])),
    )
    if (loaded.size === 1) for (const program of loaded) commands.add(program)
  }
  // What the command starts in turn (`… > npm run dev`, a process of a file of its own) nobody imports.
  const starts = (via: string): boolean => via.includes(' > ') || files.some(({ path }) => path === via)
  return entries.every(({ phase, path, via }) => phase !== 'import' || commands.has(path) || starts(via))
})
