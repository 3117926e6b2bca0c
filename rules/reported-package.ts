import semver from 'semver'
import { limits } from '../lib/limits.ts'
import type { Context, Rule } from '../lib/types.ts'
import { findingInManifest, nameEvidence } from './finding.ts'
import { isPlaceholder } from './known-malware.ts'
import type { ReportedRange } from './lists.ts'

/** A report of malware that covers this version by a range, or covers every version of the name. */
export const reportedPackage: Rule = {
  meta: {
    id: 'reported-package',
    title: 'Reported as malware, this version not by its number',
    severity: 'high',
    description:
      'A report of malware names this package and says “all versions”, or gives a range this version lies in, without listing it. Such reports are often the newest, and often too wide: ' +
      'names on public lists include packages that are healthy today, or that a new owner took over. So it is a question and never a block; for a well-known package a report of all versions is only noted. ' +
      'Look the report up by its id (https://osv.dev/<id>) and compare the dates of report and version.',
    references: ['OSV format: https://ossf.github.io/osv-schema/', 'crossenv, August 2017'],
    blindSpots: ['Reports that were withdrawn are left out, also where the withdrawal was the mistake.'],
    examples: {
      flags: [
        {
          title: 'every version of the name is reported',
          files: {
            'package.json': '{"name":"crossenv","version":"6.1.1"}',
            'index.js': 'module.exports = 1',
          },
          context: { name: 'crossenv', version: '6.1.1', source: 'registry' },
        },
      ],
      passes: [
        {
          title: 'a package of which only listed versions were malware',
          files: {
            'package.json': '{"name":"ua-parser-js","version":"0.7.30"}',
            'index.js': 'module.exports = 1',
          },
          context: { name: 'ua-parser-js', version: '0.7.30', source: 'registry' },
        },
      ],
    },
  },
  check(_inspection, context) {
    const { malware } = context.lists
    // A git, file or folder spec says where the bytes come from; a report is about what the registry gave out.
    if (context.source !== 'registry' || isPlaceholder(context.version)) return []
    if (malware.byVersion.has(`${context.name}@${context.version}`)) return []
    const report = (malware.reported.get(context.name) ?? []).find(({ range }) =>
      covers(range, context.version),
    )
    if (report === undefined) return []
    const known = isWide(report) && isWellKnown(context)
    const what = report.range === '*' ? 'every version' : `the versions ${report.range}`
    const where = [report.id, report.source].filter(part => part !== '').join(', ')
    return [
      findingInManifest(nameEvidence(context.name), 'install', {
        severity: known ? 'low' : 'high',
        action: known ? 'note' : 'ask',
        message:
          `A report of malware${where === '' ? '' : ` [${where}]`} covers ${what} of ${context.name} without listing ${context.version}. ` +
          `A name proves nothing, so this is a question: ${known ? 'the package is well known, and such reports are often too wide' : 'look the report up before you install'}. ` +
          `The list is of ${malware.date}.`,
      }),
    ]
  },
}

function covers(range: string, version: string): boolean {
  if (range === '*') return true
  return (
    version.length <= limits.maxNameChars &&
    semver.satisfies(version, range, { includePrerelease: true, loose: true })
  )
}

/** Without an upper end it says nothing about the version somebody published after a clean-up. */
function isWide({ range }: ReportedRange): boolean {
  return !range.includes('<')
}

function isWellKnown({ name, lists }: Context): boolean {
  return (
    lists.popular.has(name) ||
    lists.brands.some(brand => brand.packages.includes(name) || brand.thirdParty.includes(name))
  )
}
