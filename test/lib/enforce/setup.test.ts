import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import t from 'tap'
import type { Test } from 'tap'
import { applyEdits, changesOf, editOf, renderEdit } from '../../../lib/enforce/edits.ts'
import { readManifestText, withEntry } from '../../../lib/enforce/manifest.ts'
import { hasBlock, settingOf, withBlock, withoutBlock } from '../../../lib/enforce/npmrc.ts'
import { placesOf } from '../../../lib/enforce/places.ts'
import { projectEdits, projectUndoEdits } from '../../../lib/enforce/project-setup.ts'
import { isBelow, registerProject, registeredProjects } from '../../../lib/enforce/projects.ts'
import { quoteForShell } from '../../../lib/enforce/quote.ts'
import { ownerOf, readScriptRequest } from '../../../lib/enforce/script-request.ts'
import { ciSnippets, pathLines } from '../../../lib/enforce/snippets.ts'
import { shellText, shimText } from '../../../lib/enforce/texts.ts'
import { userEdits, userUndoEdits } from '../../../lib/enforce/user-setup.ts'
import type { Gate } from '../../../lib/cli/request.ts'
import { snapshot } from '../../helpers/project.ts'

const block = {
  says: ['for people'],
  settings: [{ key: 'script-shell', value: '${HOME}/.safe-install/shell' }],
}

t.test('an .npmrc keeps every byte that is not ours', t => {
  const texts: readonly string[] = [
    '',
    'a=1\n',
    'a=1',
    '\n\n  a = 1 ; b\n# c\n',
    'a=1\r\n[section]\r\nb=2\r\n',
    'script-shell=/bin/bash\n',
    '"script-shell" = "/bin/bash"\r\nx=1',
    'script-shell\n',
    'script-shell-not=1\n; script-shell=2\n',
    'ünï=ção\n//registry.example/:_authToken=${TOKEN}\n',
    '; >>> something else\na=1\n',
  ]
  for (const text of texts) {
    const once = withBlock(text, block)
    const title = JSON.stringify(text)
    t.equal(withoutBlock(once), text, `${title}: undone`)
    t.equal(withBlock(once, block), once, `${title}: twice`)
    t.equal(settingOf(once, 'script-shell'), block.settings[0]?.value, `${title}: ours counts`)
    t.ok(hasBlock(once), title)
    t.notOk(hasBlock(text), title)
    const newline = text.includes('\r\n') ? /(?<!\r)\n/ : /\r\n/
    t.notMatch(once, newline, `${title}: one kind of line end`)
  }
  t.end()
})

t.test('a package.json keeps its indentation, line ends and order', t => {
  const table: readonly (readonly [string, string])[] = [
    ['{\n  "name": "a"\n}\n', '{\n  "name": "a",\n  "t": {\n    "k": true\n  }\n}\n'],
    ['{\n\t"name": "a"\n}', '{\n\t"name": "a",\n\t"t": {\n\t\t"k": true\n\t}\n}'],
    ['{\r\n    "z": 1\r\n}\r\n', '{\r\n    "z": 1,\r\n    "t": {\r\n        "k": true\r\n    }\r\n}\r\n'],
    ['\uFEFF{\n "z": 1\n}\n', '\uFEFF{\n "z": 1,\n "t": {\n  "k": true\n }\n}\n'],
    ['{"name":"a"}', '{"name":"a","t":{"k":true}}'],
    ['{\n  "t": { "a": 1 }\n}\n', '{\n  "t": {\n    "a": 1,\n    "k": true\n  }\n}\n'],
  ]
  for (const [before, after] of table) {
    const { data, print } = readManifestText(before, 'package.json')
    t.equal(print(withEntry(data, 't', 'k', true)), after, JSON.stringify(before))
  }
  for (const bad of ['', '[]', 'null', '{', '"a"'])
    t.throws(() => readManifestText(bad, 'package.json'), { code: 'E_CONFIG' }, JSON.stringify(bad))
  t.end()
})

