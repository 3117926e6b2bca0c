import type { Context, Flow, Inspection, Source } from '../../lib/types.ts'
import { brandInHost } from '../brands/brand-in-host.ts'
import { brandScore } from '../brands/brand-score.ts'
import { remembering } from '../remember.ts'
import type { Place } from './place.ts'

/**
 * What a source is to a thief. `hard`: files and commands that give nothing but credentials; `whole`: the environment
 * with everything in it; `named`: one secret variable; `file`: another file of the user. Undefined: not a secret.
 */
export type Loot = 'hard' | 'whole' | 'named' | 'file'

/** Commands whose output is a credential. */
const credentialCommand =
  /\b(?:gh\s+auth\s+token|npm\s+(?:token|config\s+get\s+\S*(?:_auth|token))|security\s+(?:find-|dump-|export)|secret-tool\s+lookup|gcloud\s+auth\s+(?:application-default\s+)?print|aws\s+(?:configure\s+get|sts\s+get-session|secretsmanager|ssm\s+get-param)|az\s+account\s+get-access|git\s+credential|vault\s+(?:read|kv\s+get|print)|kubectl\s+(?:get\s+secret|config\s+view)|op\s+(?:read|item)|cmdkey\b|pass\s+show|trufflehog\b|gitleaks\b)/

/** Questions for a password in a window or a line of their own, which look like the system's. */
const passwordDialog =
  /\bdisplay dialog\b.*\b(?:hidden answer|password)\b|\b(?:zenity|yad|kdialog|qarma)\b.*--password\b|\bssh-askpass\b|\bsystemd-ask-password\b|\bGet-Credential\b|\bPromptForCredential\b|\bRead-Host\b.*-AsSecureString\b/is

/** Commands that print a file, with a file of credentials among their words. */
const printedCredential =
  /\b(?:cat|type|tail|head|more|less|base64|xxd|strings|get-content|gc)\s[^|;&]{0,200}(?:\.npmrc|\.netrc|\.git-credentials|\.ssh\/|\bid_(?:rsa|ed25519|ecdsa)|\.aws\/credentials|\.kube\/config|\.docker\/config\.json|\.vault-token|\.config\/gh\/|\/environ\b|\/etc\/shadow|_history\b)/i

/** Commands whose output is the environment. */
const environmentCommand =
  /^\s*(?:(?:\S{0,40}[/\\])?(?:sh|bash|zsh|cmd)(?:\.exe)?\s+[-/]\w{1,3}\s+)?['"]?(?:printenv|env|set|export\s+-p)['"]?\s*(?:[|;&].*)?$|\b(?:Get-ChildItem|gci|dir|ls|Get-Item)\s+(?:-Path\s+)?env:|\]::GetEnvironmentVariables\b/i

/** Files that lie in the home folder for one program each, and whose names say nothing of a secret. */
export function lootOf(source: Source): Loot | undefined {
  switch (source.kind) {
    case 'credential-file':
      return 'hard'
    case 'metadata-service':
      return 'hard'
    case 'env':
      return 'whole'
    case 'env-secret':
      return 'named'
    case 'command-output':
      return lootOfCommand(source.name)
    case 'file':
      return /^(?:~|\/(?:etc|root|home|Users|var)\b)/.test(source.name) ? 'file' : undefined
    default:
      return undefined
  }
}

/** The flows of a package come from few commands, and every flow asks. */
const lootOfCommand = remembering(
  (command: string): Loot | undefined => {
    if (credentialCommand.test(command) || printedCredential.test(command)) return 'hard'
    if (passwordDialog.test(command)) return 'hard'
    return environmentCommand.test(command) ? 'whole' : undefined
  },
  command => command,
)

/** A program's own settings by its name: `~/.config/tool/…`, `~/.toolrc` of the package `tool`. */
export function isOwnFile(path: string, name: string): boolean {
  const words = wordsOf(name).filter(word => word.length >= 4)
  const place = path.toLowerCase()
  return words.some(
    word => place.includes(`/.${word}`) || place.includes(`/${word}/`) || place.includes(`/${word}.`),
  )
}

/** Words that every credential's name has, whosever it is. */
const ordinary: ReadonlySet<string> = new Set([
  'api', 'key', 'token', 'secret', 'auth', 'access', 'private', 'public', 'client', 'password', 'pass', 'user',
  'url', 'uri', 'id', 'app', 'app_key', 'credentials', 'credential', 'the', 'my', 'dsn', 'session', 'webhook',
  'env', 'com', 'net', 'org', 'www', 'dev', 'prod', 'js', 'node', 'sdk', 'cli', 'core', 'lib', 'http', 'https',
]) // prettier-ignore

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word.length >= 2 && !ordinary.has(word))
}

