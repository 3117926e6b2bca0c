import type { Action, EntryEdge, Hook, Inspection, Rule, Severity } from '../lib/types.ts'
import { findingAt, quote, severityOf } from './finding.ts'

/** A hook that starts a compiled program shipped in the tarball: nobody can read what it does. */
export const nativeInHook: Rule = {
  meta: {
    id: 'native-in-hook',
    title: 'An install script starts a compiled program of the package',
    severity: 'high',
    description:
      'The install script runs a native program that lies in the tarball. What it does cannot be read, and it would run ' +
      'with everything the user may do. Honest packages ship such programs to be started later, by the user.',
    references: ['weavedb-* (June 2026): preinstall starts a 976 KB ELF file'],
    blindSpots: [
      'A native addon that a script loads with require is judged by what the script does besides.',
    ],
    examples: {
      flags: [
        {
          title: 'preinstall is a program',
          files: {
            'package.json': '{"name":"a","version":"1.0.0","scripts":{"preinstall":"./tools/setup"}}',
            'tools/setup': elf(),
          },
        },
        {
          title: 'made executable first',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","scripts":{"postinstall":"chmod +x bin/agent && bin/agent --silent"}}',
            'bin/agent': elf(),
          },
        },
      ],
      passes: [
        {
          title: 'a shipped program that only its users start',
          files: {
            'package.json':
              '{"name":"a","version":"1.0.0","bin":{"a":"bin/a"},"scripts":{"postinstall":"node check.js"}}',
            'bin/a': elf(),
            'check.js': "require('fs').accessSync(require('path').join(__dirname, 'bin/a'))\n",
          },
        },
      ],
    },
  },
  check(inspection) {
    return inspection.hooks.flatMap(hook =>
      nativeStarts(inspection, hook.starts).map(path =>
        findingAt(hook.at, 'install', {
          ...weigh(path, hook, inspection),
          message: `Its ${hook.event} script ${quote(hook.command)} starts ${path}, a compiled program nobody can read. Install it only if you know who built that program.`,
        }),
      ),
    )
  },
}

/** Its own command may be tried out; a program that is only there for the hook is a payload. */
function weigh(
  path: string,
  hook: Hook,
  { manifest, edges }: Inspection,
): { readonly action: Action; readonly severity: Severity } {
  const inScripts = new Set(edges.filter(isOfScript).map(({ to }) => to))
  const command = manifest.bins.some(bin => bin.path === path)
  const action = (hook.starts.includes(path) || inScripts.has(path)) && !command ? 'block' : 'ask'
  return { action, severity: severityOf(action) }
}

function isOfScript({ from, phase, how }: EntryEdge): boolean {
  return from.split('#', 1)[0] === 'package.json' && phase === 'install' && how === 'exec'
}

/** The native files among what a hook starts, directly or through scripts it starts. */
function nativeStarts(inspection: Inspection, starts: readonly string[]): readonly string[] {
  const native = new Set(
    inspection.files
      .filter(({ kind, path }) => kind === 'native' || (kind === 'archive' && path.endsWith('.jar')))
      .map(file => file.path),
  )
  const reached = new Set(starts)
  for (const path of reached) {
    for (const edge of inspection.edges) {
      if (edge.from === path && edge.phase === 'install' && edge.how !== 'require') reached.add(edge.to)
    }
  }
  // Code that stands in the script itself has the manifest for its file.
  for (const edge of inspection.edges) if (isOfScript(edge)) reached.add(edge.to)
  return [...reached].filter(path => native.has(path))
}

function elf(): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  bytes.set([2, 0, 0x3e, 0], 16)
  return bytes
}
