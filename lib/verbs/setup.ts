import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { canAsk } from '../cli/agent.ts'
import { ask } from '../cli/ask.ts'
import type { Gate, Request } from '../cli/request.ts'
import { applyEdits, changesOf, readText, renderEdit } from '../enforce/edits.ts'
import type { Edit } from '../enforce/edits.ts'
import { placesOf } from '../enforce/places.ts'
import { isPrivate, projectEdits, projectUndoEdits } from '../enforce/project-setup.ts'
import { registeredProjects, registerProject } from '../enforce/projects.ts'
import { ciSnippets, pathLines } from '../enforce/snippets.ts'
import { guardEdits, userEdits, userUndoEdits } from '../enforce/user-setup.ts'
import type { UserSetup } from '../enforce/user-setup.ts'
import { SafeInstallError } from '../errors.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { exitCode } from '../report/exit-code.ts'
import type { Session } from './session.ts'
import { loadSettings } from './settings.ts'

type SetupRequest = Extract<Request, { verb: 'setup' }>

/**
 * Makes npm use the guard, for this project or this user, or takes that back. Shows what it would change, asks, and
 * writes all of it or nothing; a second time changes nothing. Throws E_UNSUPPORTED on Windows, E_CONFIG where a file
 * cannot be read or written.
 */
export async function setup(request: SetupRequest, session: Session): Promise<number> {
  if (session.host.platform === 'win32') {
    throw new SafeInstallError('E_UNSUPPORTED', '--setup does not work on Windows yet', {
      hint: 'Install with safe-install itself; it needs no setup.',
    })
  }
  const config = await loadSettings(request, session)
  const places = placesOf(session.host.env)
  const user: UserSetup = {
    places,
    npmrc: String(config.get('userconfig')),
    node: session.host.execPath,
    npmBin: join(config.npmPath, '..', '..', '..', 'bin'),
  }
  if (!request.user) await assertProject(config.localPrefix, user.npmrc)
  const edits = changesOf(await editsFor(request, user, config))
  const decided = await consent(edits, request, session)
  if (decided !== 'yes') return exitCode({ kind: 'decided', decision: { kind: 'stop', because: 'ask' } })
  await applyEdits(edits)
  if (!request.user) await registerProject(places, config.localPrefix, !request.undo)
  if (request.json) session.print(`${JSON.stringify(toJson(edits, true), null, 2)}\n`)
  else session.print(await closing(request, { user, config, changed: edits.length > 0 }))
  return 0
}

/** A home folder is no project: its `.npmrc` is the user's own. */
async function assertProject(folder: string, userNpmrc: string): Promise<void> {
  const manifest = await readText(join(folder, 'package.json'))
  if (manifest !== undefined && join(folder, '.npmrc') !== userNpmrc) return
  throw new SafeInstallError('E_USAGE', `${folder} is no project with a package.json of its own`, {
    hint: 'Go to the project, or write --setup --user for everything you do.',
  })
}

async function editsFor(request: SetupRequest, user: UserSetup, config: NpmConfig): Promise<readonly Edit[]> {
  const folder = config.localPrefix
  if (!request.user) {
    return request.undo
      ? projectUndoEdits(folder)
      : [...(await guardEdits(user)), ...(await projectEdits(folder, await gateOf(request, folder)))]
  }
  return request.undo ? userUndoEdits(user, await registeredProjects(user.places)) : userEdits(user)
}

async function gateOf({ gate }: SetupRequest, folder: string): Promise<Gate> {
  if (gate !== undefined) return gate
  return (await isPrivate(folder)) ? 'check' : 'none'
}

async function consent(
  edits: readonly Edit[],
  request: SetupRequest,
  session: Session,
): Promise<'yes' | 'no'> {
  const { host, out, progress } = session
  if (!request.json) for (const edit of edits) session.print(`${renderEdit(edit, request.verbose)}\n`)
  if (edits.length === 0 || request.yes) return 'yes'
  if (!request.json && canAsk(host.stdin, host.stderr, host.env)) {
    progress.clear()
    const answer = await ask('Write this?', { input: host.stdin, output: host.stderr, signal: host.stop })
    if (answer === 'interrupted')
      throw new SafeInstallError('E_INTERRUPTED', 'interrupted before anything was written')
    if (answer === 'yes') return 'yes'
  }
  session.print(
    request.json
      ? `${JSON.stringify(toJson(edits, false), null, 2)}\n`
      : `${out.bold('Nothing was written.')} Say yes with --yes.\n`,
  )
  return 'no'
}

function toJson(edits: readonly Edit[], written: boolean): unknown {
  return {
    schemaVersion: 1,
    written,
    files: edits.map(({ path, before, after }) => ({
      path,
      change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    })),
  }
}

async function closing(
  { user: forUser, undo, gate }: SetupRequest,
  {
    user,
    config,
    changed,
  }: { readonly user: UserSetup; readonly config: NpmConfig; readonly changed: boolean },
): Promise<string> {
  const { places } = user
  if (undo) {
    const left = forUser ? await registeredProjects(places) : []
    const kept =
      left.length === 0
        ? ''
        : `${places.shell} stays, because these projects name it; run safe-install --setup --undo in them:\n${left.map(path => `  ${path}\n`).join('')}`
    return `${changed ? 'Taken back.' : 'There was nothing to take back.'}\n${kept}`
  }
  const done = changed ? 'Set up.' : 'Everything is in place already.'
  if (forUser) return `${done}\n\n${pathLines(places)}\n${ciSnippets}\nProve it: safe-install --doctor\n`
  return `${done}\n${await advice(await realpath(config.localPrefix), gate)}Prove it: safe-install --doctor\n`
}

async function advice(folder: string, gate: Gate | undefined): Promise<string> {
  if (!(await isPrivate(folder))) {
    return `package.json was left alone: it is not "private": true, and whoever installs the published package would meet
our gate. Only scripts are guarded; packages without scripts are read by safe-install itself.
`
  }
  switch (gate ?? 'check') {
    case 'strict':
      return 'Plain npm install now refuses; install with safe-install, or safe-install --ci.\n'
    case 'check':
      return 'Run safe-install once, so that the lockfile knows the gate. Commit package.json, .npmrc and .safe-install.\n'
    case 'preinstall':
      return `The project's preinstall reads what the lockfile would bring, for "npm install" without names and "npm ci". npm 12 runs
it before anything is fetched, npm 11 only after the scripts of packages ran, and neither for "npm install <name>".
`
    case 'none':
      return 'Only scripts are guarded; packages without scripts are read by safe-install itself.\n'
  }
}
