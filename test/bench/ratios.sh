#!/bin/sh
# How many times act's time the best other runtime takes, beside what is aimed at; prints, judges
# nothing.
# SPDX-License-Identifier: MIT
#
# usage: ratios.sh RUNS.tsv      as the driver of the other runtimes writes them, a run a line:
#                                workload peer params threads value peak_rss_kib extra
# act is the peer "ours". The median of its runs counts, and of the others' medians the lowest.
# `idle` is bytes an actor and has a limit instead.
set -u

# WORKLOAD, and the least ratio with one thread and with two.
targets='
pingpong 4 5.5
ring 4 5.5
ring100k 3 1.3
big 3.5 2.2
fanin_p1 1 1.3
fanin_p8 1 1.3
fanin_p64 1 1.3
fanin_bounded_p1 1.5 1.5
fanin_bounded_p8 1.5 1.5
fanin_bounded_p64 1.5 1.5
spawn 2.5 4
skynet 3.8 6
chameneos 2.5 4
forkjoin 1.1 2'
bytes_max=256 # of an idle actor

[ "$#" -eq 1 ] || { echo "usage: ratios.sh RUNS.tsv" >&2; exit 2; }
[ -r "$1" ] || { echo "ratios.sh: no $1" >&2; exit 2; }

# Sorted, the median of a group is its middle line; a run that failed is no value, and comes first.
awk -F '\t' -v OFS='\t' '!/^#/ && NF > 4 { print $1, $4, $2, $5 ~ /^[0-9.]+$/ ? $5 : -1 }' "$1" |
    sort -t "$(printf '\t')" -k1,3 -k4,4n |
    awk -F '\t' -v targets="$targets" -v bytes_max="$bytes_max" '
    # The last of a group of runs was read.
    function note(    median) {
        if (!count)
            return
        median = value[int((count + 1) / 2)]
        if (peer == "ours")
            ours[row] = median
        else if (!(row in best) || median < best[row]) {
            best[row] = median
            name[row] = peer
        }
    }
    function tell(workload, threads, ratio, target, limit) {
        row = workload FS threads
        if (!(row in ours || row in failed) || (!limit && !(row in best)))
            return
        asked++
        holds = !(row in failed) && (limit ? ours[row] <= target : ratio >= target)
        met += holds
        printf "| %s | %s | %s | %s | %s | %s %s | %s |\n", workload, threads,
            row in failed ? "failed" : sprintf("%.1f", ours[row]),
            row in best ? sprintf("%.1f (%s)", best[row], name[row]) : "–",
            ratio ? sprintf("%.2f", ratio) : "–", limit ? "<=" : ">=",
            limit ? target " bytes" : target, holds ? "yes" : "no"
    }
    function ratio_of(row) {
        return row in best && row in ours && !(row in failed) ? best[row] / ours[row] : 0
    }
    {
        group = $1 FS $2 FS $3
        if (group != last) {
            note()
            count = 0
        }
        last = group; row = $1 FS $2; peer = $3
        if ($4 >= 0)
            value[++count] = $4 + 0
        else if (peer == "ours")
            failed[row] = 1
    }
    END {
        note()
        print "| workload | threads | act | the best other | ratio | target | met |"
        print "|---|---|---|---|---|---|---|"
        lines = split(targets, line, "\n")
        for (i = 1; i <= lines; i++)
            if (split(line[i], word, " ") == 3)
                for (threads = 1; threads <= 2; threads++)
                    tell(word[1], threads, ratio_of(word[1] FS threads), word[threads + 1], 0)
        for (threads = 1; threads <= 2; threads++)
            tell("idle", threads, ratio_of("idle" FS threads), bytes_max, 1)
        printf "%d of %d targets are met\n", met, asked
    }'
