#!/bin/sh
# isolated.sh COMMAND...: runs it where a kubelet changes nothing of the host. A kubelet has paths and kernel settings that no option moves:
# here they are directories and files of our own, in a mount namespace of our own, and so is the network. Cgroups are the host's: tests take
# theirs away.
set -eu
[ "$1" = --inside ] || exec unshare --mount --net --propagation private "$0" --inside "$@"
shift
work=$(mktemp -d /tmp/janus-kubelet-host-XXXXXX)
clean_up() {
  umount -l /var/lib/kubelet /var/log || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 143' TERM INT
mkdir -p "$work/log" "$work/kubelet" "$work/sysctl" /var/lib/kubelet
mount --bind "$work/log" /var/log
mount --bind "$work/kubelet" /var/lib/kubelet

# A kubelet sets these at its start, for the whole machine.
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  [ -e "/proc/sys/$setting" ] || continue
  copy=$work/sysctl/$(echo "$setting" | tr / _)
  cat "/proc/sys/$setting" >"$copy"
  mount --bind "$copy" "/proc/sys/$setting"
done

# A node has an address, by which its host ports are reached; without a default route a kubelet finds none.
ip link set lo up
ip link add node0 type bridge
ip address add 10.89.0.1/24 dev node0
ip link set node0 up
ip route add default dev node0
echo 1 >/proc/sys/net/ipv4/ip_forward

status=0
"$@" || status=$?
exit "$status"
