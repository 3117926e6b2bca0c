import type { Rule } from '../lib/types.ts'
import { findingAt, quote } from './finding.ts'

/** A note, never an alarm: about two percent of honest packages have such a script, and it does not run unapproved. */
export const installScript: Rule = {
  meta: {
    id: 'install-script',
    title: 'Has a script that npm runs by itself',
    severity: 'low',
    description:
      'The package asks npm to run a command on this machine while it is installed. Most such scripts are honest: ' +
      'they build native code or check a binary. It is skipped unless it was approved; look at what it does first.',
    references: ['https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-scripts'],
    blindSpots: ['Says nothing about what the script does; the other rules do.'],
    examples: {
      flags: [
        {
          title: 'a native addon that builds itself',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"install":"node-gyp-build"}}',
          },
        },
        {
          title: 'npm starts node-gyp for a binding.gyp nobody mentions',
          files: {
            'package.json': '{"name":"a","version":"1.0.0"}',
            'binding.gyp': "{'targets':[{'target_name':'a','sources':['a.cc']}]}",
            'a.cc': '// native code',
          },
        },
      ],
      passes: [
        {
          title: 'scripts that only the package’s own developers run',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"test":"tap","prepare":"tsc","prepublishOnly":"tsc"}}',
          },
        },
      ],
    },
  },
  check(inspection) {
    return inspection.hooks.map(hook =>
      findingAt(hook.at, 'install', {
        severity: 'low',
        action: 'note',
        message: hook.implicit
          ? `While npm installs it, npm runs ${quote(hook.command)}, because the package has a binding.gyp.`
          : `While npm installs it, its ${hook.event} script runs ${quote(hook.command)}.`,
      }),
    )
  },
}
