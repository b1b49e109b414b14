#!/usr/bin/env bash
# Runs a program of an unpacked package as if it were installed: in a mount namespace of its own, in which the package's files lie over /usr and
# /etc, and /var and /run are DIR's. Nothing of it is seen outside. Needs root. The program keeps this script's process id.
#
#   tests/peers/enter.sh DIR PROGRAM [ARGUMENT...]
#
# DIR/etc lies over all: configuration. The users and groups that the packages' installation would make are there.
# MAILMANAGER_PEERS_ROOT names the unpacked packages; artifacts/peers by default.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
root=${MAILMANAGER_PEERS_ROOT:-$here/artifacts/peers}
bash "$here/tests/peers/unpack.sh" "$root"
root=$(cd "$root" && pwd)/root
dir=$(cd "$1" && pwd)
shift

mkdir -p "$dir/etc" "$dir/var/spool" "$dir/var/lib" "$dir/var/log" "$dir/var/tmp" "$dir/var/empty" "$root/usr" "$root/etc"
ln -sfn /run "$dir/var/run"
cp /etc/passwd /etc/group "$dir/etc/"
id=64901
for user in Debian-exim opensmtpd opensmtpq dovecot dovenull vmail; do
    echo "$user:x:$id:$id::/var/empty:/usr/sbin/nologin" >>"$dir/etc/passwd"
    echo "$user:x:$id:" >>"$dir/etc/group"
    id=$((id + 1))
done

enter=$(cat <<'SCRIPT'
set -e
root=$1 dir=$2
shift 2
mount -t overlay overlay -o "lowerdir=$root/usr:/usr" /usr
mount -t overlay overlay -o "lowerdir=$dir/etc:$root/etc:/etc" /etc
mount --bind "$dir/var" /var
mount -t tmpfs -o mode=755 tmpfs /run
exec "$@"
SCRIPT
)
exec unshare --mount --propagation private bash -c "$enter" enter "$root" "$dir" "$@"
