/**
 * Preloaded into the program (`strikeEnv` in strike.ts): sends a signal to its process group, as a terminal does, right
 * before one change of the disk. The point is a place in what the program does and not in time, so that it is the same
 * on every machine.
 */
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')

const { below, at, signal, count } = JSON.parse(process.env.SAFE_INSTALL_TEST_STRIKE)
const changing =
  'rename rm rmdir unlink mkdir symlink link writeFile copyFile chmod utimes open truncate appendFile chown'.split(
    ' ',
  )
const { writeFileSync } = fs
let seen = 0

const changes = (name, args) =>
  (name !== 'open' || (args[1] !== undefined && args[1] !== 'r' && args[1] !== 0)) &&
  args.slice(0, 2).some(path => typeof path === 'string' && path.startsWith(below))

for (const module of [fs, fs.promises])
  for (const name of changing) {
    const original = module[name]
    const patched = (...args) => {
      if (changes(name, args)) {
        seen += 1
        if (seen === at) process.kill(0, signal)
      }
      return Reflect.apply(original, module, args)
    }
    // promisify looks for properties of the function.
    module[name] = Object.assign(Object.setPrototypeOf(patched, original), original)
  }
syncBuiltinESMExports()
if (count !== undefined) process.on('exit', () => seen > 0 && writeFileSync(count, String(seen)))
