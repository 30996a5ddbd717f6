/* Threads for actors whose handlers may block. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/executor/blocking.h>

#include <actor/cell.h>
#include <actor/clock.h>
#include <mailbox/message/pool.h>

#define IDLE_SECONDS 10

struct act__blocking_thread {
    struct act__worker           worker;
    struct act__blocking_pool   *pool;
    struct act__blocking_thread *next;
    bool                         living;
    act_self                    *self;  /* whose turn it is; NULL: it is idle. With `since`, under the mutex. */
    act_millis                   since; /* when that began */
};

void act__blocking_init(struct act__blocking_pool *pool, struct act__executor *executor, struct act_system *system,
                        uint32_t living_max)
{
    pthread_mutex_init(&pool->mutex, NULL);
    act__condition_init(&pool->work);
    act__condition_init(&pool->gone);
    pool->executor = executor;
    pool->system = system;
    pool->living_max = living_max;
}

/* Under the mutex. NULL: end this thread. */
static act_self *next_actor(struct act__blocking_pool *pool, struct act__blocking_thread *thread)
{
    thread->self = NULL;
    struct timespec until = act__clock_after(ACT_SECONDS(IDLE_SECONDS));
    pool->idle_count++;
    while (pool->first == NULL && !pool->ending) {
        if (pthread_cond_timedwait(&pool->work, &pool->mutex, &until) != 0 && pool->first == NULL && pool->living_count > 1)
            break;
        if (pool->living_count == 1)
            until.tv_sec += IDLE_SECONDS;
    }
    pool->idle_count--;
    act_self *self = pool->first;
    if (self != NULL) {
        pool->waiting_count--;
        pool->first = self->run_next;
        if (pool->first == NULL)
            pool->last = NULL;
        thread->self = self;
        thread->since = pool->executor->operations->now(pool->executor);
    }
    return self;
}

static void run_all(struct act__blocking_pool *pool, struct act__blocking_thread *thread)
{
    struct act__worker *worker = &thread->worker;
    worker->stack_floor = __builtin_frame_address(0);
    if (setjmp(worker->recover) != 0)
        act__turn_recover(worker);
    for (;;) {
        pthread_mutex_lock(&pool->mutex);
        act_self *self = next_actor(pool, thread);
        if (self == NULL)
            return; /* with the mutex: nobody may count on this thread any more */
        pthread_mutex_unlock(&pool->mutex);
        act__turn_run(worker, self, 0);
    }
}

static void *thread_main(void *argument)
{
    struct act__blocking_thread *thread = argument;
    struct act__blocking_pool   *pool = thread->pool;
    run_all(pool, thread);
    act__pool_flush(); /* before the system may be gone: what it has given back can be counted then */
    thread->living = false;
    pool->living_count--;
    pthread_cond_broadcast(&pool->gone);
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* A record that no thread uses. Under the mutex. */
static struct act__blocking_thread *unused_record(struct act__blocking_pool *pool)
{
    struct act__blocking_thread *thread = pool->threads;
    while (thread != NULL && thread->living)
        thread = thread->next;
    if (thread != NULL)
        return thread;
    if ((thread = act__allocate(sizeof *thread)) == NULL)
        return NULL;
    if (!act__worker_init(&thread->worker, pool->system, ACT__NO_WORKER, (uint64_t)(uintptr_t)thread)) {
        act__free(thread);
        return NULL;
    }
    thread->worker.executor = pool->executor;
    thread->pool = pool;
    thread->next = pool->threads;
    pool->threads = thread;
    return thread;
}

/* Under the mutex. */
static bool add_thread(struct act__blocking_pool *pool)
{
    pthread_attr_t attributes;
    pthread_t      id;
    struct act__blocking_thread *thread = unused_record(pool);
    if (thread == NULL || pool->living_count >= pool->living_max || pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    thread->living = pthread_create(&id, &attributes, thread_main, thread) == 0;
    pthread_attr_destroy(&attributes);
    pool->living_count += thread->living;
    return thread->living;
}

act_result act__blocking_prepare(struct act__blocking_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    bool ready = pool->living_count != 0 || add_thread(pool);
    pthread_mutex_unlock(&pool->mutex);
    return ready ? ACT_OK : ACT_NO_MEMORY;
}

void act__blocking_schedule(struct act__blocking_pool *pool, act_self *self)
{
    self->run_next = NULL;
    pthread_mutex_lock(&pool->mutex);
    if (pool->last != NULL)
        pool->last->run_next = self;
    else
        pool->first = self;
    pool->last = self;
    pool->waiting_count++;
    if (pool->idle_count < pool->waiting_count) /* an idle thread that was signalled may not have come yet */
        (void)add_thread(pool); /* if there can be no more, one that is busy now will come back */
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
}

void act__blocking_each(struct act__blocking_pool *pool, void (*visit)(struct act__worker *worker, void *context),
                        void *context)
{
    pthread_mutex_lock(&pool->mutex);
    for (struct act__blocking_thread *thread = pool->threads; thread != NULL; thread = thread->next)
        visit(&thread->worker, context);
    pthread_mutex_unlock(&pool->mutex);
}

void act__blocking_each_turn(struct act__blocking_pool *pool, act__turn_visit *visit, void *context)
{
    pthread_mutex_lock(&pool->mutex);
    for (struct act__blocking_thread *thread = pool->threads; thread != NULL; thread = thread->next)
        if (thread->living && thread->self != NULL)
            visit(thread->self, thread->since, context);
    pthread_mutex_unlock(&pool->mutex);
}

uint32_t act__blocking_end(struct act__blocking_pool *pool, const struct timespec *until)
{
    pthread_mutex_lock(&pool->mutex);
    pool->ending = true;
    pthread_cond_broadcast(&pool->work);
    while (pool->living_count != 0 && act__clock_wait(&pool->gone, &pool->mutex, until))
        ;
    uint32_t left = pool->living_count;
    pthread_mutex_unlock(&pool->mutex);
    return left;
}

void act__blocking_destroy(struct act__blocking_pool *pool)
{
    while (pool->threads != NULL) {
        struct act__blocking_thread *thread = pool->threads;
        pool->threads = thread->next;
        act__worker_fini(&thread->worker);
        act__free(thread);
    }
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->gone);
    pthread_mutex_destroy(&pool->mutex);
}
