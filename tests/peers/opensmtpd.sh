#!/usr/bin/env bash
# Runs an OpenSMTPD of its own in the foreground, as final destination: every recipient's mail goes to the maildir DIR/var/inbox, except
# unknown@example.com, who is refused. Without TLS, and so without AUTH: version 6.8.0p2, which Debian 12 has, fails in every TLS handshake, as the
# process that keeps its keys does not work with OpenSSL 3.
#
#   tests/peers/opensmtpd.sh DIR PORT      log: standard error
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1/etc" "$1/var/spool/smtpd" "$1/var/inbox" "$1/var/lib/opensmtpd/empty" "$1/var/empty"
dir=$(cd "$1" && pwd)
chmod 755 "$dir"
chmod 711 "$dir/var/spool/smtpd"
chmod 777 "$dir/var/inbox"
cat >"$dir/etc/smtpd.conf" <<CONF
table everybody { "@" = "vmail" }
smtp max-message-size 50M
listen on 127.0.0.1 port $2 hostname opensmtpd.test
action "box" maildir "/var/inbox" virtual <everybody>
match from any for rcpt-to "unknown@example.com" reject
match from any for any action "box"
CONF
exec bash "$here/enter.sh" "$dir" /usr/sbin/smtpd -d -f /etc/smtpd.conf