/** What a run of CI shows others to say who it is. Whoever holds it is that run, to every service that trusts it. */
export const ciIdentity =
  /^(?:ACTIONS_ID_TOKEN for |ACTIONS_RUNTIME_TOKEN$|CI_JOB_(?:TOKEN|JWT)|CI_JOB_JWT_V\d$|CIRCLE_OIDC_TOKEN|BITBUCKET_STEP_OIDC_TOKEN$|BUILDKITE_AGENT_ACCESS_TOKEN$|SYSTEM_ACCESSTOKEN$|TFC_WORKLOAD_IDENTITY_TOKEN|VERCEL_OIDC_TOKEN$)/

/** Whether a variable is the package's own setting or belongs to the service it is sent to. */
export function isOwnVariable(name: string, place: Place, inspection: Inspection, context: Context): boolean {
  const words = wordsOf(name)
  const brands = brandScore(context.name, context.lists).brands
  if (isServiceOf(name, place) || isApiOf(name, place, context)) return true
  // A package that is about CI has its words in its name, and no claim to who the user's runs are.
  if (ciIdentity.test(name)) return isAskedFor(name, place)
  const owners = new Set([
    ...wordsOf(context.name),
    ...wordsOf(inspection.manifest.name ?? ''),
    ...initialsOf(context.name),
    ...(place.host?.labels ?? []).flatMap(wordsOf),
    ...brands.flatMap(brand => brand.words.map(({ word }) => word)),
  ])
  return words.some(
    word => owners.has(word) || [...owners].some(owner => owner.length >= 4 && owner === `${word}s`),
  )
}

/**
 * Whether variables are picked by a beginning that is the package's name or that of the service they go to. Who leans on
 * the name of somebody else's has no settings of that name: all keys of a cloud begin alike.
 */
export function areOwnSettings(
  { kind, name }: Source,
  place: Place,
  inspection: Inspection,
  context: Context,
): boolean {
  if (kind !== 'env' || !/^\w{3,40}…$/.test(name)) return false
  // npm hands on what somebody set for a tool in `.npmrc`.
  const beginning = name.slice(0, -1).replace(/^npm_config_(?=\w{3})/, '')
  const brands = new Set(context.lists.brands.flatMap(brand => brand.words.map(({ word }) => word)))
  const leans = wordsOf(beginning).some(word => brands.has(word) || taken.has(word))
  return !leans && isOwnVariable(beginning, place, inspection, context)
}

/** Words that variables of others begin with: clouds, forges, registries, databases, models, chains. */
const taken: ReadonlySet<string> = new Set([
  'aws', 'amazon', 'azure', 'arm', 'gcp', 'gcloud', 'google', 'ibm', 'sap', 'ovh', 'github', 'gh', 'gha', 'gitlab',
  'git', 'bitbucket', 'ci', 'circle', 'circleci', 'travis', 'jenkins', 'actions', 'runner', 'npm', 'yarn', 'pnpm',
  'docker', 'kube', 'kubernetes', 'vault', 'consul', 'terraform', 'tf', 'tfc', 'ssh', 'gpg', 'jwt', 'openai',
  'anthropic', 'claude', 'gemini', 'hf', 'huggingface', 'stripe', 'paypal', 'twilio', 'sendgrid', 'slack', 'discord',
  'telegram', 'heroku', 'vercel', 'netlify', 'cloudflare', 'cf', 'digitalocean', 'supabase', 'firebase', 'sentry',
  'database', 'db', 'sql', 'pg', 'postgres', 'mysql', 'mongo', 'mongodb', 'redis', 'wallet', 'mnemonic', 'seed', 'eth',
  'btc', 'sol', 'bnb', 'infura', 'alchemy', 'deployer', 'binance', 'coinbase', 'kraken', 'okx', 'ftx', 'root', 'admin',
]) // prettier-ignore

