import { HIDDEN_NAME, HOLE } from '../lib/types.ts'
import { opensPages } from '../lib/opens-pages.ts'
import type { Action, Fact, Flow, Inspection, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { sameLine, unasked } from './behaviour/written.ts'
import { findingAt, findingOfFlow, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

type Evaluates = Extract<Fact, { kind: 'evaluates' }>

/** Files a program has no reason to run: pictures, texts, fonts, data. */
const notCode =
  /\.(?:png|jpe?g|gif|svg|ico|webp|bmp|woff2?|ttf|otf|eot|pdf|txt|md|dat|bin|db|log|css|lock|license)$|(?:^|\/)(?:README|LICENSE|CHANGELOG)[\w.]*$/i

/** Settings and tables, which programs read all day: only one of the package's own that is seen to run is no such file. */
const settingsFile = /\.(?:json5|ya?ml|toml|csv|tsv|po|snap)$/i

/** Ways of writing text that only hide it: nobody stores a program this way for any other reason. */
const disguises: ReadonlySet<string> = new Set(['hidden-unicode', 'xor', 'aes', 'cipher', 'reversed', 'char-codes', 'rot', 'caesar', 'rc4', 'string-table', 'an encoded address']) // prettier-ignore

/** Steps that move a text or make one, and reveal nothing. */
const travelling = /^(?:written|passed|stored|encoded|compressed|encrypted)/

/** A program that is stored as something else until it runs. */
export const decodeAndRun: Rule = {
  meta: {
    id: 'decode-and-run',
    title: 'Decodes a hidden program and runs it',
    severity: 'critical',
    description:
      'A text, picture or other data of the package is decoded and then evaluated, loaded or started. Code that is ' +
      'meant to be read is not stored like that, least of all where it runs on installing or importing. Bundlers that ' +
      'evaluate readable modules, templates and polyfills do not decode them first.',
    references: [
      'flatmap-stream 0.1.1 (2018): AES, run by module._compile',
      'GlassWorm (2025): variation selectors',
      'image steganography campaigns (2026)',
      'Miasma (June 2026): character codes, then eval',
    ],
    blindSpots: ['A decoder beyond the analysis: see obfuscated-code.'],
    examples: {
      flags: [
        {
          title: 'a decoded text that is written to an interpreter',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const child = require('child_process').spawn(process.execPath, ['-'])\n" +
              "child.stdin.end(Buffer.from('Y29uc29sZS5sb2coJ3BheWxvYWQgcGxhY2Vob2xkZXInKQ==', 'base64').toString())\n",
          },
        },
        {
          title: 'a hook evaluates decoded text',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js': `eval(Buffer.from('${Buffer.from('console.log("inert placeholder")').toString('base64')}', 'base64').toString())\n`,
          },
        },
      ],
      passes: [
        {
          title: 'a bundle evaluates its readable modules',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              'const m = {}\neval("m.x = function () { return 1 }\\n//# sourceURL=webpack://a/./x.js")\nmodule.exports = m\n',
          },
        },
        {
          title: 'escaped text that is written to a compiler',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const child = require('child_process').spawn(__dirname + '/bin/compiler', ['--service'])\n" +
              "const letters = codes => codes.map(code => code < 32 ? '?' : String.fromCharCode(code)).join('')\n" +
              "process.on('message', codes => child.stdin.write(letters(codes)))\nchild.stdin.write(letters([...require('os').hostname()].map(Number)))\n",
          },
        },
        {
          title: 'decoded data that is only data',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "exports.table = Buffer.from('AAECAwQFBgcICQ==', 'base64')\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    return oncePerLine([
      ...inspection.flows.flatMap(ofFlow),
      ...inspection.facts.flatMap(fact => (fact.kind === 'evaluates' ? ofFact(fact, inspection) : [])),
    ])
  },
}

