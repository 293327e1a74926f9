#!/usr/bin/env bash
# Measures a check against the bare parse as WebAssembly, compiled as the page's worker is, in headless Chromium.
#   scripts/bench-wasm.sh [FILE.py]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

RUSTUP_TOOLCHAIN=$(scripts/setup-rust.sh)
export RUSTUP_TOOLCHAIN
scripts/setup-page.sh
scripts/setup-browser.sh

if [ $# -gt 0 ]; then
    RUBRIC_MEASURED=$(cat "$1")
    export RUBRIC_MEASURED
fi
npm --prefix js run build --silent
CHROMEDRIVER=${CHROMEDRIVER:-/usr/bin/chromedriver} \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
    WASM_BINDGEN_TEST_TIMEOUT=300 \
    cargo test --profile wasm-worker --target wasm32-unknown-unknown --features browser --bench check_wasm -- --nocapture
