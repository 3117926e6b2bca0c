import { bytesInWords, count, grouped } from './layout.ts'
import type { Report } from './report.ts'

/**
 * The last line of every report: what was read, what of it came from the cache, and what was not read. It stands there
 * also when all is well, as proof that somebody looked.
 */
export function summaryLine({ summary, packages }: Report): string {
  const { inspected, fromCache, files, bytes, gaps, ms } = summary
  const unread = packages.filter(one => one.inspection === undefined)
  const unchanged = unread.filter(one => one.package.unchanged && one.gaps.length === 0).length
  const notRead = unread.length - unchanged
  const missing = [
    notRead > 0 ? `NOT READ: ${count(notRead, 'package')}` : '',
    gaps > 0 ? count(gaps, 'gap') : '',
  ].filter(Boolean)
  return [
    `safe-install read ${count(inspected, 'package')}`,
    count(files, 'file'),
    bytesInWords(bytes),
    ...(fromCache > 0 ? [`${grouped(fromCache)} from cache`] : []),
    ...(unchanged > 0 ? [`${grouped(unchanged)} unchanged on disk`] : []),
    missing.length === 0 ? 'all read' : missing.join(', '),
    duration(ms),
  ].join(' · ')
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
