/** The bare lower-case name of a program: no folder, no `.exe`, `.cmd`, `.bat`, `.com`, no version of an interpreter. */
export function programName(text: string): string {
  const base = text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1).toLowerCase()
  return base.replace(/\.(?:exe|cmd|bat|com)$/, '')
}
