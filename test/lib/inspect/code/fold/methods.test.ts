import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { createCipheriv, createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import t from 'tap'
import { Budget } from '../../../../../lib/inspect/code/fold/budget.ts'
import {
  type Constant,
  constantArray,
  constantBytes,
  constantObject,
} from '../../../../../lib/inspect/code/fold/constant.ts'
import { foldCall } from '../../../../../lib/inspect/code/fold/methods.ts'

/** A host value as a constant, so that results of the real built-ins can be compared. */
const asConstant = (value: unknown): Constant => {
  if (Array.isArray(value)) return constantArray(Array.from(value, asConstant))
  if (Buffer.isBuffer(value)) return constantBytes(new Uint8Array(value))
  if (value instanceof Uint8Array) return constantBytes(value, false)
  if (value instanceof RegExp) return { kind: 'regex', source: value.source, flags: value.flags }
  if (typeof value === 'object' && value !== null) {
    return constantObject(Object.entries(value).map(([key, item]) => [key, asConstant(item)] as const))
  }
  return value as Constant
}

const fold = (api: string, self: unknown, args: readonly unknown[], budget = new Budget()) =>
  foldCall(api, asConstant(self), args.map(asConstant), budget)

const attempt = (work: () => unknown): { readonly value: Constant } | undefined => {
  try {
    return { value: asConstant(work()) }
  } catch {
    return undefined
  }
}

/** Calls the real built-in on the same operands. */
const real = (self: unknown, name: string, args: readonly unknown[]) =>
  attempt(() => {
    const copy = Array.isArray(self) ? [...(self as unknown[])] : self
    const holder = Object(copy) as Record<string, (...args: unknown[]) => unknown>
    return holder[name]?.apply(copy, [...args])
  })

const check = (api: string, self: unknown, args: readonly unknown[]): void => {
  const name = api.slice(api.lastIndexOf('.') + 1)
  const expected = real(self, name, args)
  const label = `${api} on ${JSON.stringify(self)} with ${args.map(String).join(', ')}`
  assert.deepStrictEqual(fold(api, self, args)?.value, expected?.value, label)
}

const text = fc.string({
  unit: fc.constantFrom('a', 'B', 'c', '1', '0', ' ', '=', '.', '%', 'é', '😀', '$', '\n'),
  maxLength: 12,
})
const index = fc.option(fc.integer({ min: -15, max: 15 }), { nil: undefined })

const stringCases: readonly (readonly [name: string, args: fc.Arbitrary<unknown>[]])[] = [
  ['at', [index]],
  ['charAt', [index]],
  ['charCodeAt', [index]],
  ['codePointAt', [index]],
  ['concat', [text, fc.integer()]],
  ['endsWith', [text]],
  ['includes', [text]],
  ['indexOf', [text, index]],
  ['lastIndexOf', [text]],
  ['padEnd', [fc.integer({ min: -2, max: 20 }), text]],
  ['padStart', [fc.integer({ min: -2, max: 20 }), text]],
  ['repeat', [fc.integer({ min: -1, max: 5 })]],
  ['replace', [text, fc.constantFrom('x', '[$&]', '$$', "$'$`", '')]],
  ['replaceAll', [text, fc.constantFrom('x', '[$&]', '$$', "$'$`", '')]],
  ['slice', [index, index]],
  ['split', [text]],
  ['split', [text, fc.integer({ min: 0, max: 4 })]],
  ['startsWith', [text, index]],
  ['substr', [index, index]],
  ['substring', [index, index]],
  ['toLowerCase', []],
  ['toUpperCase', []],
  ['trim', []],
  ['trimEnd', []],
  ['trimStart', []],
  ['normalize', []],
  ['toString', []],
]

const patterns: readonly RegExp[] = [
  /a/g, /[a-c]+/gi, /./g, /../g, /.{1,2}/g, /(a|B)(c?)/g, /^\s+|\s+$/g, /\d+/, /[^a-z]/g, /\b/g, /(.)\1/g,
  /a*?B/, /(?:aB)+/g, /a(?=B)/g, /a(?!B)/g, /x*/g, /$/, /^a/m, /[\u00e0-\u00ff]/g, /\u{1F600}/gu, /(?<n>a)/g,
  /(a*)*b/, /[.=%]/g, /\x41|\u0042/g,
] // prettier-ignore

const scalar = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  text,
  fc.constant(null),
  fc.boolean(),
  fc.constant(undefined),
)
const list = fc.array(scalar, { maxLength: 8 })

const arrayCases: readonly (readonly [name: string, args: fc.Arbitrary<unknown>[]])[] = [
  ['at', [index]],
  ['concat', [list, scalar]],
  ['fill', [scalar, index, index]],
  ['flat', []],
  ['includes', [scalar]],
  ['indexOf', [scalar, index]],
  ['lastIndexOf', [scalar]],
  ['join', [text]],
  ['pop', []],
  ['push', [scalar, scalar]],
  ['reverse', []],
  ['shift', []],
  ['slice', [index, index]],
  ['sort', []],
  ['splice', [index, fc.integer({ min: 0, max: 4 }), scalar]],
  ['toReversed', []],
  ['toSorted', []],
  ['toString', []],
  ['unshift', [scalar]],
]

