#!/usr/bin/env bash
# Runs an Exim of its own in the foreground, as final destination: every recipient's mail goes to the maildir DIR/var/inbox, except those whose local
# part is "unknown", who are refused. Wants STARTTLS (DIR/cert.pem) and AUTH PLAIN or LOGIN as gateway, password "pass word". Offers CHUNKING and DSN.
#
#   tests/peers/exim.sh DIR PORT      log: DIR/var/log
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/certificate.sh"
mkdir -p "$1/etc/exim4" "$1/var/log/exim4" "$1/var/spool/exim4" "$1/var/inbox"
dir=$(cd "$1" && pwd)
certificate "$dir/cert.pem" "$dir/key.pem"
cp "$dir/cert.pem" "$dir/key.pem" "$dir/etc/exim4/"
chmod 755 "$dir"
chmod 644 "$dir/etc/exim4/key.pem"
chmod 777 "$dir/var/log/exim4" "$dir/var/spool/exim4" "$dir/var/inbox"

cat >"$dir/etc/exim4/exim4.conf" <<CONF
primary_hostname = exim.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = $2
spool_directory = /var/spool/exim4
log_file_path = /var/log/exim4/%slog
pid_file_path = /var/spool/exim4/exim.pid
message_size_limit = 50M
accept_8bitmime = true
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = /etc/exim4/cert.pem
tls_privatekey = /etc/exim4/key.pem
auth_advertise_hosts = \${if eq{\$tls_in_cipher}{}{}{*}}
chunking_advertise_hosts = *
dsn_advertise_hosts = *
acl_smtp_rcpt = recipient

begin acl
recipient:
  deny !authenticated = *
       message = 5.7.0 authentication required
  deny local_parts = unknown
       message = 5.1.1 no such user
  accept

begin routers
all:
  driver = accept
  transport = box

begin transports
box:
  driver = appendfile
  directory = /var/inbox
  maildir_format
  user = vmail
  envelope_to_add
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = \${if and{{eq{\$auth2}{gateway}}{eq{\$auth3}{pass word}}}}
  server_set_id = \$auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if and{{eq{\$auth1}{gateway}}{eq{\$auth2}{pass word}}}}
  server_set_id = \$auth1
CONF
exec bash "$here/enter.sh" "$dir" /usr/sbin/exim4 -bdf -q1m
