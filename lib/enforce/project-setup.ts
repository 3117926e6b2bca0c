import { join } from 'node:path'
import type { Gate } from '../cli/request.ts'
import type { Edit } from './edits.ts'
import { editOf, readText } from './edits.ts'
import { entryOf, readManifestText, withEntry } from './manifest.ts'
import { hasBlock, withBlock, withoutBlock } from './npmrc.ts'
import { shellSetting } from './places.ts'
import { gateManifest, gateScript } from './texts.ts'

/** What `engines.npm` says under the strict gate: no version satisfies it, and npm's error prints it. */
export const strictGate = 'use safe-install'

type Data = Readonly<Record<string, unknown>>

const gateName = 'safe-install-gate'
const gateSpec = 'file:.safe-install'
const preinstall = 'sh .safe-install/check.sh --lockfile'
const was = 'engines.npm was '

/** Whether the manifest may be touched: a published package with our preinstall would break those who install it. */
export async function isPrivate(folder: string): Promise<boolean> {
  const path = join(folder, 'package.json')
  const text = await readText(path)
  return text !== undefined && readManifestText(text, path).data['private'] === true
}

/** What a gate needs in a project. A manifest that is not private is left alone, whatever the gate. */
export async function projectEdits(folder: string, gate: Gate): Promise<readonly Edit[]> {
  const undone = await undo(folder)
  const wanted = (await isPrivate(folder)) ? gate : 'none'
  const engines = undone.manifest === undefined ? undefined : entryOf(undone.manifest.data, 'engines', 'npm')
  const settings = [
    { key: 'script-shell', value: shellSetting },
    ...(wanted === 'strict' ? [{ key: 'engine-strict', value: 'true' }] : []),
  ]
  const says = [
    ...comment(wanted),
    ...(wanted === 'strict' && typeof engines === 'string' ? [was + engines] : []),
  ]
  const hasFolder = wanted === 'check' || wanted === 'preinstall'
  return [
    await editOf(join(folder, '.safe-install', 'package.json'), hasFolder ? gateManifest : undefined),
    await editOf(join(folder, '.safe-install', 'check.sh'), hasFolder ? gateScript : undefined),
    ...(undone.manifest === undefined
      ? []
      : [
          await editOf(
            join(folder, 'package.json'),
            undone.manifest.print(gated(undone.manifest.data, wanted)),
          ),
        ]),
    await editOf(join(folder, '.npmrc'), withBlock(undone.npmrc ?? '', { says, settings })),
  ]
}

/** Takes back what `projectEdits` wrote, and nothing else. */
export async function projectUndoEdits(folder: string): Promise<readonly Edit[]> {
  const { manifest, npmrc, hadBlock } = await undo(folder)
  const after = npmrc === '' && hadBlock ? undefined : npmrc
  return [
    await editOf(join(folder, '.npmrc'), after),
    ...(manifest === undefined
      ? []
      : [await editOf(join(folder, 'package.json'), manifest.print(manifest.data))]),
    await editOf(join(folder, '.safe-install', 'package.json'), undefined),
    await editOf(join(folder, '.safe-install', 'check.sh'), undefined),
  ]
}

function comment(gate: Gate): readonly string[] {
  const refuse =
    gate === 'strict'
      ? [
          'npm install says EBADENGINE "use safe-install" on purpose: install with safe-install (or safe-install --ci).',
        ]
      : []
  return [
    'This project installs with safe-install, which reads packages before their scripts run.',
    ...refuse,
    'npm says "spawn ... ENOENT"? safe-install is not set up for you: get it and run safe-install --setup --user,',
    'or, to do without, remove the lines down to "<<< safe-install" (and, if there, safe-install-gate and',
    'engines.npm in package.json).',
  ]
}

function gated(data: Data, gate: Gate): Data {
  switch (gate) {
    case 'strict':
      return withEntry(data, 'engines', 'npm', strictGate)
    case 'check':
      // npm 12 runs no script of a linked folder that is not listed.
      return withEntry(withEntry(data, 'dependencies', gateName, gateSpec), 'allowScripts', gateSpec, true)
    case 'preinstall':
      return entryOf(data, 'scripts', 'preinstall') === undefined
        ? withEntry(data, 'scripts', 'preinstall', preinstall)
        : data
    case 'none':
      return data
  }
}

type Undone = {
  readonly npmrc: string | undefined
  readonly hadBlock: boolean
  readonly manifest: (ReturnType<typeof readManifestText> & { readonly text: string }) | undefined
}

async function undo(folder: string): Promise<Undone> {
  const npmrc = await readText(join(folder, '.npmrc'))
  const path = join(folder, 'package.json')
  const text = await readText(path)
  const kept = {
    npmrc: npmrc === undefined ? undefined : withoutBlock(npmrc),
    hadBlock: npmrc !== undefined && hasBlock(npmrc),
  }
  if (text === undefined) return { ...kept, manifest: undefined }
  const { data, print } = readManifestText(text, path)
  const engines = npmrc
    ?.split(/\r?\n/)
    .find(line => line.startsWith(`; ${was}`))
    ?.slice(was.length + 2)
  const next = ungated(data, engines)
  // Not even the blanks of a manifest that says nothing of ours are changed.
  const same = JSON.stringify(next) === JSON.stringify(data)
  const printed = (wanted: Data): string =>
    same && JSON.stringify(wanted) === JSON.stringify(data) ? text : print(wanted)
  return { ...kept, manifest: { data: next, print: printed, text } }
}

function ungated(data: Data, engines: string | undefined): Data {
  let next = data
  if (entryOf(next, 'engines', 'npm') === strictGate) next = withEntry(next, 'engines', 'npm', engines)
  if (entryOf(next, 'dependencies', gateName) !== undefined)
    next = withEntry(
      withEntry(next, 'dependencies', gateName, undefined),
      'allowScripts',
      gateSpec,
      undefined,
    )
  if (entryOf(next, 'scripts', 'preinstall') === preinstall)
    next = withEntry(next, 'scripts', 'preinstall', undefined)
  return next
}
