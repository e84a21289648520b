#!/usr/bin/env bash
# Proof of delivery at length: the tests of src/tests/chaos on a PostgreSQL of their own, longer than in `make test` and,
# as root, also with nodes in network namespaces.
#   LUX_CHAOS_DELIVERIES (10000), LUX_CHAOS_SECONDS (600): how much and how long the storm is
#   LUX_CHAOS_SEED: draws the storm of an earlier run again (it is printed at the start)
# Arguments choose tests by name: scripts/chaos.sh storm
set -euo pipefail
. "$(dirname "$0")/lib.sh"

export LUX_CHAOS_DELIVERIES=${LUX_CHAOS_DELIVERIES:-10000} LUX_CHAOS_SECONDS=${LUX_CHAOS_SECONDS:-600}
run_integration chaos --include-ignored --test-threads 1 "chaos::${1:-}"
