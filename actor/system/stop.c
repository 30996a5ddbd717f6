/* How a system is asked to stop, and how it then ends its actors in order. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/lifecycle.h>
#include <actor/system/stop.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <actor/process/cell.h>
#include <actor/process/fatal.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/signal/signal.h>
#include <actor/system/left.h>
#include <actor/system/roots.h>
#include <actor/system/service_manager.h>
#include <actor/system/system.h>
#include <actor/system/system_record.h>
#include <actor/time/clock.h>
#include <mailbox/base/lock.h>

#define LOOK_AGAIN ACT_MS(20)
#define KILL_ROUND ACT_MS(10) /* what was spawned all the same is killed in the next */
/* How long the killed may take, besides stop_timeout: a handler that is running returns first. */
#define KILL_TIMEOUT ACT_SECONDS(1)

void act_system_stop(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    if (act__has_forked(system))
        return;
    uint64_t one = 1;
    int      saved = errno; /* a signal handler must leave it alone */
    act__store(&record->stop_asked, true);
    if (record->stop_event >= 0 && write(record->stop_event, &one, sizeof one) < 0) {
        /* Only EAGAIN is possible: it was written before. */
    }
    errno = saved;
}

void act_system_kill(act_system *system)
{
    if (act__has_forked(system))
        return;
    /* relaxed: act__stop_wait looks again soon */
    act__store(&act__record_of(system)->kill_asked, true);
    act_system_stop(system);
}

void act_system_tree_begins(act_system *system)
{
    act__add(&act__record_of(system)->trees_count, 1);
}

void act_system_tree_ended(act_system *system, act_tree_end how)
{
    struct act__system_record *record = act__record_of(system);
    bool                       is_last = act__sub(&record->trees_count, 1) == 1;
    const struct act__worker  *worker = act__worker_here(system);
    if (how == ACT_TREE_END_EARLY && worker != NULL &&
        worker->ending.reason.kind == ACT_EXIT_KILLED)
        how = ACT_TREE_END_GAVE_UP;
    if (act__load(&system->closing) || system->executor->simulated)
        return;
    if (how == ACT_TREE_END_GAVE_UP)
        act__store(&record->gave_up, true);
    if (how == ACT_TREE_END_GAVE_UP || (how == ACT_TREE_END_DONE && is_last))
        act_system_stop(system);
}

void act__system_actor_ended(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    /* seq_cst, partner of itself: of two that end at the same time one sees that it is the last. */
    atomic_thread_fence(memory_order_seq_cst);
    if (act__system_actors_count(system) != 0)
        return;
    act__lock(&record->roots.mutex);
    pthread_cond_broadcast(&record->roots.ended);
    act__unlock(&record->roots.mutex);
}

void act__control_set_all(act_system *system, struct act__worker *worker, uint8_t control)
{
    act_self *cell;
    for (size_t slot = 1; (cell = act__slab_at(&system->cells, slot)) != NULL; slot++) {
        /* pairs with the release in spawn.c and foreign.c */
        uint64_t generation = act__load_acquire(&cell->generation);
        if (act__generation_is_live(generation))
            act__control_set(system, worker, act__local_make(generation, slot), control);
    }
}

/* ------------------------------------------------------------------------------------- in order */

bool act__has_ended(const act_system *system, enum act__ended what)
{
    if (what == ACT__ENDED_ROOTS)
        return act__roots_are_gone(system);
    if (what == ACT__ENDED_CONNECTIONS) /* relaxed: their owners have ended, so all are counted */
        return act__load(&system->finishing_count) == 0;
    return act__system_actors_count((act_system *)(uintptr_t)system) == 0;
}

static act_millis now_of(const act_system *system)
{
    return system->executor->operations->now(system->executor);
}

static act_millis add_delay(act_millis now, act_millis delay)
{
    return delay == ACT_FOREVER ? ACT_FOREVER : now + delay;
}

