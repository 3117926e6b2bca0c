import { join } from 'node:path'
import type { Node } from '../plan/arborist.ts'

const bool = (value: boolean): string => (value ? '1' : '')

/** npm hands null over as it is, and it arrives as a word. */
const asText = (value: string | null | undefined): string | undefined =>
  value === undefined ? undefined : String(value)

/** The variables Arborist sets for a package's scripts. */
export const scriptEnv = (node: Node): Readonly<Record<string, string | undefined>> => ({
  npm_package_resolved: asText(node.resolved),
  npm_package_integrity: asText(node.integrity),
  npm_package_json: join(node.path, 'package.json'),
  npm_package_optional: bool(node.optional),
  npm_package_dev: bool(node.dev),
  npm_package_peer: bool(node.peer),
  npm_package_dev_optional: bool(node.devOptional && !node.dev && !node.optional),
  // In the store a package's dependencies are its siblings, which a bin of another package would not find.
  ...(node.isInStore === true ? { NODE_PATH: join(node.path, ...node.name.split('/').map(() => '..')) } : {}),
})
