import { HOLE } from '../../types.ts'
import type { Site } from '../../types.ts'
import type { ScriptSession } from './session.ts'
import { constant, unknown } from './value.ts'

/**
 * Perl, Ruby, PHP, VBScript and AppleScript are not followed. What is read of them: constant command lines, and
 * whether the file talks to another machine and also runs what is not a constant.
 */

const contacting =
  /\bIO::Socket|\bLWP\b|\bHTTP::Tiny|\bNet::HTTP|\bopen-uri\b|\bURI\.open|\bTCPSocket\b|\bHTTParty\b|\bFaraday\b|\bfsockopen\b|\bcurl_init\b|\bstream_socket_client\b|\bfile_get_contents\s{0,9}\(\s{0,9}['"]https?:|\bXMLHTTP\b|\bWinHttp/i

/** Something computed that is run: a variable, not a text. */
const running =
  /(?:\b(?:eval|instance_eval|class_eval|system|exec|shell_exec|passthru|popen|proc_open|ExecuteGlobal|Execute|IO\.popen|Open3\.\w{1,12})\s{0,9}\(?\s{0,9}[$@A-Za-z_](?![A-Za-z_]{0,40}['"]))|(?:`|\bqx\s{0,3}[{(/])[^`\n]{0,200}[$#]\{?\w/

const constants =
  /(?:\b(?:system|exec|shell_exec|passthru|popen|\.Run|\.Exec|do shell script)\s{0,9}\(?\s{0,9}|^\s{0,40}`|[=(]\s{0,9}`)(["'`]?)([^"'`\n$#]{4,1000})(?:\1|`)/gi

const maxCommands = 100

export function readCoarsely(
  session: ScriptSession,
  text: string,
  place: (start: number, end: number) => Site,
): void {
  const lines = text.split('\n')
  let at = 0
  let contact: Site | undefined
  let run: Site | undefined
  for (const line of lines) {
    const start = at
    at += line.length + 1
    if (/^\s{0,99}(?:#|\/\/|--|'|rem\s)/i.test(line)) continue
    if (contact === undefined && contacting.test(line)) contact = place(start, start + line.length)
    if (run === undefined && running.test(line)) run = place(start, start + line.length)
    let commands = 0
    for (const { 2: command = '' } of line.matchAll(constants)) {
      if (++commands > maxCommands) break
      const site = place(start, start + line.length)
      const call = { program: 'sh', words: [constant('sh')], stdin: undefined, site, manner: [] }
      session.runner.text(command, 'shell', call, undefined)
    }
  }
  if (contact === undefined) return
  const named =
    text.match(/\bhttps?:\/\/[^\s'"`)<>]{4,300}/g) ??
    text.match(/(?<=['"])[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,6}(?=['":])/g) ??
    []
  const destinations = named.length > 0 ? [...new Set(named)].slice(0, 6) : [HOLE]
  session.fact({ kind: 'contacts', api: 'socket', destinations, at: contact })
  if (run === undefined) return
  session.evaluate(unknown({ kind: 'network', name: destinations[0] ?? HOLE, at: contact }), 'eval', run)
}
