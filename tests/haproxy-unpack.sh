#!/usr/bin/env bash
# Unpacks Debian's HAProxy into a directory, without installing it: no user, no service, no file outside is made.
#
#   tests/haproxy-unpack.sh [DIR]      DIR is artifacts/haproxy when left out
#
# Afterwards DIR/bin/haproxy is a wrapper that sets the library path and then execs. Does nothing when DIR is complete, so it needs the network only once.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/tests/unpack.sh"
layout=1
unpack_begin "${1:-$here/artifacts/haproxy}" "$layout"
unpack_all haproxy usr/sbin/haproxy

cat >"$dir/bin/haproxy" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH='$(library_path)' exec '$dir/root/usr/sbin/haproxy' "\$@"
WRAPPER
chmod 755 "$dir/bin/haproxy"
"$dir/bin/haproxy" -v >"$dir/version"
unpack_end "$layout"
