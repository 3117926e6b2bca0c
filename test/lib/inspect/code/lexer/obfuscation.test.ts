import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { minify } from 'terser'
import { obfuscationOf } from '../../../../../lib/inspect/code/lexer/obfuscation.ts'
import { loadHonestPackages, loadUnseen } from '../../../../helpers/fixtures.ts'

const folder = new URL('../../../../fixtures/obfuscated/', import.meta.url)
const textOf = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

t.test('every setting of the obfuscator leaves marks, the source has none', t => {
  for (const name of readdirSync(folder)) {
    const found = obfuscationOf(textOf(name))
    if (name === 'source.txt') t.equal(found, undefined, name)
    else t.ok(found !== undefined && found.share > 0.3, name)
  }
  t.end()
})

t.test('an obfuscated end of a readable file is found where it begins', t => {
  const readable = 'exports.add = (a, b) => a + b\n'.repeat(400)
  const found = obfuscationOf(readable + textOf('rc4.txt'))
  t.ok(found !== undefined && found.at >= readable.length && found.share < 1)
  t.end()
})

t.test('letters made of brackets and letters written as escapes are marks', t => {
  t.match(obfuscationOf('[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]+(![]+[])[+!+[]]]'.repeat(12)), {
    marks: [/brackets/],
  })
  const escaped = Array.from(
    { length: 8 },
    (_, n) => `'\\x68\\x65\\x6c\\x6c\\x6f\\x${(48 + n).toString(16)}'`,
  )
  t.match(obfuscationOf(`module.exports = [${escaped.join()}]`), { marks: [/escapes/] })
  t.end()
})

t.test('minified, bundled and generated code has no marks', async t => {
  const { honest } = await loadUnseen()
  for (const { id, files } of [...(await loadHonestPackages()), ...honest]) {
    for (const [path, file] of Object.entries(files)) {
      if (typeof file !== 'string' || !/\.[cm]?js$/.test(path)) continue
      t.equal(obfuscationOf(file), undefined, `${id} ${path}`)
    }
  }
  const { code } = await minify(textOf('source.txt'), { compress: true, mangle: { toplevel: true } })
  t.equal(obfuscationOf(code ?? ''), undefined, 'terser')
  const table = `const t=[${Array.from({ length: 256 }, (_, n) => `0x${n.toString(16).padStart(8, '0')}`).join()}]`
  t.equal(obfuscationOf(`${table};module.exports=b=>t[b["length"]&0xff]`), undefined, 'a table of numbers')
})
