#!/bin/sh
# kv beside redis-server under redis-benchmark: the same load, in turn, medians; prints, judges nothing. kv runs with
# a worker for each processor, as it does by itself, and with one: redis-server and redis-benchmark have one thread each.
# SPDX-License-Identifier: MIT
#
# usage: kv.sh [ROUNDS]      3 rounds unless said otherwise
# Only the ratio within one run means anything: machines change their speed from minute to minute.
set -u

rounds=${1-3}
kv=${top_builddir:-build}/samples/kv/kv
case $rounds in '' | *[!0-9]* | 0) echo "kv.sh: ROUNDS is a number from 1 on" >&2; exit 2 ;; esac
[ -x "$kv" ] || { echo "kv.sh: no $kv: ./quickstart build" >&2; exit 1; }
command -v redis-benchmark >/dev/null || { echo "kv.sh: redis-benchmark is missing (Debian package: redis-tools)" >&2; exit 1; }

work=$(mktemp -d) || exit 1
kv_pids='' redis_pid=''
stop() {
    for pid in $kv_pids $redis_pid; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# answers PORT PID: waits, for at most five seconds, until this very process answers there.
answers() {
    tries=50
    until redis-cli -p "$1" info server 2>/dev/null | tr -d '\r' | grep -q "^process_id:$2\$"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] && kill -0 "$2" 2>/dev/null || return 1
        sleep 0.1
    done
}

# start_kv NAME ARGUMENT...: its port is in kv_port.
start_kv() {
    log=$work/$1.log
    shift
    "$kv" --port 0 --shards 4 "$@" >"$log" 2>&1 &
    kv_pid=$! kv_port='' tries=50
    kv_pids="$kv_pids $kv_pid"
    while [ -z "$kv_port" ] && [ "$tries" -gt 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
        kv_port=$(sed -n 's/.* port \([0-9]*\),.*/\1/p' "$log")
    done
    answers "${kv_port:-1}" "$kv_pid" || { cat "$log" >&2; exit 1; }
}
start_kv kv
port_of_kv=$kv_port
start_kv kv1 --workers 1
port_of_kv1=$kv_port

# start_redis PORT: alone, with no file of another server. Another one may run on 6379: that is not ours to use.
start_redis() {
    redis_port=$1
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" >"$work/redis.log" 2>&1 &
    redis_pid=$!
    answers "$redis_port" "$redis_pid" && return
    kill "$redis_pid" 2>/dev/null
    wait "$redis_pid"
    redis_pid=''
    return 1
}

# It cannot be told to find a free port: a few are tried.
peers='kv kv1'
if command -v redis-server >/dev/null; then
    for offset in 1 2 3 5 8 13 21 34; do
        start_redis $(((kv_port + offset - 1024) % 64512 + 1024)) && peers='kv kv1 redis' && break
        grep -q 'Address already in use' "$work/redis.log" || break
    done
    if [ -z "$redis_pid" ]; then
        echo "redis-server did not start: kv alone. It said:" >&2
        cat "$work/redis.log" >&2
    fi
else
    echo "redis-server is not installed (Debian package: redis-server): kv alone" >&2
fi

# load PEER PORT PIPELINE REQUESTS: a line "PEER TEST PIPELINE requests-per-second" for each test.
load() {
    redis-benchmark -p "$2" -c 50 -n "$4" -P "$3" -r 10000 -d 64 -t set,get --csv 2>/dev/null |
        awk -F'"' -v peer="$1" -v pipeline="$3" '$2 == "SET" || $2 == "GET" { print peer, $2, pipeline, $4 }'
}

round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    for pipeline in 1 16; do
        requests=$((pipeline == 1 ? 200000 : 2000000))
        for peer in $peers; do
            case $peer in
            kv) port=$port_of_kv ;;
            kv1) port=$port_of_kv1 ;;
            redis) port=$redis_port ;;
            esac
            load "$peer" "$port" "$pipeline" "$requests" >>"$work/runs"
        done
    done
done

echo "redis-benchmark -c 50 -r 10000 -d 64, requests a second, median of $rounds (lowest to highest)"
sort -k2,3 -k1,1 -k4,4n "$work/runs" | awk '
    { key = $2 " -P " $3; if (!(key in seen)) { seen[key] = 1; keys[++count] = key }
      runs = ++n[key, $1]; value[key, $1, runs] = $4 }
    function median(key, peer) { return value[key, peer, int((n[key, peer] + 1) / 2)] }
    function cell(key, peer) { return sprintf("%9d (%d to %d)", median(key, peer), value[key, peer, 1], value[key, peer, n[key, peer]]) }
    function ratio(key, peer) { return n[key, "redis"] ? sprintf(" = %.2f", median(key, peer) / median(key, "redis")) : "" }
    END { for (i = 1; i <= count; i++) { key = keys[i]
        printf "  %-10s kv %s%s   kv --workers 1 %s%s", key, cell(key, "kv"), ratio(key, "kv"), cell(key, "kv1"), ratio(key, "kv1")
        if (n[key, "redis"]) printf "   redis-server %s", cell(key, "redis")
        print "" } }'
