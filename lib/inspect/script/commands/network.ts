import type { Site, Source } from '../../../types.ts'
import { type Invocation, none, type ScriptSession } from '../session.ts'
import { readFile } from '../shell-runner.ts'
import { empty, join, unknown, withText, type Value } from '../value.ts'
import { has, parseOptions, valuesOf, type Options } from './options.ts'
import { starts } from './starts.ts'

/** Cloud metadata services: link-local addresses and names that only answer inside a machine of the cloud. */
const metadata =
  /169\.254\.169\.254|169\.254\.170\.2|100\.100\.100\.200|metadata\.google\.internal|metadata\.tencentyun\.com|fd00:ec2::254/i

type Request = {
  readonly call: Invocation
  readonly destinations: readonly Value[]
  readonly payload: readonly Value[]
  readonly headers: readonly Value[]
}

/** One request of any client: the fact, the flows into it, and what comes back. */
export function request(session: ScriptSession, { call, destinations, payload, headers }: Request): Value {
  const at = call.site
  const api = call.program
  const urls = destinations.map(({ text }) => text)
  session.fact({ kind: 'contacts', api, destinations: urls, at })
  const sink = { kind: 'network', api, destinations: urls, at } as const
  session.flow(join(payload), { ...sink, role: 'payload' })
  session.flow(join(headers), { ...sink, role: 'header' })
  session.flow(join(destinations), { ...sink, role: 'dest' })
  return unknown(...(urls.length > 0 ? urls : ['']).map(url => answer(session, url, at)))
}

function answer(session: ScriptSession, url: string, at: Site): Source {
  return metadata.test(url) ? session.source('metadata-service', url, at) : { kind: 'network', name: url, at }
}

const curlValues = new Set(
  (
    '-d --data --data-raw --data-binary --data-urlencode --data-ascii --json -F --form --form-string -T --upload-file ' +
    '-o --output --output-dir -H --header -u --user -b --cookie -A --user-agent -e --referer -x --proxy -X --request ' +
    '--url -m --max-time --connect-timeout --retry --retry-delay --retry-max-time -K --config -c --cookie-jar -E --cert ' +
    '--key --cacert --resolve --connect-to --interface -w --write-out -r --range -C --continue-at -y -Y -z --limit-rate ' +
    '--max-redirs --proto --proto-redir --ciphers --dns-servers --doh-url --unix-socket -D --dump-header --stderr -t -Q -P'
  ).split(' '),
)

function curl(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, curlValues)
  const fields = valuesOf(
    options,
    '-d',
    '--data',
    '--data-binary',
    '--data-urlencode',
    '--data-ascii',
    '--json',
    '-F',
    '--form',
  )
  const payload = [
    ...fields.map(value => dataField(session, call, value)),
    ...valuesOf(options, '--data-raw', '--form-string'),
    ...valuesOf(options, '-T', '--upload-file').map(value => uploaded(session, call, value)),
  ]
  const destinations = [...operands, ...valuesOf(options, '--url')]
  const headers = valuesOf(
    options,
    '-H',
    '--header',
    '-u',
    '--user',
    '-b',
    '--cookie',
    '-A',
    '--user-agent',
    '-e',
    '--referer',
  )
  const result = request(session, { call, destinations, payload, headers })
  const outputs = valuesOf(options, '-o', '--output').filter(({ text }) => text !== '-')
  if (has(options, '-O', '--remote-name', '--remote-name-all'))
    outputs.push(...destinations.map(url => withText(url, lastSegment(url.text))))
  return save(session, call, outputs, result)
}

/** `@path` is a file, `@-` the input; a form field may be `name=@path`. */
function dataField(session: ScriptSession, call: Invocation, value: Value): Value {
  const match =
    /^(?:[^@=]{0,200}=)?[@<]([\s\S]*)$/.exec(value.text) ?? /^[^@=]{1,200}@([\s\S]*)$/.exec(value.text)
  const path = match?.[1]?.split(';', 1)[0]
  if (path === undefined) return value
  return join([value, uploaded(session, call, withText(value, path))])
}

