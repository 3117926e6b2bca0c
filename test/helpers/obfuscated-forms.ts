import { readFileSync, readdirSync } from 'node:fs'
import type { PackageFiles } from '../fixtures/incidents/incident.ts'
import type { Rewrite } from './rewrites/rewrite.ts'

type Line = { readonly key: string; readonly path: string; readonly text: string }

/**
 * The forms of `test/fixtures/evasion` by the name of their options: what makes an example of its files the obfuscated
 * one. Files that are not code are the example's own.
 */
export function obfuscatedForms(): Readonly<Record<string, (key: string) => Rewrite>> {
  const folder = new URL('../fixtures/evasion/', import.meta.url)
  const forms: Record<string, (key: string) => Rewrite> = {}
  for (const file of readdirSync(folder).toSorted()) {
    if (!file.endsWith('.jsonl')) continue
    const [, ...lines] = readFileSync(new URL(file, folder), 'utf8').trim().split('\n')
    const byKey = new Map<string, Record<string, string>>()
    for (const line of lines) {
      const { key, path, text } = JSON.parse(line) as Line
      byKey.set(key, { ...byKey.get(key), [path]: text })
    }
    forms[`obfuscated ${file.replace('.jsonl', '')}`] = key => (files: PackageFiles) => {
      const texts = byKey.get(key)
      return texts === undefined ? files : { ...files, ...texts }
    }
  }
  return forms
}
