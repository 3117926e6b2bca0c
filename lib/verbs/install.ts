import { ask } from '../cli/ask.ts'
import { canAsk } from '../cli/agent.ts'
import type { Request } from '../cli/request.ts'
import { SafeInstallError } from '../errors.ts'
import { leaveReceipts, withoutGuard } from '../enforce/own-install.ts'
import { installTree } from '../install/install-tree.ts'
import type { InspectedPackage, InstallResult } from '../install/install-tree.ts'
import { recoverProject } from '../install/repair.ts'
import { runDependencyScripts, runEarlyRootScripts, runRootScripts } from '../install/root-scripts.ts'
import type { ScriptSettings } from '../install/run-scripts.ts'
import { decide } from '../judge/decide.ts'
import { judgePackages } from '../judge/judge-packages.ts'
import { summarise } from '../judge/summarise.ts'
import { locateNpm } from '../plan/locate-npm.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Plan } from '../plan/make-plan.ts'
import { loadNpmConfig } from '../plan/npm-config.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { exitCode } from '../report/exit-code.ts'
import { renderDeclined, renderInstalled, renderReview, renderSummaryLine } from '../report/human.ts'
import { toJsonReport, toJsonText } from '../report/json.ts'
import type { Report } from '../report/report.ts'
import { printable } from '../report/sanitize.ts'
import { loadLists } from '../store/load-lists.ts'
import { rules } from '../../rules/index.ts'
import type { Decision, InspectedFile, Inspection, JudgedPackage, PlannedPackage } from '../types.ts'
import type { ReadArtifact } from '../fetch/read-artifacts.ts'
import { confirmNames } from './confirm-names.ts'
import type { Lists } from '../../rules/lists.ts'
import type { Parts, Reader } from './reader.ts'
import type { Session } from './session.ts'

type InstallVerb = Extract<Request, { verb: 'install' | 'ci' | 'update' }>

/**
 * Inspect, then install: plan, read, judge, decide, and only then write. Returns the exit code. Before the decision
 * nothing of the project is written; after it a failure puts everything back.
 */
export async function install(request: InstallVerb, session: Session, parts: Parts): Promise<number> {
  const config = await loadSettings(request, session)
  const reader = parts.openReader({
    flat: config.flat,
    cacheFolder: String(config.get('cache')),
    processors: session.host.processors,
    fresh: request.fresh,
  })
  try {
    await recover(config, session)
    session.progress.update('resolving packages')
    const lists = loadLists()
    const typed = request.verb === 'ci' ? [] : config.specs
    const asks = request.verb === 'install' && mayAsk(request, session)
    const { specs, insisted } = asks
      ? await confirmNames(typed, lists, session)
      : { specs: typed, insisted: new Set<string>() }
    const plan = await makePlan(
      { kind: request.verb, specs, read: reader.readFiles, tmp: session.host.tmp },
      config,
    )
    const judgement = await judgePlan(plan, reader, { session, lists, insisted })
    const report = reportOf(judgement.judged, decide(judgement.judged), session)
    const decision = await settle(report, request, session)
    if (decision.kind !== 'proceed') return finish({ ...report, decision }, request, session)
    await leaveReceipts(judgement.judged, session.host.env)
    const result = await installPlan(plan, judgement, { config, session, parts })
    if (request.json) session.print(toJsonText(toJsonReport({ ...report, decision })))
    else if (config.get('dry-run') === true) session.print(dryRunLines(plan, report, session))
    else session.print(renderInstalled(report, result, session.out))
    return 0
  } finally {
    await reader.close()
  }
}

/** npm's settings for this request. Throws E_CONFIG where no npm is installed, E_USAGE for flags npm does not know. */
export async function loadSettings(request: Pick<Request, 'npmArgs'>, { host }: Session): Promise<NpmConfig> {
  const npmPath = await locateNpm(host)
  if (npmPath === undefined) {
    throw new SafeInstallError('E_CONFIG', 'no npm was found on PATH', {
      hint: 'Install npm; its settings are used.',
    })
  }
  const { env, cwd, execPath, platform, nodeVersion } = host
  return loadNpmConfig({ argv: request.npmArgs, env, cwd, execPath, platform, nodeVersion, npmPath })
}

/** A killed install left a journal: undo or finish it before anything is planned, and say so. */
async function recover(config: NpmConfig, session: Session): Promise<void> {
  if (config.global) return
  const repair = await recoverProject(config.path, session.host.self)
  if (repair === undefined) return
  const left =
    repair.leftAlone.length === 0 ? '' : ` Changed since and left alone: ${repair.leftAlone.join(', ')}.`
  const what = repair.kind === 'undone' ? 'undone: everything is as before it' : 'finished'
  session.tell(`safe-install: an install that was killed here has been ${what}.${left}\n`)
}

type Judgement = {
  readonly judged: readonly JudgedPackage[]
  readonly reads: ReadonlyMap<PlannedPackage, ReadArtifact>
}

async function judgePlan(
  plan: Plan,
  reader: Reader,
  {
    session,
    lists,
    insisted,
  }: { readonly session: Session; readonly lists: Lists; readonly insisted: ReadonlySet<string> },
): Promise<Judgement> {
  let done = 0
  const found = await reader.read(plan.packages, item => {
    done += 1
    session.progress.update(`read ${done} of ${plan.packages.length} packages: ${item.name}@${item.version}`)
  })
  const reads = new Map([...found].map(([item, read]) => [item, withoutOptional(item, read)]))
  const approved = [...plan.reviews]
    .filter(([, review]) => review === 'allowed')
    .map(([location]) => location)
  const judged = judgePackages(plan.packages, reads, {
    rules,
    lists,
    insisted,
    problems: problemsByLocation(plan),
    approved: new Set(approved),
    now: session.host.now(),
  })
  return { judged, reads }
}

