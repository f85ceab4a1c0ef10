# shellcheck shell=bash
# install.sh: what Janus and its tests need on a Debian machine; sourced. Expects `set -euo pipefail`.

# To run pods: the monitor and the runtimes, the network plugins, the image tools with their configuration.
# shellcheck disable=SC2034 # for those who source this
janus_packages=(
  conmon runc crun catatonit
  containernetworking-plugins iptables iproute2
  skopeo containers-storage golang-github-containers-common ca-certificates
)
# To test: images of its own making, a registry to pull them from, shells and a terminal for the command, Prometheus, the check of these scripts.
# shellcheck disable=SC2034
test_packages=(attr buildah busybox-static curl docker-registry fish jq openssl prometheus runsc shellcheck tmux zsh criu)

# To boot a machine with systemd and cgroup v2, of Debian's packages, in emulation.
# shellcheck disable=SC2034
machine_packages=(qemu-system-x86 debootstrap e2fsprogs buildah busybox-static)

# install_packages PACKAGE...: installs those that are missing; says nothing and asks no network if none is.
install_packages() {
  local package missing=()
  for package; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    echo "install: root is needed to install ${missing[*]}" >&2
    return 1
  fi
  echo "install: ${missing[*]}"
  apt-get -q update >/dev/null
  # In runlevel 1 no service is started by its installation.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# require_node: fails with a reason unless Node.js is there in a version that Janus runs on.
require_node() {
  local major
  if ! major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || ! command -v npm >/dev/null; then
    echo "install: Node.js 20 or later with npm is needed: https://nodejs.org/en/download" >&2
    return 1
  fi
  [ "$major" -ge 20 ] || { echo "install: Node.js 20 or later is needed, this is $(node --version)" >&2; return 1; }
}

# install_modules: npm packages in the versions of package-lock.json; again only when it changed. Not `npm ci`: that refuses a lock file
# which lacks the optional packages of other platforms, and not every registry has them all.
install_modules() {
  local installed=node_modules/.package-lock.json
  if [ -e "$installed" ] && [ ! package-lock.json -nt "$installed" ]; then return 0; fi
  echo "install: npm packages"
  npm install --no-save --no-fund --no-audit --loglevel=error
}
