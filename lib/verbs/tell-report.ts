import type { Request } from '../cli/request.ts'
import { decide } from '../judge/decide.ts'
import { exitCode } from '../report/exit-code.ts'
import { renderInspection, renderReview, renderSummaryLine } from '../report/human.ts'
import { toJsonReport, toJsonText } from '../report/json.ts'
import type { Decision, JudgedPackage } from '../types.ts'
import { evictStopped } from './evict-stopped.ts'
import { reportOf } from './judge-plan.ts'
import type { Reader } from './reader.ts'
import type { Session } from './session.ts'
import { writeSarif } from './write-sarif.ts'

/** The decision of a verb that only reports: what an install would ask about is a stop, since nobody is asked. */
export function reportedDecision(judged: readonly JudgedPackage[]): Decision {
  const decision = decide(judged)
  return decision.kind === 'ask' ? { ...decision, kind: 'stop' } : decision
}

/**
 * Tells what was judged, in every form that was asked for, takes what was stopped out of npm's cache, and answers the
 * exit code. `folder` is the project that a SARIF file is about.
 */
export async function tellReport(
  judged: readonly JudgedPackage[],
  request: Pick<Request, 'json' | 'sarif' | 'verbose'>,
  {
    session,
    reader,
    folder,
  }: { readonly session: Session; readonly reader: Reader; readonly folder: string },
): Promise<number> {
  const decision = reportedDecision(judged)
  const report = reportOf(judged, decision, session)
  await writeSarif(request.sarif, report, session, folder)
  if (request.json) session.print(toJsonText(toJsonReport(report)))
  else {
    session.print(renderReview(report, session.out, { purpose: 'report', asking: false }))
    if (request.verbose) for (const one of judged) session.print(`\n${renderInspection(one, session.out)}`)
    session.print(renderSummaryLine(report, session.out))
  }
  await evictStopped(judged, reader, { session, json: request.json })
  return exitCode({ kind: 'decided', decision })
}
