/**
 * Whether a target of `exports` or `imports` is for a compiler only: declarations, and sources under a condition that
 * nobody sets for a user.
 */
export function isNeverRun(conditions: readonly string[], target: string): boolean {
  return isTypesOnly(conditions, target) || isSourceOnly(conditions, target)
}

/**
 * TypeScript under a condition of the project's own (`@scope/source`): Node strips no types below node_modules, and
 * no tool sets the condition unless its user names it.
 */
function isSourceOnly(conditions: readonly string[], target: string): boolean {
  return /\.[cm]?tsx?$/.test(target) && conditions.some(condition => !toolConditions.has(condition))
}

/** Conditions that Node and the field's bundlers set by themselves, and our own mark for a list of targets. */
const toolConditions: ReadonlySet<string> = new Set([
  '[]',
  'browser',
  'bun',
  'default',
  'deno',
  'development',
  'edge-light',
  'electron',
  'import',
  'module',
  'module-sync',
  'netlify',
  'node',
  'node-addons',
  'production',
  'react-native',
  'react-server',
  'require',
  'script',
  'style',
  'svelte',
  'worker',
  'workerd',
])

function isTypesOnly(conditions: readonly string[], target: string): boolean {
  return /\.d\.[cm]?ts$/.test(target) || (conditions.includes('types') && target.endsWith('.ts'))
}
