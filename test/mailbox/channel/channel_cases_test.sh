#!/bin/sh
# Each case that doc/channel_cases.md names is there, and is run.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../../..}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"

# shellcheck disable=SC2016 # the backquotes are the page's
grep -o '`[a-z_]*: [a-z_0-9]*`' "$top/doc/channel_cases.md" | tr -d '`' | sort -u >"$work/named"
: >"$work/missing"
while read -r test case; do
    case $test in
    *_stress:) file=$top/test/stress/${test%:}.c ;;
    *) file=$top/test/mailbox/channel/${test%:}_test.c ;;
    esac
    grep -q "^    TEST_CASE(${case}[,)]" "$file" || echo "$file has no case $case" >>"$work/missing"
done <"$work/named"
[ -s "$work/named" ] && [ ! -s "$work/missing" ]
tap $? "every case that is named is there" "$work/missing"
tap_end
