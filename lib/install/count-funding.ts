import type { Node } from '../plan/arborist.ts'
import { isRecord, textOf } from '../plan/values.ts'

/** `funding` of a manifest names at least one address, as npm counts it (libnpmfund 7). */
const asksForFunding = (funding: unknown): boolean => {
  if (Array.isArray(funding)) {
    return funding.every(one => !Array.isArray(one) && asksForFunding(one))
  }
  const url = textOf(isRecord(funding) ? funding['url'] : funding)
  if (url === undefined || !URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  return (protocol === 'https:' || protocol === 'http:') && host !== ''
}

/** What is reachable from the project and asks for funding, each name and version once, as libnpmfund counts. */
export const countFunding = (tree: Node | null | undefined): number => {
  const seen = new Set<string>()
  const stack = tree === null || tree === undefined ? [] : [tree]
  let asking = 0
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    for (const { to } of next.edgesOut.values()) {
      if (to === null) continue
      const { target } = to
      const id = `${target.package.name ?? ''} ${target.package.version ?? ''}`
      if (seen.has(id)) continue
      seen.add(id)
      if (asksForFunding(target.package['funding'])) asking += 1
      stack.push(target)
    }
  }
  return asking
}