/** `ILA_LICENSE_KEY` of `ip-location-api`. */
function initialsOf(name: string): readonly string[] {
  const initials = name
    .slice(name.lastIndexOf('/') + 1)
    .split(/[-_.]/)
    .map(word => word.charAt(0).toLowerCase())
    .join('')
  return initials.length < 3 || taken.has(initials) ? [] : [initials]
}

/** Services by the short names their own tools give variables. */
const shortNames: Readonly<Record<string, string>> = {
  hf: 'huggingface',
  gh: 'github',
  gl: 'gitlab',
  cf: 'cloudflare',
}

/** Whether a variable or a file of credentials is named after the service that a host belongs to. */
function isServiceOf(name: string, { host }: Place): boolean {
  if (host === undefined || host.address) return false
  const [owner = ''] = host.labels.slice(-2)
  const words = name.toLowerCase().split(/[^a-z0-9]+/)
  return owner.length >= 5 && words.some(word => word === owner || shortNames[word] === owner)
}

/** Whether an identity was asked for to be shown at that very host: nobody else takes it. */
function isAskedFor(name: string, { host }: Place): boolean {
  const owner = host?.labels.slice(-2).join('.') ?? ''
  return host?.address === false && / for (.+)/.exec(name)?.[1]?.includes(owner) === true
}

/** `MAPQUEST_API_KEY` and `mapquestapi.com`, where that is no name of a brand's with something behind it. */
function isApiOf(name: string, { host }: Place, { lists }: Context): boolean {
  if (host === undefined || host.address) return false
  const [owner = ''] = host.labels.slice(-2)
  const named = wordsOf(name).some(word => word.length >= 5 && owner === `${word}api`)
  return named && brandInHost(host, lists) === undefined
}

/** A file below the folder that a program keeps under the name of its host: `~/.tool/session.json` and `api.tool.dev`. */
export function isKeptForHost({ source }: Flow, { host, kind }: Place, { lists }: Context): boolean {
  if (host === undefined || host.address || kind !== 'foreign') return false
  const [owner = ''] = host.labels.slice(-2)
  const kept = owner.length >= 3 && source.name.toLowerCase().startsWith(`~/.${owner}/`)
  return kept && brandInHost(host, lists) === undefined
}

/** Whether data enters where a service expects its own credential: a header, or the address it was configured with. */
export function isSignIn(flow: Flow, place: Place): boolean {
  const fits = flow.sink.role === 'header' || flow.sink.role === 'dest'
  return (
    fits &&
    (isOwnService(flow, place) ||
      place.kind === 'own' ||
      place.kind === 'supply' ||
      place.kind === 'service' ||
      place.kind === 'unknown')
  )
}

/** `~/.cache/huggingface/token` signs in at huggingface.co, where others may keep files: it is asked who it is for. */
export function isOwnService({ source, sink }: Flow, place: Place): boolean {
  return sink.role === 'header' && place.kind === 'rented' && isServiceOf(source.name, place)
}

/** What opens a wallet. It never needs to leave the machine, whoever asks. */
export const keyMaterial =
  /mnemonic|seed_?phrase|recovery_?phrase|^seed$|private_?key|priv_?key|keypair|keystore|wallet_?key|^wif$|^xprv$/i

/** What a payment card is charged with by whoever knows it. */
export const cardData =
  /^(?:request )?(?:(?:cc|credit_?card|card)_?number|(?:card_?)?(?:cvc|cvv)2?(?:_?code)?|(?:card_?)?security_?code|card_?verification_?value)$/i

/** Which secret it is, so that a sweep over many can be told from one program's own file. */
export function familyOf(source: Source): string {
  return `${source.kind} ${source.name.toLowerCase()}`
}

/** Files of a person's own programs, which no other program has business with: profiles, wallets, keys, histories. */
export function isPersonal(source: Source): boolean {
  return (
    source.kind === 'credential-file' &&
    /leveldb|login data|cookies|user data|extension settings|keychain|keyrings|wallet|exodus|electrum|\.config\/solana|\/\.ssh\/|_history|key4\.db|logins\.json|discord|telegram|mozilla/i.test(
      source.name,
    )
  )
}
