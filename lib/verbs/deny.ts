import { join } from 'node:path'
import npa from 'npm-package-arg'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { allowScriptsOf, denyIn } from '../policy/allow-scripts.ts'
import { editJson } from '../policy/edit-json.ts'
import { policyFileName } from '../policy/places.ts'
import { dropApprovals } from '../policy/write-policy.ts'
import { renderLines } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import { openGuard } from './guard.ts'
import { record } from './record-decision.ts'
import type { Session } from './session.ts'
import { assertProject, tellStale } from './write-approvals.ts'

/**
 * Never lets install scripts of a package run, or of one version of it: writes npm's `allowScripts: false`, which wins
 * over every approval, and takes contradicted approvals out. Asks nothing: it only makes the guard stricter.
 */
export async function deny(request: Extract<Request, { verb: 'deny' }>, session: Session): Promise<number> {
  const guard = await openGuard(request, session)
  const { config, loaded } = guard
  await assertProject(guard)
  const denied = request.specs.map(parseDenied)
  await editJson(
    join(config.localPrefix, 'package.json'),
    manifest => {
      let entries = allowScriptsOf(manifest)
      for (const { name, version } of denied) entries = denyIn(entries, name, version)
      return { ...manifest, allowScripts: Object.fromEntries(entries) }
    },
    { create: false },
  )
  const target = { path: join(config.localPrefix, policyFileName), level: 'project' as const }
  for (const { name, version } of denied)
    await dropApprovals(target, name, version, loaded, session.host.now())
  const { specs } = request
  await record(
    { verb: 'deny', specs, outcome: 'denied', packages: specs.length, alarms: [], accepted: [] },
    session,
    guard,
  )
  await tellStale(config.localPrefix, session)
  if (request.json) session.print(toJsonText({ schemaVersion: 1, denied: specs }))
  else
    session.print(renderLines([`Denied: ${specs.join(', ')}. Their install scripts never run.`], session.out))
  return 0
}

function parseDenied(spec: string): { readonly name: string; readonly version: string | undefined } {
  const { type, name, rawSpec } = npa(spec)
  if (name !== null && name !== undefined) {
    if (type === 'version') return { name, version: rawSpec }
    if (rawSpec === '*' || rawSpec === '') return { name, version: undefined }
  }
  throw new SafeInstallError('E_USAGE', `"${spec}" is neither a package's name nor one version of it`, {
    hint: 'Write <package> or <package>@<version>.',
  })
}
