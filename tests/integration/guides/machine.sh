#!/usr/bin/env bash
# machine.sh WORK COMMAND...: runs it as on a machine of its own: what it writes to /etc, /usr, /var and /run goes to WORK. Expects private
# mount, network and PID namespaces. In place of systemd there is a `systemctl` that starts and stops janusd. The domain `example` has registries.
set -euo pipefail
work=$1
here=$(cd "$(dirname "$0")" && pwd)
shift

ip link set lo up
for directory in etc usr var; do
  mkdir -p "$work/$directory/upper" "$work/$directory/work"
  mount -t overlay overlay -o "lowerdir=/$directory,upperdir=$work/$directory/upper,workdir=$work/$directory/work" "/$directory"
done
mkdir -p "$work/run" "$work/graph" "$work/home" /var/lib/janus
mount --bind "$work/run" /run
mount --bind "$work/graph" /var/lib/janus
rm -rf /etc/cni /etc/crictl.yaml /etc/containers/certs.d /etc/containers/registries.conf.d
mkdir -p /run/lock /etc/containers/certs.d

install -m 755 "$here/systemctl" /usr/local/bin/systemctl
fixtures=$here/../../fixtures/migrate
install -D -m 644 "$fixtures/config.toml" /etc/containerd/config.toml
install -D -m 644 "$fixtures/crio.conf" /etc/crio/crio.conf
install -D -m 644 "$fixtures/isulad.json" /etc/isulad/daemon.json
install -D -m 644 "$fixtures/docker.json" /etc/docker/daemon.json
[ -z "${CRICTL:-}" ] || install -m 755 "$CRICTL" /usr/local/bin/crictl

# docker.io is this machine's own registry; it is also served with a certificate of an own authority, and with a password.
echo '127.0.0.1 registry.example plain.example private.example' >>/etc/hosts
cat >/etc/containers/registries.conf <<END
unqualified-search-registries = ["docker.io"]
[[registry]]
prefix = "docker.io"
location = "127.0.0.1:5000"
insecure = true
END
"$here/registries.sh" "$work"

cd "$work/home"
status=0
HOME=$work/home "$@" || status=$?
systemctl stop janusd
exit "$status"
