#!/usr/bin/env bash
# Installs Firefox, which Playwright drives by itself: no driver is needed. FIREFOX names another.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

if [ -x "${FIREFOX:-/usr/bin/firefox-esr}" ]; then exit 0; fi
command -v apt-get >/dev/null || { say "Firefox is needed: set FIREFOX to its path"; exit 1; }
say "installing Firefox"
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -qq
as_root apt-get install -y -qq --no-install-recommends firefox-esr
