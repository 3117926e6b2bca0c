import type { Request } from '../cli/request.ts'
import { decide } from '../judge/decide.ts'
import { judgePackages } from '../judge/judge-packages.ts'
import { limits } from '../limits.ts'
import { exitCode } from '../report/exit-code.ts'
import { renderInspection, renderReview, renderSummaryLine } from '../report/human.ts'
import { toJsonReport, toJsonText } from '../report/json.ts'
import { rules } from '../../rules/index.ts'
import { evictStopped } from './evict-stopped.ts'
import { openGuard } from './guard.ts'
import { reportOf } from './judge-plan.ts'
import { readSubject, unreadable } from './read-subject.ts'
import type { Subject, Tools } from './read-subject.ts'
import type { Parts } from './reader.ts'
import type { Session } from './session.ts'
import { writeSarif } from './write-sarif.ts'

/**
 * Reports on every given spec, tarball or folder, in the order given; installs nothing and asks nothing. What cannot be
 * had is an entry with a content gap: one bad spec never hides the others.
 */
export async function inspect(
  request: Extract<Request, { verb: 'inspect' }>,
  session: Session,
  parts: Parts,
): Promise<number> {
  const { config, loaded, lists } = await openGuard(request, session)
  const reader = parts.openReader({
    flat: config.flat,
    cacheFolder: String(config.get('cache')),
    processors: session.host.processors,
    fresh: request.fresh,
  })
  try {
    const subjects = await readAll(request.specs, { config, reader, session })
    const reads = new Map(subjects.map(({ item, read }) => [item, read]))
    const judged = judgePackages(
      subjects.map(({ item }) => item),
      reads,
      {
        rules,
        lists,
        problems: new Map(),
        approved: new Set(),
        policy: loaded.policy,
        now: session.host.now(),
      },
    )
    const outcome = decide(judged)
    const decision = outcome.kind === 'ask' ? { ...outcome, kind: 'stop' as const } : outcome
    const report = reportOf(judged, decision, session)
    await writeSarif(request.sarif, report, session, config.localPrefix)
    if (request.json) session.print(toJsonText(toJsonReport(report)))
    else {
      session.print(renderReview(report, session.out, { purpose: 'report', asking: false }))
      if (request.verbose) for (const one of judged) session.print(`\n${renderInspection(one, session.out)}`)
      session.print(renderSummaryLine(report, session.out))
    }
    await evictStopped(judged, reader, { session, json: request.json })
    return exitCode({ kind: 'decided', decision })
  } finally {
    await reader.close()
  }
}

/** A few at a time; the answers stand in the order of the questions. */
async function readAll(specs: readonly string[], tools: Tools): Promise<readonly Subject[]> {
  const subjects: (Subject | undefined)[] = specs.map(() => undefined)
  const queue = [...specs.entries()]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, spec] = next
      tools.session.progress.update(`reading ${spec}`)
      subjects[index] = await readSubject(spec, tools).catch((error: unknown) => unreadable(spec, error))
    }
  }
  await Promise.all(Array.from({ length: limits.maxParallelReads }, lane))
  return subjects.filter(subject => subject !== undefined)
}
