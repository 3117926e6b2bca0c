import type { Model, PropertyModel } from './model.ts'

/** What a program can learn about the machine and the person. */
export const host: readonly Model[] = [
  {
    of: ['node:os.homedir', 'pkg:{os-homedir,home-dir,homedir,user-home}'],
    act: 'source',
    kind: 'host',
    name: 'home folder',
    text: '~',
  },
  {
    of: ['global:process.report.getReport'],
    act: 'source',
    kind: 'env',
    name: 'process.report',
  },
  { of: ['node:os.tmpdir', 'pkg:{os-tmpdir,temp-dir}'], act: 'source', kind: 'host', name: '', text: '/tmp' },
  { of: ['node:os.{hostname,userInfo,networkInterfaces}'], act: 'source', kind: 'host' },
  {
    of: [
      'pkg:{username,fullname,ip,internal-ip,public-ip,address,macaddress,getmac,node-machine-id,systeminformation,os-name,default-gateway,network}',
      'pkg:node-machine-id.{machineId,machineIdSync}',
      'pkg:ip.address',
      'pkg:systeminformation.{getStaticData,system,users,osInfo,networkInterfaces,getAllData,uuid}',
      'pkg:macaddress.{one,all}',
    ],
    act: 'source',
    kind: 'host',
  },
  { of: ['node:os.{platform,type,arch,release,version,machine}'], act: 'guard', kind: 'platform' },
  { of: ['node:os.{cpus,totalmem,freemem,uptime,loadavg,endianness,availableParallelism}'], act: 'clean' },
  { of: ['global:process.{getuid,geteuid,getgid}'], act: 'guard', kind: 'user' },
  { of: ['global:process.cwd'], act: 'source', kind: 'host', name: '', text: '/__project__' },
  // Where the project's manifest, or its folder, was found.
  {
    of: ['pkg:pkg-up', 'pkg:pkg-up.{sync,pkgUp,pkgUpSync}', 'pkg:package-up.{packageUp,packageUpSync}'],
    act: 'source',
    kind: 'host',
    name: '',
    text: '/__project__/package.json',
  },
  {
    of: [
      'pkg:{pkg-dir,package-directory}',
      'pkg:{pkg-dir,package-directory}.{sync,packageDirectory,packageDirectorySync}',
      'pkg:{find-root,root-path,project-root-directory}',
    ],
    act: 'source',
    kind: 'host',
    name: '',
    text: '/__project__',
  },
  {
    of: [
      'pkg:find-up',
      'pkg:find-up.{sync,findUp,findUpSync}',
      'pkg:{find-up-simple.findUp,find-up-simple.findUpSync,empathic/find.up,findup-sync,look-it-up.lookItUpSync}',
    ],
    act: 'built-in',
    name: 'found above',
  },
  {
    of: [
      'pkg:{clipboardy,copy-paste,clipboard-sys,node-clipboardy}.{read,readSync,paste}',
      'global:navigator.clipboard.{readText,read}',
      'pkg:electron.clipboard.readText',
    ],
    act: 'source',
    kind: 'clipboard',
    name: 'clipboard',
  },
  {
    of: [
      'pkg:{clipboardy,copy-paste,clipboard-sys,node-clipboardy}.{write,writeSync,copy}',
      'pkg:clipboardy.default.{write,writeSync}',
      'global:navigator.clipboard.{writeText,write}',
      'pkg:electron.clipboard.{writeText,write}',
    ],
    act: 'built-in',
    name: 'clipboard.write',
  },
  // What a person sees and types anywhere on the machine.
  {
    of: [
      'pkg:{screenshot-desktop,desktop-screenshot,node-screenshots,screenshots}',
      'pkg:screenshot-desktop.all',
      'pkg:electron.desktopCapturer.getSources',
      'pkg:{robotjs,@nut-tree/nut-js}.screen.{capture,grab}',
      'pkg:{node-webcam,webcam-easy}.capture',
    ],
    act: 'source',
    kind: 'clipboard',
    name: 'the screen',
  },
  {
    of: [
      'pkg:{uiohook-napi.uIOhook,iohook,iohook-macos,keypress-listener}.{on,addListener}',
      'pkg:node-global-key-listener.GlobalKeyboardListener().addListener',
    ],
    act: 'source',
    kind: 'clipboard',
    name: 'what is typed',
  },
  { of: ['global:document.createElement'], act: 'built-in', name: 'createElement' },
  { of: ['global:Image', 'global:Audio'], act: 'built-in', name: 'picture' },
  { of: ['picture.{src,href,srcset}'], act: 'built-in', name: 'picture.set' },
  { of: ['global:location.{assign,replace}', 'global:open'], act: 'built-in', name: 'page.goTo' },
  { of: ['picture.contentWindow.postMessage'], act: 'built-in', name: 'frame.post' },
  { of: ['form-element.action'], act: 'built-in', name: 'form.set' },
  {
    of: ['form-element.{append,appendChild,prepend,insertBefore,replaceChildren}'],
    act: 'fill',
    values: [0, 1],
  },
  { of: ['form-element.{submit,requestSubmit}'], act: 'send', payload: [] },
  {
    of: ['{picture,script-element,form-element}.setAttribute'],
    act: 'built-in',
    name: 'element.setAttribute',
  },
  {
    of: ['script-element.{src,text,textContent,innerHTML,append,appendChild,prepend,replaceChildren}'],
    act: 'built-in',
    name: 'script.set',
  },
  {
    of: [
      'pkg:keytar.{getPassword,findPassword,findCredentials}',
      'pkg:{cross-keychain,keychain}.{getPassword,get}',
      'pkg:@napi-rs/keyring.Entry().getPassword',
    ],
    act: 'source',
    kind: 'credential-file',
    name: 'keychain',
  },
  {
    of: [
      'pkg:@aws-sdk/credential-providers.{fromIni,fromEnv,fromNodeProviderChain}',
      'pkg:@aws-sdk/credential-provider-node.defaultProvider',
    ],
    act: 'source',
    kind: 'credential-file',
    name: 'AWS credentials',
  },
  {
    of: [
      'pkg:aws-sdk.{SharedIniFileCredentials,CredentialProviderChain,config.credentials.get,config.getCredentials}',
      'pkg:electron.{session.defaultSession.cookies.get,session.fromPartition().cookies.get,safeStorage.decryptString}',
    ],
    act: 'source',
    kind: 'credential-file',
    name: 'a stored session',
  },
  { of: ['pkg:env-var.get', 'global:Deno.env.get'], act: 'built-in', name: 'variable' },
  { of: ['pkg:rc'], act: 'built-in', name: 'settings' },
  { of: ['pkg:vite.loadEnv'], act: 'built-in', name: 'variables by prefix' },
  {
    of: ['pkg:@actions/core.getIDToken'],
    act: 'source',
    kind: 'credential-file',
    name: 'the identity token of a workflow',
  },
  {
    of: [
      'pkg:{npm-conf,@pnpm/npm-conf,libnpmconfig.read,npm-config}',
      'pkg:{registry-auth-token,netrc,netrc-parser,git-credential-node.fill,gh-token,github-token}',
      'pkg:@aws-sdk/shared-ini-file-loader.{loadSharedConfigFiles,loadSsoSessionData}',
      'pkg:@smithy/shared-ini-file-loader.{loadSharedConfigFiles,loadSsoSessionData}',
    ],
    act: 'source',
    kind: 'credential-file',
    name: 'stored logins',
  },
  // The libraries of cloud vendors find the account of whoever runs them by themselves.
  {
    of: [
      'pkg:google-auth-library.{GoogleAuth,Compute,UserRefreshClient}',
      'pkg:@azure/identity.{DefaultAzureCredential,AzureCliCredential,AzurePowerShellCredential,EnvironmentCredential,ManagedIdentityCredential,ChainedTokenCredential}',
    ],
    act: 'make',
    instance: 'identity',
  },
  {
    of: [
      'identity.{getAccessToken,getToken,getRequestHeaders,getCredentials,getApplicationDefault,fetchIdToken}',
    ],
    act: 'source',
    kind: 'credential-file',
    name: 'the token of a cloud account',
  },
  {
    of: ['global:{chrome,browser}.cookies.{get,getAll}', 'global:{chrome,browser}.history.search'],
    act: 'source',
    kind: 'browser',
    name: 'cookies',
  },
  {
    of: [
      'global:localStorage.getItem',
      'global:sessionStorage.getItem',
      'global:indexedDB.open',
      'global:cookieStore.{get,getAll}',
      'global:navigator.credentials.get',
    ],
    act: 'source',
    kind: 'browser',
  },
  { of: ['global:prompt'], act: 'source', kind: 'browser', name: 'prompt' },
  {
    of: [
      'global:ethereum.request',
      'global:solana.{connect,signTransaction,request}',
      'global:web3.eth.getAccounts',
    ],
    act: 'source',
    kind: 'browser',
  },
  {
    of: ['global:document.{getElementById,querySelector,querySelectorAll}'],
    act: 'source',
    kind: 'browser',
    name: '',
  },
]

