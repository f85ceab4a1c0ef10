#!/bin/bash
# build-images.sh: substitutes for every image that critest 1.22 to 1.36 pulls, from Debian's packages and two
# small C programs, pushed to the registry on loopback. Starts that registry and leaves it running.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$HERE/rootfs.sh"
. "$HERE/oci.sh"
R=$W/rootfs
"$HERE/packages.sh"
"$HERE/build-busybox.sh"
"$HERE/registry.sh" start || [ $? -eq 4 ]

for p in nonewprivs pause; do gcc -Os -static -s -o "$W/$p" "$HERE/programs/$p.c"; done
unpack nginx nginx-common apache2-bin libapr1 libaprutil1

K=k8s-staging-cri-tools E=e2e-test-images

echo "== pause"
# one image per version: critest 1.36 counts the tags that share an id with pause:3.9
for v in 3.5 3.6 3.8 3.9 3.10 3.10.1; do
  rm -rf "$R/pause"
  mkdir -p "$R/pause"
  install -m755 "$W/pause" "$R/pause/pause"
  echo $v > "$R/pause/version"
  image "$R/pause" pause-$v docker --entrypoint '["/pause"]' --user 65535:65535
  list pause-$v docker pause:$v
done

echo "== busybox"
# every name is its own image: RemoveImage of one name may take all names of the same id along
busybox() { # busybox VARIANT list|plain REPOSITORY:TAG...
  local v=$1 how=$2
  shift 2
  base "$R/variant"
  echo "$v" > "$R/variant/etc/variant"
  image "$R/variant" "busybox-$v" oci --cmd sh
  "$how" "busybox-$v" oci "$@"
}
busybox 1.28 list library/busybox:1.28
busybox 1.29-2 list $E/busybox:1.29-2
busybox latest list library/busybox:latest
for v in 1 1-glibc 1-uclibc 1-musl 1.35.0-glibc 1.26.2-glibc; do # names of the image benchmarks
  busybox $v plain library/busybox:$v docker/library/busybox:$v
done

echo "== nginx, hostnet-nginx, httpd, nonewprivs"
nginx=(--cmd '["nginx","-g","daemon off;"]' --port 80/tcp --stop-signal SIGQUIT)
for t in library/nginx:latest library/nginx:1.18 $E/nginx:1.14-2; do
  nginxroot "$R/nginx" 80
  echo $t > "$R/nginx/etc/variant"
  image "$R/nginx" nginx-${t#*:} oci "${nginx[@]}"
  list nginx-${t#*:} oci $t
done
nginxroot "$R/hostnet" 12003
image "$R/hostnet" hostnet-nginx docker "${nginx[@]}"
plain hostnet-nginx docker $K/hostnet-nginx-amd64:latest
list hostnet-nginx docker $K/hostnet-nginx:latest
for t in library/httpd:latest $E/httpd:2.4.39-4; do
  httpdroot "$R/httpd"
  echo $t > "$R/httpd/etc/variant"
  image "$R/httpd" httpd-${t#*:} oci --cmd '["httpd-foreground"]' --port 80/tcp --stop-signal SIGWINCH \
    --workingdir /usr/local/apache2 \
    --env PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  list httpd-${t#*:} oci $t
done
base "$R/nnp"
install -m755 "$W/nonewprivs" "$R/nnp/nnp"
chmod 4755 "$R/nnp/nnp"
image "$R/nnp" nonewprivs docker --entrypoint '["/nnp"]'
list nonewprivs docker $E/nonewprivs:1.3 $E/nonewprivs:1.1 kubernetes-e2e-test-images/nonewprivs:1.1

echo "== images with a user"
base "$R/busybox"
for u in uid=1002 username=www-data uid-group=1003:1004 username-group=www-data:1004; do
  n=test-image-user-${u%%=*}
  image "$R/busybox" "$n" oci --cmd sh --user "${u#*=}"
  list "$n" docker "$K/$n:latest"
done
base "$R/predefined"
echo 'default-user:x:1000:1000:Linux User,,,:/home/default-user:/bin/sh' >> "$R/predefined/etc/passwd"
printf 'default-user:x:1000:\ngroup-defined-in-image:x:50000:default-user\n' >> "$R/predefined/etc/group"
mkdir -p "$R/predefined/home/default-user"
chown 1000:1000 "$R/predefined/home/default-user"
image "$R/predefined" test-image-predefined-group oci --cmd sh --user 1000
list test-image-predefined-group docker $K/test-image-predefined-group:latest

echo "== images for pulls, lists, tags and digests"
marked() { # marked NAME FILE: an image told apart by one empty file
  base "$R/marked"
  : > "$R/marked/$2"
  image "$R/marked" "$1" oci --cmd sh
}
for n in test-image-1 test-image-2 test-image-3 test-image-latest test-image-digest; do
  marked $n $n
  list $n docker $K/$n:latest
done
marked test-image-tags same-image
list test-image-tags docker $K/test-image-tags:1 $K/test-image-tags:2 $K/test-image-tags:3
marked test-image-tag-test test
list test-image-tag-test docker $K/test-image-tag:test
marked test-image-tag-all all
list test-image-tag-all docker $K/test-image-tag:all

curl -sf -o /dev/null -D - -H 'Accept: application/vnd.docker.distribution.manifest.list.v2+json' \
  "http://$REGISTRY/v2/$K/test-image-digest/manifests/latest" | tr -d '\r' |
  sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p' > "$OUT/digest.new"
grep -qx 'sha256:[0-9a-f]\{64\}' "$OUT/digest.new"
mv "$OUT/digest.new" "$OUT/test-image-digest" # its presence says that the build is complete
echo "digest of test-image-digest: $(cat "$OUT/test-image-digest")"
