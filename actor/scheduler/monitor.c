/* The thread that notices turns which do not end. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/monitor.h>

#include <signal.h>

#include <actor/scheduler/membarrier.h>
#include <actor/scheduler/report.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/stuck.h>
#include <actor/scheduler/worker_pool.h>
#include <actor/time/clock.h>
#include <mailbox/base/lock.h>

/*
 * It looks at the turns of all threads every few milliseconds, as sysmon of Go does
 * (runtime/proc.go), and rests while all workers sleep. A turn that it sees at two looks has lasted
 * for the time between them, at least.
 */
#define PERIOD_MAX  ACT_MS(5)
#define LOOKS       4  /* in stuck_after, at least */
#define QUIET_LOOKS 20 /* before it rests, as waking it costs a worker a system call */

/* -------------------------------------------------------------------------------------- looking */

/*
 * How long the thread has been in its turn, as far as the looks tell; 0: it is in none, or in a new
 * one. Several messages may be handled in a turn: `handling` is when it was first seen at the
 * present one.
 */
static act_millis watch(struct act__monitor *monitor, struct act__pool_thread *thread,
                        act_millis now)
{
    struct act__watched *watched = &thread->watched;
    /* relaxed, all: hints; see hold_station in stuck.c */
    uint32_t             turn = act__load(&thread->base.turn);
    bool                 is_running = act__load(&thread->base.current) != NULL;
    struct act__progress progress = act__runner_progress(&thread->base);
    bool                 is_same = watched->turn == turn && watched->is_running && is_running;
    if (!is_same && watched->is_counted && watched->told == 0)
        monitor->suppressed++; /* it ended before there was a moment to report it */
    if (!is_same)
        *watched = (struct act__watched){
            .turn = turn, .is_running = is_running, .since = now, .handling = now};
    else if (watched->progress.message != progress.message ||
             watched->progress.handled != progress.handled)
        watched->handling = now;
    watched->progress = progress;
    return is_same ? now - watched->since : 0;
}

/* A turn is reported after stuck_after, and then each time it is ten times that. */
static void report_if_due(struct act__worker_pool *pool, struct act__pool_thread *thread,
                          act_millis lasted)
{
    struct act__watched *watched = &thread->watched;
    act_millis           first = pool->monitor.stuck_after;
    act_millis           after = watched->told == 0 ? first : 10 * watched->told;
    if (lasted >= after && act__stuck_report(pool, thread, lasted)) /* else at the next look */
        watched->told = after;
}

/* With the mutex. */
static void look(struct act__worker_pool *pool)
{
    act_millis now = act__pool_now(pool);
    bool       is_quiet = act__load(&pool->sleepers) == pool->base.workers_count;
    act__stuck_sweep(pool);
    for (uint32_t i = 0; i < pool->threads_count; i++) {
        struct act__pool_thread *thread = act__pool_thread_at(pool, i);
        act_millis               so_far = watch(&pool->monitor, thread, now);
        is_quiet = is_quiet && !thread->watched.is_running;
        if (so_far == 0)
            continue;
        act_millis handled = now - thread->watched.handling;
        if (handled >= pool->monitor.stuck_after && !thread->watched.is_counted) {
            thread->watched.is_counted = true;
            act__count(&pool->monitor.runner->stuck);
        }
        if (thread->station != NULL)
            thread->watched.no_spare =
                act__stuck_relieve(pool, thread->station, thread->watched.turn, handled);
        report_if_due(pool, thread, handled);
    }
    pool->monitor.quiet_looks = is_quiet ? pool->monitor.quiet_looks + 1 : 0;
}

/*
 * With the mutex. Whether the service manager's watchdog is to be fed now: only if no worker has
 * been in one and the same turn since the last time. One whose station another thread has got goes
 * on there.
 */
static bool may_feed(struct act__worker_pool *pool)
{
    struct act__monitor *monitor = &pool->monitor;
    act_millis           now = act__pool_now(pool);
    if (monitor->feeds_after == 0 || now - monitor->fed < monitor->feeds_after)
        return false;
    for (uint32_t i = 0; i < pool->base.workers_count; i++) {
        const struct act__watched *watched = &pool->stations[i].thread->watched;
        if (watched->is_running && now - watched->since >= monitor->feeds_after)
            return false;
    }
    monitor->fed = now;
    return true;
}

/* With the mutex, without it meanwhile. */
static void feed(struct act__worker_pool *pool)
{
    act__unlock(&pool->monitor.mutex);
    act_result result = act__watchdog_feed(pool->system);
    act__lock(&pool->monitor.mutex);
    if (result != ACT_OK)
        act__stuck_report_unfed(pool, result);
}

/* -------------------------------------------------------------------------------------- pausing */

