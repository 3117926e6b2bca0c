import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { makeProject, snapshot } from '../../helpers/project.ts'
import { startRegistry } from '../../helpers/registry.ts'

const pkg = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name, version, ...more })

t.test('installs a spec, its dependencies, the lockfile and the manifest', async t => {
  const registry = await startRegistry(t)
  registry.publish({
    files: { 'package.json': pkg('a', '1.0.0', { dependencies: { b: '^1.0.0' } }), 'index.js': 'a' },
  })
  registry.publish({
    files: { 'package.json': pkg('b', '1.0.0', { bin: 'cli.js' }), 'cli.js': '#!/usr/bin/env node\r\nb' },
  })
  const project = await makeProject(t, registry, { 'package.json': { name: 'p', version: '1.0.0' } })
  const before = await snapshot(project.path)
  const plan = await project.plan('install', ['a'])
  t.strictSame(await snapshot(project.path), before, 'planning writes nothing')
  t.match(plan.packages, [
    {
      name: 'a',
      version: '1.0.0',
      spec: 'a',
      location: 'node_modules/a',
      source: 'registry',
      direct: true,
      typed: true,
      requiredBy: [''],
      fetchSpec: `a@${registry.url}a/-/a-1.0.0.tgz`,
    },
    { name: 'b', spec: 'b@^1.0.0', direct: false, typed: false, requiredBy: ['node_modules/a'] },
  ])
  t.strictSame(plan.problems, [])
  const result = await project.install('install', ['a'])
  t.equal(result.added, 2)
  t.strictSame(JSON.parse(await project.read('package.json')).dependencies, { a: '^1.0.0' })
  t.ok(JSON.parse(await project.read('package-lock.json')).packages['node_modules/b'])
  t.equal(await readFile(join(project.path, 'node_modules/b/cli.js'), 'utf8'), '#!/usr/bin/env node\nb')
  const again = await project.plan('install')
  t.strictSame(again.packages, [])
  t.equal(again.unchanged, 2)
})
