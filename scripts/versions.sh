# The versions of the tools that a build needs, in one place. Sourced by the other scripts.
# trunk 0.22 needs a newer Rust; wasm-bindgen-cli must have the version of the crate in Cargo.toml.
trunk_version=0.21.14
wasm_bindgen_version=0.2.130

say() { printf '%s\n' "$*" >&2; }

# Runs a command as root, also where the user is not root.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "'$*' must be run as root, and there is no sudo: run it yourself, then try again"
        return 1
    fi
}
