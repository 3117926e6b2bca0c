import type { Request } from '../cli/request.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import type { Parts, Reader } from './reader.ts'
import type { Session } from './session.ts'

/** What a reader is opened for. */
export type ReadingFor = {
  readonly request: Pick<Request, 'fresh'>
  readonly session: Session
  readonly parts: Parts
  readonly config: NpmConfig
}

/** Opens a reader with npm's settings for one request, and closes it however the work ends. */
export async function reading<Result>(
  { request, session, parts, config }: ReadingFor,
  work: (reader: Reader) => Promise<Result>,
): Promise<Result> {
  const reader = parts.openReader({
    flat: config.flat,
    cacheFolder: String(config.get('cache')),
    processors: session.host.processors,
    fresh: request.fresh,
  })
  try {
    return await work(reader)
  } finally {
    await reader.close()
  }
}