const manifests: Readonly<Record<string, string>> = {
  plain: '{\n  "name": "app",\n  "private": true\n}\n',
  crowded: JSON.stringify(
    {
      name: 'app',
      private: true,
      engines: { node: '>=20', npm: '>=10' },
      scripts: { test: 'x' },
      dependencies: { a: '1', z: '1' },
      allowScripts: { a: true },
    },
    null,
    4,
  ),
  odd: '{ "name": "app", "private": true,\n   "files": ["a", "b"] }\n',
}

t.test('every gate of a project can be set up twice, changed and undone', async t => {
  for (const [name, text] of Object.entries(manifests)) {
    for (const gate of ['strict', 'check', 'preinstall', 'none'] as const) {
      const folder = t.testdir({ 'package.json': text, '.npmrc': 'a=1\n' })
      const before = await snapshot(folder)
      await applyEdits(changesOf(await projectEdits(folder, gate)))
      t.same(changesOf(await projectEdits(folder, gate)), [], `${name}, ${gate}: twice`)
      for (const other of ['check', 'strict'] satisfies readonly Gate[])
        await applyEdits(changesOf(await projectEdits(folder, other)))
      await applyEdits(changesOf(await projectUndoEdits(folder)))
      const manifest = await readFile(join(folder, 'package.json'), 'utf8')
      t.same(JSON.parse(manifest), JSON.parse(text), `${name}, ${gate}: undone`)
      if (name !== 'odd') t.same(await snapshot(folder), before, `${name}, ${gate}: byte for byte`)
      t.same(changesOf(await projectUndoEdits(folder)), [], `${name}, ${gate}: nothing left to undo`)
    }
  }
})

t.test('a manifest that is not private is never touched', async t => {
  for (const text of [
    '{"name":"lib"}',
    '{"name":"lib","private":false}',
    '{"name":"lib","private":"true"}',
  ]) {
    for (const gate of ['strict', 'check', 'preinstall'] as const) {
      const folder = t.testdir({ 'package.json': text })
      const paths = changesOf(await projectEdits(folder, gate)).map(({ path }) => path)
      t.same(paths, [join(folder, '.npmrc')], `${text}, ${gate}`)
    }
  }
})

t.test("a preinstall of the project's own stays", async t => {
  const folder = t.testdir({ 'package.json': '{"private":true,"scripts":{"preinstall":"mine"}}' })
  await applyEdits(changesOf(await projectEdits(folder, 'preinstall')))
  t.match(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')), {
    scripts: { preinstall: 'mine' },
  })
})

t.test('what is written tells somebody without the guard what to do', async t => {
  const folder = t.testdir({ 'package.json': '{"private":true}' })
  await applyEdits(changesOf(await projectEdits(folder, 'check')))
  t.match(await readFile(join(folder, '.npmrc'), 'utf8'), /ENOENT.*--setup --user[^]*script-shell=/)
  t.match(
    await readFile(join(folder, '.safe-install', 'check.sh'), 'utf8'),
    /not set up for you[^]*--setup --user/,
  )
})

