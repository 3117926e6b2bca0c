/** What a command line destroys that is not its package's own. */
export type Lost = 'everything' | 'here' | 'remote' | 'history' | 'disk' | 'published' | 'traces'

/** Command lines that destroy, the widest loss first. */
export const wipingCommands: readonly { readonly lost: Lost; readonly pattern: RegExp }[] = [
  {
    // The home folder, the root, a disk, the copies to restore it from.
    lost: 'everything',
    pattern:
      /\brm\s+(?:-[a-z-]+\s+)*(?:--no-preserve-root\s+)?["']?(?:~|\/|\$HOME|\$\{HOME\}|\/home|\/Users|\/etc|\/usr)(?:\/\*?)?["']?(?:\s|$|;|&)|\b(?:rd|rmdir)\s+\/s\b.*(?:%userprofile%|[a-z]:\\?(?:users|windows|programdata)?(?:\s|"|$))|\bdel\s+\/[fsq](?:\s+\/[fsq])*\s+\S*(?:%userprofile%|[a-z]:\\)|\bformat\s+[a-z]:|\bmkfs\.|\bdd\s+if=\/dev\/(?:zero|urandom|random)\s+of=\/dev\/|\bcipher\s+\/w|\bvssadmin\s+delete\s+shadows|\bwbadmin\s+delete\b|\bbcdedit\b.{0,80}\brecoveryenabled\s+no\b|\bwmic\s+shadowcopy\s+delete\b|\bdiskpart\b.{0,200}\bclean\b|\bclean\b.{0,40}\|\s*diskpart\b|\bchmod\s+(?:-\w+\s+)*(?:0{1,4}|[ago]{1,3}-rwx?)\s+(?:~|\/|\$HOME|\.)\/?\*?(?:\s|;|&|$)|\bchown\s+(?:-\w+\s+)*\S+\s+(?:~|\/|\$HOME)\/?\*?(?:\s|;|&|$)|\brsync\b.{0,100}\s--delete\b.{0,200}\s(?:~|\$HOME|\/)\/?(?:\s|"|;|$)|\bmv\s+(?:-\w+\s+)*(?:~|\$HOME|\/)\/?\*?\s+\/dev\/null|\bblkdiscard\s|\bwipefs\s+-|\bshred\s+(?:-\S+\s+)*(?:~|\/|\$HOME)|:\(\)\s*\{\s*:\|:&\s*\};:/i,
  },
  {
    // Everything where the program that uses the package was started.
    lost: 'here',
    pattern:
      /^\s{0,9}rm\s+-[a-z]*r[a-z]*\s+(?:-\S+\s+)*["']?(?:\.|\*|\.\/\*?)["']?\s{0,9}$|^\s{0,9}(?:rd|rmdir)\s+\/s\s+(?:\/q\s+)?\.\s{0,9}$|^\s{0,9}del\s+(?:\/[a-z]\s+)*\*(?:\.\*)?\s{0,9}$/i,
  },
  {
    // Machines, clusters and data that somebody else keeps for the user.
    lost: 'remote',
    pattern:
      /\bkubectl\s+delete\b.{0,200}\s--all\b|\bdocker\s+(?:system|volume)\s+prune\b.{0,100}(?:\s-[a-z]*f|--force)|\b(?:terraform|tofu|pulumi|cdk|terragrunt)\s+destroy\b|\baws\s+s3\s+(?:rb\b.{0,200}--force|rm\b.{0,200}--recursive)|\bgcloud\s+projects\s+delete\b|\bgsutil\s+(?:-m\s+)?rm\s+-r|\baz\s+group\s+delete\b|\bhelm\s+(?:uninstall|delete)\b|\bdropdb\s|\bprisma\s+(?:migrate\s+reset|db\s+push\s+--force-reset)\b|\b(?:sequelize(?:-cli)?\s+db:drop|typeorm\s+schema:drop|rails\s+db:drop)\b|\bredis-cli\b.{0,100}\bflush(?:all|db)\b|\b(?:psql|mysql|mongosh?|sqlcmd)\b.{0,200}\bdrop(?:\s+(?:database|schema)|Database\s*\()/i,
  },
  {
    // What git then cannot bring back.
    lost: 'history',
    pattern:
      /\bgit\b.{0,80}\s(?:reset\s+--hard|clean\s+-[a-z]*f|checkout\s+(?:--\s+)?\.(?:\s|$)|update-ref\s+-d|reflog\s+expire\b.{0,80}--expire(?:-unreachable)?=(?:now|all)|filter-branch|filter-repo|branch\s+-D|stash\s+(?:clear|drop)|push\b.{0,80}\s(?:--mirror|--delete|--prune|--force\b|-f\b))|\brm\s+-[a-z]*r[a-z]*\s+["']?(?:[^\s"']{0,80}\/)?\.git["']?(?:\s|$|;|&)/,
  },
  {
    // A container that is given the machine's root folder.
    lost: 'disk',
    pattern:
      /\b(?:docker|podman|nerdctl)\s+run\b.{0,300}(?:\s(?:-v|--volume)[ =]?["']?\/:\/|\bsource=\/,|\bsrc=\/,)/,
  },
  {
    // Packages that were published.
    lost: 'published',
    pattern: /\bnpm\s+(?:-\S+\s+)*unpublish\b/,
  },
  {
    // What a user or a machine wrote down of what happened.
    lost: 'traces',
    pattern:
      /\bhistory\s+-c\b|\brm\s+(?:-\w+\s+)*\S{0,40}\.(?:bash|zsh|node_repl|python)_history\b|\bwevtutil\s+cl\b|\bjournalctl\s+--vacuum|\bClear-EventLog\b/i,
  },
]
