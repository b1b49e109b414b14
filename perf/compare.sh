#!/usr/bin/env bash
# Compares MailManager with Postfix (tuned, same durability) and with raw smtp-sink, in turn, on this machine: same generator
# (smtp-source, closed loop; for TLS MailManager.LoadTests, which smtp-source has none of), same sink (MailManager.LoadTests). Prints medians, ratios of medians and the targets.
#
#   perf/compare.sh [--quick] [--rounds N] [--scenarios kept20,kept100,kept1000,new20,tls20,tlsnew20,big20,peak,login20,defer20,memory,latency,syncs]
#                   [--peers raw,postfix,mailmanager] [--directory DIR] [--port FIRST]
#
# Needs root (Postfix does). Everything runs on loopback, ports FIRST to FIRST+9 (default 23100), with its files in a
# directory of its own below DIR (default /tmp), which must be on a real disk: a sync costs nothing on tmpfs. No system service
# is touched. SKIP_BUILD=1 takes the driver as built; MAILMANAGER_EXECUTABLE names another mailmanager. Each run is kept in
# artifacts/perf/.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
source perf/peers.sh

has() { [[ ,$1, == *",$2,"* ]]; }

leg=plain rounds=5 quick='' parent=${TMPDIR:-/tmp} first=23100
scenarios=kept20,kept100,kept1000,new20,tls20,tlsnew20,big20,peak,login20,defer20,memory,latency,syncs
peers=raw,postfix,mailmanager
while [ $# -gt 0 ]; do
    case $1 in
        --quick) quick=1 rounds=1 ;;
        --rounds) rounds=$2; shift ;;
        --scenarios) scenarios=$2; shift ;;
        --peers) peers=$2; shift ;;
        --directory) parent=$2; shift ;;
        --port) first=$2; shift ;;
        *) sed -n 2,13p "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
    shift
done

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
if has "$scenarios" syncs && ! command -v strace >/dev/null; then
    echo "compare: scenario syncs needs strace" >&2
    exit 2
fi
postfix_root=${MAILMANAGER_POSTFIX_ROOT:-$root/artifacts/postfix}
export MAILMANAGER_POSTFIX_ROOT=$postfix_root
bash tests/postfix-unpack.sh "$postfix_root"
[ -n "${SKIP_BUILD:-}" ] || dotnet build -c Release -v q perf/MailManager.LoadTests >/dev/null
load=(dotnet "$root/perf/MailManager.LoadTests/bin/Release/net10.0/MailManager.LoadTests.dll")
if has "$peers" mailmanager && [ -z "${MAILMANAGER_EXECUTABLE:-}" ]; then
    dotnet build -c Release -v q src/MailManager.Mta >/dev/null
fi

work=$(mktemp -d "$parent/mailmanager-perf-XXXXXX")
chmod 755 "$work"
if [ "$(stat -f -c %T "$work")" = tmpfs ]; then
    echo "compare: $work is on tmpfs, where a sync is free; give --directory" >&2
    exit 2
fi
results=$root/artifacts/perf/$(date +%Y%m%d-%H%M%S)
mkdir -p "$results"
tsv=$results/runs.tsv
trap 'stop_all; rm -rf "$work"' EXIT
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"

# Messages of a run: SCENARIO PEER. Postfix gets fewer, so that each run takes seconds for every peer.
messages() {
    local count
    case $1 in
        big20 | peak) count=8000 ;;
        new20 | tlsnew20) count=8000 ;;
        *) count=24000 ;;
    esac
    [ "$2" = postfix ] && count=$((count / 10))
    [ -n "$quick" ] && count=$((count / 4))
    echo "$count"
}

json_field() { # FIELD FILE
    sed -n "s/.*\"$1\":\([-0-9.eE+]*\).*/\1/p" "$2" | head -1
}

