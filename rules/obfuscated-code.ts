import type { Action, Fact, Inspection, Rule } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { unasked } from './behaviour/written.ts'
import { findingAt, opening, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

type Hidden = {
  readonly fact: Fact
  readonly marks: readonly string[]
  readonly share: number
}

/** Names an obfuscator gives; a minifier gives short ones. */
const mangled = /\b_0x[0-9a-f]{4,8}\b/g

/** Code written so that nobody can read it, where it runs by itself. */
export const obfuscatedCode: Rule = {
  meta: {
    id: 'obfuscated-code',
    title: 'Runs code that was made unreadable',
    severity: 'high',
    description:
      'A file that runs while installing or on import carries the marks of an obfuscator: names without meaning, a ' +
      'table of scrambled strings, a rotated array, a state machine in place of statements. Or it calls a global, or a ' +
      'function that starts programs, by a name nobody can find in it. Minified code is smaller; obfuscated code is ' +
      'larger and serves only to keep people from reading it. The finding says which marks there are, not what the code ' +
      'might do.',
    references: [
      'coa 2.0.3 and rc 1.2.9 (2021)',
      'chalk and debug (September 2025): one obfuscated line',
      'node-ipc 9.2.3 (May 2026): an obfuscated end of a readable file',
    ],
    blindSpots: [
      'Code that is unreadable without any tool’s marks.',
      'Obfuscated code that calls nothing modelled.',
    ],
    examples: {
      flags: [
        {
          title: 'a hook that an obfuscator wrote',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "const _0x4a21=['exec','child_process'];const _0x1f3b=function(_0x2c11){return _0x4a21[_0x2c11];};const _0x5e7d=require(_0x1f3b(0x1));_0x5e7d[_0x1f3b(0x0)](_0x4a21[0x2]);\n",
          },
        },
        {
          title: 'a global called by a name that is made while it runs',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const os = require('os')\nconst name = os.release().split('.').map(n => String.fromCharCode(+n + 96)).join('')\nglobalThis[name](os.tmpdir())\n",
          },
        },
      ],
      passes: [
        {
          title: 'globals called by the names of a list, and by whatever name the caller gives',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "for (const name of ['setImmediate', 'queueMicrotask']) globalThis[name](() => {})\nexports.call = (name, ...all) => globalThis[name](...all)\n",
          },
        },
        {
          title: 'minified code',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.min.js"}',
            'i.min.js':
              'var a=require("fs");module.exports=function(b){return a.existsSync(b)?a.readFileSync(b,"utf8"):null};\n',
          },
        },
      ],
    },
  },
  check(inspection) {
    const files = new Map<string, Hidden>()
    for (const fact of inspection.facts) {
      const hidden = hiddenOf(fact)
      if (hidden === undefined) continue
      const other = files.get(fact.at.path)
      if (other === undefined || hidden.share > other.share) files.set(fact.at.path, hidden)
    }
    return [
      ...[...files.values()].flatMap(hidden => report(hidden, inspection)),
      ...oncePerLine(inspection.facts.flatMap(ofHiddenCall)),
    ]
  },
}

/** A call whose target the code keeps to itself until it runs: no honest package does that on import. */
function ofHiddenCall(fact: Fact): readonly RuleFinding[] {
  if (fact.kind !== 'unreadable' || !fact.why.startsWith('calls ') || !unasked(fact)) return []
  const message =
    `${opening(fact)} ${fact.why}: what it calls cannot be read in its code. ` +
    'Libraries name what they call. Install it only if you know why its author hides that.'
  return [findingAt(fact.at, fact.phase, { action: 'ask', severity: severityOf('ask'), message })]
}

function hiddenOf(fact: Fact): Hidden | undefined {
  if (fact.kind === 'obfuscated') return { fact, marks: fact.marks, share: fact.share }
  const names = new Set(fact.at.code.match(mangled) ?? [])
  return names.size >= 2 ? { fact, marks: ['names as an obfuscator gives them'], share: 0.5 } : undefined
}

function report({ fact, marks, share }: Hidden, inspection: Inspection): readonly RuleFinding[] {
  if (share < 0.02) return []
  const action = weigh(fact, inspection)
  const rest = inspection.files.filter(file => file.kind === 'javascript').length - 1
  const message =
    `${opening(fact)} runs code that was made unreadable: ${marks.slice(0, 4).join(', ')}` +
    `${rest > 0 ? `, in a package with ${rest} other ${rest === 1 ? 'file' : 'files'} of code` : ''}. ` +
    (action === 'note'
      ? 'What it does could be followed only in part.'
      : 'What it does could be followed only in part. Install it only if you know why its author hides it.')
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

function weigh(fact: Fact, inspection: Inspection): Action {
  if (fact.byCall || fact.phase === 'run' || fact.phase === 'dormant') return 'note'
  return fact.phase === 'install' || reachesOut(fact, inspection) ? 'block' : 'ask'
}

/** Hidden code that also starts programs, evaluates, sends or patches: capabilities that somebody wanted unseen. */
function reachesOut(fact: Fact, inspection: Inspection): boolean {
  return inspection.facts.some(
    other =>
      other.at.path === fact.at.path &&
      (other.kind === 'starts' ||
        other.kind === 'evaluates' ||
        other.kind === 'contacts' ||
        (other.kind === 'patches' && other.unsure !== true) ||
        (other.kind === 'loads' && other.targets.some(isGarbled))),
  )
}

/** The name of a module that the analysis could not decode: honest code names modules in letters. */
function isGarbled(target: string): boolean {
  return /[^\w@./:\u0001-]/.test(target) || /^[A-Za-z0-9+/=]{16,}$/.test(target)
}
