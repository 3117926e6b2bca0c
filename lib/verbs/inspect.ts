import type { Request } from '../cli/request.ts'
import { judgePackages } from '../judge/judge-packages.ts'
import { limits } from '../limits.ts'
import { rules } from '../../rules/index.ts'
import { openGuard } from './guard.ts'
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
  const { config, loaded, lists } = await openGuard(request, session)
  return reading({ request, session, parts, config }, async reader => {
    const subjects = await readAll(request.specs, { config, reader, session })
    const judged = judgePackages(
      subjects.map(({ item }) => item),
      new Map(subjects.map(({ item, read }) => [item, read])),
      {
        rules,
        lists,
        problems: new Map(),
        approved: new Set(),
        policy: loaded.policy,
        now: session.host.now(),
      },
    )
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
