import { lstat, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { rules } from '../../rules/index.ts'
import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'
import { toJsonText } from '../report/json.ts'
import type { Report } from '../report/report.ts'
import { lockfileLines, toSarif } from '../report/sarif.ts'
import type { SarifAnchor } from '../report/sarif.ts'
import type { Session } from './session.ts'

/**
 * Writes the report as SARIF where `--sarif` was said, in one step: a reader sees the old file or the new one. Findings
 * are shown at the project's lockfile, else at its package.json. Throws E_CONFIG where it cannot be written.
 */
export async function writeSarif(
  target: string | undefined,
  report: Report,
  { host }: Session,
  project: string,
): Promise<void> {
  if (target === undefined) return
  const path = resolve(host.cwd, target)
  const sarif = toSarif(
    report,
    rules.map(rule => rule.meta),
    await anchorOf(project),
  )
  try {
    await writeFileAtomic(path, toJsonText(sarif))
  } catch (cause) {
    throw new SafeInstallError('E_CONFIG', `${path} cannot be written`, {
      cause,
      hint: 'Nothing was installed. Check the folder and its permissions.',
    })
  }
}

async function anchorOf(project: string): Promise<SarifAnchor> {
  const way = await wayFromRepository(project)
  for (const uri of ['npm-shrinkwrap.json', 'package-lock.json']) {
    const text = await readFile(join(project, uri), 'utf8').catch(() => undefined)
    if (text === undefined || text.length > limits.maxLockfileBytes) continue
    const lines = lockfileLines(text)
    return { uri: way + uri, lineOf: ({ package: { location } }) => lines.get(location) ?? 1 }
  }
  return { uri: `${way}package.json`, lineOf: () => 1 }
}

/** `packages/a/` where the project lies in a repository: code scanning counts from the repository's root. */
async function wayFromRepository(project: string): Promise<string> {
  for (let at = project, up = dirname(at); ; at = up, up = dirname(at)) {
    const isRoot = await lstat(join(at, '.git')).then(
      () => true,
      () => false,
    )
    const way = relative(at, project).split(sep).map(encodeURIComponent).join('/')
    if (isRoot) return way === '' ? '' : `${way}/`
    if (up === at) return ''
  }
}
