import { fileURLToPath } from 'node:url'

export type Strike = {
  /** Changes of what begins with this path count. */
  readonly below: string
  /** The signal comes before the so-manieth change; 0 for none. */
  readonly at: number
  readonly signal: NodeJS.Signals
  /** A file for the number of changes that were seen, where the program ends by itself. */
  readonly count?: string
}

/** The environment for a run that is to get a signal at a point of its work. It must lead a process group of its own. */
export function strikeEnv(strike: Strike): Readonly<Record<string, string>> {
  const preload = fileURLToPath(new URL('strike.cjs', import.meta.url))
  return {
    NODE_OPTIONS: `--require ${JSON.stringify(preload)}`,
    SAFE_INSTALL_TEST_STRIKE: JSON.stringify(strike),
  }
}
