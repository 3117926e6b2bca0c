import t from 'tap'
import { hiddenText } from '../../../lib/inspect/hidden-text.ts'
import { offScreen } from '../../../lib/inspect/off-screen.ts'

const found = (text: string): string[] =>
  hiddenText('a.js', Buffer.from(text), () => text).map(({ characters }) => characters)
/** Every byte above ASCII as the character of Latin-1, some rounds of them, each with a soft hyphen in a word. */
const binaryText = Array.from({ length: 96 }, (_, i) => String.fromCharCode(0xa0 + i)).join('')
/** Program code of WebAssembly: few bytes above ASCII, and most of the control characters. */
const machineText = [
  ...Array.from({ length: 9 }, (_, i) => i),
  ...Array.from({ length: 18 }, (_, i) => 14 + i),
]
  .map(code => String.fromCharCode(code))
  .join('')
const bytesAsSelectors = (text: string): string =>
  Array.from(Buffer.from(text), byte =>
    String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16),
  ).join('')

t.test('characters nobody sees are found, the same characters in honest places are not', t => {
  const cases: [string, string, string[]][] = [
    [
      'bytes in variation selectors',
      `eval(decode("${bytesAsSelectors('console.log(1)')}"))`,
      ['variation selectors'],
    ],
    [
      'selectors one by one behind letters',
      `x="${Array.from('abcdefghij', c => c + '\u{E0101}').join('')}"`,
      ['variation selectors'],
    ],
    [
      'tag characters',
      `x="${Array.from('hidden', c => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')}"`,
      ['tag characters'],
    ],
    [
      'an override in a comment',
      '/*\u202E } \u2066if (isAdmin)\u2069 \u2066 begin */',
      ['bidirectional controls'],
    ],
    ['zero width inside a name', 'const acc\u200Bess = 1', ['zero-width characters']],
    ['bits in zero width', `x = "${'\u200b\u200c'.repeat(40)}"`, ['zero-width characters']],
    ['an invisible variable', 'const { timeout,\u3164} = req.query', ['invisible letters']],
    ['soft hyphens in names', 'const a\u00ADb = a\u00ADc', ['zero-width characters']],
    [
      'more soft hyphens than bytes of a binary about them explain',
      `x = "${`${binaryText}${'a\u00ADb'.repeat(9)}`.repeat(20)}"`,
      ['zero-width characters'],
    ],
    [
      'soft hyphens in words of a language with accents',
      `x = "${'é\u00ADàéèàùçâêîôûëïü'.repeat(40)}a\u00ADb"`,
      ['zero-width characters'],
    ],
    ['zero width in a binary', `x = "${`${binaryText}a\u200Bb`.repeat(20)}"`, ['zero-width characters']],
    ['a binary kept as text', `x = "${`${binaryText}a\u00ADb`.repeat(20)}"`, []],
    [
      'a binary of small numbers kept as text',
      `x = "${`${machineText}${binaryText.slice(1, 13)}${machineText}${binaryText.slice(60, 72)}a\u00ADb`.repeat(20)}"`,
      [],
    ],
    [
      'soft hyphens among one control character',
      `x = "${`${'\u0001'.repeat(90)}a\u00ADb`.repeat(20)}"`,
      ['zero-width characters'],
    ],
    ['private-use bytes', `x = "${'\uE001\uE002\uE003\uE004'.repeat(20)}"`, ['private-use characters']],
    ['Braille blanks', `x = "${'\u2800'.repeat(100)}"`, ['blank patterns']],
    ['byte order mark', '\uFEFFconst a = 1 // ä', []],
    ['emoji', 'const a = "❤️ ✔️ 👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 1️⃣ #️⃣"', []],
    ['flag of Scotland', 'const a = "🏴󠁧󠁢󠁳󠁣󠁴󠁿"', []],
    ['Persian', 'const a = "می‌خواهم"', []],
    ['Hebrew marks', 'const a = "\u200Fשלום\u200F"', []],
    ['an icon font', 'const icons = { a: "\uE001", b: "\uE002" }', []],
    ['a table of blanks', 'const ws = /[\\s\uFEFF\xA0\u200B]/', []],
    ['Korean text', 'const a = "안녕하세요"', []],
    ['ideographic variant', 'const a = "葛\u{E0100}城市"', []],
    ['ASCII', 'const a = 1', []],
  ]
  for (const [label, text, expected] of cases) t.same(found(text), expected, label)
  const [hit] = hiddenText('a.js', Buffer.from('// ä\nconst a\u200Bb = 1'), () => '// ä\nconst a\u200Bb = 1')
  t.match(hit, { count: 1, at: { line: 2, column: 8, code: /\\u\{200b\}b = 1/ } })
  t.end()
})

t.test('code behind a wall of blanks is found in files written for people', t => {
  const lines = 'function honest() {\n  return 1\n}\n'.repeat(30)
  const wall = ' '.repeat(400)
  const cases: [string, string, number][] = [
    ['after a statement', `${lines}module.exports = honest;${wall}eval(atob(x))\n${lines}`, 1],
    ['at the start of a line', `${lines}${wall}require('x')()\n${lines}`, 1],
    ['tabs', `${lines}a;${'\t'.repeat(200)}global.x = require\n`, 1],
    ['wide blanks', `${lines}a;${'\u3000'.repeat(200)}global.x = require\n`, 1],
    ['a comment', `${lines}a;${wall}// far away (really) = x\n`, 0],
    ['trailing blanks', `${lines}a;${wall}\n${lines}`, 0],
    ['short indentation', `${lines}${' '.repeat(120)}require('x')()\n`, 0],
    [
      'a minified file',
      `${'var a=1;'.repeat(2000)}${wall}require('x')()\n${'var a=1;'.repeat(2000)}\n${'b();'.repeat(2000)}\n`,
      0,
    ],
    ['a comment moved to the right', `${lines}/*\n${wall}declare module "x" {} (here)\n*/\n${lines}`, 0],
    ['code behind the end of a comment', `${lines}/* a\n${wall}*/ require('x')()\n${lines}`, 1],
    [
      'code behind a comment that a compiler moved',
      `${lines}var a = 1; /**\n${wall} * text (here)\n${wall} */var b = f();\n${lines}`,
      0,
    ],
    ['a comment where nothing is certain', `${lines}a b c <!-- /*\n${wall}require('x')()\n*/`, 1],
    ['prose', `${lines}${wall}right\n`, 0],
  ]
  for (const [label, text, expected] of cases) t.equal(offScreen('a.js', text, true).length, expected, label)
  const started = process.cpuUsage().user
  offScreen('a.js', `a${' '.repeat(5_000_000)}`, true)
  offScreen('a.js', (' '.repeat(149) + 'x').repeat(40_000), true)
  offScreen('a.js', (' '.repeat(151) + 'f(x)=1234').repeat(40_000), true)
  t.ok(process.cpuUsage().user - started < 3_000_000, 'linear')
  t.end()
})
