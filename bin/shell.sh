#!/bin/sh
# safe-install: npm's script-shell. npm starts it as: shell -c '<script>'
#
# What somebody asked for by name (npm run, test, start, exec of the project's own programs) goes straight to the real
# shell. What npm runs by itself of a package it has just unpacked is judged first. Only seven events are run like that;
# an event nobody knows is judged too. Every path below is absolute and written by `safe-install --setup`: npm puts
# node_modules/.bin of the package first on PATH, so a name would be the package's to fill.
#
# Without a variable and, on the way through, without a process of its own: scripts get npm's environment unchanged.

case "${npm_lifecycle_event-}" in
preinstall | install | postinstall | prepublish | preprepare | prepare | postprepare)
  case "${npm_command-}" in
  run-script | run | test | start | stop | restart)
    # The project's own script of that name. A package or a git clone is no project.
    case "$(pwd -P)/" in
    */node_modules/* | */_cacache/*) ;;
    *) exec @SHELL@ "$@" ;;
    esac
    ;;
  esac
  ;;
npx)
  # The shim's, against install scripts of what npx downloads, which npm runs without this shell.
  if [ -n "${safe_install_npx-}" ]; then unset npm_config_ignore_scripts safe_install_npx; fi
  # The project's own programs; what npm downloaded to run it once lies below _npx.
  case "${PATH-}" in
  */_npx/*) ;;
  *) exec @SHELL@ "$@" ;;
  esac
  ;;
*)
  case "${npm_command-}" in
  run-script | run | test | start | stop | restart) exec @SHELL@ "$@" ;;
  esac
  ;;
esac

# NODE_OPTIONS may come from the .npmrc of a hostile project and would load its code into the judge.
case "$(NODE_OPTIONS='' NODE_PATH='' @NODE@ @JUDGE@ script "$@" </dev/null)" in
'safe-install: run') exec @SHELL@ "$@" ;;
# An approved script of a package may change its own folder: what it leaves there is remembered.
'safe-install: build')
  NODE_OPTIONS='' NODE_PATH='' exec @NODE@ @JUDGE@ build @SHELL@ \
    "${NODE_OPTIONS+=}${NODE_OPTIONS-}" "${NODE_PATH+=}${NODE_PATH-}" "$@"
  ;;
'safe-install: skip') exit 0 ;;
'safe-install: refuse') exit 10 ;;
esac

echo 'safe-install: the guard could not judge this script, so it did not run.' >&2
echo 'Set it up again with "safe-install --setup --user", or take it away with "safe-install --setup --user --undo".' >&2
exit 1
