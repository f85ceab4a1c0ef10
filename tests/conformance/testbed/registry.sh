#!/bin/bash
# registry.sh start|stop|status: Debian's docker-registry on 127.0.0.1:5000, plain HTTP, without any state outside the testbed.
# start exits 0 when it started one, 4 when one answers there already; stop ends only the one that start started.
set -euo pipefail
. "$(dirname "$0")/common.sh"
PIDFILE=$T/run/registry.pid
answers() { curl -sf "http://$REGISTRY/v2/" >/dev/null; }

start() {
  if answers; then
    echo "a registry answers on $REGISTRY already"
    exit 4
  fi
  cat > "$T/registry.yml" <<Y
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $T/registry}
  delete: {enabled: true}
http:
  addr: $REGISTRY
Y
  setsid nohup docker-registry serve "$T/registry.yml" > "$T/run/registry.log" 2>&1 < /dev/null &
  echo $! > "$PIDFILE"
  for _ in $(seq 100); do
    answers && exit 0
    kill -0 "$(cat "$PIDFILE")" 2>/dev/null || break
    sleep 0.1
  done
  echo "the registry did not start:"
  tail "$T/run/registry.log"
  exit 1
}

stop() {
  local pid
  pid=$(cat "$PIDFILE" 2>/dev/null) || exit 0
  # the pid may be another program's by now
  if grep -aq docker-registry "/proc/$pid/cmdline" 2>/dev/null; then
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  fi
  rm -f "$PIDFILE"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  status) curl -s "http://$REGISTRY/v2/_catalog?n=1000" ;;
  *) echo "usage: registry.sh start|stop|status" >&2; exit 2 ;;
esac
