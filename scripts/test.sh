#!/usr/bin/env bash
# Every check, or the named ones: scripts/test.sh [fmt] [clippy] [clippy-wasm] [sqlx] [tests] [unit] [wasm-deps] [build] [e2e]
# What is compiled here is compiled by Clippy, so `tests` and `build` are the lints for the server and for the browser too, and
# `tests` holds .sqlx against the database. `clippy`, `clippy-wasm` and `sqlx` are those checks alone.
# Stops at the first failure. Ends with a table of steps and times, and with the number of tests alone on the last line.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# More than these are no accident.
MOST_FLAKY=3
all_steps=(fmt tests unit wasm-deps build e2e)
steps=("$@")
[ $# -gt 0 ] || steps=("${all_steps[@]}")

needs=()
for step in "${steps[@]}"; do
  case $step in
    fmt | clippy | clippy-wasm | wasm-deps) needs+=(rust) ;;
    tests | sqlx) needs+=(rust postgres) ;;
    unit) needs+=(rust postgres atproto moto zapier) ;;
    build) needs+=(rust leptos tailwind) ;;
    e2e) needs+=(rust leptos tailwind postgres browser) ;;
    *) die "there is no check named '$step': ${all_steps[*]} clippy clippy-wasm sqlx." ;;
  esac
done
started=$SECONDS
"$(dirname "$0")/setup.sh" components "${needs[@]}"
. "$(dirname "$0")/env.sh"
cd "$LUX_ROOT"

work=$(mktemp -d "${TMPDIR:-/tmp}/lux-test.XXXXXX")
chmod 711 "$work"
names=(set-up) times=($((SECONDS - started))) results=(ok)
finished=
trap 'status=$?; close; exit $status' EXIT
trap 'results[-1]=stopped; exit 130' INT
trap 'results[-1]=stopped; exit 143' TERM

# ---- the checks -------------------------------------------------------------------------------------------------

title() {
  case $1 in
    fmt) echo "Format" ;;
    tests) echo "Lints, server; tests compile; .sqlx fits" ;;
    clippy) echo "Clippy, server" ;;
    clippy-wasm) echo "Clippy, browser" ;;
    unit) echo "Unit and integration tests" ;;
    sqlx) echo "Query descriptions (.sqlx)" ;;
    wasm-deps) echo "Nothing of the server in the browser" ;;
    build) echo "Lints, browser; development build" ;;
    e2e) echo "Browser tests" ;;
    set-up) echo "Set-up" ;;
  esac
}

