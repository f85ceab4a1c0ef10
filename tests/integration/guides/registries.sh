#!/usr/bin/env bash
# registries.sh WORK: one store of images, in WORK/images, served over plain HTTP (port 5000), with a certificate of an own authority (WORK/home/ca.crt), and
# with a password (user, pass:word).
set -euo pipefail
work=$1
cd "$work"
tls=$work/tls
mkdir -p "$tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=An own authority' -keyout "$tls/ca.key" -out home/ca.crt 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj '/CN=registry.example' -keyout "$tls/key" -out "$tls/request" 2>/dev/null
openssl x509 -req -in "$tls/request" -CA home/ca.crt -CAkey "$tls/ca.key" -CAcreateserial -days 2 -out "$tls/crt" \
  -extfile <(echo 'subjectAltName=DNS:registry.example') 2>/dev/null
# Of user and pass:word.
# shellcheck disable=SC2016
echo 'user:$2b$04$woIEu57u2voir7bR/Fpn6uYwKA4aLZHRL4.B5sMdXX3tU3gWsfBve' >"$tls/htpasswd"

serve() { # serve ADDRESS MORE-OF-HTTP MORE SCHEME
  local file=$tls/registry-${1##*:}.json
  echo "{\"version\": 0.1, \"log\": {\"level\": \"error\"}, \"storage\": {\"filesystem\": {\"rootdirectory\": \"$work/images\"}},
    \"http\": {\"addr\": \"$1\"$2}$3}" >"$file"
  setsid docker-registry serve "$file" >"$file.log" 2>&1 </dev/null &
  until curl -sk -o /dev/null "$4://$1/v2/"; do sleep 0.1; done
}

serve 127.0.0.1:5000 '' '' http
serve 127.0.0.1:443 ", \"tls\": {\"certificate\": \"$tls/crt\", \"key\": \"$tls/key\"}" '' https
serve 127.0.0.1:5001 '' ", \"auth\": {\"htpasswd\": {\"realm\": \"example\", \"path\": \"$tls/htpasswd\"}}" http
