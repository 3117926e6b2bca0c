import type { Request } from '../cli/request.ts'
import { limits } from '../limits.ts'
import { openGuard } from './guard.ts'
import { judgeSubjects } from './judge-subjects.ts'
import { readSubject, unreadable } from './read-subject.ts'
import type { Subject, Tools } from './read-subject.ts'
import type { Parts } from './reader.ts'
import { reading } from './reading.ts'
import type { Session } from './session.ts'
import { tellReport } from './tell-report.ts'

/**
 * Reports on every given spec, tarball or folder, in the order given; installs nothing and asks nothing. What cannot be
 * had is an entry with a content gap: one bad spec never hides the others.
 */
export async function inspect(
  request: Extract<Request, { verb: 'inspect' }>,
  session: Session,
  parts: Parts,
): Promise<number> {
  const guard = await openGuard(request, session)
  const { config } = guard
  return reading({ request, session, parts, config }, async reader => {
    const subjects = await readAll(request.specs, { config, reader, session })
    const judged = judgeSubjects(subjects, guard, session)
    return tellReport(judged, request, { session, reader, folder: config.localPrefix })
  })
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
