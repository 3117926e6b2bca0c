import { execFile } from 'node:child_process'
import { readFile, realpath, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Request } from '../cli/request.ts'
import { hasBlock } from '../enforce/npmrc.ts'
import { overridesOf } from '../enforce/overrides.ts'
import type { Override } from '../enforce/overrides.ts'
import { placesOf } from '../enforce/places.ts'
import { prove } from '../enforce/prove.ts'
import type { Installed, PartState, ProvedPart } from '../enforce/prove.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { userPlaces } from '../policy/places.ts'
import { printable } from '../report/sanitize.ts'
import { dataState } from '../store/data-state.ts'
import type { DataState } from '../store/data-state.ts'
import { stateInWords } from './print-config.ts'
import type { Session } from './session.ts'
import { loadSettings } from './settings.ts'

type ProvedNpm = { readonly version: string; readonly program: string; readonly parts: readonly ProvedPart[] }

/** What no setup closes, in the words of the report. */
const alwaysOpen = [
  'packages without scripts, in projects without a gate: read by the shim or by safe-install itself only',
  'install scripts of what npx downloads with npm 11, which hands them to plain sh: switched off by the shim only',
  'flags typed by hand: --script-shell, --ignore-scripts (which also switches the check gate off)',
  'other package managers, and programs that call the registry themselves',
] as const

/**
 * Proves every part that is set up with harmless canaries from a loopback registry: with the user's npm, and with those
 * of `--with-npm`. Prints what is enforced, what is not, and how old the malware lists are. The exit code is 0 only where something is set up and all
 * of it works, else 10.
 */
export async function doctor(
  request: Extract<Request, { verb: 'doctor' }>,
  session: Session,
): Promise<number> {
  const { host, progress } = session
  const config = await loadSettings(request, session)
  const installed = await whatIsInstalled(config, session)
  const own = [host.execPath, join(config.npmPath, 'bin', 'npm-cli.js')]
  const others = (request.withNpm ?? '').split(delimiter).filter(path => path !== '')
  const npms: ProvedNpm[] = []
  for (const npm of [own, ...others.map(path => [path])]) {
    progress.update(`proving with ${npm.at(-1) ?? ''}`)
    const version = await versionOf(npm, host.env)
    const parts = await prove({
      npm,
      env: host.env,
      tmp: await realpath(host.tmp),
      installed,
      stop: host.stop,
    })
    npms.push({ version, program: npm.join(' '), parts })
  }
  const overrides = await overridesOf(config, host.env)
  const data = await dataState(userPlaces(host.env)?.data, host.now())
  const states = npms.flatMap(({ parts }) => parts.map(({ state }) => state))
  const ok = states.includes('enforced') && !states.includes('open') && !states.includes('broken')
  session.print(
    request.json
      ? `${JSON.stringify({ schemaVersion: 1, ok, npms, overrides, data, open: alwaysOpen }, null, 2)}\n`
      : render({ npms, overrides, data, ok }, session),
  )
  return ok ? 0 : 10
}

async function versionOf(npm: readonly string[], env: Session['host']['env']): Promise<string> {
  const [program = '', ...args] = npm
  const asked = promisify(execFile)(program, [...args, '--version'], { env: { ...env } })
  return asked.then(
    ({ stdout }) => stdout.trim(),
    () => 'unknown',
  )
}

async function whatIsInstalled(config: NpmConfig, { host }: Session): Promise<Installed> {
  const { bin } = placesOf(host.env)
  const text = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
  const project = config.localPrefix
  const npmrc = await text(join(project, '.npmrc'))
  const manifest = await text(join(project, 'package.json'))
  const first = await firstOnPath('npm', host.env['PATH'] ?? '')
  return {
    user: hasBlock(await text(String(config.get('userconfig')))),
    project: npmrc === '' && manifest === '' ? undefined : project,
    projectBlock: hasBlock(npmrc),
    shim: first === join(bin, 'npm') ? first : undefined,
  }
}

async function firstOnPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(folder => folder !== '')) {
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (found?.isFile() === true) return join(folder, name)
  }
  return undefined
}

const words: Readonly<Record<PartState, string>> = {
  enforced: 'enforced',
  open: 'NOT ENFORCED',
  broken: 'BROKEN',
  off: 'not set up',
}

function render(
  {
    npms,
    overrides,
    data,
    ok,
  }: {
    readonly npms: readonly ProvedNpm[]
    readonly overrides: readonly Override[]
    readonly data: readonly DataState[]
    readonly ok: boolean
  },
  { out }: Session,
): string {
  const paint: Readonly<Record<PartState, (text: string) => string>> = {
    enforced: out.green,
    open: out.red,
    broken: out.red,
    off: out.yellow,
  }
  const row = ({ part, state, detail }: ProvedPart): string =>
    `  ${paint[state](words[state].padEnd(12))}  ${part.padEnd(38)}  ${printable(detail, 160)}`
  const lines = npms.flatMap(({ version, program, parts }) => [
    out.bold(`npm ${printable(version, 40)}  (${printable(program, 200)})`),
    ...parts.map(row),
    '',
  ])
  return [
    ...lines,
    ...(overrides.length === 0 ? [] : [out.bold('Overrides')]),
    ...overrides.map(({ what, effect }) => `  ${printable(what, 160)}: ${effect}`),
    ...(overrides.length === 0 ? [] : ['']),
    out.bold('Lists of known malware'),
    ...data.map(state => `  ${printable(stateInWords(state), 300)}`),
    '',
    out.bold('Open with plain npm, whatever is set up'),
    ...alwaysOpen.map(line => `  ${line}`),
    '',
    ok ? 'All that is set up works.' : 'Not everything is enforced: see above.',
    '',
  ].join('\n')
}
