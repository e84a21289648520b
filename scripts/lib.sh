# Small helpers for the scripts beside this file. Sourced, never run.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }

# One clear sentence to stderr, then stop.
die() {
  printf 'lux: %s\n' "$*" >&2
  exit 1
}

# Seconds as "1 min 05 s" or "12 s".
duration() {
  local s=$1
  if ((s >= 60)); then printf '%d min %02d s' $((s / 60)) $((s % 60)); else printf '%d s' "$s"; fi
}

# A TCP port on 127.0.0.1 that nobody uses right now.
free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# Some of the integration tests, on a PostgreSQL of their own that goes with them: run_integration NAME ARGUMENTS of the tests…
run_integration() {
  local scripts name=$1
  shift
  scripts=$(dirname "${BASH_SOURCE[0]}")
  "$scripts/setup.sh" rust postgres
  . "$scripts/env.sh"
  cd "$LUX_ROOT" || return
  run_folder=$(mktemp -d "${TMPDIR:-/tmp}/lux-$name.XXXXXX")
  chmod 711 "$run_folder"
  trap 'status=$?; end_integration; exit $status' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  scripts/test-postgres.sh start "$run_folder/postgres" $$
  LUX_TEST_DATABASE_URL=$(cat "$run_folder/postgres/url")
  export LUX_TEST_DATABASE_URL
  cargo test --locked --features ssr --test integration -- "$@"
}

end_integration() {
  [ ! -d "$run_folder/postgres" ] || scripts/test-postgres.sh stop "$run_folder/postgres"
  rm -rf "$run_folder"
}
