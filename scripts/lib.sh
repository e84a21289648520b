# Small helpers for the scripts beside this file. Sourced, never run.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }

# One clear sentence to stderr, then stop.
die() {
  printf 'lux: %s\n' "$*" >&2
  exit 1
}

# Seconds as "1 min 05 s" or "12 s".
duration() {
  local s=$1
  if ((s >= 60)); then printf '%d min %02d s' $((s / 60)) $((s % 60)); else printf '%d s' "$s"; fi
}

# A TCP port on 127.0.0.1 that nobody uses right now.
free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}
