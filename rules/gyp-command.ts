import type { Fact, Inspection, Rule } from '../lib/types.ts'
import { findingOfFact, quote, severityOf } from './finding.ts'

type GypCommand = Extract<Fact, { kind: 'gyp-command' }>

/** What a build file of native code may honestly ask: a header path, a library flag, a version. */
const nativeSource = /\.(?:c|cc|cpp|cxx|c\+\+|m|mm|s|asm|rs|h|hpp)$/i

/** Prints a member of another package, which is judged itself: nothing of this one runs. */
const asksOther =
  /^node\s+(?:-p|--print)\s+(["'])require\(\\?(["'])(?:@[\w.-]+\/)?\w[\w.-]*\\?\2\)(?:\.\w+)?\1$/

/** A build file that is there for its commands, not for building. */
export const gypCommand: Rule = {
  meta: {
    id: 'gyp-command',
    title: 'A build file runs commands that building does not need',
    severity: 'critical',
    description:
      'npm starts node-gyp for every package with a binding.gyp, without any script in package.json, and node-gyp runs the ' +
      'commands written in it before it compiles anything. In a package without native source code such a file has no ' +
      'other use than to run a command unseen.',
    references: ['“Phantom Gyp”, June 2026: a 157-byte binding.gyp and no scripts'],
    blindSpots: [
      'A package may carry a token C file; what the command does is then judged by the other rules.',
    ],
    examples: {
      flags: [
        {
          title: 'an expansion starts a program of the package, and there is no native source',
          files: {
            'package.json': '{"name":"a","version":"1.0.0"}',
            'binding.gyp':
              "{'targets':[{'target_name':'a','type':'none','sources':['<!(node index.js > /dev/null 2>&1 && echo stub.c)']}]}",
            'index.js': '// inert',
          },
        },
        {
          title: 'the same as a program on the command line',
          files: {
            'package.json': '{"name":"a","version":"1.0.0"}',
            'binding.gyp':
              "{'targets':[{'target_name':'a','type':'none','sources':['<!(node -p \\'require(\"./setup.js\").file\\')']}]}",
            'setup.js': '// inert',
          },
        },
      ],
      passes: [
        {
          title: 'a native addon asks for the path of a header-only dependency',
          files: {
            'package.json': '{"name":"a","version":"1.0.0"}',
            'binding.gyp':
              "{'targets':[{'target_name':'a','sources':['a.cc'],'include_dirs':['<!(node -p \"require(\\'node-addon-api\\').include_dir\")']}]}",
            'a.cc': '#include <napi.h>',
          },
        },
        {
          title: 'a build file asks for such a path, and the source was left out',
          files: {
            'package.json': '{"name":"a","version":"1.0.0"}',
            'binding.gyp':
              "{'targets':[{'target_name':'a','sources':['a.cc'],'include_dirs':['<!(node -p \"require(\\'node-addon-api\\').include_dir\")']}]}",
          },
        },
        {
          title: 'a native addon probes for a library with a program of its own',
          files: {
            'package.json': '{"name":"a","version":"1.0.0"}',
            'binding.gyp':
              "{'targets':[{'target_name':'a','sources':['src/a.cc'],'defines':['<!(node util/has_lib.js jpeg)']}]}",
            'src/a.cc': '// native code',
            'util/has_lib.js': '// inert',
          },
        },
      ],
    },
  },
  check(inspection) {
    const commands = inspection.facts.filter((fact): fact is GypCommand => fact.kind === 'gyp-command')
    const builds = hasNativeSource(inspection)
    return commands.flatMap(fact => {
      const unbuilt = asksOther.test(fact.command) ? undefined : 'block'
      const action = builds ? (isOdd(fact.command) ? 'ask' : undefined) : unbuilt
      if (action === undefined) return []
      const message = builds
        ? `While it is built, it runs ${quote(fact.command)}: building needs neither the network nor programs in temporary folders. Look at that command first.`
        : `Its build file runs ${quote(fact.command)}, and the package has no native source code to build. Do not install it.`
      return [findingOfFact(fact, { action, severity: severityOf(action), message })]
    })
  },
}

/** What a build does not do: fetch, decode, or start what it just put where nobody looks. */
function isOdd(command: string): boolean {
  return /(?:^|[\s;|&("'`/\\])(?:curl|wget|nc|ncat|base64|eval)(?:\.exe)?(?=[\s;|&()"'`$]|$)|\/tmp\/\.|\/dev\/(?:shm|tcp)\b|>\s*\/dev\/null\s+2>&1\s*&(?!&)/.test(
    command,
  )
}

function hasNativeSource(inspection: Inspection): boolean {
  return inspection.files.some(file => nativeSource.test(file.path) && file.bytes > 0)
}
