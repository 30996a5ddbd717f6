#!/bin/sh
# The job queue: what it says to a client, and that each job has its outcome while the queue fails.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"
. "$top/test/samples/service.sh"

clients=40 jobs=100
if service_is_sanitized; then clients=10 jobs=20; fi

service_start jobs/jobs 0 chaos
talk_start
{
    say 'submit fib 20' && hear 'job 1' && say 'result 1' && hear '1 done 6765' &&
        say 'submit flaky 3' && hear 'job 2' && say 'result 2' && hear '2 done 3' &&
        say 'submit flaky 4' && hear 'job 3' && say 'result 3' && hear '3 failed panic' &&
        say 'submit crash 0' && hear 'job 4' && say 'result 4' && hear '4 failed panic'
} >"$work/why" 2>&1
tap $? "jobs are done, tried again, and given up" "$work/why"
{
    say 'submit hang 0' && hear 'job 5' && say 'submit hang 3000' && hear 'job 6' &&
        say 'result 5' && hear '5 failed timed out' && say 'result 6' && hear '6 failed timed out'
} >"$work/why" 2>&1
tap $? "one that hangs has failed, also if it does not listen" "$work/why"
{
    help='! submit fib|sleep|flaky|crash|hang NUMBER, result JOB'
    say 'submit fib 41' 'submit fib -1' 'submit dance 1' 'submit fib 1 1' 'submit fib' 'result 1 x' '' &&
        hear "$help" "$help" "$help" "$help" "$help" "$help" "$help" &&
        say 'result 0' 'result 77' 'result -1' &&
        hear '0 unknown' '77 unknown' '18446744073709551615 unknown'
} >"$work/why" 2>&1
tap $? "what is no job is refused" "$work/why"
{
    say 'submit sleep 300' && hear 'job 7' && say 'result 7' 'result 7' &&
        hear '7 is asked for again' && say 'crash' && hear '7 done 300' &&
        say 'result 1' && hear '1 done 6765'
} >"$work/why" 2>&1
tap $? "a queue that has failed knows its jobs" "$work/why"

"$build/samples/jobs/jobs-load" "$service_port" "$clients" "$jobs" 700 >"$work/why" 2>&1
tap $? "each job has its outcome while the queue fails" "$work/why"
grep -q ' crashes=[1-9]' "$work/why"
tap $? "and it has failed" "$work/why"

service_stop >"$work/why" 2>&1
tap $? "told to end it exits with 0" "$work/why"
talk_end
tap_end
