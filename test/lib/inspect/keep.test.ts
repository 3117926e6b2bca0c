import t from 'tap'
import { keep } from '../../../lib/inspect/keep.ts'
import type { Phase } from '../../../lib/types.ts'

const item = (kind: string, phase: Phase, at: number) => ({ kind, phase, at })

t.test('below the limit everything is kept, what runs first coming first', async t => {
  const items = [item('a', 'run', 1), item('a', 'install', 2), item('a', 'import', 3)]
  const kept = keep(items, 3, ({ kind }) => kind)
  t.same(
    kept.map(({ at }) => at),
    [2, 3, 1],
  )
})

t.test('a flood of one kind does not push out another', async t => {
  const flood = Array.from({ length: 5_000 }, (_, at) => item('reads', 'import', at))
  const kept = keep(
    [...flood, item('theft', 'import', -1), item('theft', 'run', -2)],
    100,
    ({ kind }) => kind,
  )
  t.equal(kept.length, 100)
  t.same(
    kept.filter(({ kind }) => kind === 'theft').map(({ at }) => at),
    [-1, -2],
  )
  t.ok(kept.every((one, at) => at === 0 || one.phase === kept[at - 1]!.phase || one.phase === 'run'))
})
