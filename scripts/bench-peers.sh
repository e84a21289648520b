#!/usr/bin/env bash
# Measures the stacks of a benchmark kit and this program with the kit's own loads, one after the other on this machine:
# scripts/bench-peers.sh KIT SERVER FOLDER. Called by `make bench` when PEER_BENCH names the kit.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/env.sh"

kit=$1 server=$2 work=$3
[ -x "$kit/run.sh" ] || die "there is no benchmark kit in $kit (PEER_BENCH)."
# The kit takes the newest Postgres that it finds; ours stands on the same server.
pg_port=${PG_PORT:-5499}
export PG_PORT=$pg_port BENCH_DIR=${BENCH_DIR:-$HOME/.cache/lux-bench}
parts=${PEER_PARTS:-pgbench flask express product-webhook bullmq-pg bullmq-throughput bullmq-spike bullmq-steady bullmq-crash product-throughput product-spike product-steady product-crash}

say "Peers: $parts (up to half an hour)"
"$kit/setup.sh"
"$kit/services.sh" start pg
trap '"$kit/services.sh" stop all' EXIT
admin=postgres://bench@127.0.0.1:$pg_port
psql -q "$admin/postgres" -c 'drop database if exists product' -c 'create database product'

export PRODUCT_NAME=lux
export DATABASE_URL=$admin/product LUX_DATA_DIR=$work/product LUX_LOG=warn
export LUX_X_BASE_URL=http://127.0.0.1:${SINK_PORT:-8499}
export PRODUCT_START_CMD="$server worker"
export PRODUCT_ENQUEUE_CMD="$server load"
if [[ " $parts " == *" product-webhook "* ]]; then
  # A server of its own, which ends with its input. Its demo company signs in at its own stand-in and not at the kit's platform.
  psql -q "$admin/postgres" -c 'drop database if exists product_webhook' -c 'create database product_webhook'
  mkdir -p "$work/intake"
  mkfifo "$work/webhook.in" "$work/webhook.out"
  env -u LUX_X_BASE_URL PRINT_ENV=1 node "$(dirname "$0")/bench-intake.mjs" "$server" "$work" "$admin/product_webhook" <"$work/webhook.in" >"$work/webhook.out" &
  exec 8>"$work/webhook.in"
  read -r webhook <"$work/webhook.out" || die "the server for captures did not start: see above."
  eval "$webhook"
fi
# shellcheck disable=SC2086
"$kit/run.sh" $parts | tee "$work/peers.jsonl"
exec 8>&-
node "$(dirname "$0")/bench-ratios.mjs" "$work/peers.jsonl"