/** Properties that are themselves an answer. */
export const properties: readonly PropertyModel[] = [
  { of: ['global:process.{platform,arch}'], guard: 'platform' },
  { of: ['global:process.{version,versions,release}'] },
  { of: ['global:process.argv'], guard: 'argv' },
  { of: ['global:process.argv.0'], text: 'node' },
  { of: ['global:process.execPath', 'global:process.argv0'], text: 'node' },
  { of: ['global:process.{title,stdout,stderr,exitCode}'] },
  { of: ['node:os.EOL'], text: '\n' },
  { of: ['node:path.{sep,posix.sep}'], text: '/' },
  { of: ['node:path.delimiter'], text: ':' },
  { of: ['global:document.cookie', 'global:localStorage', 'global:sessionStorage'], source: 'browser' },
  { of: ['global:document.forms'], source: 'browser', name: 'what is typed into the forms of others' },
  { of: ['requests.seen.headers'], source: 'caller-secret', name: 'authorization of other requests' },
  { of: ['global:navigator.{language,languages}'], guard: 'locale' },
  { of: ['global:navigator.{userAgent,platform}'], guard: 'platform' },
  { of: ['pkg:ci-info.isCI', 'pkg:is-ci'], guard: 'ci' },
]

const secretWords = [
  'token',
  'secret',
  'password',
  'passwd',
  'passphrase',
  'apikey',
  'api_key',
  'privatekey',
  'private_key',
  'accesskey',
  'access_key',
  'auth',
  'credential',
  'mnemonic',
  'seed',
  'signing_key',
  'encryption_key',
  'session_key',
  'client_secret',
  'webhook',
  'pwd',
  'database_url',
  'mongodb_uri',
  'mongo_uri',
  'connection_string',
  'dsn',
  '_key',
  'wallet',
]

