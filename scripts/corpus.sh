#!/usr/bin/env bash
# Downloads the pinned packages whose findings are reviewed, unpacks them into corpus/, and checks each of them.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

packages="open-webui==0.12.4 langflow-base==1.13.0 litellm==1.110.2 chainlit==2.12.0 langserve==0.3.3"
mkdir -p corpus
for package in $packages; do
    name=${package%%==*}
    version=${package##*==}
    folder=corpus/$name-$version
    [ -d "$folder" ] && continue
    say "downloading $package"
    download=$(mktemp -d)
    # Wheels are read, never installed; for which Python they were built does not matter.
    python3 -m pip download --quiet --no-deps --only-binary :all: --python-version 3.12 --dest "$download" "$package"
    python3 -m zipfile -e "$download"/*.whl "$folder.part"
    mv "$folder.part" "$folder"
    rm -rf "$download"
done

cargo build --release --features cli --bin rubric
python3 tests/corpus/corpus.py run "$(cargo metadata --no-deps --format-version 1 |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/release/rubric"
