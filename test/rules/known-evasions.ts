import type { Survival } from '../helpers/evasion.ts'

/** An alarm that does not survive a rewrite: what is left of it, and why. */
export type KnownEvasion = { readonly how: Exclude<Survival, 'same'>; readonly why: string }

const parameterName = 'the name of an exported parameter is the only sign that it is a secret, and it is gone'

/** By rewrite and example. The test fails where one of them survives by now: then it goes from this list. */
export const knownEvasions: Readonly<Record<string, KnownEvasion>> = {
  'rename locals | xrpl#0': { how: 'silent', why: parameterName },
  'minify | xrpl#0': { how: 'silent', why: parameterName },
  'obfuscated self-defending | xrpl#0': { how: 'silent', why: parameterName },
}

/**
 * Rewrites that encode every text of a package. Nobody writes honest code so: what it evaluates or starts is then
 * decoded first, which is what these rules say. No other rule may alarm.
 */
export const hiding = /escaped|char codes|base64|atob|hex|percent|reversed|xored/
export const hidingRules: ReadonlySet<string> = new Set(['decode-and-run', 'obfuscated-code'])

/** Alarms on honest packages that a rewrite brings about, by rewrite and package, with the reason. */
export const knownAlarms: Readonly<Record<string, string>> = {}
