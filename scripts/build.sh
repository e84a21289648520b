#!/usr/bin/env bash
# Builds the server and the site: scripts/build.sh dev | release. Skips everything when nothing has changed.
# One cargo build at a time: on two cores two at once only fight, and need twice the memory.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/env.sh"

mode=${1:-}
case $mode in
  dev) flags=(--split) binary=$LUX_TARGET_DIR/debug/lux LEPTOS_HASH_FILES=false ;;
  # Browsers keep the program's files for a year, so their names carry their content's hash.
  release) flags=(--split --release --precompress) binary=$LUX_TARGET_DIR/release/lux LEPTOS_HASH_FILES=true ;;
  *) die "usage: scripts/build.sh dev | release" ;;
esac
export LEPTOS_HASH_FILES
cd "$LUX_ROOT"

# Name, size and time of every file that goes into the build, and of the program that came out of it. The site holds one
# mode's files at a time.
state() {
  # A compiler of the caller's choice has more to say than the usual one.
  printf '%s\n' "$mode" "${RUSTC_WORKSPACE_WRAPPER:-}"
  # Some of these need not exist.
  { find src style public migrations .sqlx .cargo build.rs Cargo.toml Cargo.lock Leptos.toml sqlx.toml scripts/versions.env -type f -printf '%p %s %T@\n' 2>/dev/null || true; } | LC_ALL=C sort
  stat -c '%n %s %Y' "$binary" 2>/dev/null || true
}
stamp=$LUX_ROOT/target/lux-build.stamp
if [ -x "$binary" ] && [ -d target/site/pkg ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(state | sha256sum)" ]; then
  say "The $mode build is up to date"
  exit 0
fi
rm -f "$stamp"

if [ ! -x "$binary" ]; then
  say "Building LUX ($mode; the first time about $([ "$mode" = dev ] && echo 6 || echo 12) min on two cores)"
else
  say "Building LUX ($mode)"
fi
cargo leptos build "${flags[@]}" --cargo-locked --server-only
cargo leptos build "${flags[@]}" --cargo-locked --frontend-only
# The server looks for the names beside the files, so that a site is whole wherever it is copied to.
if [ "$LEPTOS_HASH_FILES" = true ]; then mv "${binary%/*}/hash.txt" target/site/hash.txt; fi
state | sha256sum >"$stamp"
