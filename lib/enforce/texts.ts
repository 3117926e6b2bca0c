import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SafeInstallError } from '../errors.ts'
import { ownFolder } from '../own-folder.ts'
import type { Places } from './places.ts'
import { quoteForShell } from './quote.ts'

/** Absolute paths that are written into what `--setup` installs. */
export type Programs = {
  readonly node: string
  readonly places: Places
  /** The shell that scripts really run in. */
  readonly realShell: string
  /** npm as found at setup, where the PATH has none behind the shim. */
  readonly npmBin: string
}

const built = (file: string): string => join(ownFolder(), 'bin', file)

/** npm's script-shell for this user and this Node, from `bin/shell.sh`. */
export async function shellText({ node, realShell }: Programs): Promise<string> {
  const values: Readonly<Record<string, string>> = {
    '@SHELL@': realShell,
    '@NODE@': node,
    '@JUDGE@': built('safe-install-shell.js'),
  }
  const template = await readFile(built('shell.sh'), 'utf8').catch((cause: unknown) => {
    throw new SafeInstallError('E_INTERNAL', 'bin/shell.sh is missing from safe-install', {
      cause,
      hint: 'Build or install safe-install again.',
    })
  })
  return template.replaceAll(/@(?:SHELL|NODE|JUDGE)@/g, name => quoteForShell(values[name] ?? ''))
}

/** What a project's check gate starts: judges what lies below node_modules, or the lockfile. */
export function checkText({ node }: Programs): string {
  return `#!/bin/sh
# safe-install: reads everything below the project's node_modules, or what the lockfile would bring there.
# Exit code 0: nothing to stop.
case "\${1-}" in
--lockfile) NODE_OPTIONS='' NODE_PATH='' ${quoteForShell(node)} ${quoteForShell(built('safe-install.js'))} --check </dev/null ;;
*) NODE_OPTIONS='' NODE_PATH='' ${quoteForShell(node)} ${quoteForShell(built('safe-install-shell.js'))} gate </dev/null ;;
esac
`
}

/** The gate's preinstall in a project: the same for everybody who clones it. */
export const gateScript = `#!/bin/sh
# Written by safe-install --setup. npm starts it on installs; a failure makes npm take the install back.
if [ -x "\${HOME-}/.safe-install/check" ]; then
  exec "$HOME/.safe-install/check" "$@"
fi
echo 'This project checks what npm installs with safe-install, which is not set up for you.' >&2
echo 'Run "safe-install --setup --user", or remove safe-install-gate from package.json to do without.' >&2
exit 1
`

/** The gate's manifest in a project. */
export const gateManifest = `${JSON.stringify(
  {
    name: 'safe-install-gate',
    version: '1.0.0',
    description: 'Written by safe-install --setup: checks what npm installs.',
    private: true,
    license: 'MIT',
    scripts: { preinstall: 'sh ./check.sh' },
  },
  null,
  2,
)}\n`

const installs: Readonly<Record<string, string>> = {
  'install | i | in | ins | inst | insta | instal | isnt | isnta | isntal | isntall | add': '',
  'ci | clean-install | ic | install-clean': ' --ci',
  'update | up | upgrade | udpate': ' --update',
}

/** npm's other commands, written out: an abbreviation that npm would expand is refused instead of guessed. */
const others =
  'access adduser login add-user audit bugs issues cache completion config c dedupe ddp deprecate diff dist-tag ' +
  'dist-tags docs home doctor edit explain why explore find-dupes fund get help hlep help-search ' +
  'install-scripts approve-scripts deny-scripts link ln ll la list ls logout org ogr outdated owner author pack ping pkg prefix profile ' +
  'prune publish query rebuild rb repo restart root run run-script rum urn sbom search find s se set shrinkwrap star ' +
  'stars start stop stage team test t tst token trust undeprecate uninstall unlink remove rm r un unpublish unstar version ' +
  'verison view info show v whoami'

/**
 * The shim that stands before npm or npx on PATH. Installs go to us, the rest to npm behind the shim, with our shell in
 * the environment, which a project's `.npmrc` cannot beat. Fails closed: without Node or our program nothing installs.
 */
export function shimText(name: 'npm' | 'npx', programs: Programs): string {
  const { node, places, npmBin } = programs
  return `#!/bin/sh
# safe-install: stands before ${name} on PATH. Take it away with: safe-install --setup --user --undo
safe_install_bin=${quoteForShell(places.bin)}
safe_install_shell=${quoteForShell(places.shell)}
safe_install_real=
safe_install_seen=
safe_install_ifs=$IFS
IFS=:
set -f
for safe_install_dir in \${PATH-}; do
  case "$safe_install_dir" in
  "$safe_install_bin" | "$safe_install_bin/") safe_install_seen=yes; continue ;;
  /*) ;;
  *) continue ;;
  esac
  if [ -n "$safe_install_seen" ] && [ -f "$safe_install_dir/${name}" ] && [ -x "$safe_install_dir/${name}" ]; then
    safe_install_real=$safe_install_dir/${name}
    break
  fi
done
set +f
IFS=$safe_install_ifs
[ -n "$safe_install_real" ] || safe_install_real=${quoteForShell(`${npmBin}/${name}`)}
if ! [ -x "$safe_install_real" ]; then
  echo 'safe-install: no ${name} found behind the shim; nothing was run.' >&2
  exit 127
fi
if ! [ -x "$safe_install_shell" ]; then
  echo "safe-install: $safe_install_shell is missing, so ${name} was not started. Run safe-install --setup --user." >&2
  exit 127
fi
export npm_config_script_shell="$safe_install_shell"
${name === 'npx' ? `${withoutInstallScripts}exec "$safe_install_real" "$@"\n` : npmCommands(node)}`
}

/** npm exec does not hand its script-shell to what it installs: npm 11 runs those scripts in plain sh, unread. */
const withoutInstallScripts = `if [ -z "\${npm_config_ignore_scripts+x}" ]; then
  # For what npx installs; the shell takes it away again before the program starts.
  export npm_config_ignore_scripts=true safe_install_npx=yes
fi
`

function npmCommands(node: string): string {
  const program = `${quoteForShell(node)} ${quoteForShell(built('safe-install.js'))}`
  const cases = Object.entries(installs).map(
    ([names, flag]) => `${names})
  shift
  unset npm_config_script_shell
  exec ${program}${flag} "$@"
  ;;`,
  )
  const installWords = Object.keys(installs).join(' | ')
  return `case "\${1-}" in
${cases.join('\n')}
exec | x | init | create | innit)
  ${withoutInstallScripts.trimEnd().replaceAll('\n', '\n  ')}
  exec "$safe_install_real" "$@"
  ;;
${others.split(' ').join(' | ')} | '')
  exec "$safe_install_real" "$@"
  ;;
-*)
  # npm allows flags before the command; which word is the command then only npm knows.
  for safe_install_word in "$@"; do
    case "$safe_install_word" in
    ${installWords} | install-test | it | install-ci-test | cit | sit)
      echo "safe-install: write the command first: npm $safe_install_word ..." >&2
      exit 2
      ;;
    esac
  done
  exec "$safe_install_real" "$@"
  ;;
install-test | it | install-ci-test | cit | clean-install-test | sit)
  echo 'safe-install: write it as two commands: npm install, then npm test.' >&2
  exit 2
  ;;
*)
  echo "safe-install: npm $1 is not a command this shim knows; write it out in full." >&2
  exit 2
  ;;
esac
`
}
