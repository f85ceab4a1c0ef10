# oci.sh: from a root file system to an image in the registry; sourced by build-images.sh.
TS=1700000000
STORE=vfs@$T/storage+$T/run/buildah
BAH=(buildah --root "$T/storage" --runroot "$T/run/buildah" --storage-driver vfs)

# image DIR NAME FORMAT [buildah config options]: amd64, from the root file system DIR.
# The format oci gives the same digests on every run (docker's config carries a random "container" id).
image() {
  local root=$1 name=$2 format=$3 c m
  shift 3
  find "$root" -print0 | xargs -0 touch -h -d @$TS
  c=$("${BAH[@]}" from scratch)
  m=$("${BAH[@]}" mount "$c")
  cp -a "$root/." "$m/"
  touch -d @$TS "$m"
  "${BAH[@]}" config --os linux --arch amd64 \
    --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" "$c"
  commit "$c" "$format" "$name"
}

# The other entry of every list: an arm64 image that must never be chosen here.
stub() { # stub NAME FORMAT
  local c m
  c=$("${BAH[@]}" from scratch)
  m=$("${BAH[@]}" mount "$c")
  echo "arm64 stub of $1" > "$m/wrong-architecture"
  touch -d @$TS "$m/wrong-architecture" "$m"
  "${BAH[@]}" config --os linux --arch arm64 --cmd /wrong-architecture "$c"
  commit "$c" "$2" "$1-arm64"
}

commit() { # commit CONTAINER FORMAT NAME
  "${BAH[@]}" umount "$1" >/dev/null
  "${BAH[@]}" commit -q --timestamp $TS --format "$2" "$1" "localhost/$3" >/dev/null
  "${BAH[@]}" rm "$1" >/dev/null
}

pushed_format() { [ "$1" = docker ] && echo v2s2 || echo "$1"; }

plain() { # plain NAME FORMAT REPOSITORY:TAG...: pushed as a single manifest
  local name=$1 format t
  format=$(pushed_format "$2")
  shift 2
  for t; do
    "${BAH[@]}" push -q --tls-verify=false --format "$format" "localhost/$name" "docker://$REGISTRY/$t"
    echo "  $t ($format)"
  done
}

list() { # list NAME FORMAT REPOSITORY:TAG...: pushed as a manifest list or OCI index of amd64 and the stub
  local name=$1 format t
  format=$(pushed_format "$2")
  stub "$name" "$2"
  shift 2
  "${BAH[@]}" manifest rm "localhost/$name-list" >/dev/null 2>&1 || true
  "${BAH[@]}" manifest create "localhost/$name-list" >/dev/null
  for t in arm64:-arm64 amd64:; do
    "${BAH[@]}" manifest add --os linux --arch "${t%%:*}" "localhost/$name-list" \
      "containers-storage:[$STORE]localhost/$name${t#*:}" >/dev/null
  done
  for t; do
    "${BAH[@]}" manifest push -q --all --tls-verify=false --format "$format" "localhost/$name-list" "docker://$REGISTRY/$t"
    echo "  $t ($format list)"
  done
}
