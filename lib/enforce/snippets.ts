import type { Places } from './places.ts'
import { quoteForShell } from './quote.ts'

/** What nobody but the user can do: the lines that put the shims first on PATH, or aliases, for five shells. */
export function pathLines({ bin }: Places): string {
  const [npm, npx] = [`${bin}/npm`, `${bin}/npx`]
  return `Put the shims first on PATH, so that a project's own .npmrc cannot take the guard away:
  sh, bash, zsh   export PATH=${word(bin)}:"$PATH"
  fish            fish_add_path --prepend ${word(bin)}
  pwsh            $env:PATH = ${forPowerShell(bin)} + [IO.Path]::PathSeparator + $env:PATH
Or, for what you type yourself only (scripts and agents do not see aliases):
  sh, bash, zsh   alias npm=${word(word(npm))} npx=${word(word(npx))}
  fish            alias npm ${word(word(npm))}; alias npx ${word(word(npx))}
  pwsh            Set-Alias npm ${forPowerShell(npm)}; Set-Alias npx ${forPowerShell(npx)}
`
}

/** Most paths need no quotes, and a line that somebody copies should be readable. */
function word(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : quoteForShell(text)
}

function forPowerShell(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
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
    ENV SAFE_INSTALL=/opt/safe-install
    COPY --from=safe-install /safe-install $SAFE_INSTALL
    RUN node "$SAFE_INSTALL/dist/bin/safe-install.js" --setup --user --yes
    RUN export PATH="$HOME/.safe-install/bin:$PATH" && npm ci
`
