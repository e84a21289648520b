#!/usr/bin/env bash
# A throw-away PostgreSQL for the tests: scripts/test-postgres.sh start DIR [OWNER-PID] | stop DIR
#
# `start` makes everything inside the new folder DIR, listens on a free port of 127.0.0.1 and writes the address to
# DIR/url. It never syncs to disk: fast, and worthless after a crash (LUX_TEST_PG_SYNC=1 for one that does). With OWNER-PID it also ends when that process
# ends, however it ends. PostgreSQL refuses to run as root, so root starts it as the user nobody.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/env.sh"

command=${1:-} dir=${2:-}
case $command in start | stop) ;; *) die "usage: scripts/test-postgres.sh start DIR [OWNER-PID] | stop DIR" ;; esac
[ -n "$dir" ] || die "scripts/test-postgres.sh needs the folder to work in."

stop() {
  local pid
  pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null || true)
  if [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null; then
    # The file goes when the server is done; the process may stay in the table until its parent looks.
    for _ in $(seq 100); do
      [ -f "$dir/data/postmaster.pid" ] || break
      sleep 0.1
    done
    [ ! -f "$dir/data/postmaster.pid" ] || kill -QUIT "$pid" 2>/dev/null || true
  fi
  rm -rf "$dir"
}

if [ "$command" = stop ]; then
  stop
  exit 0
fi

owner=${3:-}
[ -x "$LUX_PG_BIN/postgres" ] || die "no PostgreSQL in $LUX_PG_BIN: run 'scripts/setup.sh postgres'."
mkdir -p "$dir"

# How to run a command as a user PostgreSQL accepts.
as_user=()
if [ "$(id -u)" = 0 ]; then
  nobody=$(id -u nobody 2>/dev/null || echo 65534)
  command -v setpriv >/dev/null 2>&1 || die "as root the tests need setpriv to start PostgreSQL: install util-linux, or run as an ordinary user."
  as_user=(setpriv "--reuid=$nobody" "--regid=$nobody" --clear-groups)
  mkdir -p "$dir/data"
  chown -R "$nobody:$nobody" "$dir"
  if ! "${as_user[@]}" test -x "$LUX_PG_BIN/postgres" -a -w "$dir/data" 2>/dev/null; then
    # Tools or folder lie below a folder only root may enter (/root, say): let the process pass, and nothing else. Without
    # the last flag access(), which initdb uses, would still say no.
    as_user+=("--inh-caps=-all,+dac_override" "--ambient-caps=-all,+dac_override" "--securebits=+no_setuid_fixup")
    "${as_user[@]}" test -x "$LUX_PG_BIN/postgres" -a -w "$dir/data" 2>/dev/null ||
      die "PostgreSQL does not run as root, and the user nobody may not use $LUX_PG_BIN: set LUX_TOOLS_DIR to a folder that others may enter, or run as an ordinary user."
  fi
fi

cd "$dir"
"${as_user[@]}" "$LUX_PG_BIN/initdb" -D "$dir/data" -U lux -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions >"$dir/initdb.log" 2>&1 ||
  { cat "$dir/initdb.log" >&2 && die "PostgreSQL could not make a test database in $dir: see above."; }

sync=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
[ -z "${LUX_TEST_PG_SYNC:-}" ] || sync=(-c fsync=on -c synchronous_commit=on)

# Between finding a free port and using it somebody else may take it: try again.
for try in 1 2 3; do
  port=$(free_port)
  "${as_user[@]}" "$LUX_PG_BIN/postgres" -D "$dir/data" -h 127.0.0.1 -p "$port" -k '' \
    "${sync[@]}" -c max_connections=300 -c shared_buffers=128MB \
    >"$dir/postgres.log" 2>&1 </dev/null 9>&- &
  pid=$!
  ready=
  for _ in $(seq 150); do
    kill -0 "$pid" 2>/dev/null || break
    if grep -qs '^ready' <(sed -n 8p "$dir/data/postmaster.pid" 2>/dev/null); then ready=yes && break; fi
    sleep 0.1
  done
  [ -z "$ready" ] || break
  kill -QUIT "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  [ "$try" != 3 ] || { tail -n 20 "$dir/postgres.log" >&2 && die "PostgreSQL for the tests did not start: see above."; }
done

printf 'postgres://lux@127.0.0.1:%s/postgres\n' "$port" >"$dir/url"

if [ -n "$owner" ]; then
  (
    # Not in the way of whoever waits for our output, and not ended by Ctrl-C before PostgreSQL is.
    trap '' INT TERM HUP
    exec >/dev/null 2>&1 </dev/null 9>&-
    while kill -0 "$owner" 2>/dev/null && kill -0 "$pid" 2>/dev/null; do sleep 1; done
    kill -0 "$owner" 2>/dev/null || stop
  ) &
fi
