import { readdirSync } from 'node:fs'
import type { HonestPackage } from '../fixtures/honest/honest-package.ts'
import type { Incident } from '../fixtures/incidents/incident.ts'
import type { Attack } from '../fixtures/unseen/attack.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** A module of ours that exports the name exports a fixture: `tsc` has checked its type where it is written. */
const has = <Name extends string, T>(module: unknown, name: Name): module is Record<Name, T> =>
  isRecord(module) && isRecord(module[name])

const load = async <T>(folder: string, name: string): Promise<readonly T[]> => {
  const base = new URL(`../fixtures/${folder}/`, import.meta.url)
  const fixtures: T[] = []
  for (const file of readdirSync(base).toSorted()) {
    const module: unknown = await import(new URL(file, base).href)
    if (has<string, T>(module, name)) fixtures.push(module[name]!)
  }
  return fixtures
}

/** Every reconstruction of `test/fixtures/incidents`, sorted by id. */
export const loadIncidents = () => load<Incident>('incidents', 'incident')

/** Every package of `test/fixtures/honest`, sorted by id. */
export const loadHonestPackages = () => load<HonestPackage>('honest', 'honest')

/** The attacks and honest look-alikes of `test/fixtures/unseen`, in the order of their files. */
export const loadUnseen = async () => ({
  attacks: (await load<readonly Attack[]>('unseen', 'attacks')).flat(),
  honest: (await load<readonly HonestPackage[]>('unseen', 'honest')).flat(),
})
