import { relative } from 'node:path'
import { isRecord } from './values.ts'

/**
 * npm's report of a peer conflict, in npm's own words (lib/utils/explain-eresolve.js and explain-dep.js of npm 11),
 * from the explanation Arborist attaches to ERESOLVE. The recursion is bounded by `maxDepth`, which falls at each step.
 */

type Explained = Readonly<Record<string, unknown>>

const maxDepth = 4
const marks = ['extraneous', 'dev', 'optional', 'peer', 'bundled', 'overridden'] as const

const record = (value: unknown): Explained | undefined => (isRecord(value) ? value : undefined)
const records = (value: unknown): readonly Explained[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const indent = (lines: readonly string[]): string => `\n${lines.join('\n')}`.split('\n').join('\n  ')

const printNode = (node: Explained): string => {
  const extra = marks.filter(mark => Boolean(node[mark])).map(mark => ` ${mark}`)
  const location = text(node['location'])
  return `${text(node['name'])}@${text(node['version'])}${extra.join('')}${location === '' ? '' : `\n${location}`}`
}

const overflow = (dependents: readonly Explained[], max: number): readonly string[] => {
  if (dependents.length <= max) return []
  const names: string[] = []
  let length = 0
  for (const [index, { from }] of dependents.slice(max).entries()) {
    const name = text(record(from)?.['name']) || 'the root project'
    length += name.length
    const last = index === dependents.length - max - 1
    names.push(length >= 50 && !last ? '...' : name)
    if (length >= 50 && !last) break
  }
  return [`${dependents.length - max} more (${names.join(', ')})`]
}

const explainDependents = (node: Explained, depth: number): string => {
  const dependents = records(node['dependents'])
  if (dependents.length === 0 || depth <= 0) return ''
  const max = Math.ceil(depth / 2)
  return indent([
    ...dependents.slice(0, max).map(edge => explainEdge(edge, depth)),
    ...overflow(dependents, max),
  ])
}

const explainLinksIn = (node: Explained, depth: number): string => {
  const links = records(node['linksIn'])
  return links.length === 0 || depth <= 0 ? '' : indent(links.map(link => explainNode(link, depth - 1)))
}

const explainNode = (node: Explained, depth: number): string =>
  printNode(node) + explainDependents(node, depth) + explainLinksIn(node, depth)

const explainFrom = (from: Explained, depth: number): string =>
  text(from['name']) === '' && text(from['version']) === ''
    ? 'the root project'
    : printNode(from) + explainDependents(from, depth - 1) + explainLinksIn(from, depth - 1)

const explainEdge = (edge: Explained, depth: number): string => {
  const from = record(edge['from']) ?? {}
  const [type, spec] = [text(edge['type']), text(edge['spec'])]
  const plain =
    type === 'workspace'
      ? relative(text(from['location']), spec.slice('file:'.length))
      : `${text(edge['name'])}@"${spec}"`
  const dep = edge['overridden'] === true ? `overridden ${plain} (was "${text(edge['rawSpec'])}")` : plain
  const bundled = edge['bundled'] === true ? 'bundled ' : ''
  return `${type === 'prod' ? '' : `${type} `}${bundled}${dep} from ${explainFrom(from, depth)}`
}

const found = (error: Explained, edge: Explained): string => {
  const current = record(error['current']) ?? record(record(error['peerConflict'])?.['current'])
  if (current !== undefined) return explainNode(current, maxDepth)
  return explainEdge(record(error['currentEdge']) ?? edge, maxDepth)
}

/** The text below `npm error ERESOLVE`, without colours. */
export const explainConflict = (error: object): string => {
  const conflict: Explained = { ...error }
  const edge = record(conflict['edge']) ?? {}
  const peer = record(record(conflict['peerConflict'])?.['peer'])
  const whileInstalling = [record(conflict['dep']), record(conflict['current']), record(edge['from'])]
    .map(node => record(node?.['whileInstalling']))
    .find(node => node !== undefined)
  return [
    ...(whileInstalling === undefined ? [] : [`While resolving: ${printNode(whileInstalling)}`]),
    `Found: ${found(conflict, edge)}`,
    `\nCould not resolve dependency:\n${explainEdge(edge, maxDepth)}`,
    ...(peer === undefined ? [] : [`\nConflicting peer dependency: ${explainNode(peer, maxDepth)}`]),
  ].join('\n')
}
