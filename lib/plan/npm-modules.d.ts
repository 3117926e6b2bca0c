/** The parts of npm's own packages that are used here and come without types. */

declare module 'graceful-fs' {
  const gracefulFs: { gracefulify(fs: object): object }
  export default gracefulFs
}

declare module '@npmcli/config' {
  type Layer = {
    readonly source: string | null
    readonly raw: Readonly<Record<string, unknown>> | null
    readonly data: Record<string, unknown>
    readonly loadError?: Error
  }
  class Config {
    constructor(options: {
      readonly definitions: Record<string, unknown>
      readonly shorthands: Record<string, readonly string[]>
      readonly flatten: (values: Record<string, unknown>, flat: Record<string, unknown>) => unknown
      readonly nerfDarts: readonly string[]
      readonly npmPath: string
      readonly env: Record<string, string | undefined>
      readonly argv: readonly string[]
      readonly cwd: string
      readonly platform: string
      readonly execPath: string
      readonly warn: boolean
    })
    readonly data: Map<string, Layer>
    readonly env: Record<string, string | undefined>
    readonly localPrefix: string
    readonly localPackage: boolean | null
    readonly globalPrefix: string
    readonly parsedArgv: { readonly remain: readonly string[] }
    readonly flat: Record<string, unknown>
    load(): Promise<void>
    loadCLI(): void
    loadGlobalConfig(): Promise<void>
    loadProjectConfig(): Promise<void>
    validate(): boolean
    find(key: string): string | null
    get(key: string, where?: string): unknown
    set(key: string, value: unknown, where?: string): void
    isDefault(key: string): boolean
    checkUnknown(where: string, key: string): void
    abbrevHandler(short: string, long: string): void
    invalidHandler(key: string, value: unknown, type: unknown, source: string, where: string): void
  }
  export = Config
}

declare module '@npmcli/config/lib/definitions/index.js' {
  type Definition = { readonly default: unknown; readonly type: unknown; readonly deprecated?: string }
  const npmDefinitions: {
    readonly definitions: Record<string, Definition>
    readonly shorthands: Record<string, readonly string[]>
    readonly nerfDarts: readonly string[]
    readonly flatten: (values: Record<string, unknown>, flat: Record<string, unknown>) => unknown
  }
  export = npmDefinitions
}

declare module '@npmcli/arborist/lib/script-allowed.js' {
  const scriptAllowed: {
    isScriptAllowed(node: unknown, policy: Readonly<Record<string, boolean>> | null): boolean | null
    isExactVersionDisjunction(range: string): boolean
  }
  export = scriptAllowed
}

declare module '@npmcli/arborist/lib/version-from-tgz.js' {
  const versionFromTgz: (
    name: string,
    url: string,
  ) => { readonly name: string; readonly version: string } | null
  export = versionFromTgz
}

declare module '@npmcli/arborist/lib/retire-path.js' {
  const retirePath: (path: string) => string
  export = retirePath
}

declare module '@npmcli/run-script' {
  type Options = {
    readonly event: string
    readonly path: string
    readonly pkg?: unknown
    readonly args?: readonly string[]
    readonly env?: Record<string, string | undefined>
    readonly stdio?: 'pipe' | 'inherit'
    readonly scriptShell?: string | undefined
  }
  type Result = {
    readonly code: number
    readonly signal: string | null
    readonly stdout?: string
    readonly stderr?: string
  }
  const runScript: (options: Options) => Promise<Result>
  export = runScript
}

declare module 'npm-install-checks' {
  namespace checks {
    type Failure = {
      readonly message: string
      readonly errors: readonly Error[]
      readonly isWarn: boolean
      readonly isError: boolean
      readonly current: unknown
      readonly required: unknown
    }
  }
  const checks: {
    checkDevEngines(wanted: unknown, current: unknown): readonly checks.Failure[]
    readonly currentEnv: {
      devEngines(env: { readonly nodeVersion: unknown; readonly npmVersion: string | undefined }): unknown
    }
  }
  export = checks
}
