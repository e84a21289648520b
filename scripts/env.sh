#!/usr/bin/env bash
# The environment every other script works in: where the tools are, where builds go.
# Sourced by the scripts; run directly it prints `export` lines: eval "$(scripts/env.sh)".

LUX_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/versions.env
. "$LUX_ROOT/scripts/versions.env"

locked_version() { awk -F'"' -v line="name = \"$2\"" '$0 == line { getline; print $2; exit }' "$LUX_ROOT/$1"; } # LOCK-FILE CRATE
WASM_BINDGEN_VERSION=$(locked_version Cargo.lock wasm-bindgen)
CARGO_LEPTOS_VERSION=$(locked_version scripts/leptos-tools/Cargo.lock cargo-leptos)
LEPTOS_TOOLS=leptos-tools-$CARGO_LEPTOS_VERSION-$WASM_BINDGEN_VERSION

# Tools are shared by all clones of a user and keyed by version.
export LUX_TOOLS_DIR=${LUX_TOOLS_DIR:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: set it or LUX_TOOLS_DIR}/.cache}/lux-tools}

# rustup's folder is not on PATH in a shell that was opened before rustup was installed.
if ! command -v cargo >/dev/null 2>&1 && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
  PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
fi

# cargo-leptos takes tailwindcss, wasm-opt and wasm-bindgen from PATH; otherwise it would download them.
lux_tool_path=
for lux_tool in "$LEPTOS_TOOLS" "tailwind-$TAILWIND_VERSION" "binaryen-$BINARYEN_VERSION"; do
  lux_tool_path=$lux_tool_path$LUX_TOOLS_DIR/$lux_tool/bin:
done
case $PATH in "$lux_tool_path"*) ;; *) PATH=$lux_tool_path$PATH ;; esac
export PATH
unset lux_tool lux_tool_path

# The folder with initdb and postgres. Set it yourself to use another installation.
export LUX_PG_BIN=${LUX_PG_BIN:-$LUX_TOOLS_DIR/postgres-$POSTGRES_VERSION/bin}

# The AT Protocol's servers for the Bluesky tests; named after every version that is pinned in it.
export LUX_ATPROTO_DIR=$LUX_TOOLS_DIR/atproto-$ATPROTO_PDS_VERSION-$DID_PLC_VERSION-$BETTER_SQLITE3_VERSION

# The S3 server for the tests of object stores: a Python environment.
export LUX_MOTO_DIR=$LUX_TOOLS_DIR/moto-$MOTO_VERSION

# Zapier's schema for the test of deploy/zapier.
export LUX_ZAPIER_SCHEMA_DIR=$LUX_TOOLS_DIR/zapier-schema-$ZAPIER_SCHEMA_VERSION

# The browser for the end-to-end tests, remembered by setup.sh.
if [ -z "${LUX_CHROMIUM:-}" ] && [ -f "$LUX_TOOLS_DIR/browser.path" ]; then
  LUX_CHROMIUM=$(cat "$LUX_TOOLS_DIR/browser.path")
fi
export LUX_CHROMIUM=${LUX_CHROMIUM:-}

# Where cargo puts its output (the site is always target/site of this clone: Leptos.toml says so).
case ${CARGO_TARGET_DIR:-} in
  '') LUX_TARGET_DIR=$LUX_ROOT/target ;;
  /*) LUX_TARGET_DIR=$CARGO_TARGET_DIR ;;
  *) LUX_TARGET_DIR=$LUX_ROOT/$CARGO_TARGET_DIR export CARGO_TARGET_DIR=$LUX_ROOT/$CARGO_TARGET_DIR ;;
esac
export LUX_TARGET_DIR

# Flags come from .cargo/config.toml alone: a variable would replace them and rebuild every crate.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  printf 'export %s=%q\n' PATH "$PATH" LUX_TOOLS_DIR "$LUX_TOOLS_DIR" LUX_PG_BIN "$LUX_PG_BIN" LUX_ATPROTO_DIR "$LUX_ATPROTO_DIR" LUX_MOTO_DIR "$LUX_MOTO_DIR" LUX_ZAPIER_SCHEMA_DIR "$LUX_ZAPIER_SCHEMA_DIR" LUX_CHROMIUM "$LUX_CHROMIUM" LUX_TARGET_DIR "$LUX_TARGET_DIR"
fi
