/* What an actor costs that has been told one thing and waits for the next. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <stdatomic.h>

/* Spawned for each message that the director tells itself, so that the others run meanwhile. */
enum { CHUNK = 4 };
enum { GO = 1, ADD, ALL_HAVE_ADDED, LOOK };
#define SETTLE ACT_MS(200)

static atomic_int_fast64_t counter;
static int64_t             n; /* written before there is an actor to read it */

static void idler_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if ((atomic_fetch_add_explicit(&counter, message->as.int64, memory_order_relaxed) + 1) % n == 0)
        act_tell_value(self, act_self_parent(self), ALL_HAVE_ADDED, act_nothing());
}

static const act_behavior idler = {.name = "idler", .receive = idler_receive};

/* ---- the director ---- */

struct idle {
    int64_t  spawned, began, elapsed, resident_at_first, resident;
    act_pid *pids; /* counted: a part of what it takes to have actors */
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct idle *idle = state;
    (void)args;
    idle->resident_at_first = bench_resident_bytes();
    idle->began = bench_clock();
    idle->pids = bench_alloc(self, (size_t)n * sizeof *idle->pids);
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
    return ACT_OK;
}

static void spawn_some(act_self *self, struct idle *idle)
{
    for (int i = 0; i < CHUNK && idle->spawned < n; i++) {
        act_pid *pid = &idle->pids[idle->spawned++];
        bench_must(act_spawn(self, pid, &idler, NULL, NULL));
        act_tell_value(self, *pid, ADD, act_int64(1));
    }
    if (idle->spawned < n)
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static void look(act_self *self, struct idle *idle)
{
    idle->resident = bench_resident_bytes();
    for (int64_t i = 0; i < n; i++)
        act_tell_value(self, idle->pids[i], ADD, act_int64(1));
}

static void all_have_added(act_self *self, struct idle *idle)
{
    act_ref timer;
    if (atomic_load(&counter) == n) {
        idle->elapsed = bench_clock() - idle->began;
        bench_must(
            act_tell_after_value(self, &timer, act_self_pid(self), LOOK, act_nothing(), SETTLE));
    } else {
        bench_check(atomic_load(&counter) == 2 * n, "each actor adds twice");
        bench_end_with(self, idle->elapsed, n, " bytes_per_actor=%.1f",
                       (double)(idle->resident - idle->resident_at_first) / (double)n);
    }
}

static void receive(act_self *self, void *state, const act_message *message)
{
    if (message->tag == GO)
        spawn_some(self, state);
    else if (message->tag == ALL_HAVE_ADDED)
        all_have_added(self, state);
    else
        look(self, state);
}

static const act_behavior director = {
    .name = "idle",
    .state_bytes = sizeof(struct idle),
    .init = begin,
    .receive = receive,
};

void bench_idle(void)
{
    n = bench_number("n", 1, 100000000);
    bench_run(&director, NULL, NULL);
}
