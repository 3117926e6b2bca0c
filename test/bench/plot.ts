import type { Row, State } from './rounds.ts'

/** One tree's rows under its name. */
export type Measurement = { readonly tree: string; readonly packages: number; readonly rows: readonly Row[] }

const width = 760
const left = 190
const right = 70
const bar = 16
const gap = 6
const titles: Readonly<Record<State, string>> = {
  cold: 'cold',
  warm: 'warm',
  inspected: 'warm, inspected before',
  nothing: 'nothing to do',
}

/**
 * Wall time of safe-install beside npm's in the same round, as bars with the spread of all rounds; the line is npm.
 * Plain SVG that reads on light and dark ground.
 */
export function plot(measured: readonly Measurement[], caption: string): string {
  const shown = measured.map(one => ({
    ...one,
    rows: one.rows.filter(row => row.program === 'safe-install'),
  }))
  const greatest = Math.max(1.5, ...shown.flatMap(({ rows }) => rows.map(row => row.wall.greatest)))
  const x = (ratio: number): number => left + (ratio / greatest) * (width - left - right)
  const parts: string[] = []
  let y = 34
  for (const { tree, packages, rows } of shown) {
    parts.push(text(12, y + 4, `${tree}, ${packages} packages`, 'font-weight="bold"'))
    y += 14
    for (const row of rows) {
      const middle = y + bar / 2
      parts.push(
        text(left - 8, middle + 4, titles[row.state], 'text-anchor="end"'),
        `<rect x="${left}" y="${y}" width="${(x(row.wall.median) - left).toFixed(1)}" height="${bar}" fill="#3b82c4"/>`,
        `<path d="M${x(row.wall.least).toFixed(1)} ${middle}H${x(row.wall.greatest).toFixed(1)}" stroke="#888" stroke-width="2"/>`,
        text(width - right + 8, middle + 4, row.wall.median.toFixed(2)),
      )
      y += bar + gap
    }
    y += 14
  }
  const npm = x(1).toFixed(1)
  parts.push(
    `<path d="M${npm} 24V${y - 10}" stroke="#c43b3b" stroke-width="1.5" stroke-dasharray="4 3"/>`,
    text(Number(npm), 18, 'npm = 1', 'text-anchor="middle"'),
    text(12, y + 8, caption, 'font-size="11"'),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 20}" font-family="sans-serif" font-size="13" fill="#777">`,
    `<title>Wall time of safe-install as a multiple of npm's</title>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function text(x: number, y: number, content: string, more = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}"${more === '' ? '' : ` ${more}`}>${escaped}</text>`
}