/** Variables from which libraries take the proxy of all requests, or the address of the service they are clients of. */
const redirecting =
  /^(?:(?:https?|all|global_agent_https?)_proxy|npm_config_registry|[a-z]\w{1,40}_(?:base_ur[il]|api_base|api_host|api_ur[il]|endpoint(?:_url)?))$/i

/** Whether a variable of that name sends requests of a whole program elsewhere. */
export function redirects(name: string): boolean {
  return redirecting.test(name)
}

/** Whether the name of an environment variable says that it holds a credential. */
export function isSecretVariable(name: string): boolean {
  const lower = name.toLowerCase()
  if (
    lower === 'ssh_auth_sock' ||
    (lower.startsWith('npm_config_') && !lower.includes('token') && !lower.includes('auth'))
  )
    return false
  if (lower === 'pwd' || lower === 'oldpwd' || lower === 'init_cwd') return false
  // `_path` is no personal access token, an author no authorisation, and `REJECT_UNAUTHORIZED` a setting of TLS.
  if (/_pat(?:_|$)/.test(lower)) return true
  const told = lower.replaceAll(/author(?!i[sz]|ity)|unauthori[sz]ed/g, '')
  return secretWords.some(word => told.includes(word))
}

/** What the security code of a payment card is called. */
const securityCodes = new Set([
  'cvc',
  'cvc2',
  'cvv',
  'cvv2',
  'cvccode',
  'cvvcode',
  'cardcvc',
  'cardcvv',
  'securitycode',
  'cardsecuritycode',
  'cardverificationvalue',
])

const maxCodeName = 32

const secretParameters = new Set([
  'apikey',
  'apisecret',
  'secret',
  'secretkey',
  'privatekey',
  'privkey',
  'mnemonic',
  'seed',
  'seedphrase',
  'passphrase',
  'password',
  'keypair',
  'accesskey',
  'secretaccesskey',
  'wallet',
  'signer',
  'token',
  'accesstoken',
  'authtoken',
  'clientsecret',
  'credentials',
  'recoveryphrase',
  'secretphrase',
  'sk',
  'pk',
  'xprv',
  'wif',
  'keystore',
  'bottoken',
  'authorization',
  'cookie',
  'setcookie',
  'xapikey',
  'xauthtoken',
  'pass',
  'passwd',
  'pwd',
  'consumersecret',
  'accesstokensecret',
  'refreshtoken',
  'sessiontoken',
  'sessionkey',
  'signingkey',
  'masterkey',
  'walletkey',
  'walletseed',
  'seedwords',
  'mnemonicphrase',
  'secretrecoveryphrase',
  'privatekeyhex',
  'privatekeypem',
  'apitoken',
  'githubtoken',
  'npmtoken',
  'connectionstring',
  'databaseurl',
  'serviceaccount',
  'serviceaccountkey',
  'privatetoken',
  'personalaccesstoken',
  'deploytoken',
  'bearertoken',
  'cardnumber',
  'creditcardnumber',
  'ccnumber',
  ...securityCodes,
])

