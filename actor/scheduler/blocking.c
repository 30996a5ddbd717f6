/* Threads for actors whose handlers may block. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/blocking.h>

#include <stdio.h>

#include <actor/scheduler/executor.h>
#include <actor/scheduler/report.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/task.h>
#include <actor/time/clock.h>
#include <mailbox/base/lock.h>
#include <mailbox/message/pool.h>

#define IDLE_SECONDS 10
#define WAIT_LONG    ACT_MS(200)     /* for a thread: told from here on, ... */
#define TELL_EVERY   ACT_SECONDS(12) /* ... so often at most */

struct act__blocking_thread {
    struct act__blocking_pool   *pool;
    struct act__blocking_thread *next;
    bool                         living;
    struct act__task            *task;  /* whose turn it is; NULL: it is idle. With the next two,
                                           under the mutex. */
    act_millis                   since; /* when that began */
    struct act__task_name        name;  /* then */
    struct act__runner runner    ACT__ALIGNED; /* last: behind it is what the rooms above keep */
};

void act__blocking_init(struct act__blocking_pool *pool, struct act__executor *executor,
                        struct act_system *system, uint32_t living_max)
{
    pthread_mutex_init(&pool->mutex, NULL);
    act__condition_init(&pool->work);
    act__condition_init(&pool->gone);
    act__condition_init(&pool->watch);
    pool->told_at = -TELL_EVERY;
    pool->executor = executor;
    pool->system = system;
    pool->living_max = living_max;
}

static act_millis now_of(const struct act__blocking_pool *pool)
{
    return pool->executor->operations->now(pool->executor);
}

/* Its turn begins: the token is held, so the actor is what it will be. */
static void note_turn(struct act__blocking_thread *thread, struct act__task *task, act_millis now)
{
    thread->task = task;
    thread->since = now;
    thread->name = act__task_name(task);
}

/*
 * One that waits is looked at until it has a thread; then the last of those that wait is. Under the
 * mutex.
 */
static void mark(struct act__blocking_pool *pool, act_millis now)
{
    pool->marked = pool->first != NULL ? pool->last : NULL;
    pool->marked_at = now;
}

/* Under the mutex. NULL: end this thread. */
static struct act__task *take_next_actor(struct act__blocking_pool   *pool,
                                         struct act__blocking_thread *thread)
{
    thread->task = NULL;
    struct timespec until = act__clock_after(ACT_SECONDS(IDLE_SECONDS));
    pool->idle_count++;
    while (pool->first == NULL && !pool->ending) {
        if (pthread_cond_timedwait(&pool->work, &pool->mutex, &until) != 0 && pool->first == NULL &&
            pool->living_count > 1)
            break;
        if (pool->living_count == 1)
            until.tv_sec += IDLE_SECONDS;
    }
    pool->idle_count--;
    struct act__task *task = pool->first;
    if (task != NULL) {
        pool->waiting_count--;
        pool->first = task->run_next;
        if (pool->first == NULL)
            pool->last = NULL;
        note_turn(thread, task, now_of(pool));
        if (task == pool->marked)
            mark(pool, thread->since);
    }
    return task;
}

/* Not inlined: see act__loop_left. */
static __attribute__((noinline)) void run_all(struct act__blocking_pool   *pool,
                                              struct act__blocking_thread *thread)
{
    struct act__runner *runner = &thread->runner;
    runner->panic.stack_floor = __builtin_frame_address(0);
    if (setjmp(runner->panic.recover) != 0)
        act__turn_recover(runner);
    for (;;) {
        act__lock(&pool->mutex);
        struct act__task *task = take_next_actor(pool, thread);
        if (task == NULL)
            return; /* with the mutex: no caller may count on this thread any more */
        act__unlock(&pool->mutex);
        runner->batch = act__batch_of(runner, task);
        act__turn_run(runner, task);
    }
}

static void *run_thread(void *argument)
{
    struct act__blocking_thread *thread = argument;
    struct act__blocking_pool   *pool = thread->pool;
    act__callbacks_here = &thread->runner;
    struct act__runner *loop_of __attribute__((cleanup(act__loop_left))) = &thread->runner;
    run_all(pool, thread);
    loop_of = NULL;
    act__pool_flush(); /* before the system may be gone: what it has given back can be counted
                          then */
    thread->living = false;
    pool->living_count--;
    pthread_cond_broadcast(&pool->gone);
    act__unlock(&pool->mutex);
    return NULL;
}

/* -------------------------------------------------------------------------- long waits are told */

/* Under the mutex. */
static struct act__wait_report report_wait(const struct act__blocking_pool *pool, act_millis now)
{
    struct act__wait_report report = {.waiting_count = pool->waiting_count,
                                      .living_max = pool->living_max,
                                      .waited = now - pool->marked_at};

    for (const struct act__blocking_thread *thread = pool->threads; thread != NULL;
         thread = thread->next) {
        if (thread->task == NULL || thread->name.local == 0 ||
            now - thread->since < report.longest_run)
            continue;
        report.longest_run = now - thread->since;
        report.local = thread->name.local;
        snprintf(report.behavior, sizeof report.behavior, "%s", thread->name.behavior);
    }
    return report;
}

/* Under the mutex. When the next wait is to be told of; ACT_FOREVER: none waits. */
static act_millis wait_is_due(const struct act__blocking_pool *pool)
{
    act_millis next = pool->told_at + TELL_EVERY, due = pool->marked_at + WAIT_LONG;

    return pool->marked == NULL ? ACT_FOREVER : due > next ? due : next;
}

