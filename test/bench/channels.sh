#!/bin/sh
# What channels cost, beside crossbeam-channel, Rust's own and Go's where they are at hand; prints, judges nothing.
# SPDX-License-Identifier: MIT
#
# usage: channels.sh [-r REPS] [WORKLOAD,...]      3 repetitions and every workload unless said otherwise
# ACT_PEERS as in actors.sh. Only ratios within one run mean anything.
set -u

bench=${top_builddir:-build}/test/bench/act-bench
peers=${ACT_PEERS-}
workloads=chan_spsc,chan_mpsc,chan_mpmc,chan_seq,select_rx,select_both

usage() {
    echo "usage: channels.sh [-r REPS] [WORKLOAD,...]; the workloads: $workloads" >&2
    exit 2
}
reps=3
picked=$workloads
# shellcheck source=test/bench/arguments.sh
. "$(dirname "$0")/arguments.sh"

# figures TITLE ARGUMENT...: one workload of act-bench at one and two cores.
figures() {
    title=$1
    shift
    for threads in 1 2; do
        [ "$threads" -le "$(nproc)" ] || continue
        cores=0
        [ "$threads" -eq 1 ] || cores=0,1
        printf '  %-28s threads=%d  %s\n' "$title" "$threads" \
            "$(taskset -c "$cores" "$bench" "$@" threads="$threads" </dev/null | tail -n 1)"
    done
}

if [ -n "$peers" ] && [ -x "$peers/run" ]; then
    OURS=$(cd "$(dirname "$bench")" && pwd)/act-bench \
        "$peers/run" -r "$reps" "$picked" ours rust_crossbeam rust_std go || exit
else
    echo "no driver of other runtimes in ACT_PEERS ($peers): act alone" >&2
    for workload in $(echo "$picked" | tr , ' '); do
        for cap in -1 0 1 1024; do
            case $workload:$cap in chan_seq:0) continue ;; esac
            figures "$workload cap=$cap" "$workload" n=200000 cap="$cap"
        done
    done
fi
echo "between actors"
for workload in chan_spsc chan_mpsc chan_mpmc; do
    for cap in -1 0 1 1024; do figures "$workload cap=$cap" "$workload" n=500000 cap="$cap" actors=1; done
done
echo "what the kernel takes to hand over between two threads, one of them asleep; bytes"
figures handover handover n=200000
figures chan_bytes chan_bytes n=100000
