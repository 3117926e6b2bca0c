import type { Hook } from '../types.ts'

/**
 * Programs of other packages that install scripts name, and what they do there: the script's own package does not say.
 * Read in their documentation and source.
 */
const tools: ReadonlyMap<string, string> = new Map([
  ['node-gyp', 'compiles what binding.gyp names, after downloading the headers of Node'],
  [
    'node-gyp-build',
    'tries a compiled file of the folder prebuilds, and has node-gyp compile one where none fits',
  ],
  [
    'prebuild-install',
    'downloads a compiled file from the host "binary" in package.json names, or from the releases of its repository',
  ],
  [
    'node-pre-gyp',
    'downloads a compiled file from the host "binary" in package.json names, or has node-gyp compile one',
  ],
  ['cmake-js', 'compiles what CMakeLists.txt names, after downloading the headers of Node'],
  ['patch-package', 'changes files of other packages in node_modules'],
  ['husky', 'makes git start the scripts of the folder .husky'],
  [
    'napi-postinstall',
    'downloads a compiled file from the registry where the optional dependency is missing',
  ],
])

/** What the programs of other packages do that a script names, in the order it names them. */
export function toolsOf({ command }: Hook): readonly { readonly tool: string; readonly does: string }[] {
  const words = command
    .split(/[\s;&|()"']+/)
    .map(word => word.replace(/^.*[/\\]/, '').replace(/\.(?:cmd|js)$/, ''))
  return [...new Set(words)].flatMap(tool => {
    const does = tools.get(tool)
    return does === undefined ? [] : [{ tool, does }]
  })
}
