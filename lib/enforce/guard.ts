import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAgent, isCI } from '../cli/agent.ts'
import { SafeInstallError } from '../errors.ts'
import type { Host } from '../host.ts'
import { printable } from '../report/sanitize.ts'
import { appendHistory } from '../policy/history.ts'
import { openFolderJudge } from './judge-folder.ts'
import type { FolderJudge, JudgedFolder } from './judge-folder.ts'
import { judgeScript } from './judge-script.ts'
import type { ScriptVerdict } from './judge-script.ts'
import { loadKnowledge } from './knowledge.ts'
import type { Loaded } from './knowledge.ts'
import { judgeTree } from './judge-tree.ts'
import { placesOf } from './places.ts'
import type { Places } from './places.ts'
import { registeredProjects } from './projects.ts'
import { describeAlarms, reviewCommand } from './refusal.ts'
import { runBuild } from './run-build.ts'
import type { Ended } from './run-build.ts'
import { readScriptRequest } from './script-request.ts'
import type { ScriptRequest } from './script-request.ts'

/** What `shell.sh` understands. Any other output, also none, is a refusal there. */
const answers = {
  run: 'safe-install: run',
  build: 'safe-install: build',
  skip: 'safe-install: skip',
  refuse: 'safe-install: refuse',
} as const

/** Plain npm cannot ask. Our own install can, and leaves a receipt for what a person said yes to. */
const letIn = 'To let it in all the same, install it with safe-install, which can ask.'

/** Nobody's answer lifts a block. */
const accept =
  'Only an exception for exactly these bytes lifts it: safe-install --accept <package@version> --rule <rule> --reason "..."'

/** The parts of a host that the guard uses. */
export type GuardHost = Pick<
  Host,
  | 'argv'
  | 'env'
  | 'cwd'
  | 'execPath'
  | 'platform'
  | 'nodeVersion'
  | 'stdout'
  | 'stderr'
  | 'now'
  | 'processors'
  | 'version'
> & {
  /** Calls `act` each time the process gets the signal, which then does not end it. */
  readonly onSignal: (signal: NodeJS.Signals, act: () => void) => void
}

/**
 * What npm reaches without knowing it. `script -c <text>` judges one script and answers with one word on stdout;
 * `build` runs one that was approved; `gate` judges everything below the current project's node_modules and answers with
 * its exit code. Never rejects: whatever goes wrong is a refusal with its reason on stderr.
 */
export async function guard(host: GuardHost): Promise<Ended> {
  const [mode, ...rest] = host.argv
  try {
    const places = placesOf(host.env)
    if (mode === 'gate') return ended(await gate(host, places))
    if (mode === 'script') return ended(await script(host, places, rest))
    if (mode === 'build') return await runBuild(host, places, rest)
    return ended(refuse(host, 'it was started without saying what to judge'))
  } catch (error) {
    const hint = error instanceof SafeInstallError && error.hint !== undefined ? ` ${error.hint}` : ''
    return ended(refuse(host, `${error instanceof Error ? error.message : String(error)}.${hint}`))
  }
}

function ended(code: number): Ended {
  return { code, signal: null }
}

async function script(host: GuardHost, places: Places, argv: readonly string[]): Promise<number> {
  const request = await readScriptRequest(argv, host.env, host.cwd)
  if (request === undefined) return refuse(host, 'npm did not hand over a script as it always does')
  const isGlobal = host.env['npm_config_global'] === 'true'
  // A clone that npm prepares calls itself the project; a dependency's own policy never counts.
  const { judge, knowledge } = await open(
    host,
    places,
    isGlobal || request.preparesGit ? undefined : request.project,
  )
  try {
    const registered = await registeredProjects(places)
    const verdict =
      request.event === 'npx'
        ? await judgeDownloads(host, judge)
        : await judgeScript({ request, env: host.env, registered }, judge)
    if (verdict.kind === 'refuse')
      await note(host, knowledge, {
        verb: `script ${request.event}`,
        project: request.project ?? request.folder,
        judged: verdict.judged === undefined ? [] : [verdict.judged],
      })
    return await answer(host, request, verdict)
  } finally {
    await judge.close()
  }
}

async function open(
  host: GuardHost,
  places: Places,
  project: string | undefined,
): Promise<{ readonly judge: FolderJudge; readonly knowledge: Loaded }> {
  const knowledge = await loadKnowledge(host, project)
  const npmCache = host.env['npm_config_cache'] ?? join(places.home, '.npm')
  const { processors, now } = host
  return { knowledge, judge: openFolderJudge({ places, npmCache, knowledge, processors, now: now() }) }
}

