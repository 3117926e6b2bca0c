/** What `make` would run, as the text of a shell script with the same lines: everything else is blank. */

type Rule = { readonly needs: readonly string[]; readonly lines: Map<number, string> }

/** Targets that are followed; honest files have a few dozen. */
const maxTargets = 200
const maxVariables = 500

/**
 * The recipes of the asked targets and of what these need, on the lines they stand on; of the first target where none
 * is asked for. Variables with a plain value are filled in, `$(shell …)` runs where it stands.
 */
export function recipesOf(text: string, asked: readonly string[]): string {
  return read(text, asked).text
}

/** The other makefiles a makefile takes in, as written, each with the targets that were asked for and are needed. */
export function includesOf(
  text: string,
  asked: readonly string[],
): { readonly paths: readonly string[]; readonly targets: readonly string[] } {
  const paths = [...text.matchAll(/^[-s]?include[ \t]{1,9}([^\n#]{1,500})/gm)]
    .slice(0, maxTargets)
    .flatMap(([, named = '']) => named.trim().split(/\s+/))
  return { paths, targets: paths.length === 0 ? [] : read(text, asked).needed }
}

type Reading = { readonly text: string; readonly needed: readonly string[] }

function read(text: string, asked: readonly string[]): Reading {
  const lines = text.split('\n')
  const variables = new Map<string, string>()
  const rules = new Map<string, Rule[]>()
  const output = lines.map(() => '')
  let first: string | undefined
  let open: Rule[] = []
  let continues = false
  for (const [at, line] of lines.entries()) {
    if (line.startsWith('\t') || (continues && open.length > 0)) {
      for (const rule of open) rule.lines.set(at, line)
      continues = line.endsWith('\\')
      continue
    }
    continues = false
    const assigned = /^\s{0,9}(?:export\s+)?([\w.-]{1,100})\s{0,9}[:?+!]{0,2}=\s{0,9}(.{0,2000})$/.exec(line)
    const shell = /\$\(shell\s+(.{1,1000})\)/.exec(line)?.[1]
    if (assigned?.[1] !== undefined && variables.size < maxVariables) {
      variables.set(assigned[1], filled(assigned[2] ?? '', variables))
      open = []
      if (shell !== undefined) output[at] = filled(shell, variables)
      continue
    }
    const colon = line.indexOf(':')
    if (/^[\w./$(){}% -]{1,200}:/.test(line) && colon > 0) {
      const names = filled(line.slice(0, colon), variables).split(/\s+/).filter(Boolean)
      const [needed = '', ...inline] = line.slice(colon + 1).split(';')
      const rule: Rule = { needs: filled(needed, variables).split(/\s+/).filter(Boolean), lines: new Map() }
      if (inline.length > 0) rule.lines.set(at, inline.join(';'))
      open = []
      for (const name of names.slice(0, 20)) {
        first ??= name.startsWith('.') ? undefined : name
        if (rules.size >= maxTargets && !rules.has(name)) continue
        rules.set(name, [...(rules.get(name) ?? []), rule])
        open.push(rule)
      }
    } else if (line.trim() !== '' && !line.trimStart().startsWith('#')) open = []
  }
  const queue = asked.length > 0 ? [...asked] : first === undefined ? [] : [first]
  const seen = new Set<string>()
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name) || seen.size >= maxTargets) continue
    seen.add(name)
    for (const rule of rules.get(name) ?? []) {
      queue.push(...rule.needs)
      for (const [at, line] of rule.lines)
        output[at] = filled(line.replace(/^\s{0,99}[@+-]{0,3}/, ''), variables).replaceAll('$$', '$')
    }
  }
  return { text: output.join('\n'), needed: [...seen] }
}

/** `$(NAME)` and `${NAME}` of the file; what is not in it stays, and is a variable of the shell or nothing. */
function filled(text: string, variables: ReadonlyMap<string, string>): string {
  return text
    .slice(0, 4_000)
    .replaceAll(/\$\(([\w.-]{1,100})\)|\$\{([\w.-]{1,100})\}/g, (whole, round?: string, curly?: string) =>
      (variables.get(round ?? curly ?? '') ?? whole).slice(0, 2_000),
    )
    .slice(0, 8_000)
}
