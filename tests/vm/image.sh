#!/usr/bin/env bash
# image.sh: a Debian 12 machine with systemd and cgroup v2 alone, for qemu: root.ext4, vmlinuz and initrd.img, from Debian's packages, the
# Node.js of this host and an image of busybox. Kept in .cache/vm, made anew when what it is made of changes. Prints its folder. Needs root.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin:/sbin

packages=(
  systemd systemd-sysv dbus kmod iproute2 iptables procps ca-certificates
  conmon runc crun catatonit containernetworking-plugins
  skopeo containers-storage golang-github-containers-common
  linux-image-cloud-amd64
)
# Each takes a second to start, and nothing here asks for it.
unneeded=(
  getty@tty1.service serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
  e2scrub_all.timer e2scrub_reap.service fstrim.timer sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount
  sys-fs-fuse-connections.mount modprobe@configfs.service modprobe@drm.service modprobe@dm_mod.service
  modprobe@efi_pstore.service modprobe@fuse.service modprobe@loop.service systemd-journal-flush.service
  systemd-random-seed.service systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-pstore.service
  systemd-binfmt.service systemd-user-sessions.service systemd-logind.service systemd-sysusers.service
  systemd-udevd.service systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket
  systemd-modules-load.service systemd-remount-fs.service systemd-sysctl.service kmod-static-nodes.service
)
node=$(readlink -f "$(command -v node)")
made_of() { cat tests/vm/image.sh tests/vm/guest/* scripts/lib/busybox-image.sh && node --version && stat -c %s "$node"; }
folder=$PWD/.cache/vm/image-$(made_of | sha256sum | cut -c1-16)

install_node() { # with the libraries that the packages do not bring
  local library
  install -m 755 "$node" "$root/usr/local/bin/node"
  ldd "$node" | sed -nE 's/.* => (\/[^ ]+) .*/\1/p' | while read -r library; do
    [ -e "$root$library" ] || install -D -m 644 "$(readlink -f "$library")" "$root$library"
  done
}

# Disks and network are there before systemd runs: to look for every device there may be takes longer than all the rest of the boot.
prepare_boot() {
  local modules kernel initrd=$work/initrd
  kernel=$(basename "$root"/lib/modules/*)
  local system=/root # where the initrd mounts the machine's own file system
  mkdir -p "$initrd"/{bin,dev,root}
  cp /bin/busybox "$initrd/bin/busybox"
  modules=$(for module in virtio_pci virtio_blk virtio_net crc32c_generic ext4; do chroot "$root" modprobe --set-version "$kernel" --show-depends "$module"; done |
    sed -n 's/^insmod //p' | awk '!seen[$1]++ { print $1 }')
  for module in $modules; do install -D -m 644 "$root$module" "$initrd$module"; done
  {
    printf '#!/bin/busybox sh\n/bin/busybox mount -t devtmpfs dev /dev\n'
    for module in $modules; do echo "/bin/busybox insmod $module"; done
    printf 'until [ -b /dev/vdb ]; do /bin/busybox usleep 10000; done\n/bin/busybox mount -t ext4 -o noatime /dev/vda %s\n' "$system"
    printf '/bin/busybox mount -t ext4 -o ro /dev/vdb %s/opt/janus\nexec /bin/busybox switch_root %s /sbin/init\n' "$system" "$system"
  } >"$initrd/init"
  chmod 755 "$initrd/init"
  (cd "$initrd" && find . | busybox cpio -o -H newc) >"$work/initrd.img"
  cp "$root"/boot/vmlinuz-* "$work/vmlinuz"
}

configure() {
  echo janus-vm >"$root/etc/hostname"
  mkdir -p "$root"/{opt/janus,etc/janus,var/log/janus}
  ln -s /opt/janus/bin/janusd "$root/usr/bin/janusd"
  install -m 644 tests/vm/guest/*.service "$root/etc/systemd/system/"
  chroot "$root" systemctl -q enable janus-vm-agent.service
  chroot "$root" systemctl -q mask "${unneeded[@]}"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/usr/share/{doc,man,locale}
}

build() {
  debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" bookworm "$root"
  install_node
  prepare_boot
  configure
  scripts/lib/busybox-image.sh "$root/var/lib/janus/storage" "$work/run" docker.io/library/janus-test:latest
  mke2fs -q -t ext4 -d "$root" "$work/root.ext4" 3G
}

undo() {
  awk -v work="$work/" 'index($5, work) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r -n 1 umount -l
  rm -rf --one-file-system "$work"
}

mkdir -p .cache/vm
exec 9>.cache/vm/lock
flock 9
if [ ! -e "$folder/root.ext4" ]; then
  rm -rf .cache/vm/image-*
  work=$(mktemp -d "$PWD/.cache/vm/work-XXXXXX")
  trap undo EXIT
  root=$work/root
  build >"$PWD/.cache/vm/build.log" 2>&1 || { tail -n 30 .cache/vm/build.log >&2; exit 1; }
  mkdir "$folder.new"
  mv "$work"/{vmlinuz,initrd.img,root.ext4} "$folder.new"
  mv "$folder.new" "$folder"
fi
echo "$folder"
