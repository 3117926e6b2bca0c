import { HOLE, type Flow, type Text } from '../../types.ts'
import { Writing } from './writing.ts'

/** Hosts whose names the code puts together: nobody who searches it for addresses finds them. */

/** Marks flows into the network whose host is known, but written in none of the texts. Only those of a caller's data. */
export function markAssembled(flows: readonly Flow[], texts: () => readonly string[]): readonly Flow[] {
  let hosts: Hosts | undefined
  return flows.map(flow => {
    const { source, sink } = flow
    const concerned = sink.kind === 'network' && (source.kind === 'caller' || source.kind === 'caller-secret')
    if (!concerned || ownAddress.test(sink.api)) return flow
    const written = (hosts ??= new Hosts(texts()))
    const assembled = sink.destinations.filter(text => written.isNowhere(text))
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

/** Which hosts the code writes down; each is looked for once. */
class Hosts {
  readonly #writing = new Writing()
  readonly #known = new Map<string, boolean>()
  /** Ends of hosts by whether they stand alone between quotes. */
  readonly #alone = new Map<string, boolean>()

  constructor(texts: readonly string[]) {
    for (const text of texts) this.#writing.add(text.toLowerCase())
  }

  isNowhere(destination: Text): boolean {
    const host = hostOf(destination)
    if (host === undefined) return false
    let nowhere = this.#known.get(host)
    if (nowhere === undefined) this.#known.set(host, (nowhere = this.#lookFor(host)))
    return nowhere
  }

  /**
   * `['api', 'metrics', 'example'].join('.')`, or whatever was encoded. A name with its dot, as in `acme.${country}`, is
   * written down; so is one that stands alone where the end of the host stands with its dot: `https://${name}.com`.
   */
  #lookFor(host: string): boolean {
    const labels = host.split('.')
    const end = labels.pop() ?? ''
    const name = labels.reduce((longest, label) => (label.length >= longest.length ? label : longest), '')
    if (this.#writing.says(`${name}.`)) return false
    if (!this.#writing.says(name)) return true
    if (this.#writing.says(name, `.${end}`)) return false
    let alone = this.#alone.get(end)
    if (alone === undefined)
      this.#alone.set(end, (alone = this.#writing.matches(new RegExp(`(["'\`])${end}\\1`))))
    return alone
  }
}
