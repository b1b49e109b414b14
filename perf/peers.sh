# shellcheck shell=bash
# Sourced by compare.sh: starts and stops the servers that are compared. Uses its variables work, root, first, postfix_root and
# load. Every server is an own process of this script and ends with it; nothing else is ever killed.

declare -A pids=()

port_of() { # PEER
    case $1 in
        sink) echo "$first" ;;
        raw) echo $((first + 1)) ;;
        postfix) echo $((first + 2)) ;;
        mailmanager) echo $((first + 3)) ;;
        management) echo $((first + 4)) ;;
    esac
}

pid_of() { # PEER
    echo "${pids[$1]}"
}

answers() { # PORT: true when something accepts
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

await() { # NAME PORT PID: waits up to 30 s until it accepts, or says why not
    local i
    for ((i = 0; i < 300; i++)); do
        answers "$2" && return 0
        kill -0 "$3" 2>/dev/null || break
        sleep 0.1
    done
    echo "compare: $1 does not accept connections; its log ends with:" >&2
    tail -5 "$work/$1.log" >&2 || true
    return 1
}

start_sink() {
    rm -f "$work/sink.stats"
    local behaviour=()
    case $leg in
        login) behaviour=(--certificate "$work/sink.pem" --auth) ;;
        defer) behaviour=(--defer 10%) ;;
    esac
    "${load[@]}" sink --port "$(port_of sink)" --pipelining "${behaviour[@]}" --stats "$work/sink.stats" --limit 7200 >"$work/sink.log" 2>&1 &
    pids[sink]=$!
    await sink "$(port_of sink)" "$!"
}

# Transit times (from sending to arrival in the sink) since the last call.
sink_transit() {
    kill -HUP "${pids[sink]}"
    sleep 0.3
    grep '^transit' "$work/sink.log" | tail -1
}

# start_peer PEER [PREFIX...]: PREFIX is a command to run it under (strace).
start_peer() {
    local peer=$1
    shift
    if answers "$(port_of "$peer")"; then
        echo "compare: port $(port_of "$peer") is taken" >&2
        return 1
    fi
    case $peer in
        raw)
            "$@" "$postfix_root/bin/smtp-sink" $([ "$(id -u)" -ne 0 ] || echo -u nobody) -m 8000 "127.0.0.1:$(port_of raw)" 1024 >"$work/raw.log" 2>&1 &
            ;;
        postfix)
            rm -rf "$work/postfix"
            mkdir -p "$work/postfix"
            [ "$leg" != login ] || write_postfix_login
            "$@" bash "$root/tests/postfix-instance.sh" "$work/postfix" "$(port_of postfix)" "$(port_of sink)" \
                "$work/cert.pem" "$work/key.pem" >"$work/postfix.log" 2>&1 &
            ;;
        mailmanager)
            rm -rf "$work/mailmanager"
            mkdir -p "$work/mailmanager"
            write_configuration >"$work/mailmanager.yaml"
            "$@" "${MAILMANAGER_EXECUTABLE:-$root/src/MailManager.Mta/bin/Release/net10.0/mailmanager}" run --config "$work/mailmanager.yaml" \
                --data "$work/mailmanager" >"$work/mailmanager.log" 2>&1 &
            ;;
    esac
    pids[$peer]=$!
    await "$peer" "$(port_of "$peer")" "$!" || {
        stop_peer "$peer"
        return 1
    }
}