function uploaded(session: ScriptSession, call: Invocation, path: Value): Value {
  if (path.text === '-' || path.text === '.') return call.stdin ?? empty
  return path.text === '' || path.sources.length > 0 ? path : readFile(session, path.text, call.site)
}

/** Writes what came back; with no file it goes to the output. */
function save(session: ScriptSession, call: Invocation, paths: readonly Value[], result: Value): Value {
  for (const { text } of paths) {
    if (text === '' || /^(?:\/dev\/null|nul)$/i.test(text)) continue
    const { site: at, program: api } = call
    session.fact({ kind: 'writes', api, paths: [text], contents: [], at })
    session.flow(result, { kind: 'write', api, role: 'content', destinations: [text], at })
    session.write(text, result, false)
  }
  return paths.length > 0 ? none : result
}

function lastSegment(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  return path.slice(path.lastIndexOf('/') + 1)
}

const wgetValues = new Set(
  (
    '-O --output-document -P --directory-prefix --post-data --post-file --body-data --body-file --header -U --user-agent ' +
    '--user --password -i --input-file -t --tries -T --timeout -o --output-file -a --referer --method -e --execute -w'
  ).split(' '),
)

function wget(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, wgetValues)
  const payload = [
    ...valuesOf(options, '--post-data', '--body-data'),
    ...valuesOf(options, '--post-file', '--body-file').map(value => uploaded(session, call, value)),
  ]
  const headers = valuesOf(options, '--header', '-U', '--user-agent', '--user', '--password', '--referer')
  const result = request(session, { call, destinations: operands, payload, headers })
  const named = valuesOf(options, '-O', '--output-document')
  if (named.some(({ text }) => text === '-')) return result
  const folder = valuesOf(options, '-P', '--directory-prefix')[0]?.text
  const saved = operands.map(url =>
    withText(url, `${folder ? `${folder}/` : ''}${lastSegment(url.text) || 'index.html'}`),
  )
  return save(session, call, named.length > 0 ? named : saved, result)
}

const aria = new Set(['-o', '--out', '-d', '--dir', '-x', '-s', '-j', '-q'])

function downloader(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, aria)
  const result = request(session, { call, destinations: operands, payload: [], headers: [] })
  const named = valuesOf(options, '-o', '--out')
  return save(
    session,
    call,
    named.length > 0 ? named : operands.map(url => withText(url, lastSegment(url.text))),
    result,
  )
}

/** HTTPie: `http POST url field=value field=@file`. */
function httpie(call: Invocation, session: ScriptSession): Value {
  const { operands } = parseOptions(call.words, new Set(['-o', '--output', '-a', '--auth']))
  const rest = /^[A-Z]+$/.test(operands[0]?.text ?? '') ? operands.slice(1) : operands
  const fields = rest.slice(1).map(value => dataField(session, call, value))
  const payload = call.stdin ? [...fields, call.stdin] : fields
  return request(session, { call, destinations: rest.slice(0, 1), payload, headers: [] })
}

/** nc, ncat, telnet: the input goes out, the answer comes in; `-e` hands both to a program. */
function netcat(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(
    call.words,
    new Set(['-e', '-c', '-p', '-w', '-s', '-i', '--exec', '--sh-exec', '-q']),
  )
  const target = join(operands.slice(0, 2), ':')
  const result = request(session, {
    call,
    destinations: [target],
    payload: call.stdin ? [call.stdin] : [],
    headers: [],
  })
  for (const program of valuesOf(options, '-e', '-c', '--exec', '--sh-exec'))
    remoteShell(call, session, program, target, result)
  return result
}

function remoteShell(
  call: Invocation,
  session: ScriptSession,
  program: Value,
  target: Value,
  input: Value,
): void {
  const { site: at, program: api } = call
  session.fact({ kind: 'starts', api, commands: [program.text], manner: ['stdin-data', ...call.manner], at })
  session.flow(input, { kind: 'evaluate', api, role: 'code', destinations: [program.text], at })
  const output = unknown({ kind: 'command-output', name: program.text, at })
  session.flow(output, { kind: 'network', api, role: 'payload', destinations: [target.text], at })
}

