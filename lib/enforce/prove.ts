import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTable, recordOf } from '../plan/values.ts'
import { hookCanary, importCanary, startCanaryRegistry } from './canaries.ts'
import { strictGate } from './project-setup.ts'

/**
 * `enforced`: a canary proved it. `open`: a canary got through. `broken`: it stops what it should let through, or does
 * not work at all. `off`: not set up, so nothing was proved.
 */
export type PartState = 'enforced' | 'open' | 'broken' | 'off'

/** One part of the guard with one npm. */
export type ProvedPart = { readonly part: string; readonly state: PartState; readonly detail: string }

/** What is set up and would be proved. */
export type Installed = {
  /** The user's npmrc names our shell. */
  readonly user: boolean
  /** The project's folder, where there is one with a package.json or an .npmrc. */
  readonly project: string | undefined
  /** The project's .npmrc holds our block. */
  readonly projectBlock: boolean
  /** The shim, where it is the first npm on PATH. */
  readonly shim: string | undefined
}

export type ProofRequest = {
  /** The npm to prove it with: program and leading arguments. */
  readonly npm: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly tmp: string
  readonly installed: Installed
  /** Aborted when the user gives up. */
  readonly stop: AbortSignal
}

type Ran = {
  readonly code: number | null
  readonly text: string
  readonly marked: boolean
  readonly folder: string
}

/** Longer than any honest install of one package from the loopback address, also on a busy machine. */
const maxNpmMs = 120_000
const maxOutputChars = 200_000

/** Proves every part with one npm. The canaries only ever create a file in a folder that is removed again. */
export async function prove(request: ProofRequest): Promise<readonly ProvedPart[]> {
  const folder = await mkdtemp(join(request.tmp, 'safe-install-doctor-'))
  const marker = join(folder, 'marker')
  const registry = await startCanaryRegistry(marker)
  try {
    const bench = new Bench(request, { folder, marker, registry: registry.url })
    return await bench.all()
  } finally {
    await registry.close()
    await rm(folder, { recursive: true, force: true })
  }
}

class Bench {
  readonly #request: ProofRequest
  readonly #at: { readonly folder: string; readonly marker: string; readonly registry: string }
  #count = 0

  constructor(
    request: ProofRequest,
    at: { readonly folder: string; readonly marker: string; readonly registry: string },
  ) {
    this.#request = request
    this.#at = at
  }

  async all(): Promise<readonly ProvedPart[]> {
    const { user, project, projectBlock, shim } = this.#request.installed
    const parts: ProvedPart[] = []
    const add = (part: string, found: Omit<ProvedPart, 'part'>): void => void parts.push({ part, ...found })
    const off = (detail: string): Omit<ProvedPart, 'part'> => ({ state: 'off', detail })
    const needsUser = off('safe-install --setup --user')
    add('install scripts, any project', user ? await this.#scripts(undefined) : needsUser)
    add('install scripts, global', user ? await this.#global() : needsUser)
    add('npx', user ? await this.#npx() : needsUser)
    const inProject = project !== undefined && (user || projectBlock)
    add(
      'install scripts, this project',
      inProject ? await this.#scripts(project) : off('safe-install --setup'),
    )
    add('packages without scripts, this project', await this.#gate(project))
    add(
      'the shim on PATH',
      shim === undefined ? off('put ~/.safe-install/bin first on PATH') : await this.#shim(shim),
    )
    return parts
  }

  /** Skipped without approval, run with it: a shell that stops everything would look as safe. */
  async #scripts(project: string | undefined): Promise<Omit<ProvedPart, 'part'>> {
    const skipped = await this.#npm(['install', hookCanary, ...everyScript], { project })
    if (skipped.marked) return { state: 'open', detail: 'the script of a package ran without approval' }
    if (!said(skipped)) return broken(skipped)
    const allowed = await this.#npm(['install', hookCanary], { project, allow: true })
    return allowed.code === 0 && allowed.marked
      ? { state: 'enforced', detail: 'skipped without approval, run with it' }
      : broken(allowed)
  }

  async #global(): Promise<Omit<ProvedPart, 'part'>> {
    const prefix = `--prefix=${join(this.#at.folder, 'global')}`
    const ran = await this.#npm(['install', '--global', prefix, hookCanary, ...everyScript], {})
    if (ran.marked) return { state: 'open', detail: 'the script of a package ran without approval' }
    return said(ran) ? { state: 'enforced', detail: 'skipped without approval' } : broken(ran)
  }

  async #npx(): Promise<Omit<ProvedPart, 'part'>> {
    const ran = await this.#npm(['exec', '--yes', '--', importCanary], {})
    if (ran.marked) return { state: 'open', detail: 'a downloaded program ran' }
    return ran.text.includes('npx downloaded')
      ? { state: 'enforced', detail: 'refused before it started' }
      : broken(ran)
  }

  async #gate(project: string | undefined): Promise<Omit<ProvedPart, 'part'>> {
    const gate = project === undefined ? undefined : await gateOf(project)
    if (gate === undefined) return { state: 'off', detail: 'safe-install --setup --gate check (or strict)' }
    const bad = await this.#npm(['install', importCanary], { project })
    if (bad.code === 0 || (await isThere(join(bad.folder, 'node_modules', importCanary))))
      return { state: 'open', detail: 'it was installed' }
    if (!bad.text.includes(gate === 'strict' ? strictGate : 'safe-install refused this install'))
      return broken(bad)
    if (gate === 'strict')
      return { state: 'enforced', detail: 'strict: npm refused before it fetched anything' }
    const good = await this.#npm(['install', hookCanary], { project })
    return good.code === 0
      ? { state: 'enforced', detail: 'check: read, and taken back by npm' }
      : broken(good)
  }

