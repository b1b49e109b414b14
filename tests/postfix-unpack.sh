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
dir=${1:-$here/artifacts/postfix}
layout=3
if [ -e "$dir/complete-$layout" ]; then
    exit 0
fi

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
rm -rf "$dir/root" "$dir/bin" "$dir/tools" "$dir"/complete-*
mkdir -p "$dir/root" "$dir/bin" "$dir/tools" "$dir/deb"

if ! apt-cache show postfix >/dev/null 2>&1; then
    apt-get -qq update
fi

fetch() { # PACKAGE: download once, unpack; old package lists name files that are gone
    if ! compgen -G "$dir/deb/$1_*.deb" >/dev/null; then
        (
            cd "$dir/deb"
            apt-get -qq -o APT::Sandbox::User=root download "$1" >&2 || {
                apt-get -qq update >&2
                apt-get -qq -o APT::Sandbox::User=root download "$1" >&2
            }
        )
    fi
    dpkg -x "$dir/deb/$1"_*.deb "$dir/root"
}

library_path() {
    local path=$dir/root/usr/lib/postfix directory
    for directory in "$dir"/root/usr/lib/*-linux-gnu* "$dir"/root/lib/*-linux-gnu*; do
        [ -d "$directory" ] && path=$path:$directory
    done
    printf '%s' "$path"
}

missing() { # the libraries that no program would find
    local program
    for program in "$dir"/root/usr/sbin/* "$dir"/root/usr/lib/postfix/sbin/*; do
        # Scripts are no ELF files: ldd refuses them, which is no fault.
        { LD_LIBRARY_PATH=$(library_path) ldd "$program" 2>/dev/null || true; } | awk '/not found/ { print $1 }'
    done | sort -u
}

# Whatever libraries are missing come from the packages that the unpacked ones depend on.
fetch postfix
fetched=' postfix '
for _ in 1 2 3 4 5 6; do
    [ -n "$(missing)" ] || break
    for deb in "$dir"/deb/*.deb; do
        for package in $(dpkg-deb -f "$deb" Depends Pre-Depends | tr ',|' '\n\n' | sed -n 's/^\(.*: \)\{0,1\} *\(lib[a-z0-9.+-]*\).*/\2/p'); do
            if [[ $fetched != *" $package "* ]] && ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
                fetch "$package"
            fi
            fetched="$fetched$package "
        done
    done
done
if [ -n "$(missing)" ]; then
    echo "postfix-unpack: libraries not found: $(missing | tr '\n' ' ')" >&2
    exit 1
fi

# The tools read a main.cf; theirs says only what they would otherwise complain about.
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
touch "$dir/complete-$layout"
