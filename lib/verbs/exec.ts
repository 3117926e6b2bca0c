import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { decide } from '../judge/decide.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { readManifest } from '../install/run-scripts.ts'
import { recordOf, textOf } from '../plan/values.ts'
import { exitCode } from '../report/exit-code.ts'
import { renderHint } from '../report/human.ts'
import { firstFew } from '../report/layout.ts'
import { idOf } from '../report/report.ts'
import type { JudgedPackage } from '../types.ts'
import { evictStopped } from './evict-stopped.ts'
import { openGuard } from './guard.ts'
import { installPlan, settle } from './install.ts'
import { judgePlan, reportOf } from './judge-plan.ts'
import type { Parts } from './reader.ts'
import { recordDecision } from './record-decision.ts'
import type { Session } from './session.ts'
import { writeSarif } from './write-sarif.ts'

type ExecRequest = Extract<Request, { verb: 'exec' }>

/**
 * Runs a package's program as npx does, after reading it: planned, inspected, decided and installed in a folder of our
 * own below npm's cache, which is removed at the end; the project is not touched, and a copy installed there is not
 * used. stdout is the program's; the report goes to stderr. Returns the program's own exit code, 128 and the signal's
 * number where one ended it.
 */
export async function exec(request: ExecRequest, session: Session, parts: Parts): Promise<number> {
  if (request.json)
    throw new SafeInstallError('E_USAGE', '--json does not go with --exec: stdout is the program’s', {
      hint: 'Use --inspect <spec> --json to read first.',
    })
  const told: Session = { ...session, print: text => session.tell(text), out: session.err }
  const guard = await openGuard(request, session)
  const folder = await makeFolder(String(guard.config.get('cache')))
  const config: NpmConfig = { ...guard.config, path: folder, localPrefix: folder, cwd: folder, global: false }
  const reader = parts.openReader({
    flat: config.flat,
    cacheFolder: String(config.get('cache')),
    processors: session.host.processors,
    fresh: request.fresh,
  })
  try {
    const specs = specsOf(request, config)
    session.progress.update('resolving packages')
    const plan = await makePlan(
      { kind: 'install', specs, read: reader.readFiles, tmp: session.host.tmp },
      config,
    )
    const judgement = await judgePlan(plan, reader, { session: told, guard: { ...guard, config } })
    const report = reportOf(judgement.judged, decide(judgement.judged), told)
    const decision = await settle(report, request, told)
    await recordDecision({ ...report, decision }, { verb: 'exec', specs }, told, guard)
    await writeSarif(request.sarif, { ...report, decision }, told, folder)
    if (decision.kind !== 'proceed') {
      await evictStopped(report.packages, reader, { session: told, json: false })
      return exitCode({ kind: 'decided', decision })
    }
    await installPlan(plan, judgement, { config, session: told, parts, rootScripts: false })
    tellSkipped(judgement.judged, told)
    const typed = plan.packages.find(item => item.typed && item.location.lastIndexOf('node_modules/') === 0)
    return await start(await commandOf(request, config, typed?.location), folder, session, guard.config)
  } finally {
    await reader.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** `--approve` writes into a project, and there is none. */
function tellSkipped(judged: readonly JudgedPackage[], session: Session): void {
  const skipped = judged.filter(one => one.scripts.some(script => !script.approved))
  if (skipped.length === 0) return
  const names = firstFew(
    skipped.map(one => idOf(one.package)),
    5,
  )
  const how = 'allow-scripts in your own .npmrc approves them here'
  session.tell(renderHint(`install scripts of ${names} did not run; ${how}`, session.err))
}

async function makeFolder(cache: string): Promise<string> {
  const parent = join(cache, '_safe-install', 'exec')
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(parent, 'run-'))
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
  return folder
}

/** npm's `--package` names what to install; without it the command does. */
function specsOf({ command }: ExecRequest, config: NpmConfig): readonly string[] {
  const packages = typedPackages(config)
  if (packages.length > 0) return packages
  if (command !== undefined) return [command]
  throw new SafeInstallError('E_USAGE', '--exec needs a package', {
    hint: 'Usage: safe-install --exec <spec> [-- <arguments>]',
  })
}

/** From the command line alone: a project's `.npmrc` must not say what `--exec` starts. */
function typedPackages(config: NpmConfig): readonly string[] {
  return [config.getFrom('package', 'cli')].flat().flatMap(spec => textOf(spec) ?? [])
}

type Command = { readonly shell: string; readonly args: readonly string[] }

/** What to start: `--call` text, the named program, or the one program of the package, chosen as npx chooses. */
async function commandOf(
  { command, args }: ExecRequest,
  config: NpmConfig,
  location: string | undefined,
): Promise<Command> {
  const shell = config.scriptShell ?? '/bin/sh'
  const call = textOf(config.getFrom('call', 'cli'))
  if (call !== undefined) return { shell, args: ['-c', call] }
  const bin =
    typedPackages(config).length > 0 ? (command ?? '') : await binOf(join(config.path, location ?? ''))
  if (bin.includes('/') || bin === '')
    throw new SafeInstallError('E_USAGE', `"${bin}" is no name of a program`)
  // sh starts what has no hashbang as a script, as npx does; the words are handed on untouched.
  return {
    shell: '/bin/sh',
    args: ['-c', 'exec "$0" "$@"', join(config.path, 'node_modules', '.bin', bin), ...args],
  }
}

/** The only program of a package, or the one of its own name (libnpmexec's get-bin-from-manifest). */
async function binOf(folder: string): Promise<string> {
  const manifest = await readManifest(folder)
  const name = (textOf(manifest['name']) ?? '').replace(/^@[^/]+\//, '')
  const bins = typeof manifest['bin'] === 'string' ? { [name]: manifest['bin'] } : recordOf(manifest['bin'])
  const [first] = Object.keys(bins)
  if (first !== undefined && new Set(Object.values(bins)).size === 1) return first
  if (Object.hasOwn(bins, name)) return name
  throw new SafeInstallError(
    'E_USAGE',
    `${textOf(manifest['_id']) ?? folder} does not say which program to run`,
    {
      hint: `Name one: safe-install --exec --package=<spec> <program>. It has ${Object.keys(bins).join(', ') || 'none'}.`,
    },
  )
}

async function start(
  { shell, args }: Command,
  folder: string,
  { host, progress }: Session,
  { env }: NpmConfig,
): Promise<number> {
  progress.clear()
  const bins = join(folder, 'node_modules', '.bin')
  const path = [bins, ...(host.env['PATH'] === undefined ? [] : [host.env['PATH']])].join(delimiter)
  const child = spawn(shell, [...args], {
    cwd: host.cwd,
    env: { ...env, PATH: path },
    stdio: 'inherit',
  })
  // Ctrl-C at a terminal reaches the program by itself, as it is in our group; what is sent to us alone is handed on.
  host.stop.addEventListener('abort', () => {
    const signal = host.stop.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'
    if (signal === 'SIGTERM' || host.stdin.isTTY !== true) child.kill(signal)
  })
  return new Promise((resolve, reject) => {
    child.once('error', cause =>
      reject(new SafeInstallError('E_INSTALL', `${shell} cannot be started`, { cause })),
    )
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  })
}
