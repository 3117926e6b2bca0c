import t from 'tap'
import type { Test } from 'tap'
import { limits } from '../../lib/limits.ts'
import { finish, finishInTurns, once } from '../../lib/steps.ts'
import type { Steps } from '../../lib/steps.ts'

function* counting(to: number, each: () => void = () => undefined): Steps<number> {
  let sum = 0
  for (let i = 1; i <= to; i += 1) {
    sum += i
    each()
    yield
  }
  return sum
}

/** Time passes only where a step says so. */
function takeTime(t: Test, ms: number): () => void {
  let now = 0
  t.intercept(performance, 'now', { value: () => now })
  return () => (now += ms)
}

t.test('all steps are done, at once or in turns', async t => {
  t.equal(finish(counting(10)), 55)
  t.equal(await finishInTurns(counting(10)), 55)
})

t.test('others get a turn after each step that is long', async t => {
  const step = takeTime(t, limits.maxTurnMs)
  const order: string[] = []
  setImmediate(() => order.push('other'))
  await finishInTurns(
    counting(3, () => {
      order.push('step')
      step()
    }),
  )
  t.ok(order.indexOf('other') < order.lastIndexOf('step'))
})

t.test('short steps are done one after the other', async t => {
  const step = takeTime(t, 0)
  const order: string[] = []
  setImmediate(() => order.push('other'))
  await finishInTurns(
    counting(3, () => {
      order.push('step')
      step()
    }),
  )
  t.strictSame(order, ['step', 'step', 'step'])
})

t.test('what a step throws is thrown', async t => {
  const broken = () =>
    counting(1, () => {
      throw new Error('broken')
    })
  t.throws(() => finish(broken()), { message: 'broken' })
  await t.rejects(finishInTurns(broken()), { message: 'broken' })
})

t.test('what is made once is the same, begun with pauses and ended without', t => {
  let begun = 0
  const sum = once(() => {
    begun += 1
    return counting(3)
  })
  const pauses = sum.prepare()
  pauses.next()
  t.equal(sum.get(), 6)
  t.equal(pauses.next().done, true)
  t.equal(sum.get(), 6)
  t.equal(begun, 1)
  const prepared = once(() => counting(2))
  finish(prepared.prepare())
  t.equal(prepared.get(), 3)
  t.end()
})

t.test('what cannot be made is tried again', t => {
  let tries = 0
  const fragile = once(() =>
    counting(1, () => {
      tries += 1
      if (tries === 1) throw new Error('broken')
    }),
  )
  t.throws(() => fragile.get(), { message: 'broken' })
  t.equal(fragile.get(), 1)
  t.end()
})
