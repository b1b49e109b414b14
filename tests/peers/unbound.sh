#!/usr/bin/env bash
# Runs a validating resolver (Unbound) of its own in the foreground, which knows the zones of tests/peers/nsd.sh and nothing else.
#
#   tests/peers/unbound.sh DIR PORT NSDPORT ANCHOR      ANCHOR: file with the DS record of signed.test; log: standard error
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1/etc/unbound"
dir=$(cd "$1" && pwd)
cp "$4" "$dir/etc/unbound/anchor"
chmod 755 "$dir"
cat >"$dir/etc/unbound.conf" <<CONF
server:
  interface: 127.0.0.1@$2
  username: ""
  chroot: ""
  directory: "/run"
  pidfile: "/run/unbound.pid"
  use-syslog: no
  verbosity: 1
  val-log-level: 2
  do-ip6: no
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor-file: "/etc/unbound/anchor"
  domain-insecure: "plain.test"
  local-zone: "test." nodefault
  qname-minimisation: no
remote-control:
  control-enable: no
stub-zone:
  name: "signed.test"
  stub-addr: 127.0.0.1@$3
stub-zone:
  name: "plain.test"
  stub-addr: 127.0.0.1@$3
CONF
exec bash "$here/enter.sh" "$dir" /usr/sbin/unbound -d -c /etc/unbound.conf
