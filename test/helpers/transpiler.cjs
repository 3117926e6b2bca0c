/**
 * What tap's loader turns TypeScript into JavaScript with (`ts-node` in tsconfig.json). Every test file is a process of
 * its own and would translate all of lib/ again, which takes longer than most tests: what was translated once is kept,
 * under the digest of everything it depends on. Types are checked elsewhere (`npm run types`).
 */
const { createHash, randomUUID } = require('node:crypto')
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const path = require('node:path')
const ts = require('typescript')

const folder = path.join(__dirname, '..', '..', 'node_modules', '.cache', 'safe-install-tests')

const compilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  verbatimModuleSyntax: true,
  sourceMap: true,
}

const read = file => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // Not there yet, or damaged: it is made again.
    return undefined
  }
}

/** Whole or not at all: other files and threads do the same. A cache that cannot be written costs time only. */
const keep = (file, output) => {
  const making = `${file}.${randomUUID()}`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(making, JSON.stringify(output))
    renameSync(making, file)
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOSPC'].includes(error.code)) throw error
  }
}

exports.create = () => ({
  transpile: (input, { fileName }) => {
    const key = JSON.stringify([ts.version, compilerOptions, input])
    const file = path.join(folder, `${createHash('sha256').update(key).digest('hex')}.json`)
    const kept = read(file)
    if (kept !== undefined) return kept
    const { outputText, sourceMapText } = ts.transpileModule(input, { fileName, compilerOptions })
    const output = { outputText, sourceMapText }
    keep(file, output)
    return output
  },
})
