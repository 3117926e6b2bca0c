import type { SourceKind } from '../types.ts'

/**
 * Parts of paths that hold credentials of the user: compared on `/`-separated, lower-case text, wherever the home
 * folder lies. Each is a file or folder no build or install step has business with.
 */
const credentialParts = [
  '.npmrc',
  '.yarnrc',
  '.pypirc',
  '.netrc',
  '_netrc',
  '.git-credentials',
  '.gitconfig',
  '.ssh',
  'id_rsa',
  'id_ed25519',
  'id_ecdsa',
  '.aws',
  '.azure',
  '.kube',
  '.docker/config.json',
  '.config/gcloud',
  'application_default_credentials.json',
  '.config/gh',
  '.vault-token',
  '.gnupg',
  '.password-store',
  '.pgpass',
  '.my.cnf',
  '.terraform.d',
  '.terraformrc',
  '.gem/credentials',
  '.cargo/credentials',
  '.composer/auth.json',
  '.m2/settings.xml',
  '.gradle/gradle.properties',
  '.bash_history',
  '.zsh_history',
  '.node_repl_history',
  '.python_history',
  '.psql_history',
  '.mysql_history',
  'etc/passwd',
  'etc/shadow',
  'login data',
  'cookies.sqlite',
  'logins.json',
  'key4.db',
  'local storage/leveldb',
  'local extension settings',
  'google/chrome',
  'bravesoftware',
  'microsoft/edge',
  '.mozilla/firefox',
  'discord/local storage',
  'library/keychains',
  'keychain-db',
  '.local/share/keyrings',
  '.config/solana',
  '.sui',
  '.aptos',
  '.ethereum/keystore',
  'wallet.dat',
  '.bitcoin',
  '.electrum',
  'exodus',
  'atomic/local storage',
  '.claude',
  '.claude.json',
  '.cursor/mcp.json',
  '.codex',
  '.gemini',
  '.config/claude',
  'claude_desktop_config.json',
  '.config/rclone',
  '.s3cfg',
  '.boto',
  '.dockercfg',
  '.heroku',
  '.fly/config.yml',
  '.config/doctl',
  '.snowflake',
  '.databrickscfg',
  '.oci/config',
  'serviceaccount/token',
  'proc/self/environ',
  '/environ',
] as const

/** What a path outside or inside the package is: the text may hold unknown parts and either kind of slash. */
export function pathSource(path: string): SourceKind {
  const flat = path.replaceAll('\\', '/').replaceAll(/\/+/g, '/').toLowerCase()
  if (isOwnConfig(flat)) return 'project-file'
  if (credentialParts.some(part => containsPart(flat, part)))
    return flat.endsWith('/environ') ? 'env' : 'credential-file'
  // `.env` beside the package or the project that installs it: secrets of the project.
  if (/(?:^|\/)\.env(?:\.(?:local|production|development|staging|test))?$/.test(flat))
    return 'credential-file'
  return isOutside(flat) ? 'file' : 'project-file'
}

/** The package's own `.npmrc` or `.yarnrc` is no secret of the user; the project's, above it, may be. */
function isOwnConfig(flat: string): boolean {
  return /^(?:\.\/)?(?:\.npmrc|\.yarnrc|\.gitconfig|\.claude(?:\/.*)?)$/.test(flat)
}

function containsPart(flat: string, part: string): boolean {
  for (let at = flat.indexOf(part); at >= 0; at = flat.indexOf(part, at + 1)) {
    const before = flat.charAt(at - 1)
    const after = flat.charAt(at + part.length)
    if (
      (at === 0 || part.startsWith('/') || /[/~\s"'=@\u0001]/.test(before)) &&
      (after === '' || /[/\s"'*.\u0001]/.test(after))
    )
      return true
  }
  return false
}

function isOutside(flat: string): boolean {
  return /^(?:\/|~|[a-z]:\/|\u0001|\.\.\/|\$home|%)/.test(flat)
}

const secretWords =
  /(?:TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|API_?KEY|APIKEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|_AUTH|AUTH_|MNEMONIC|SEED_?PHRASE|SESSION_?KEY|CONNECTION_?STRING|DATABASE_URL|_PAT$|^PAT$|COOKIE|_DSN$|SIGNING_?KEY)/

/** Whether a variable's name says that it holds a credential. npm's own settings carry the registry token too. */
export function variableSource(name: string): SourceKind {
  const upper = name.toUpperCase()
  if (secretWords.test(upper)) return 'env-secret'
  if (hostVariables.has(upper)) return 'host'
  return 'env-name'
}

const hostVariables = new Set([
  'USER',
  'USERNAME',
  'LOGNAME',
  'HOSTNAME',
  'COMPUTERNAME',
  'USERDOMAIN',
  'HOST',
])
