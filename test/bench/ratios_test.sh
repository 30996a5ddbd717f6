#!/bin/sh
# The table of ratios, from runs that are made up.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../..}
. "$top/test/lint/tap.sh"

# runs WORKLOAD PEER THREADS VALUE...: one run with each value.
runs() {
    workload=$1 peer=$2 threads=$3
    shift 3
    for value; do
        printf '%s\t%s\tn=1\t%s\t%s\t900\tother_cpu_pct=0\n' "$workload" "$peer" "$threads" "$value"
    done
}
{
    echo '# said of the machine'
    printf 'workload\tpeer\tparams\tthreads\tvalue\tpeak_rss_kib\textra\n'
    runs pingpong slow 1 300 300 300
    runs pingpong ours 1 9 100 20 10 21
    runs pingpong quick 1 81 79 80 FAIL:124
    runs pingpong ours 2 20 20 20
    runs pingpong quick 2 90.4 90.4 90.4
    runs ring ours 1 5 FAIL:1 5
    runs ring quick 1 50
    runs big ours 1 30
    runs timers ours 1 7
    runs timers slow 1 70
    runs idle ours 1 208.4
    runs idle ours 2 300
    runs idle slow 2 900
} >"$work/runs.tsv"
sh "$top/test/bench/ratios.sh" "$work/runs.tsv" >"$work/said" 2>"$work/why"
tap $? "a table is made of runs" "$work/why"

# told LINE NAME
told() {
    grep -qxF "$1" "$work/said"
    tap $? "$2" "$work/said"
}
told '| pingpong | 1 | 20.0 | 80.0 (quick) | 4.00 | >= 4 | yes |' "the best of the medians counts"
told '| pingpong | 2 | 20.0 | 90.4 (quick) | 4.52 | >= 5.5 | no |' "two threads have a target of their own"
told '| idle | 1 | 208.4 | – | – | <= 256 bytes | yes |' "bytes of an idle actor have a limit"
told '| idle | 2 | 300.0 | 900.0 (slow) | 3.00 | <= 256 bytes | no |' "and it holds beside any other"
told '| ring | 1 | failed | 50.0 (quick) | – | >= 4 | no |' "one run that failed is enough"
! grep -qE '\| (big|timers) ' "$work/said"
tap $? "what was alone or has no target is not in it" "$work/said"
told '2 of 5 targets are met' "it says how many are met"

sh "$top/test/bench/ratios.sh" "$work/none.tsv" >"$work/said" 2>&1
[ $? -eq 2 ] && grep -q 'none.tsv' "$work/said"
tap $? "a file that is not there is named" "$work/said"
tap_end
