/** The environment as a value: `process.env` is passed in by `bin/`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Variables that build services set; the general ones first (the list of ci-info). `CI=false` overrules them all. */
const ciNames = [
  'CI',
  'CONTINUOUS_INTEGRATION',
  'BUILD_ID',
  'BUILD_NUMBER',
  'CI_APP_ID',
  'CI_BUILD_ID',
  'CI_BUILD_NUMBER',
  'CI_NAME',
  'RUN_ID',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'TF_BUILD',
  'JENKINS_URL',
  'TEAMCITY_VERSION',
  'BUILDKITE',
  'CODEBUILD_BUILD_ARN',
] as const

/**
 * Variables that coding agents set in the shells they drive (as std-env and detect-agent list them). A prompt there is
 * answered by a program that the package under judgement may have talked to.
 */
const agentNames = [
  'AI_AGENT',
  'AGENT',
  'CLAUDECODE',
  'CLAUDE_CODE',
  'CURSOR_AGENT',
  'CURSOR_TRACE_ID',
  'GEMINI_CLI',
  'CODEX_SANDBOX',
  'CODEX_THREAD_ID',
  'CODEX_CI',
  'OPENCODE',
  'OPENCODE_CLIENT',
  'COPILOT_AGENT',
  'COPILOT_CLI',
  'AUGMENT_AGENT',
  'GOOSE_TERMINAL',
  'AMP_CURRENT_THREAD_ID',
  'CLINE_ACTIVE',
  'ROO_ACTIVE',
  'WINDSURF_AGENT',
  'KIRO_AGENT_PATH',
  'DEVIN_AGENT',
] as const

/** True in a build service, as far as its environment tells. */
export function isCI(env: Environment): boolean {
  return env['CI'] !== 'false' && ciNames.some(name => isSet(env[name]))
}

/** True in a shell that a coding agent drives, as far as its environment tells. */
export function isAgent(env: Environment): boolean {
  return agentNames.some(name => isSet(env[name]))
}

/**
 * Whether a question may be asked: a person must be able to read it and to answer it. The environment can only take
 * questions away, which makes a decision stricter, so a forged variable gains nothing.
 */
export function canAsk(
  input: { readonly isTTY?: boolean },
  output: { readonly isTTY?: boolean },
  env: Environment,
): boolean {
  return input.isTTY === true && output.isTTY === true && !isCI(env) && !isAgent(env)
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}
