import { appendHistory } from '../policy/history.ts'
import type { HistoryEntry } from '../policy/history.ts'
import { renderHint } from '../report/human.ts'
import { idOf } from '../report/report.ts'
import type { Report } from '../report/report.ts'
import type { Guard } from './guard.ts'
import type { Session } from './session.ts'

/** Notes the decision of an install in the user's log, unless the policy says not to. */
export async function recordDecision(
  report: Report,
  { verb, specs = [] }: { readonly verb: string; readonly specs?: readonly string[] },
  session: Session,
  guard: Guard,
): Promise<void> {
  const { kind, because } = report.decision
  await record(
    {
      verb,
      specs,
      outcome:
        kind === 'proceed'
          ? because === 'ask'
            ? 'installed after a question'
            : 'installed'
          : `stopped: ${because}`,
      packages: report.summary.packages,
      alarms: report.packages.flatMap(one => {
        const alarms = one.verdict.findings.filter(finding => finding.action !== 'note')
        const rules = [...new Set(alarms.map(finding => finding.rule))]
        return rules.length === 0 ? [] : [`${idOf(one.package)}: ${rules.join(', ')}`]
      }),
      accepted: report.packages.flatMap(one =>
        (one.accepted ?? []).map(({ rule }) => `${idOf(one.package)}: ${rule}`),
      ),
    },
    session,
    guard,
  )
}

/** Appends one entry. A log that cannot be written is said, and changes nothing. */
export async function record(
  entry: Omit<HistoryEntry, 'at' | 'project'>,
  session: Session,
  { config, loaded }: Pick<Guard, 'config' | 'loaded'>,
): Promise<void> {
  const { places, policy } = loaded
  if (places === undefined || !policy.history.value) return
  const at = new Date(session.host.now()).toISOString()
  try {
    await appendHistory(places, { at, project: config.path, ...entry })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    session.tell(renderHint(`the decision was not noted: ${why}`, session.err))
  }
}
