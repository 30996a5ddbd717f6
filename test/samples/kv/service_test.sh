#!/bin/sh
# kv as a service: its options, its stop under load, what it costs when idle, and the demonstration.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"
. "$top/test/samples/kv/kv.sh"
idle_seconds=3

# refuses EXPECTED-TEXT PROGRAM OPTION...
refuses() {
    expected=$1
    program=$2
    shift 2
    timeout 20 "$build/samples/kv/$program" "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ "$status" -ne 2 ] || ! grep -qF -e "$expected" "$work/err"; then
        echo "$program $*: status $status, said: $(cat "$work/err")"
    fi
}
{
    refuses "--port: 'x' is not a number from 0 to 65535" kv --port x
    refuses "--port: '65536' is not" kv --port 65536
    refuses "--shards: '0' is not a number from 1 to 63" kv --shards 0
    refuses "--workers: '-1' is not" kv --workers -1
    refuses "--backlog: '0' is not a number from 1 to 1024" kv --backlog 0
    refuses "--maxclients: '' is not" kv --maxclients ''
    refuses "--port needs a value" kv --port
    refuses "no such option: --prot" kv --prot 1
    refuses "--bind: 'localhost' is not a numeric address" kv --bind localhost
    refuses "kv-demo: --seconds: '0' is not a number from 1 to 86400" kv-demo --seconds 0
    refuses "kv-demo: --port needs a value" kv-demo --stay --port
    refuses "kv-demo: no such option: 5" kv-demo 5
} >"$work/why"
[ ! -s "$work/why" ]
tap $? "bad options are refused, with the reason" "$work/why"

"$build/samples/kv/kv" --help >"$work/why" && grep -q 'usage: kv' "$work/why"
tap $? "--help helps" "$work/why"

kv_start --shards 3 --workers 2
"$build/samples/kv/kv" --port "$kv_port" >"$work/why" 2>&1
status=$?
[ "$status" -eq 1 ] && grep -q "cannot listen on 127.0.0.1 port $kv_port: Address already in use" "$work/why"
tap $? "a port that is taken is a reason to give up" "$work/why"

timeout 100 "$build/samples/kv/kv-demo" --stay --port "$kv_port" >"$work/why" 2>&1
status=$?
[ "$status" -eq 1 ] && grep -q "FAILED: kv cannot listen on port $kv_port: Address already in use" "$work/why"
tap $? "and so it is for the demonstration" "$work/why"

before=$(kv_ticks)
sleep "$idle_seconds"
after=$(kv_ticks)
echo "$((after - before)) ticks in $idle_seconds s" >"$work/why"
[ $((after - before)) -le 1 ]
tap $? "an idle kv uses no CPU" "$work/why"

# Under load: a client that counts must get an unbroken row of numbers up to the end of its connection.
for signal in TERM INT; do
    [ -n "$kv_guard" ] || kv_start --shards 3
    mkfifo "$work/counting"
    client count >"$work/counting" 2>"$work/why" &
    counter=$!
    exec 4<"$work/counting"
    read -r line <&4
    began=$(date +%s)
    kill -s "$signal" "$kv_pid"
    kv_wait
    status=$?
    took=$(($(date +%s) - began))
    cat <&4 >>"$work/why"
    wait "$counter" && [ "$status" -eq 0 ] && [ "$took" -le 5 ]
    failed=$?
    echo "$line: exit status $status after $took s" >>"$work/why"
    cat "$work/kv-errors" >>"$work/why"
    tap "$failed" "SIG$signal under load: what was read is answered, exit 0 in time" "$work/why"
    exec 4<&-
    rm -f "$work/counting"
done

kv_start --bind ::
client dual >"$work/why" 2>&1
status=$?
if [ "$status" -eq 77 ]; then
    tap_skip "--bind :: is for IPv4 and IPv6" "there is no IPv6"
else
    tap "$status" "--bind :: is for IPv4 and IPv6" "$work/why"
fi
kv_stop

kv_start
while kill -TERM "$kv_pid" 2>/dev/null; do :; done
kv_wait
tap $? "SIGTERM again and again ends it in order, too" "$work/kv-errors"

timeout 100 "$build/samples/kv/kv-demo" --seconds 3 >"$work/why" 2>&1
failed=$?
grep -q '^OK: no connection was lost' "$work/why" && grep -q 'shard-0 .*restarts' "$work/why" || failed=1
tap "$failed" "the demonstration is content" "$work/why"

mkfifo "$work/told"
timeout -s KILL 100 "$build/samples/kv/kv-demo" --seconds 1 --stay --port 0 >"$work/told" 2>"$work/why" &
demo=$!
exec 5<"$work/told"
while read -r line <&5 && [ "$line" != "Ctrl-C ends it." ]; do
    case $line in redis-cli*GET*) kv_port=$(echo "$line" | sed 's/.* -p \([0-9]*\) .*/\1/') ;; esac
done
client calls 8 >>"$work/why" 2>&1
failed=$?
kill -TERM "$(sed 's/ .*//' "/proc/$demo/task/$demo/children")"
wait "$demo" || failed=1
tap "$failed" "a demonstration that stays serves until SIGTERM, then exits 0" "$work/why"
tap_end
