import { parseArguments } from './cli/arguments.ts'
import { helpText } from './cli/help.ts'
import type { Request } from './cli/request.ts'
import { SafeInstallError } from './errors.ts'
import type { Host } from './host.ts'
import { exitCode } from './report/exit-code.ts'
import { createDrawing, renderError, renderExplanation } from './report/human.ts'
import { toJsonFailure, toJsonText } from './report/json.ts'
import type { Parts } from './verbs/reader.ts'
import { openSession } from './verbs/session.ts'
import type { Session } from './verbs/session.ts'

/**
 * The program: `argv → request → … → report`. Resolves to the exit code and never rejects: the one place where errors
 * are caught and told, as text on stderr or, with `--json`, as an object on stdout.
 */
export async function run(host: Host, parts?: Parts): Promise<number> {
  try {
    const request = parseArguments(host.argv)
    const session = openSession(host, request)
    return await Promise.race([perform(request, session, parts), stopped(session)])
  } catch (error) {
    return fail(error, host)
  }
}

/**
 * Rejects when the process is told to stop and nothing was written yet. Once the install writes, Arborist listens to the
 * same signals and puts everything back; ending the process under it would leave a half.
 */
function stopped({ host, writing }: Session): Promise<never> {
  return new Promise((_resolve, reject) => {
    host.stop.addEventListener('abort', () => {
      if (!writing.begun)
        reject(new SafeInstallError('E_INTERRUPTED', 'interrupted before anything was written'))
    })
  })
}

/** Loads only what the verb needs: `--version` must not wait for Arborist. */
async function perform(request: Request, session: Session, parts: Parts | undefined): Promise<number> {
  switch (request.verb) {
    case 'help':
      session.print(helpText)
      return 0
    case 'version':
      session.print(`${session.host.version}\n`)
      return 0
    case 'explain': {
      const { rules } = await import('../rules/index.ts')
      session.print(
        renderExplanation(
          rules.map(rule => rule.meta),
          request.rule,
          session.out,
        ),
      )
      return 0
    }
    case 'install':
    case 'ci':
    case 'update': {
      const { install } = await import('./verbs/install.ts')
      return install(request, session, parts ?? (await import('./verbs/reader.ts')))
    }
    case 'inspect': {
      const { inspect } = await import('./verbs/inspect.ts')
      return inspect(request, session, parts ?? (await import('./verbs/reader.ts')))
    }
    case 'setup': {
      const { setup } = await import('./verbs/setup.ts')
      return setup(request, session)
    }
    case 'doctor': {
      const { doctor } = await import('./verbs/doctor.ts')
      return doctor(request, session)
    }
    case 'accept': {
      const { accept } = await import('./verbs/accept.ts')
      return accept(request, session, parts ?? (await import('./verbs/reader.ts')))
    }
    case 'approve': {
      const { approve } = await import('./verbs/approve.ts')
      return approve(request, session, parts ?? (await import('./verbs/reader.ts')))
    }
    case 'deny': {
      const { deny } = await import('./verbs/deny.ts')
      return deny(request, session)
    }
    case 'trust': {
      const { trust } = await import('./verbs/trust.ts')
      return trust(request, session)
    }
    case 'check': {
      const { check } = await import('./verbs/check.ts')
      return check(request, session, parts ?? (await import('./verbs/reader.ts')))
    }
    case 'compare': {
      const { comparePackages } = await import('./verbs/compare.ts')
      return comparePackages(request, session, parts ?? (await import('./verbs/reader.ts')))
    }
    case 'exec': {
      const { exec } = await import('./verbs/exec.ts')
      return exec(request, session, parts ?? (await import('./verbs/reader.ts')))
    }
    case 'history': {
      const { history } = await import('./verbs/history.ts')
      return history(request, session)
    }
    case 'print-config': {
      const { printConfig } = await import('./verbs/print-config.ts')
      return printConfig(request, session)
    }
    case 'update-data': {
      const { update } = await import('./verbs/update-data.ts')
      return update(request, session)
    }
  }
}

function fail(error: unknown, { argv, env, stdout, stderr, stop }: Host): number {
  const verbose = argv.includes('--verbose')
  const known = error instanceof SafeInstallError ? error : internal(error)
  if (stop.aborted)
    return exitCode({ kind: 'interrupted', signal: stop.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT' })
  if (argv.includes('--json')) stdout.write(toJsonText(toJsonFailure(known)))
  else {
    const drawing = createDrawing({ isTTY: stderr.isTTY === true, columns: stderr.columns, env, verbose })
    stderr.write(`\r${renderError(known, drawing)}`)
    if (verbose)
      stderr.write(`${String(known.cause instanceof Error ? known.cause.stack : (known.stack ?? ''))}\n`)
  }
  if (known.code === 'E_INTERRUPTED') return exitCode({ kind: 'interrupted', signal: 'SIGINT' })
  return exitCode({ kind: 'failed', error: known })
}

function internal(error: unknown): SafeInstallError {
  const message = error instanceof Error ? error.message : String(error)
  return new SafeInstallError('E_INTERNAL', `an unexpected error: ${message}`, {
    cause: error,
    hint: 'Nothing was installed. Run again with --verbose and report it.',
  })
}
