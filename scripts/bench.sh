#!/usr/bin/env bash
# Measures the release build on this machine and prints a table. Starts its own server with an empty data folder.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$(dirname "$0")/setup.sh" build postgres browser
. "$(dirname "$0")/env.sh"
cd "$LUX_ROOT"
scripts/build.sh release

work=$(mktemp -d "${TMPDIR:-/tmp}/lux-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
node scripts/bench.mjs "$LUX_TARGET_DIR/release/lux" "$work"
