import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { compare } from '../report/compare.ts'
import { exitCode } from '../report/exit-code.ts'
import { renderCompared, renderSummaryLine } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import { evictStopped } from './evict-stopped.ts'
import { openGuard } from './guard.ts'
import { reportOf } from './judge-plan.ts'
import { judgeSubjects } from './judge-subjects.ts'
import { readSubject } from './read-subject.ts'
import type { Parts } from './reader.ts'
import { reading } from './reading.ts'
import type { Session } from './session.ts'
import { reportedDecision } from './tell-report.ts'
import { writeSarif } from './write-sarif.ts'

/**
 * Says what the second package can do that the first could not. The exit code is the second one's verdict, as
 * `--inspect` would give it. Rejects where one of them cannot be had: there is nothing to compare.
 */
export async function comparePackages(
  request: Extract<Request, { verb: 'compare' }>,
  session: Session,
  parts: Parts,
): Promise<number> {
  const guard = await openGuard(request, session)
  const { config } = guard
  return reading({ request, session, parts, config }, async reader => {
    session.progress.update(`reading ${request.from} and ${request.to}`)
    const tools = { config, reader, session }
    const [before, after] = await Promise.all([
      readSubject(request.from, tools),
      readSubject(request.to, tools),
    ])
    const [from, to] = judgeSubjects([before, after], guard, session)
    if (from === undefined || to === undefined) throw new SafeInstallError('E_INTERNAL', 'nothing was judged')
    const decision = reportedDecision([to])
    const report = reportOf([to], decision, session)
    await writeSarif(request.sarif, report, session, config.localPrefix)
    const comparison = compare(from, to)
    if (request.json) session.print(toJsonText({ schemaVersion: 1, decision: decision.kind, comparison }))
    else {
      session.print(renderCompared(comparison, session.out))
      session.print(renderSummaryLine(reportOf([from, to], decision, session), session.out))
    }
    await evictStopped([from, to], reader, { session, json: request.json })
    return exitCode({ kind: 'decided', decision })
  })
}
