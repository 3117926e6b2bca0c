import { SafeInstallError } from '../errors.ts'
import type { Example, RuleMeta } from '../types.ts'
import { wrap } from './layout.ts'
import type { Look } from './look.ts'
import { printable } from './sanitize.ts'

const maxExampleLines = 30

/** The lines of `--explain`: every rule's title under its id; `--explain <rule>`: all about one. Throws E_USAGE for an unknown rule. */
export function explain(rules: readonly RuleMeta[], id: string | undefined, look: Look): readonly string[] {
  if (id === undefined) return listRules(rules, look)
  const meta = rules.find(rule => rule.id === id)
  if (meta === undefined)
    throw new SafeInstallError('E_USAGE', `there is no rule "${printable(id, 80)}"`, {
      hint: 'safe-install --explain lists them.',
    })
  return explainRule(meta, look)
}

function listRules(rules: readonly RuleMeta[], look: Look): readonly string[] {
  const lines = rules
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(rule => [
      ...wrap(`${rule.id} (${rule.severity})`, { width: look.width, indent: 0, paint: look.bold }),
      ...wrap(rule.title, { width: look.width, indent: 2 }),
    ])
  return [...lines, '', 'All about one: safe-install --explain <rule>']
}

function explainRule(meta: RuleMeta, look: Look): readonly string[] {
  const { width } = look
  const head = (text: string): readonly string[] => [
    '',
    ...wrap(text, { width, indent: 0, paint: look.bold }),
  ]
  const items = (texts: readonly string[]): readonly string[] =>
    texts.flatMap(text => wrap(`- ${text}`, { width, indent: 2, hang: 4 }))
  const section = (title: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0 ? [] : [...head(title), ...items(texts)]
  return [
    ...wrap(meta.title, { width, indent: 0, paint: look.bold }),
    ...wrap(`${meta.id} · ${meta.severity}`, { width, indent: 0 }),
    '',
    ...wrap(meta.description, { width, indent: 0 }),
    ...section('What it cannot see', meta.blindSpots),
    ...section('Seen in', meta.references),
    ...meta.examples.flags.flatMap(example => [
      ...head(`Flagged: ${example.title}`),
      ...files(example, look),
    ]),
    ...meta.examples.passes.flatMap(example => [
      ...head(`Not flagged: ${example.title}`),
      ...files(example, look),
    ]),
  ]
}

/** The files of an example, indented; lines keep their own breaks, because code is read by them. */
function files(example: Example, look: Look): readonly string[] {
  return Object.entries(example.files).flatMap(([path, text]) => {
    if (typeof text !== 'string') return [`  ${path}: ${text.byteLength} bytes`]
    const lines = text.trimEnd().split('\n')
    const shown = lines
      .slice(0, maxExampleLines)
      .map(line => `    ${printable(line, Math.max(40, look.width - 4))}`)
    const more = lines.length > shown.length ? [`    and ${lines.length - shown.length} more lines`] : []
    return [`  ${printable(path)}`, ...shown, ...more]
  })
}