/* With the mutex. A worker that wakes up meanwhile sees `rests`; or its waking is seen here. */
static bool may_rest(struct act__worker_pool *pool)
{
    struct act__monitor *monitor = &pool->monitor;
    if (monitor->quiet_looks < QUIET_LOOKS)
        return false;
    monitor->quiet_looks = 0;
    /*
     * seq_cst, both: pair with claim in parking.c, which lowers `sleepers`, and act__monitor_wake
     * after it.
     */
    atomic_store_explicit(&monitor->rests, true, memory_order_seq_cst);
    if (atomic_load_explicit(&pool->sleepers, memory_order_seq_cst) == pool->base.workers_count)
        return true;
    act__store(&monitor->rests, false);
    return false;
}

void act__monitor_rouse(struct act__worker_pool *pool)
{
    act__lock(&pool->monitor.mutex);
    act__store(&pool->monitor.rests, false);
    pthread_cond_signal(&pool->monitor.wake);
    act__unlock(&pool->monitor.mutex);
}

act_millis act__monitor_pause(const struct act__monitor *monitor, act_millis now, bool rests)
{
    act_millis pause = rests ? ACT_SECONDS(3600) : monitor->period;
    act_millis due = monitor->fed + monitor->feeds_after - now;
    if (monitor->feeds_after == 0 || due >= pause)
        return pause;
    return due > 0 ? due : monitor->period; /* overdue: a worker is in one turn for too long */
}

/* With the mutex. */
static void pause_looking(struct act__worker_pool *pool)
{
    struct act__monitor *monitor = &pool->monitor;
    act_millis           pause = act__monitor_pause(monitor, act__pool_now(pool), may_rest(pool));
    struct timespec      until = act__clock_after(pause);
    if (act__load(&monitor->rests)) {
        while (act__load(&monitor->rests) && !monitor->ending &&
               pthread_cond_timedwait(&monitor->wake, &monitor->mutex, &until) == 0)
            ;
        act__store(&monitor->rests, false);
        return;
    }
    while (!monitor->ending && pthread_cond_timedwait(&monitor->wake, &monitor->mutex, &until) == 0)
        ;
}

static void *run_monitor(void *argument)
{
    struct act__worker_pool *pool = argument;
    struct act__monitor     *monitor = &pool->monitor;
    act__lock(&monitor->mutex);
    while (!monitor->ending) {
        look(pool);
        if (may_feed(pool))
            feed(pool);
        pause_looking(pool);
    }
    act__unlock(&monitor->mutex);
    return NULL;
}

/* -------------------------------------------------------------------------------- begin and end */

static act_millis period_of(act_millis stuck_after)
{
    return stuck_after / LOOKS < PERIOD_MAX ? stuck_after / LOOKS : PERIOD_MAX;
}

act_result act__monitor_init(struct act__worker_pool *pool, const struct act__pool_options *options)
{
    struct act__monitor *monitor = &pool->monitor;
    pthread_mutex_init(&monitor->mutex, NULL);
    act__condition_init(&monitor->wake);
    pthread_cond_init(&monitor->reporter.work, NULL);
    monitor->stuck_after = options->stuck_after != ACT_FOREVER ? options->stuck_after : INT64_MAX;
    monitor->feeds_after = options->feeds_after;
    monitor->period = period_of(monitor->stuck_after);
    monitor->spares_max = options->spares_max;
    monitor->runner = act__allocate_lines(act__runner_bytes);
    if (monitor->runner == NULL ||
        !act__runner_init(monitor->runner, pool->system, ACT__NO_WORKER, pool->seed))
        return ACT_NO_MEMORY;
    monitor->runner->executor = &pool->base;
    return ACT_OK;
}

act_result act__monitor_start(struct act__worker_pool *pool)
{
    struct act__monitor *monitor = &pool->monitor;
    sigset_t             all;
    if (monitor->stuck_after == INT64_MAX && monitor->feeds_after == 0)
        return ACT_OK;
    monitor->may_hold = monitor->stuck_after != INT64_MAX && act__membarrier_register();
    act__stuck_report_init();
    sigfillset(&all); /* signals of the process are for other threads */
    pthread_sigmask(SIG_SETMASK, &all, &monitor->mask);
    monitor->started = pthread_create(&monitor->id, NULL, run_monitor, pool) == 0;
    pthread_sigmask(SIG_SETMASK, &monitor->mask, NULL);
    return monitor->started ? ACT_OK : ACT_OS;
}

void act__monitor_stop(struct act__worker_pool *pool)
{
    struct act__monitor *monitor = &pool->monitor;
    act__lock(&monitor->mutex);
    monitor->ending = true;
    pthread_cond_signal(&monitor->wake);
    act__unlock(&monitor->mutex);
    if (monitor->started)
        pthread_join(monitor->id, NULL);
    monitor->started = false;
    act__stuck_report_stop(pool);
}

void act__monitor_fini(struct act__worker_pool *pool)
{
    if (pool->monitor.runner != NULL)
        act__runner_fini(pool->monitor.runner);
    act__free(pool->monitor.runner);
    pthread_cond_destroy(&pool->monitor.wake);
    pthread_cond_destroy(&pool->monitor.reporter.work);
    pthread_mutex_destroy(&pool->monitor.mutex);
}
