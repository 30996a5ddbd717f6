#!/bin/sh
# A program that breaks a rule is told where, by a library that was configured with --enable-debug.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"
source=$top/test/actor/process/misuse.c

# says RULE TEXT: a program that breaks it is aborted, and is told the text and its own line.
says() {
    line=$(sed -n "/HERE: $1 /=" "$source")
    # A shell in between, so that none here has to tell of the signal.
    (exec "$build/test/actor/process/misuse" "$1") >"$work/why" 2>&1
    status=$?
    [ "$status" -eq 134 ] && grep -q "^act: .*misuse\.c:$line: $2" "$work/why"
    tap $? "$1 is told with its line: $2" "$work/why"
}

if ! grep -q -- -DACT_DEBUG "$build/act.pc"; then
    tap_skip "a program that breaks a rule is told where" "configure was not given --enable-debug"
    tap_end
fi
"$build/test/actor/process/misuse" "none" >"$work/why" 2>&1 && [ ! -s "$work/why" ]
tap $? "a program that breaks none hears nothing" "$work/why"
says "another thread" "act_link: actor .* none does"
says "no callback" "act_tell: actor .* none does"
says "a supervisor's call" "act_supervisor_count_children: actor .* none does"
says "another message" "act_view: the message is no clerk_sign"
says "a changed message" "act_edit: the message is no clerk_sign"
tap_end
