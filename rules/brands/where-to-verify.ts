import type { Brand } from '../lists.ts'

/**
 * Where a person checks for themselves: the packages, scopes and domains of the brands, and honest third parties where
 * a brand has no package of its own. Empty where no brand is named.
 */
export function whereToVerify(brands: readonly Brand[], target?: string): string {
  const named = brands.slice(0, 2).map(brand => {
    const own = [...brand.scopes.map(scope => `${scope}/*`), ...brand.packages].slice(0, 3)
    const packages =
      own.length > 0
        ? `its packages: ${own.join(', ')}`
        : `it has no known npm package of its own${brand.thirdParty.length > 0 ? `; widely used: ${brand.thirdParty.slice(0, 3).join(', ')}` : ''}`
    const checked = brand.verified ? '' : ' (from public knowledge, not verified)'
    return `${brand.name} is at ${brand.domains.slice(0, 2).join(', ')}; ${packages}${checked}`
  })
  if (named.length > 0) return `Verify there: ${named.join('. ')}.`
  return target === undefined ? '' : `If you meant ${target}, install that.`
}