const numberCases: readonly (readonly [name: string, args: fc.Arbitrary<unknown>[]])[] = [
  ['toString', [fc.integer({ min: 1, max: 37 })]],
  ['toFixed', [fc.integer({ min: -1, max: 10 })]],
  ['toPrecision', [fc.integer({ min: 1, max: 10 })]],
]

/** One line of output for a property with many runs. */
const holds = <T>(
  t: { doesNotThrow: (work: () => void, name: string) => unknown },
  property: fc.IProperty<T>,
  options: fc.Parameters<T>,
): void => {
  t.doesNotThrow(() => fc.assert(property, options), 'agrees on every run')
}

const settings = { seed: 20_261_122, numRuns: 60 } as const

t.test('string methods agree with the real ones', t => {
  for (const [name, args] of stringCases) {
    holds(
      t,
      fc.property(text, fc.tuple(...args), (self, operands) =>
        check(`String.prototype.${name}`, self, operands),
      ),
      settings,
    )
  }
  t.end()
})

t.test('patterns match as the real ones do', t => {
  for (const pattern of patterns) {
    holds(
      t,
      fc.property(text, fc.constantFrom('<$&>', '$1-$2', '', '$$'), (self, replacement) => {
        check('String.prototype.replace', self, [pattern, replacement])
        check('String.prototype.split', self, [pattern])
        check('String.prototype.search', self, [pattern])
        const expected = real(self, 'match', [pattern])
        const plain =
          expected === undefined || expected.value === null
            ? null
            : constantArray([...(self.match(pattern) ?? [])])
        t.strictSame(
          fold('String.prototype.match', self, [pattern])?.value,
          plain,
          `${String(pattern)} on ${JSON.stringify(self)}`,
        )
      }),
      { ...settings, numRuns: 40 },
    )
  }
  t.end()
})

t.test('array methods agree with the real ones', t => {
  for (const [name, args] of arrayCases) {
    holds(
      t,
      fc.property(list, fc.tuple(...args), (self, operands) =>
        check(`Array.prototype.${name}`, self, operands),
      ),
      settings,
    )
  }
  t.end()
})

t.test('number methods and global functions agree with the real ones', t => {
  for (const [name, args] of numberCases) {
    holds(
      t,
      fc.property(
        fc.oneof(fc.integer(), fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
        fc.tuple(...args),
        (self, operands) => check(`Number.prototype.${name}`, self, operands),
      ),
      settings,
    )
  }
  const globals: readonly (readonly [string, (...args: never[]) => unknown, fc.Arbitrary<unknown>[]])[] = [
    ['parseInt', Number.parseInt, [text, fc.integer({ min: 2, max: 36 })]],
    ['parseFloat', Number.parseFloat, [text]],
    ['encodeURIComponent', encodeURIComponent, [fc.string()]],
    ['decodeURIComponent', decodeURIComponent, [text]],
    ['escape', (globalThis as unknown as { escape: () => string }).escape, [fc.string({ unit: 'binary' })]],
    ['unescape', (globalThis as unknown as { unescape: () => string }).unescape, [fc.string({ unit: fc.constantFrom('%', 'u', '4', '1', 'A', 'z') })]],
    ['atob', atob, [fc.base64String()]],
    ['atob', atob, [text]],
    ['btoa', btoa, [text]],
    ['JSON.parse', JSON.parse, [fc.json()]],
    ['JSON.stringify', JSON.stringify as () => unknown, [fc.jsonValue({ maxDepth: 3 })]],
    ['Math.max', Math.max, [fc.integer(), fc.integer()]],
    ['Math.floor', Math.floor, [fc.double()]],
    ['Math.imul', Math.imul, [fc.integer(), fc.integer()]],
    ['String.fromCharCode', String.fromCharCode, [fc.nat(70_000), fc.nat(300)]],
    ['String.fromCodePoint', String.fromCodePoint, [fc.nat(0x11_0100)]],
    ['Object.keys', Object.keys, [fc.dictionary(fc.string(), fc.nat())]],
    ['Object.entries', Object.entries, [fc.dictionary(fc.string(), fc.nat())]],
    ['Array.from', Array.from, [fc.string()]],
  ] // prettier-ignore
  for (const [api, builtin, args] of globals) {
    holds(
      t,
      fc.property(fc.tuple(...args), operands => {
        const expected = attempt(() => (builtin as (...args: unknown[]) => unknown)(...operands))
        const folded = fold(`global:${api}`, undefined, operands)
        assert.deepStrictEqual(folded?.value, expected?.value, `${api}(${JSON.stringify(operands)})`)
      }),
      settings,
    )
  }
  t.end()
})

t.test('bytes agree with the real Buffer', t => {
  const encodings = ['utf8', 'hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf16le'] as const
  for (const encoding of encodings) {
    holds(
      t,
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (input, bytes) => {
        const made = fold('Buffer.from', undefined, [input, encoding])
        assert.deepStrictEqual(made?.value, asConstant(Buffer.from(input, encoding)), `from ${encoding}`)
        const shown = fold('Buffer.prototype.toString', Buffer.from(bytes), [encoding])
        assert.deepStrictEqual(shown?.value, Buffer.from(bytes).toString(encoding), `to ${encoding}`)
      }),
      settings,
    )
  }
  const [a, b] = [Buffer.from('ab'), Buffer.from('cd')]
  t.strictSame(fold('Buffer.concat', undefined, [[a, b]])?.value, asConstant(Buffer.from('abcd')))
  t.strictSame(
    fold('Buffer.from', undefined, [[104, 300, -1]])?.value,
    asConstant(Buffer.from([104, 300, -1])),
  )
  t.equal(fold('TextDecoder.prototype.decode', undefined, [new Uint8Array([104, 195, 169])])?.value, 'hé')
  t.equal(fold('Uint8Array.prototype.toString', new Uint8Array([1, 2]), [])?.value, '1,2')
  t.end()
})

