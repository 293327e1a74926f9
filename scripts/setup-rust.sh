#!/usr/bin/env bash
# Installs what the Rust side needs and lacks: rustfmt, Clippy, the wasm target.
# Prints the name of the rustup toolchain that can build for wasm32-unknown-unknown.
#
# Ordinarily `rustup target add` does. Where rustup's server cannot be reached but Debian's packages can, std is
# built once from Debian's source package, with bitcode so that it can be optimised together with the program, and
# placed in that toolchain's sysroot, so that every later build is an ordinary one.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

debian=debian-wasm
target=wasm32-unknown-unknown

has_target() { # [+TOOLCHAIN]
    local sysroot
    sysroot=$(rustc "$@" --print sysroot 2>/dev/null) || return 1
    compgen -G "$sysroot/lib/rustlib/$target/lib/libstd-*.rlib" >/dev/null
}
active() { rustup show active-toolchain | cut -d' ' -f1; }

command -v rustup >/dev/null || { say "rustup is needed: see https://rustup.rs"; exit 1; }
for component in rustfmt clippy; do
    rustup component list --installed 2>/dev/null | grep -q "^$component" || rustup component add "$component" >&2
done

if has_target; then active; exit 0; fi
if has_target "+$debian"; then echo "$debian"; exit 0; fi
say "installing the target $target"
if timeout 120 rustup target add "$target" >&2; then active; exit 0; fi

say "rustup cannot add it: building std from Debian's source package (about 2 minutes, once)"
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -qq >&2
as_root apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src lld-22 >&2
sysroot=$(/usr/bin/rustc --print sysroot)
host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
as_root mkdir -p "$sysroot/lib/rustlib/$host/bin" "$sysroot/lib/rustlib/$target/lib"
as_root ln -sf "$(command -v lld-22)" "$sysroot/lib/rustlib/$host/bin/rust-lld"
rustup toolchain link "$debian" "$sysroot"

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
mkdir "$build/src"
cat >"$build/Cargo.toml" <<'TOML'
[package]
name = "std-for-wasm32"
version = "0.0.0"
edition = "2021"
[profile.release]
debug = 0
TOML
echo '#![no_std]' >"$build/src/lib.rs"
(cd "$build" && env -u CARGO_TARGET_DIR RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
    cargo "+$debian" build --release --target "$target" -Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro >&2)
rm -f "$build/target/$target"/release/deps/libstd_for_wasm32-*.rlib
as_root cp "$build/target/$target"/release/deps/*.rlib "$sysroot/lib/rustlib/$target/lib/"
echo "$debian"
