/** A hook that runs `make` runs whatever the recipes of the package's makefile say. */

const maxRules = 500
const maxGoals = 200

type Rule = { readonly names: readonly string[]; readonly needs: readonly string[]; readonly lines: number[] }

/**
 * The recipes that `make` runs for these goals, as a shell script with the lines of the makefile: rules that nobody
 * asked for, and everything that is only make's own, are left blank. Conditions are taken as met. Linear in the text.
 */
export function recipesOf(text: string, goals: readonly string[]): string {
  const lines = text.split('\n')
  const rules: Rule[] = []
  const shown = lines.map(() => '')
  let rule: Rule | undefined
  for (const [at, line] of lines.entries()) {
    if (line.startsWith('\t')) {
      rule?.lines.push(at)
      continue
    }
    const assigned =
      /^(?:export\s{1,9}|override\s{1,9})?([A-Za-z_]\w{0,99})\s{0,40}[:?+]{0,3}=\s{0,40}(.{0,4000})$/.exec(
        line,
      )
    const head = /^([^:=#\t][^:=#]{0,400}):{1,2}(?!=)([^=]{0,2000})$/.exec(line)
    if (assigned !== null) shown[at] = `${assigned[1]}=${quoted(inShell(assigned[2] ?? '').trimEnd())}`
    else if (head !== null && rules.length < maxRules) {
      const [needs = '', recipe] = (head[2] ?? '').split(';', 2)
      rule = { names: words(head[1] ?? ''), needs: words(needs), lines: [] }
      rules.push(rule)
      if (recipe !== undefined) shown[at] = inShell(recipe)
    } else if (continues(lines[at - 1])) rule?.lines.push(at)
  }
  const wanted = reachable(rules, goals)
  for (const { names, lines: recipe } of rules)
    if (names.some(name => wanted.has(name)))
      for (const at of recipe) shown[at] = inShell((lines[at] ?? '').replace(/^\t[@+-]{0,3}/, ''))
  return shown.join('\n')
}

/** What the configuration of a CMake build runs at once, and what building runs: the lines of its commands. */
export function commandsOf(text: string): string {
  return text
    .split('\n')
    .map(line => {
      const command = /\bCOMMAND\s{1,40}(\S.{0,4000})$/.exec(line)?.[1]
      if (command === undefined || /^\s*#/.test(line)) return ''
      const end = command.search(
        /\s(?:(?:OUTPUT|ERROR|RESULT|INPUT)_\w{2,20}|WORKING_DIRECTORY|TIMEOUT|COMMENT|VERBATIM|DEPENDS|BYPRODUCTS|COMMAND)\b/,
      )
      const words = end < 0 ? command : command.slice(0, end)
      return words.trimEnd().replace(/\)$/, '')
    })
    .join('\n')
}

function continues(line: string | undefined): boolean {
  return line?.endsWith('\\') === true
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

/** The goals and what they need; without any the first rule whose name is a file's. */
function reachable(rules: readonly Rule[], goals: readonly string[]): ReadonlySet<string> {
  const first = rules.find(({ names: [name = '.'] }) => !name.startsWith('.'))
  const waiting = goals.length > 0 ? [...goals] : [...(first?.names ?? [])]
  const wanted = new Set<string>()
  for (let name = waiting.pop(); name !== undefined && wanted.size < maxGoals; name = waiting.pop()) {
    if (wanted.has(name)) continue
    wanted.add(name)
    for (const { names, needs } of rules) if (names.includes(name)) waiting.push(...needs)
  }
  return wanted
}

/** `$(NAME)` is a variable to make and a command to a shell; `$$` is how make writes `$`. */
function inShell(text: string): string {
  return text
    .replaceAll(/\$[({]MAKE[)}]/g, 'make')
    .replaceAll(/\$\(([A-Za-z_]\w{0,99})\)/g, '${$1}')
    .replaceAll('$(shell ', '$(')
    .replaceAll('$$', '$')
}

function quoted(text: string): string {
  return /\s/.test(text) && !/["`]|\$\(/.test(text) ? `"${text}"` : text
}
