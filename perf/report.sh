#!/usr/bin/env bash
# Prints the report of one comparison: perf/report.sh DIRECTORY, where compare.sh left runs.tsv, memory.tsv and syncs.tsv.
# Columns of runs.tsv: scenario, peer, accepted/s, delivered/s, server CPU ms/message, generator CPU ms/message, peak RSS KiB,
# peak PSS KiB; one line for each run. Ratios are of medians.
set -euo pipefail
cd "$1"
touch runs.tsv memory.tsv syncs.tsv latency.tsv disk.txt
awk -F'\t' '
function median(key,    n, i, j, v, t, values) {
    n = split(data[key], values, " ")
    for (i = 2; i <= n; i++) {
        v = values[i] + 0
        for (j = i - 1; j >= 1 && values[j] + 0 > v; j--) values[j + 1] = values[j]
        values[j + 1] = v
    }
    if (n == 0) return 0
    return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
}
function target(what, value, wanted, atLeast,    met) {
    met = atLeast ? value >= wanted : value <= wanted
    printf "%-52s %10.3f   target %s %-8s %s\n", what, value, (atLeast ? ">=" : "<="), wanted, (met ? "met" : "MISSED")
}
function delivered(s, wanted,    p) {
    p = median(s SUBSEP "postfix" SUBSEP 4)
    if (p > 0 && (s SUBSEP "mailmanager") in runs) target(s ": delivered, times Postfix", median(s SUBSEP "mailmanager" SUBSEP 4) / p, wanted, 1)
}
function accepted(s, wanted,    p) {
    p = median(s SUBSEP "postfix" SUBSEP 3)
    if (p > 0 && (s SUBSEP "mailmanager") in runs) target(s ": accepted, times Postfix", median(s SUBSEP "mailmanager" SUBSEP 3) / p, wanted, 1)
}
function cpu(s, wanted,    p) {
    p = median(s SUBSEP "postfix" SUBSEP 5)
    if (p > 0 && (s SUBSEP "mailmanager") in runs) target(s ": CPU, part of Postfix", median(s SUBSEP "mailmanager" SUBSEP 5) / p, sprintf("%.3f", wanted), 0)
}
FILENAME == "runs.tsv" {
    runs[$1, $2]++
    for (i = 3; i <= 8; i++) data[$1, $2, i] = data[$1, $2, i] " " $i
}
FILENAME == "memory.tsv" { memory[$1, $2] = $3; proportional[$1, $2] = $4; if ($1 == "idle") idlePeers = idlePeers " " $2 }
FILENAME == "syncs.tsv" { syncs[$1, $2] = $3 }
FILENAME == "disk.txt" { split($0, words, " "); sync = words[3] }
FILENAME == "latency.tsv" {
    lines[++latencies] = sprintf("%-12s %6d/s %12.3f %12.3f %14.3f %14.3f", $2, $1, $3, $4, $5, $6)
    if ($2 == "mailmanager") dot[$1] = $3
}
END {
    split("kept20 kept100 kept1000 new20 tls20 tlsnew20 big20 peak login20 defer20", order, " ")
    split("raw postfix mailmanager", peers, " ")
    printf "\n%-9s %-12s %4s %11s %12s %11s %11s %9s %9s\n", "scenario", "peer", "runs", "accepted/s", "delivered/s", "CPU ms/msg", "gen ms/msg", "RSS MiB", "PSS MiB"
    for (o = 1; o in order; o++) for (q = 1; q in peers; q++) {
        s = order[o]; p = peers[q]
        if (!((s, p) in runs)) continue
        d = median(s SUBSEP p SUBSEP 4)
        printf "%-9s %-12s %4d %11.0f %12s %11.3f %11.3f %9.1f %9.1f\n", s, p, runs[s, p], median(s SUBSEP p SUBSEP 3), \
            (d > 0 ? sprintf("%.0f", d) : "-"), median(s SUBSEP p SUBSEP 5), median(s SUBSEP p SUBSEP 6), \
            median(s SUBSEP p SUBSEP 7) / 1024, median(s SUBSEP p SUBSEP 8) / 1024
    }
    print "RSS and PSS are peaks, summed over all processes of a peer (RSS counts shared pages once for each process)."
    n = split(idlePeers, idle, " ")
    if (n > 0) printf "\n%-12s %14s %14s %22s %22s\n", "memory", "idle RSS MiB", "idle PSS MiB", "RSS KiB/idle session", "PSS KiB/idle session"
    for (i = 1; i <= n; i++) printf "%-12s %14.1f %14.1f %22.1f %22.1f\n", idle[i], memory["idle", idle[i]] / 1024, proportional["idle", idle[i]] / 1024, \
        memory["session", idle[i]], proportional["session", idle[i]]
    print ""
    for (q = 1; q in peers; q++) for (c = 20; c <= 100; c += 80)
        if (("syncs" c, peers[q]) in syncs) printf "syncs per message, %s, %d sessions: %s\n", peers[q], c, syncs["syncs" c, peers[q]]
    print ""
    if (latencies > 0) printf "one disk sync: p50 %s ms\n%-12s %8s %12s %12s %14s %14s\n", sync, "latency, ms", "rate", "dot-250 p50", "p99", "to sink p50", "p99"
    for (i = 1; i <= latencies; i++) print lines[i]
    print ""
    delivered("kept20", 8); delivered("kept100", 12); delivered("new20", 4); delivered("big20", 8)
    delivered("login20", 6); delivered("defer20", 5)
    accepted("tls20", 6); accepted("tlsnew20", 2)
    few = median("kept20" SUBSEP "mailmanager" SUBSEP 3)
    if (few > 0 && ("kept1000" SUBSEP "mailmanager") in runs) target("kept1000: accepted, part of kept20", median("kept1000" SUBSEP "mailmanager" SUBSEP 3) / few, 0.85, 1)
    raw = median("kept100" SUBSEP "raw" SUBSEP 3)
    if (raw > 0 && ("kept100" SUBSEP "mailmanager") in runs) target("kept100: accepted, part of raw smtp-sink", median("kept100" SUBSEP "mailmanager" SUBSEP 3) / raw, 0.4, 1)
    for (r in dot) if (sync > 0) target("final dot to 250 at " r "/s, p50 in disk syncs", dot[r] / sync, 2, 0)
    cpu("kept20", 1 / 10); cpu("kept100", 1 / 15); cpu("big20", 1 / 8); cpu("login20", 1 / 8)
    if (("syncs20", "mailmanager") in syncs) target("syncs per message, 20 sessions", syncs["syncs20", "mailmanager"], 0.3, 0)
    if (("syncs100", "mailmanager") in syncs) target("syncs per message, 100 sessions", syncs["syncs100", "mailmanager"], 0.1, 0)
    if (("idle", "mailmanager") in memory) {
        target("idle, RSS MiB", memory["idle", "mailmanager"] / 1024, 100, 0)
        target("idle session, RSS KiB", memory["session", "mailmanager"], 12, 0)
    }
    if (("peak" SUBSEP "mailmanager") in runs) target("peak at 100 sessions of 100 KiB, RSS MiB", median("peak" SUBSEP "mailmanager" SUBSEP 7) / 1024, 250, 0)
}' runs.tsv memory.tsv syncs.tsv disk.txt latency.tsv
