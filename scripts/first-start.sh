#!/usr/bin/env bash
# How long `make run` takes for whoever has just cloned this: a new clone of the last commit, an empty home without tools and
# crates (Rust, Node and a C compiler are there, as the README asks), until its sign-in page answers. Prints each step with the
# time at which it began, the whole, and the processor time, which other programs on the machine change little. Wants the network, all of
# the machine and some 10 GB of disk; everything is removed again.
#   FIRST_START_MINUTES (15): fails above
set -euo pipefail
. "$(dirname "$0")/lib.sh"

root=$(cd "$(dirname "$0")/.." && pwd)
limit=${FIRST_START_MINUTES:-15}
work=$(mktemp -d "${TMPDIR:-/tmp}/lux-first.XXXXXX")
chmod 711 "$work"
run=
close() {
  [ -z "$run" ] || kill -INT -- "-$run" 2>/dev/null || true
  [ -z "$run" ] || wait "$run" 2>/dev/null || true
  rm -rf "$work"
}
trap 'status=$?; close; exit $status' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

git clone -q --no-hardlinks "$root" "$work/lux"
mkdir -p "$work/home" "$work/cargo"
# Where crates and packages come from is the machine's own affair.
cp "${CARGO_HOME:-$HOME/.cargo}"/config* "$work/cargo/" 2>/dev/null || true
cp "$HOME/.npmrc" "$work/home/" 2>/dev/null || true
address=127.0.0.1:$(free_port)
keep=()
for name in PATH TMPDIR LANG http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE NPM_CONFIG_REGISTRY; do
  [ -z "${!name:-}" ] || keep+=("$name=${!name}")
done

say "make run in a new clone with an empty home, $(nproc) cores"
set -m
env -i "${keep[@]}" HOME="$work/home" CARGO_HOME="$work/cargo" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}" CARGO_TERM_COLOR=never \
  LUX_ADDR="$address" LUX_PUBLIC_URL="http://$address" LUX_SANDBOX_ADDR="127.0.0.1:$(free_port)" \
  make -C "$work/lux" --no-print-directory run >"$work/output" 2>&1 &
run=$!
set +m
began=$SECONDS seen=0
answers() { node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "$1"; }
while ! answers "http://$address/login"; do
  if ! kill -0 "$run" 2>/dev/null; then
    tail -n 20 "$work/output" >&2
    die "make run ended before its sign-in page was there: see above."
  fi
  # What set-up and build say of themselves; cargo's lines begin with spaces.
  lines=$(wc -l <"$work/output")
  sed -n "$((seen + 1)),${lines}p" "$work/output" | grep -E '^[A-Z]' | while IFS= read -r line; do printf '  %-12s %s\n' "$(duration $((SECONDS - began)))" "$line"; done || true
  seen=$lines
  sleep 1
done
took=$((SECONDS - began))
kill -INT -- "-$run" 2>/dev/null || true
wait "$run" 2>/dev/null || true
run=
times >"$work/times"
say "sign-in page after $(duration "$took"); processor time (of programs and of the system): $(sed -n 2p "$work/times")"
((took <= limit * 60)) || die "that is more than $limit minutes."