  async #shim(shim: string): Promise<Omit<ProvedPart, 'part'>> {
    const ran = await this.#npm(['install', importCanary], { program: [shim] })
    if (await isThere(join(ran.folder, 'node_modules', importCanary)))
      return { state: 'open', detail: 'it was installed' }
    return ran.code === 10 ? { state: 'enforced', detail: 'npm install is safe-install' } : broken(ran)
  }

  async #npm(
    words: readonly string[],
    options: {
      readonly project?: string | undefined
      readonly allow?: boolean
      readonly program?: readonly string[]
    },
  ): Promise<Ran> {
    const { folder: root, marker, registry } = this.#at
    const folder = join(root, `project-${++this.#count}`)
    await mkdir(folder)
    await layOut(folder, options.project, options.allow === true)
    await rm(marker, { force: true })
    const flags = [
      `--registry=${registry}`,
      `--cache=${join(root, 'cache')}`,
      '--no-audit',
      '--no-fund',
      '--foreground-scripts',
    ]
    const [program = '', ...args] = options.program ?? this.#request.npm
    // What belongs to npm must stand before a `--`.
    const [command = '', ...rest] = words
    const ended = await run(program, [...args, command, ...flags, ...rest], folder, this.#request)
    return { ...ended, folder, marked: await isThere(marker) }
  }
}

/** npm 12 runs no unapproved script by itself; with this the shell is alone in saying no. */
const everyScript = ['--dangerously-allow-all-scripts']

const said = ({ code, text }: Ran): boolean => code === 0 && text.includes('safe-install skipped')

function broken({ code, text }: Ran): Omit<ProvedPart, 'part'> {
  const line = text.split('\n').findLast(one => /safe-install|npm error (?!A complete)/.test(one)) ?? ''
  return { state: 'broken', detail: `npm ended with ${code ?? 'a signal'}: ${line.trim()}` }
}

/** A project of its own; of the given one it takes the settings and the gate, and nothing else. */
async function layOut(folder: string, project: string | undefined, allow: boolean): Promise<void> {
  const manifest = project === undefined ? {} : await gateManifestOf(project)
  const allowScripts = {
    ...recordOf(manifest['allowScripts']),
    ...(allow ? { [`${hookCanary}@1.0.0`]: true } : {}),
  }
  const whole = { name: 'canary-project', version: '1.0.0', private: true, ...manifest }
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify(Object.keys(allowScripts).length > 0 ? { ...whole, allowScripts } : whole),
  )
  if (project === undefined) return
  const npmrc = await readFile(join(project, '.npmrc')).catch(() => undefined)
  if (npmrc !== undefined) await writeFile(join(folder, '.npmrc'), npmrc)
  if (await isThere(join(project, '.safe-install')))
    await cp(join(project, '.safe-install'), join(folder, '.safe-install'), { recursive: true })
}

async function gateManifestOf(project: string): Promise<Readonly<Record<string, unknown>>> {
  const manifest = parseTable(await readFile(join(project, 'package.json'), 'utf8').catch(() => undefined))
  const gate = recordOf(manifest['dependencies'])['safe-install-gate']
  const npm = recordOf(manifest['engines'])['npm']
  return {
    ...(npm === strictGate ? { engines: { npm } } : {}),
    ...(gate === 'file:.safe-install'
      ? { dependencies: { 'safe-install-gate': gate }, allowScripts: { [gate]: true } }
      : {}),
  }
}

async function gateOf(project: string): Promise<'strict' | 'check' | undefined> {
  const manifest = await gateManifestOf(project)
  return 'engines' in manifest ? 'strict' : 'dependencies' in manifest ? 'check' : undefined
}

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  { env, stop }: ProofRequest,
): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise(resolve => {
    // CI: what the guard says is read here, and not written to the user's terminal as well.
    const child = spawn(program, args, {
      cwd,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: stop,
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), maxNpmMs)
    let text = ''
    const keep = (chunk: unknown): void => {
      if (text.length < maxOutputChars) text += String(chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const end = (code: number | null, more = ''): void => {
      clearTimeout(timer)
      resolve({ code, text: text + more })
    }
    child.on('error', error => end(null, `npm error ${error.message}`))
    child.on('close', code => end(code))
  })
}
