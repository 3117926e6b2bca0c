import { rules } from '../../rules/index.ts'
import { decide } from '../judge/decide.ts'
import { summarise } from '../judge/summarise.ts'
import { policyRules } from '../policy/apply-policy.ts'
import { createDrawing, renderReview } from '../report/human.ts'
import type { GuardHost } from './guard.ts'
import type { JudgedFolder } from './judge-folder.ts'
import { quoteForShell } from './quote.ts'

/** The evidence against some folders, as an install shows it. Empty where there is none to show. */
export function describeAlarms(
  alarms: readonly JudgedFolder[],
  { env, stderr, version }: Pick<GuardHost, 'env' | 'stderr' | 'version'>,
): string {
  const packages = alarms.map(({ judged }) => judged)
  if (packages.every(({ verdict, accepted = [] }) => verdict.kind === 'allow' && accepted.length === 0))
    return ''
  const drawing = createDrawing({
    isTTY: stderr.isTTY === true,
    columns: stderr.columns,
    env,
    verbose: false,
  })
  return renderReview(
    {
      tool: { version, rules: rules.length },
      decision: decide(packages),
      summary: summarise(packages, 0),
      packages,
      titles: new Map([...policyRules, ...rules.map(rule => [rule.meta.id, rule.meta.title] as const)]),
    },
    drawing,
    { purpose: 'install', asking: false },
  )
}

/** The command that shows the same evidence again: the package by its name where it has one a shell can take. */
export function reviewCommand({ folder, name, version }: JudgedFolder): string {
  // npm takes the folder away again, so the package itself is named.
  if (
    folder.includes('/node_modules/') &&
    /^(?:@[\w.~-]+\/)?\w[\w.~-]*$/.test(name) &&
    /^[\w.+-]+$/.test(version)
  )
    return `safe-install --inspect ${name}@${version}`
  return `safe-install --inspect ${quoteForShell(folder)}`
}