# One run: SCENARIO PEER ROUND SESSIONS OCTETS [one]. Appends a line to the table of runs.
run() {
    local scenario=$1 peer=$2 round=$3 sessions=$4 octets=$5 keep=-d count json
    [ "${6:-}" = one ] && keep=''
    count=$(messages "$scenario" "$peer")
    json=$results/$scenario-$peer-$round.json
    local stats=(--sink-stats "$work/sink.stats")
    [ "$peer" = raw ] && stats=()
    # shellcheck disable=SC2086 # an empty $keep is no argument
    if ! "${load[@]}" measure --server-pid "$(pid_of "$peer")" --messages "$count" --limit 180 "${stats[@]}" --json "$json" -- \
        "$postfix_root/bin/smtp-source" $keep -s "$sessions" -m "$count" -l "$octets" -f load@sender.test -t rcpt@example.com \
        "127.0.0.1:$(port_of "$peer")" >"$work/measure.out" 2>&1; then
        echo "$scenario $peer round $round FAILED: $(tail -1 "$work/measure.out")"
        return
    fi
    echo "$scenario $peer round $round: $(tail -1 "$work/measure.out")"
    [ "$round" = warm ] && return
    local rss
    rss=$(json_field peakRssKiB "$json")
    # A server of one process has an exact peak from the kernel; the samples may miss it.
    [ "$peer" = mailmanager ] && rss=$(json_field rootPeakKiB "$json")
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$scenario" "$peer" "$(json_field acceptedPerSecond "$json")" \
        "$(json_field deliveredPerSecond "$json")" "$(json_field serverCpuMsPerMessage "$json")" \
        "$(json_field generatorCpuMsPerMessage "$json")" "$rss" "$(json_field peakPssKiB "$json")" >>"$tsv"
}

# As run, over STARTTLS: SCENARIO PEER ROUND SESSIONS MESSAGES-PER-CONNECTION (0: kept). The driver pipelines. Accepted/s is the driver's own, without its start.
run_tls() {
    local scenario=$1 peer=$2 round=$3 count json
    [ "$peer" = raw ] && return # smtp-sink has no TLS
    count=$(messages "$scenario" "$peer")
    json=$results/$scenario-$peer-$round.json
    if ! "${load[@]}" measure --server-pid "$(pid_of "$peer")" --messages "$count" --limit 180 --sink-stats "$work/sink.stats" --json "$json" -- \
        "${load[@]}" load --port "$(port_of "$peer")" --starttls --pipelining --sessions "$4" --messages "$count" --messages-per-connection "$5" \
        --json "$work/load.json" >"$work/measure.out" 2>&1; then
        echo "$scenario $peer round $round FAILED: $(tail -1 "$work/measure.out")"
        return
    fi
    cp "$work/load.json" "$results/$scenario-$peer-$round-driver.json"
    local accepted
    accepted=$(sed -n 's/.*"acceptedPerSecond": \([0-9.]*\).*/\1/p' "$work/load.json")
    echo "$scenario $peer round $round: driver's accepted $accepted/s; $(tail -1 "$work/measure.out")"
    [ "$round" = warm ] && return
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$scenario" "$peer" "$accepted" \
        "$(json_field deliveredPerSecond "$json")" "$(json_field serverCpuMsPerMessage "$json")" \
        "$(json_field generatorCpuMsPerMessage "$json")" "$(json_field peakRssKiB "$json")" "$(json_field peakPssKiB "$json")" >>"$tsv"
}

run_scenario() { # SCENARIO PEER ROUND
    case $1 in
        kept20 | login20 | defer20) run "$@" 20 10240 ;;
        kept100) run "$@" 100 10240 ;;
        kept1000)
            [ "$2" = postfix ] && return # has 200 processes, one for each session
            run "$@" 1000 10240
            ;;
        new20) run "$@" 20 10240 one ;;
        tls20) run_tls "$@" 20 0 ;;
        tlsnew20) run_tls "$@" 20 1 ;;
        big20) run "$@" 20 102400 ;;
        peak) run "$@" 100 102400 ;;
    esac
}

