import type { Context, Inspection } from '../../lib/types.ts'
import type { Brand } from '../lists.ts'

export type Reputation = { readonly points: number; readonly reasons: readonly string[] }

const day = 24 * 60 * 60 * 1000

/**
 * What is known about the package besides its name and code. Unknown counts 0: mirrors serve no dates, publishers or
 * signatures. A repository field is only a claim, so naming the brand's own organisation counts against a package
 * that is not on the brand's list.
 */
export function reputationOf(inspection: Inspection, context: Context, brands: readonly Brand[]): Reputation {
  const reasons: string[] = []
  let points = 0
  const ageDays = context.publishedAt === undefined ? undefined : (context.now - context.publishedAt) / day
  if (ageDays !== undefined && ageDays >= 0 && ageDays < 30) {
    points += ageDays < 7 ? 3 : 2
    reasons.push(`this version is ${Math.floor(ageDays)} days old`)
  }
  const repository = inspection.manifest.repository
  if (repository === undefined || repository === '') {
    points += 1
    reasons.push('it names no repository')
  } else {
    const owner = /github\.com[/:]([\w.-]{1,60})\//i.exec(`${repository}/`)?.[1]?.toLowerCase()
    const claimed = brands.find(brand => brand.githubOrgs.some(org => org.toLowerCase() === owner))
    if (claimed !== undefined) {
      points += 2
      reasons.push(`it claims the repository of ${claimed.name}, whose packages it is not among`)
    }
  }
  if (
    context.downloads !== undefined &&
    context.downloads > 50_000 &&
    context.lists.popular.has(context.name)
  ) {
    points -= 3
    reasons.push('it is widely used')
  }
  return { points, reasons }
}
