/**
 * What tap's loader turns TypeScript into JavaScript with (`ts-node` in tsconfig.json). Every test file is a process of
 * its own and would translate all of lib/ again, which takes longer than most tests: what was translated once is kept,
 * under the digest of everything it depends on. Types are checked elsewhere (`npm run types`).
 */
const { createHash } = require('node:crypto')
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const ts = require('typescript')

const folder = join(__dirname, '..', '..', 'node_modules', '.cache', 'safe-install-tests')

const compilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  verbatimModuleSyntax: true,
  sourceMap: true,
}

const read = path => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Not there yet, or damaged: it is made again.
    return undefined
  }
}

/** Whole or not at all: other test files read it at the same time. A cache that cannot be written costs time only. */
const keep = (path, output) => {
  const making = `${path}.${process.pid}`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(making, JSON.stringify(output))
    renameSync(making, path)
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOSPC'].includes(error.code)) throw error
  }
}

exports.create = () => ({
  transpile: (input, { fileName }) => {
    const key = JSON.stringify([ts.version, compilerOptions, input])
    const path = join(folder, `${createHash('sha256').update(key).digest('hex')}.json`)
    const kept = read(path)
    if (kept !== undefined) return kept
    const { outputText, sourceMapText } = ts.transpileModule(input, { fileName, compilerOptions })
    const output = { outputText, sourceMapText }
    keep(path, output)
    return output
  },
})
