import { canAsk } from '../cli/agent.ts'
import { ask } from '../cli/ask.ts'
import type { Request } from '../cli/request.ts'
import { leaveBuilt, leaveReceipts, withoutGuard } from '../enforce/own-install.ts'
import { SafeInstallError } from '../errors.ts'
import type { ReadArtifact } from '../fetch/read-artifacts.ts'
import { installTree } from '../install/install-tree.ts'
import type { InspectedPackage, InstallResult } from '../install/install-tree.ts'
import { makeProjectFolder } from '../install/project-folder.ts'
import { recoverProject } from '../install/repair.ts'
import { runDependencyScripts, runEarlyRootScripts, runRootScripts } from '../install/root-scripts.ts'
import type { ScriptSettings } from '../install/run-scripts.ts'
import { decide } from '../judge/decide.ts'
import { checkDevEngines } from '../plan/dev-engines.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Plan } from '../plan/make-plan.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { exitCode } from '../report/exit-code.ts'
import {
  renderDeclined,
  renderHint,
  renderInstalled,
  renderReview,
  renderSummaryLine,
} from '../report/human.ts'
import { toJsonReport, toJsonText } from '../report/json.ts'
import type { Report } from '../report/report.ts'
import { printable } from '../report/sanitize.ts'
import { inspectionsFolder } from '../store/inspection-cache.ts'
import type { Decision, InspectedFile, Inspection, PlannedPackage } from '../types.ts'
import { confirmNames } from './confirm-names.ts'
import { evictStopped } from './evict-stopped.ts'
import { openGuard } from './guard.ts'
import { judgePlan, reportOf } from './judge-plan.ts'
import type { Judgement } from './judge-plan.ts'
import { offerApprovals } from './offer-approvals.ts'
import type { Parts } from './reader.ts'
import { recordDecision } from './record-decision.ts'
import type { Session } from './session.ts'
import { assertScriptsReviewed } from './strict-scripts.ts'
import { writeSarif } from './write-sarif.ts'

type InstallVerb = Extract<Request, { verb: 'install' | 'ci' | 'update' }>

/**
 * Inspect, then install: plan, read, judge, decide, and only then write. Returns the exit code. Before the decision
 * nothing of the project is written; after it a failure puts everything back. `again`: to run what was approved after
 * an install; the project's own scripts have run already, and nothing more is offered.
 */
export async function install(
  request: InstallVerb,
  session: Session,
  parts: Parts,
  { again = false }: { readonly again?: boolean } = {},
): Promise<number> {
  const guard = await openGuard(request, session)
  const { config, lists } = guard
  for (const warning of await checkDevEngines(config)) session.tell(`safe-install: ${printable(warning)}\n`)
  const reader = parts.openReader({
    flat: config.flat,
    cacheFolder: String(config.get('cache')),
    processors: session.host.processors,
    fresh: request.fresh,
  })
  // npm makes the folder of a new --prefix too, but not to look what a dry run would do.
  const takeBack = config.get('dry-run') === true ? undefined : await makeProjectFolder(config.path)
  try {
    await recover(config, session)
    session.progress.update('resolving packages')
    const typed = request.verb === 'ci' ? [] : config.specs
    const asks = request.verb === 'install' && mayAsk(request, session)
    const { specs, insisted } = asks
      ? await confirmNames(typed, lists, session)
      : { specs: typed, insisted: new Set<string>() }
    const plan = await makePlan(
      { kind: request.verb, specs, read: reader.readFiles, tmp: session.host.tmp },
      config,
    )
    for (const warning of plan.policy.warnings) session.tell(renderHint(warning, session.err))
    const judgement = await judgePlan(plan, reader, { session, guard, insisted })
    const report = reportOf(judgement.judged, decide(judgement.judged), session)
    const decision = await settle(report, request, session)
    await recordDecision({ ...report, decision }, request, session, guard)
    await writeSarif(request.sarif, { ...report, decision }, session, config.localPrefix)
    if (decision.kind !== 'proceed') {
      await evictStopped(report.packages, reader, { session, json: request.json })
      return finish({ ...report, decision }, request, session)
    }
    assertScriptsReviewed(plan, judgement.judged, config)
    const keptIn = inspectionsFolder(String(config.get('cache')))
    await leaveReceipts(judgement.judged, session.host.env, keptIn)
    const result = await installPlan(plan, judgement, { config, session, parts, rootScripts: !again })
    if (!config.ignoreScripts) await leaveBuilt(judgement.judged, plan.path, session.host.env, keptIn)
    if (request.json) session.print(toJsonText(toJsonReport({ ...report, decision })))
    else if (config.get('dry-run') === true) session.print(dryRunLines(plan, report, session))
    else {
      const funding = config.get('fund') === false ? 0 : result.funding
      session.print(renderInstalled(report, { ...result, funding }, session.out))
    }
    const done = !again && config.get('dry-run') !== true
    const approved =
      done && (await offerApprovals({ plan, judgement, result, reader }, request, session, guard))
    return approved ? await install(withoutSpecs(request), session, parts, { again: true }) : 0
  } finally {
    await takeBack?.()
    await reader.close()
  }
}