static void *run_watch(void *argument)
{
    struct act__blocking_pool *pool = argument;
    bool                       used = true;

    act__lock(&pool->mutex);
    while (!pool->ending && used) {
        act_millis      now = now_of(pool), due = wait_is_due(pool);
        struct timespec until = act__clock_after(due == ACT_FOREVER ? ACT_SECONDS(IDLE_SECONDS)
                                                 : due > now        ? due - now
                                                                    : 0);
        if (due == ACT_FOREVER || due > now) {
            used = act__clock_wait(&pool->watch, &pool->mutex, &until) || pool->marked != NULL;
            continue;
        }
        struct act__wait_report report = report_wait(pool, now);
        pool->told_at = now;
        act__unlock(&pool->mutex);
        act__wait_report_log(pool->system, &report);
        act__lock(&pool->mutex);
    }
    pool->watched = false;
    pthread_cond_broadcast(&pool->gone);
    act__unlock(&pool->mutex);
    return NULL;
}

static bool start_detached(void *(*main)(void *argument), void *argument)
{
    pthread_attr_t attributes;
    pthread_t      id;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&id, &attributes, main, argument) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

/* Under the mutex. The last of those that wait has found no thread. */
static void begin_wait(struct act__blocking_pool *pool)
{
    if (pool->threads != NULL) /* any record will do: the mutex makes this the counter's only
                                  writer */
        act__count(&pool->threads->runner.thread_waits);
    if (pool->marked == NULL)
        mark(pool, now_of(pool));
    if (!pool->watched)
        pool->watched = start_detached(run_watch, pool); /* if not, the next one that waits
                                                             tries it again */
    else
        pthread_cond_signal(&pool->watch);
}

/* -------------------------------------------------------------------------------------- threads */

/* A record that no thread uses. Under the mutex. */
static struct act__blocking_thread *find_unused_record(struct act__blocking_pool *pool)
{
    struct act__blocking_thread *thread = pool->threads;
    while (thread != NULL && thread->living)
        thread = thread->next;
    if (thread != NULL)
        return thread;
    if ((thread = act__allocate_lines(offsetof(struct act__blocking_thread, runner) +
                                      act__runner_bytes)) == NULL)
        return NULL;
    if (!act__runner_init(&thread->runner, pool->system, ACT__NO_WORKER,
                          (uint64_t)(uintptr_t)thread)) {
        act__free(thread);
        return NULL;
    }
    thread->runner.executor = pool->executor;
    thread->pool = pool;
    thread->next = pool->threads;
    pool->threads = thread;
    return thread;
}

/* Under the mutex. */
static bool add_thread(struct act__blocking_pool *pool)
{
    struct act__blocking_thread *thread =
        pool->living_count < pool->living_max ? find_unused_record(pool) : NULL;

    if (thread == NULL)
        return false;
    thread->living = start_detached(run_thread, thread);
    pool->living_count += thread->living;
    return thread->living;
}

act_result act__blocking_prepare(struct act__blocking_pool *pool)
{
    act__lock(&pool->mutex);
    bool ready = pool->living_count != 0 || add_thread(pool);
    act__unlock(&pool->mutex);
    return ready ? ACT_OK : ACT_NO_MEMORY;
}

void act__blocking_schedule(struct act__blocking_pool *pool, struct act__task *task)
{
    task->run_next = NULL;
    act__lock(&pool->mutex);
    if (pool->last != NULL)
        pool->last->run_next = task;
    else
        pool->first = task;
    pool->last = task;
    pool->waiting_count++;
    if (pool->idle_count < pool->waiting_count) { /* an idle thread that was signalled may not
                                                     have come yet */
        if (!add_thread(pool))                    /* there can be no more: one that is busy now
                                                     will come back */
            begin_wait(pool);
    }
    pthread_cond_signal(&pool->work);
    act__unlock(&pool->mutex);
}

void act__blocking_each(struct act__blocking_pool *pool, act__runner_visit *visit, void *context)
{
    act__lock(&pool->mutex);
    for (struct act__blocking_thread *thread = pool->threads; thread != NULL; thread = thread->next)
        visit(&thread->runner, context);
    act__unlock(&pool->mutex);
}

void act__blocking_each_turn(struct act__blocking_pool *pool, act__turn_visit *visit, void *context)
{
    act__lock(&pool->mutex);
    for (struct act__blocking_thread *thread = pool->threads; thread != NULL; thread = thread->next)
        if (thread->living && thread->task != NULL)
            visit(thread->task, thread->since, context);
    act__unlock(&pool->mutex);
}

/* Under the mutex. Whether a thread lives that has no actor: so it ends now. */
static bool some_are_idle(const struct act__blocking_pool *pool)
{
    for (const struct act__blocking_thread *thread = pool->threads; thread != NULL;
         thread = thread->next)
        if (thread->living && thread->task == NULL)
            return true;
    return pool->watched;
}

uint32_t act__blocking_end(struct act__blocking_pool *pool, const struct timespec *until,
                           const struct timespec *until_idle)
{
    act__lock(&pool->mutex);
    pool->ending = true;
    pthread_cond_broadcast(&pool->work);
    pthread_cond_broadcast(&pool->watch);
    while ((pool->living_count != 0 || pool->watched) &&
           act__clock_wait(&pool->gone, &pool->mutex, until))
        ;
    while (some_are_idle(pool) && act__clock_wait(&pool->gone, &pool->mutex, until_idle))
        ;
    uint32_t left = pool->living_count + pool->watched;
    act__unlock(&pool->mutex);
    return left;
}

void act__blocking_destroy(struct act__blocking_pool *pool)
{
    while (pool->threads != NULL) {
        struct act__blocking_thread *thread = pool->threads;
        pool->threads = thread->next;
        act__runner_fini(&thread->runner);
        act__free(thread);
    }
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->gone);
    pthread_cond_destroy(&pool->watch);
    pthread_mutex_destroy(&pool->mutex);
}
