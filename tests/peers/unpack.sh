#!/usr/bin/env bash
# Unpacks Debian's Exim, OpenSMTPD, Dovecot, NSD, Unbound and ldns tools into a directory, without installing them: no user, no service, no file
# outside is made. They look for their files at paths that are compiled in; tests/peers/enter.sh shows them the directory there.
#
#   tests/peers/unpack.sh [DIR]      DIR is artifacts/peers when left out
#
# Afterwards DIR/root holds their files and those of the libraries that the system lacks. Does nothing when DIR is complete, so it needs the
# network only once. Debian only; asks apt for the packages.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=${1:-$here/artifacts/peers}
layout=1
[ -e "$dir/complete-$layout" ] && exit 0
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
rm -rf "$dir/root" "$dir"/complete-*
mkdir -p "$dir/root" "$dir/deb/partial"

fetch() { # the packages, and what they want and the system lacks
    apt-get -qq install -y --download-only --no-install-recommends \
        -o APT::Sandbox::User=root -o Dir::Cache::archives="$dir/deb" "$@" >/dev/null
}

# Each alone: Debian's mail servers exclude each other.
groups=("exim4-daemon-heavy exim4-base" "opensmtpd" "dovecot-core dovecot-lmtpd" "nsd" "unbound" "ldnsutils")
for group in "${groups[@]}"; do
    read -ra packages <<<"$group"
    fetch "${packages[@]}" || { # old package lists name files that are gone
        apt-get -qq update
        fetch "${packages[@]}"
    }
done

for deb in "$dir"/deb/*.deb; do
    dpkg -x "$deb" "$dir/root"
done

# Where /lib is a link to /usr/lib, what packages put into /lib belongs there.
for name in lib sbin bin; do
    if [ -L "/$name" ] && [ -d "$dir/root/$name" ]; then
        mkdir -p "$dir/root/usr/$name"
        cp -a "$dir/root/$name/." "$dir/root/usr/$name/"
        rm -rf "${dir:?}/root/$name"
    fi
done
rm -f "$dir"/deb/*.deb
touch "$dir/complete-$layout"
