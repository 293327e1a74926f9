#!/usr/bin/env bash
# Downloads the pinned packages whose findings are reviewed, unpacks them into corpus/, and checks each of them.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

# Wheels are read, never installed; for which Python they were built does not matter. A source distribution is taken
# where the wheel lacks what is reviewed: deployment files, migrations.
wheels="open-webui==0.12.4 langflow-base==1.13.0 litellm==1.110.2 chainlit==2.12.0 langserve==0.3.3 zenml==0.98.0
    dask-kubernetes==2026.3.0 agno==3.1.10 argilla-server==2.8.0 autogenstudio==0.4.2.2
    khoj==1.42.10 r2r==3.6.6 lightrag-hku==1.5.7 cognee==1.6.5 arize-phoenix==20.26.1 prefect==3.9.1
    bentoml==1.4.40 gpt-researcher==0.15.1 nemoguardrails==0.24.1 mlflow==3.18.0 dbgpt-app==0.8.2 embedchain==0.1.128"
sources="letta==0.16.8 skyvern==1.0.56 feast==0.67.0"

# Downloads one package with the given options, and unpacks it with the given command.
fetch() {
    local package=$1 unpack=$2
    shift 2
    local folder=corpus/${package%%==*}-${package##*==}
    [ -d "$folder" ] && return
    say "downloading $package"
    local download
    download=$(mktemp -d)
    python3 -m pip download --quiet --no-deps --dest "$download" "$@" "$package"
    mkdir -p "$folder.part"
    $unpack "$download"/* "$folder.part"
    mv "$folder.part" "$folder"
    rm -rf "$download"
}

unpack_wheel() { python3 -m zipfile -e "$1" "$2"; }
unpack_source() { tar -xzf "$1" -C "$2" --strip-components=1; }

mkdir -p corpus
for package in $wheels; do
    fetch "$package" unpack_wheel --only-binary :all: --python-version 3.12
done
for package in $sources; do
    fetch "$package" unpack_source --no-binary :all:
done

cargo build --release --features cli --bin rubric
python3 tests/corpus/corpus.py run "$(cargo metadata --no-deps --format-version 1 |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/release/rubric"
