import type { Interpreter } from './interpreter.ts'
import type { Place } from './sites.ts'
import { withTaints, type Value } from './values.ts'

/**
 * What drivers of browsers are asked for by these names is somebody's session, whatever object it is asked of:
 * `context.cookies()` and `context.storageState()` of Playwright, `page.cookies()` of Puppeteer.
 */
export function noteSession(machine: Interpreter, name: string, answer: Value, place: Place): Value {
  if (name !== 'cookies' && name !== 'storageState') return answer
  if (!answer.open || answer.functions.length > 0 || answer.objects.length > 0) return answer
  return withTaints(answer, [machine.source('browser', 'session cookies', place)])
}
