#!/usr/bin/env bash
# Installs what building the page needs and lacks: trunk, wasm-bindgen with its test runner, the npm packages.
# The tools go where cargo installs programs, once a machine; trunk never downloads any by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

command -v node >/dev/null || { say "Node 20 or newer is needed: see https://nodejs.org"; exit 1; }
[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] ||
    { say "Node 20 or newer is needed, this is $(node --version)"; exit 1; }

version_of() { "$1" --version 2>/dev/null | awk '{ print $2; exit }'; }

if [ "$(version_of trunk)" != "$trunk_version" ]; then
    say "installing trunk $trunk_version (4 minutes, once)"
    # Compiled quickly and not for speed: it copies files and calls other programs. Optimised it takes 14 minutes.
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 cargo install --locked --force "trunk@$trunk_version"
fi
if [ "$(version_of wasm-bindgen)" != "$wasm_bindgen_version" ] ||
    [ "$(version_of wasm-bindgen-test-runner)" != "$wasm_bindgen_version" ]; then
    say "installing wasm-bindgen-cli $wasm_bindgen_version (3 minutes, once)"
    # Without --locked: the lock file that it is published with names a crate that cannot be had any more.
    env -u CARGO_TARGET_DIR cargo install --no-default-features --force "wasm-bindgen-cli@$wasm_bindgen_version"
fi
if ! cmp -s js/package-lock.json js/node_modules/.rubric-installed; then
    say "installing the npm packages"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix js --no-audit --no-fund
    cp js/package-lock.json js/node_modules/.rubric-installed
fi
