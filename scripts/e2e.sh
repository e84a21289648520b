#!/usr/bin/env bash
# The browser tests against a server of their own with an empty data folder: scripts/e2e.sh [Playwright arguments]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/env.sh"

[ -x "$LUX_TARGET_DIR/debug/lux" ] || die "there is no server to test: run 'scripts/build.sh dev' first."
LUX_E2E_DIR=$(mktemp -d "${TMPDIR:-/tmp}/lux-e2e.XXXXXX")
export LUX_E2E_DIR
trap 'rm -rf "$LUX_E2E_DIR"' EXIT

cd "$LUX_ROOT/end2end"
if ! node_modules/.bin/playwright test "$@"; then
  if [ -s "$LUX_E2E_DIR/server.log" ]; then
    mkdir -p test-results
    cp "$LUX_E2E_DIR/server.log" test-results/server.log
    say "The server's last lines (all of them in end2end/test-results/server.log):"
    tail -n 30 "$LUX_E2E_DIR/server.log"
  fi
  exit 1
fi
