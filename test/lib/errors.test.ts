import t from 'tap'
import { SafeInstallError } from '../../lib/errors.ts'

t.test('an error carries its code, its hint and its cause', t => {
  const cause = new Error('socket closed')
  const error = new SafeInstallError('E_FETCH', 'could not fetch a@1.0.0', { hint: 'try again', cause })
  t.equal(error.code, 'E_FETCH')
  t.equal(error.hint, 'try again')
  t.equal(error.cause, cause)
  t.equal(new SafeInstallError('E_USAGE', 'x').hint, undefined)
  t.end()
})
