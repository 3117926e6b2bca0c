import type { Rule } from '../lib/types.ts'
import { agentCliAbuse } from './agent-cli-abuse.ts'
import { agentConfig } from './agent-config.ts'
import { assistantOrders } from './assistant-orders.ts'
import { brandHost } from './brand-host.ts'
import { brandImpersonation } from './brand-impersonation.ts'
import { browserTheft } from './browser-theft.ts'
import { callerSecretExfiltration } from './caller-secret-exfiltration.ts'
import { cardSkimming } from './card-skimming.ts'
import { cryptominer } from './cryptominer.ts'
import { decodeAndRun } from './decode-and-run.ts'
import { destructive } from './destructive.ts'
import { downloadAndRun } from './download-and-run.ts'
import { foreignInstall } from './foreign-install.ts'
import { gypCommand } from './gyp-command.ts'
import { hiddenReceiver } from './hidden-receiver.ts'
import { hiddenText } from './hidden-text.ts'
import { hostBeacon } from './host-beacon.ts'
import { installNetwork } from './install-network.ts'
import { installScript } from './install-script.ts'
import { knownMalware } from './known-malware.ts'
import { knownSdkOverride } from './known-sdk-override.ts'
import { lookalikeHost } from './lookalike-host.ts'
import { lookalikeName } from './lookalike-name.ts'
import { manifestMismatch } from './manifest-mismatch.ts'
import { moduleTampering } from './module-tampering.ts'
import { nativeInHook } from './native-in-hook.ts'
import { nativeLoader } from './native-loader.ts'
import { obfuscatedCode } from './obfuscated-code.ts'
import { oddDependency } from './odd-dependency.ts'
import { oddManifest } from './odd-manifest.ts'
import { oddOrigin } from './odd-origin.ts'
import { offScreenCode } from './off-screen-code.ts'
import { paymentRedirect } from './payment-redirect.ts'
import { pathTrick } from './path-trick.ts'
import { persistence } from './persistence.ts'
import { remoteCode } from './remote-code.ts'
import { reportedPackage } from './reported-package.ts'
import { sabotage } from './sabotage.ts'
import { secretExfiltration } from './secret-exfiltration.ts'
import { servedSecrets } from './served-secrets.ts'
import { shippedCode } from './shipped-code.ts'
import { socketShell } from './socket-shell.ts'
import { toolNamedBin } from './tool-named-bin.ts'
import { trafficRedirect } from './traffic-redirect.ts'
import { walletHook } from './wallet-hook.ts'
import { worm } from './worm.ts'

/** Every rule, in the order in which reports and `--explain` list them. */
export const rules: readonly Rule[] = [
  knownMalware,
  reportedPackage,
  secretExfiltration,
  servedSecrets,
  callerSecretExfiltration,
  cardSkimming,
  hiddenReceiver,
  browserTheft,
  hostBeacon,
  remoteCode,
  downloadAndRun,
  foreignInstall,
  socketShell,
  decodeAndRun,
  worm,
  persistence,
  moduleTampering,
  shippedCode,
  agentConfig,
  agentCliAbuse,
  assistantOrders,
  walletHook,
  trafficRedirect,
  paymentRedirect,
  destructive,
  sabotage,
  cryptominer,
  nativeLoader,
  nativeInHook,
  obfuscatedCode,
  offScreenCode,
  brandImpersonation,
  brandHost,
  knownSdkOverride,
  lookalikeHost,
  lookalikeName,
  gypCommand,
  hiddenText,
  manifestMismatch,
  oddManifest,
  oddOrigin,
  oddDependency,
  pathTrick,
  toolNamedBin,
  installNetwork,
  installScript,
]
