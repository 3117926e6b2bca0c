import type { Action, Fact, Rule } from '../lib/types.ts'
import { guardsInWords } from './behaviour/guards.ts'
import { oncePerLine } from './behaviour/once.ts'
import { unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** Programs of the user that are ended by their names. */
const killing =
  /\b(?:pkill|killall)\s+(?:-\S+\s+)*["']?\w|\bkill\s+(?:-\S+\s+)+-1(?:\s|;|&|$)|\bxargs\s+(?:-\S+\s+)*kill\b|\btaskkill\b.{0,80}\s\/im\s/i

const stopping = /\bshutdown(?:\.exe)?\s+[-/][a-z]|(?<!@)\b(?:poweroff|reboot)\b|\binit\s+0\b/i

/** Programs that stop, or no longer do what their users rely on. */
export const sabotage: Rule = {
  meta: {
    id: 'sabotage',
    title: 'Stops or breaks the programs around it',
    severity: 'high',
    description:
      'Unasked, the code enters a loop that nothing leaves, ends the process that started it or other programs of the user, ' +
      'turns the machine off, or replaces what every program relies on by code that acts by chance or from a day on. Process ' +
      'managers and shells end programs when their user says so, not on install or import.',
    references: ['colors 1.4.1 (January 2022): an endless loop on import'],
    blindSpots: ['Endless loops that call what may end them.', 'Functions that are slow, or wrong for all.'],
    examples: {
      flags: [
        {
          title: 'an import never returns',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "for (let i = 666; i < Infinity; i++) console.log('inert')\n",
          },
        },
        {
          title: 'a hook turns the machine off',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"shutdown -h now"}}',
          },
        },
      ],
      passes: [
        {
          title: 'a library that ends programs for its caller, and a server that runs for ever',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "exports.kill = name => require('child_process').exec('pkill ' + name)\nexports.serve = () => require('http').createServer((q, s) => s.end('ok')).listen(8080)\n",
          },
        },
      ],
    },
  },
  check({ facts }) {
    return oncePerLine(facts.filter(unasked).flatMap(ofFact))
  },
}

function ofFact(fact: Fact): readonly RuleFinding[] {
  switch (fact.kind) {
    case 'stops':
      return ofStop(fact)
    case 'patches':
      return ofPatch(fact)
    case 'starts':
      return ofCommands(fact)
    default:
      return []
  }
}

function report(fact: Fact, action: Action, message: string): readonly RuleFinding[] {
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

function ofCommands(fact: Extract<Fact, { kind: 'starts' }>): readonly RuleFinding[] {
  const killed = fact.commands.find(one => killing.test(one))
  if (killed !== undefined)
    return report(
      fact,
      'ask',
      `${opening(fact)} ends other programs of the user (${quote(killed)})${guardsInWords(fact.guards)}. Do not install it.`,
    )
  const stop = fact.commands.find(one => stopping.test(one))
  if (stop === undefined) return []
  return report(
    fact,
    'block',
    `${opening(fact)} turns the machine off (${quote(stop)})${guardsInWords(fact.guards)}. ` +
      'There is no reason for a package to do that. Do not install it.',
  )
}

/** Functions that whole programs rely on to keep what they write. */
const keeping =
  /^node:fs(?:\.promises)?\.(?:writeFile|writeFileSync|appendFile|appendFileSync|write|writeSync|rename|renameSync|copyFile|copyFileSync|createWriteStream)$/

/** Where keys and tokens come from. Pages without it get a substitute; Node always has it. */
const drawing =
  /^node:crypto\.(?:randomBytes|randomFill|randomFillSync|randomInt|randomUUID|pseudoRandomBytes|generateKeyPair|generateKeyPairSync|generateKey|generateKeySync)$/

/** From a day on, or on some machines only, what other programs write goes another way: sabotage waits. */
function ofPatch(fact: Extract<Fact, { kind: 'patches' }>): readonly RuleFinding[] {
  if (fact.api.endsWith('chance')) {
    const message =
      `${opening(fact)} replaces ${quote(fact.target)}, on which every program relies, by code that acts by chance or by ` +
      'the calendar. What other programs then get is wrong now and then, and nobody finds out why. Do not install it.'
    return report(fact, 'ask', message)
  }
  if (fact.api.endsWith('nothing')) {
    const message =
      `${opening(fact)} replaces ${quote(fact.target)}, on which every program relies, by what does nothing` +
      `${guardsInWords(fact.guards)}. Whatever calls it then goes wrong. Do not install it.`
    return report(fact, 'ask', message)
  }
  if (drawing.test(fact.target)) {
    const message =
      `${opening(fact)} replaces ${quote(fact.target.slice(5))}${guardsInWords(fact.guards)} for the whole program. Keys and tokens ` +
      'that any other code makes then come from this package, which may know them beforehand. Do not install it.'
    return report(fact, fact.unsure === true ? 'ask' : 'block', message)
  }
  if (!keeping.test(fact.target)) return []
  if (!fact.guards.some(({ kind }) => kind === 'time' || kind === 'locale' || kind === 'user')) return []
  const message =
    `${opening(fact)} replaces ${quote(fact.target.slice(5))}${guardsInWords(fact.guards)}: what any program then writes ` +
    `passes through code of this package. Read what it makes of it before you install it.`
  return report(fact, 'ask', message)
}

const stoppings = {
  'endless-loop': 'enters a loop that nothing leaves',
  'parent-process': 'ends the process that started it, which is npm or its caller',
  'own-process': 'ends the program it runs in',
} as const

/** Sabotage: whoever installs or imports it waits for ever, or loses the program that does. */
function ofStop(fact: Extract<Fact, { kind: 'stops' }>): readonly RuleFinding[] {
  const act = stoppings[fact.what]
  const message = `${opening(fact)} ${act}${guardsInWords(fact.guards)}. Whatever uses it stops working. Do not install it.`
  return report(fact, 'ask', message)
}
