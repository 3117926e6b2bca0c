import { SafeInstallError } from '../errors.ts'
import { limits } from '../limits.ts'
import { JsonProblem, parseJson } from './parse-json.ts'
import type { JsonNode } from './parse-json.ts'
import { contentGap, unliftable } from './policy.ts'
import type { Approval, Exception, PolicyFile } from './policy.ts'

/**
 * Parses the text of a `safe-install.json`. Throws E_POLICY that names file, line, key and what was expected; unknown
 * keys are refused, since a misspelt one would silently not protect. `file` is how messages call it; `rules` are the
 * ids that exist, where they are to be held against them.
 */
export function parsePolicy(text: string, file: string, rules?: ReadonlySet<string>): PolicyFile {
  const at = (offset: number, message: string): SafeInstallError => {
    const line = text.slice(0, offset).split('\n').length
    return new SafeInstallError('E_POLICY', `${file}:${line}: ${message}`, {
      hint: 'Nothing was installed. Correct the file; policy.schema.json describes it.',
    })
  }
  try {
    return toPolicy(parseJson(text), rules)
  } catch (error) {
    if (error instanceof JsonProblem) throw at(error.at, error.message)
    throw error
  }
}

const severities = ['low', 'medium', 'high', 'critical'] as const
const actions = ['note', 'ask', 'block'] as const
const ruleActions = ['off', ...actions] as const
const gapActions = ['stop', 'ask', 'note'] as const
const allowances = ['all', 'root', 'none'] as const
const sourceKeys = ['git', 'remote', 'file', 'directory'] as const

const keys = [
  '$schema',
  'version',
  'actions',
  'contentGaps',
  'minimumAgeDays',
  'registries',
  'sources',
  'buildHosts',
  'history',
  'exceptions',
  'approvals',
] as const

function toPolicy(root: JsonNode, known: ReadonlySet<string> | undefined): PolicyFile {
  const table = tableOf(root, 'the policy', keys)
  const version = table.get('version')
  if (version !== undefined && (version.kind !== 'number' || version.value !== 1))
    throw expected(version, 'version', 'the number 1')
  const schema = table.get('$schema')
  if (schema !== undefined) textOf(schema, '$schema')
  const actionTable = optional(table.get('actions'), node => tableOf(node, 'actions', ['severity', 'rules']))
  const age = table.get('minimumAgeDays')
  return {
    severity: new Map(
      [
        ...(optional(actionTable?.get('severity'), node => tableOf(node, 'actions.severity', severities)) ??
          []),
      ].map(([key, node]) => [key, oneOf(node, `actions.severity.${key}`, actions)]),
    ),
    rules: ruleTable(actionTable?.get('rules'), known),
    contentGaps: optional(table.get('contentGaps'), node => oneOf(node, 'contentGaps', gapActions)),
    minimumAgeDays: optional(age, node => daysOf(node, 'minimumAgeDays')),
    registries: optional(table.get('registries'), node => listOf(node, 'registries', registryOf)),
    sources: new Map(
      [...(optional(table.get('sources'), node => tableOf(node, 'sources', sourceKeys)) ?? [])].map(
        ([key, node]) => [key, oneOf(node, `sources.${key}`, allowances)],
      ),
    ),
    buildHosts: optional(table.get('buildHosts'), node => listOf(node, 'buildHosts', hostOf)),
    history: optional(table.get('history'), node => booleanOf(node, 'history')),
    exceptions: optional(table.get('exceptions'), node => listOf(node, 'exceptions', exceptionOf)) ?? [],
    approvals: optional(table.get('approvals'), node => listOf(node, 'approvals', approvalOf)) ?? [],
  }
}

function ruleTable(node: JsonNode | undefined, known: ReadonlySet<string> | undefined): PolicyFile['rules'] {
  if (node === undefined) return new Map()
  if (node.kind !== 'object') throw expected(node, 'actions.rules', 'an object of rule ids')
  return new Map(
    [...node.entries].map(([rule, { keyAt, value }]) => {
      if (known !== undefined && !known.has(rule))
        throw new JsonProblem(keyAt, `actions.rules: there is no rule ${JSON.stringify(rule)}`)
      const action = oneOf(value, `actions.rules.${rule}`, ruleActions)
      if (rule === unliftable && action !== 'block')
        throw new JsonProblem(
          value.at,
          `actions.rules.${rule}: expected "block": nothing lifts known malware`,
        )
      return [rule, action]
    }),
  )
}

const exceptionKeys = ['package', 'version', 'integrity', 'rule', 'reason', 'who', 'until'] as const

function exceptionOf(node: JsonNode, path: string): Exception {
  const table = tableOf(node, path, exceptionKeys)
  const rule = textOf(required(table, node, path, 'rule'), `${path}.rule`)
  if (rule === unliftable)
    throw new JsonProblem(node.at, `${path}.rule: expected another rule: nothing lifts known malware`)
  return {
    package: textOf(required(table, node, path, 'package'), `${path}.package`),
    version: textOf(required(table, node, path, 'version'), `${path}.version`),
    integrity: integrityOf(required(table, node, path, 'integrity'), `${path}.integrity`),
    rule,
    reason: textOf(required(table, node, path, 'reason'), `${path}.reason`),
    who: textOf(required(table, node, path, 'who'), `${path}.who`),
    until: optional(table.get('until'), until => momentOf(until, `${path}.until`)),
  }
}

