#!/bin/sh
# Cargo calls this in place of rustc (`.cargo/config.toml`). The worker has 700 KB for all rules together, so less is inlined in
# what is made for it, all code with "s": some 20 kB less. The page's own code, made with "z", would grow from the same flag,
# and Cargo has no flags for one profile.
rustc=$1
shift
case " $* " in
*" opt-level=s "*" --target wasm32-unknown-unknown "*) exec "$rustc" "$@" -C llvm-args=-inline-threshold=30 ;;
*) exec "$rustc" "$@" ;;
esac
