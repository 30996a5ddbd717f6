/* What a thread needs to run actors, and how many of these live. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/worker.h>

#include <actor/delivery/outbox.h>
#include <actor/process/arena.h>
#include <actor/process/exit.h>
#include <actor/process/shared.h>
#include <actor/scheduler/executor.h>
#include <mailbox/channel/channel_record.h>

_Thread_local struct act__worker *act__callbacks_here;

bool act__worker_init(struct act__worker *worker, struct act_system *system, uint32_t index,
                      uint64_t seed)
{
    worker->system = system;
    worker->executor = system->executor;
    worker->index = index;
    worker->backlog_max = system->options.backlog_max;
    worker->batch_max = system->options.batch_max;
    /* handlers that may take long keep nothing back */
    worker->outbox_max = index == ACT__NO_WORKER ? 0 : ACT__OUTBOX_MAX;
    act__store(&worker->lifo_slot, ACT__NO_LIFO_SLOT);
    worker->now = -1;
    act__random_seed(&worker->random, seed);
    if (act__spares_fill(worker))
        return true;
    act__worker_fini(worker); /* some of them may have been there */
    return false;
}

struct act__worker *act__worker_here(const struct act_system *system)
{
    struct act__worker *worker = act__runs_here;
    return worker != NULL && worker->system == system ? worker : NULL;
}

void act__worker_fini(struct act__worker *worker)
{
    act__arena_clear(&worker->scratch);
    if (worker->outbox.envelope != NULL)
        act__message_drop(worker->outbox.envelope);
    worker->outbox.envelope = NULL;
    while (worker->spares_count > 0)
        act__reason_text_let_go(worker->spares[--worker->spares_count]);
    act__reason_text_let_go(worker->panic_text);
    worker->panic_text = NULL;
}

static void add_exited(struct act__worker *worker, void *context)
{
    /*
     * acquire: pairs with the release in act__end_run; who is counted here was counted as spawned
     * before.
     */
    *(uint64_t *)context += act__load_acquire(&worker->exited);
}

static void add_spawned(struct act__worker *worker, void *context)
{
    *(uint64_t *)context += act__load(&worker->spawned);
}

/*
 * First the ends and then the births: an actor that comes and goes between the two makes the result
 * no smaller.
 */
uint64_t act__system_actors_count(act_system *system)
{
    uint64_t exited = 0, spawned = 0;
    system->executor->operations->each_worker(system->executor, add_exited, &exited);
    add_spawned(system->outside, &spawned);
    system->executor->operations->each_worker(system->executor, add_spawned, &spawned);
    return spawned - exited;
}
