#!/bin/sh
# What actors cost, beside other runtimes where their programs are at hand; prints, judges nothing.
# SPDX-License-Identifier: MIT
#
# usage: actors.sh [-r REPS] [WORKLOAD,...]      5 repetitions and every workload unless said otherwise
# ACT_PEERS names the folder with the other runtimes' programs and their driver, `run`; what that writes is kept as
# bench/actors.tsv in the build directory, and ratios.sh says how act does in it. Only ratios within one run mean
# anything: machines change their speed from minute to minute.
set -u

bench=${top_builddir:-build}/test/bench/act-bench
peers=${ACT_PEERS-}

usage() {
    echo "usage: actors.sh [-r REPS] [WORKLOAD,...]; the workloads: $every" >&2
    exit 2
}

# NAME WORKLOAD ARGUMENT...: what runs where there is no driver; the driver's own sizes are the same.
rows='
pingpong pingpong n=1000000
ring ring actors=1000 tokens=1 hops=2000000
ring100k ring actors=100000 tokens=1000 hops=2000000
fanin_p1 fanin producers=1 n=2000000
fanin_p8 fanin producers=8 n=2000000
fanin_p64 fanin producers=64 n=2000000
fanin_bounded_p1 fanin_bounded producers=1 n=1000000 cap=1024
fanin_bounded_p8 fanin_bounded producers=8 n=1000000 cap=1024
fanin_bounded_p64 fanin_bounded producers=64 n=1000000 cap=1024
big big actors=1000 rounds=1000
spawn spawn n=1000000
idle idle n=1000000
skynet skynet leaves=1000000
chameneos chameneos chameneos=100 meetings=500000
forkjoin forkjoin n=1000000 workers=64 window=16
restart restart n=20000 sup=otp
timers timers n=1000000
long_handler long_handler actors=100 n=1000000
members members n=1000000'
# Of these other runtimes have no programs.
alone='long_handler
members'
every=$(echo "$rows" | awk 'NF && !seen[$2]++ { list = list "," $2 } END { print substr(list, 2) }')

reps=5
picked=$every
# shellcheck source=test/bench/arguments.sh
. "$(dirname "$0")/arguments.sh"

# beside WORKLOAD,...: the driver goes through these; and a table of ratios.
beside() {
    into=${top_builddir:-build}/bench
    mkdir -p "$into" || exit 1
    OURS=$(cd "$(dirname "$bench")" && pwd)/act-bench "$peers/run" -r "$reps" -o "$into/actors.tsv" "$1"
    status=$?
    echo
    sh "$(dirname "$0")/ratios.sh" "$into/actors.tsv"
    echo
    return "$status"
}

status=0
if [ -n "$peers" ] && [ -x "$peers/run" ]; then
    others=$(echo "$picked" | tr ',' '\n' | grep -vxF "$alone" | paste -sd ,)
    [ -z "$others" ] || beside "$others" || status=$?
    picked=$(echo "$picked" | tr ',' '\n' | grep -xF "$alone" | paste -sd ,)
    [ -n "$picked" ] || exit "$status"
else
    echo "no driver of other runtimes in ACT_PEERS ($peers): act alone" >&2
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
echo "$rows" | awk -v picked=",$picked," 'index(picked, "," $1 ",") || index(picked, "," $2 ",")' >"$work/rows"
[ -s "$work/rows" ] || usage

# once THREADS NAME ARGUMENT...: a line "NAME THREADS figures".
once() {
    threads=$1 name=$2
    shift 2
    cores=0
    [ "$threads" -eq 1 ] || cores=0,1
    taskset -c "$cores" "$bench" "$@" threads="$threads" >"$work/said" </dev/null || exit
    echo "$name $threads $(tail -n 1 "$work/said")" >>"$work/runs"
}

round=0
while [ "$round" -lt "$reps" ]; do
    round=$((round + 1))
    while read -r name arguments; do
        # shellcheck disable=SC2086 # the arguments are words
        for threads in 1 2; do [ "$threads" -gt "$(nproc)" ] || once "$threads" "$name" $arguments; done
    done <"$work/rows"
done

echo "nanoseconds an operation: lowest, median and highest of $reps; the other figures are the median run's"
awk '{ sub(/ns_per_op=/, "") } !(($1, $2) in at) { at[$1, $2] = ++count } { print at[$1, $2], $0 }' "$work/runs" |
    sort -k1,1n -k4,4n | awk '
    function tell(    m) {
        m = int((n + 1) / 2)
        printf "  %-18s threads=%d %9.1f %9.1f %9.1f %s\n", name, threads, value[1], value[m], value[n], more[m]
    }
    $1 != now { if (n) tell(); now = $1; name = $2; threads = $3; n = 0 }
    { value[++n] = $4; $1 = $2 = $3 = $4 = $5 = ""; sub(/^ */, ""); more[n] = $0 }
    END { if (n) tell() }'
exit "$status"
