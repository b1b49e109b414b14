#!/usr/bin/env bash
# A great backlog: queues N messages for a relay that is not there, kills the server (-9), and measures a start with all of them: time until it
# listens and its memory. Then the relay is there; in the middle of the deliveries the server is killed again and started again. In the end all that
# was acknowledged must have arrived; what arrived twice is counted.
#
#   perf/backlog.sh [--messages N] [--directory DIR]
#
# N is 1,000,000 by default, which takes about 2 GiB below DIR (default /tmp); they are deleted at the end. Loopback only; builds nothing: needs
# dotnet build -c Release of src/MailManager.Mta and perf/MailManager.LoadTests.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
messages=1000000 parent=${TMPDIR:-/tmp}
while [ $# -gt 0 ]; do
    case $1 in
        --messages) messages=$2; shift ;;
        --directory) parent=$2; shift ;;
        *) sed -n 2,10p "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
    shift
done
executable=${MAILMANAGER_EXECUTABLE:-$PWD/src/MailManager.Mta/bin/Release/net10.0/mailmanager}
load=(dotnet "$PWD/perf/MailManager.LoadTests/bin/Release/net10.0/MailManager.LoadTests.dll")
work=$(mktemp -d "$parent/backlog-XXXXXX")
server='' sink=''
finish() {
    [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
    [ -z "$sink" ] || kill "$sink" 2>/dev/null || true
    wait || true
    rm -rf "$work"
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port) relay=$(free_port)

cat >"$work/mailmanager.yaml" <<CONF
Node:
  Hostname: mx.example.com
  Management: { Listen: "127.0.0.1:0" }
Identities: [ example.com ]
TrafficPolicies:
  - { TrafficPolicyName: all, DefaultAction: ALLOW, PolicyStatements: [] }
RuleSets:
  - RuleSetName: on
    Rules: [ { Name: relay, Actions: [ { Relay: { Relay: sink, MailFrom: PRESERVE } } ] } ]
Relays:
  - { RelayName: sink, ServerName: 127.0.0.1, ServerPort: $relay, Authentication: { NoAuthentication: {} }, Tls: NONE }
IngressPoints:
  - { IngressPointName: front, Type: OPEN, TlsPolicy: OPTIONAL, TrafficPolicyId: all, RuleSetId: "on", Listeners: ["127.0.0.1:$port"], Limits: { Transactions: 1000000 } }
Delivery: { RetrySchedule: [10s] }
CONF

start() { # puts the seconds until it listens into $work/seconds
    local begin=$EPOCHREALTIME
    "$executable" run --config "$work/mailmanager.yaml" --data "$work/data" >"$work/server.log" 2>&1 &
    server=$!
    until grep -q 'Started as' "$work/server.log"; do
        kill -0 "$server" 2>/dev/null || { tail -5 "$work/server.log" >&2; exit 1; }
        sleep 0.05
    done
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }' >"$work/seconds"
}

memory() { awk '/^Vm(HWM|RSS)/ { printf "%s %d MiB  ", $1, $2 / 1024 }' "/proc/$server/status"; }

kill_server() {
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
    server=''
}

received() { wc -l <"$work/received" 2>/dev/null || echo 0; }

start
begin=$EPOCHREALTIME
"${load[@]}" load --port "$port" --sessions 100 --messages "$messages" --size 1KiB --ack-log "$work/acked" --timeout 300 >"$work/load.log" 2>&1 || { tail -5 "$work/load.log" >&2; exit 1; }
echo "queued: $(wc -l <"$work/acked") messages in $(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.0f", b - a }') s; $(memory); $(du -sm "$work/data" | cut -f1) MiB on disk"
kill_server

"${load[@]}" sink --port "$relay" --pipelining --received-log "$work/received" --limit 7200 >"$work/sink.log" 2>&1 &
sink=$!
start
echo "start after kill -9 with all of them: $(cat "$work/seconds") s; $(memory)"
until [ "$(received)" -ge $((messages / 3)) ]; do sleep 0.1; done
echo "after a third of the deliveries: $(memory)"
kill_server

start
echo "start after kill -9 in the middle of the deliveries: $(cat "$work/seconds") s"
last=-1
until [ "$(sort -u "$work/received" | wc -l)" -ge "$messages" ]; do
    # A pause between retries is 10 s; a minute without any delivery means that something is lost.
    for ((i = 0; i < 60; i++)); do
        sleep 1
        [ "$(received)" -eq "$last" ] || break
    done
    [ "$i" -lt 60 ] || { echo "deliveries have stopped at $(received)" >&2; break; }
    last=$(received)
done
echo "at the end: $(memory)"
kill -TERM "$server"
wait "$server" || true
server=''
"${load[@]}" verify --acked "$work/acked" --received "$work/received"
echo "arrived twice: $(($(received) - $(sort -u "$work/received" | wc -l)))"
