import type { Edit } from './edits.ts'
import { replace } from './edits.ts'
import { atHead, editing } from './rewrite.ts'
import type { Rewrite } from './rewrite.ts'
import { child, children, stringOf, walk } from './syntax.ts'
import type { Code, SyntaxNode } from './syntax.ts'

/** Writes a text as an expression; the name is one nobody uses, for a helper. Undefined: it stays as it is. */
export type Spelling = (text: string, fresh: string, index: number) => string | undefined

const quoted = (text: string): string => JSON.stringify(text)

/** A text in three pieces; never inside a pair of code units that belong together. */
function pieces(text: string): readonly string[] {
  const units = Array.from(text)
  const third = Math.max(1, Math.floor(units.length / 3))
  return [units.slice(0, third), units.slice(third, 2 * third), units.slice(2 * third)]
    .map(part => part.join(''))
    .filter(part => part !== '')
}

const units = (text: string): readonly number[] => text.split('').map(unit => unit.charCodeAt(0))
const xored = (text: string): string => String.fromCharCode(...units(text).map(unit => unit ^ 21))
const hexOf = (unit: number, digits: number): string => unit.toString(16).padStart(digits, '0')

export const spellings = {
  concatenate: text => pieces(text).map(quoted).join(' + '),
  join: text => `[${pieces(text).map(quoted).join(', ')}].join('')`,
  template: text =>
    `\`${pieces(text)
      .map(piece => `\${${quoted(piece)}}`)
      .join('')}\``,
  escape: text =>
    `'${units(text)
      .map(unit => (unit < 256 ? `\\x${hexOf(unit, 2)}` : `\\u${hexOf(unit, 4)}`))
      .join('')}'`,
  charCodes: text => `String.fromCharCode(${units(text).join(', ')})`,
  base64: text => `Buffer.from('${Buffer.from(text).toString('base64')}', 'base64').toString()`,
  atob: text =>
    units(text).every(unit => unit < 256)
      ? `atob('${Buffer.from(text, 'latin1').toString('base64')}')`
      : undefined,
  hex: text => `Buffer.from('${Buffer.from(text).toString('hex')}', 'hex').toString('utf8')`,
  percent: text =>
    `decodeURIComponent('${[...Buffer.from(text)].map(byte => `%${hexOf(byte, 2)}`).join('')}')`,
  reverse: text => `${quoted(text.split('').toReversed().join(''))}.split('').reverse().join('')`,
  xor: (text, fresh) => `${fresh}x(${quoted(xored(text))})`,
  table: (_, fresh, index) => `${fresh}t[${index}]`,
} as const satisfies Record<string, Spelling>

/** Every text of the code spelled that way, those inside templates too. Import statements and keys keep theirs. */
export function spell(spelling: Spelling): Rewrite {
  return editing(code => {
    const texts: string[] = []
    const write = (text: string): string => {
      // Lone surrogates do not survive an encoding, long texts are data.
      const spelled =
        text.length < 2 || text.length > 4_000 || /\p{Surrogate}/u.test(text)
          ? undefined
          : spelling(text, code.fresh, texts.length)
      if (spelled === undefined) return quoted(text)
      texts.push(text)
      return `(${spelled})`
    }
    const edits: Edit[] = []
    walk(code.tree, (node, parents) => {
      if (node.type === 'TemplateLiteral' && parents.at(-1)?.type !== 'TaggedTemplateExpression')
        edits.push(...templateEdits(node, write))
      const text = stringOf(node)
      if (text !== undefined && mayChange(node, parents.at(-1))) edits.push(replace(node, write(text)))
    })
    return texts.length === 0 ? [] : [...helpers(code, spelling, texts), ...edits]
  })
}

function helpers(code: Code, spelling: Spelling, texts: readonly string[]): readonly Edit[] {
  const { fresh } = code
  if (spelling === spellings.table)
    return [atHead(code, `const ${fresh}t = [${texts.map(quoted).join(', ')}];`)]
  if (spelling !== spellings.xor) return []
  const body = `{ let o = ''; for (let i = 0; i < s.length; i++) o += String.fromCharCode(s.charCodeAt(i) ^ 21); return o }`
  return [atHead(code, `function ${fresh}x(s) ${body}`)]
}

/** `a${x}b` as a sum; what stands between the expressions is replaced, they are not. */
function templateEdits(node: SyntaxNode, write: (text: string) => string): readonly Edit[] {
  const expressions = children(node, 'expressions')
  const texts = children(node, 'quasis').map(quasi => String((quasi['value'] as { cooked?: unknown }).cooked))
  return texts.map((text, i) => {
    const start = i === 0 ? node.start : expressions[i - 1]!.end
    const end = i === texts.length - 1 ? node.end : expressions[i]!.start
    return replace(
      { start, end },
      `${i === 0 ? '(' : ') + '}${write(text)}${i === texts.length - 1 ? ')' : ' + ('}`,
    )
  })
}

const fixed = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'ImportAttribute',
  'ImportSpecifier',
  'ExportSpecifier',
])

function mayChange(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent === undefined || fixed.has(parent.type) || parent['directive'] !== undefined) return false
  return !(child(parent, 'key') === node && parent['computed'] !== true)
}
