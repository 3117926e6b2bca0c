import { HOLE, type Site } from '../../types.ts'
import { pathSource } from '../secrets.ts'
import { request } from './commands/network.ts'
import { containerMadeBy } from './python-containers.ts'
import type { Invocation, ScriptSession } from './session.ts'
import { readFile } from './shell-runner.ts'
import { variable } from './shell-variables.ts'
import { constant, empty, isConstant, join, unknown, withDecoder, withText, type Value } from './value.ts'

/** A call with its arguments: by position and by name. */
export type PythonCall = {
  /** Dotted, imports resolved: `subprocess.run`, or only the method's name after an unknown object: `.read`. */
  readonly name: string
  readonly self: Value
  readonly positional: readonly Value[]
  readonly named: ReadonlyMap<string, Value>
  readonly site: Site
}

const httpCall =
  /^(?:requests|httpx|aiohttp|urllib3|session)(?:\.\w+)?\.(?:get|post|put|patch|delete|request|head)$|^urllib\.request\.(?:urlopen|Request)$|^urllib2\.urlopen$|^urllib\.urlopen$/
const socketCall =
  /^(?:socket\.create_connection|http\.client\.HTTPS?Connection|smtplib\.SMTP\w*|ftplib\.FTP\w*|websocket\.create_connection|paramiko\.\w+)$|^\.connect(?:_ex)?$/
