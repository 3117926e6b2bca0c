/** Installs real packages: npm 12 and a Node for it, once, into the user's cache (test/helpers/npms.ts). */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import t from 'tap'
import { runCli } from '../helpers/cli.ts'
import type { Finished } from '../helpers/cli.ts'
import { setUpProject, setUpUser, stage } from '../helpers/enforcement.ts'
import type { Stage } from '../helpers/enforcement.ts'
import { testedNpms } from '../helpers/npms.ts'
import { snapshot } from '../helpers/project.ts'

t.jobs = 1
t.setTimeout(900_000)

const npms = await testedNpms()

t.test('the doctor', async t => {
  const others = npms.map(({ program }) => program).filter(program => program.includes('/'))
  const flags = others.length > 0 ? ['--with-npm', others.join(':')] : []
  const diagnose = async (at: Stage, more: readonly string[] = [], env = {}): Promise<Finished> =>
    runCli(at.project, ['--doctor', '--json', ...more], { env })
  const statesOf = ({ stdout }: Finished): readonly string[] => {
    const { npms: found } = JSON.parse(stdout) as { npms: { parts: { part: string; state: string }[] }[] }
    return found.flatMap(({ parts }) => parts.map(({ part, state }) => `${part}: ${state}`))
  }
  const [first] = npms
  if (first === undefined) throw new Error('no npm to test with')
  t.test('says that nothing is set up', async t => {
    const at = await stage(t, first)
    const done = await diagnose(at)
    t.equal(done.code, 10)
    t.ok(statesOf(done).every(state => state.endsWith(': off')))
    const { data } = JSON.parse(done.stdout) as { data: readonly unknown[] }
    t.match(
      data,
      [{ list: 'shipped', date: /^\d{4}-\d\d-\d\d$/, ageDays: Number }],
      'and how old the lists are',
    )
  })
  t.test('proves everything that is, with every npm', async t => {
    const at = await stage(t, first)
    await setUpUser(at)
    await setUpProject(at)
    const before = await snapshot(at.project.path)
    const shims = join(at.project.home, '.safe-install', 'bin')
    const done = await diagnose(at, flags, { PATH: `${shims}:${process.env['PATH']}` })
    t.equal(done.code, 0, done.stdout)
    t.equal(statesOf(done).length, 6 * npms.length)
    t.ok(statesOf(done).every(state => state.endsWith(': enforced')))
    t.same(await snapshot(at.project.path), before, 'the project is not touched')
  })
  t.test('finds what takes the guard away', async t => {
    const at = await stage(t, first)
    await setUpUser(at)
    await at.project.write('.npmrc', 'script-shell=/bin/sh\n')
    await at.project.write('.npm-extension.cjs', '// inert\n')
    const own = await diagnose(at)
    t.equal(own.code, 10)
    t.ok(statesOf(own).includes('install scripts, this project: open'))
    t.match(own.stdout, /script-shell=\/bin\/sh \(\.npmrc of the project\)/)
    t.match(own.stdout, /\.npm-extension\.cjs \(in the project\)/)
    await rm(join(at.project.path, '.npmrc'))
    const set = await diagnose(at, [], { npm_config_script_shell: '/bin/sh' })
    t.equal(set.code, 10)
    t.ok(statesOf(set).includes('install scripts, any project: open'))
    await rm(join(at.project.home, '.safe-install', 'shell'))
    const gone = await diagnose(at)
    t.equal(gone.code, 10)
    t.ok(statesOf(gone).includes('install scripts, any project: broken'))
  })
})