const approvalKeys = ['package', 'version', 'integrity', 'who', 'date'] as const

function approvalOf(node: JsonNode, path: string): Approval {
  const table = tableOf(node, path, approvalKeys)
  return {
    package: textOf(required(table, node, path, 'package'), `${path}.package`),
    version: textOf(required(table, node, path, 'version'), `${path}.version`),
    integrity: integrityOf(required(table, node, path, 'integrity'), `${path}.integrity`),
    who: textOf(required(table, node, path, 'who'), `${path}.who`),
    date: textOf(required(table, node, path, 'date'), `${path}.date`),
  }
}

function tableOf<Key extends string>(
  node: JsonNode,
  path: string,
  allowed: readonly Key[],
): ReadonlyMap<Key, JsonNode> {
  if (node.kind !== 'object') throw expected(node, path, 'an object')
  const table = new Map<Key, JsonNode>()
  for (const [key, { keyAt, value }] of node.entries) {
    const name = allowed.find(one => one === key)
    if (name === undefined) {
      const listed = allowed.filter(one => one !== '$schema').join(', ')
      throw new JsonProblem(keyAt, `${path}: unknown key ${JSON.stringify(key)}; expected one of ${listed}`)
    }
    table.set(name, value)
  }
  return table
}

function required<Key extends string>(
  table: ReadonlyMap<Key, JsonNode>,
  parent: JsonNode,
  path: string,
  key: Key,
): JsonNode {
  const node = table.get(key)
  if (node === undefined) throw new JsonProblem(parent.at, `${path}: ${key} is missing`)
  return node
}

function optional<T>(node: JsonNode | undefined, parse: (node: JsonNode) => T): T | undefined {
  return node === undefined ? undefined : parse(node)
}

function expected(node: JsonNode, path: string, what: string): JsonProblem {
  const got =
    'value' in node
      ? JSON.stringify(node.value).slice(0, 80)
      : `${node.kind === 'null' ? '' : 'an '}${node.kind}`
  return new JsonProblem(node.at, `${path}: expected ${what}, got ${got}`)
}

function oneOf<Word extends string>(node: JsonNode, path: string, words: readonly Word[]): Word {
  const word = words.find(one => node.kind === 'string' && one === node.value)
  if (word === undefined) throw expected(node, path, words.map(one => `"${one}"`).join(' or '))
  return word
}

function textOf(node: JsonNode, path: string): string {
  if (node.kind !== 'string' || node.value.trim() === '' || node.value.length > limits.maxPolicyTextChars)
    throw expected(node, path, `a text of 1 to ${limits.maxPolicyTextChars} characters`)
  return node.value
}

function booleanOf(node: JsonNode, path: string): boolean {
  if (node.kind !== 'boolean') throw expected(node, path, 'true or false')
  return node.value
}

function daysOf(node: JsonNode, path: string): number {
  if (node.kind !== 'number' || node.value < 0 || node.value > 3650)
    throw expected(node, path, 'a number of days from 0 to 3650')
  return node.value
}

function listOf<T>(node: JsonNode, path: string, parse: (node: JsonNode, path: string) => T): readonly T[] {
  if (node.kind !== 'array') throw expected(node, path, 'a list')
  if (node.items.length > limits.maxPolicyItems)
    throw new JsonProblem(node.at, `${path}: expected at most ${limits.maxPolicyItems} items`)
  return node.items.map((item, index) => parse(item, `${path}[${index}]`))
}

function registryOf(node: JsonNode, path: string): string {
  const text = textOf(node, path)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw expected(node, path, 'the http(s) address of a registry, without a password')
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

/** A host, or `*.host` for everything below it. */
function hostOf(node: JsonNode, path: string): string {
  const text = textOf(node, path).toLowerCase()
  if (!/^(?:\*\.)?[a-z0-9.-]{1,253}(?::[0-9]{1,5})?$/.test(text))
    throw expected(node, path, 'a host name, or *.host')
  return text
}

function integrityOf(node: JsonNode, path: string): string {
  const text = textOf(node, path)
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(text)) throw expected(node, path, 'sha512-… of the tarball')
  return text
}

/** A day means its end, UTC. */
function momentOf(node: JsonNode, path: string): number {
  const text = textOf(node, path)
  const moment = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T23:59:59.999Z`) : Number.NaN
  // `Date.parse` moves 2027-02-31 into March; only a day that reads back the same exists.
  if (Number.isNaN(moment) || !new Date(moment).toISOString().startsWith(text))
    throw expected(node, path, 'a day, as 2027-01-31')
  return moment
}

/** Whether an exception may name this rule: a finding's rule, or a content gap. */
export function isExceptable(rule: string, known: ReadonlySet<string>): boolean {
  return rule !== unliftable && (rule === contentGap || known.has(rule))
}