/** A killed install left a journal: undo or finish it before anything is planned, and say so. */
async function recover(config: NpmConfig, session: Session): Promise<void> {
  const repair = await recoverProject(config.path, session.host.self, config.global)
  if (repair === undefined) return
  const left =
    repair.leftAlone.length === 0 ? '' : ` Changed since and left alone: ${repair.leftAlone.join(', ')}.`
  const what = repair.kind === 'undone' ? 'undone: everything is as before it' : 'finished'
  session.tell(`safe-install: an install that was killed here has been ${what}.${left}\n`)
}

/** The same request for what stands in package.json, with npm's flags as typed and no package named. */
export function withoutSpecs({ npmArgs, ...rest }: Request): InstallVerb {
  const { json, sarif, trust, yes, fresh, verbose } = rest
  const named = new Set('specs' in rest ? rest.specs : [])
  const flags = npmArgs.filter(word => !named.has(word))
  return { verb: 'install', specs: [], npmArgs: flags, json, sarif, trust, yes, fresh, verbose }
}

/** `--yes` has answered, `--json` is read by a program, and elsewhere a person must be there. */
function mayAsk(request: Pick<Request, 'yes' | 'json'>, { host }: Session): boolean {
  return !request.yes && !request.json && canAsk(host.stdin, host.stderr, host.env)
}

/** Asks where there is something to ask and somebody to answer. The result is `proceed` or `stop`. */
export async function settle(
  report: Report,
  request: Pick<Request, 'yes' | 'json'>,
  session: Session,
): Promise<Decision> {
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

/** Installs a judged plan, then runs the project's own scripts where npm would. */
export async function installPlan(
  plan: Plan,
  { judged, reads }: Judgement,
  {
    config,
    session,
    parts,
    rootScripts,
  }: {
    readonly config: NpmConfig
    readonly session: Session
    readonly parts: Parts
    readonly rootScripts: boolean
  },
): Promise<InstallResult> {
  session.progress.update(`installing ${judged.length} packages`)
  const scripts: ScriptSettings = {
    // npm tells scripts whether it writes in colour.
    env: {
      COLOR: session.host.stdout.isTTY === true && !session.host.env['NO_COLOR'] ? '1' : '0',
      ...config.env,
    },
    scriptShell: withoutGuard(config.scriptShell, session.host.env),
    foreground: config.get('foreground-scripts') === true,
    parallel: session.host.processors,
  }
  const dryRun = config.get('dry-run') === true
  const runsOwn = !config.ignoreScripts && !plan.global && !dryRun
  session.writing.begun = !dryRun
  if (runsOwn && rootScripts && config.specs.length === 0)
    await runEarlyRootScripts(plan.path, scripts, config.npmVersion)
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
    if (result.added + result.changed + result.removed > 0) await runDependencyScripts(plan.path, scripts)
    if (config.specs.length === 0 && rootScripts) await runRootScripts(plan.path, scripts, config.npmVersion)
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
