#!/bin/sh
# Each fact that doc/channel_cases.md names is there, and is run.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../../..}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"

# shellcheck disable=SC2016 # the backquotes are the page's
grep -o '`[a-z_]*: [a-z_0-9]*`' "$top/doc/channel_cases.md" | tr -d '`' | sort -u >"$work/named"
: >"$work/missing"
while read -r test fact; do
    case $test in
    *_stress:) file=$top/test/stress/${test%:}.c ;;
    *) file=$top/test/mailbox/channel/${test%:}_test.c ;;
    esac
    grep -q "^    FACT(${fact}[,)]" "$file" || echo "$file has no fact $fact" >>"$work/missing"
done <"$work/named"
[ -s "$work/named" ] && [ ! -s "$work/missing" ]
tap $? "every fact that is named is there" "$work/missing"
tap_end
