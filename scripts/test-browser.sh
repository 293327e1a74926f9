#!/usr/bin/env bash
# Runs Clippy for wasm32 and the tests that run as wasm in headless Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

RUSTUP_TOOLCHAIN=$(scripts/setup-rust.sh)
export RUSTUP_TOOLCHAIN
scripts/setup-page.sh
scripts/setup-browser.sh

target=wasm32-unknown-unknown
# The binding to the editor is compiled in, so its bundle must be there.
npm --prefix js run build --silent
say "== Clippy for $target"
# A toolchain that was made for this target alone may have no Clippy of its own; rustc's warnings then have to do.
if cargo clippy --version >/dev/null 2>&1; then
    cargo clippy --target "$target" --features browser --lib --bin app --bin later --bin worker -- -D warnings
else
    say "the toolchain $RUSTUP_TOOLCHAIN has no Clippy: checking for warnings of the compiler alone"
    RUSTFLAGS="-D warnings" cargo check --target "$target" --features browser --lib --bin app --bin worker
fi
if [ -f tests/browser.rs ]; then
    say "== tests in the browser, as wasm"
    CHROMEDRIVER=${CHROMEDRIVER:-/usr/bin/chromedriver} \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
        WASM_BINDGEN_TEST_TIMEOUT=${WASM_BINDGEN_TEST_TIMEOUT:-300} \
        cargo test --target "$target" --features browser --test browser
fi
