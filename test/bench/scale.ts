/**
 * `npm run bench:scale [<packages>...]`: made-up trees of 1,000, 3,000 and 10,000 packages and a project of 200
 * workspaces, npm beside safe-install, cold and with inspections cached. Whether cost grows as the tree does: the last
 * columns are per package.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tarballOf } from '../helpers/tarball.ts'
import { measure } from './measure.ts'
import type { Measured } from './measure.ts'
import { programs } from './rounds.ts'
import { makeSandbox } from './sandbox.ts'
import type { Sandbox } from './sandbox.ts'

const sizes = process.argv.slice(2).map(Number)
const workspaces = 200

/** A registry of `count` packages; each depends on two more, so that the tree is flat and complete. */
async function startMadeUp(count: number): Promise<{ url: string; close(): Promise<void> }> {
  const made = new Map<number, { manifest: object; tarball: Buffer }>()
  const server = createServer((request, response) => {
    const [, id = ''] = /^\/p(\d+)/.exec(request.url ?? '') ?? []
    const at = Number(id)
    if (id === '' || at >= count) {
      response.writeHead(404).end('{}')
      return
    }
    const { manifest, tarball } = made.get(at) ?? make(at)
    if (request.url?.endsWith('.tgz') === true) response.end(tarball)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(manifest))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}/`

  function make(at: number): { manifest: object; tarball: Buffer } {
    const name = `p${at}`
    const children = [2 * at + 1, 2 * at + 2].filter(child => child < count)
    const dependencies = Object.fromEntries(children.map(child => [`p${child}`, '^1.0.0']))
    const own = { name, version: '1.0.0', main: 'index.js', dependencies }
    // One in ten has code that has to be looked into.
    const code =
      at % 10 === 0
        ? `const fs = require('fs')\nmodule.exports = file => JSON.parse(fs.readFileSync(file + '${at}', 'utf8'))\n`
        : `module.exports = (a, b) => a + b + ${at}\n`
    const tarball = tarballOf([
      { path: 'package/package.json', data: JSON.stringify(own) },
      { path: 'package/index.js', data: code },
      { path: 'package/README.md', data: `# ${name}\n` },
    ])
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
    const version = { ...own, dist: { tarball: `${url}${name}/-/${name}-1.0.0.tgz`, integrity } }
    const manifest = { name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } }
    made.set(at, { manifest, tarball })
    return { manifest, tarball }
  }

  return {
    url,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

type Shape = { readonly title: string; readonly packages: number; make(folder: string): Promise<void> }

const flat = (count: number): Shape => ({
  title: `${count} packages`,
  packages: count,
  make: folder =>
    writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'app', dependencies: { p0: '^1.0.0' } })),
})

const manyWorkspaces: Shape = {
  title: `${workspaces} workspaces`,
  packages: 1_000,
  async make(folder) {
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'app', private: true, workspaces: ['packages/*'] }),
    )
    for (let at = 0; at < workspaces; at++) {
      const own = join(folder, 'packages', `w${at}`)
      await mkdir(own, { recursive: true })
      const dependencies = {
        p0: '^1.0.0',
        [`p${at + 1}`]: '^1.0.0',
        ...(at > 0 ? { [`w${at - 1}`]: '*' } : {}),
      }
      await writeFile(
        join(own, 'package.json'),
        JSON.stringify({ name: `w${at}`, version: '1.0.0', dependencies }),
      )
    }
  },
}

const shapes = [...(sizes.length > 0 ? sizes : [1_000, 3_000, 10_000]).map(flat), manyWorkspaces]
console.log(
  'tree                program        state        wall s    CPU s  peak MB   wall ms and CPU ms a package',
)
for (const shape of shapes) {
  const sandbox = await makeSandbox()
  const registry = await startMadeUp(shape.packages)
  try {
    await runShape(shape, sandbox, registry.url)
  } finally {
    await registry.close()
    await sandbox.close()
  }
}

async function runShape(shape: Shape, sandbox: Sandbox, url: string): Promise<void> {
  const kept = join(sandbox.folder, 'kept')
  for (const [program, state] of [
    ['npm', 'cold'],
    ['safe-install', 'cold'],
    ['npm', 'warm'],
    ['safe-install', 'inspected'],
  ] as const) {
    const cache = join(sandbox.folder, 'cache')
    const folder = join(sandbox.folder, 'project')
    await rm(cache, { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder)
    if (state !== 'cold') await cp(kept, cache, { recursive: true })
    await shape.make(folder)
    const measured = await measure(programs[program], { cwd: folder, env: sandbox.env(url, cache) })
    if (measured.code !== 0) throw new Error(`${program} failed with ${measured.code}: ${measured.stderr}`)
    print(shape, program, state, measured)
    // Both warm rows start from the cache that safe-install left, inspections included.
    if (program === 'safe-install' && state === 'cold') await cp(cache, kept, { recursive: true })
  }
}

function print({ title, packages }: Shape, program: string, state: string, run: Measured): void {
  const columns = [
    title.padEnd(19),
    program.padEnd(14),
    state.padEnd(10),
    (run.wallMs / 1000).toFixed(1).padStart(8),
    (run.cpuMs / 1000).toFixed(1).padStart(8),
    run.peakMb.toFixed(0).padStart(8),
    (run.wallMs / packages).toFixed(2).padStart(9),
    (run.cpuMs / packages).toFixed(2).padStart(7),
  ]
  console.log(columns.join(' '))
}
