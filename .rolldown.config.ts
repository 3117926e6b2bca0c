/**
 * The build: the program and everything it uses in a few files, so that it starts fast and users run the very tree that
 * was tested. What resolves files of its own by path, or is loaded only for rare syntax, stays a package.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin, RolldownOptions } from 'rolldown'
import { codeDigest, codeOf } from './lib/store/code-digest.ts'

const bench = process.env['SAFE_INSTALL_BUILD'] === 'bench'
const dir = bench ? '.bench/dist' : 'dist'
const external = ['@npmcli/run-script', '@babel/parser']
const entries = [
  'bin/safe-install',
  'bin/safe-install-shell',
  'lib/run',
  'lib/inspect/worker',
  ...(bench ? ['test/bench/no-inspection'] : []),
]

const nextTo: Plugin = {
  name: 'files beside the code',
  buildStart: () => rmSync(dir, { recursive: true, force: true }),
  writeBundle(_, bundle) {
    cpSync('rules/data', join(dir, 'rules/data'), { recursive: true })
    for (const schema of ['lib/report/report.schema.json', 'lib/policy/policy.schema.json'])
      cpSync(schema, join(dir, 'schema', schema.split('/').at(-1) ?? ''))
    cpSync('bin/shell.sh', join(dir, 'bin/shell.sh'))
    const modules = Object.values(bundle).flatMap(file => (file.type === 'chunk' ? file.moduleIds : []))
    writeFileSync(join(dir, 'LICENSES.txt'), licensesOf(modules))
  },
}

/** The licence texts of the packages that were built in, as most of them ask. */
function licensesOf(modules: readonly string[]): string {
  const folders = new Set(
    modules.flatMap(id => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []),
  )
  return [...folders]
    .toSorted()
    .map(folder => {
      const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const title = ['name', 'version', 'license'].map(key => textOf(manifest, key)).join(' ')
      const file = readdirSync(folder).find(name => /^licen[cs]e/i.test(name))
      const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8')
      return `${title}\n\n${text}`.trimEnd()
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n')
}

function textOf(record: unknown, key: string): string {
  const value: unknown = typeof record === 'object' && record !== null ? Reflect.get(record, key) : undefined
  return typeof value === 'string' ? value : ''
}

const options: RolldownOptions = {
  logLevel: 'warn',
  input: Object.fromEntries(entries.map(entry => [entry, `${entry}.ts`])),
  platform: 'node',
  external: id => external.some(name => id === name || id.startsWith(`${name}/`)),
  plugins: [nextTo],
  transform: {
    target: 'node20.19',
    define: {
      // Of packages that are not modules: the files of the build are.
      __dirname: 'import.meta.dirname',
      __filename: 'import.meta.filename',
      builtEngine: JSON.stringify(codeDigest('.', codeOf.engine)),
      builtJudge: JSON.stringify(codeDigest('.', codeOf.judge)),
    },
  },
  output: {
    dir,
    format: 'esm',
    sourcemap: true,
    sourcemapExcludeSources: true,
    chunkFileNames: 'lib/[name]-[hash].js',
  },
}

// oxlint-disable-next-line import/no-default-export -- as rolldown wants it
export default options
