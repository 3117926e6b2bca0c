import type { Action, Fact, Inspection, Rule, Text } from '../lib/types.ts'
import { HOLE } from '../lib/types.ts'
import { guardsInWords, isHiding } from './behaviour/guards.ts'
import { oncePerLine } from './behaviour/once.ts'
import { slashes, unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** A folder whose loss is the loss of everything: home, root, a drive, the project. */
const wide =
  /^(?:~|\/|[a-z]:\/?|%userprofile%|%homepath%|\/home|\/Users|\/root|\/etc|\/usr|\/var|\/mnt)(?:\/(?:\*|\.\[!?\.?\]\*|\.\*))?\/?$/i

const wiping =
  /\brm\s+(?:-[a-z-]+\s+)*(?:--no-preserve-root\s+)?["']?(?:~|\/|\$HOME|\$\{HOME\}|\/home|\/Users|\/etc|\/usr)(?:\/\*?)?["']?(?:\s|$|;|&)|\b(?:rd|rmdir)\s+\/s\b.*(?:%userprofile%|[a-z]:\\(?:\s|"|$))|\bdel\s+\/[fsq](?:\s+\/[fsq])*\s+\S*(?:%userprofile%|[a-z]:\\)|\bformat\s+[a-z]:|\bmkfs\.|\bdd\s+if=\/dev\/(?:zero|urandom|random)\s+of=\/dev\/|\bcipher\s+\/w|\bvssadmin\s+delete\s+shadows|:\(\)\s*\{\s*:\|:&\s*\};:/i

/** A container that is given the machine's root folder. */
const wholeDisk =
  /\b(?:docker|podman|nerdctl)\s+run\b.{0,300}(?:\s(?:-v|--volume)[ =]?["']?\/:\/|\bsource=\/,|\bsrc=\/,)/

const stopping = /\bshutdown(?:\.exe)?\s+[-/][a-z]|\bpoweroff\b|\breboot\b|\binit\s+0\b/i

/** Work that is destroyed. */
export const destructive: Rule = {
  meta: {
    id: 'destructive',
    title: 'Deletes or overwrites what is not its own',
    severity: 'critical',
    description:
      'The code deletes or overwrites the home folder, the whole disk or every file it can reach, turns the machine off, ' +
      'or replaces, from a day on, what other programs write files with. Clean-up tools delete folders of the project when their user says so.',
    references: [
      'node-ipc 10.1.1 (2022): files overwritten by country',
      'Shai-Hulud 2 (November 2025): the home folder wiped when nothing could be stolen',
    ],
    blindSpots: ['Endless loops that call what may end them.', 'Paths that are computed.'],
    examples: {
      flags: [
        {
          title: 'an import deletes the home folder',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "require('child_process').exec('rm -rf ~/')\n",
          },
        },
      ],
      passes: [
        {
          title: 'a clean-up command deletes build output',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":{"a":"cli.js"}}',
            'cli.js': "#!/usr/bin/env node\nrequire('fs').rmSync('dist', { recursive: true, force: true })\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    return oncePerLine([
      ...inspection.facts.flatMap(fact => ofFact(fact)),
      ...inspection.facts.flatMap(fact => ofSweep(fact, inspection)),
    ])
  },
}

function report(fact: Fact, act: string): readonly RuleFinding[] {
  const action: Action = unasked(fact) ? 'block' : 'ask'
  const message =
    `${opening(fact)} ${act}${guardsInWords(fact.guards)}. ` +
    'There is no reason for a package to do that. Do not install it.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

function ofFact(fact: Fact): readonly RuleFinding[] {
  if (fact.kind === 'deletes') {
    // A command the user started deletes what the user named; a bare `/` beside other paths is a part that was unknown.
    if (!unasked(fact))
      return fact.byCall || fact.phase !== 'run' || !fact.paths.includes('~')
        ? []
        : report(fact, 'deletes the whole home folder')
    const path = fact.paths
      .map(slashes)
      .find(one => wide.test(one) && (one !== '/' || fact.paths.length === 1))
    return path === undefined ? [] : report(fact, `deletes ${quote(path)}`)
  }
  if (fact.kind === 'stops') return ofStop(fact)
  if (fact.kind === 'patches') return ofPatch(fact)
  if (fact.kind !== 'starts') return []
  const command = fact.commands.find(one => wiping.test(one))
  if (command !== undefined)
    return report(fact, `runs ${quote(command)}, which deletes far more than its own files`)
  const held = unasked(fact) ? fact.commands.find(one => wholeDisk.test(one)) : undefined
  if (held !== undefined)
    return report(fact, `starts a container that may change the whole disk (${quote(held)})`)
  const stop = unasked(fact) ? fact.commands.find(one => stopping.test(one)) : undefined
  return stop === undefined ? [] : report(fact, `turns the machine off (${quote(stop)})`)
}

/** Functions that whole programs rely on to keep what they write. */
const keeping =
  /^node:fs(?:\.promises)?\.(?:writeFile|writeFileSync|appendFile|appendFileSync|write|writeSync|rename|renameSync|copyFile|copyFileSync|createWriteStream)$/

/** From a day on, or on some machines only, what other programs write goes another way: sabotage waits. */
function ofPatch(fact: Extract<Fact, { kind: 'patches' }>): readonly RuleFinding[] {
  if (!unasked(fact) || !keeping.test(fact.target)) return []
  if (!fact.guards.some(({ kind }) => kind === 'time' || kind === 'locale' || kind === 'user')) return []
  const message =
    `${opening(fact)} replaces ${quote(fact.target.slice(5))}${guardsInWords(fact.guards)}: what any program then writes ` +
    `passes through code of this package. Read what it makes of it before you install it.`
  return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
}

const stoppings = {
  'endless-loop': 'enters a loop that nothing leaves',
  'parent-process': 'ends the process that started it, which is npm or its caller',
  'own-process': 'kills the program it runs in',
} as const

/** Sabotage: whoever installs or imports it waits for ever, or loses the program that does. */
function ofStop(fact: Extract<Fact, { kind: 'stops' }>): readonly RuleFinding[] {
  if (!unasked(fact)) return []
  const act = stoppings[fact.what]
  const message = `${opening(fact)} ${act}${guardsInWords(fact.guards)}. Whatever uses it stops working. Do not install it.`
  return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
}

/** A walk over every folder that writes one text or deletes: many depths of names nobody wrote down. */
function ofSweep(fact: Fact, inspection: Inspection): readonly RuleFinding[] {
  if ((fact.kind !== 'writes' && fact.kind !== 'deletes') || !unasked(fact)) return []
  const walked = fact.paths.map(slashes).filter(isWalked)
  if (walked.length < 4) return []
  const written =
    fact.kind === 'writes' ? fact.contents.find(text => text !== '' && text !== HOLE) : undefined
  const hides = isHiding(fact.guards) || contactsLookup(inspection)
  // Tools that copy and clean folders do this below a root that somebody gave them.
  const rooted = walked.some(path => !path.startsWith(HOLE))
  if (!hides && (fact.kind === 'writes' ? written === undefined : !rooted)) return []
  const act = fact.kind === 'deletes' ? 'deletes' : `overwrites with ${quote(written ?? '…', 30)}`
  return report(
    fact,
    `walks through folder after folder and ${act} what it finds (${quote(walked[0] ?? '')})`,
  )
}

/** Home or computed roots, then nothing but names that are listed at run time. */
function isWalked(path: Text): boolean {
  return /^(?:~|\/|\u0001|\.\.?)(?:\/\u0001)+$/.test(path)
}

function contactsLookup(inspection: Inspection): boolean {
  return inspection.facts.some(
    fact =>
      fact.kind === 'contacts' &&
      fact.destinations.some(text => /\bip(?:geo|info|api|ify|lookup|who)|geoip|freegeo/i.test(text)),
  )
}
