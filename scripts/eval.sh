#!/usr/bin/env bash
# Agents, chat and campaigns against scripted answers of a model and against injections by every way in (src/tests/eval), on a
# PostgreSQL of their own. Prints the table of docs/AGENTS.md.
#   LUX_WRITE_DOCS=1: writes it there
#   LUX_EVAL_OPENAI_KEY: asks a real model of OpenAI instead (some cents); nothing is written then
set -euo pipefail
. "$(dirname "$0")/lib.sh"

run_integration eval --nocapture "eval::"