/** Whether it is what the security code of a payment card is called, and nothing else. */
export function isSecurityCode(name: string): boolean {
  return name.length <= maxCodeName && securityCodes.has(plainName(name))
}

/** What a longer name ends with that says whose secret it is: `jwtSecret`, `db_password`, `ownerPrivateKey`. */
const secretEnding =
  /(?:password|passphrase|mnemonic|secret|secretkey|privatekey|privkey|signingkey|apikey|(?:access|auth|refresh|bearer|session)token|(?:seed|recovery)phrase|connectionstring)$/
/** `showPassword` and `isSecret` answer yes or no, `hashedPassword` is none any more, `forgotPassword` is a page. */
const saysAboutSecret =
  /^(?:is|has|had|no|not|with|without|show|hide|reveal|toggle|use|skip|allow|require|requires|required|enable|disable|should|can|could|did|must|max|min|valid|invalid|hash|hashed|encrypted|masked|public|forgot|forgotten|reset|change|changed|confirm|on|set|get|make|create|generate|validate|check|verify)(?=[A-Z_-])/
const maxSecretName = 48

const known = new Map<string, boolean>()
const maxKnown = 20_000

/** Whether a parameter or option is named like something its caller must not lose. */
export function isSecretParameter(name: string): boolean {
  let answer = known.get(name)
  if (answer === undefined) {
    answer = name.length <= maxSecretName && saysSecret(name)
    if (known.size < maxKnown) known.set(name, answer)
  }
  return answer
}

/** `secretOrPrivateKey` is a secret whichever it is. */
function saysSecret(name: string): boolean {
  if (secretParameters.has(plainName(name))) return true
  if (saysAboutSecret.test(name)) return false
  return name.split(/(?<=[a-z])Or(?=[A-Z])|_or_/).some(part => {
    const plain = plainName(part)
    return secretParameters.has(plain) || secretEnding.test(plain)
  })
}

function plainName(name: string): string {
  return name.replaceAll('_', '').replaceAll('-', '').toLowerCase()
}

/** Variables that say nothing worth following: build modes, colour, the shell's own. */
const dullVariables = new Set([
  'NODE_ENV',
  'DEBUG',
  'NODE_DEBUG',
  'NO_COLOR',
  'FORCE_COLOR',
  'COLORTERM',
  'TERM',
  'TERM_PROGRAM',
  'COLUMNS',
  'LINES',
  'BABEL_ENV',
  'NODE_OPTIONS',
  'SHELL',
  'COMSPEC',
  'PATHEXT',
  'SYSTEMROOT',
  'NODE_PATH',
  'NODE_DISABLE_COLORS',
  'TEST',
  'VERBOSE',
])

export function isDullVariable(name: string): boolean {
  return dullVariables.has(name.toUpperCase())
}

const folders: Readonly<Record<string, string>> = {
  HOME: '~',
  USERPROFILE: '~',
  HOMEPATH: '~',
  APPDATA: '~/AppData/Roaming',
  LOCALAPPDATA: '~/AppData/Local',
  XDG_CONFIG_HOME: '~/.config',
  XDG_DATA_HOME: '~/.local/share',
  XDG_CACHE_HOME: '~/.cache',
  TMPDIR: '/tmp',
  TEMP: '/tmp',
  TMP: '/tmp',
  PROGRAMDATA: '/ProgramData',
  INIT_CWD: '/__project__',
  PWD: '/__project__',
}

/** Folder that a variable stands for, so that paths built on it fold. */
export function folderOfVariable(name: string): string | undefined {
  return Object.hasOwn(folders, name.toUpperCase()) ? folders[name.toUpperCase()] : undefined
}

const ciVariables = new Set([
  'CI',
  'CONTINUOUS_INTEGRATION',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'TRAVIS',
  'CIRCLECI',
  'JENKINS_URL',
  'BUILD_NUMBER',
  'TF_BUILD',
  'TEAMCITY_VERSION',
  'BUILDKITE',
  'APPVEYOR',
  'CODEBUILD_BUILD_ID',
])

/** What a test of this variable guards against. */
export function guardOfVariable(name: string): 'ci' | 'locale' | 'user' | 'env' {
  if (ciVariables.has(name)) return 'ci'
  if (name === 'LANG' || name === 'LC_ALL' || name === 'TZ' || name === 'LANGUAGE') return 'locale'
  if (name === 'USER' || name === 'USERNAME' || name === 'LOGNAME') return 'user'
  return 'env'
}
