import { HOLE } from '../../types.ts'
import type { Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import { storeFile } from './stored-files.ts'
import type { Interpreter } from './interpreter.ts'
import { allArguments, type ModelledCall } from './modelled-call.ts'
import { changed, knowns, tainted, unsure, type Taint } from './values.ts'

/**
 * What programs and functions that fetch leave behind: an answer of a server as their output, or as files. Whoever
 * evaluates, loads or starts those runs what that server says.
 */

const maxFetched = 6

/** Programs that print what a server answers, or store it. */
const fetching =
  /(?:^|[\s;&|(/])(?:curl|wget|http|https|xh|aria2c|axel|fetch)(?:\.exe)?\s[^\n]{0,600}?\b((?:https?|ftp):\/\/[^\s'"`|;<>)]{3,300})/

/** Names that answer with a text: `nslookup -q=txt name`, `dig +short name TXT`. */
const asking =
  /(?:^|[\s;&|(])(?:nslookup|dig|host|drill|kdig|doggo)\s(?=[^\n]{0,200}\btxt\b)[^\n]{0,200}?((?:[\w\u0001-]{1,63}\.){1,8}[a-z]{2,18})(?=[\s'"|;]|$)/i

const archiving = /(?:^|[\s;&|(])git\s+archive\s[^\n]{0,200}?--remote[=\s]["']?([^\s'"]{3,300})/

const cloning =
  /(?:^|[\s;&|(])git\s+(?:-\S+\s+)*clone\s+(?:-\S+\s+(?:\d+\s+)?)*["']?([a-z+]{2,8}:\/\/[^\s'"]{3,300}|git@[^\s'"]{3,300})["']?(?:\s+["']?([^\s'";&|-][^\s'";&|]*))?/

/** Where a program that fetches puts it: `-o file`, `-O file`, `> file`, `tar -C folder`, `unzip -d folder`. */
const storing = [
  /\scurl(?=\s)[^\n]{0,600}?\s(?:-[a-zA-Z]{0,8}o|--output)[\s=]+["']?([^\s'";&|]+)/g,
  /\swget(?=\s)[^\n]{0,600}?\s(?:-[a-zA-Z]{0,8}O|--output-document)[\s=]*["']?([^\s'";&|]+)/g,
  /\scertutil(?=\s)[^\n]{0,300}?https?:\/\/\S+\s+["']?([^\s'";&|]+)/g,
  /[^2&]>\s{0,3}["']?([^\s'";&|>]+)/g,
  /\b(?:tar|bsdtar)(?=\s)[^\n]{0,200}?\s(?:-C|--directory)[\s=]*["']?([^\s'";&|]+)/g,
  /\bunzip(?=\s)[^\n]{0,200}?\s-d\s+["']?([^\s'";&|]+)/g,
]

/** What the output of these command lines carries; files they write are known from then on. */
export function noteFetched(
  machine: Interpreter,
  commands: readonly Text[],
  call: Pick<ModelledCall, 'place'>,
): readonly Taint[] {
  const found: Taint[] = []
  for (const command of commands.slice(0, maxFetched)) {
    const line = ` ${command.slice(0, 2_000)}`
    const clone = cloning.exec(line)
    const address = (fetching.exec(line) ?? asking.exec(line) ?? archiving.exec(line) ?? clone)?.[1]
    if (address === undefined) continue
    const taint = machine.source('network', address.slice(0, 300), call.place)
    found.push(taint)
    const folder = clone?.[2] ?? (clone === null ? undefined : nameOf(address))
    const files = storing.flatMap(where => [...line.matchAll(where)].map(([, path = '']) => path))
    // `curl -O address`, `wget -P folder address`: under the name it has there.
    const into = /\s(?:-P|--directory-prefix)[\s=]*["']?([^\s'";&|]+)/.exec(line)?.[1]
    const named = /\s-[a-zA-Z]{0,8}O(?:\s|$)|\s--remote-name\b|\swget\s/.test(line) ? [nameOf(address)] : []
    const whole = into === undefined ? named : named.map(name => `${into.replace(/\/$/, '')}/${name}`)
    const places = [...(folder === undefined ? [] : [folder]), ...files, ...whole]
    storeFile(machine, places.filter(isPlace).slice(0, maxFetched), tainted([taint]), call)
  }
  return found
}

/** `git clone https://host/x/tool.git` makes the folder `tool`. */
function nameOf(address: Text): Text {
  return (
    address
      .replace(/\.git$|\/$/g, '')
      .split(/[/:]/)
      .at(-1) ?? ''
  )
}

function isPlace(path: Text): boolean {
  return path.replaceAll(HOLE, '').length > 2 && !path.startsWith('/dev/')
}

/** Fields of options that say where something is put. */
const folderFields: ReadonlySet<string> = new Set(
  'dir directory folder dest destination output out outdir outputDir cwd target to file filename path location'.split(
    ' ',
  ),
)

/** `clone({ url, dir })`, `download(url, folder)`: what was fetched lies where the call says. */
export function keepFetched(machine: Interpreter, taints: readonly Taint[], call: ModelledCall): void {
  if (taints.length === 0) return
  const places = new Set<Text>()
  for (const value of allArguments(call).slice(0, 4)) {
    for (const text of textsOf(changed(value, { open: false }))) if (isFilePath(text)) places.add(text)
    for (const { fields, kind, model } of value.objects.slice(0, 3)) {
      if (kind !== 'object' || model !== undefined || fields.size > 40) continue
      for (const [name, cell] of fields)
        if (folderFields.has(name))
          for (const text of textsOf(knowns(machine.read(cell, call.frame).known)))
            if (isFilePath(text)) places.add(text)
    }
  }
  storeFile(machine, [...places].slice(0, maxFetched), tainted(unsure(taints)), call)
}

function isFilePath(text: Text): boolean {
  return /^(?:[~/]|\.{1,2}\/|[a-z]:[\\/])/i.test(text) && !text.startsWith('//') && isPlace(text)
}
