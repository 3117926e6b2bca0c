import type { Request } from '../cli/request.ts'
import type { NpmConfig } from '../plan/npm-config.ts'
import { readScriptPolicy } from '../plan/script-policy.ts'
import { withoutCredentials } from '../policy/history.ts'
import { loadPolicy } from '../policy/load-policy.ts'
import type { LoadedPolicy } from '../policy/load-policy.ts'
import type { Setting } from '../policy/policy.ts'
import { dayOf } from '../report/accepted.ts'
import { userPlaces } from '../policy/places.ts'
import { renderLines } from '../report/human.ts'
import { toJsonText } from '../report/json.ts'
import { dataState } from '../store/data-state.ts'
import type { DataState } from '../store/data-state.ts'
import { registriesOf } from '../policy/registries.ts'
import { reasonInWords } from './guard.ts'
import { loadSettings } from './settings.ts'
import type { Session } from './session.ts'

type Row = { readonly key: string; readonly value: string; readonly origin: string }

/** npm's settings that decide what is installed, from where, and what runs. */
const npmKeys = [
  'ignore-scripts',
  'script-shell',
  'allow-git',
  'allow-remote',
  'allow-file',
  'allow-directory',
  'strict-allow-scripts',
  'dangerously-allow-all-scripts',
  'before',
  'min-release-age',
  'strict-ssl',
  'engine-strict',
  'offline',
  'omit',
  'cache',
] as const

/**
 * Every value of the policy and the npm settings that matter, each with where it comes from; how old the malware lists
 * are; and what was ignored.
 */
export async function printConfig(
  request: Extract<Request, { verb: 'print-config' }>,
  session: Session,
): Promise<number> {
  const config = await loadSettings(request, session)
  const { env } = session.host
  const loaded = await loadPolicy({
    env,
    folder: config.global ? undefined : config.localPrefix,
    trust: request.trust,
  })
  const scripts = await readScriptPolicy(config)
  const now = session.host.now()
  const policy = policyRows(loaded, now)
  const data = await dataState(userPlaces(env)?.data, now)
  const npm = [
    ...npmRows(config),
    ...Object.entries(scripts.entries ?? {}).map(([key, value]) => ({
      key: `allowScripts ${key}`,
      value: String(value),
      origin: scripts.source ?? 'default',
    })),
  ]
  const ignored = [
    ...config.ignored.map(one => ({
      key: one.key,
      value: one.value,
      origin: one.source,
      why: reasonInWords(one.why),
    })),
    ...scripts.warnings.map(why => ({ key: 'allowScripts', value: '', origin: scripts.source ?? '', why })),
    ...loaded.policy.ignored.map(value => ({
      key: 'safe-install.json',
      value,
      origin: loaded.project?.path ?? '',
      why: 'a project only tightens until you trust its file: safe-install --trust',
    })),
  ]
  if (request.json)
    session.print(toJsonText({ schemaVersion: 1, files: filesOf(loaded), policy, npm, data, ignored }))
  else {
    const line = ({ key, value, origin }: Row): string => `${key} = ${value}  (${origin})`
    const none = ignored.length === 0 ? ['nothing'] : []
    session.print(
      renderLines(
        [
          'Files',
          ...Object.entries(filesOf(loaded)).map(([key, value]) => `- ${key}: ${value ?? 'none'}`),
          'Policy',
          ...policy.map(row => `- ${line(row)}`),
          'npm',
          ...npm.map(row => `- ${line(row)}`),
          'Known malware',
          ...data.map(state => `- ${stateInWords(state)}`),
          'Ignored',
          ...none.map(text => `- ${text}`),
          ...ignored.map(
            one => `- ${one.key}${one.value === '' ? '' : ` = ${one.value}`}: ${one.why} (${one.origin})`,
          ),
        ],
        session.out,
      ),
    )
  }
  return 0
}

/** A list, its age and where it came from, in words. */
export function stateInWords({ list, path, date, ageDays, source }: DataState): string {
  const age = ageDays === undefined ? 'of unknown age' : `of ${date}, ${ageDays} days old`
  return `${list} list ${age}, from ${withoutCredentials(source)}${list === 'updated' ? ` (${path})` : ''}`
}

function filesOf({ userFile, project }: LoadedPolicy): Readonly<Record<string, string | null>> {
  const trust = project?.trusted === true ? 'trusted' : 'not trusted: it can only tighten'
  return {
    user: userFile ?? null,
    project: project === undefined ? null : `${project.path} (${trust})`,
    projectSha256: project?.digest ?? null,
  }
}

function policyRows({ policy }: LoadedPolicy, now: number): readonly Row[] {
  const row = (key: string, { value, origin }: Setting<unknown>): Row => ({ key, value: say(value), origin })
  const actions = policy.actions.flatMap(({ origin, tightenOnly, severity, rules }) => {
    const from = tightenOnly ? `${origin}, where stricter` : origin
    return [
      ...[...severity].map(([key, value]) => ({ key: `actions.severity.${key}`, value, origin: from })),
      ...[...rules].map(([key, value]) => ({ key: `actions.rules.${key}`, value, origin: from })),
    ]
  })
  return [
    ...(actions.length === 0 ? [{ key: 'actions', value: "each rule's own", origin: 'default' }] : actions),
    row('contentGaps', policy.contentGaps),
    row('minimumAgeDays', policy.minimumAgeDays),
    row('registries', policy.registries),
    ...[...policy.sources].map(([key, setting]) => row(`sources.${key}`, setting)),
    row('buildHosts', policy.buildHosts),
    row('history', policy.history),
    ...policy.exceptions.map(one => ({
      key: `exception ${one.package}@${one.version} ${one.rule}`,
      value: `${one.reason}, ${one.who}, ${one.until === undefined ? 'without end' : `${one.until < now ? 'OVER since' : 'until'} ${dayOf(one.until)}`}`,
      origin: one.origin,
    })),
    ...policy.approvals.map(one => ({
      key: `approved bytes ${one.package}@${one.version}`,
      value: `${one.who}, ${one.date}`,
      origin: 'safe-install.json',
    })),
  ]
}

function npmRows(config: NpmConfig): readonly Row[] {
  const registries = [...registriesOf(config)].map(([key, value]) => ({
    key,
    value: withoutCredentials(value),
    origin: config.find(key) ?? 'default',
  }))
  const guarded: Readonly<Record<string, unknown>> = {
    'allow-git': config.allow.allowGit,
    'allow-remote': config.allow.allowRemote,
  }
  return [
    ...registries,
    ...npmKeys.map(key => ({
      key,
      value: say(guarded[key] ?? config.get(key)),
      origin: config.find(key) ?? 'default',
    })),
  ]
}

function say(value: unknown): string {
  if (value === undefined || value === null) return 'not set'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(one => String(one)).join(', ')
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
