#!/usr/bin/env bash
# bench.sh [OPTION...]: installs what is missing, builds, and runs the benchmarks. The options are those of `npm run bench`.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib/install.sh

require_node
install_packages "${janus_packages[@]}" "${test_packages[@]}" containerd
install_modules
node scripts/build.mjs --fast
exec npm run --silent bench -- "$@"
