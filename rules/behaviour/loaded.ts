import type { Flow } from '../../lib/types.ts'

/** `require` of a `.json` file gives data, and so does what was only ever written into one: nothing of it runs. */
export function loadsData({ sink, hops }: Flow): boolean {
  if (sink.kind !== 'load') return false
  const written = hops.findLast(({ label }) => label.startsWith('written to '))
  return (
    (sink.destinations.length > 0 && sink.destinations.every(isJson)) ||
    (written !== undefined && isJson(written.label))
  )
}

function isJson(path: string): boolean {
  return path.toLowerCase().endsWith('.json')
}
