#!/usr/bin/env bash
# quickstart.sh: on a fresh Debian machine with Node.js: installs what is missing, builds Janus, and runs a real pod that one CRI version makes and the
# other sees. Everything is private to a temporary directory and is gone at the end, also after a failure. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib/install.sh

say() { printf '\n== %s\n' "$*"; }

say "Installing what is missing (Debian packages, npm packages)"
require_node
install_packages "${janus_packages[@]}" buildah busybox-static
install_modules

say "Building Janus"
node scripts/build.mjs

work=$(mktemp -d "${TMPDIR:-/tmp}/janus-quickstart.XXXXXX")
# At most 15 characters, as every interface name.
bridge=janus-${work##*.}
cgroup=/janus-quickstart-${work##*.}
daemon=

clean_up() {
  local path
  [ -z "$daemon" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null; } || true
  while read -r path; do umount -l "$path"; done < <(awk -v d="$work/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
  ip link delete "$bridge" 2>/dev/null || true
  for path in /sys/fs/cgroup"$cgroup" /sys/fs/cgroup/*"$cgroup"; do [ ! -d "$path" ] || rmdir "$path"; done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say "Making a small image from Debian's busybox, without a registry"
scripts/lib/busybox-image.sh "$work/graph/storage" "$work/state/storage" docker.io/library/quickstart:latest

say "Starting a private janusd with both CRI versions, in $work"
mkdir "$work/cni"
cat >"$work/cni/10-quickstart.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "quickstart", "plugins": [
  {"type": "bridge", "bridge": "$bridge", "isGateway": true,
   "ipam": {"type": "host-local", "dataDir": "$work/ipam", "ranges": [[{"subnet": "10.87.0.0/24"}]]}}]}
JSON
cat >"$work/daemon.json" <<JSON
{"hosts": ["unix://$work/janus.sock"], "graph": "$work/graph", "state": "$work/state", "pidfile": "$work/janusd.pid",
 "log-driver": "stdout", "enable-cri-v1": true, "cgroup-parent": "$cgroup",
 "network-plugin": "cni", "cni-conf-dir": "$work/cni", "cni-bin-dir": "/usr/lib/cni;/opt/cni/bin"}
JSON
bin/janusd --config "$work/daemon.json" >"$work/janusd.log" 2>&1 &
daemon=$!

if ! node scripts/run-ts.mjs scripts/lib/quickstart.mjs "$work"; then
  say "That did not work. The end of janusd's log:"
  tail -n 20 "$work/janusd.log"
  exit 1
fi

say "Stopping janusd and cleaning up"
clean_up
trap - EXIT
say "Done: a pod made over v1alpha2 was seen, used and removed over v1."
