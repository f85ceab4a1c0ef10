#!/usr/bin/env bash
# package.sh [DIRECTORY]: builds janus_<version>_<architecture>.deb into the directory (default: .cache/packages). The daemon, the command and
# the npm packages that they use are one bundle in /usr/lib/janus. Needs what a build needs, and dpkg-deb. No root.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(mkdir -p "${1:-.cache/packages}" && cd "${1:-.cache/packages}" && pwd)
version=$(node -p 'require("./package.json").version')
architecture=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

bundle() { # the program, and of npm packages only those that it uses when it runs
  local lib=$stage/usr/lib/janus
  mkdir -p "$lib/bin" "$stage/usr/bin" "$stage/usr/share/bash-completion/completions" "$stage/usr/share/fish/vendor_completions.d"
  node scripts/build.mjs --fast >/dev/null
  cp -r dist package.json "$lib/"
  cp bin/janus bin/janusd "$lib/bin/"
  cp package.json "$lib/package.json"
  node scripts/lib/runtime-modules.mjs "$lib/node_modules"
  ln -s ../lib/janus/bin/janus "$stage/usr/bin/janus"
  ln -s ../lib/janus/bin/janusd "$stage/usr/bin/janusd"
  "$lib/bin/janus" completion bash >"$stage/usr/share/bash-completion/completions/janus"
  "$lib/bin/janus" completion fish >"$stage/usr/share/fish/vendor_completions.d/janus.fish"
}

# Manual pages are the commands' own help.
manual() { # manual NAME
  local name=$1 page=$stage/usr/share/man/man8/$1.8
  mkdir -p "${page%/*}"
  {
    printf '.TH %s 8 "" "Janus %s"\n.SH NAME\n%s \\- of the container engine Janus\n.SH SYNOPSIS\n.nf\n' "${name^^}" "$version" "$name"
    "$stage/usr/lib/janus/bin/$name" --help | sed 's/\\/\\\\/g; s/^\./\\\&./; s/-/\\-/g'
    printf '.fi\n'
  } >"$page"
  gzip -9n "$page"
}

settings() {
  install -D -m 644 packaging/debian/daemon.json "$stage/etc/janus/daemon.json"
  install -D -m 644 packaging/debian/10-janus.conflist.example "$stage/usr/share/doc/janus/examples/10-janus.conflist"
  install -D -m 644 LICENSE "$stage/usr/share/doc/janus/copyright"
  install -D -m 644 packaging/systemd/janusd.service "$stage/usr/lib/systemd/system/janusd.service"
}

control() {
  mkdir "$stage/DEBIAN"
  cat >"$stage/DEBIAN/control" <<END
Package: janus
Version: $version
Architecture: $architecture
Maintainer: The Janus maintainers <maintainers@janus.invalid>
Section: admin
Priority: optional
Depends: conmon, runc | crun, catatonit, containernetworking-plugins, iptables, iproute2, skopeo, containers-storage, ca-certificates
Recommends: nodejs (>= 20)
Description: Kubernetes container engine that serves CRI v1alpha2 and CRI v1
 The daemon janusd and the command janus. Node.js 20 or later must be on the PATH; Debian 12 has an earlier one.
END
  echo /etc/janus/daemon.json >"$stage/DEBIAN/conffiles"
  install -m 755 packaging/debian/postinst packaging/debian/prerm "$stage/DEBIAN/"
}

bundle
manual janus
manual janusd
settings
control
dpkg-deb --root-owner-group --build "$stage" "$out/janus_${version}_${architecture}.deb"