echo "work directory $work ($(stat -f -c %T "$work")), $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), $rounds rounds"
"${load[@]}" disk --directory "$work" | tee "$results/disk.txt"
make_certificate
start_sink
incomplete=''
for peer in ${peers//,/ }; do
    if ! start_peer "$peer"; then
        incomplete="$incomplete $peer"
        peers=$(tr , '\n' <<<"$peers" | grep -vx "$peer" | paste -sd,) || true
    fi
done
list=${peers//,/ }

if has "$scenarios" memory; then
    # On fresh servers, before any load: later a heap has slack that hides what sessions cost, and Postfix keeps processes.
    # The servers start anew afterwards. Postfix has a process for each session, and a limit of 200 of them.
    sleep 3
    for peer in $list; do
        pid=$(pid_of "$peer") port=$(port_of "$peer") sessions=5000
        "${load[@]}" idle --server-pid "$pid" --port "$port" --sessions 1 --hold 0.1 --json "$results/idle-$peer.json" >/dev/null
        if [ "$peer" = postfix ]; then
            sessions=150
        else
            "${load[@]}" idle --server-pid "$pid" --port "$port" --sessions 200 --hold 0.1 >/dev/null # compiled code is no session
        fi
        "${load[@]}" idle --server-pid "$pid" --port "$port" --sessions "$sessions" --json "$results/sessions-$peer.json" | sed "s/^/sessions $peer: /" || true
        printf 'idle\t%s\t%s\t%s\n' "$peer" "$(json_field rssBeforeKiB "$results/idle-$peer.json")" "$(json_field pssBeforeKiB "$results/idle-$peer.json")" >>"$results/memory.tsv"
        printf 'session\t%s\t%s\t%s\n' "$peer" "$(json_field rssKiBPerSession "$results/sessions-$peer.json")" "$(json_field pssKiBPerSession "$results/sessions-$peer.json")" >>"$results/memory.tsv"
        stop_peer "$peer"
        start_peer "$peer"
    done
fi

echo "warming up"
for peer in $list; do
    run_scenario kept20 "$peer" warm
    run_scenario new20 "$peer" warm
    if [[ $scenarios == *tls* ]]; then
        run_scenario tls20 "$peer" warm
        run_scenario tlsnew20 "$peer" warm
    fi
done

for ((round = 1; round <= rounds; round++)); do
    for scenario in kept20 kept100 kept1000 new20 tls20 tlsnew20 big20 peak; do
        has "$scenarios" "$scenario" || continue
        for peer in $list; do
            run_scenario "$scenario" "$peer" "$round"
        done
    done
done

if has "$scenarios" latency; then
    # Open loop at a rate that every peer sustains, then at one that only the fast ones do.
    "${load[@]}" disk --directory "$work" | tee "$results/disk.txt"
    for rate in 100 1000; do
        for peer in $list; do
            [ "$rate" = 1000 ] && [ "$peer" = postfix ] && continue
            echo "latency of $peer at $rate/s:"
            out=$results/latency-$peer-$rate.txt
            "${load[@]}" load --port "$(port_of "$peer")" --rate "$rate" --duration "$([ -n "$quick" ] && echo 3 || echo 8)" --sessions 20 --warm-up 200 \
                --json "$results/latency-$peer-$rate.json" --tolerate-faults >"$out" || true
            [ "$peer" = raw ] || { sleep 2; sink_transit >>"$out"; }
            grep -E '^(accepted|phase|Wait|Dot|Whole|error|transit)' "$out" || true
            # p50 and p99 of the final dot to 250, then of the way to the sink; milliseconds
            awk -v rate="$rate" -v peer="$peer" '$1 == "Dot" { a = $3; b = $5 } $1 == "transit" { c = $4; d = $8 }
                END { printf "%s\t%s\t%s\t%s\t%s\t%s\n", rate, peer, a, b, c, d }' "$out" >>"$results/latency.tsv"
        done
    done
fi

# What differs in the leg from the servers to the sink: TLS with a login; 451 for one message in ten at the final dot. Servers start anew for it.
for scenario in login20 defer20; do
    has "$scenarios" "$scenario" || continue
    stop_all
    leg=${scenario%20}
    start_sink
    for peer in $list; do
        [ "$peer" = raw ] && continue
        start_peer "$peer" || continue
        run_scenario "$scenario" "$peer" warm
        for ((round = 1; round <= rounds; round++)); do
            run_scenario "$scenario" "$peer" "$round"
        done
        stop_peer "$peer"
    done
done

if has "$scenarios" syncs; then
    stop_all
    leg=plain
    start_sink
    for peer in $list; do
        [ "$peer" = raw ] && continue
        for sessions in 20 100; do
            syncs=$(count_syncs "$peer" "$sessions") && printf 'syncs%s\t%s\t%s\n' "$sessions" "$peer" "$syncs" >>"$results/syncs.tsv" \
                && echo "syncs per message, $peer, $sessions sessions: $syncs"
        done
    done
fi

stop_all
bash perf/report.sh "$results" | tee "$results/report.txt"
if [ -n "$incomplete" ]; then
    echo "compare: did not start:$incomplete" >&2
    exit 1
fi
