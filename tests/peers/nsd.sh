#!/usr/bin/env bash
# Runs an authoritative name server (NSD) of its own in the foreground, for the zones signed.test and plain.test, which DIR/signed.test.zone and
# DIR/plain.test.zone hold. The first is signed with a key made here; DIR/signed.test.anchor then has its DS record for a validator.
# Some of its records are changed after that, so that their signatures are wrong: TLSA data of 64 "a" become "b", an MX "before" becomes "after".
#
#   tests/peers/nsd.sh DIR PORT      log: standard error
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1/etc/zones" "$1/var/lib/nsd"
dir=$(cd "$1" && pwd)
chmod 755 "$dir"
cp "$dir"/*.zone "$dir/etc/zones/"
cat >"$dir/etc/nsd.conf" <<CONF
server:
  ip-address: 127.0.0.1@$2
  username: ""
  zonesdir: "/etc/zones"
  database: ""
  pidfile: "/run/nsd.pid"
  xfrdfile: "/run/xfrd.state"
  zonelistfile: "/run/zone.list"
  xfrdir: "/run"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: signed.test
  zonefile: signed
zone:
  name: plain.test
  zonefile: plain.test.zone
CONF

# Where it is entered, /etc can only be read: the keys and the signed zone are made in DIR.
cat >"$dir/sign.sh" <<'SIGN'
set -e
dir=$1
cd "$dir"
key=$(ldns-keygen -k -a ECDSAP256SHA256 -r /dev/urandom signed.test)
mv "$key.ds" signed.test.anchor
ldns-signzone -f signed signed.test.zone "$key"
sed -E -i 's/(\tTLSA\t.*)a{64}/\1bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/; s/(\tMX\t10 )before/\1after/' signed
cp signed etc/zones/signed
SIGN
bash "$here/enter.sh" "$dir" bash "$dir/sign.sh" "$dir" >&2
exec bash "$here/enter.sh" "$dir" /usr/sbin/nsd -d -c /etc/nsd.conf
