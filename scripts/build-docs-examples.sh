#!/usr/bin/env bash
# Builds the sites of docs/recipes from their locked packages, which it installs once: into target/docs-examples and
# into the Docusaurus example's node_modules. Beside them the catalogue as `rubric export-docs` writes it: the HTML as it
# is, the Markdown as a site of MkDocs, which refuses an address or an anchor that leads nowhere.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

out=$PWD/target/docs-examples
mkdir -p "$out"
export PIP_DISABLE_PIP_VERSION_CHECK=1 NO_MKDOCS_2_WARNING=1

if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    command -v apt-get >/dev/null || { say "Python 3 with venv is needed for the documentation examples"; exit 1; }
    say "installing Python's venv"
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq
    as_root apt-get install -y -qq --no-install-recommends python3-venv
fi
for site in mkdocs sphinx; do
    requirements=docs/recipes/$site/requirements.txt
    if ! cmp -s "$requirements" "$out/venv-$site/installed"; then
        say "installing the packages of docs/recipes/$site"
        rm -rf "$out/venv-$site"
        python3 -m venv "$out/venv-$site"
        "$out/venv-$site/bin/pip" install --quiet -r "$requirements"
        cp "$requirements" "$out/venv-$site/installed"
    fi
done
docusaurus=docs/recipes/docusaurus
if ! cmp -s $docusaurus/package-lock.json $docusaurus/node_modules/.rubric-installed; then
    say "installing the packages of $docusaurus"
    npm ci --prefix $docusaurus --no-audit --no-fund --ignore-scripts
    cp $docusaurus/package-lock.json $docusaurus/node_modules/.rubric-installed
fi

"$out/venv-mkdocs/bin/mkdocs" build --quiet --strict --config-file docs/recipes/mkdocs/mkdocs.yml --site-dir "$out/mkdocs"
"$out/venv-sphinx/bin/sphinx-build" -q -W -E -d "$out/sphinx-doctrees" docs/recipes/sphinx "$out/sphinx"
# The slowest of the three, a minute: only where something has changed.
if [ ! -f "$out/docusaurus/index.html" ] ||
    [ -n "$(find $docusaurus -newer "$out/docusaurus/index.html" -type f -not -path '*/node_modules/*' -not -path '*/.docusaurus/*')" ]; then
    DOCUSAURUS_NO_PERSISTENT_CACHE=1 npm --prefix $docusaurus run build --silent -- --out-dir "$out/docusaurus" >"$out/docusaurus.log" 2>&1 ||
        { cat "$out/docusaurus.log" >&2; exit 1; }
fi

playground=https://rubric.example/
cargo run --quiet --features cli --bin rubric -- export-docs --output "$out/exported" --playground $playground >&2
cargo run --quiet --features cli --bin rubric -- export-docs --format markdown --output "$out/markdown" --playground $playground >&2
cat >"$out/markdown.yml" <<YAML
INHERIT: $PWD/docs/recipes/mkdocs/mkdocs.yml
docs_dir: markdown
validation:
  links:
    anchors: warn
YAML
"$out/venv-mkdocs/bin/mkdocs" build --quiet --strict --config-file "$out/markdown.yml" --site-dir "$out/from-markdown"
