#!/usr/bin/env bash
# Installs Chromium and its driver, which the tests in the browser need. CHROMIUM and CHROMEDRIVER name others.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/versions.sh

if [ -x "${CHROMIUM:-/usr/bin/chromium}" ] && [ -x "${CHROMEDRIVER:-/usr/bin/chromedriver}" ]; then exit 0; fi
command -v apt-get >/dev/null ||
    { say "Chromium and chromedriver are needed: set CHROMIUM and CHROMEDRIVER to their paths"; exit 1; }
say "installing Chromium and its driver"
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -qq
as_root apt-get install -y -qq --no-install-recommends chromium chromium-driver
