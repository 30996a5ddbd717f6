/*
 * Actors that wait and timers that are far off: what the process uses the CPU for meanwhile.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <sys/resource.h>

enum { GO = 1, SETTLED, OVER, NEVER };
enum { CHUNK = 64 };
#define SETTLE ACT_SECONDS(1)
#define LATER  ACT_SECONDS(3600)

static void waiter_receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    bench_fail("a waiter is told nothing");
}

static const act_behavior waiter = {.name = "waiter", .receive = waiter_receive};

struct quiet {
    int64_t actors, timers, seconds, spawned, used;
};

/* Nanoseconds of CPU that the process has used. */
static int64_t used_so_far(void)
{
    struct rusage usage;
    bench_check(getrusage(RUSAGE_SELF, &usage) == 0, "the CPU time can be read");
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000000) +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * INT64_C(1000);
}

static void after(act_self *self, uint32_t tag, act_millis delay)
{
    act_ref timer;
    bench_must(act_tell_after_value(self, &timer, act_self_pid(self), tag, act_nothing(), delay));
}

static act_result begin(act_self *self, void *state, const void *args)
{
    *(struct quiet *)state = *(const struct quiet *)args;
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
    return ACT_OK;
}

static void make_some(act_self *self, struct quiet *quiet)
{
    act_pid pid;
    for (int i = 0; i < CHUNK && quiet->spawned < quiet->actors; i++, quiet->spawned++)
        bench_must(act_spawn(self, &pid, &waiter, NULL, NULL));
    if (quiet->spawned < quiet->actors) {
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
        return;
    }
    for (int64_t i = 0; i < quiet->timers; i++)
        after(self, NEVER, LATER + ACT_MS(i));
    after(self, SETTLED, SETTLE);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct quiet *quiet = state;
    switch (message->tag) {
    case GO: make_some(self, quiet); return;
    case SETTLED:
        quiet->used = used_so_far();
        after(self, OVER, ACT_SECONDS(quiet->seconds));
        return;
    case OVER:
        quiet->used = used_so_far() - quiet->used;
        bench_end_with(self, quiet->used, quiet->seconds, " cpu_us=%.1f",
                       (double)quiet->used / 1e3);
        return;
    default: bench_fail("no timer fires before its time");
    }
}

static const act_behavior director = {
    .name = "quiet",
    .state_bytes = sizeof(struct quiet),
    .args_bytes = sizeof(struct quiet),
    .init = begin,
    .receive = receive,
};

void bench_quiet(void)
{
    struct quiet args = {.actors = bench_number("actors", 0, 100000000),
                         .timers = bench_number("timers", 0, 1000000),
                         .seconds = bench_number("seconds", 1, 3600)};
    bench_run(&director, &args, NULL);
}
