import type { Action, Fact, Inspection, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { slashes, unasked } from './behaviour/written.ts'
import { findingAt, quote, severityOf, when } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** What compiled code is honestly called. */
const honestName = /\.(?:node|dll|dylib|so(?:\.\d+)*|wasm|exe|jsc|framework)$|(?:^|\/)[\w-]+$/i

/** Compiled code under a false name, or started from where it does not belong. */
export const nativeLoader: Rule = {
  meta: {
    id: 'native-loader',
    title: 'Loads or starts compiled code in disguise',
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
    const natives = inspection.files.filter(file => file.kind === 'native')
    return oncePerLine([
      ...inspection.facts.flatMap(fact =>
        ofLoad(
          fact,
          disguised.map(file => file.path),
        ),
      ),
      ...(natives.length === 0 ? [] : inspection.facts.flatMap(fact => ofStart(fact, inspection))),
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
    `${when(fact.phase, fact.byCall)} it loads ${quote(target)} as compiled code (${fact.api}), which is not called what it is. ` +
    'Nobody can read what that does. Ask its author why it is hidden.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

function isOdd(path: Text): boolean {
  return (
    /\.(?:bin|dat|txt|png|jpe?g|gif|md|db|log|css|json|svg|tmp)$/i.test(path) ||
    /^\/(?:tmp|var\/tmp|dev\/shm)\//.test(path)
  )
}

/** A file of the package copied out of it and started there. */
function ofStart(fact: Fact, inspection: Inspection): readonly RuleFinding[] {
  if (fact.kind !== 'starts' || !unasked(fact)) return []
  const copied = inspection.facts.flatMap(other =>
    other.kind === 'writes' && /copy|rename|cp\b|install|mv\b|write/i.test(other.api)
      ? other.paths.map(slashes)
      : [],
  )
  const command = fact.commands
    .map(slashes)
    .find(text => copied.some(path => isElsewhere(path) && startsWith(text, path)))
  if (command === undefined) return []
  const hidden = fact.manner.filter(how => how !== 'shell')
  const action: Action = hidden.length > 0 ? 'block' : 'ask'
  const message =
    `${when(fact.phase, fact.byCall)} it copies a compiled program out of the package and starts it from there: ${quote(command)}` +
    `${hidden.length > 0 ? ` (${hidden.join(', ')})` : ''}. Nobody can read what it does. Do not install it.`
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

function isElsewhere(path: Text): boolean {
  return /^(?:\/(?!__)|~\/|[a-z]:\/|%)/i.test(path)
}

function startsWith(command: Text, path: Text): boolean {
  return command === path || command.startsWith(`${path} `)
}

function elf(): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  bytes.set([2, 0, 0x3e, 0], 16)
  return bytes
}