t.test('the user', async t => {
  const setupOf = async (t: Test, npmrc?: string) => {
    const home = t.testdir({ home: npmrc === undefined ? {} : { '.npmrc': npmrc } })
    const places = placesOf({ HOME: join(home, 'home') })
    return { places, npmrc: join(places.home, '.npmrc'), node: process.execPath, npmBin: '/usr/bin' }
  }
  t.test('is set up twice and undone', async t => {
    for (const npmrc of [undefined, '', 'a=1\n', 'script-shell=/bin/bash\n']) {
      const setup = await setupOf(t, npmrc)
      const before = await snapshot(setup.places.home)
      await applyEdits(changesOf(await userEdits(setup)))
      t.same(changesOf(await userEdits(setup)), [], `${npmrc}: twice`)
      const shell = await readFile(setup.places.shell, 'utf8')
      t.ok(
        shell.includes(npmrc?.includes('bash') === true ? "exec '/bin/bash'" : "exec '/bin/sh'"),
        'the real shell',
      )
      await applyEdits(changesOf(await userUndoEdits(setup, [])))
      const after = await snapshot(setup.places.home)
      // An empty file says as much as none.
      t.same(after, npmrc === '' ? [] : before, `${npmrc}: undone`)
    }
  })
  t.test('keeps the shell while a project names it', async t => {
    const setup = await setupOf(t)
    await applyEdits(changesOf(await userEdits(setup)))
    const gone = changesOf(await userUndoEdits(setup, ['/some/project'])).map(({ path }) => path)
    t.notOk(gone.includes(setup.places.shell))
    t.ok(gone.includes(setup.npmrc))
  })
  t.test('has a linked .npmrc, which stays a link', async t => {
    const setup = await setupOf(t)
    const real = join(setup.places.home, 'dotfiles')
    await writeFile(real, 'a=1\n')
    await symlink('dotfiles', setup.npmrc)
    await applyEdits(changesOf(await userEdits(setup)))
    t.equal(await readlink(setup.npmrc), 'dotfiles')
    t.match(await readFile(real, 'utf8'), /script-shell=[^]*a=1\n$/)
  })
})

t.test('edits are written all or none', async t => {
  const folder = t.testdir({ a: 'old', blocked: 'a file where a folder is needed' })
  const edits = [
    await editOf(join(folder, 'a'), 'new'),
    await editOf(join(folder, 'b'), 'new'),
    { path: join(folder, 'blocked', 'c'), before: undefined, after: 'new', mode: 0o644 },
  ]
  await t.rejects(applyEdits(edits), { code: 'E_CONFIG' })
  t.equal(await readFile(join(folder, 'a'), 'utf8'), 'old')
  t.same((await snapshot(folder)).length, 2, 'b is gone again')
  const late = await editOf(join(folder, 'a'), 'new')
  await writeFile(join(folder, 'a'), 'somebody else')
  await t.rejects(applyEdits([late]), { code: 'E_CONFIG', message: /changed meanwhile/ })
  t.equal(await readFile(join(folder, 'a'), 'utf8'), 'somebody else')
})

t.test('a diff shows what changes, and no control characters', t => {
  const edit = { path: '/x', before: 'a\nb\nc\nd\n', after: 'a\nb\nC\u001b[2J\nd\n', mode: 0o644 }
  t.equal(renderEdit(edit), '/x\n    b\n  - c\n  + C\\x1b[2J\n    d\n')
  t.end()
})

t.test('paths end up in shell text as themselves', async t => {
  const nasty = `/it's "$(here)" \`x\` $&/ü\n`
  const programs = { node: nasty, places: placesOf({ HOME: '/h' }), realShell: '/bin/sh', npmBin: '/n' }
  t.ok((await shellText(programs)).includes(quoteForShell(nasty)))
  t.notMatch(await shellText(programs), /@(?:NODE|JUDGE|SHELL)@/)
  t.ok(shimText('npm', programs).includes(quoteForShell(nasty)))
  t.throws(() => quoteForShell('a\0b'), RangeError)
})

t.test('the lines for shells name the shims, whatever the home is called', async t => {
  const root = t.testdir({ home: {}, "it's a ho me": {} })
  for (const home of ['home', "it's a ho me"]) {
    const places = placesOf({ HOME: join(root, home) })
    await mkdir(places.bin, { recursive: true })
    for (const name of ['npm', 'npx'])
      await writeFile(join(places.bin, name), `#!/bin/sh\necho ${name} of the shim\n`, { mode: 0o755 })
    const lines = pathLines(places).split('\n').slice(0, -1)
    for (const shell of ['sh', 'bash', 'zsh', 'fish', 'pwsh']) {
      const own = lines.filter(line => new RegExp(`^  [a-z, ]*\\b${shell}\\b`).test(line))
      t.equal(own.length, 2, `${shell}: PATH and alias`)
      for (const line of own) {
        const text = line.slice(18)
        // Scripts see aliases in a plain sh, and in bash where it is asked to be one.
        const program = { sh: ['sh'], bash: ['bash', '--posix'] }[shell]
        const [file, ...flags] = program ?? []
        if (file === undefined) t.ok(text.includes(home.split("'")[0] ?? home), `${shell}: ${text}`)
        else
          t.equal(
            execFileSync(file, [...flags, '-c', `${text}\nnpm\nnpx`], { encoding: 'utf8' }),
            'npm of the shim\nnpx of the shim\n',
            `${shell}: ${text}`,
          )
      }
    }
  }
  t.notMatch(ciSnippets, /\/(?:root|home|tmp|Users)\b/, 'no path of one machine')
  for (const service of ['GitHub Actions', 'GitLab', 'Dockerfile'])
    t.ok(ciSnippets.includes(service), service)
})

