#!/usr/bin/env bash
# Measures the release build on this machine and prints a table. Starts its own server with an empty data folder.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$(dirname "$0")/setup.sh" build postgres browser
. "$(dirname "$0")/env.sh"
cd "$LUX_ROOT"
scripts/build.sh release

# What to measure: some of pages, delivery, growth, import, intake, logs.
parts=${PARTS:-pages delivery growth import intake logs}
work=$(mktemp -d "${TMPDIR:-/tmp}/lux-bench.XXXXXX")
trap 'for it in postgres growth-postgres import-postgres intake-postgres logs-postgres; do scripts/test-postgres.sh stop "$work/$it" 2>/dev/null || true; done; rm -rf "$work"' EXIT
server=$LUX_TARGET_DIR/release/lux

if [[ " $parts " == *" pages "* ]]; then
  say "Pages: start-up, answer times, what a first visit transfers"
  node scripts/bench.mjs "$server" "$work"
fi
if [[ " $parts " == *" delivery "* ]]; then
  say "Delivery: posts through the queue to a platform that takes everything (some minutes)"
  LUX_TEST_PG_SYNC=1 scripts/test-postgres.sh start "$work/postgres" $$
  mkdir -p "$work/delivery"
  node scripts/bench-delivery.mjs "$server" "$work" "$(cat "$work/postgres/url")"
fi
if [[ " $parts " == *" growth "* ]]; then
  say "Growth: every page with a few posts and with a million (some minutes)"
  LUX_TEST_PG_SYNC=1 scripts/test-postgres.sh start "$work/growth-postgres" $$
  mkdir -p "$work/growth"
  node scripts/bench-growth.mjs "$server" "$work" "$(cat "$work/growth-postgres/url")"
fi
if [[ " $parts " == *" import "* ]]; then
  say "Import: a file with a million contacts, the lists and searches of so many, and their segments (some minutes)"
  LUX_TEST_PG_SYNC=1 scripts/test-postgres.sh start "$work/import-postgres" $$
  mkdir -p "$work/import"
  node scripts/bench-import.mjs "$server" "$work" "$(cat "$work/import-postgres/url")"
fi
if [[ " $parts " == *" intake "* ]]; then
  say "Intake: contacts from another program, 32 at a time"
  LUX_TEST_PG_SYNC=1 scripts/test-postgres.sh start "$work/intake-postgres" $$
  mkdir -p "$work/intake"
  node scripts/bench-intake.mjs "$server" "$work" "$(cat "$work/intake-postgres/url")"
fi
if [[ " $parts " == *" logs "* ]]; then
  say "Logs: a log of 1 GiB, and one that is packed"
  scripts/test-postgres.sh start "$work/logs-postgres" $$
  mkdir -p "$work/logs"
  node scripts/bench-logs.mjs "$server" "$work/logs" "$(cat "$work/logs-postgres/url")"
fi
if [ -n "${PEER_BENCH:-}" ]; then
  scripts/bench-peers.sh "$(cd "$PEER_BENCH" && pwd)" "$server" "$work"
fi
