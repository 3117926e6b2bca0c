/** Every way in which safe-install can fail to do its job. A finding is never an error: a block is a value. */
export type ErrorCode =
  | 'E_USAGE'
  | 'E_POLICY'
  | 'E_CONFIG'
  | 'E_RESOLVE'
  | 'E_FETCH'
  | 'E_INTEGRITY'
  | 'E_INSTALL'
  | 'E_SCRIPT'
  | 'E_VERIFY'
  | 'E_LOCKED'
  | 'E_INTERRUPTED'
  | 'E_SKIPPED'
  | 'E_UNSUPPORTED'
  | 'E_INTERNAL'

/**
 * Thrown where the program could not do its job, caught once in `run.ts`. `message` says what happened, what was
 * expected and what was got; `hint` says what to do next. The cause is kept for `--verbose`.
 */
export class SafeInstallError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SafeInstallError'
    this.code = code
    this.hint = options.hint
  }
}
