/* Actors that are spawned, get one message, and end. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <stdatomic.h>

/* Spawned for each message that the creator tells itself: between its turns the others run. */
enum { CHUNK = 4 };
enum { GO = 1, VALUE };

/* Shared by all actors, in a cache line of their own; the last of them ends the run. */
static struct {
    _Alignas(64) atomic_int_fast64_t sum;
    atomic_int_fast64_t count;
} shared;

static int64_t n, began; /* written before there is an actor to read them */

static void once_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    atomic_fetch_add_explicit(&shared.sum, message->as.int64, memory_order_relaxed);
    /* acq_rel: the last one sees what all the others have added to the sum. */
    if (atomic_fetch_add_explicit(&shared.count, 1, memory_order_acq_rel) + 1 == n) {
        int64_t elapsed = bench_clock() - began;
        bench_check(atomic_load(&shared.sum) == bench_sum_below(n),
                    "each actor adds its value once");
        bench_end(self, elapsed, n);
    }
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior once = {.name = "once", .receive = once_receive};

static act_result begin(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    began = bench_clock();
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
    return ACT_OK;
}

static void create(act_self *self, void *state, const act_message *message)
{
    int64_t *next = state;
    act_pid  pid;
    (void)message;
    for (int i = 0; i < CHUNK && *next < n; i++) {
        bench_must(act_spawn(self, &pid, &once, NULL, NULL));
        act_tell_value(self, pid, VALUE, act_int64((*next)++));
    }
    if (*next < n)
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior creator = {
    .name = "creator",
    .state_bytes = sizeof(int64_t),
    .init = begin,
    .receive = create,
};

void bench_spawn(void)
{
    n = bench_number("n", 1, INT32_MAX);
    bench_run(&creator, NULL, NULL);
}
