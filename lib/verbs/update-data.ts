import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { userPlaces } from '../policy/places.ts'
import { renderLines } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import { ageInDays, defaultFeed, updateData } from '../store/update-data.ts'
import { headerOf } from '../../rules/parse-lists.ts'
import type { Session } from './session.ts'

const shipped = fileURLToPath(new URL('../../rules/data/known-malware.tsv', import.meta.url))

/** Fetches a newer list of known malware and says how old it and the shipped one are, and where they come from. */
export async function update(
  request: Extract<Request, { verb: 'update-data' }>,
  session: Session,
): Promise<number> {
  const places = userPlaces(session.host.env)
  if (places === undefined) throw new SafeInstallError('E_CONFIG', 'there is no home folder to keep it in')
  const now = session.host.now()
  const header = await readFile(shipped, 'utf8')
  const shippedDate = headerOf(header, 'Date').slice(0, 10)
  const feed = request.feed ?? defaultFeed
  session.progress.update(`fetching ${feed}`)
  const done = await updateData({ feed, folder: places.data, shippedDate, now, fetch: globalThis.fetch })
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
          ? [`${done.nameOnly.toLocaleString('en-US')} reports name no version and are not used.`]
          : []),
        ...(done.skipped > 0 ? [`${done.skipped.toLocaleString('en-US')} reports could not be read.`] : []),
      ],
      session.out,
    ),
  )
  return 0
}
