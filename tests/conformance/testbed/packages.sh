#!/bin/bash
# packages.sh: installs the Debian packages that the testbed needs and that are missing.
set -euo pipefail
missing=()
for p in buildah docker-registry gcc libc6-dev make patch dpkg-dev bzip2 curl skopeo; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "installing ${missing[*]}"
apt-get -q update >/dev/null
# RUNLEVEL=1: docker-registry is installed without being started as a service on our port.
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}" >/dev/null