/* What has not ended in time. */
static act_result kill_all(struct act__stop *stop, act_millis asked)
{
    act_system *system = stop->system;
    act_millis  until = add_delay(now_of(system), stop->kill_timeout);
    bool        is_asked = stop->heeds_kill && act__load(&act__record_of(system)->kill_asked);

    stop->heeds_kill = false; /* what waits for the killed is not cut short */
    act__left_tell(system, ACT_LOG_WARNING,
                   is_asked ? "not ended before act_system_kill, is killed:"
                            : "not ended within stop_timeout, is killed:",
                   asked);
    do
        act__control_set_all(system, stop->worker, ACT__CONTROL_KILL);
    while (!stop->wait(stop, ACT__ENDED_ALL, now_of(system) + KILL_ROUND) &&
           (until == ACT_FOREVER || now_of(system) < until));
    return ACT_TIMED_OUT;
}

act_result act__stop_in_order(struct act__stop *stop)
{
    act_system *system = stop->system;
    act_millis  asked = now_of(system);
    act_millis  until = add_delay(asked, system->options.stop_timeout);
    /*
     * relaxed: an actor that sees it late spawns once more, or does not tell of its end:
     * act__stop_wait looks again.
     */
    act__store(&system->closing, true);
    act__service_manager_stop_begins(system);
    act__roots_tell(system, stop->worker);
    bool in_time = stop->wait(stop, ACT__ENDED_ROOTS, until);
    /* those that no root had under its care */
    act__control_set_all(system, stop->worker, ACT__CONTROL_SHUTDOWN);
    in_time = stop->wait(stop, ACT__ENDED_ALL, until) && in_time;
    act__store(&system->killing, true); /* relaxed: an actor that is spawned all the same is
                                           killed in the next round */
    if (act__has_ended(system, ACT__ENDED_ALL)) {
        in_time = (act__has_ended(system, ACT__ENDED_CONNECTIONS) ||
                   stop->wait(stop, ACT__ENDED_CONNECTIONS, until)) &&
                  in_time;
        return in_time ? ACT_OK : ACT_TIMED_OUT;
    }
    return kill_all(stop, asked);
}

/* ---------------------------------------------------------------------------- ordinary threads */

bool act__stop_wait(const struct act__stop *stop, enum act__ended what, act_millis until)
{
    act_system        *system = stop->system;
    struct act__roots *roots = &act__record_of(system)->roots;
    act_millis         left = until == ACT_FOREVER ? 0 : until - now_of(system);
    struct timespec    deadline = act__clock_after(left > 0 ? left : 0);
    bool               ended, in_time = true;
    act__lock(&roots->mutex);
    for (;;) {
        ended = act__has_ended(system, what);
        if (ended || !in_time ||
            (stop->heeds_kill && act__load(&act__record_of(system)->kill_asked)))
            break;
        /*
         * An actor that was ending while `closing` was set may not have seen it, and then does not
         * tell: look again soon. The alternative is a fence in every end.
         */
        struct timespec soon = act__clock_after(LOOK_AGAIN);
        bool            last = until != ACT_FOREVER && !act__clock_is_before(&soon, &deadline);
        in_time = pthread_cond_timedwait(&roots->ended, &roots->mutex, last ? &deadline : &soon) !=
                      ETIMEDOUT ||
                  !last;
    }
    act__unlock(&roots->mutex);
    return ended;
}

static act_result result_of_stop(act_system *system, act_result result)
{
    if (act__load(&act__record_of(system)->gave_up))
        return ACT_GAVE_UP;
    return result == ACT_OK && act__load(&system->overdue) ? ACT_TIMED_OUT : result;
}

act_result act__stop_run(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    struct pollfd              asked = {.fd = record->stop_event, .events = POLLIN};
    if (record->stopped)
        return ACT_INVALID;
    system->runner = act__stack_here();
    act__store_release(&system->is_run, true); /* pairs with the acquire in act__check_stack */
    while (!act__load(&record->stop_asked))
        (void)poll(&asked, 1, -1);
    record->stopped = true;
    struct act__stop stop = {
        .system = system, .wait = act__stop_wait, .heeds_kill = true, .kill_timeout = KILL_TIMEOUT};
    act_result result = result_of_stop(system, act__stop_in_order(&stop));
    act__store(&system->is_run, false);
    return result;
}

act_result act_system_run(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    if (act__has_forked(system))
        return ACT_FORKED;
    if (!act__may_take_down(system))
        return ACT_INVALID;
    if (!record->stopped && !act__load(&record->stop_asked))
        act__service_manager_run_begins(system);
    return act__stop_run(system);
}
