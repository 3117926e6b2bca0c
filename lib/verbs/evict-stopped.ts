import type { JudgedPackage } from '../types.ts'
import type { Reader } from './reader.ts'
import type { Session } from './session.ts'

/**
 * After a stop: what was not found clean must not stay in npm's cache, where we put it in order to read it. A later
 * `npm install --offline` would take it from there without anybody looking again. Says so, but not to programs.
 */
export async function evictStopped(
  judged: readonly JudgedPackage[],
  reader: Reader,
  { session, json }: { readonly session: Session; readonly json: boolean },
): Promise<void> {
  // A folder or a tarball of the user's own was never in the cache.
  const stopped = judged.filter(
    ({ verdict, package: item }) => verdict.kind !== 'allow' && item.fetchSpec !== undefined,
  )
  for (const { package: item } of stopped) await reader.evict(item)
  if (stopped.length > 0 && !json)
    session.print(
      "What was stopped was taken out of npm's cache: npm cannot install it offline from there.\n",
    )
}
