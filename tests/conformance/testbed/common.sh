# common.sh: what the scripts of the testbed share; sourced.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
T=${TESTBED_DIR:-$(cd "$HERE/../../.." && pwd)/.cache/testbed}
W=$T/work   # build trees; can be deleted after a build
OUT=$T/out  # results
REGISTRY=127.0.0.1:5000
export LC_ALL=C
mkdir -p "$W" "$OUT" "$T/run"
