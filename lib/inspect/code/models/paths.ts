import type { SourceKind } from '../../../types.ts'

/**
 * Files that hold what thieves look for, by a part of their path with `/` as separator, in lower case. Compiled from
 * the public incident reports named in `facts/attacks.md` (Shai-Hulud, s1ngularity, BeaverTail, GlassWorm and
 * others) and the documentation of the programs that own the files. Date 2026-11.
 */
const credentialParts: readonly string[] = [
  '/.npmrc',
  '/.yarnrc',
  '/.pypirc',
  '/.netrc',
  '/_netrc',
  '/.git-credentials',
  '/.gitconfig',
  '/.config/gh/',
  '/.config/hub',
  '/.ssh/',
  '/id_rsa',
  '/id_ed25519',
  '/id_ecdsa',
  '/id_dsa',
  '/.gnupg/',
  '/known_hosts',
  '/authorized_keys',
  '/.aws/',
  '/.azure/',
  '/.config/gcloud',
  '/gcloud/',
  'application_default_credentials',
  '/.kube/',
  '/kubeconfig',
  '/.docker/config',
  '/.config/doctl',
  '/.terraform.d/',
  '/.vault-token',
  '/.oci/',
  '/.aliyun/',
  '/.bluemix/',
  '/.fly/',
  '/.netlify/',
  '/.vercel/',
  '/.config/configstore/',
  '/.heroku',
  '/.config/rclone',
  '/.s3cfg',
  '/.boto',
  '/.cargo/credentials',
  '/.gem/credentials',
  '/.m2/settings',
  '/.composer/auth',
  '/.nuget/',
  '/.pgpass',
  '/.my.cnf',
  '/.mylogin.cnf',
  '/.rediscli',
  '/.bash_history',
  '/.zsh_history',
  '/.node_repl_history',
  '/.python_history',
  '/.mysql_history',
  '/.psql_history',
  '/fish_history',
  '/consolehost_history',
  'login data',
  '/cookies',
  'local state',
  '/web data',
  '/logins.json',
  'key4.db',
  'key3.db',
  'cert9.db',
  'cookies.sqlite',
  'formhistory.sqlite',
  '/user data',
  '/mozilla/firefox',
  '/.mozilla/',
  '/google/chrome',
  '/google-chrome',
  '/bravesoftware',
  '/microsoft/edge',
  '/opera software',
  '/vivaldi',
  '/chromium',
  '/yandexbrowser',
  '/local extension settings',
  'indexeddb',
  '/leveldb',
  'library/keychains',
  'login.keychain',
  '/keyrings/',
  '/kwallet',
  '/.password-store',
  '/1password',
  '/bitwarden',
  '/keepass',
  '.kdbx',
  '/lastpass',
  '/.config/solana',
  '/solana/id.json',
  '/.sui/',
  '/.aptos/',
  '/.near-credentials',
  '/.ethereum/',
  '/keystore',
  '/.bitcoin',
  'wallet.dat',
  '/exodus',
  '/electrum',
  '/atomic/',
  '/ledger live',
  '/coinomi',
  '/guarda',
  '/.metamask',
  '/phantom',
  'nkbihfbeogaeaoehlefnkodbefgpgknn',
  'bfnaelmomeimhlpmgjnjophhpkkoljpa',
  'ibnejdfjmmkpcnlpebklmnkoeoihofec',
  'fhbohimaelbohpjbbldcngcnapndodjp',
  'hnfanknocfeofbddgcijnmhnfnkdnaad',
  'egjidjbpglichdcondbcbdnbeeppgdph',
  'aholpfdialjgjfhomihkjbmgjidlcdno',
  'ejbalbakoplchlghecdalmeeeajnimhm',
  'acmacodkjbdgmoleebolmdjonilkdbch',
  'mcohilncbfahbmgdjkbpemcciiolgcge',
  '/.config/bitcoin',
  '/monero',
  '/zcash',
  '/daedalus',
  '/mymonero',
  '/discord/',
  '/discordcanary/',
  '/discordptb/',
  '/slack/',
  '/telegram desktop',
  '/tdata',
  '/signal/',
  '/.claude/',
  '/.claude.json',
  '/claude_desktop_config',
  '/.codex/',
  '/.cursor/',
  '/.gemini/',
  '/.config/openai',
  '/.continue/',
  '/.windsurf',
  '/.codeium/',
  '/.aider',
  '/.config/github-copilot',
  '/.anthropic/',
  '/mcp.json',
  '/.q/',
  '/.aws/amazonq',
  '/etc/passwd',
  '/etc/shadow',
  '/etc/sudoers',
  '/var/run/secrets',
  '/run/secrets',
  '/serviceaccount/token',
  '/etc/kubernetes',
  '/.env',
  '/secrets.json',
  '/credentials.json',
  '/.openvpn',
  '.ovpn',
  '/wireguard/',
  '/etc/ssl/private',
  '/rdp',
  '/filezilla',
  '/winscp',
  '/putty',
  '/teamviewer',
  '/anydesk',
]

const metadataAddresses = [
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  'metadata.google.internal',
  'metadata.tencentyun.com',
  'fd00:ec2::254',
  'metadata.azure.com',
]

/** Whether a destination is the metadata service of a cloud machine, which hands out its credentials. */
export function isMetadataService(destination: string): boolean {
  return metadataAddresses.some(address => destination.includes(address))
}

/** What the content of a file at this path is to its owner. */
export function sourceOfPath(path: string): SourceKind {
  const lower = path.toLowerCase().replaceAll('\\', '/')
  const inPackage = lower.startsWith('/__package__')
  const anchored = lower.startsWith('/') || lower.startsWith('~') ? lower : `/${lower}`
  if (
    lower.startsWith('/proc/') &&
    (lower.endsWith('/environ') || lower.endsWith('/mem') || lower.endsWith('/maps'))
  )
    return 'env'
  if (inPackage) return 'package-bytes'
  const padded = `${anchored}/`
  for (const part of credentialParts) {
    if (padded.includes(part) && !(part === '/.env' && !isDotEnv(anchored))) return 'credential-file'
  }
  if (lower.startsWith('/__project__') || lower.startsWith('./') || lower.startsWith('../'))
    return 'project-file'
  return 'file'
}

function isDotEnv(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return /^\.env(?:[.\u0001]|$)/.test(name)
}
