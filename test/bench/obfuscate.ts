/**
 * Writes the obfuscated forms that the evasion tests read. javascript-obfuscator is no dependency: install it elsewhere
 * (`npm install --ignore-scripts javascript-obfuscator@5.8.0`), then `npm run bench:build` and
 * `node .bench/test/bench/obfuscate.js <folder of that install>`. The seed makes the output the same each time.
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { loadForms } from '../helpers/evasion.ts'
import { evasionExamples } from '../helpers/evasion-examples.ts'
import { codeOf } from '../helpers/rewrites/rewrite.ts'

type Obfuscator = {
  readonly version: string
  obfuscate(text: string, options: Readonly<Record<string, unknown>>): { getObfuscatedCode(): string }
}

const array = { target: 'node', compact: true, seed: 20261122, stringArrayThreshold: 1 }
const presets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  array,
  'base64-split': {
    ...array,
    stringArrayEncoding: ['base64'],
    splitStrings: true,
    splitStringsChunkLength: 6,
  },
  'rc4-flattened': {
    ...array,
    stringArrayEncoding: ['rc4'],
    controlFlowFlattening: true,
    controlFlowFlatteningThreshold: 1,
    transformObjectKeys: true,
  },
  'self-defending': { ...array, selfDefending: true, identifierNamesGenerator: 'mangled' },
}

const [folder = '.'] = process.argv.slice(2)
const load = createRequire(resolve(folder, 'package.json'))
const obfuscator = load('javascript-obfuscator') as Obfuscator
const forms = (await loadForms()).filter(({ key }) => evasionExamples.includes(key))

for (const [preset, options] of Object.entries(presets)) {
  const lines = [JSON.stringify({ tool: `javascript-obfuscator ${obfuscator.version}`, options })]
  for (const { key, files } of forms)
    for (const { path, text } of codeOf(files))
      lines.push(JSON.stringify({ key, path, text: obfuscator.obfuscate(text, options).getObfuscatedCode() }))
  const file = join('test', 'fixtures', 'evasion', `${preset}.jsonl`)
  writeFileSync(file, `${lines.join('\n')}\n`)
  console.log(file, lines.join('\n').length)
}
