#!/usr/bin/env bash
# Installs the pinned nodemailer into a directory; does nothing when it is there already, so it needs the network only once.
#
#   tests/clients/nodemailer/install.sh [DIR]      DIR is artifacts/nodemailer when left out
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:-$here/../../../artifacts/nodemailer}
if [ -e "$dir/complete" ] && cmp -s "$here/package-lock.json" "$dir/package-lock.json"; then
    exit 0
fi

mkdir -p "$dir"
rm -f "$dir/complete"
cp "$here/package.json" "$here/package-lock.json" "$dir/"
(cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
touch "$dir/complete"
