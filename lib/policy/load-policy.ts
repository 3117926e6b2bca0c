import { join } from 'node:path'
import { rules } from '../../rules/index.ts'
import { policyRules } from './apply-policy.ts'
import { couldLoosen, loosened, mergePolicy } from './merge-policy.ts'
import { parsePolicy } from './parse-policy.ts'
import { policyFileName, userPlaces } from './places.ts'
import type { UserPlaces } from './places.ts'
import type { Policy } from './policy.ts'
import { readPolicyFile } from './read-policy-file.ts'
import { isTrusted } from './trust.ts'

/** The project's own policy file, as it was read. */
export type ProjectPolicy = {
  readonly path: string
  /** sha256 of its bytes, hex. */
  readonly digest: string
  /** By the user, earlier or on this command line. */
  readonly trusted: boolean
  /** What it loosens, in words; empty where it only tightens. */
  readonly loosens: readonly string[]
  /** Whether trusting it could make anything looser. */
  readonly couldLoosen: boolean
}

/** What counts, and where it was read. */
export type LoadedPolicy = {
  readonly policy: Policy
  /** Undefined where the user has no home. */
  readonly places: UserPlaces | undefined
  /** Path of the user's file, where there is one. */
  readonly userFile: string | undefined
  readonly project: ProjectPolicy | undefined
}

export type PolicyRequest = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder of the project, where its package.json lies; undefined with `--global`. */
  readonly folder: string | undefined
  /** The sha256 given with `--trust-policy`: the project's file counts whole where it has this digest. */
  readonly trust: string | undefined
}

const ruleIds: ReadonlySet<string> = new Set([...rules.map(rule => rule.meta.id), ...policyRules.keys()])

/** For build services, where plain npm takes no flag of ours: the sha256 of the project's file that counts whole. */
const trustVariable = 'SAFE_INSTALL_TRUST_POLICY'

/** Every id a policy may name. */
export function knownRules(): ReadonlySet<string> {
  return ruleIds
}

/**
 * Reads the user's and the project's `safe-install.json`. Only the file beside the project's own package.json counts,
 * never a dependency's. Throws E_POLICY for a file that cannot be read or understood.
 */
export async function loadPolicy({ env, folder, trust }: PolicyRequest): Promise<LoadedPolicy> {
  const places = userPlaces(env)
  const userFile = places === undefined ? undefined : join(places.config, policyFileName)
  // A user's own file may be a link: people keep their settings in one repository.
  const userText = userFile === undefined ? undefined : await readPolicyFile(userFile, { follow: true })
  const user = userText === undefined ? undefined : parsePolicy(userText.text, userFile ?? '', ruleIds)
  const project =
    folder === undefined
      ? undefined
      : await readProject(join(folder, policyFileName), places, trust ?? env[trustVariable])
  const base = mergePolicy(user, undefined)
  return {
    policy: mergePolicy(user, project),
    places,
    userFile: userText === undefined ? undefined : userFile,
    project: project && {
      path: project.path,
      digest: project.digest,
      trusted: project.trusted,
      loosens: loosened(project.file, base),
      couldLoosen: couldLoosen(project.file, base),
    },
  }
}

async function readProject(path: string, places: UserPlaces | undefined, trust: string | undefined) {
  const found = await readPolicyFile(path, { follow: false })
  if (found === undefined) return undefined
  const { text, digest } = found
  const file = parsePolicy(text, path, ruleIds)
  const trusted =
    trust?.toLowerCase() === digest || (places !== undefined && (await isTrusted(places, path, digest)))
  return { path, digest, file, trusted }
}
