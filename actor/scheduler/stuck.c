/* What becomes of a station whose thread is in a turn that does not end. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/stuck.h>

#include <signal.h>

#include <actor/scheduler/loop.h>
#include <actor/scheduler/membarrier.h>
#include <actor/scheduler/monitor.h>
#include <actor/scheduler/parking.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/station.h>
#include <actor/scheduler/task.h>
#include <actor/scheduler/worker_pool.h>
#include <mailbox/base/lock.h>

/* --------------------------------------------------------------------------------------- giving */

/* The actor that is in `lifo_slot`, where `then` is instead; NULL: there was none. */
static struct act__task *take_lifo_slot(struct act__runner *runner, struct act__task *then)
{
    /* acquire: the token comes with it; pairs with the release in act__schedule. */
    struct act__task *task =
        atomic_exchange_explicit(&runner->lifo_slot, then, memory_order_acquire);
    return task != ACT__NO_LIFO_SLOT ? task : NULL;
}

/* Nothing is to be left in `lifo_slot`, where the thread will not look any more. */
static void close_next(struct act__worker_pool *pool, struct act__runner *runner)
{
    struct act__task *task = take_lifo_slot(runner, ACT__NO_LIFO_SLOT);
    if (task != NULL)
        act__pool_inject(pool, task, task, 1);
}

static void remove_displaced(struct act__station *station, struct act__pool_thread *thread)
{
    struct act__pool_thread **place = &station->displaced;
    while (*place != thread)
        place = &(*place)->next_displaced;
    *place = thread->next_displaced;
    thread->left = NULL;
    act__loop_resume(station->loop, &thread->suspended);
}

/* Whether the thread that has the station is to look which threads want it, or is to end. */
static bool is_asked_for(const struct act__worker_pool *pool, const struct act__station *station)
{
    const struct act__pool_thread *thread = station->displaced;
    if (pool->ending)
        return true;
    while (thread != NULL && !thread->turn_is_over)
        thread = thread->next_displaced;
    return thread != NULL || station->wanted != NULL;
}

void act__stuck_give(struct act__station *station, struct act__pool_thread *thread)
{
    struct act__worker_pool *pool = act__pool_of(thread->base.executor);
    if (station->thread != NULL)
        station->thread->station = NULL;
    station->thread = thread;
    thread->station = station;
    if (thread->left == station)
        remove_displaced(station, thread);
    thread->base.index = station->index;
    thread->base.loop = station->loop;
    thread->base.wheel = &station->wheel;
    thread->base.posted = &station->posted;
    act__loop_give(station->loop, &thread->base);
    /* relaxed, all: the thread waits for the mutex. */
    if (act__load(&thread->base.lifo_slot) == ACT__NO_LIFO_SLOT)
        act__store(&thread->base.lifo_slot, NULL);
    /* Others may wait for it; and one that was displaced then was not told by act__stuck_end. */
    act__store(&thread->base.station_asked, is_asked_for(pool, station));
    pthread_cond_signal(&thread->moved);
}

static void become_spare(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    thread->next_spare = pool->monitor.spares;
    pool->monitor.spares = thread;
}

/*
 * By the monitor, which blocks all signals: handlers on a spare are to find what they find on any
 * worker.
 */
static act_result start_spare(struct act__worker_pool *pool, struct act__pool_thread **thread)
{
    sigset_t own;
    pthread_sigmask(SIG_SETMASK, &pool->monitor.mask, &own);
    act_result result = act__pool_add_thread(pool, thread);
    pthread_sigmask(SIG_SETMASK, &own, NULL);
    return result;
}

static struct act__pool_thread *take_spare_thread(struct act__worker_pool *pool)
{
    struct act__monitor     *monitor = &pool->monitor;
    struct act__pool_thread *thread = monitor->spares;
    if (thread != NULL) {
        monitor->spares = thread->next_spare;
    } else if (monitor->spares_started < monitor->spares_max &&
               start_spare(pool, &thread) == ACT_OK) {
        monitor->spares_started++;
    }
    return thread;
}

