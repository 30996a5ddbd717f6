#!/bin/sh
# Checks the checkers: what the kit and the TAP driver make of tests that fail, crash, hang or leave.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"
specimen=$(cd "$build" && pwd)/test/kit/specimen
# The run must not depend on how the outer tests are run.
unset CK_FORK CK_RUN_CASE HARNESS_ACTIVE KIT_ROUNDS_MAX KIT_ROUNDS_TIMES

# says FILE TEXT: the file has this line.
says() { grep -qxF -- "$2" "$1"; }

# driven COMMAND...: what automake's TAP driver makes of the command, in $work/trs.
driven() {
    env AM_TAP_AWK="${AWK-awk}" sh "$top/aux/tap-driver.sh" --test-name t --log-file "$work/log" \
        --trs-file "$work/trs" --color-tests no -- "$@" >/dev/null 2>&1
}
results() { grep -c "^:test-result: $1" "$work/trs"; }

"$specimen" >"$work/said" 2>&1
[ $? -eq 1 ]
tap $? "a program with a failed case exits with 1 when run by hand" "$work/said"
for case in 'ok 1 - holds' 'not ok 2 - fails' 'not ok 3 - crashes' 'not ok 4 - hangs' 'not ok 5 - leaves' \
    'ok 6 - leaves_by_design' 'ok 7 - aborts_by_design' 'ok 8 - holds_in_every_round' \
    'not ok 9 - fails_in_the_last_round' '1..9' "# again: CK_RUN_CASE=fails $specimen"; do
    says "$work/said" "$case"
    tap $? "the kit says '$case'" "$work/said"
done

CK_RUN_CASE=fails "$specimen" >"$work/said" 2>&1
says "$work/said" 'not ok 1 - fails' && says "$work/said" '1..1'
tap $? "CK_RUN_CASE runs one case alone" "$work/said"

HARNESS_ACTIVE=1 driven "$specimen"
[ "$(results PASS)" -eq 4 ] && [ "$(results FAIL)" -eq 5 ] && [ "$(results ERROR)" -eq 0 ]
tap $? "the driver counts each case once" "$work/trs"

CK_FORK=no CK_RUN_CASE=crashes driven "$specimen"
[ "$(results ERROR)" -gt 0 ]
tap $? "a crash of the whole program is a failure" "$work/trs"

CK_FORK=no CK_RUN_CASE=fails "$specimen" >"$work/said" 2>&1
says "$work/said" "# again: CK_FORK=no CK_RUN_CASE=fails $specimen"
tap $? "how to run it again repeats CK_FORK=no" "$work/said"

driven sh -c 'echo "ok 1 - fine"; echo 1..1; exit 66'
[ "$(results PASS)" -eq 1 ] && [ "$(results ERROR)" -eq 1 ]
tap $? "an exit status after all cases held is a failure" "$work/trs"

driven sh -c 'echo "ok 1 - fine"; echo 1..2'
[ "$(results ERROR)" -eq 1 ]
tap $? "a missing case is a failure" "$work/trs"
tap_end
