#!/bin/sh
# Each workload of act-bench once, tiny: right results, and a last line as its readers expect it.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"
bench=$build/test/bench/act-bench
number='[0-9]+(\.[0-9]+)?'

# KEYS (a comma between two, - for none), then what the program is given.
workloads='
- ask n=500
- ask n=500 context=yes
- big actors=20 rounds=20
- chameneos chameneos=10 meetings=200
value_bytes,empty_unbounded_bytes,empty_rendezvous_bytes,empty_1_bytes chan_bytes n=1000
- chan_mpmc n=400 cap=-1
- chan_mpmc n=400 cap=0
- chan_mpsc n=400 cap=1
- chan_mpmc n=400 cap=0 actors=1
- chan_mpsc n=400 cap=8 actors=1
- chan_spsc n=400 cap=-1 actors=1
- chan_seq n=500 cap=-1
- chan_seq n=500 cap=8
- chan_spsc n=500 cap=8
stop_ns,bytes_per_child children n=2000
bytes,decode_ns,encode_by_hand_ns,decode_by_hand_ns codec n=100
bytes,decode_ns,encode_by_hand_ns,decode_by_hand_ns codec n=100 size=medium
bytes,decode_ns,encode_by_hand_ns,decode_by_hand_ns codec n=100 size=large
open_us,most,least,most_cpu_ms,least_cpu_ms connections connections=20 rounds=2 work_us=5 at_once=0
open_us,most,least,most_cpu_ms,least_cpu_ms connections connections=20 rounds=2 work_us=5 at_once=1
p50_us,p99_us,max_us fairness actors=20 n=1000
- fanin producers=3 n=3000
- fanin_bounded producers=3 n=3000 cap=4
- forkjoin n=500 workers=8 window=4
- handover n=100
bytes_per_actor idle n=300
p50_us,p99_us,p999_us long_handler actors=4 n=3000
bytes_per_actor members n=300
alone_ns,rss_first_kib,rss_last_kib overload seconds=1
- pingpong n=500
- pingpong n=500 watched=0
cpu_us quiet actors=1000 timers=100 seconds=1
restarts_per_s,p50_ns,p99_ns restart n=50 sup=otp
- ring actors=20 tokens=5 hops=1000
- select_both n=400 cap=0
- select_both n=400 cap=8
- select_rx n=400 cap=1
- select_rx n=400 cap=-1
total_ms skynet leaves=1000
- spawn n=500
- tell_all receivers=10 n=20 size=8
- tell_all receivers=10 n=20 size=8 how=each
- tell_all receivers=10 n=20 size=500
- tell_all receivers=10 n=20 size=500 how=each
arm_ns,cancel_ns,fired,late_p50_us,late_p99_us timers n=1000
- typed n=500
p50_us,p99_us wakeup n=20'

# expected KEYS: the form of the last line.
expected() {
    printf '^ns_per_op=%s ops=[1-9][0-9]*' "$number"
    [ "$1" = - ] || echo "$1" | tr , '\n' | sed "s/.*/ &=-?$number/" | tr -d '\n'
    echo '$'
}

# runs KEYS ARGUMENT...
runs() {
    form=$(expected "$1")
    shift
    timeout 100 "$bench" "$@" >"$work/said" 2>"$work/why" </dev/null
    status=$?
    # On a machine that does much else, the watch of handlers tells the truth of a turn that was preempted for long.
    grep -v ' is stuck ' "$work/why" >"$work/others"
    mv "$work/others" "$work/why"
    [ "$status" -eq 0 ] || echo "exit status $status" >>"$work/why"
    tail -n 1 "$work/said" | grep -qE "$form" || echo "last line: $(tail -n 1 "$work/said")" >>"$work/why"
    [ ! -s "$work/why" ]
}

# ends STATUS COMPLAINT ARGUMENT...
ends() {
    awaited=$1 complaint=$2
    shift 2
    timeout 100 "$bench" "$@" >"$work/said" 2>"$work/why" </dev/null
    status=$?
    [ "$status" -eq "$awaited" ] && grep -qF -- "$complaint" "$work/why"
}

echo "$workloads" | sed 1d >"$work/workloads"
while read -r keys words; do
    for threads in 1 2; do
        # shellcheck disable=SC2086 # the arguments are words
        runs "$keys" $words threads="$threads"
        tap $? "$words threads=$threads" "$work/why"
    done
done <"$work/workloads"

ends 2 "n: missing" pingpong threads=1
tap $? "a missing number is refused" "$work/why"
ends 2 "n: not a number from 1" pingpong n=1x threads=1
tap $? "a number that is none is refused" "$work/why"
ends 2 "no such workload: pong" pong n=1 threads=1
tap $? "an unknown workload is refused" "$work/why"
ends 2 "cap is not 0" chan_seq n=1 cap=0 threads=1
tap $? "arguments that do not go together are refused" "$work/why"
tap_end
