import { HOLE, type Flow, type Text } from '../../types.ts'

/** Hosts whose names the code puts together: nobody who searches it for addresses finds them. */

/** Marks flows into the network whose host is known, but written in none of the texts. Only those of a caller's data. */
export function markAssembled(flows: readonly Flow[], texts: readonly string[]): readonly Flow[] {
  const known = new Map<string, boolean>()
  const isAssembled = (destination: Text): boolean => {
    const host = hostOf(destination)
    if (host === undefined) return false
    let assembled = known.get(host)
    if (assembled === undefined) known.set(host, (assembled = isNowhere(host, texts)))
    return assembled
  }
  return flows.map(flow => {
    const { source, sink } = flow
    const concerned = sink.kind === 'network' && (source.kind === 'caller' || source.kind === 'caller-secret')
    const assembled = concerned && !ownAddress.test(sink.api) ? sink.destinations.filter(isAssembled) : []
    return assembled.length === 0 ? flow : { ...flow, sink: { ...sink, assembled } }
  })
}

/** Libraries that know their service's address themselves: no client of HTTP or of sockets. */
const ownAddress =
  /^pkg:(?!(?:axios|got|node-fetch|cross-fetch|undici|superagent|request|needle|ky|phin|bent|ofetch|ws|mqtt|socket\.io-client|nodemailer)\b)/

/** The host of an address where it is a name that is known as a whole. */
function hostOf(destination: Text): string | undefined {
  const host = /^(?:[a-z][a-z0-9+.-]{0,15}:)?(?:\/\/)?([\w.-]{4,253})(?=[/:?#]|$)/i.exec(destination)?.[1]
  if (host === undefined || host.includes(HOLE) || !/[a-z]/i.test(host)) return undefined
  return /^[\w-]+(?:\.[\w-]+)*\.[a-z][a-z-]+$/i.test(host) ? host.toLowerCase() : undefined
}

/**
 * `['api', 'metrics', 'example'].join('.')`, or whatever was encoded. A name with its dot, as in `acme.${country}`, is
 * written down; so is one that stands alone where the end of the host stands with its dot: `https://${name}.com`.
 */
function isNowhere(host: string, texts: readonly string[]): boolean {
  const labels = host.split('.')
  const end = labels.pop() ?? ''
  const name = labels.reduce((longest, label) => (label.length >= longest.length ? label : longest), '')
  let isThere = false
  for (const text of texts) {
    const lower = text.toLowerCase()
    if (lower.includes(`${name}.`)) return false
    if (!lower.includes(name)) continue
    isThere = true
    if (lower.includes(`.${end}`)) return false
  }
  return !isThere || texts.some(text => new RegExp(`(["'\`])${end}\\1`, 'i').test(text))
}
