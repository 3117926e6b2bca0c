import npa from 'npm-package-arg'
import type { Lists } from '../../rules/lists.ts'
import { suggestNames } from '../../rules/names/suggest-names.ts'
import { ask } from '../cli/ask.ts'
import { SafeInstallError } from '../errors.ts'
import { printable } from '../report/sanitize.ts'
import type { Session } from './session.ts'

/** The specs to resolve, and the names the user insisted on. */
export type ConfirmedNames = { readonly specs: readonly string[]; readonly insisted: ReadonlySet<string> }

/**
 * “Did you mean …?”, asked for names that were typed and nearly are a well-known one, before anything is fetched: one
 * key corrects the spec. A typed no keeps it, and is not asked again about the same name; any other answer keeps it
 * too, and leaves the question to the verdict.
 */
export async function confirmNames(
  specs: readonly string[],
  lists: Lists,
  session: Session,
): Promise<ConfirmedNames> {
  const insisted = new Set<string>()
  const confirmed: string[] = []
  for (const spec of specs) {
    const name = registryName(spec, session.host.cwd)
    const [suggestion] = name === undefined ? [] : suggestNames(name, lists)
    if (name === undefined || suggestion === undefined) {
      confirmed.push(spec)
      continue
    }
    const { host } = session
    session.progress.clear()
    const shown = printable(name)
    const question =
      `Did you mean ${suggestion.target}? ${shown} is not among the best-known packages: ${suggestion.why}.\n` +
      `Nothing has been fetched. y: install ${suggestion.target} instead, n: go on with ${shown}`
    let line = ''
    const answer = await ask(question, {
      input: host.stdin,
      output: host.stderr,
      signal: host.stop,
      onLine: typed => (line = typed),
    })
    if (answer === 'interrupted')
      throw new SafeInstallError('E_INTERRUPTED', 'interrupted before anything was fetched')
    if (answer === 'yes') confirmed.push(suggestion.target + spec.slice(name.length))
    else {
      confirmed.push(spec)
      // A stray Enter is no decision for the name: the package is then asked about once it has been read.
      if (/^\s*no?\s*$/i.test(line)) insisted.add(name)
    }
  }
  return { specs: confirmed, insisted }
}

/** The name, where the spec starts with one that the registry would be asked for. */
function registryName(spec: string, cwd: string): string | undefined {
  const parsed = npa(spec, cwd)
  const asked = parsed.type === 'tag' || parsed.type === 'range' || parsed.type === 'version'
  const name = parsed.name ?? undefined
  return asked && name !== undefined && spec.startsWith(name) ? name : undefined
}
