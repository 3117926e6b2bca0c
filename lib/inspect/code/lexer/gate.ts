import { keyWords, type Lexed } from './lexer.ts'
import { canBuild, type Sign } from './materials.ts'

/** Why a package needs a tree: what was seen, in which file, at which offset. */
export type Opening = { readonly path: string; readonly what: string; readonly at: number }

/** Honest code has a handful of `_0x` names at most, in tests of obfuscators. */
const minMachineNames = 8

/** Each of these spells names by itself, or has no other use. */
const alone: readonly Sign[] = [
  'picked letters',
  'hidden text',
  'no letters',
  'global names',
  'global member',
  'statement that empties',
  'tools for an assistant',
  'selector of a value',
  'message of a bot',
  'code for a page',
  'message to a frame',
]

/** Ways to come by a name that does not stand in the text. */
const builders: readonly Sign[] = [
  'char codes',
  'decode',
  'radix',
  'reverse',
  'picked from an alphabet',
  'fragment',
  'a name as text',
  'a name inside text',
  'constructor',
  'names of a prototype',
]

/** Libraries with which tools are offered to an AI assistant. */
const toolServer =
  /^(?:@modelcontextprotocol\/|(?:fast-?mcp|mcp-framework|mcp-handler|@vercel\/mcp-adapter)(?:$|\/))/

/** Libraries that tell the engine of containers what to start: see containers.ts. */
const containerClient =
  /^(?:dockerode|docker-modem|node-docker-api|harbor-master|docker-remote-api)(?:$|[-/])/

/**
 * What a built name needs to be of use: an object that has powers, or text to be hidden. A power by its hidden name
 * needs an object that has it; code needs to be written somewhere, as it is or encoded.
 */
const uses: readonly Sign[] = [
  'global member',
  'global object',
  'encoded text',
  'code in text',
  'script element',
  'constructor as a value',
]

/** What a plugin may put into the programs of others. */
const shipped: readonly Sign[] = ['address in text', 'code in text', 'encoded text']

/** What is not to stand in an address that a page shows. */
const leaked: readonly Sign[] = ['data of a page', 'key of a wallet', 'secret variable', 'whole environment']

/** What a server is not to answer with. */
const served: readonly Sign[] = ['whole environment', 'home folder', 'file of credentials']

const secrets: readonly Sign[] = ['whole environment', 'home folder', 'secret variable', 'key of a wallet']

/**
 * Everything in these files that could be, or could build, a way out of the package or into code. Where there is
 * nothing, no rule can have anything to say about what the files do, and no tree is needed.
 */
export function openings(files: ReadonlyMap<string, Lexed>): readonly Opening[] {
  const found: Opening[] = []
  const loadsFiles = [...files.values()].some(file => file.loadsFiles)
  const pieces = new Set<string>()
  const signs = new Map<Sign, Opening>()
  for (const [path, file] of files) {
    if (!file.exact) found.push({ path, what: file.why, at: 0 })
    for (const { what, at } of file.powers) found.push({ path, what, at })
    if (loadsFiles) for (const { what, at } of file.fileMembers) found.push({ path, what: `fs: ${what}`, at })
    for (const { specifier } of file.edges)
      if (toolServer.test(specifier)) found.push({ path, what: 'tools for an assistant', at: 0 })
      else if (containerClient.test(specifier)) found.push({ path, what: 'containers', at: 0 })
      else if (/^(?:data:|https?:)/.test(specifier)) found.push({ path, what: 'code in an address', at: 0 })
    if (file.machineNames >= minMachineNames) found.push({ path, what: 'names of an obfuscator', at: 0 })
    for (const piece of file.pieces) pieces.add(piece)
    for (const [sign, at] of file.signs) {
      if (alone.includes(sign)) found.push({ path, what: sign, at })
      if (!signs.has(sign)) signs.set(sign, { path, what: sign, at })
    }
  }
  for (const key of keyWords) {
    if (signs.has('fragment') || !canBuild(key, pieces)) continue
    signs.set('fragment', { path: files.keys().next().value ?? '', what: `pieces of ${key}`, at: 0 })
  }
  found.push(...together(signs), ...toStrangers(files, signs))
  return found
}

/**
 * A secret, or the way to one, beside a package that nobody knows: that may be the way out. So it may be for what a
 * program is asked with, where an address stands beside it.
 */
function toStrangers(
  files: ReadonlyMap<string, Lexed>,
  signs: ReadonlyMap<Sign, Opening>,
): readonly Opening[] {
  const asked = signs.has('address in text') ? signs.get('data of a request') : undefined
  const taken = secrets.flatMap(sign => signs.get(sign) ?? [])[0] ?? asked
  if (taken === undefined) return []
  const stranger = [...files].find(([, file]) => file.strangers > 0)
  return stranger === undefined ? [] : [{ ...taken, what: `${taken.what}, another package` }]
}

function together(signs: ReadonlyMap<Sign, Opening>): readonly Opening[] {
  const built = builders.flatMap(sign => signs.get(sign) ?? [])
  const used = uses.flatMap(sign => signs.get(sign) ?? [])
  if (built.length > 0 && used.length > 0)
    return built.flatMap(by => used.map(on => ({ ...by, what: `${by.what}, ${on.what}` })))
  const shows = signs.get('picture') ?? signs.get('script element')
  const data = leaked.flatMap(sign => signs.get(sign) ?? [])[0]
  if (shows !== undefined && data !== undefined && signs.has('address in text'))
    return [{ ...shows, what: `${shows.what} from an address, ${data.what}` }]
  const plugin = signs.get('hook of a build tool')
  const added = shipped.flatMap(sign => signs.get(sign) ?? [])[0]
  if (plugin !== undefined && added !== undefined)
    return [{ ...plugin, what: `${plugin.what}, ${added.what}` }]
  const hook = signs.get('hook of a client')
  if (hook !== undefined && signs.has('address in text'))
    return [{ ...hook, what: 'a hook of a client, an address' }]
  const loot = served.flatMap(sign => signs.get(sign) ?? [])[0]
  const answer = signs.get('answer of a server')
  if (loot !== undefined && answer !== undefined) return [{ ...loot, what: `${loot.what}, ${answer.what}` }]
  const chat = signs.get('number of a chat')
  if (chat !== undefined && answer !== undefined) return [{ ...chat, what: `${chat.what}, a way to send` }]
  const session = signs.get('session of a browser')
  if (session !== undefined && signs.has('address in text'))
    return [{ ...session, what: 'the session of a browser, an address' }]
  const wallet = signs.get('address of a wallet')
  if (wallet !== undefined && signs.has('pattern of addresses'))
    return [{ ...wallet, what: 'an address of a wallet, a pattern of such' }]
  const timer = signs.get('text timer')
  return timer !== undefined && signs.has('code in text')
    ? [{ ...timer, what: 'code in text for a timer' }]
    : []
}
