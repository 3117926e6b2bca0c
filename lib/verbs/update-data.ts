import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { headerOf } from '../../rules/parse-lists.ts'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { feedFetcher } from '../fetch/fetch-feed.ts'
import type { FetchFeed } from '../fetch/fetch-feed.ts'
import { shippedData } from '../own-folder.ts'
import { userPlaces } from '../policy/places.ts'
import { renderLines } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import { updatedMalwareFile } from '../store/load-lists.ts'
import { ageInDays, defaultFeed, isAddress, updateData } from '../store/update-data.ts'
import type { Session } from './session.ts'
import { loadSettings } from './settings.ts'

/** Fetches a newer list of known malware and says how old it and the shipped one are, and where they come from. */
export async function update(
  request: Extract<Request, { verb: 'update-data' }>,
  session: Session,
): Promise<number> {
  const places = userPlaces(session.host.env)
  if (places === undefined) throw new SafeInstallError('E_CONFIG', 'there is no home folder to keep it in')
  const now = session.host.now()
  const header = await readFile(join(shippedData(), updatedMalwareFile), 'utf8')
  const shippedDate = headerOf(header, 'Date').slice(0, 10)
  const feed = request.feed ?? defaultFeed
  session.progress.update(`fetching ${feed}`)
  const { stop } = session.host
  const fetch = await fetcherFor(feed, session)
  const done = await updateData({ feed, folder: places.data, shippedDate, now, fetch, stop })
  if (request.json) {
    session.print(toJsonText({ schemaVersion: 1, updated: { feed, shippedDate, ...done } }))
    return 0
  }
  session.print(
    renderLines(
      [
        `Known malware: ${done.rows.toLocaleString('en-US')} entries of ${done.date} (${done.ageDays} days old), from ${feed}`,
        `Written to ${done.path}`,
        `Shipped with this version: of ${shippedDate} (${ageInDays(shippedDate, now) ?? '?'} days old), from ${headerOf(header, 'Source')}. Both count.`,
        ...(done.nameOnly > 0
          ? [`${done.nameOnly.toLocaleString('en-US')} reports list no version: they ask, and never block.`]
          : []),
        ...(done.skipped > 0 ? [`${done.skipped.toLocaleString('en-US')} reports could not be read.`] : []),
      ],
      session.out,
    ),
  )
  return 0
}

/**
 * With the user's own npm settings (proxy, certificates), read in the user's folder: the feed decides what is blocked
 * everywhere, so the project one happens to stand in has no say in how it is fetched. A file needs no npm at all.
 */
async function fetcherFor(feed: string, session: Session): Promise<FetchFeed> {
  if (!isAddress(feed)) return () => Promise.reject(new Error('it is a file'))
  const { host } = session
  const cwd = host.env['HOME'] ?? host.tmp
  const config = await loadSettings({ npmArgs: [] }, { ...session, host: { ...host, cwd } })
  return feedFetcher(config.flat)
}
