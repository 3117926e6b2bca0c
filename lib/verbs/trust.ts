import { ask } from '../cli/ask.ts'
import { canAsk } from '../cli/agent.ts'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { loadPolicy } from '../policy/load-policy.ts'
import type { ProjectPolicy } from '../policy/load-policy.ts'
import { rememberTrusted } from '../policy/trust.ts'
import { renderHint, renderLines } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import { record } from './record-decision.ts'
import { loadSettings } from './settings.ts'
import type { Session } from './session.ts'

/**
 * Lets the project's safe-install.json count whole, as it stands now: shows what it loosens, asks (`--yes` answers),
 * and remembers its digest for this user. Any change to the file ends it. Exit code 10 where nobody agreed.
 */
export async function trust(request: Extract<Request, { verb: 'trust' }>, session: Session): Promise<number> {
  const config = await loadSettings(request, session)
  const loaded = await loadPolicy({
    env: session.host.env,
    folder: config.global ? undefined : config.localPrefix,
    trust: undefined,
  })
  const { project, places } = loaded
  if (project === undefined) {
    throw new SafeInstallError('E_USAGE', 'this project has no safe-install.json', {
      hint: 'There is nothing to trust.',
    })
  }
  if (places === undefined)
    throw new SafeInstallError('E_CONFIG', 'there is no home folder to remember it in', {
      hint: `Give --trust-policy ${project.digest} each time.`,
    })
  if (!request.json) session.print(renderLines(linesOf(project), session.out))
  if (!project.trusted) {
    if (!(await isAgreed(request, project, session))) return 10
    await rememberTrusted(places, project.path, { digest: project.digest, now: session.host.now() })
    await record(
      { verb: 'trust', specs: [], outcome: project.digest, packages: 0, alarms: [], accepted: [] },
      session,
      { config, loaded },
    )
  }
  if (request.json)
    session.print(toJsonText({ schemaVersion: 1, trusted: { path: project.path, digest: project.digest } }))
  else session.print(renderLines(['Trusted, as long as the file stays as it is.'], session.out))
  return 0
}

function linesOf({ path, digest, loosens, trusted }: ProjectPolicy): readonly string[] {
  return [
    `${path} (sha256 ${digest})${trusted ? ' is trusted already' : ''}`,
    ...(loosens.length === 0
      ? ['It loosens nothing that your own policy holds.']
      : loosens.map(one => `- loosens: ${one}`)),
  ]
}

async function isAgreed(
  request: Pick<Request, 'yes' | 'json'>,
  { digest }: ProjectPolicy,
  session: Session,
): Promise<boolean> {
  const { host } = session
  if (request.yes) return true
  if (request.json || !canAsk(host.stdin, host.stderr, host.env)) {
    session.tell(
      renderHint(
        `nobody could be asked here; nothing was trusted. For one run: --trust-policy ${digest}`,
        session.err,
      ),
    )
    return false
  }
  const answer = await ask('Let it count whole?', {
    input: host.stdin,
    output: host.stderr,
    signal: host.stop,
  })
  return answer === 'yes'
}
