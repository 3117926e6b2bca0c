/** Installs real packages: npm 12 and a Node for it, once, into the user's cache (test/helpers/npms.ts). */
import t from 'tap'
import { testEnforcement } from '../helpers/enforcement.ts'
import { npm12 } from '../helpers/npms.ts'

const npm = await npm12().catch(() => undefined)

if (npm === undefined) t.plan(0, 'npm 12 and a Node for it cannot be had here')
else testEnforcement(t, npm, { isSecond: true })