t.test('compressed and derived data comes out, and says how', t => {
  const data = Buffer.from('payload of no consequence '.repeat(20))
  const table = [
    ['node:zlib.gunzipSync', gzipSync(data)],
    ['node:zlib.inflateSync', deflateSync(data)],
    ['node:zlib.inflateRawSync', deflateRawSync(data)],
    ['node:zlib.brotliDecompressSync', brotliCompressSync(data)],
  ] as const
  for (const [api, packed] of table) {
    t.strictSame(fold(api, undefined, [packed]), { value: asConstant(data), decoders: ['zlib'] }, api)
    t.equal(fold(api, undefined, [data]), undefined, `${api} of garbage`)
  }
  const derived = pbkdf2Sync('p', 's', 100, 32, 'sha256')
  t.strictSame(
    fold('node:crypto.pbkdf2Sync', undefined, ['p', 's', 100, 32, 'sha256'])?.value,
    asConstant(derived),
  )
  t.strictSame(
    fold('node:crypto.scryptSync', undefined, ['p', 's', 32])?.value,
    asConstant(scryptSync('p', 's', 32)),
  )
  t.ok(createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(16)) && createHash('sha256'))
  t.end()
})

t.test('decoders are named', t => {
  const table: readonly (readonly [string, unknown, readonly unknown[], readonly string[]])[] = [
    ['global:atob', undefined, ['aGk='], ['base64']],
    ['Buffer.from', undefined, ['6869', 'hex'], ['hex']],
    ['Array.prototype.reverse', ['a', 'b', 'c'], [], ['reversed']],
    ['String.fromCharCode', undefined, [104], ['char-codes']],
    ['String.prototype.codePointAt', '\u{E0101}', [0], ['hidden-unicode']],
    ['decodeURIComponent', undefined, ['%41'], ['percent-encoding']],
    ['String.prototype.slice', 'abc', [1], []],
  ]
  for (const [api, self, args, decoders] of table)
    t.strictSame(fold(api, self, args)?.decoders, decoders, api)
  t.end()
})

t.test('what would be too large, too slow or unknown is not computed', t => {
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024))
  const hostile: readonly (readonly [string, unknown, readonly unknown[]])[] = [
    ['String.prototype.padEnd', 'a', [2 ** 29]],
    ['String.prototype.repeat', 'ab', [2 ** 28]],
    ['Array', undefined, [4_294_967_295]],
    ['Buffer.alloc', undefined, [2 ** 30]],
    ['node:zlib.gunzipSync', undefined, [bomb]],
    ['node:crypto.pbkdf2Sync', undefined, ['p', 's', 1e9, 64, 'sha512']],
    ['node:crypto.scryptSync', undefined, ['p', 's', 32, { N: 2 ** 24 }]],
    ['String.prototype.replace', 'a'.repeat(5000), [/(a+)+$/g, '']],
    ['String.prototype.match', `${'a'.repeat(100)}!`, [/(?:a|a)*$/]],
    ['String.prototype.constructor', 'a', []],
    ['__proto__', 'a', []],
    ['constructor', undefined, []],
    ['node:fs.readFileSync', undefined, ['x']],
    ['Math.random', undefined, []],
    ['Array.prototype.map', [1], ['not a function']],
  ]
  for (const [api, self, args] of hostile) {
    const budget = new Budget({ maxSteps: 500_000 })
    const folded = fold(api, self, args, budget)
    if (api.includes('match') || api.includes('replace')) t.ok(budget.steps > -2_000_000, api)
    else t.equal(folded, undefined, api)
  }
  t.end()
})

t.test('no name of an object of the host can be reached through a key', t => {
  const parsed = fold('JSON.parse', undefined, ['{"__proto__":{"polluted":1},"constructor":2}'])
  t.strictSame(
    parsed?.value,
    constantObject([
      ['__proto__', constantObject([['polluted', 1]])],
      ['constructor', 2],
    ]),
  )
  t.equal((Object.create(null) as { polluted?: number }).polluted, undefined)
  t.equal(({} as { polluted?: number }).polluted, undefined)
  t.end()
})