# The files of domain/platforms are declared by a macro, where cargo fmt does not find them.
step_fmt() { cargo fmt --check && rustfmt --check --edition 2024 src/domain/platforms/*.rs; }
step_clippy() { cargo clippy --locked --features ssr --all-targets -- -D warnings; }
step_clippy_wasm() { cargo clippy --locked --no-default-features --features hydrate --target wasm32-unknown-unknown --lib -- -D warnings; }

step_tests() { by_clippy scripts/sqlx.sh tests; }

step_unit() {
  local status=0
  counted by_clippy cargo test --locked --features ssr --no-fail-fast || status=$?
  ((status == 0)) || second_try
}

# A few that failed run once more, by themselves: on a busy machine something may come too late. As with the browser tests, who
# passes then is named as flaky at the end, and who fails again has failed.
second_try() {
  local -a failed
  mapfile -t failed < <(sed -nE 's/^test (.*) \.\.\. FAILED$/\1/p' "$work/output" | sort -u)
  ((${#failed[@]} > 0 && ${#failed[@]} <= MOST_FLAKY)) || return 1
  say
  say "Once more, by themselves: ${failed[*]}"
  by_clippy cargo test --locked --features ssr -- --exact "${failed[@]}" | tee "$work/again" || return 1
  local name
  for name in "${failed[@]}"; do
    grep -qxF "test $name ... ok" "$work/again" || return 1
  done
  printf '%s\n' "${failed[@]}" >"$work/flaky"
}

step_sqlx() {
  scripts/sqlx.sh check
}

step_wasm_deps() {
  local found
  cargo tree --locked --target wasm32-unknown-unknown --no-default-features --features hydrate -e normal --prefix none -f '{p}' >"$work/tree"
  grep -q '^leptos v' "$work/tree" || die "cargo tree names no leptos, so this check looks at the wrong thing."
  found=$(grep -E '^(tokio|sqlx|sqlx-.*|reqwest|hyper|axum|axum-.*|leptos_axum|tower-http|rustls|ring|argon2|aes-gcm|image|object_store|chrono-tz|clap|tracing-subscriber) v' "$work/tree" | sort -u || true)
  if [ -n "$found" ]; then
    say "$found"
    die "these crates of the server are compiled into the browser's wasm: make them optional in Cargo.toml and list them under the feature ssr."
  fi
}

step_build() { by_clippy scripts/build.sh dev; }

step_e2e() {
  by_clippy scripts/build.sh dev
  counted scripts/e2e.sh
}

# Clippy's driver is the compiler with more lints. `cargo clippy` only ever checks, and a crate that was checked is compiled
# anew for whatever wants to run it: with all dependencies, a third of a first run.
by_clippy() { RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings "$@"; }

# ---- around them ------------------------------------------------------------------------------------------------

postgres() {
  [ ! -f "$work/postgres/url" ] || return 0
  scripts/test-postgres.sh start "$work/postgres" $$
  LUX_TEST_DATABASE_URL=$(cat "$work/postgres/url")
  export LUX_TEST_DATABASE_URL
}

# Runs a test runner and keeps what it prints, for counting.
counted() {
  "$@" | tee -a "$work/output"
}

# cargo: "test result: ok. 5 passed; 0 failed; 1 ignored; ..."   Playwright: "  12 passed (3.4s)"
count() {
  awk -v broken="$1" -v flaky="$(wc -l <"$work/flaky")" '
    /^test result: / { for (i = 1; i < NF; i++) { if ($(i+1) == "passed;") p += $i; if ($(i+1) == "failed;") f += $i; if ($(i+1) == "ignored;") s += $i } }
    /^ +[0-9]+ passed/ || /^ +[0-9]+ flaky/ { p += $1 }
    /^ +[0-9]+ failed/ { f += $1 }
    /^ +[0-9]+ (skipped|did not run)/ { s += $1 }
    END { p += flaky; f -= flaky; if (broken && !f) f = broken; if (p + f + s) printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : "" }
  ' "$work/output" 2>/dev/null
}

# Names the tests that failed, or passed at the second try only, where they are seen: after all the output, with what the
# first of them said.
failed_and_flaky() {
  sed 's/$/ (flaky: passed at the second try)/' "$work/flaky"
  awk '
    /^test .* \.\.\. FAILED$/ { print; next }
    /^ +[0-9]+ (failed|flaky)$/ { print; listing = 1; next }
    listing && /^ +\[[a-z-]+\] › / { print; next }
    { listing = 0 }
  ' "$work/output"
  grep -m 1 -A 14 -E '^ +1\) \[[a-z-]+\] › |^---- .* stdout ----$' "$work/output" || true
}

close() {
  trap '' INT TERM
  [ ! -d "$work/postgres" ] || scripts/test-postgres.sh stop "$work/postgres"
  touch "$work/output" "$work/flaky"
  say
  failed_and_flaky
  printf '%-40s %-8s %s\n' Check Result Time
  local i broken=0
  for i in "${!names[@]}"; do
    printf '%-40s %-8s %s\n' "$(title "${names[$i]}")" "${results[$i]}" "$(duration "${times[$i]}")"
    [ "${results[$i]}" = ok ] || broken=1
  done
  printf '%-40s %-8s %s\n' "All of it" "$([ -n "$finished" ] && echo ok || echo FAILED)" "$(duration $((SECONDS - started)))"
  [ -n "$finished" ] || broken=1
  count "$broken"
  rm -rf "$work"
}

number=0
for step in "${steps[@]}"; do
  number=$((number + 1))
  say
  say "==> [$number/${#steps[@]}] $(title "$step")"
  began=$SECONDS
  names+=("$step") times+=(0) results+=(FAILED)
  status=0
  case $step in tests | unit | sqlx) postgres ;; esac
  # A subshell of its own: bash switches -e off inside a function whose result is asked for.
  set +e
  (
    set -euo pipefail
    "step_${step//-/_}"
  )
  status=$?
  set -e
  times[-1]=$((SECONDS - began))
  if ((status != 0)); then
    say
    say "FAILED: $(title "$step"). Run it alone with 'make test-$step'."
    exit 1
  fi
  results[-1]=ok
done
finished=yes
