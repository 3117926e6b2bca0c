import pacote from 'pacote'
import { limits } from '../limits.ts'
import type { PlannedPackage } from '../types.ts'

/** A registry's clock may be wrong; a date before npm existed, or after tomorrow, is none. */
const earliest = Date.parse('2009-01-01')
const dayMs = 24 * 60 * 60 * 1000

/**
 * When the registry says each version was published, in ms since the epoch by `name@version`: one packument a name,
 * mostly from npm's cache. What cannot be had or is no plausible date is left out. Never rejects.
 */
export async function publishTimes(
  packages: readonly PlannedPackage[],
  options: Readonly<Record<string, unknown>>,
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>()
  const names = [...new Set(packages.filter(item => item.source === 'registry').map(item => item.name))]
  const lane = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const table = await timesOf(name, options)
      for (const item of packages) {
        const time = item.name === name ? Date.parse(String(table[item.version])) : Number.NaN
        if (time >= earliest && time <= now + dayMs) times.set(`${item.name}@${item.version}`, time)
      }
    }
  }
  await Promise.all(Array.from({ length: limits.maxParallelReads }, lane))
  return times
}

async function timesOf(
  name: string,
  options: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const packument: unknown = await pacote.packument(name, { ...options, fullMetadata: true })
    if (typeof packument !== 'object' || packument === null || !('time' in packument)) return {}
    const { time } = packument
    return typeof time === 'object' && time !== null ? { ...time } : {}
  } catch {
    // Offline, or a registry without dates: a context gap says that the age is not known.
    return {}
  }
}
