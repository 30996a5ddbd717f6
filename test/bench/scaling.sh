#!/bin/sh
# What an operation costs from few actors to many: tables, and a graph where gnuplot is at hand; judges nothing.
# SPDX-License-Identifier: MIT
#
# usage: scaling.sh [RUNS]      3 runs of each point unless said otherwise; the median counts
# The graph is bench/scaling.svg in the build directory, beside what it was drawn from.
set -u

runs=${1-3}
build=${top_builddir:-build}
bench=$build/test/bench/act-bench
into=$build/bench
case $runs in '' | *[!0-9]* | 0) echo "scaling.sh: RUNS is a number from 1 on" >&2; exit 2 ;; esac
[ -x "$bench" ] || { echo "scaling.sh: no $bench: ./quickstart build" >&2; exit 1; }
mkdir -p "$into" || exit 1
two=2
[ "$(nproc)" -ge 2 ] || two=1

# There is memory for so many actors: 512 bytes each, with what the benchmark keeps of them. What
# is free is looked at each time, and said where it is too little.
fits() {
    free=$(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) / 1024))
    needed=$(($1 * 512 / 1048576))
    [ "$needed" -le "$free" ]
}

# point FIGURE THREADS ARGUMENT...: the median of a figure of the last line.
point() {
    figure=$1 threads=$2 cores=0
    shift 2
    [ "$threads" -eq 1 ] || cores=0,1
    round=0
    while [ "$round" -lt "$runs" ]; do
        round=$((round + 1))
        taskset -c "$cores" "$bench" "$@" threads="$threads" </dev/null | tail -n 1 | tr ' ' '\n' | sed -n "s/^$figure=//p"
    done | sort -n | awk '{ value[NR] = $1 } END { if (NR == 0) exit 1; print value[int((NR + 1) / 2)] }'
}

# series NAME TITLE FIGURE SIZES ARGUMENTS: @ in the arguments is the size. A table, and NAME.dat: size, one, two threads.
series() {
    : >"$into/$1.dat"
    printf '\n| %s | 1 thread | %s threads |\n|---|---|---|\n' "$2" "$two"
    for size in $4; do
        fits "$size" || { echo "| $size | needs $needed MiB, $free are free | |"; continue; }
        arguments=$(echo "$5" | sed "s/@/$size/")
        # shellcheck disable=SC2086 # the arguments are words
        one=$(point "$3" 1 $arguments) && more=$(point "$3" "$two" $arguments) || exit 1
        echo "| $size | $one | $more |"
        echo "$size $one $more" >>"$into/$1.dat"
    done
}

# beside NAME SMALL LARGE MOST: what an operation costs at one size, in times of what it costs at
# another.
beside() {
    awk -v small="$2" -v large="$3" -v most="$4" '
        $1 == small { one = $2; more = $3 }
        $1 == large { last_one = $2; last_more = $3 }
        END {
            ratio = "-"; ratio_more = "-"
            if (one && last_one) ratio = sprintf("%.1f", last_one / one)
            if (more && last_more) ratio_more = sprintf("%.1f", last_more / more)
            printf "| %s beside %s, aimed at: <= %s | %s | %s |\n", large, small, most, ratio, ratio_more
        }' "$into/$1.dat"
}

many='1000 10000 100000 1000000 10000000'
echo "nanoseconds an operation, idle: bytes an actor; the median of $runs"
series ring 'actors: a hop of the ring' ns_per_op "$many" "ring actors=@ tokens=1000 hops=2000000"
beside ring 1000 10000000 4
series idle 'actors: bytes of an idle one' bytes_per_actor "$many" "idle n=@"
series fanin 'producers: a message' ns_per_op '1 10 100 1000 10000' 'fanin producers=@ n=2000000'
series skynet 'leaves: an actor of the tree' ns_per_op "$many" "skynet leaves=@"

command -v gnuplot >/dev/null || { echo "no graph: gnuplot is missing (Debian package: gnuplot-nox)" >&2; exit 0; }
gnuplot <<G && echo && echo "drawn: $into/scaling.svg"
set terminal svg size 1000,700 background 'white'
set output '$into/scaling.svg'
set multiplot layout 2,2
set logscale x
set format x '10^{%L}'
set yrange [0:*]
set key bottom right
set title 'ring: ns a hop, by actors'
plot '$into/ring.dat' using 1:2 with linespoints title '1 thread', '' using 1:3 with linespoints title '$two threads'
set title 'idle: bytes an actor, by actors'
plot '$into/idle.dat' using 1:2 with linespoints title '1 thread', '' using 1:3 with linespoints title '$two threads'
set title 'fan-in: ns a message, by producers'
plot '$into/fanin.dat' using 1:2 with linespoints title '1 thread', '' using 1:3 with linespoints title '$two threads'
set title 'skynet: ns an actor, by leaves'
plot '$into/skynet.dat' using 1:2 with linespoints title '1 thread', '' using 1:3 with linespoints title '$two threads'
unset multiplot
G
