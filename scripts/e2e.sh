#!/usr/bin/env bash
# The browser tests against servers of their own with empty data folders, one for each worker: scripts/e2e.sh [Playwright arguments]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/env.sh"

[ -x "$LUX_TARGET_DIR/debug/lux" ] || die "there is no server to test: run 'scripts/build.sh dev' first."
LUX_E2E_DIR=$(mktemp -d "${TMPDIR:-/tmp}/lux-e2e.XXXXXX")
export LUX_E2E_DIR
trap 'rm -rf "$LUX_E2E_DIR"' EXIT

cd "$LUX_ROOT/end2end"
if ! node_modules/.bin/playwright test "$@"; then
  mkdir -p test-results
  for log in "$LUX_E2E_DIR"/server-*.log; do
    [ -s "$log" ] || continue
    cp "$log" test-results/
    say "The last lines of a server (all in end2end/test-results/${log##*/}):"
    tail -n 12 "$log"
  done
  exit 1
fi
