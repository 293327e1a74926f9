#!/usr/bin/env bash
# Builds the release page into dist/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

toolchain=$(scripts/setup-rust.sh)
scripts/setup-page.sh
# What the element <rubric-example> shows of each rule, drawn by the command line: it has the checker.
cargo run --quiet --features cli --bin rubric -- export-fragments --output js/embed/built/embed/1/rules
export RUSTUP_TOOLCHAIN=$toolchain
# Trunk asks nothing of the network, cargo included: on a new machine it lacks what only the page needs.
cargo fetch --quiet --locked
# wasm-opt comes from npm; Debian's own is too old for what Rust writes today.
PATH=$PWD/js/node_modules/.bin:$PATH trunk build --release --offline
