/* What a thread needs to run actors, and how many of these live. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/worker.h>

#include <actor/delivery/outbox.h>
#include <actor/process/arena.h>
#include <actor/process/exit.h>
#include <actor/process/shared.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <mailbox/channel/channel_record.h>

_Static_assert(offsetof(struct act__worker, run) == 0, "a runner leads to its worker");

const size_t act__runner_bytes = sizeof(struct act__worker);

bool act__runner_init(struct act__runner *runner, struct act_system *system, uint32_t index,
                      uint64_t seed)
{
    struct act__worker *worker = act__worker_of(runner);
    worker->system = system;
    worker->run.executor = system->executor;
    worker->run.index = index;
    worker->backlog_max = system->options.backlog_max;
    worker->run.batch_max = system->options.batch_max;
    /* handlers that may take long keep nothing back */
    worker->outbox.max = index == ACT__NO_WORKER ? 0 : ACT__OUTBOX_MAX;
    act__store(&worker->run.lifo_slot, ACT__NO_LIFO_SLOT);
    worker->now = -1;
    act__random_seed(&worker->run.random, seed);
    if (act__spares_fill(worker))
        return true;
    act__runner_fini(runner); /* some of them may have been there */
    return false;
}

struct act__worker *act__worker_here(const struct act_system *system)
{
    struct act__worker *worker = act__runs_here;
    return worker != NULL && worker->system == system ? worker : NULL;
}

void act__runner_fini(struct act__runner *runner)
{
    struct act__worker *worker = act__worker_of(runner);
    act__arena_clear(&worker->scratch);
    if (worker->outbox.envelope != NULL)
        act__message_drop(worker->outbox.envelope);
    worker->outbox.envelope = NULL;
    while (worker->ending.spares_count > 0)
        act__reason_text_let_go(worker->ending.spares[--worker->ending.spares_count]);
    act__reason_text_let_go(worker->ending.panic_text);
    worker->ending.panic_text = NULL;
}

static void add_exited(struct act__runner *runner, void *context)
{
    /*
     * acquire: pairs with the release in act__end_run; what is counted here was counted as spawned
     * before.
     */
    *(uint64_t *)context += act__load_acquire(&act__worker_of(runner)->exited);
}

static void add_spawned(struct act__runner *runner, void *context)
{
    *(uint64_t *)context += act__load(&act__worker_of(runner)->spawned);
}

/*
 * First the ends and then the births: an actor that comes and goes between the two makes the result
 * no smaller.
 */
uint64_t act__system_actors_count(act_system *system)
{
    uint64_t exited = 0, spawned = 0;
    system->executor->operations->each_worker(system->executor, add_exited, &exited);
    add_spawned(&system->outside->run, &spawned);
    system->executor->operations->each_worker(system->executor, add_spawned, &spawned);
    return spawned - exited;
}

struct act__progress act__runner_progress(const struct act__runner *runner)
{
    const struct act__worker *worker = act__worker_of(runner);
    /* relaxed, all: hints; see hold_station in stuck.c */
    return (struct act__progress){.message = __atomic_load_n(&worker->message, __ATOMIC_RELAXED),
                                  .handled = act__load(&worker->received) +
                                             act__load(&worker->others_handled)};
}
