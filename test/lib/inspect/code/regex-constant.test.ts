import * as fc from 'fast-check'
import t from 'tap'
import { RegexConstant } from '../../../../lib/inspect/code/regex-constant.ts'
import { spelledBy } from '../../../../lib/inspect/code/spelled-by.ts'
import { HOLE } from '../../../../lib/types.ts'

t.test('what a pattern makes of a constant is what Node makes of it', t => {
  const patterns: readonly RegExp[] = [
    /\/+$/,
    /^\/+|\/+$/g,
    /[^\w.-]/g,
    /^(https?:)?\/\//i,
    /(a)(b)?/g,
    /\s*,\s*/,
    /x*/g,
    /-(\w)/g,
    /\$\{(\w+)\}/g,
    /[aeiou]{2,}/gi,
  ]
  const text = fc.string({
    unit: fc.constantFrom(...'ab/-_.:,x ${}hp'.split(''), 'https://', '\n', 'é'),
    maxLength: 30,
  })
  const template = fc.constantFrom('', '_', '$1', '[$&]', '$$', "$'", '$2$1', '$9')
  for (const pattern of patterns) {
    const own = new RegexConstant(pattern.source, pattern.flags)
    fc.assert(
      fc.property(text, template, (text, template) => {
        t.equal(own.replace(text, template, false), text.replace(pattern, template), String(pattern))
        t.strictSame(own.split(text), text.split(pattern), String(pattern))
      }),
      { numRuns: 60, seed: 5 },
    )
  }
  t.end()
})

t.test('a match that touches what is not known makes the result unknown', t => {
  const rows: readonly (readonly [pattern: RegExp, text: string, result: string | undefined])[] = [
    [/\/+$/, `https://${HOLE}/a/`, `https://${HOLE}/a`],
    [/[^a-z]/g, `a-${HOLE}`, undefined],
    [/.*/, HOLE, undefined],
    [/q/, `${HOLE}/x`, `${HOLE}/x`],
  ]
  for (const [pattern, text, result] of rows)
    t.equal(
      new RegexConstant(pattern.source, pattern.flags).replace(text, '', false),
      result,
      `${pattern} ${text}`,
    )
  t.equal(new RegexConstant('/', '').split(`a/${HOLE}`), undefined)
  t.end()
})

t.test('hostile patterns and long texts are unknown, and cost little', t => {
  const a = 'a'.repeat(60)
  for (const [source, flags, text] of [
    ['(a+)+$', '', `${a}!`],
    ['(?<=a)b', '', 'ab'],
    ['(', '', 'a'],
    ['a', 'q', 'a'],
    ['b', '', 'a'.repeat(100_000)],
  ] as const)
    t.equal(new RegexConstant(source, flags).replace(text, '', false), undefined, `/${source}/${flags}`)
  t.equal(new RegexConstant('a', 'g').replace('a'.repeat(4_000), 'b'.repeat(1_000), false), undefined)
  t.end()
})

t.test('the texts a pattern is written for are few, whatever the pattern', t => {
  const rows: readonly (readonly [RegExp, readonly string[]])[] = [
    [/^\.env$/, ['.env']],
    [/^id_(rsa|ed25519)$/, ['id_rsa', 'id_ed25519']],
    [/^\.env(\.(?!example|sample)\w+)*$/, ['.env', `.env.${HOLE}`]],
    [
      /^(?:\.npmrc|\.netrc)$|credentials?\.json/i,
      ['.npmrc', '.netrc', 'credential.json', 'credentials.json'],
    ],
    [/^(?<name>a)[bc]{2}d+$/, [`a${HOLE}d`]],
  ]
  for (const [pattern, texts] of rows) t.strictSame(spelledBy(pattern.source), texts, String(pattern))
  for (const source of [
    'a)',
    '(a',
    '[',
    '(?:(?:(?:a|b)(?:a|b))(?:a|b))(?:a|b)'.repeat(6),
    '('.repeat(290),
    'a?'.repeat(140),
  ])
    t.ok(spelledBy(source).length <= 12, source)
  t.end()
})
