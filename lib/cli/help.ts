/** The text of `--help`: plain ASCII, at most 79 columns and 24 lines, so that it fits one small terminal. */
export const helpText = `safe-install reads every package before npm installs it, and stops or asks.

  safe-install [<spec>...] [npm install flags]     inspect, then install
  safe-install --ci | --update [<package>...] | --exec <spec> [-- <arguments>]
  safe-install --inspect <spec|file.tgz|folder>... report only
  safe-install --check [--since <git-ref>] [--all-platforms]
                                                   read what the lockfile says
  safe-install --compare <spec> <spec>             what the second can do more
  safe-install --approve <pkg@version>...          let install scripts run
  safe-install --deny <pkg>...                     never let them run
  safe-install --accept <pkg@version> --rule <id> --reason "..." [--until 90d]
  safe-install --setup [--user] [--undo] [--gate strict|check|preinstall|none]
  safe-install --doctor [--with-npm <path>] | --history | --explain [<rule>]
  safe-install --print-config | --update-data

  --json          one JSON object on stdout    --sarif FILE    also write SARIF
  --yes, -y       answer questions with yes    --verbose       say more
  --fresh         ignore cached inspections    --version, -v   our version

Every other flag is npm's. A package named like a command: install@latest.
Exit: 0 nothing to stop, 1 npm failed, 2 usage or policy, 10 blocked or
declined, 11 only bytes that could not be read, 130/143 interrupted.
`