/** A line in the user's log for what was stopped, unless the policy says not to. */
async function note(
  { now, stderr }: GuardHost,
  { places, policy }: Loaded,
  {
    verb,
    project,
    judged,
  }: { readonly verb: string; readonly project: string; readonly judged: readonly JudgedFolder[] },
): Promise<void> {
  if (places === undefined || !policy.history.value) return
  const alarms = judged.map(({ name, version, judged: { verdict } }) => {
    const alarming = verdict.findings.filter(({ action }) => action !== 'note').map(({ rule }) => rule)
    return `${name}@${version}: ${[...new Set(alarming)].join(', ')}`
  })
  const entry = {
    verb,
    project,
    specs: [],
    outcome: 'stopped',
    packages: judged.length,
    alarms,
    accepted: [],
  }
  await appendHistory(places, { at: new Date(now()).toISOString(), ...entry }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    stderr.write(`safe-install: the decision was not noted: ${printable(why, 200)}\n`)
  })
}

/** npx starts a program of what it has just downloaded, with or without install scripts: all of it is judged first. */
async function judgeDownloads({ env }: GuardHost, judge: FolderJudge): Promise<ScriptVerdict> {
  const bins = (env['PATH'] ?? '').split(':').filter(path => /\/_npx\/[^/]+\/node_modules\/\.bin$/.test(path))
  for (const bin of new Set(bins)) {
    const [alarm] = (await judgeTree(join(bin, '..'), judge)).alarms
    if (alarm !== undefined)
      return { kind: 'refuse', why: 'npx downloaded a package that is not clean', judged: alarm }
  }
  return { kind: 'run' }
}

async function answer(host: GuardHost, request: ScriptRequest, verdict: ScriptVerdict): Promise<number> {
  switch (verdict.kind) {
    case 'run':
    case 'build':
      host.stdout.write(`${answers[verdict.kind]}\n`)
      return 0
    case 'skip':
      await tellSkipped(host, request, verdict)
      host.stdout.write(`${answers.skip}\n`)
      return 0
    case 'refuse': {
      const { why, judged } = verdict
      const next = judged === undefined ? '' : `\n${nextSteps(judged)}`
      const evidence = judged === undefined ? '' : describeAlarms([judged], host)
      const what = judged === undefined ? '' : ` of ${printable(`${judged.name}@${judged.version}`, 200)}`
      host.stderr.write(
        `${evidence}safe-install did not run the ${printable(request.event, 40)} script${what}: ${printable(why, 400)}.${next}\n`,
      )
      host.stdout.write(`${answers.refuse}\n`)
      return 10
    }
  }
}

function nextSteps(judged: JudgedFolder): string {
  return `Review it: ${reviewCommand(judged)}\n${judged.verdict === 'block' ? accept : letIn}`
}

/**
 * One line. npm keeps the output of a dependency's script to itself unless it fails, so a person at a terminal gets the
 * line from us; where there is none, npm 11 and 12 list unapproved scripts at the end of the install.
 */
async function tellSkipped(
  { stderr, env }: GuardHost,
  { event }: ScriptRequest,
  { judged, review }: Extract<ScriptVerdict, { kind: 'skip' }>,
): Promise<void> {
  const id = printable(`${judged.name}@${judged.version}`, 200)
  const next = review === 'denied' ? 'it is denied' : `approve it with: safe-install --approve ${id}`
  const line = `safe-install skipped the ${printable(event, 40)} script of ${id}; ${next}`
  stderr.write(`${line}\n`)
  if (stderr.isTTY === true || isCI(env) || isAgent(env)) return
  await appendFile('/dev/tty', `\r\x1b[K${line}\r\n`).catch((): void => {
    // Without a terminal there is nobody to read it.
  })
}

async function gate(host: GuardHost, places: Places): Promise<number> {
  const project = host.env['npm_config_local_prefix'] ?? host.env['INIT_CWD'] ?? host.cwd
  const { judge, knowledge } = await open(host, places, project)
  try {
    const { all, alarms } = await judgeTree(join(project, 'node_modules'), judge)
    if (alarms.length === 0) {
      // Exceptions are shown each time they count.
      host.stderr.write(describeAlarms(all, host))
      host.stderr.write(`safe-install read ${all.length} packages below node_modules: nothing to stop.\n`)
      return 0
    }
    await note(host, knowledge, { verb: 'gate', project, judged: alarms })
    host.stderr.write(describeAlarms(alarms, host))
    host.stderr.write(`${gateRefusal(alarms)}\n`)
    return 10
  } finally {
    await judge.close()
  }
}

function gateRefusal(alarms: readonly JudgedFolder[]): string {
  const names = alarms.slice(0, 5).map(({ name, version }) => printable(`${name}@${version}`, 120))
  const more = alarms.length > names.length ? ` and ${alarms.length - names.length} more` : ''
  const first = alarms.find(({ verdict }) => verdict === 'block') ?? alarms[0]
  const review = first === undefined ? '' : `\n${nextSteps(first)}`
  return `safe-install refused this install because of ${names.join(', ')}${more}; npm takes it back.${review}`
}

function refuse({ argv, stdout, stderr }: GuardHost, why: string): number {
  stderr.write(`safe-install: ${printable(why, 600)}\n`)
  if (argv[0] === 'script') stdout.write(`${answers.refuse}\n`)
  return 10
}
