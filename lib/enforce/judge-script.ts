import { join } from 'node:path'
import { reviewOfIdentity, scriptPolicyOf } from '../plan/script-policy.ts'
import type { ScriptReview } from '../plan/script-policy.ts'
import type { FolderJudge, JudgedFolder } from './judge-folder.ts'
import { judgeClosure, namedBy } from './judge-tree.ts'
import type { ReadPackage } from './read-package.ts'
import { ownerOf } from './script-request.ts'
import type { ScriptRequest } from './script-request.ts'

/** What becomes of one script. `why` is for people, one line of plain words; absent where there is nothing to say. */
export type ScriptVerdict =
  | { readonly kind: 'run' }
  /** Of a dependency: it may change its own folder, which is read again afterwards. */
  | { readonly kind: 'build'; readonly read: ReadPackage }
  | { readonly kind: 'skip'; readonly judged: JudgedFolder; readonly review: ScriptReview }
  | { readonly kind: 'refuse'; readonly why: string; readonly judged: JudgedFolder | undefined }

export type ScriptQuestion = {
  readonly request: ScriptRequest
  readonly env: Readonly<Record<string, string | undefined>>
  /** Real paths of folders the guard was set up in. */
  readonly registered: readonly string[]
}

/** What npm runs where a package has a binding.gyp and names no script of its own. */
const impliedBuild = 'node-gyp rebuild'

/**
 * Decides about one script npm is about to run. A project that was set up runs its own scripts. Any other folder is
 * read and judged as it lies on disk: the text must be the one on disk, the package clean, and, if it is a dependency,
 * approved in npm's own allow-list; a clean one without approval is skipped, as npm 12 does.
 */
export async function judgeScript(question: ScriptQuestion, judge: FolderJudge): Promise<ScriptVerdict> {
  const { request, registered } = question
  const owner = ownerOf(request, registered)
  if (owner === 'project') return { kind: 'run' }
  const { folder, resolved, integrity } = request
  const read = await judge.read({ folder, resolved, integrity })
  if (owner === 'folder') return judgeOwnFolder(await judge.judge(read))
  const review = await reviewOf(question)
  const judged = await judge.judge(read, {
    direct: await isDirect(request),
    approved: review === 'allowed',
  })
  if (judged.verdict !== 'allow') return { kind: 'refuse', why: 'it was judged and is not clean', judged }
  if (!isOnDisk(request, judged)) {
    // npm 11 runs the text the registry sent, whatever the tarball says; an edited lockfile can bring one too.
    return { kind: 'refuse', why: 'npm was told to run a script that the package does not contain', judged }
  }
  if (review !== 'allowed') return { kind: 'skip', judged, review }
  const [alarm] = await judgeClosure(judged, judge)
  if (alarm === undefined) return { kind: 'build', read }
  return { kind: 'refuse', why: `it can load ${alarm.name}, which is not clean`, judged: alarm }
}

/**
 * npm's current project, not set up: somebody works in it, or cloned it a minute ago. Only evidence that no honest
 * project shows stops it, and only in what runs at install time.
 */
function judgeOwnFolder(judged: JudgedFolder): ScriptVerdict {
  const { findings } = judged.judged.verdict
  const worst = findings.find(({ action, phase }) => action === 'block' && phase === 'install')
  if (worst === undefined) return { kind: 'run' }
  return { kind: 'refuse', why: `this project's own script: ${worst.message}`, judged }
}

function isOnDisk({ event, script }: ScriptRequest, { manifest, hasGyp }: JudgedFolder): boolean {
  const own = new Map(manifest.scripts.map(({ event, command }) => [event, command]))
  const command = own.get(event)
  if (command !== undefined) return command.trim() === script.trim()
  const implied = event === 'install' && hasGyp && !own.has('preinstall') && manifest.gypfile !== false
  return implied && script.trim() === impliedBuild
}

async function reviewOf({ request, env }: ScriptQuestion): Promise<ScriptReview> {
  const { folder, project, resolved, preparesGit } = request
  const exported = env['npm_config_allow_scripts']
  const global = env['npm_config_global'] === 'true'
  const policy = await scriptPolicyOf(global ? undefined : project, exported)
  // A bundled package says nothing that could be checked about where it came from; neither does a git clone.
  const inModules = folder.includes('/node_modules/')
  const bundled = resolved === undefined && (inModules || preparesGit)
  return reviewOfIdentity({ resolved, folder, project, bundled }, policy)
}

async function isDirect({ folder, project, event }: ScriptRequest): Promise<boolean> {
  if (project === undefined || event === '') return false
  const name = /^\/node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder.slice(project.length))?.[1]
  return name !== undefined && (await namedBy(join(project, 'package.json'))).has(name)
}
