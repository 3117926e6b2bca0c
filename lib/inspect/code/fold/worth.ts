import type { Program } from 'acorn'
import type { Interest } from './explore.ts'

/** Whether a program shows signs of decoding, and which functions are worth entering. */
export const isWorthFolding =
  (_program: Program, _source: string): Interest | undefined =>
  () =>
    true