function socat(call: Invocation, session: ScriptSession): Value {
  const remote = call.words
    .slice(1)
    .filter(({ text }) => /^(?:tcp|udp|openssl|ssl)[46]?(?:-connect)?:/i.test(text))
  const destinations = remote.map(word =>
    withText(word, word.text.slice(word.text.indexOf(':') + 1).split(',', 1)[0] ?? ''),
  )
  const result = request(session, {
    call,
    destinations,
    payload: call.stdin ? [call.stdin] : [],
    headers: [],
  })
  for (const word of call.words.slice(1)) {
    const match = /^(?:exec|system):['"]?([^,'"]*)/i.exec(word.text)
    if (match) remoteShell(call, session, withText(word, match[1] ?? ''), destinations[0] ?? empty, result)
  }
  return result
}

const sshValues = new Set(
  '-i -p -P -o -l -F -L -R -D -J -b -c -E -S -W -w -e --rsh --exclude --include --password-file'.split(' '),
)

function ssh(call: Invocation, session: ScriptSession): Value {
  const { options, operands } = parseOptions(call.words, sshValues)
  // A port of this machine that is opened over there: what is said about it stands in the command.
  if (options.some(({ name }) => name === '-R')) starts(call, session)
  const payload = [...operands.slice(1), ...(call.stdin ? [call.stdin] : [])]
  return request(session, { call, destinations: operands.slice(0, 1), payload, headers: [] })
}

function isRemote({ text }: Value): boolean {
  return /^(?:[\w.-]{0,100}@)?[\w.\u0001-]{2,200}:|^\w+:\/\//.test(text)
}

/** scp, rsync, sftp: whatever has a host is remote, the rest are files that go there (or come from there). */
function copyRemote(call: Invocation, session: ScriptSession): Value {
  const { operands } = parseOptions(call.words, sshValues)
  const last = operands.at(-1)
  if (!operands.some(isRemote)) return empty
  const destinations = operands.filter(isRemote)
  const sends = last !== undefined && isRemote(last)
  const payload = sends
    ? operands.filter(word => !isRemote(word)).map(word => uploaded(session, call, word))
    : []
  const result = request(session, { call, destinations, payload, headers: [] })
  return last && !sends ? save(session, call, [last], result) : result
}

function certutil(call: Invocation, session: ScriptSession): Value {
  const urls = call.words.filter(({ text }) => /^https?:/i.test(text))
  if (urls.length > 0) {
    const result = request(session, { call, destinations: urls, payload: [], headers: [] })
    return save(session, call, call.words.slice(-1), result)
  }
  if (!call.words.some(({ text }) => /^[-/]decode/i.test(text))) return none
  const [from, to] = call.words.filter(({ text }) => !/^[-/]/.test(text)).slice(1)
  if (!from || !to) return none
  const read = readFile(session, from.text, call.site)
  return save(session, call, [to], { ...read, decoders: [...read.decoders, 'base64'] })
}

function bitsadmin(call: Invocation, session: ScriptSession): Value {
  const at = call.words.findIndex(({ text }) => /^https?:/i.test(text))
  if (at < 0) return none
  const result = request(session, {
    call,
    destinations: call.words.slice(at, at + 1),
    payload: [],
    headers: [],
  })
  return save(session, call, call.words.slice(at + 1, at + 2), result)
}

/** A looked-up name carries what stands in its labels to whoever runs the name server. */
function lookup(call: Invocation, session: ScriptSession): Value {
  const values = new Set('-c -i -t -W -w -s -n -q -type -p -T -f -Name'.split(' '))
  const { operands } = parseOptions(call.words, values)
  const names = operands.filter(
    ({ text }) => !/^(?:\+|@?\d+(?:\.\d+){3}$|(?:a|aaaa|txt|mx|ns|any|in|cname|hosts|ahosts)$)/i.test(text),
  )
  const at = call.site
  const destinations = names.map(({ text }) => text)
  session.fact({ kind: 'resolves', api: call.program, destinations, at })
  const all = call.stdin ? [...names, call.stdin] : names
  session.flow(join(all), { kind: 'dns', api: call.program, role: 'name', destinations, at })
  return unknown({ kind: 'network', name: destinations.join(' '), at })
}

/** git and other tools that speak to servers: only where they do. */
function git(call: Invocation, session: ScriptSession): Value {
  const { operands }: Options = parseOptions(call.words, new Set(['-c', '-C', '-b', '--depth', '--branch']))
  const verb = operands[0]?.text ?? ''
  const at = call.site
  if (/^(?:clone|fetch|pull|push|submodule|ls-remote)$/.test(verb)) {
    const urls = operands.slice(1).filter(({ text }) => /[:/]/.test(text))
    const result = request(session, { call, destinations: urls, payload: [], headers: [] })
    const folder = operands.at(-1)?.text
    if (verb === 'clone' && folder) session.write(folder, result, false)
    return result
  }
  session.fact({
    kind: 'starts',
    api: 'shell',
    commands: [call.words.map(({ text }) => text).join(' ')],
    manner: call.manner,
    at,
  })
  if (verb === 'config' && operands.length > 2)
    session.fact({
      kind: 'writes',
      api: 'git config',
      paths: [has(parseOptions(call.words, new Set()).options, '--global') ? '~/.gitconfig' : '.git/config'],
      contents: operands.slice(1).map(({ text }) => text),
      at,
    })
  return unknown({ kind: 'command-output', name: `git ${verb}`, at })
}

function mail(call: Invocation, session: ScriptSession): Value {
  const { operands } = parseOptions(call.words, new Set(['-s', '-a', '-c', '-b', '-r', '-S']))
  return request(session, {
    call,
    destinations: operands,
    payload: call.stdin ? [call.stdin] : [],
    headers: [],
  })
}

function openssl(call: Invocation, session: ScriptSession): Value {
  const words = call.words.map(({ text }) => text)
  if (words[1] === 's_client') {
    const target = call.words[words.indexOf('-connect') + 1] ?? empty
    return request(session, {
      call,
      destinations: [target],
      payload: call.stdin ? [call.stdin] : [],
      headers: [],
    })
  }
  const input = words.includes('-in')
    ? readFile(session, words[words.indexOf('-in') + 1] ?? '', call.site)
    : (call.stdin ?? empty)
  const decoded: Value = {
    ...unknown(...input.sources),
    decoders: words.includes('-d')
      ? [...input.decoders, words[1] === 'base64' ? 'base64' : 'aes']
      : input.decoders,
  }
  const out = words.includes('-out') ? call.words[words.indexOf('-out') + 1] : undefined
  return out ? save(session, call, [out], decoded) : decoded
}

/** Commands that speak to a network, by bare name. */
export const networkCommands: ReadonlyMap<string, (call: Invocation, session: ScriptSession) => Value> =
  new Map([
    ['curl', curl],
    ['wget', wget],
    ['wget2', wget],
    ['aria2c', downloader],
    ['axel', downloader],
    ['fetch', downloader],
    ['lynx', httpie],
    ['w3m', httpie],
    ['http', httpie],
    ['https', httpie],
    ['xh', httpie],
    ['nc', netcat],
    ['ncat', netcat],
    ['netcat', netcat],
    ['telnet', netcat],
    ['socat', socat],
    ['ssh', ssh],
    ['scp', copyRemote],
    ['sftp', copyRemote],
    ['rsync', copyRemote],
    ['ftp', ssh],
    ['tftp', ssh],
    ['certutil', certutil],
    ['bitsadmin', bitsadmin],
    ['nslookup', lookup],
    ['dig', lookup],
    ['host', lookup],
    ['drill', lookup],
    ['ping', lookup],
    ['ping6', lookup],
    ['getent', lookup],
    ['resolve-dnsname', lookup],
    ['git', git],
    ['mail', mail],
    ['sendmail', mail],
    ['openssl', openssl],
  ])