/*
 * Displaced threads whose turns have ended: their actors' events flow again, and they are spares.
 */
static void settle(struct act__worker_pool *pool, struct act__station *station)
{
    struct act__pool_thread *thread = station->displaced, *next;
    for (; thread != NULL; thread = next) {
        next = thread->next_displaced;
        if (!thread->turn_is_over)
            continue;
        remove_displaced(station, thread);
        become_spare(pool, thread);
    }
}

/* The thread that has the station is to attend to it. */
static void ask_for(struct act__worker_pool *pool, struct act__station *station)
{
    /*
     * seq_cst: before it is looked whether the worker sleeps; pairs with anything_to_do in
     * parking.c.
     */
    atomic_store_explicit(&station->thread->base.station_asked, true, memory_order_seq_cst);
    act__parking_wake(pool, station);
}

static struct act__pool_thread *take_wanting(struct act__station *station)
{
    struct act__pool_thread *thread = station->wanted;
    if (thread != NULL)
        station->wanted = thread->next_wanting;
    return thread;
}

/* A thread between turns has no station any more. */
static void stand_back(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    thread->base.index = ACT__NO_WORKER;
    thread->base.loop = NULL;
    thread->base.wheel = NULL;
    close_next(pool, &thread->base);
}

bool act__stuck_attend(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    act__lock(&pool->monitor.mutex);
    struct act__station *station = thread->station;
    if (station == NULL) {
        stand_back(pool, thread);
        thread->turn_is_over = true;
        ask_for(pool, thread->left);
    } else {
        struct act__pool_thread *wanting = take_wanting(station);
        settle(pool, station);
        if (wanting != NULL) {
            act__parking_found(pool, station); /* what it was woken for is for another */
            act__stuck_give(station, wanting);
            stand_back(pool, thread);
            become_spare(pool, thread);
        } else {
            act__store(&thread->base.station_asked, false); /* relaxed: the monitor is not
                                                               looking */
        }
    }
    bool has = thread->station != NULL && !pool->ending;
    act__unlock(&pool->monitor.mutex);
    return has;
}

bool act__stuck_wait(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    act__lock(&pool->monitor.mutex);
    while (thread->station == NULL && !pool->ending)
        pthread_cond_wait(&thread->moved, &pool->monitor.mutex);
    bool has = !pool->ending;
    act__unlock(&pool->monitor.mutex);
    return has;
}

void act__stuck_end(struct act__worker_pool *pool)
{
    act__lock(&pool->monitor.mutex);
    pool->ending = true;
    for (uint32_t i = 0; i < pool->base.workers_count; i++)
        if (pool->stations[i].thread != NULL)
            ask_for(pool, &pool->stations[i]);
    for (uint32_t i = 0; i < pool->threads_count; i++)
        pthread_cond_signal(&act__pool_thread_at(pool, i)->moved);
    act__unlock(&pool->monitor.mutex);
}

/* What still runs, after act_system_destroy has given it up, may want this thread's station. */
void act__stuck_leave(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    act__lock(&pool->monitor.mutex);
    struct act__station     *station = thread->station;
    struct act__pool_thread *wanting = station != NULL ? take_wanting(station) : NULL;
    thread->has_ended = true;
    if (wanting != NULL)
        act__stuck_give(station, wanting);
    pthread_cond_broadcast(&pool->thread_ended);
    act__unlock(&pool->monitor.mutex);
}

/* ---------------------------------------------------------------------- in the middle of a turn */

bool act__station_enter_slowly(struct act__runner *runner)
{
    struct act__worker_pool *pool = act__pool_of(runner->executor);
    struct act__pool_thread *thread = act__pool_thread_of(runner);
    act__store(&runner->station_uses, 0); /* relaxed: nothing was done with it */
    act__lock(&pool->monitor.mutex);
    bool has = thread->station != NULL;
    if (has)
        act__store(&runner->station_uses, 1); /* the monitor looks with the mutex */
    act__unlock(&pool->monitor.mutex);
    return has;
}

