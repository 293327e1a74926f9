#!/usr/bin/env bash
# Builds the release page into dist/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

RUSTUP_TOOLCHAIN=$(scripts/setup-rust.sh)
export RUSTUP_TOOLCHAIN
scripts/setup-page.sh
# wasm-opt comes from npm; Debian's own is too old for what Rust writes today.
PATH=$PWD/js/node_modules/.bin:$PATH trunk build --release --offline
