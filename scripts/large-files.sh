#!/usr/bin/env bash
# A file of 1 GiB through the real program: sent in and out in parts, with kill -9 on the way, its memory watched. Takes some 4 GB
# of memory for the stand-ins, which keep what they get, and some minutes.
#   LUX_LARGE_MIB (1024): how large the file is
set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$(dirname "$0")/setup.sh" rust postgres
. "$(dirname "$0")/env.sh"
cd "$LUX_ROOT"

export LUX_LARGE_MIB=${LUX_LARGE_MIB:-1024}
work=$(mktemp -d "${TMPDIR:-/tmp}/lux-large.XXXXXX")
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
cargo test --locked --features ssr --test integration -- --nocapture "large::"