static void want(struct act__worker_pool *pool, struct act__station *station,
                 struct act__pool_thread *thread)
{
    struct act__pool_thread **last = &station->wanted;
    thread->next_wanting = NULL;
    while (*last != NULL)
        last = &(*last)->next_wanting;
    *last = thread;
    ask_for(pool, station);
}

void act__station_regain(struct act__runner *runner)
{
    struct act__worker_pool *pool = act__pool_of(runner->executor);
    struct act__pool_thread *thread = act__pool_thread_of(runner);
    act__lock(&pool->monitor.mutex);
    act__store(&runner->station_uses, 1); /* before it is given: the monitor would take it from a
                                             thread that still wakes */
    if (thread->left->thread->has_ended)
        act__stuck_give(thread->left, thread);
    else
        want(pool, thread->left, thread);
    while (thread->station == NULL)
        pthread_cond_wait(&thread->moved, &pool->monitor.mutex);
    act__unlock(&pool->monitor.mutex);
}

/* ------------------------------------------------------------------------------- by the monitor */

/*
 * From outside, in the turn that is `turn`. Returns: whether the thread is kept from its station
 * until let_go_of; not if it is using it, or the turn has ended.
 */
static bool hold_station(struct act__station *station, uint32_t turn)
{
    struct act__runner *runner = &station->thread->base;
    act__store(&runner->station_asked, true);
    act__membarrier(); /* then the two below are read: see station.h */
    /*
     * acquire, all: pair with the releases in run_turn, act__turn_run, take_short, finish_turn and
     * act__station_leave.
     */
    return act__load_acquire(&runner->turn) == turn &&
           act__load_acquire(&runner->current) != NULL &&
           act__load_acquire(&runner->station_uses) == 0;
}

static void let_go_of(const struct act__worker_pool *pool, struct act__station *station)
{
    /*
     * release: pairs with the acquire in act__station_enter, must_leave and take_short: the thread
     * sees what was done meanwhile.
     */
    act__store_release(&station->thread->base.station_asked, is_asked_for(pool, station));
}

/* The one that the long turn woke last, and the timers. */
static void run_what_waits(struct act__worker_pool *pool, struct act__station *station)
{
    struct act__task *woken = take_lifo_slot(&station->thread->base, NULL);
    if (woken != NULL)
        act__pool_inject(pool, woken, woken, 1);
    act__pool_run_armed(station);
    act__timers_run(pool->monitor.runner, &station->wheel, act__pool_now(pool));
}

static void displace(struct act__worker_pool *pool, struct act__station *station,
                     struct act__pool_thread *other, struct act__task *current)
{
    struct act__pool_thread *thread = station->thread;
    thread->left = station;
    thread->turn_is_over = false;
    thread->next_displaced = station->displaced;
    station->displaced = thread;
    thread->suspended.owner = act__task_name(current).local;
    act__loop_suspend(station->loop, &thread->suspended);
    act__stuck_give(station, other); /* station_asked stays set for the thread that has lost it */
    close_next(pool, &thread->base);
}

bool act__stuck_relieve(struct act__worker_pool *pool, struct act__station *station, uint32_t turn,
                        act_millis lasted)
{
    struct act__monitor *monitor = &pool->monitor;
    if (!monitor->may_hold)
        return false;
    if (!hold_station(station, turn)) {
        let_go_of(pool, station);
        return false;
    }
    settle(pool, station);
    run_what_waits(pool, station);
    struct act__task *current = act__load(&station->thread->base.current);
    if (current == NULL || (lasted < monitor->stuck_after && station->wanted == NULL)) {
        let_go_of(pool, station);
        return false;
    }
    struct act__pool_thread *other =
        station->wanted != NULL ? take_wanting(station) : take_spare_thread(pool);
    if (other != NULL)
        displace(pool, station, other, current);
    else
        let_go_of(pool, station);
    return other == NULL;
}

void act__stuck_sweep(struct act__worker_pool *pool)
{
    for (uint32_t i = 0; i < pool->base.workers_count; i++) {
        struct act__pool_thread *thread = pool->stations[i].displaced;
        for (; thread != NULL; thread = thread->next_displaced)
            close_next(pool, &thread->base);
    }
}
