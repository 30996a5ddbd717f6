#!/bin/sh
# Bad input and bad clients: no crash, no leak, bounded memory, and every other client is served.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"
. "$top/test/samples/kv/kv.sh"
memory_max_kb=65536

kv_start --shards 4 --backlog 8
client order 100 >"$work/why" 2>&1 # what is made at the first use is there now
descriptors=$(kv_descriptors) threads=$(kv_threads)

# good NAME WORD...: the client is content.
good() {
    name=$1
    shift
    client "$@" >"$work/why" 2>&1
    tap $? "$name" "$work/why"
}
good "a long pipeline over all shards keeps its order" order 2000
good "a value of 40 MB goes in and comes back" big
ticks=$(kv_ticks)
good "a million words in requests of a thousand" million 1000
many=$(($(kv_ticks) - ticks)) ticks=$(kv_ticks)
good "a million words in one request" million 1000000
one=$(($(kv_ticks) - ticks))
echo "a million words cost $many ticks in a thousand requests, $one in one" >"$work/why"
[ "$one" -le $((5 * many + 20)) ]
tap $? "and these cost no more in one" "$work/why"
good "while one shard sleeps the others answer" asleep
good "a command that crashes its shard gets TRYAGAIN, once, and no other does" crash
good "each command is done and answered once while its shard is crashed again and again" lost 2000
good "a transaction over crashing shards is done as one and once" transactions 500
good "what clients that leave in the middle of transactions have borrowed is given back" leavers 500
good "nothing is executed of what a web page can make a browser say" http
good "300,000 requests written before a reply is read are answered" before 300000
good "each of many crashes under way at once is told to its own client" calls 400
good "a shard that is crashed 20,000 times in a row keeps its keys" panics 20000
good "half a command, then the end: what was whole is answered" half
good "a header of 512 MB is refused, and what is announced takes no memory" header
good "random bytes" random 1000
client order 100000 >"$work/others" 2>&1 &
others=$!
good "10,000 connections opened and dropped" flood 10000
wait "$others"
tap $? "and a client in good standing gets its replies meanwhile" "$work/others"

mkfifo "$work/looked"
client deaf <"$work/looked" >"$work/deaf" 2>&1 &
deaf=$!
exec 4>"$work/looked"
until grep -q took "$work/deaf" || ! kill -0 "$deaf" 2>/dev/null; do
    kill -0 "$kv_pid" || break
done
resident=$(kv_memory VmRSS)
echo >&4
exec 4>&-
wait "$deaf"
tap $? "a client that never reads is no trouble for others" "$work/deaf"
cp "$work/kv-errors" "$work/why"
grep -q 'a client did not read its replies and sent more than --backlog allows' "$work/why"
tap $? "and is told of in the log when it has sent more than --backlog allows" "$work/why"

if kv_is_sanitized; then
    tap_skip "memory stays bounded" "a sanitizer keeps what was freed"
else
    peak=$(kv_memory VmHWM)
    echo "resident with the deaf client: $resident kB, peak $peak kB (the value of 40 MB included)" >"$work/why"
    sed 's/^/# /' "$work/why"
    [ "$resident" -le "$memory_max_kb" ]
    tap $? "memory stays bounded" "$work/why"
fi

# The last ones leave when kv has noticed.
tries=0
until [ "$(kv_descriptors)" -le "$descriptors" ] || [ "$tries" -gt 500 ]; do
    tries=$((tries + 1))
done
echo "descriptors $descriptors -> $(kv_descriptors), threads $threads -> $(kv_threads)" >"$work/why"
# Up to 16 spare threads may have stood in for slow handlers; they stay.
[ "$(kv_descriptors)" -le "$descriptors" ] && [ "$(kv_threads)" -le $((threads + 16)) ]
tap $? "no descriptor and no thread is left behind" "$work/why"

kv_stop
tap $? "kv exits 0" "$work/kv-errors"
kv_complaints >"$work/why"
[ ! -s "$work/why" ]
tap $? "nothing has crashed but what was told to" "$work/why"

kv_start --maxclients 10
good "one client too many is told so" crowd
kv_stop || cat "$work/kv-errors"
tap_end
