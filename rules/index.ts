import type { Rule } from '../lib/types.ts'
import { brandHost } from './brand-host.ts'
import { brandImpersonation } from './brand-impersonation.ts'
import { gypCommand } from './gyp-command.ts'
import { hiddenText } from './hidden-text.ts'
import { installScript } from './install-script.ts'
import { knownMalware } from './known-malware.ts'
import { knownSdkOverride } from './known-sdk-override.ts'
import { lookalikeHost } from './lookalike-host.ts'
import { lookalikeName } from './lookalike-name.ts'
import { manifestMismatch } from './manifest-mismatch.ts'
import { nativeInHook } from './native-in-hook.ts'
import { oddDependency } from './odd-dependency.ts'
import { oddOrigin } from './odd-origin.ts'
import { pathTrick } from './path-trick.ts'
import { remoteCode } from './remote-code.ts'
import { secretExfiltration } from './secret-exfiltration.ts'
import { toolNamedBin } from './tool-named-bin.ts'

/** Every rule, in the order in which reports and `--explain` list them. */
export const rules: readonly Rule[] = [
  knownMalware,
  secretExfiltration,
  remoteCode,
  brandImpersonation,
  brandHost,
  knownSdkOverride,
  lookalikeHost,
  lookalikeName,
  gypCommand,
  nativeInHook,
  hiddenText,
  manifestMismatch,
  oddOrigin,
  oddDependency,
  pathTrick,
  toolNamedBin,
  installScript,
]
