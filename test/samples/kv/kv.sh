# Starts, asks and stops a kv; sourced after tap.sh, never run. SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # work, build: of the script that sources this

kv_pid=
kv_port=
kv_guard=
kv_end() {
    [ -z "$kv_guard" ] || kill -KILL "$kv_pid" "$kv_guard" 2>/dev/null
    rm -rf "$work"
}
trap kv_end EXIT

# kv_start [OPTION...]: on a free port; it says on its standard output when it listens. The guard ends it
# if this script cannot.
kv_start() {
    rm -f "$work/said"
    mkfifo "$work/said" || exit 99
    timeout -s KILL 300 "$build/samples/kv/kv" --port 0 "$@" >"$work/said" 2>"$work/kv-errors" </dev/null &
    kv_guard=$!
    exec 3<"$work/said"
    read -r kv_line <&3
    kv_port=$(echo "$kv_line" | sed -n 's/.* port \([0-9]*\),.*/\1/p')
    kv_pid=$(sed 's/ .*//' "/proc/$kv_guard/task/$kv_guard/children")
    if [ -z "$kv_port" ]; then
        echo "Bail out! kv does not start: $(cat "$work/kv-errors")"
        exit 99
    fi
}

# kv_stop: SIGTERM; kv's exit status is the answer.
kv_stop() {
    kill -TERM "$kv_pid"
    kv_wait
}
kv_wait() {
    wait "$kv_guard"
    kv_status=$?
    kv_guard=
    exec 3<&-
    return "$kv_status"
}

cli() { timeout 20 redis-cli -p "$kv_port" "$@" 2>&1; }
client() { timeout 100 "$build/test/samples/kv/client" "$kv_port" "$@"; }

kv_descriptors() { find "/proc/$kv_pid/fd" -mindepth 1 | wc -l; }
kv_threads() { find "/proc/$kv_pid/task" -mindepth 1 -maxdepth 1 | wc -l; }
kv_memory() { sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/$kv_pid/status"; }
# User and system time of all its threads, in ticks of usually 10 ms: fields 14 and 15 of /proc/PID/stat.
kv_ticks() { sed 's/.*) //' "/proc/$kv_pid/stat" | awk '{ print $12 + $13 }'; }

# The errors that kv wrote and no test asked for.
# Where a busy machine has no time to write as many, the log says how many it has lost.
kv_complaints() { grep -v -e ' is stuck ' -e ' records of the log were lost here' -e '(dead letter: the pid names no living actor)' -e 'DEBUG PANIC' -e 'takes us for a web server' -e 'more than --backlog allows' -e 'panicked at a message of <[^>]*>: \(kv_\|tag 1 resource\)' "$work/kv-errors"; }

# Whether memory can be judged: sanitizers keep what was freed.
kv_is_sanitized() { grep -q -e '--enable-sanitizer=[a-z]' "$build/config.log"; }
