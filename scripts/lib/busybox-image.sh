#!/usr/bin/env bash
# busybox-image.sh STORE RUNROOT NAME: a small image from Debian's busybox-static, built into a containers/storage store. No registry.
set -euo pipefail
buildah=(buildah --root "$1" --runroot "$2" --storage-driver overlay)
container=$("${buildah[@]}" from scratch)
root=$("${buildah[@]}" mount "$container")
mkdir -p "$root"/{bin,dev,etc,home,proc,root,sys,tmp,var}
chmod 1777 "$root/tmp"
install -m 755 /bin/busybox "$root/bin/busybox"
for applet in $(/bin/busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' > "$root/etc/passwd"
printf 'root:x:0:\nnobody:x:65534:\n' > "$root/etc/group"
"${buildah[@]}" umount "$container" > /dev/null
"${buildah[@]}" config --cmd sh --env PATH=/bin "$container"
"${buildah[@]}" commit -q --rm "$container" "$3" > /dev/null
