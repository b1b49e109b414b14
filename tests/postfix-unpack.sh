#!/usr/bin/env bash
# Unpacks Debian's Postfix into a directory, without installing it: no user, no service, no file outside is made.
#
#   tests/postfix-unpack.sh [DIR]      DIR is artifacts/postfix when left out
#
# Afterwards DIR holds
#   bin/smtp-source, bin/smtp-sink, bin/postqueue ...   wrappers that set library path and configuration and then exec
#   root/                                               the package's files, with libraries that the system lacks
# Does nothing when DIR is complete, so it needs the network only once. Debian only; asks apt for the packages.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/tests/unpack.sh"
layout=3
unpack_begin "${1:-$here/artifacts/postfix}" "$layout"
unpack_all postfix 'usr/sbin/*' 'usr/lib/postfix/sbin/*'

# The tools read a main.cf; theirs says only what they would otherwise complain about.
mkdir "$dir/tools"
printf 'compatibility_level = 3.6\ninet_protocols = ipv4\n' >"$dir/tools/main.cf"
: >"$dir/tools/master.cf"
library_path >"$dir/library-path"
for program in smtp-source smtp-sink postconf postqueue postmap; do
    cat >"$dir/bin/$program" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH='$(library_path)' MAIL_CONFIG="\${MAIL_CONFIG:-$dir/tools}" exec '$dir/root/usr/sbin/$program' "\$@"
WRAPPER
    chmod 755 "$dir/bin/$program"
done

"$dir/bin/postconf" -h mail_version >"$dir/version"
unpack_end "$layout"
