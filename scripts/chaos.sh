#!/usr/bin/env bash
# Proof of delivery at length: the tests of src/tests/chaos on a PostgreSQL of their own, longer than in `make test` and,
# as root, also with nodes in network namespaces.
#   LUX_CHAOS_DELIVERIES (10000), LUX_CHAOS_SECONDS (600): how much and how long the storm is
#   LUX_CHAOS_SEED: draws the storm of an earlier run again (it is printed at the start)
# Arguments choose tests by name: scripts/chaos.sh storm
set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$(dirname "$0")/setup.sh" rust postgres
. "$(dirname "$0")/env.sh"
cd "$LUX_ROOT"

export LUX_CHAOS_DELIVERIES=${LUX_CHAOS_DELIVERIES:-10000} LUX_CHAOS_SECONDS=${LUX_CHAOS_SECONDS:-600}
work=$(mktemp -d "${TMPDIR:-/tmp}/lux-chaos.XXXXXX")
chmod 711 "$work"
close() {
  [ ! -d "$work/postgres" ] || scripts/test-postgres.sh stop "$work/postgres"
  rm -rf "$work"
}
trap 'status=$?; close; exit $status' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
scripts/test-postgres.sh start "$work/postgres" $$
LUX_TEST_DATABASE_URL=$(cat "$work/postgres/url")
export LUX_TEST_DATABASE_URL
cargo test --locked --features ssr --test integration -- --include-ignored --test-threads 1 "chaos::${1:-}"
