import type { Request } from '../cli/request.ts'
import { readHistory } from '../policy/history.ts'
import { userPlaces } from '../policy/places.ts'
import { renderLines } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import type { Session } from './session.ts'

/** Decisions shown to people without `--verbose`. */
const recent = 20

/** Shows the log of decisions, newest last: the last twenty, or all with `--verbose` and in `--json`. */
export async function history(
  request: Extract<Request, { verb: 'history' }>,
  session: Session,
): Promise<number> {
  const places = userPlaces(session.host.env)
  const entries = places === undefined ? [] : await readHistory(places)
  if (request.json) {
    session.print(toJsonText({ schemaVersion: 1, history: entries }))
    return 0
  }
  const shown = request.verbose ? entries : entries.slice(-recent)
  const lines = shown.flatMap(entry => {
    const list = (key: string): readonly string[] => {
      const value = entry[key]
      return Array.isArray(value) ? value.map(String) : []
    }
    const specs = list('specs').join(' ')
    const head = `${String(entry['at'])}  ${String(entry['verb'])} ${specs}: ${String(entry['outcome'])} (${String(entry['project'])})`
    return [
      head,
      ...list('alarms').map(one => `    ${one}`),
      ...list('accepted').map(one => `    accepted: ${one}`),
    ]
  })
  session.print(renderLines(lines.length === 0 ? ['No decision was noted yet.'] : lines, session.out))
  return 0
}
