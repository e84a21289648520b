#!/usr/bin/env bash
# Sets up, builds and starts LUX on this machine with a demo company: scripts/run.sh run | dev
# `run` starts the program once; `dev` rebuilds and restarts it whenever a file changes. Ctrl-C stops everything.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

mode=${1:-run}
case $mode in run | dev) ;; *) die "usage: scripts/run.sh run | dev" ;; esac
"$(dirname "$0")/setup.sh" run
. "$(dirname "$0")/env.sh"
cd "$LUX_ROOT"

export LUX_SANDBOX=${LUX_SANDBOX:-1}
export LUX_DATA_DIR=${LUX_DATA_DIR:-data}

if [ "$mode" = dev ]; then
  # cargo-leptos waits for the server here before it reloads the browser.
  export LEPTOS_SITE_ADDR=${LUX_ADDR:-127.0.0.1:3000}
  # It leaves a development site behind that no finished build stands for.
  rm -f target/lux-build.stamp
  exec cargo leptos watch --split -- serve
fi

"$LUX_ROOT/scripts/build.sh" dev
exec "$LUX_TARGET_DIR/debug/lux" serve
