#!/usr/bin/env bash
# The query descriptions in .sqlx, which let the program build without a database.
#   scripts/sqlx.sh write   asks PostgreSQL about every query of the code and renews .sqlx
#   scripts/sqlx.sh check   does the same into a temporary folder and fails when .sqlx differs
#   scripts/sqlx.sh tests   the same while it compiles the tests: one pass over the code for both
# Uses the PostgreSQL of LUX_TEST_DATABASE_URL, or starts one. Always the pinned version: other versions of PostgreSQL
# tell other columns to be nullable.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/env.sh"

mode=${1:-}
compile=(cargo check --locked --features ssr --all-targets)
case $mode in
  write | check) ;;
  tests) compile=(cargo test --locked --features ssr --no-run) ;;
  *) die "usage: scripts/sqlx.sh write | check | tests" ;;
esac
cd "$LUX_ROOT"

# Nothing that decides the outcome has changed since the last successful run.
inputs() { { find src migrations .sqlx sqlx.toml Cargo.lock scripts/versions.env -type f -exec sha256sum {} + 2>/dev/null || true; } | sort | sha256sum | cut -d' ' -f1; }
stamp=$LUX_ROOT/target/lux-sqlx.stamp
if [ "$mode" != write ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(inputs)" ]; then
  say "Nothing changed since .sqlx was last found up to date"
  [ "$mode" = check ] || "${compile[@]}"
  exit 0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/lux-sqlx.XXXXXX")
database=lux_sqlx_$$
own_server=
clean_up() {
  restore_time
  if [ -n "$own_server" ]; then
    "$LUX_ROOT/scripts/test-postgres.sh" stop "$work/postgres"
  elif [ -n "${LUX_TEST_DATABASE_URL:-}" ]; then
    node scripts/pg.mjs "$LUX_TEST_DATABASE_URL" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT

# The compiler asks the database only about code it compiles, and cargo compiles only what is newer than its last output.
# So lib.rs looks new for the length of this script; afterwards it gets its time back, and no other build starts over.
touched=
restore_time() {
  if [ -n "$touched" ] && cmp -s src/lib.rs "$work/lib.rs"; then touch -r "$work/lib.rs" src/lib.rs; fi
  touched=
}

if [ -z "${LUX_TEST_DATABASE_URL:-}" ]; then
  chmod 711 "$work"
  "$LUX_ROOT/scripts/test-postgres.sh" start "$work/postgres" $$
  own_server=yes
  LUX_TEST_DATABASE_URL=$(cat "$work/postgres/url")
fi
node scripts/pg.mjs "$LUX_TEST_DATABASE_URL" -c "CREATE DATABASE $database"
url=${LUX_TEST_DATABASE_URL%/*}/$database
migrations=()
while IFS= read -r file; do migrations+=("$file"); done < <(find migrations -maxdepth 1 -name '*.sql' ! -name '*.down.sql' 2>/dev/null | sort)
if ((${#migrations[@]})); then node scripts/pg.mjs "$url" "${migrations[@]}" || die "the migrations do not apply to an empty database: see above."; fi

mkdir "$work/sqlx"
cp -p src/lib.rs "$work/lib.rs"
touched=yes
touch src/lib.rs
SQLX_OFFLINE=false DATABASE_URL=$url SQLX_OFFLINE_DIR=$work/sqlx "${compile[@]}" ||
  die "the code does not compile against the database that the migrations make, or a lint has something to say: see above."
restore_time

if [ "$mode" = write ]; then
  mkdir -p .sqlx
  rm -f .sqlx/query-*.json
  find "$work/sqlx" -name 'query-*.json' -exec cp {} .sqlx/ \;
  say "Wrote $(find .sqlx -name 'query-*.json' | wc -l) query descriptions to .sqlx"
else
  mkdir -p "$work/committed"
  [ ! -d .sqlx ] || find .sqlx -name 'query-*.json' -exec cp {} "$work/committed/" \;
  difference=$(diff -rq "$work/committed" "$work/sqlx" | sed "s|$work/committed|.sqlx|; s|$work/sqlx|the code|") || true
  [ -z "$difference" ] || say "$difference"
  [ -z "$difference" ] || die ".sqlx does not fit the code and the migrations: run 'make sqlx' and commit what it writes."
fi
mkdir -p "$LUX_ROOT/target"
inputs >"$stamp"
