# Starts a sample that serves TCP, talks to it, and stops it; sourced after tap.sh, never run.
# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154,SC2034 # work, build: of the script that sources this

service_guard=
talk_pid=
service_end() {
    [ -z "$talk_pid" ] || kill -KILL "$talk_pid" 2>/dev/null
    [ -z "$service_guard" ] || kill -KILL "$service_pid" "$service_guard" 2>/dev/null
    rm -rf "$work"
}
trap service_end EXIT

# service_start PROGRAM ARGUMENT...: it logs where it listens. The guard ends it if this script cannot.
service_start() {
    rm -f "$work/log"
    mkfifo "$work/log" || exit 99
    program=$1
    shift
    timeout -s KILL 300 "$build/samples/$program" "$@" 2>"$work/log" </dev/null &
    service_guard=$!
    exec 3<"$work/log"
    read -r line <&3
    service_port=${line##*:}
    service_pid=$(sed 's/ .*//' "/proc/$service_guard/task/$service_guard/children")
    cat <&3 >"$work/errors" &
    exec 3<&-
    case $service_port in
    '' | *[!0-9]*)
        echo "Bail out! $program does not start: $line"
        exit 99
        ;;
    esac
}

# service_stop: SIGTERM; its exit status is the answer.
service_stop() {
    kill -TERM "$service_pid"
    wait "$service_guard"
    service_status=$?
    service_guard=
    return "$service_status"
}

# A client that talks: say LINE..., and hear LINE... in this order.
talk_start() {
    rm -f "$work/says" "$work/hears"
    mkfifo "$work/says" "$work/hears" || exit 99
    timeout -s KILL 60 "$build/test/installed/talk" "$service_port" <"$work/says" >"$work/hears" &
    talk_pid=$!
    exec 4>"$work/says" 5<"$work/hears"
}
say() { printf '%s\n' "$@" >&4; }
hear() {
    cr=$(printf '\r')
    for wanted in "$@"; do
        heard='(the end)'
        read -r heard <&5
        heard=${heard%"$cr"}
        [ "$heard" = "$wanted" ] || {
            echo "heard \"$heard\", not \"$wanted\""
            return 1
        }
    done
}
talk_end() {
    exec 4>&- 5<&-
    wait "$talk_pid"
    talk_pid=
}

# Sanitizers make all of it slower.
service_is_sanitized() { grep -q -e '--enable-sanitizer=[a-z]' "$build/config.log"; }
