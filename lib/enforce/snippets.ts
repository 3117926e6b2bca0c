import type { Places } from './places.ts'
import { quoteForShell } from './quote.ts'

/** What nobody but the user can do: the lines that put the shims first on PATH, or aliases, for four shells. */
export function pathLines({ bin }: Places): string {
  const quoted = quoteForShell(bin)
  return `Put the shims first on PATH, so that a project's own .npmrc cannot take the guard away:
  bash, zsh   export PATH=${quoted}:"$PATH"
  fish        fish_add_path --prepend ${quoted}
  pwsh        $env:PATH = '${bin.replaceAll("'", "''")}' + [IO.Path]::PathSeparator + $env:PATH
Or, for what you type yourself only (scripts and agents do not see aliases):
  bash, zsh   alias npm=${quoteForShell(quoteForShell(`${bin}/npm`))} npx=${quoteForShell(quoteForShell(`${bin}/npx`))}
  fish        alias npm ${quoteForShell(quoteForShell(`${bin}/npm`))}; alias npx ${quoteForShell(quoteForShell(`${bin}/npx`))}
  pwsh        Set-Alias npm '${`${bin}/npm`.replaceAll("'", "''")}'; Set-Alias npx '${`${bin}/npx`.replaceAll("'", "''")}'
`
}

/** Lines for build services: a checkout of safe-install at $SAFE_INSTALL, built once with npm ci. */
export const ciSnippets = `In CI, with a checkout of safe-install at $SAFE_INSTALL (npm ci --ignore-scripts && npm run build builds it there):
  GitHub Actions
    - run: node "$SAFE_INSTALL/dist/bin/safe-install.js" --setup --user --yes
    - run: echo "$HOME/.safe-install/bin" >> "$GITHUB_PATH"
    - run: node "$SAFE_INSTALL/dist/bin/safe-install.js" --doctor
    - run: npm ci
  GitLab
    before_script:
      - node "$SAFE_INSTALL/dist/bin/safe-install.js" --setup --user --yes
      - export PATH="$HOME/.safe-install/bin:$PATH"
      - node "$SAFE_INSTALL/dist/bin/safe-install.js" --doctor
    script:
      - npm ci
  Dockerfile
    ENV HOME=/home/node SAFE_INSTALL=/opt/safe-install
    COPY --from=safe-install /safe-install $SAFE_INSTALL
    RUN node "$SAFE_INSTALL/dist/bin/safe-install.js" --setup --user --yes
    ENV PATH="$HOME/.safe-install/bin:$PATH"
    RUN node "$SAFE_INSTALL/dist/bin/safe-install.js" --doctor
    RUN npm ci
`