t.test('without a home there is no guess', t => {
  for (const HOME of [undefined, '', 'relative', './x'])
    t.throws(() => placesOf({ HOME }), { code: 'E_CONFIG' }, String(HOME))
  t.end()
})

t.test('whose script it is', async t => {
  const root = t.testdir({
    project: { node_modules: { dep: {} }, packages: { a: {} }, '.npm': { _cacache: { tmp: { clone: {} } } } },
    other: {},
  })
  const project = join(root, 'project')
  const env = { npm_lifecycle_event: 'postinstall', npm_config_local_prefix: project }
  const table: readonly (readonly [string, string, Readonly<Record<string, string>>, boolean, string])[] = [
    ['a project that was set up', 'project', env, true, 'project'],
    ['its workspace', 'project/packages/a', env, true, 'project'],
    ['its dependency', 'project/node_modules/dep', env, true, 'package'],
    ['a project nobody set up', 'project', env, false, 'folder'],
    ['another folder', 'other', env, true, 'package'],
    ['no word about the project', 'project', { npm_lifecycle_event: 'prepare' }, false, 'package'],
    [
      'another manager, that names only where it was started',
      'project',
      { npm_lifecycle_event: 'prepare', INIT_CWD: project },
      false,
      'folder',
    ],
    ['npm version', 'other', { npm_lifecycle_event: 'preversion' }, false, 'project'],
    [
      'such a name inside a package',
      'project/node_modules/dep',
      { npm_lifecycle_event: 'x' },
      true,
      'package',
    ],
    ['nothing said at all', 'other', {}, false, 'package'],
    ['a git clone in a cache inside the project', 'project/.npm/_cacache/tmp/clone', env, true, 'package'],
    [
      'a nested install that looks like a project',
      'other',
      { ...env, npm_config_local_prefix: join(root, 'other'), _PACOTE_NO_PREPARE_: 'git+file:///x' },
      false,
      'package',
    ],
  ]
  for (const [title, folder, said, registered, owner] of table) {
    const request = await readScriptRequest(['-c', 'x'], said, join(root, folder))
    t.ok(request)
    if (request) t.equal(ownerOf(request, registered ? [project] : []), owner, title)
  }
  for (const argv of [[], ['-c'], ['x'], ['-c', 'x', 'y'], ['-lc', 'x']])
    t.equal(await readScriptRequest(argv, env, root), undefined, argv.join(' '))
  t.notOk(isBelow('/a/bc', '/a/b'))
  t.ok(isBelow('/a/b/c', '/a/b'))
})

t.test('projects are remembered by their real path', async t => {
  const root = t.testdir({ home: {}, 'a b ü': {} })
  const places = placesOf({ HOME: join(root, 'home') })
  t.same(await registeredProjects(places), [])
  await mkdir(places.folder)
  await symlink('a b ü', join(root, 'link'))
  await registerProject(places, join(root, 'link'), true)
  await registerProject(places, join(root, 'a b ü'), true)
  t.same(await registeredProjects(places), [join(root, 'a b ü')])
  await registerProject(places, join(root, 'link'), false)
  t.same(await registeredProjects(places), [])
  await writeFile(places.projects, 'x')
  await chmod(places.projects, 0o600)
  t.same(await registeredProjects(places), ['x'])
})
