#!/usr/bin/env bash
# picture.sh: makes docs/images/prometheus.png: installs Debian's chromium beside what the tests need, builds, and photographs a query of a daemon at work.
# Needs root, and two minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib/install.sh

require_node
install_packages "${janus_packages[@]}" "${test_packages[@]}" chromium fonts-dejavu-core
install_modules
node scripts/build.mjs --fast
node scripts/run-ts.mjs tests/picture/picture.ts docs/images/prometheus.png
