#!/usr/bin/env bash
# A file of 1 GiB through the real program: sent in and out in parts, with kill -9 on the way, its memory watched. Takes some 4 GB
# of memory for the stand-ins, which keep what they get, and some minutes.
#   LUX_LARGE_MIB (1024): how large the file is
set -euo pipefail
. "$(dirname "$0")/lib.sh"

export LUX_LARGE_MIB=${LUX_LARGE_MIB:-1024}
run_integration large --nocapture "large::"