# SIGTERM to the server that was started, 20 s to end, then SIGKILL. A server under strace is strace's child: strace ends after it,
# but would leave it alone if it were told to end itself.
stop_peer() { # PEER
    local pid=${pids[$1]:-} server i
    [ -n "$pid" ] || return 0
    unset "pids[$1]"
    server=$pid
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = strace ]; then
        server=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null | cut -d' ' -f1)
    fi
    kill ${server:-$pid} 2>/dev/null || true
    for ((i = 0; i < 200; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 ${server:-$pid} "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

stop_all() {
    local peer
    for peer in "${!pids[@]}"; do
        stop_peer "$peer"
    done
}

# One certificate for both MTAs, ECDSA on P-256.
make_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
    cat "$work/cert.pem" "$work/key.pem" >"$work/sink.pem"
}

# The relay leg of Postfix over STARTTLS with AUTH PLAIN, its connections kept too (which under TLS needs tlsproxy).
write_postfix_login() {
    cat >"$work/postfix/main.add" <<MAIN
smtp_tls_security_level = encrypt
smtp_tls_connection_reuse = yes
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = inline:{ { [127.0.0.1]:$(port_of sink) = load:secret } }
smtp_sasl_security_options = noanonymous
MAIN
    echo 'tlsproxy unix - - n - 0 tlsproxy' >"$work/postfix/master.add"
}

# What both MTAs do: take mail for example.com from loopback, offer STARTTLS, store it durably, relay it to the sink: without TLS, but for the scenarios of
# a relay with a login. Loopback is
# exempt from the limits on clients, but a session has 1,000 transactions unless told otherwise, and generators that keep sessions send more.
write_configuration() {
    cat <<YAML
Node:
  Hostname: mailmanager.test
  Management: { Listen: "127.0.0.1:$(port_of management)" }
  Tls: { CertificatePath: "$work/cert.pem", KeyPath: "$work/key.pem" }
Identities: [ example.com ]
TrafficPolicies:
  - TrafficPolicyName: all
    DefaultAction: DENY
    PolicyStatements:
      - Action: ALLOW
        Conditions:
          - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: ENDS_WITH, Values: ["@example.com"] }
RuleSets:
  - RuleSetName: relay
    Rules:
      - Name: to-sink
        Actions:
          - Relay: { Relay: sink, MailFrom: PRESERVE }
Relays:
  - RelayName: sink
    ServerName: 127.0.0.1
    ServerPort: $(port_of sink)
$(if [ "$leg" = login ]; then
        echo '    Authentication: { SecretArn: sink }'
        echo '    Tls: REQUIRED'
        echo "    TlsOptions: { ServerName: localhost, TrustedRootsFile: \"$work/cert.pem\" }"
        echo 'Secrets: [ { Name: sink, SecretString: { username: load, password: secret } } ]'
    else
        echo '    Authentication: { NoAuthentication: {} }'
        echo '    Tls: NONE'
    fi)
Delivery: { RetrySchedule: [ 5s ] }
IngressPoints:
  - IngressPointName: front-door
    Type: OPEN
    TlsPolicy: OPTIONAL
    TrafficPolicyId: all
    RuleSetId: relay
    Listeners: ["127.0.0.1:$(port_of mailmanager)"]
    Limits: { Transactions: 1000000 }
YAML
}

sync_events=syscalls:sys_enter_fsync,syscalls:sys_enter_fdatasync,syscalls:sys_enter_sync_file_range,syscalls:sys_enter_syncfs,syscalls:sys_enter_msync

# count_syncs PEER SESSIONS: warms the peer up, sends messages, waits for their delivery, prints syncs per message. A server that still compiles
# itself takes mail slowly and commits it in small groups, so what counts starts after as many messages.
# The kernel's own counters (perf stat) cost the server nothing, but follow one process only. Under strace, which Postfix needs for its many, a
# server does a third of its usual work even with a filter, and one that commits in groups makes more and smaller ones.
count_syncs() {
    local peer=$1 sessions=$2 count=12000 calls
    [ "$peer" = postfix ] && count=400
    [ -n "$quick" ] && count=$((count / 2))
    if [ "$peer" = mailmanager ] && perf stat -e "$sync_events" true 2>/dev/null; then
        start_peer "$peer" || return 1
        sync_load "$peer" "$sessions" "$count"
        perf stat -x , -e "$sync_events" -p "${pids[$peer]}" -o "$work/syncs.csv" &
        local counter=$!
        sync_load "$peer" "$sessions" "$count"
        kill -INT "$counter"
        wait "$counter" || true
        calls=$(awk -F , '$1 ~ /^[0-9]+$/ { calls += $1 } END { print calls + 0 }' "$work/syncs.csv")
    else
        local trace=$work/strace-$peer-$sessions.txt before
        start_peer "$peer" strace -f --seccomp-bpf -e trace=fsync,fdatasync,sync_file_range,syncfs,msync -o "$trace" || return 1
        sync_load "$peer" "$sessions" "$count"
        before=$(count_calls "$trace")
        sync_load "$peer" "$sessions" "$count"
        calls=$(($(count_calls "$trace") - before))
    fi
    stop_peer "$peer"
    awk -v calls="$calls" -v n="$count" 'BEGIN { printf "%.3f\n", calls / n }'
}

sync_load() { # PEER SESSIONS MESSAGES: sends and waits until all are delivered
    "${load[@]}" measure --server-pid "${pids[$1]}" --messages "$3" --limit 120 --sink-stats "$work/sink.stats" -- \
        "$postfix_root/bin/smtp-source" -d -s "$2" -m "$3" -l 10240 -f load@sender.test -t rcpt@example.com \
        "127.0.0.1:$(port_of "$1")" >"$work/syncs.log" 2>&1 || cat "$work/syncs.log" >&2
}

count_calls() { # TRACE: calls in it, each once although a line may be interrupted by another thread's
    grep -cE '(fsync|fdatasync|sync_file_range|syncfs|msync)\(' "$1" || true
}
