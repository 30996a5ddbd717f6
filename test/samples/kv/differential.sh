#!/bin/sh
# Compares the replies of kv's commands with those of a redis-server, where one is installed.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"

if ! command -v redis-server >/dev/null; then
    tap_skip "replies are those of redis" "redis-server is not installed (Debian package: redis-server)"
    tap_end
fi

work=$(mktemp -d) || exit 99
redis-server --port 0 --unixsocket "$work/socket" --dir "$work" --save '' --appendonly no \
    --enable-debug-command yes --logfile "$work/log" </dev/null >/dev/null 2>&1 &
redis=$!
trap 'kill "$redis" 2>/dev/null; wait "$redis" 2>/dev/null; rm -rf "$work"' EXIT
tries=0
until redis-cli -s "$work/socket" ping >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 1000 ] || ! kill -0 "$redis" 2>/dev/null; then
        tap_skip "replies are those of redis" "redis-server does not start"
        tap_end
    fi
done
"$build/test/samples/kv/differential" "$work/socket"
