#!/bin/sh
# redis-cli and redis-benchmark talk to kv, also while its shards are crashed in a loop.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"

if ! command -v redis-cli >/dev/null || ! command -v redis-benchmark >/dev/null; then
    tap_skip "redis-cli and redis-benchmark talk to kv" "they are not installed (Debian package: redis-tools)"
    tap_end
fi
. "$top/test/samples/kv/kv.sh"
kv_start --shards 4

# says EXPECTED COMMAND...: redis-cli prints just that.
says() {
    expected=$1
    shift
    got=$(cli "$@")
    [ "$got" = "$expected" ] || printf '%s: expected "%s", got "%s"\n' "$*" "$expected" "$got"
}
{
    says PONG PING
    says OK SET greeting hello
    says hello GET greeting
    says OK MSET a 1 b 2 c 3
    says "1
2
3" MGET a b c
    says 2 INCR a
    says 5 APPEND b xxxx
    says 3 DEL a b c
    says OK SET temporary 1 EX 100
    says 100 TTL temporary
    says 2 DBSIZE
    says "greeting" KEYS 'g*'
    says "ERR value is not an integer or out of range" INCR greeting
    says "ERR wrong number of arguments for 'get' command" GET
    says OK CLIENT SETNAME me
    says "port
$kv_port" CONFIG GET port
    says "TRYAGAIN shard restarted" DEBUG PANIC greeting
    says hello GET greeting
    says OK FLUSHALL
    says 0 DBSIZE
} >"$work/why"
[ ! -s "$work/why" ]
tap $? "redis-cli gets the answers it expects, by hand" "$work/why"

cli INFO >"$work/why"
grep -q '^shard_restarts:1' "$work/why" && grep -q '^connected_clients:[1-9]' "$work/why" &&
    grep -q "^tcp_port:$kv_port" "$work/why"
tap $? "INFO tells real numbers" "$work/why"

cli DEBUG TREE >"$work/why"
grep -q 'shard-.*restarts 1$' "$work/why" && grep -q 'listener' "$work/why" && grep -q 'client-' "$work/why"
tap $? "DEBUG TREE shows the supervision tree with the restart" "$work/why"

i=0
while [ "$i" -lt 5000 ]; do
    # shellcheck disable=SC2016 # a bulk's header begins so
    printf '*3\r\n$3\r\nSET\r\n$%d\r\npipe:%d\r\n$3\r\nabc\r\n' "$((5 + ${#i}))" "$i"
    i=$((i + 1))
done >"$work/mass"
cli --pipe <"$work/mass" >"$work/why"
grep -q 'errors: 0, replies: 5000' "$work/why" && [ "$(cli DBSIZE)" = 5000 ]
tap $? "redis-cli --pipe inserts in mass" "$work/why"

# bench ARGUMENT...: what it complained of is left in why.
bench() {
    timeout 100 redis-benchmark -p "$kv_port" -r 10000 -q "$@" 2>&1 </dev/null |
        tr '\r' '\n' | grep -i -e error -e warning -e refused -e closed >"$work/why"
}
for pipeline in 1 16; do
    bench -t ping,set,get,incr,mset -n 20000 -P "$pipeline"
    [ ! -s "$work/why" ]
    tap $? "redis-benchmark runs clean with -P $pipeline" "$work/why"
done

# It leaves at the first error, so it is started again and again.
panic_loop() {
    n=0
    while [ ! -e "$work/enough" ]; do
        n=$((n + 1))
        cli DEBUG PANIC "k$n" | grep . || echo nothing
    done >"$work/panics"
}
panic_loop &
loop=$!
: >"$work/errors"
for test in ping set get incr mset; do
    for pipeline in 1 16; do
        bench -t "$test" -n 20000 -P "$pipeline"
        cat "$work/why" >>"$work/errors"
    done
done
: >"$work/enough"
wait "$loop"
grep -v 'Error from server: TRYAGAIN shard restarted' "$work/errors" >"$work/why"
[ ! -s "$work/why" ]
tap $? "redis-benchmark sees TRYAGAIN and nothing else while shards crash" "$work/why"
grep -v '^TRYAGAIN shard restarted$' "$work/panics" >"$work/why"
[ ! -s "$work/why" ] && [ -s "$work/panics" ]
tap $? "every DEBUG PANIC is answered with TRYAGAIN" "$work/why"

bench -t set,get -n 20000
[ ! -s "$work/why" ]
tap $? "redis-benchmark runs clean afterwards" "$work/why"

kv_stop
tap $? "kv exits 0" "$work/kv-errors"
kv_complaints >"$work/why"
[ ! -s "$work/why" ]
tap $? "nothing else has crashed" "$work/why"
tap_end
