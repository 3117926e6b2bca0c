const install = 'install i in ins inst insta instal isnt isnta isntal isntall add'.split(' ')
const ci = 'ci clean-install ic install-clean'.split(' ')
const update = 'update up upgrade udpate'.split(' ')

/** npm's commands that people type out of habit, with what to write here; '' where it is to be left out. */
const typed: ReadonlyMap<string, string> = new Map([
  ...install.map(name => [name, ''] as const),
  ...ci.map(name => [name, '--ci'] as const),
  ...update.map(name => [name, '--update'] as const),
  ['exec', '--exec'],
  ['x', '--exec'],
])

/** Commands that are npm's alone: there is nothing of ours to write. */
const foreign: ReadonlySet<string> = new Set(
  (
    'uninstall unlink remove rm un r run run-script test t start stop rebuild rb audit init create publish ' +
    'pack link ln dedupe ddp prune outdated login config ls list view help'
  ).split(' '),
)

/**
 * What to tell a user whose first word is one of npm's commands, or undefined. A package may have any name, so the
 * package stays reachable by its spec: `safe-install install@latest`.
 */
export function commandHint(words: readonly string[]): string | undefined {
  const [first, second] = words
  const isNpm = (first === 'npm' || first === 'npx') && second !== undefined && isCommand(second)
  const command = isNpm ? second : first
  if (command === undefined || !isCommand(command)) return undefined
  const flag = typed.get(command)
  const shown = isNpm ? `npm ${command}` : command
  const package_ = `For the package of that name write ${command}@latest.`
  if (flag === undefined) return `For npm's command write npm ${command}. ${package_}`
  return flag === ''
    ? `Leave "${shown}" out: safe-install <spec>. ${package_}`
    : `Write safe-install ${flag} instead of "${shown}". ${package_}`
}

function isCommand(word: string): boolean {
  return typed.has(word) || foreign.has(word)
}
