import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { runCli, runHere } from '../helpers/cli.ts'
import { makeProject, snapshot } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { startRegistry } from '../helpers/registry.ts'
import type { Registry } from '../helpers/registry.ts'
import { strikeEnv } from '../helpers/strike.ts'

/** At points of its work, from its first change of the project to its last. */
const kills = 52
/** At any time of the run: before it changes anything, too. One that comes too late is no kill. */
const timed = 4
const lanes = 3

/** A small seeded generator (mulberry32): the same points on every run. */
const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const names = Array.from({ length: 24 }, (_, index) => `package-${index}`)

const publish = (registry: Registry): void => {
  for (const [index, name] of names.entries()) {
    for (const version of ['1.0.0', '2.0.0']) {
      const dependencies = index % 5 === 4 ? { 'package-0': '1.0.0' } : {}
      const many = Array.from({ length: 10 }, (_, file) => [`lib/${file}.js`, `// ${name} ${version}\n`])
      registry.publish({
        files: {
          'package.json': JSON.stringify({ name, version, dependencies, bin: { [name]: 'lib/0.js' } }),
          ...Object.fromEntries(many),
        },
      })
    }
  }
}

const manifest = (version: string, which: readonly string[]): string => {
  const dependencies = Object.fromEntries(which.map(name => [name, version]))
  return `${JSON.stringify({ name: 'p', version: '1.0.0', dependencies }, null, 2)}\n`
}

const notes = (path: string): boolean =>
  path === 'node_modules/.safe-install' || path === 'node_modules/.package-lock.json'
const state = async (project: Project): Promise<string> => (await snapshot(project.path, notes)).join('\n')
const journalOf = ({ path }: Project): string => join(path, 'node_modules', '.safe-install', 'journal.json')

t.test('kill -9 at many points: files old or new, and the next run repairs and says so', async t => {
  t.setTimeout(1_200_000)
  const registry = await startRegistry(t)
  publish(registry)
  const origin = await makeProject(t, registry, { 'package.json': manifest('1.0.0', names.slice(0, 20)) })
  t.equal((await runHere(origin, [])).code, 0)
  const wanted = manifest('2.0.0', names.slice(3))
  const copy = async (name: string): Promise<Project> => {
    const project = origin.at(`${origin.path}-${name}`)
    await cp(origin.path, project.path, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    await project.write('package.json', wanted)
    return project
  }
  const whole = await copy('whole')
  const before = await state(whole)
  const oldLock = await whole.read('package-lock.json')
  const started = performance.now()
  const count = `${whole.path}-changes`
  const watched = strikeEnv({ below: whole.path, at: 0, signal: 'SIGKILL', count })
  t.equal((await runCli(whole, [], { env: watched })).code, 0)
  const length = performance.now() - started
  const changes = Number(await readFile(count, 'utf8'))
  t.ok(changes > kills, `${changes} changes`)
  const after = await state(whole)
  const newLock = await whole.read('package-lock.json')
  t.not(before, after)
  const random = seeded(20_261_122)
  const plan = Array.from({ length: kills + timed }, (_, index) => ({
    index,
    isTimed: index >= kills,
    share: random(),
  }))
  const figures = { killed: 0, before: 0, undone: 0, finished: 0, complete: 0, 'too late': 0 }
  const killOne = async ({ index, isTimed, share }: (typeof plan)[number]): Promise<void> => {
    const project = await copy(String(index))
    // How things go side by side varies a little, and with it their number.
    const at = isTimed ? 0 : Math.ceil(share * 0.98 * changes)
    const { signal } = await runCli(project, [], {
      env: strikeEnv({ below: project.path, at, signal: 'SIGKILL' }),
      onStart: kill => {
        if (isTimed) setTimeout(() => kill('SIGKILL'), share * length)
      },
    })
    const lock = await readFile(join(project.path, 'package-lock.json'), 'utf8')
    t.ok(lock === oldLock || lock === newLock, `${index}: the lockfile is old or new`)
    t.equal(await project.read('package.json'), wanted, `${index}: package.json is whole`)
    if (signal !== 'SIGKILL') {
      figures['too late'] += 1
      return
    }
    figures.killed += 1
    const journal = existsSync(journalOf(project))
    if (!journal && (await state(project)) === before) {
      figures.before += 1
      return
    }
    const next = await runHere(project, [])
    t.equal(next.code, 0, `${index}: ${next.stderr}`)
    const said = /killed here has been (undone|finished)/.exec(next.stderr)?.[1]
    t.equal(said !== undefined, journal, `${index}: the next run says what it repaired`)
    figures[said === 'undone' || said === 'finished' ? said : 'complete'] += 1
    t.equal(await state(project), after, `${index}: and ends where an undisturbed run does`)
    t.notOk(existsSync(journalOf(project)))
  }
  const lane = async (): Promise<void> => {
    for (let next = plan.shift(); next !== undefined; next = plan.shift()) {
      await killOne(next)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  t.comment(JSON.stringify(figures))
  t.ok(figures.killed >= 50, `${figures.killed} kills`)
  t.ok(
    figures.undone + figures.finished >= kills / 3,
    `most kills hit the writing: ${JSON.stringify(figures)}`,
  )
})
