#!/usr/bin/env bash
# Agents, chat and campaigns against scripted answers of a model and against injections by every way in (src/tests/eval), on a
# PostgreSQL of their own. Prints the table of docs/AGENTS.md.
#   LUX_WRITE_DOCS=1: writes it there
#   LUX_EVAL_OPENAI_KEY: asks a real model of OpenAI instead (some cents); nothing is written then
set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$(dirname "$0")/setup.sh" rust postgres
. "$(dirname "$0")/env.sh"
cd "$LUX_ROOT"

work=$(mktemp -d "${TMPDIR:-/tmp}/lux-eval.XXXXXX")
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
cargo test --locked --features ssr --test integration -- --nocapture "eval::"