/**
 * A required package that cannot be had is npm's failure: there is nothing to install. An optional one npm leaves out,
 * and if its bytes turn up after all, the install refuses them because nobody read them.
 */
function withoutOptional(item: PlannedPackage, read: ReadArtifact): ReadArtifact {
  if (read.error === undefined) return read
  if (!item.optional) throw read.error
  const what = `optional and not to be had, so npm leaves it out: ${read.error.message}`
  return { ...read, gaps: [{ kind: 'context', what }] }
}

function problemsByLocation({ problems }: Plan): Map<string, Plan['problems']> {
  const byLocation = new Map<string, Plan['problems']>()
  for (const problem of problems) {
    byLocation.set(problem.location, [...(byLocation.get(problem.location) ?? []), problem])
  }
  return byLocation
}

/** The report of judged packages, with the time since the session was opened. */
export function reportOf(packages: readonly JudgedPackage[], decision: Decision, session: Session): Report {
  const { host, startedAt } = session
  return {
    tool: { version: host.version, rules: rules.length },
    decision,
    summary: summarise(packages, host.now() - startedAt),
    packages,
    titles: new Map(rules.map(rule => [rule.meta.id, rule.meta.title])),
  }
}

/** `--yes` has answered, `--json` is read by a program, and elsewhere a person must be there. */
function mayAsk(request: InstallVerb, { host }: Session): boolean {
  return !request.yes && !request.json && canAsk(host.stdin, host.stderr, host.env)
}

/** Asks where there is something to ask and somebody to answer. The result is `proceed` or `stop`. */
async function settle(report: Report, request: InstallVerb, session: Session): Promise<Decision> {
  const { decision } = report
  const { host } = session
  if (decision.kind !== 'ask') {
    if (!request.json) session.print(renderReview(report, session.out, { purpose: 'install', asking: false }))
    return decision
  }
  const asking = mayAsk(request, session)
  if (!request.json) session.print(renderReview(report, session.out, { purpose: 'install', asking }))
  if (request.yes) return { kind: 'proceed', because: 'ask' }
  if (!asking) return { kind: 'stop', because: 'ask' }
  session.progress.clear()
  const answer = await ask('Install all the same?', {
    input: host.stdin,
    output: host.stderr,
    signal: host.stop,
  })
  if (answer === 'interrupted')
    throw new SafeInstallError('E_INTERRUPTED', 'interrupted before anything was installed')
  if (answer === 'no') session.print(renderDeclined(session.out))
  return { kind: answer === 'yes' ? 'proceed' : 'stop', because: 'ask' }
}

/** As `npm install --dry-run`: what would change, a line each. */
function dryRunLines({ packages, removed }: Plan, report: Report, session: Session): string {
  const added = packages
    .filter(item => !item.unchanged)
    .map(item => `would add ${printable(item.name)} ${printable(item.version)}\n`)
  const gone = removed.map(location => `would remove ${printable(location)}\n`)
  return [...added, ...gone, 'Dry run: nothing was written.\n', renderSummaryLine(report, session.out)].join(
    '',
  )
}

function finish(report: Report, request: InstallVerb, session: Session): number {
  session.print(request.json ? toJsonText(toJsonReport(report)) : renderSummaryLine(report, session.out))
  return exitCode({ kind: 'decided', decision: report.decision })
}

async function installPlan(
  plan: Plan,
  { judged, reads }: Judgement,
  {
    config,
    session,
    parts,
  }: { readonly config: NpmConfig; readonly session: Session; readonly parts: Parts },
): Promise<InstallResult> {
  session.progress.update(`installing ${judged.length} packages`)
  const scripts: ScriptSettings = {
    env: config.env,
    scriptShell: withoutGuard(config.scriptShell, session.host.env),
    foreground: config.get('foreground-scripts') === true,
    parallel: session.host.processors,
  }
  const dryRun = config.get('dry-run') === true
  const runsOwn = !config.ignoreScripts && !plan.global && !dryRun
  session.writing.begun = !dryRun
  if (runsOwn && config.specs.length === 0) await runEarlyRootScripts(plan.path, scripts, config.npmVersion)
  const result = await (parts.installTree ?? installTree)(plan, {
    inspected: new Map([...reads].flatMap(([item, read]) => inspectedOf(item, read))),
    approved: new Set(
      judged.filter(one => one.scripts.some(script => script.approved)).map(one => one.package.location),
    ),
    scripts,
    ignoreScripts: config.ignoreScripts,
    lock: session.host.self,
  })
  session.progress.clear()
  if (runsOwn) {
    if (config.specs.length === 0) await runRootScripts(plan.path, scripts, config.npmVersion)
    if (result.added + result.changed + result.removed > 0) await runDependencyScripts(plan.path, scripts)
  }
  return result
}

function inspectedOf(
  { location }: PlannedPackage,
  { artifact }: ReadArtifact,
): readonly (readonly [string, InspectedPackage])[] {
  if (artifact === undefined) return []
  const { inspection, integrity } = artifact
  return [[location, { files: allFiles(inspection), hooks: inspection.hooks, integrity }]]
}

/** The files of an artifact as npm unpacks it, those of the packages bundled inside it included. */
function allFiles({ files, bundled }: Inspection): readonly InspectedFile[] {
  const nested = bundled.flatMap(({ location, inspection }) =>
    inspection.files.map(file => ({ ...file, path: `${location}/${file.path}` })),
  )
  return [...files, ...nested]
}
