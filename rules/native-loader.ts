import type { Action, Fact, Flow, Inspection, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { sameLine, slashes, unasked } from './behaviour/written.ts'
import { findingAt, findingOfFlow, opening, quote, severityOf, mannerInWords } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** What compiled code is honestly called. */
const honestName = /\.(?:node|dll|dylib|so(?:\.\d+)*|wasm|exe|jsc|framework)$|(?:^|\/)[\w-]+$/i

/** Compiled code under a false name, or started from where it does not belong. */
export const nativeLoader: Rule = {
  meta: {
    id: 'native-loader',
    title: 'Loads or starts a program in disguise or from elsewhere',
    severity: 'high',
    description:
      'A program in the package has the name of a text, picture or data file and is loaded or copied somewhere else and ' +
      'started, or compiled code is loaded from a temporary folder. Nobody can read what it does. Native addons are ' +
      'called .node and lie where they were built.',
    references: ['weavedb-* (June 2026): an ELF file', 'image and .bin loaders of 2026'],
    blindSpots: ['What compiled code does.', 'C sources that are compiled on installing are not read.'],
    examples: {
      flags: [
        {
          title: 'a program called LICENSE is copied away and started',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "const fs = require('fs')\nfs.copyFileSync(__dirname + '/data.txt', '/tmp/data')\nfs.chmodSync('/tmp/data', 0o755)\nrequire('child_process').spawn('/tmp/data', [], { detached: true, stdio: 'ignore' })\n",
            'data.txt': elf(),
          },
        },
      ],
      passes: [
        {
          title: 'an addon under its own name',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "module.exports = require('./build/a.node')\n",
            'build/a.node': elf(),
          },
        },
      ],
    },
  },
  check(inspection) {
    const disguised = inspection.files.filter(file => file.kind === 'native' && !honestName.test(file.path))
    return oncePerLine([
      ...inspection.facts.flatMap(fact =>
        ofLoad(
          fact,
          disguised.map(file => file.path),
        ),
      ),
      ...inspection.flows.flatMap(flow => ofCopy(flow, inspection)),
    ])
  },
}

/** Loading by the loader's own call what `require` would not take for an addon. */
function ofLoad(fact: Fact, disguised: readonly string[]): readonly RuleFinding[] {
  if (fact.kind !== 'loads' || !fact.native) return []
  const target = fact.targets
    .map(slashes)
    .find(path => isOdd(path) || disguised.some(file => path.endsWith(file)))
  if (target === undefined) return []
  const action: Action = unasked(fact) ? 'ask' : 'note'
  const message =
    `${opening(fact)} loads ${quote(target)} as compiled code (${fact.api}), which is not called what it is. ` +
    'Nobody can read what that does. Ask its author why it is hidden.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

function isOdd(path: Text): boolean {
  return (
    /\.(?:bin|dat|txt|png|jpe?g|gif|md|db|log|css|json|svg|tmp)$/i.test(path) ||
    /^\/(?:tmp|var\/tmp|dev\/shm)\//.test(path)
  )
}

/** A file of the package copied out of it and started there, out of sight: it stays when the package goes. */
function ofCopy(flow: Flow, inspection: Inspection): readonly RuleFinding[] {
  const { source, sink } = flow
  const own = source.kind === 'package-bytes' || source.name.includes('__package__')
  if (!own || sink.kind !== 'command' || sink.role !== 'file' || !unasked(flow)) return []
  const path = sink.destinations.map(slashes).find(isElsewhere)
  const hidden = startsAt(inspection, sink).filter(
    ({ manner }) => manner.includes('detached') || manner.includes('output-hidden'),
  )
  if (path === undefined || hidden.length === 0) return []
  const action: Action = flow.certain ? 'block' : 'ask'
  const message =
    `${opening(flow)} copies ${quote(source.name.replace(/^(?:file:\/\/)?\/__package__\//, ''))} out of the package to ` +
    `${quote(path)} and starts it there${mannerInWords(hidden[0]?.manner ?? [])}. ` +
    'It would run on and stay when the package is removed. Do not install it.'
  return [findingOfFlow(flow, { action, severity: severityOf(action), message })]
}

function startsAt(
  inspection: Inspection,
  { at }: Flow['sink'],
): readonly Extract<Fact, { kind: 'starts' }>[] {
  return inspection.facts.filter(
    (fact): fact is Extract<Fact, { kind: 'starts' }> => fact.kind === 'starts' && sameLine(fact.at, at),
  )
}

function isElsewhere(path: Text): boolean {
  return /^(?:\/(?!__)|~\/|[a-z]:\/|%)/i.test(path)
}

function elf(): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  bytes.set([2, 0, 0x3e, 0], 16)
  return bytes
}
