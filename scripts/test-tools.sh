#!/bin/bash
# test-tools.sh [crictl|critest|kubelet|kubectl|all]... [VERSION...]: the field's own programs for Janus' tests, built from
# their Go modules into $JANUS_TOOLS (default: .tools of the repository) as crictl-1.29, critest-1.29, kubelet-1.29.
# Default: crictl and critest of every version. critest brings the ginkgo that its parallel runs need. What is there
# already in the right version is kept.
# Exit status: 0 all there; 1 a build failed; 2 wrong arguments; 3 no Go, or a module is not to be had here.
set -euo pipefail
TOOLS=${JANUS_TOOLS:-$(cd "$(dirname "$0")/.." && pwd)/.tools}
declare -A CRI_TOOLS=([1.23]=v1.23.0 [1.25]=v1.25.0 [1.29]=v1.29.0 [1.36]=v1.36.0)
declare -A KUBERNETES=([1.23]=v1.23.17 [1.25]=v1.25.16 [1.29]=v1.29.15 [1.36]=v1.36.3)
declare -A REFUSED=() # MODULE@VERSION that this run asked for in vain

programs=() versions=()
for a; do
  case $a in
    crictl | critest | kubelet | kubectl) programs+=("$a") ;;
    all) programs+=(crictl critest kubelet kubectl) ;;
    *)
      [ "${CRI_TOOLS[$a]:-}" ] || { echo "test-tools: unknown program or version: $a (versions: 1.23 1.25 1.29 1.36)" >&2; exit 2; }
      versions+=("$a")
      ;;
  esac
done
[ ${#programs[@]} -gt 0 ] || programs=(crictl critest)
[ ${#versions[@]} -gt 0 ] || versions=(1.36 1.29 1.25 1.23)

wanted() { # wanted PROGRAM VERSION: the full version of it; fails when there is none
  local full
  case $1 in
    kube*) full=${KUBERNETES[$2]:-} ;;
    *) full=${CRI_TOOLS[$2]} ;;
  esac
  [ "$full" ] && echo "$full"
}

present() { # present PROGRAM VERSION
  local program=$TOOLS/$1-$2 flags=(--version) full said
  full=$(wanted "$1" "$2")
  [ "$1" != critest ] || [ -x "$TOOLS/ginkgo-$2" ] || return 1
  [ "$1" != critest ] || flags=(-version)
  [ "$1" != kubectl ] || flags=(version --client)
  said=$("$program" "${flags[@]}" 2>/dev/null) || return 1
  grep -qE "(^|[^0-9.])${full#v}($|[^0-9.])" <<<"$said"
}

source_of() { # source_of MODULE VERSION: a writable copy of the module's source in $SOURCE
  local answer dir
  [ -z "${REFUSED[$1@$2]:-}" ] || return 3
  if ! answer=$(go mod download -json "$1@$2" 2>&1); then
    REFUSED[$1@$2]=yes
    echo "test-tools: $1 $2 is not to be had here:" \
      "$(sed -n 's/^[[:space:]]*"Error": "[^ ]* \(.*\)".*/\1/p' <<<"$answer" | sed 's|[a-z]*://[^ ]* ||; s|\\n\\t|; |g')" >&2
    return 3
  fi
  dir=$(sed -n 's/^[[:space:]]*"Dir": "\(.*\)".*/\1/p' <<<"$answer")
  SOURCE=$(mktemp -d)
  cp -r "$dir/." "$SOURCE" && chmod -R u+w "$SOURCE"
}

go_build() { # go_build OUTPUT PACKAGE LDFLAGS [test]: OUTPUT appears only when whole
  local verb=(build)
  [ "${4:-}" = test ] && verb=(test -c)
  (cd "$SOURCE" && CGO_ENABLED=0 GOFLAGS=-mod=mod GOWORK=off nice -n 10 go "${verb[@]}" -p "${JOBS:-2}" -trimpath \
    -buildvcs=false -ldflags "$3" -o "$1.new" "$2") && mv "$1.new" "$1"
}

# The module of cri-tools changed its own name over time: what go.mod says names the package of the version string.
build_cri_tools() { # build_cri_tools PROGRAM VERSION
  local full=${CRI_TOOLS[$2]} name ldflags ginkgo
  source_of github.com/kubernetes-sigs/cri-tools "$full" || return
  name=$(sed -n 's/^module //p' "$SOURCE/go.mod")
  ldflags="-X $name/pkg/version.Version=${full#v}"
  [ "$1" = critest ] || { go_build "$TOOLS/crictl-$2" ./cmd/crictl "$ldflags"; return; }
  ginkgo=$(grep -oE 'github.com/onsi/ginkgo(/v2)?' "$SOURCE/go.mod" | head -1)
  go_build "$TOOLS/ginkgo-$2" "$ginkgo/ginkgo" '' && go_build "$TOOLS/critest-$2" ./cmd/critest "$ldflags" test
}

# In the repository of Kubernetes its own libraries are replaced by folders, which the module does not carry: take the
# published ones of the same release instead.
build_kubernetes() { # build_kubernetes PROGRAM VERSION
  local full=${KUBERNETES[$2]} library edits=()
  source_of k8s.io/kubernetes "$full" || return
  for library in $(grep -oE '=> \./staging/src/k8s\.io/[a-z-]+' "$SOURCE/go.mod" | sed 's|.*/||' | sort -u); do
    edits+=("-replace=k8s.io/$library=k8s.io/$library@v0.${full#v1.}")
  done
  (cd "$SOURCE" && GOWORK=off go mod edit "${edits[@]}") || return
  JOBS=1 go_build "$TOOLS/$1-$2" "./cmd/$1" "-X k8s.io/component-base/version.gitVersion=$full"
}

SOURCE=
forget_source() {
  [ -z "$SOURCE" ] || rm -rf "$SOURCE"
  SOURCE=
}
trap forget_source EXIT

build() { # build PROGRAM VERSION
  local how=build_cri_tools status=0
  [[ $1 != kube* ]] || how=build_kubernetes
  "$how" "$1" "$2" || status=$?
  forget_source
  return $status
}

obtain() { # obtain PROGRAM VERSION: builds what is missing; one build of each at a time, whoever asks
  local status=0
  present "$1" "$2" && return
  command -v go >/dev/null || { echo "test-tools: Go is not installed, $1-$2 cannot be built" >&2; return 3; }
  exec 9> "$TOOLS/.lock-$1-$2"
  flock 9
  present "$1" "$2" && return
  build "$1" "$2" 9>&- || status=$?
  [ $status -ne 3 ] || return 3
  [ $status -eq 0 ] && present "$1" "$2" && { echo "test-tools: built $TOOLS/$1-$2"; return; }
  echo "test-tools: building $1-$2 failed" >&2
  return 1
}

mkdir -p "$TOOLS"
worst=0
for p in "${programs[@]}"; do
  for v in "${versions[@]}"; do
    wanted "$p" "$v" >/dev/null || continue
    status=0
    obtain "$p" "$v" || status=$?
    [ $status -eq 0 ] || [ $worst -eq 1 ] || worst=$status
  done
done
exit $worst
