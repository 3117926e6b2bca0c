import t from 'tap'
import { testEnforcement } from '../helpers/enforcement.ts'
import { ownNpm } from '../helpers/npms.ts'

testEnforcement(t, await ownNpm())
