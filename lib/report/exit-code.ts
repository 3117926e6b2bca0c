import { SafeInstallError, type ErrorCode } from '../errors.ts'
import type { Decision } from '../types.ts'

/** How a run ended. `decided` is the last decision: after a question was answered it is `proceed` or `stop`. */
export type Outcome =
  | { readonly kind: 'decided'; readonly decision: Decision }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'interrupted'; readonly signal: 'SIGINT' | 'SIGTERM' }

/**
 * The exit code, the same for installs and reports: 0 nothing to stop, 1 could not do the job, 2 usage or policy file,
 * 10 blocked, declined or unanswered, 11 only content gaps, 130 and 143 interrupted.
 */
export function exitCode(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'decided':
      return decisionCode(outcome.decision)
    case 'failed':
      return outcome.error instanceof SafeInstallError ? errorCode(outcome.error.code) : 1
    case 'interrupted':
      return outcome.signal === 'SIGINT' ? 130 : 143
  }
}

function decisionCode(decision: Decision): number {
  if (decision.kind === 'proceed') return 0
  return decision.because === 'gap' ? 11 : 10
}

function errorCode(code: ErrorCode): number {
  if (code === 'E_INTERRUPTED') return 130
  if (code === 'E_SKIPPED') return 10
  return code === 'E_USAGE' || code === 'E_POLICY' ? 2 : 1
}
