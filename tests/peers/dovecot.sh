#!/usr/bin/env bash
# Runs a Dovecot of its own in the foreground that speaks LMTP with STARTTLS (DIR/cert.pem). Mailboxes are maildirs, DIR/var/mail/NAME: user, second,
# and full, whose quota lets nothing in for now (452); whoever else is refused by RCPT.
#
#   tests/peers/dovecot.sh DIR PORT      log: standard error
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/certificate.sh"
mkdir -p "$1/etc/dovecot" "$1/var/mail" "$1/var/lib/dovecot"
dir=$(cd "$1" && pwd)
certificate "$dir/cert.pem" "$dir/key.pem"
cp "$dir/cert.pem" "$dir/key.pem" "$dir/etc/dovecot/"
chmod 755 "$dir"
chmod 777 "$dir/var/mail"
cat >"$dir/etc/dovecot/users" <<'USERS'
user:{PLAIN}x::::::
second:{PLAIN}x::::::
full:{PLAIN}x::::::userdb_quota_rule=*:bytes=10
USERS
cat >"$dir/etc/dovecot/dovecot.conf" <<CONF
protocols = lmtp
listen = 127.0.0.1
hostname = dovecot.test
log_path = /dev/stderr
ssl = yes
ssl_cert = </etc/dovecot/cert.pem
ssl_key = </etc/dovecot/key.pem
auth_username_format = %Ln
mail_location = maildir:/var/mail/%n
mail_plugins = quota
quota_full_tempfail = yes
first_valid_uid = 1000
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=1G
}
passdb {
  driver = passwd-file
  args = username_format=%n /etc/dovecot/users
}
userdb {
  driver = passwd-file
  args = username_format=%n /etc/dovecot/users
  default_fields = uid=vmail gid=vmail home=/var/mail/%n
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $2
  }
}
CONF
exec bash "$here/enter.sh" "$dir" /usr/sbin/dovecot -F -c /etc/dovecot/dovecot.conf
