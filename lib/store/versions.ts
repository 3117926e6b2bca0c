import { ownFolder } from '../own-folder.ts'
import { codeDigest, codeOf } from './code-digest.ts'

/** The build puts the digests of the sources in their place. */
declare const builtEngine: string | undefined
declare const builtJudge: string | undefined

let engine: string | undefined
let judge: string | undefined

/** A digest of the code that turns bytes into an inspection: no inspection outlives the engine that made it. */
export function engineVersion(): string {
  engine ??= typeof builtEngine === 'string' ? builtEngine : codeDigest(ownFolder(), codeOf.engine)
  return engine
}

/** A digest of everything that turns bytes into a verdict: the engine, the judge, the rules and their lists. */
export function judgeVersion(): string {
  judge ??= typeof builtJudge === 'string' ? builtJudge : codeDigest(ownFolder(), codeOf.judge)
  return `${engineVersion()}-${judge}`
}
