# Sourced by postfix-unpack.sh and haproxy-unpack.sh: takes Debian's packages apart in a directory without installing them, so that no user and no
# service is made and no file outside. Debian only; asks apt for the packages, each once.
#
#   unpack_begin DIR LAYOUT   exits with 0 when DIR was completed with this layout before; else clears it and sets dir
#   unpack_all PACKAGE PATTERN...
#                             puts the package below $dir/root, and the packages of all libraries that it wants and the system lacks;
#                             patterns, relative to $dir/root, name the programs that are looked at
#   library_path              prints the directories of those libraries, for LD_LIBRARY_PATH
#   unpack_end LAYOUT         marks DIR as complete

unpack_begin() {
    dir=$1
    if [ -e "$dir/complete-$2" ]; then
        exit 0
    fi
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    rm -rf "$dir/root" "$dir/bin" "$dir/tools" "$dir"/complete-*
    mkdir -p "$dir/root" "$dir/bin" "$dir/deb"
}

unpack_end() {
    touch "$dir/complete-$1"
}

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
    local path=$dir/root/usr/lib/$name directory
    for directory in "$dir"/root/usr/lib/*-linux-gnu* "$dir"/root/lib/*-linux-gnu*; do
        [ -d "$directory" ] && path=$path:$directory
    done
    printf '%s' "$path"
}

missing() { # the libraries that no program would find
    local program
    for program in "${programs[@]}"; do
        # Scripts are no ELF files: ldd refuses them, which is no fault.
        { LD_LIBRARY_PATH=$(library_path) ldd "$program" 2>/dev/null || true; } | awk '/not found/ { print $1 }'
    done | sort -u
}

unpack_all() {
    local pattern fetched deb package
    name=$1
    shift
    fetch "$name"
    programs=()
    for pattern in "$@"; do
        programs+=("$dir/root/"$pattern)
    done

    # Whatever libraries are missing come from the packages that the unpacked ones depend on.
    fetched=" $name "
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
        echo "$name: libraries not found: $(missing | tr '\n' ' ')" >&2
        exit 1
    fi
}
