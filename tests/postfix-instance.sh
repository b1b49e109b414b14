#!/usr/bin/env bash
# Runs a Postfix of its own, from the unpacked package, in the foreground. Touches nothing but DIR; loopback only. Needs root,
# as Postfix does; its processes run as the users mail and nobody and the
# group operator, which every Debian has; it wants three that differ.
#
#   tests/postfix-instance.sh DIR PORT             takes mail for every domain, final destination: DIR/mail/inbox (a maildir,
#                                                  files owned by nobody); offers STARTTLS (certificate DIR/cert.pem, for localhost
#                                                  and 127.0.0.1)
#   tests/postfix-instance.sh DIR PORT RELAYPORT   takes mail and relays it to 127.0.0.1:RELAYPORT, tuned for throughput
#   tests/postfix-instance.sh DIR PORT RELAYPORT CERTIFICATE KEY   the same, and offers STARTTLS with these PEM files
#
# Lines of DIR/main.add and DIR/master.add, where these files exist, are put at the end of its main.cf and master.cf.
#
# DIR should be under /tmp or another directory that nobody may enter. Log: DIR/mail.log. It accepts connections when
# DIR/queue/pid/master.pid is there and 127.0.0.1:PORT answers, usually within a second.
# Stop it: kill "$(cat DIR/queue/pid/master.pid)" (SIGTERM; Postfix stops its own children). Started from a program or from a
# script with "&", that is also the process id of this script.
# MAILMANAGER_POSTFIX_ROOT names the unpacked package; artifacts/postfix by default.
set -euo pipefail

if [ $# -lt 2 ]; then
    echo "usage: postfix-instance.sh DIR PORT [RELAYPORT]" >&2
    exit 2
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=${MAILMANAGER_POSTFIX_ROOT:-$here/artifacts/postfix}
bash "$here/tests/postfix-unpack.sh" "$root"
root=$(cd "$root" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
port=$2
relay=${3:-} certificate=${4:-} key=${5:-}

chmod 755 "$dir"
mkdir -p "$dir/etc" "$dir/data" "$dir/mail"
for queue in active bounce corrupt defer deferred flush hold incoming maildrop pid private public saved trace; do
    mkdir -p "$dir/queue/$queue"
done
chown mail "$dir/data"
chown -R mail "$dir/queue"
chown root "$dir/queue" "$dir/queue/pid"
chmod 700 "$dir/queue"/{active,bounce,corrupt,defer,deferred,flush,hold,incoming,private,saved,trace}
chgrp operator "$dir/queue/public" "$dir/queue/maildrop"
chmod 710 "$dir/queue/public"
chmod 730 "$dir/queue/maildrop"
chown nobody:nogroup "$dir/mail"

cat >"$dir/etc/main.cf" <<MAIN
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
daemon_directory = $root/root/usr/lib/postfix/sbin
command_directory = $root/root/usr/sbin
shlib_directory = $root/root/usr/lib/postfix
meta_directory = $root/root/etc/postfix
import_environment = MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH=$(cat "$root/library-path")
mail_owner = mail
setgid_group = operator
default_privs = nobody
maillog_file = $dir/mail.log
maillog_file_prefixes = $dir
myhostname = postfix.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
local_header_rewrite_clients =
always_add_missing_headers = no
smtpd_client_connection_count_limit = 0
disable_dns_lookups = yes
smtp_dns_support_level = disabled
message_size_limit = 104857600
default_process_limit = 200
in_flow_delay = 0
max_use = 1000
hash_queue_names = incoming active deferred
MAIN

if [ -n "$relay" ]; then
    cat >>"$dir/etc/main.cf" <<MAIN
relayhost = [127.0.0.1]:$relay
smtpd_tls_security_level = $([ -n "$certificate" ] && echo may || echo none)
smtpd_tls_cert_file = $certificate
smtpd_tls_key_file = $key
smtp_tls_security_level = none
initial_destination_concurrency = 20
default_destination_concurrency_limit = 50
smtp_connection_cache_destinations = static:all
smtp_connection_reuse_count_limit = 1000
minimal_backoff_time = 5s
queue_run_delay = 5s
MAIN
else
    if [ ! -e "$dir/cert.pem" ]; then
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
            -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
    fi
    cat >>"$dir/etc/main.cf" <<MAIN
smtpd_tls_security_level = may
smtpd_tls_cert_file = $dir/cert.pem
smtpd_tls_key_file = $dir/key.pem
smtpd_tls_received_header = yes
virtual_mailbox_domains = static:all
virtual_mailbox_base = $dir/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
virtual_mailbox_limit = 0
MAIN
fi

# service type private unpriv chroot wakeup maxproc command
cat >"$dir/etc/master.cf" <<MASTER
127.0.0.1:$port inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
local     unix  - n n - - local
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
MASTER

for file in main master; do
    if [ -e "$dir/$file.add" ]; then
        cat "$dir/$file.add" >>"$dir/etc/$file.cf"
    fi
done

# A session of its own, so that SIGTERM to master reaches all of its children and nobody else.
exec env LD_LIBRARY_PATH="$(cat "$root/library-path")" MAIL_CONFIG="$dir/etc" \
    setsid "$root/root/usr/lib/postfix/sbin/master" -c "$dir/etc"
