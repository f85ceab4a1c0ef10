#!/usr/bin/env bash
# test.sh [STEP...]: installs what is missing and runs all checks and tests, or only the steps that are named. Goes on
# after a failure. The last line sums up; a check counts as one test. Needs root, for the tests on the real host.
# Reports stay in .cache/reports. Exit status: 0 nothing failed; 1 something did; 2 wrong arguments, or cannot begin.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib/install.sh

steps=(types lint boundaries generated subset shell build build-without-v1 quickstart unit contract tools integration faults storm vm conformance kubelet bench)
reports=.cache/reports
passed=0 failed=0 skipped=0

command_of() { # command_of CHECK: sets `command`
  case $1 in
    types | lint | boundaries | generated | subset) command=(npm run --silent "check:$1") ;;
    shell) command=(shellcheck -x -S warning scripts/*.sh scripts/lib/*.sh tests/vm/*.sh .ci/run) ;;
    build) command=(node scripts/build.mjs --fast) ;; # types are a check of their own
    quickstart) command=(scripts/quickstart.sh) ;;
    storm) command=(npm run --silent storm -- --kills 20 --seed 1) ;;
    bench) command=(npm run --silent bench -- --work "pods,exec" --against "janus,floor" --rounds 1 --out .cache/bench-smoke) ;; # that it runs
    build-without-v1) command=(node scripts/build.mjs --v1 off --out .cache/build-without-v1) ;;
  esac
}

# Each step has half an hour: whatever hangs is a failure.
bounded() { timeout --kill-after=30 1800 "$@"; }

check() { # check NAME: one test, whose output is shown if it fails
  local command=() log=$reports/$1.log
  command_of "$1"
  if bounded "${command[@]}" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $1"
  else
    failed=$((failed + 1))
    cat "$log"
    echo "FAILED  $1"
  fi
}

# The numbers are the runner's own. One that fails without a failed test (it crashed, or found no test) is one failure.
run_tests() { # run_tests NAME VITEST...
  local report=$reports/$1.json status=0 counts p=0 f=0 s=0
  rm -f "$report"
  bounded "${@:2}" --reporter=default --reporter=json --outputFile.json="$report" || status=$?
  if counts=$(node scripts/lib/count.mjs "$report"); then read -r p f s <<<"$counts"; else status=1; fi
  if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  if [ "$f" -eq 0 ]; then echo "ok      $1: $p passed, $s skipped"; else echo "FAILED  $1: $f of $((p + f))"; fi
}

# An emulated machine with systemd and cgroup v2. Its parts are Debian's packages, so that one which cannot be had is a failure.
run_machine() {
  if install_packages "${machine_packages[@]}"; then run_tests vm npx vitest run --project vm; else failed=$((failed + 1)) && echo "FAILED  vm: no machine can be made"; fi
}

# The field's own clients. What cannot be had here (no Go, a module that is refused) leaves tests skipped, not failed.
build_tools() {
  local status=0
  timeout --kill-after=30 1800 scripts/test-tools.sh >"$reports/tools.log" 2>&1 || status=$?
  case $status in
    0) passed=$((passed + 1)) && echo "ok      tools" ;;
    3) skipped=$((skipped + 1)) && grep '^test-tools:' "$reports/tools.log" && echo "skipped tools: not all can be had here" ;;
    *) failed=$((failed + 1)) && cat "$reports/tools.log" && echo "FAILED  tools" ;;
  esac
}

# The numbers are critest's own; a suite whose critest is not there counts as one skipped test.
run_conformance() {
  local log=$reports/conformance.log status=0 p f s missing
  bounded npm run --silent conformance >"$log" 2>&1 || status=$?
  grep -E '^critest|^  ' "$log" || true
  missing=$(grep -c 'could not run' "$log" || true)
  if read -r p f s < <(sed -nE 's/^conformance: ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log"); then :; else p=0 f=1 s=0; fi
  if [ "$status" -ne 0 ] && [ "$status" -ne 3 ] && [ "$f" -eq 0 ]; then f=1; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s + missing))
  if [ "$f" -eq 0 ]; then echo "ok      conformance: $p passed, $s skipped, $missing suites not to be had"; else tail -n 30 "$log" && echo "FAILED  conformance: $f"; fi
}

# The short form, which needs minutes; building a kubelet needs more, so only the newest is built. One that stands there already is used.
run_kubelets() {
  local suite version api tools=${JANUS_TOOLS:-.tools}
  timeout --kill-after=30 1800 scripts/test-tools.sh kubelet kubectl 1.29 >"$reports/kubelet-build.log" 2>&1 || tail -n 5 "$reports/kubelet-build.log"
  for suite in 1.29:v1 1.25:v1alpha2; do
    version=${suite%:*} api=${suite#*:}
    if [ -x "$tools/kubelet-$version" ]; then
      run_tests "kubelet-$version-$api" npm run --silent test:kubelet -- --version "$version" --api "$api" --short --
    else
      skipped=$((skipped + 1))
      echo "skipped kubelet-$version-$api: scripts/test-tools.sh kubelet $version builds it, in ten minutes or more"
    fi
  done
}

selected() { # selected STEP ARGUMENT...: whether the arguments name it, or name none
  local step=$1 argument
  shift
  [ $# -gt 0 ] || return 0
  for argument; do [ "$argument" != "$step" ] || return 0; done
  return 1
}

for argument; do
  [[ " ${steps[*]} " == *" $argument "* ]] || { echo "test: unknown step: $argument (steps: ${steps[*]})" >&2; exit 2; }
done
require_node || exit 2
install_packages "${janus_packages[@]}" "${test_packages[@]}" || exit 2
install_modules || exit 2
mkdir -p "$reports"
for step in "${steps[@]}"; do
  selected "$step" "$@" || continue
  case $step in
    unit | contract | integration | faults) run_tests "$step" npx vitest run --project "$step" ;;
    vm) run_machine ;;
    tools) build_tools ;;
    conformance) run_conformance ;;
    kubelet) run_kubelets ;;
    *) check "$step" ;;
  esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
