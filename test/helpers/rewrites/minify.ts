import { minify_sync } from 'terser'
import type { PackageFiles } from '../../fixtures/incidents/incident.ts'
import { checked, codeOf } from './rewrite.ts'

/** Every file as a real minifier writes it, names at the top of the file shortened too. */
export function minify(files: PackageFiles): PackageFiles {
  const minified: Record<string, string> = {}
  for (const { path, text, module } of codeOf(files)) {
    const { code } = minify_sync(text, {
      module,
      toplevel: true,
      compress: { passes: 2 },
      parse: { bare_returns: true },
    })
    if (code !== undefined && code !== '') minified[path] = checked(code, path)
  }
  return { ...files, ...minified }
}
