#!/bin/bash
# build-busybox.sh: a static busybox for the test images, from Debian's busybox *source* package.
# Debian's ready-made busybox-static does not do for critest: it lacks pgrep and ipcs, and its shell runs
# applets without looking at PATH (FEATURE_SH_STANDALONE), so masking /bin/ls has no effect on "sh -c ls".
set -euo pipefail
. "$(dirname "$0")/common.sh"
[ -x "$OUT/busybox" ] && exit 0
cd "$W"

# the machine's own Debian sources, asked for source packages, in lists of our own
mkdir -p apt/lists/partial apt/cache/archives/partial apt/sources.list.d
sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > apt/sources.list.d/debian.sources
apt=(apt-get -q -oDir::Etc::sourcelist=/dev/null "-oDir::Etc::sourceparts=$W/apt/sources.list.d"
  "-oDir::State::Lists=$W/apt/lists" "-oDir::Cache=$W/apt/cache" -oAPT::Sandbox::User=root)
ls busybox_*.dsc >/dev/null 2>&1 || { "${apt[@]}" update; "${apt[@]}" source --download-only busybox; }
rm -rf busybox-src
dpkg-source --no-check -x busybox_*.dsc busybox-src

cd busybox-src
cp debian/config/pkg/static .config
option() { # option NAME LINE
  sed -i "/^CONFIG_$1=/d;/^# CONFIG_$1 is not set/d" .config
  echo "$2" >> .config
}
for o in FEATURE_SH_STANDALONE FEATURE_PREFER_APPLETS FEATURE_SH_NOFORK FEATURE_SUID_CONFIG; do
  option $o "# CONFIG_$o is not set"
done
for o in PGREP PKILL IPCS IPCRM SHA256SUM SHA512SUM; do option $o "CONFIG_$o=y"; done
(set +o pipefail; yes '' | make oldconfig >/dev/null 2>&1)
nice -n 10 make -j2 SKIP_STRIP=n busybox > "$W/busybox.log" 2>&1 || { tail -20 "$W/busybox.log"; exit 1; }
install -m755 busybox "$OUT/busybox"
echo "busybox: $("$OUT/busybox" --list | wc -l) applets"