const sendCall = /^\.(?:send|sendall|sendto|sendmail|storbinary|request|putrequest|emit)$/
const commandCall =
  /^(?:os\.(?:system|popen|exec[lv]\w*|spawn[lv]\w*|startfile)|subprocess\.(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|commands\.getoutput|pty\.spawn)$/
const evalCall =
  /^(?:exec|eval|compile|builtins\.(?:exec|eval)|marshal\.loads|pickle\.loads|runpy\.run_\w+|__import__|importlib\.import_module)$/
const hostCall =
  /^(?:socket\.(?:gethostname|getfqdn|gethostbyname)|platform\.\w+|getpass\.getuser|os\.(?:uname|getlogin|cpu_count)|uuid\.getnode|psutil\.\w+)$/
const decoders: readonly (readonly [RegExp, string])[] = [
  [/^base64\.(?:b64|urlsafe_b64|standard_b64|decode)/, 'base64'],
  [/^base64\.(?:b32|b85|a85|b16)/, 'base32'],
  [/^(?:bytes|bytearray)\.fromhex$|^binascii\.(?:unhexlify|a2b_\w+)$|^\.fromhex$/, 'hex'],
  [/^(?:zlib|gzip|bz2|lzma)\.(?:decompress|open)$/, 'compressed'],
  [/^codecs\.decode$/, 'codec'],
  [/^\.decrypt$/, 'cipher'],
]

/** What a call gives, with its facts and flows; an unknown one gives back whatever went in. */
export function pythonCall(call: PythonCall, session: ScriptSession): Value {
  const { name, positional, site: at } = call
  const [first = empty, second = empty] = positional
  const all = join([call.self, ...positional, ...call.named.values()])
  if (httpCall.test(name)) return http(call, session)
  if (socketCall.test(name))
    return request(session, { call: invocation(call), destinations: [all], payload: [], headers: [] })
  if (sendCall.test(name)) return send(call, session)
  if (commandCall.test(name)) return command(call, session)
  if (evalCall.test(name)) return evaluate(call, session)
  if (containerMadeBy(name) !== undefined)
    return withText(all, name.startsWith('io.') ? all.text : first.text)
  if (name === 'chr') return constant(character(first.text))
  if (hostCall.test(name)) return unknown(session.source('host', name, at))
  if (/^os\.(?:getenv|environ\.get|environb?\.pop)$/.test(name))
    return first.text === '' ? unknown(session.source('env', name, at)) : variable(session, first.text, at)
  if (/^os\.environ(?:\.(?:copy|items|values|keys))?$/.test(name))
    return unknown(session.source('env', 'os.environ', at))
  if (/urlretrieve$|^wget\.download$/.test(name)) return download(call, session)
  if (/^(?:open|io\.open|codecs\.open|pathlib\.Path)$/.test(name)) return open(call, session)
  if (/^os\.(?:walk|scandir|fwalk)$|^\.(?:rglob|iterdir)$/.test(name)) {
    const root = name.startsWith('.') ? call.self : first
    return withText(root, `${root.text}/${HOLE}`)
  }
  if (/^os\.path\.(?:join|expanduser|abspath|dirname|realpath)$|^\.(?:joinpath|expanduser)$/.test(name))
    return withText(
      all,
      name.endsWith('join') || name.endsWith('joinpath')
        ? [call.self, ...positional]
            // The names a walk gives lie in the folders it gives.
            .map(({ text }, at) => (at > 1 && text === first.text && text.includes(HOLE) ? HOLE : text))
            .filter(Boolean)
            .join('/')
        : first.text,
    )
  if (/^(?:os\.path\.expandvars|pathlib\.Path\.home)$/.test(name)) return constant('~')
  if (/^(?:os\.(?:remove|unlink|rmdir|removedirs|truncate)|shutil\.rmtree)$/.test(name))
    session.fact({ kind: 'deletes', api: name, paths: [first.text], at })
  if (/^\.(?:unlink|rmdir|truncate)$/.test(name) && call.self.text !== '')
    session.fact({ kind: 'deletes', api: name, paths: [call.self.text.slice(0, 400)], at })
  if (name === 'os.chmod') session.fact({ kind: 'makes-executable', api: name, paths: [first.text], at })
  if (/^shutil\.(?:copy\w*|move)$|^os\.(?:rename|replace|symlink)$/.test(name))
    copy(session, first, second, name, at)
  if (/^\.write(?:_text|_bytes|lines)?$/.test(name)) write(session, call.self, join(positional), name, at)
  if (/^ctypes\.(?:CDLL|WinDLL|cdll\.LoadLibrary)/.test(name))
    session.fact({ kind: 'loads', api: name, targets: [first.text], native: true, at })
  if (/paste$|^pyperclip/.test(name)) return unknown(session.source('clipboard', name, at))
  if (/^\.(?:read\w*|recv\w*|getvalue)$/.test(name)) return read(call, session)
  const decoder = decoders.find(([pattern]) => pattern.test(name))?.[1]
  return decoder ? decode(first.text === '' && first.sources.length === 0 ? call.self : first, decoder) : all
}

function character(text: string): string {
  const code = Number(text)
  return Number.isInteger(code) && code >= 0 && code < 0x110000 && text !== ''
    ? String.fromCodePoint(code)
    : ''
}

function decode(value: Value, decoder: string): Value {
  if (!isConstant(value)) return withDecoder(value, decoder)
  const text =
    decoder === 'base64'
      ? Buffer.from(value.text, 'base64').toString('utf8')
      : decoder === 'hex'
        ? Buffer.from(value.text, 'hex').toString('utf8')
        : HOLE
  return withDecoder(withText(value, text), decoder)
}

function invocation(call: PythonCall): Invocation {
  return {
    program: call.name.replace(/^\./, ''),
    words: [constant(call.name), ...call.positional],
    stdin: undefined,
    site: call.site,
    manner: [],
  }
}

const payloadNames = ['data', 'json', 'files', 'params', 'body', 'content']

function http(call: PythonCall, session: ScriptSession): Value {
  const byMethod = call.name.endsWith('.request')
  const url = call.named.get('url') ?? (byMethod ? call.positional[1] : call.positional[0]) ?? empty
  const payload = [
    ...call.positional.slice(byMethod ? 2 : 1),
    ...payloadNames.flatMap(name => call.named.get(name) ?? []),
  ]
  const headers = ['headers', 'cookies', 'auth'].flatMap(name => call.named.get(name) ?? [])
  return request(session, {
    call: invocation(call),
    destinations: [url],
    payload,
    headers,
  })
}

/** Sending over something that was connected before: its address is in the object. */
function send(call: PythonCall, session: ScriptSession): Value {
  const payload = [...call.positional, ...call.named.values()]
  const known = call.self.sources.find(({ kind }) => kind === 'network')
  const sink = {
    kind: 'network',
    api: call.name.slice(1),
    role: 'payload',
    destinations: known ? [known.name] : [],
    at: call.site,
  } as const
  session.flow(join(payload), sink)
  return unknown(...call.self.sources)
}

function download(call: PythonCall, session: ScriptSession): Value {
  const [url = empty, path] = call.positional
  const result = request(session, { call: invocation(call), destinations: [url], payload: [], headers: [] })
  const target = path ?? call.named.get('filename') ?? call.named.get('out')
  if (target) write(session, target, result, call.name, call.site)
  return result
}

function command(call: PythonCall, session: ScriptSession): Value {
  const line = call.positional[0] ?? call.named.get('args') ?? empty
  const shell =
    /system|popen|getoutput|getstatusoutput/.test(call.name) || call.named.get('shell')?.text === 'True'
  const base = invocation(call)
  session.fact({
    kind: 'starts',
    api: call.name,
    commands: [line.text.slice(0, 4000)],
    manner: [...(shell ? ['shell'] : []), ...mannerOf(call)],
    at: call.site,
  })
  session.flow(line, {
    kind: 'command',
    api: call.name,
    role: 'command',
    destinations: [line.text.slice(0, 400)],
    at: call.site,
  })
  const input = call.named.get('input')
  return session.runner.text(line.text, 'shell', base, input)
}

/** Out of sight, and on its own once its parent has ended. */
function mannerOf({ named }: PythonCall): readonly string[] {
  const isOwn =
    named.get('start_new_session')?.text === 'True' || named.has('preexec_fn') || named.has('creationflags')
  const isHidden = ['stdout', 'stderr'].some(name => named.has(name))
  return [...(isOwn ? ['detached'] : []), ...(isOwn && isHidden ? ['output-hidden'] : [])]
}

function evaluate(call: PythonCall, session: ScriptSession): Value {
  const code = call.positional[0] ?? empty
  if (/import/.test(call.name)) {
    if (!isConstant(code))
      session.fact({ kind: 'loads', api: call.name, targets: [code.text], native: false, at: call.site })
    return constant(code.text)
  }
  if (call.name === 'compile') return code
  session.evaluate(code, call.name, call.site)
  if (code.decoders.length > 0 && code.text.replaceAll(HOLE, '').trim() !== '')
    session.code(code, 'python', call.site)
  return code
}

/** What a handle gives is not its path. */
function read(call: PythonCall, session: ScriptSession): Value {
  if (call.self.sources.length > 0) return withText(call.self, HOLE)
  return isConstant(call.self) && call.self.text !== ''
    ? withText(readFile(session, call.self.text, call.site), HOLE)
    : unknown()
}

/** A handle of a file carries its path as text and what lies there as data. */
function open(call: PythonCall, session: ScriptSession): Value {
  const [path = empty, mode] = call.positional
  const how = (mode ?? call.named.get('mode'))?.text ?? 'r'
  if (how.startsWith('w'))
    session.fact({
      kind: 'writes',
      api: call.name,
      paths: [path.text.slice(0, 400)],
      contents: path.text.includes(HOLE) ? [''] : [],
      at: call.site,
    })
  if (/[wax]/.test(how)) return withText(path, path.text)
  if (pathSource(path.text) === 'project-file' && !session.read(path.text)) return path
  const content = readFile(session, path.text, call.site)
  return { text: path.text, sources: [...path.sources, ...content.sources], decoders: [...content.decoders] }
}

function write(session: ScriptSession, target: Value, content: Value, api: string, at: Site): void {
  session.fact({
    kind: 'writes',
    api,
    paths: [target.text.slice(0, 400)],
    contents: [content.text.slice(0, 200)],
    at,
  })
  session.flow(content, {
    kind: 'write',
    api,
    role: 'content',
    destinations: [target.text.slice(0, 400)],
    at,
  })
  session.write(target.text, content, false)
}

function copy(session: ScriptSession, from: Value, to: Value, api: string, at: Site): void {
  write(session, to, readFile(session, from.text, at), api, at)
}
