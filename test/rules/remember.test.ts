import t from 'tap'
import { limits } from '../../lib/limits.ts'
import { remembering } from '../../rules/remember.ts'

t.test('what was answered is kept, and forgotten beyond a bound', t => {
  let asked = 0
  const answer = remembering(
    (text: string) => {
      asked += 1
      return text.length
    },
    text => text,
  )
  t.equal(answer('four'), 4)
  t.equal(answer('four'), 4)
  t.equal(asked, 1)
  for (let i = 0; i < limits.maxRemembered; i += 1) answer(`host-${i}`)
  t.equal(answer('four'), 4)
  t.equal(asked, limits.maxRemembered + 2)
  t.end()
})

t.test('no answer is an answer, and keys are texts like any other', t => {
  let asked = 0
  const answer = remembering(
    (): undefined => {
      asked += 1
    },
    (text: string) => text,
  )
  t.equal(answer('__proto__'), undefined)
  t.equal(answer('__proto__'), undefined)
  t.equal(asked, 1)
  t.end()
})
