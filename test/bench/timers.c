/*
 * Timers armed by the thousand, half of them cancelled at once; how late the others are. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <inttypes.h>
#include <stdlib.h>

enum { GO = 1, FIRED, EXPECT, REPORT };
enum { BATCH = 1000, DELAY_MAX = 1000 };
#define NANOSECONDS INT64_C(1000000) /* in a millisecond */

/* ---- the receiver ---- */

struct receiver {
    int64_t *late; /* of each that has fired, in nanoseconds */
    int64_t  n, fired, expected;
};

static act_result receiver_begin(act_self *self, void *state, const void *args)
{
    struct receiver *receiver = state;
    receiver->n = *(const int64_t *)args;
    receiver->late = bench_alloc(self, (size_t)receiver->n * sizeof *receiver->late);
    return ACT_OK;
}

static void report(act_self *self, const struct receiver *receiver)
{
    int64_t *late = receiver->late, fired = receiver->fired;
    qsort(late, (size_t)fired, sizeof *late, bench_compare);
    int64_t found[] = {fired, late[fired / 2], late[fired * 99 / 100]};
    act_tell_bytes(self, act_self_parent(self), REPORT, found, sizeof found);
}

static void receiver_receive(act_self *self, void *state, const act_message *message)
{
    struct receiver *receiver = state;
    if (message->tag == EXPECT) {
        receiver->expected = message->as.int64;
    } else {
        bench_check(receiver->fired < receiver->n, "no timer fires twice");
        receiver->late[receiver->fired++] = bench_clock() - message->as.int64;
    }
    if (receiver->expected == 0)
        return;
    bench_check(receiver->fired <= receiver->expected, "no timer fires that was cancelled");
    if (receiver->fired == receiver->expected)
        report(self, receiver);
}

static const act_behavior receiver = {
    .name = "receiver",
    .state_bytes = sizeof(struct receiver),
    .args_bytes = sizeof(int64_t),
    .init = receiver_begin,
    .receive = receiver_receive,
};

/* ---- the director, which arms and cancels: a batch, then others have a chance to run ---- */

struct timers {
    int64_t  n, armed, cancelled;
    int64_t  arming, cancelling; /* nanoseconds */
    uint32_t x;
    act_pid  receiver;
    act_ref  batch[BATCH];
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct timers *timers = state;
    timers->n = *(const int64_t *)args;
    timers->x = bench_seed(0);
    bench_must(act_spawn(self, &timers->receiver, &receiver, &timers->n, NULL));
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
    return ACT_OK;
}

static void arm(act_self *self, struct timers *timers)
{
    for (int i = 0; i < BATCH; i++) {
        timers->x = bench_next(timers->x);
        act_millis delay = 1 + bench_out(timers->x) % DELAY_MAX;
        int64_t    due = bench_clock() + delay * NANOSECONDS;
        bench_must(act_tell_after_value(self, &timers->batch[i], timers->receiver, FIRED,
                                        act_int64(due), delay));
    }
}

static void cancel(act_self *self, struct timers *timers)
{
    for (int i = BATCH - 2; i >= 0; i -= 2)
        timers->cancelled += act_cancel_timer(self, timers->batch[i]) == ACT_OK;
}

static void next_batch(act_self *self, struct timers *timers)
{
    int64_t began = bench_clock();
    arm(self, timers);
    int64_t armed = bench_clock();
    cancel(self, timers);
    timers->cancelling += bench_clock() - armed;
    timers->arming += armed - began;
    timers->armed += BATCH;
    if (timers->armed < timers->n) {
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
    } else {
        /* When all have fired, and some more time has passed in which none must. */
        act_ref timer;
        bench_must(act_tell_after_value(self, &timer, timers->receiver, EXPECT,
                                        act_int64(timers->n - timers->cancelled),
                                        DELAY_MAX + ACT_MS(100)));
    }
}

static void end(act_self *self, const struct timers *timers, const act_message *message)
{
    int64_t found[3], n = timers->n, cancels = n / 2;
    bench_must(act_message_read(message, found, sizeof found));
    bench_end_with(self, timers->arming + timers->cancelling, n + cancels,
                   " arm_ns=%.1f cancel_ns=%.1f fired=%" PRId64
                   " late_p50_us=%.1f late_p99_us=%.1f",
                   (double)timers->arming / (double)n, (double)timers->cancelling / (double)cancels,
                   found[0], (double)found[1] / 1e3, (double)found[2] / 1e3);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    if (message->tag == GO)
        next_batch(self, state);
    else
        end(self, state, message);
}

static const act_behavior director = {
    .name = "timers",
    .state_bytes = sizeof(struct timers),
    .args_bytes = sizeof(int64_t),
    .init = begin,
    .receive = receive,
};

void bench_timers(void)
{
    int64_t n = bench_number("n", BATCH, INT32_MAX);
    bench_demand(n % BATCH == 0, "n: not a multiple of 1000");
    bench_run(&director, &n, NULL);
}