function ofFact(fact: Evaluates, inspection: Inspection): readonly RuleFinding[] {
  const odd = inspection.facts.find(
    other => (other.kind === 'hidden-text' || other.kind === 'off-screen') && other.at.path === fact.at.path,
  )
  if (fact.decoders.length === 0 && (odd === undefined || fact.code === 'constant'))
    return ofComputed(fact, inspection)
  if (fact.decoders.includes(HIDDEN_NAME) && odd === undefined) return ofHiddenName(fact)
  const disguised = odd !== undefined || fact.decoders.some(how => disguises.has(how))
  const action: Action = unasked(fact)
    ? fact.phase === 'install' || disguised || fact.code === 'computed'
      ? 'block'
      : 'ask'
    : disguised && fact.decoders.length > 0
      ? 'ask'
      : 'note'
  return [
    findingAt(fact.at, fact.phase, {
      action,
      severity: severityOf(action),
      message: say(fact, action, fact.decoders, fact.api, odd),
    }),
  ]
}

function ofHiddenName(fact: Evaluates): readonly RuleFinding[] {
  const action: Action = unasked(fact) ? 'ask' : 'note'
  const message =
    `${opening(fact)} makes a program out of a text that is only known then, and runs it (${fact.api}) by a name that ` +
    'is put together from pieces. Code hides what it calls from its readers only. Ask what it needs that for.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

const making: ReadonlySet<string> = new Set(['decodes', 'hidden-text', 'off-screen'])

/** A program made at that moment out of something nobody could follow. Templates are compiled when they are used. */
function ofComputed(fact: Evaluates, inspection: Inspection): readonly RuleFinding[] {
  if (fact.code === 'constant' || !unasked(fact) || !/eval|Function|vm\b|_compile/.test(fact.api)) return []
  // Where the text comes from the network, a file or the caller, the flow says more.
  const known = inspection.flows.some(({ sink }) => sink.kind === 'evaluate' && sameLine(sink.at, fact.at))
  if (known) return []
  const made = inspection.facts.some(
    other =>
      other.at.path === fact.at.path &&
      ((making.has(other.kind) && !(other.kind === 'decodes' && other.method === 'webassembly')) ||
        (other.kind === 'loads' && other.native && !other.api.includes('WebAssembly'))),
  )
  // Shells have no other way to read a variable by a computed name: `eval "$name=yes"` fills every configure script.
  const action: Action = (fact.phase === 'install' && fact.api !== 'eval') || made ? 'ask' : 'note'
  const message =
    `${opening(fact)} makes a program out of a text that is only known then, and runs it (${fact.api}). ` +
    'Where the text comes from could not be followed. Ask what it needs that for.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

const running: ReadonlySet<string> = new Set(['evaluate', 'load', 'native-load', 'command', 'command-stdin'])

function ofFlow(flow: Flow): readonly RuleFinding[] {
  const { source, sink } = flow
  if (!running.has(sink.kind) || sink.role === 'argument') return []
  const ownBytes = source.kind === 'package-bytes'
  // Settings of a project name the modules and folders to load: that is no program.
  if (!ownBytes && sink.role === 'path') return []
  if (!ownBytes && !(notCode.test(source.name) && (source.kind === 'file' || source.kind === 'project-file')))
    return []
  // What is written to a program that reads no code there, are its data.
  if (
    sink.kind === 'command-stdin' &&
    !sink.destinations.every(isUnknown) &&
    !sink.destinations.some(readsCode)
  )
    return []
  // What is opened for the user runs nothing of the package.
  if (opensPages(sink.api)) return []
  const steps = flow.hops.map(hop => hop.label)
  const hidden = steps.some(step => disguises.has(step))
  const data =
    notCode.test(source.name) ||
    (ownBytes && flow.certain && sink.kind === 'evaluate' && settingsFile.test(source.name))
  // A command with decoded words in it names tools; a decoded program is a text that runs as a whole.
  // Compiled code that says by itself what a shell runs is neither.
  const said = ownBytes && steps.includes('webassembly') && sink.destinations.length === 0
  if (sink.kind === 'command' && sink.role === 'command' && !unasked(flow) && !said) return []
  // What a file says, as part of the name of a module, is not what runs.
  if (data && sink.kind === 'load' && sink.role === 'path') return []
  // Settings in JSON travel far in a large program: that they end as code has to be seen.
  const decoded = steps.filter(step => !travelling.test(step) && (flow.certain || step !== 'as JSON'))
  if (!data && decoded.length === 0) return []
  // A timer is given a function as a rule: that it may also get a text has to be seen, not guessed.
  if (!flow.certain && /set(?:Timeout|Interval)$/.test(sink.api)) return []
  // Compiled code is given tables and keys as well: only what was disguised says something.
  if (sink.role === 'native' && (!unasked(flow) || !hidden)) return []
  // Numbers of unknown origin, made letters in another file than the one that runs something: lexers do that.
  if (
    !flow.certain &&
    ownBytes &&
    source.at.path !== sink.at.path &&
    decoded.every(step => step === 'char-codes')
  )
    return []
  const action: Action = unasked(flow)
    ? flow.certain && sink.role !== 'native' && (data || hidden || flow.phase === 'install')
      ? 'block'
      : flow.certain || !sink.kind.startsWith('command') || flow.phase === 'install'
        ? 'ask'
        : // Which of many texts of a bundle a program's name is made of, is a guess.
          'note'
    : !isGuess(flow) && (data || said || sink.kind === 'evaluate')
      ? 'ask'
      : 'note'
  const message =
    sink.role === 'native'
      ? `${opening(flow)} hands a text that was kept hidden (${[...new Set(decoded)].join(', then ')}) to compiled code, ` +
        'where nobody can see what becomes of it. Do not install it before you have seen what it decodes to.'
      : say(flow, action, decoded, sink.api, undefined, source.name)
  return [findingOfFlow(flow, { action, severity: severityOf(action), message })]
}

/** Shells and interpreters without a program of their own: they run what they read. */
const readsProgram =
  /^(?:\S*[/\\])?(?:(?:ba|z|da|k|c|tc|fi)?sh|node|deno|bun|python[\d.]{0,4}|perl|ruby|php|pwsh|powershell|cmd|osascript)(?:\.exe)?(?:\s+(?:-\S*|\/\w))*\s*$/i

function readsCode(command: Text): boolean {
  return readsProgram.test(command.trim())
}

function isUnknown(command: Text): boolean {
  return command.replaceAll(HOLE, '').trim() === ''
}

/** In a large bundle any text may seem to reach any call that somebody may make. */
const farLines = 2_000
const farColumns = 100_000

function isGuess({ source, sink, certain, phase, byCall }: Flow): boolean {
  return (
    !certain &&
    phase === 'run' &&
    byCall &&
    (source.at.path !== sink.at.path ||
      Math.abs(source.at.line - sink.at.line) > farLines ||
      (source.at.line === sink.at.line && Math.abs(source.at.column - sink.at.column) > farColumns))
  )
}

const disguise: Readonly<Record<string, string>> = {
  'char-codes': 'numbers that stand for letters',
  'hidden-unicode': 'characters nobody can see',
  'string-table': 'a shuffled table of pieces',
  deciphered: 'enciphered text',
  aes: 'enciphered text',
  xor: 'enciphered text',
  decoded: 'encoded text',
  encrypted: 'enciphered text',
  inflated: 'compressed data',
  unpacked: 'an archive',
  reversed: 'reversed text',
  uri: 'escapes of addresses',
  webassembly: 'the memory of compiled code',
}

function decoderInWords(how: string): string {
  return disguise[how] ?? how.replace(/^as /, '')
}

function say(
  at: Pick<Flow, 'phase' | 'byCall'>,
  action: Action,
  decoders: readonly string[],
  api: string,
  odd: Fact | undefined,
  file?: string,
): string {
  const how =
    decoders.length > 0
      ? `stored as ${[...new Set(decoders)].map(decoderInWords).join(', then ')}`
      : odd?.kind === 'hidden-text'
        ? 'stored in characters nobody can see'
        : odd === undefined
          ? 'that is no program by its name'
          : 'pushed out of view'
  const where = file === undefined ? '' : ` of ${quote(file)}`
  const what = `${opening(at)} turns data${where} ${how} into a program and runs it (${api}).`
  if (action === 'note') return what
  return (
    `${what} ` +
    'A program that is meant to be read is not kept like that. Do not install it before you have seen what it decodes to.'
  )
}
