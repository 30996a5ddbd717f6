/* The pool of threads that runs actors. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/worker_pool.h>

#include <time.h>

#include <actor/scheduler/blocking.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/inject_queue.h>
#include <actor/scheduler/loop.h>
#include <actor/scheduler/monitor.h>
#include <actor/scheduler/parking.h>
#include <actor/scheduler/report.h>
#include <actor/scheduler/run_queue.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/share.h>
#include <actor/scheduler/station.h>
#include <actor/scheduler/steal_deque.h>
#include <actor/scheduler/stuck.h>
#include <actor/scheduler/task.h>
#include <actor/scheduler/turn_cost.h>
#include <actor/time/clock.h>
#include <actor/time/wheel.h>
#include <mailbox/base/gap.h>
#include <mailbox/base/lock.h>
#include <mailbox/channel/channel_record.h>

#define POLL_MILLIS   1 /* between looks at the event loop while there is work */
#define OLDEST_MILLIS 4 /* so often a newborn is not the youngest but the oldest */
/* Turns in a row for actors that wake each other, before the others have one */
#define LIFO_BUDGET 64

_Thread_local struct act__runner *act__callbacks_here;

/* The calling thread if it is one of the pool's, displaced or not; NULL: another. */
static struct act__pool_thread *thread_of(struct act__runner *runner)
{
    return runner == NULL || runner->index == ACT__NO_WORKER ? NULL : act__pool_thread_of(runner);
}

/* The calling thread's station until act__station_leave; NULL: it has none. */
static struct act__station *enter_station(struct act__runner *runner)
{
    struct act__pool_thread *thread = thread_of(runner);
    return thread != NULL && act__station_enter(runner) ? thread->station : NULL;
}

/* ----------------------------------------------------------------------------------- scheduling */

static void append_bound(struct act__station *station, struct act__task *task)
{
    station->thread->base.credit = 0;
    task->run_next = NULL;
    if (station->bound_last != NULL)
        station->bound_last->run_next = task;
    else
        station->bound_first = task;
    station->bound_last = task;
}

static void post(struct act__worker_pool *pool, struct act__station *target, struct act__task *task)
{
    struct act__task *first = act__load(&target->posted);
    do {
        task->run_next = first;
        /* seq_cst includes the release that pairs with take_posted; the rest is for parking.c. */
    } while (!atomic_compare_exchange_weak_explicit(&target->posted, &first, task,
                                                    memory_order_seq_cst, memory_order_relaxed));
    act__gap("pool.posted");
    act__parking_wake(pool, target);
}

void act__pool_inject(struct act__worker_pool *pool, struct act__task *first,
                      struct act__task *last, uint32_t count)
{
    last->run_next = NULL;
    act__inject_push(&pool->inject, first, last, count);
    act__gap("pool.injected");
    act__parking_notify(pool);
}

/*
 * Into the caller's own queue; half of a full one goes where all can take it. It is due when as
 * many newborns have had a turn as there are now: it waits as long as if they stood in the same
 * queue, but they go youngest first.
 */
static void enqueue(struct act__worker_pool *pool, struct act__station *station,
                    struct act__task *task)
{
    act__store(&task->due, station->newborn_turns + act__steal_deque_count(&station->newborns));
    while (!act__run_queue_push(&station->run_queue, task)) {
        uint32_t          count;
        struct act__task *last, *first = act__run_queue_shed(&station->run_queue, &last, &count);
        if (first != NULL)
            act__pool_inject(pool, first, last, count);
    }
    if (pool->base.workers_count > 1) /* else there is only the caller */
        act__parking_offer(pool);
}

/* Routes that are not ANY. `station`: the caller's; NULL: it has none. */
static void schedule_bound(struct act__worker_pool *pool, struct act__station *station,
                           struct act__task *task, uint16_t route)
{
    if (route == ACT__ROUTE_BLOCKING)
        act__blocking_schedule(&pool->blocking, task);
    else if (route == ACT__ROUTE_FOREIGN)
        act__foreign_ring(task);
    else if (station != NULL && station->index == route - 1u)
        append_bound(station, task);
    else
        post(pool, &pool->stations[route - 1], task);
}

/* The one just woken goes first: its message is in this core's cache. */
static void fill_lifo_slot(struct act__worker_pool *pool, struct act__station *station,
                           struct act__task *task)
{
    _Atomic(struct act__task *) *next = &station->thread->base.lifo_slot;
    struct act__task            *before = act__load(next);
    act__store_release(next, task); /* as in act__schedule */
    if (before != NULL)
        enqueue(pool, station, before);
}

static void schedule(struct act__executor *executor, struct act__runner *caller,
                     struct act__task *task)
{
    struct act__worker_pool *pool = act__pool_of(executor);
    struct act__station     *station = enter_station(caller);
    uint16_t                 route = act__load(&task->route);
    if (act__unlikely(route != ACT__ROUTE_ANY))
        schedule_bound(pool, station, task, route);
    else if (act__unlikely(station == NULL))
        act__pool_inject(pool, task, task, 1);
    else
        fill_lifo_slot(pool, station, task);
    if (station != NULL)
        act__station_leave(caller);
}

static void schedule_newborn(struct act__executor *executor, struct act__runner *caller,
                             struct act__task *task)
{
    struct act__worker_pool *pool = act__pool_of(executor);
    struct act__station     *station =
        act__load(&task->route) == ACT__ROUTE_ANY ? enter_station(caller) : NULL;
    if (station == NULL || !act__steal_deque_push(&station->newborns, task))
        schedule(executor, caller, task);
    else if (pool->base.workers_count > 1)
        act__parking_offer(pool);
    if (station != NULL)
        act__station_leave(caller);
}

/* Whether others wait for this worker; not those that wait for any. */
static bool others_wait(struct act__station *station)
{
    return station->bound_first != NULL || act__steal_deque_count(&station->newborns) != 0 ||
           act__run_queue_first(&station->run_queue) != NULL;
}

static void yield(struct act__executor *executor, struct act__runner *caller,
                  struct act__task *task)
{
    struct act__station *station =
        act__load(&task->route) == ACT__ROUTE_ANY ? enter_station(caller) : NULL;
    if (station == NULL) {
        schedule(executor, caller, task);
        return;
    }
    if (act__load(&caller->current) == task && act__load(&caller->lifo_slot) == NULL &&
        !others_wait(station))
        act__store_release(&caller->lifo_slot, task); /* it goes on here: none is to go first,
                                                         nothing for a thief */
    else
        enqueue(act__pool_of(executor), station, task);
    act__station_leave(caller);
}

/* --------------------------------------------------------------------------------- finding work */

static void take_posted(struct act__station *station)
{
    if (act__likely(act__load(&station->posted) == NULL))
        return;
    /*
     * acquire: pairs with post(). The chain is newest first: turned round on its way into the list.
     */
    struct act__task *at = atomic_exchange_explicit(&station->posted, NULL, memory_order_acquire),
                     *oldest = NULL;
    while (at != NULL) {
        struct act__task *next = at->run_next;
        at->run_next = oldest;
        oldest = at;
        at = next;
    }
    while (oldest != NULL) {
        struct act__task *next = oldest->run_next;
        append_bound(station, oldest);
        oldest = next;
    }
}

static struct act__task *take_bound(struct act__station *station)
{
    take_posted(station);
    struct act__task *task = station->bound_first;
    if (task != NULL && (station->bound_first = task->run_next) == NULL)
        station->bound_last = NULL;
    return task;
}

/* The actor that was just woken; after many in a row others go first, if there are any. */
static struct act__task *take_lifo_slot(struct act__worker_pool *pool, struct act__station *station)
{
    _Atomic(struct act__task *) *next = &station->thread->base.lifo_slot;
    struct act__task            *task = act__load(next);
    if (task == NULL)
        return NULL;
    act__store(next, NULL);
    if (station->lifo_budget-- != 0)
        return task;
    station->lifo_budget = LIFO_BUDGET;
    if (!others_wait(station))
        return task;
    enqueue(pool, station, task);
    return NULL;
}

/* Mostly the youngest; now and then the oldest, which would else wait for a pause. */
static struct act__task *take_newborn(struct act__station *station)
{
    struct act__task *task = NULL;
    if (act__steal_deque_count(&station->newborns) == 0)
        return NULL;
    station->newborn_turns++;
    if (act__unlikely(station->oldest_is_due)) {
        station->oldest_is_due = false;
        task = act__steal_deque_oldest(&station->newborns);
    }
    return task != NULL ? task : act__steal_deque_youngest(&station->newborns);
}

static struct act__task *take_queued(struct act__station *station)
{
    struct act__task *first = act__run_queue_first(&station->run_queue), *task = NULL;
    if (first == NULL)
        return take_newborn(station);
    /*
     * More than newborns can wait: it was stolen, and the turns are another worker's. It has waited
     * long enough.
     */
    uint32_t turns_left = act__load(&first->due) - station->newborn_turns;
    if (turns_left - 1 < ACT__STEAL_DEQUE_MAX)
        task = take_newborn(station);
    return task != NULL ? task : act__run_queue_pop(&station->run_queue);
}

static struct act__task *take_injected(struct act__worker_pool *pool, struct act__station *station,
                                       uint32_t most)
{
    uint32_t          count;
    struct act__task *task = act__inject_pop(&pool->inject, most, &count), *rest;
    if (task == NULL)
        return NULL;
    for (rest = task->run_next; rest != NULL; rest = task->run_next) {
        task->run_next = rest->run_next; /* unchain one at a time: a pushed one may run elsewhere
                                            at once */
        enqueue(pool, station, rest);
    }
    return task;
}

static struct act__task *take_local(struct act__worker_pool *pool, struct act__station *station)
{
    struct act__task *task = NULL;
    if (station->bound_turn ^= 1)
        task = take_bound(station);
    if (task == NULL)
        task = take_lifo_slot(pool, station);
    if (task == NULL) {
        station->lifo_budget = LIFO_BUDGET;
        task = take_queued(station);
    }
    if (task == NULL)
        task = take_bound(station);
    return task != NULL ? task : take_injected(pool, station, ACT__RUN_QUEUE_SIZE / 2);
}

/* The usual case, short: the actor that was just woken. */
static inline struct act__task *take_woken(struct act__pool_thread *thread,
                                           struct act__station     *station)
{
    struct act__task *task = act__load(&thread->base.lifo_slot);
    if (task == NULL || station->lifo_budget == 0 || station->bound_first != NULL ||
        act__load(&station->posted) != NULL)
        return NULL;
    act__store(&thread->base.lifo_slot, NULL);
    station->lifo_budget--;
    return task;
}

void act__pool_run_armed(struct act__station *station)
{
    /* acquire: pairs with call_wheel */
    struct act__timer *newest =
                          atomic_exchange_explicit(&station->calls[0], NULL, memory_order_acquire),
                      *armed = NULL;
    struct act__timer *timer;
    while ((timer = newest) != NULL) { /* turned round: timers of one millisecond fire in the
                                          order of arming */
        newest = timer->next_call[0];
        timer->next_call[0] = armed;
        armed = timer;
    }
    while ((timer = armed) != NULL) {
        armed = timer->next_call[0];
        act__wheel_add(&station->wheel, timer);
    }
}

static void run_calls(struct act__station *station)
{
    if (act__likely(act__load(&station->calls[0]) == NULL && act__load(&station->calls[1]) == NULL))
        return;
    /*
     * acquire: pairs with call_wheel. Cancelled ones first: their arming is then in the other list,
     * or was done.
     */
    struct act__timer *cancelled =
                          atomic_exchange_explicit(&station->calls[1], NULL, memory_order_acquire),
                      *timer;
    act__pool_run_armed(station);
    while ((timer = cancelled) != NULL) {
        cancelled = timer->next_call[1];
        act__wheel_remove(&station->wheel, timer);
        act__timer_drop(&station->thread->base, timer);
    }
}

int64_t act__pool_nanoseconds(const struct act__worker_pool *pool)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (at.tv_sec - pool->started.tv_sec) * INT64_C(1000000000) +
           (at.tv_nsec - pool->started.tv_nsec);
}

static void note_look(struct act__worker_pool *pool, struct act__station *station, uint32_t turn)
{
    act__store(&station->share.looked, act__pool_nanoseconds(pool));
    station->looked_turn = turn;
}

/*
 * Timers that are due, and what the loop has to say. `last`: had the last turn; NULL: none had.
 */
static void look_around(struct act__worker_pool *pool, struct act__pool_thread *thread,
                        struct act__task *last, uint32_t turn)
{
    struct act__station *station = thread->station;
    int64_t              exactly = act__pool_nanoseconds(pool);
    act_millis           now = exactly / 1000000;
    int64_t              took = exactly - act__load(&station->share.looked);
    if (last != NULL && turn - station->looked_turn == 1)
        act__adapt_batch(last, took, thread->base.is_behind);
    act__share_measure(&station->share, took, turn - station->looked_turn);
    thread->base.is_behind = false;
    run_calls(station);
    act__timers_run(&thread->base, &station->wheel, now);
    if (now - station->polled >= POLL_MILLIS && act__loop_is_used(station->loop)) {
        station->polled = now;
        act__loop_poll(station->loop);
    }
    if (now - station->oldest_taken >= OLDEST_MILLIS) {
        station->oldest_taken = now;
        station->oldest_is_due = true;
    }
    note_look(pool, station, turn); /* the clock again: none of this is the next turn's */
}

static void look_around_idle(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    struct act__station *station = thread->station;
    run_calls(station);
    act__timers_run(&thread->base, &station->wheel, act__pool_now(pool));
    if (act__loop_is_used(station->loop))
        act__loop_poll(station->loop);
}

/* What to run next; NULL: the worker has slept. */
static struct act__task *find(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    struct act__station *station = thread->station;
    struct act__task    *task = take_local(pool, station);
    if (task == NULL) {
        look_around_idle(pool, thread);
        task = take_local(pool, station);
    }
    if (task == NULL)
        task = act__share_steal(pool, thread);
    if (task == NULL) {
        act__parking_sleep(pool, thread);
        /* As if there had been a turn: timers and the loop come before the next. */
        note_look(pool, station, act__load(&thread->base.turn) - 1);
    } else {
        act__parking_found(pool, station);
    }
    return task;
}

/*
 * From here to the end of the turn the monitor may take the station: see station.h. Returns: the
 * last actor that had a turn.
 */
static inline struct act__task *run_turn(struct act__station *station, struct act__runner *runner,
                                         struct act__task *task, uint32_t turn)
{
    act__store_release(&runner->turn, turn); /* pairs with hold_station in stuck.c */
    runner->batch = act__batch_of(runner, task);
    runner->credit = act__credit_of(station, task);
    task = act__turn_run(runner, task);
    atomic_signal_fence(memory_order_seq_cst); /* `current` was written before station_asked is
                                                  read */
    return task;
}

/* Whether the thread has no station any more, or is to end. */
static inline bool must_leave(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    /* acquire: as in act__station_enter. */
    return act__unlikely(act__load_acquire(&thread->base.station_asked)) &&
           !act__stuck_attend(pool, thread);
}

/* A look around, and the actor that has waited longest for any worker. */
static struct act__task *look_first(struct act__worker_pool *pool, struct act__pool_thread *thread,
                                    struct act__task *last, uint32_t turn)
{
    thread->station->until_look = ACT__LOOK_AFTER;
    look_around(pool, thread, last, turn);
    return take_injected(pool, thread->station, 1);
}

/* Until the thread must leave. Not inlined: beside setjmp nothing would be kept in registers. */
static __attribute__((noinline)) void run_turns(struct act__worker_pool *pool,
                                                struct act__pool_thread *thread)
{
    struct act__station *station = thread->station;
    struct act__task    *task = NULL, *last = NULL;
    uint32_t             turn = act__load(&thread->base.turn);
    thread->base.panic.stack_floor = act__panic_floor();
    while (true) {
        if (act__unlikely(station->until_look <= 0))
            task = look_first(pool, thread, last, turn);
        if (task == NULL && (task = take_woken(thread, station)) == NULL)
            task = find(pool, thread);
        uint32_t first = turn + 1;
        last = task;
        if (task != NULL)
            last = run_turn(station, &thread->base, task, first);
        if (must_leave(pool, thread))
            return;
        turn = act__load(&thread->base.turn);
        if (last != NULL)
            act__count_turns(station, &thread->base, last, turn - first);
        task = NULL;
    }
}

/* What the thread does between two panics. Not inlined: see act__loop_left. */
static __attribute__((noinline)) void run_all(struct act__worker_pool *pool,
                                              struct act__pool_thread *thread)
{
    if (setjmp(thread->base.panic.recover) != 0) {
        thread->base.panic.stack_floor = act__panic_floor(); /* not what run_turns has set */
        act__turn_recover(&thread->base);
        atomic_signal_fence(memory_order_seq_cst); /* as in run_turn */
        if (must_leave(pool, thread) && !act__stuck_wait(pool, thread))
            return;
    }
    do
        run_turns(pool, thread);
    while (act__stuck_wait(pool, thread));
}

static void *run_thread(void *argument)
{
    struct act__pool_thread *thread = argument;
    struct act__worker_pool *pool = act__pool_of(thread->base.executor);
    act__runs_here = act__callbacks_here = &thread->base;
    struct act__runner *loop_of __attribute__((cleanup(act__loop_left))) = &thread->base;
    if (act__stuck_wait(pool, thread))
        run_all(pool, thread);
    loop_of = NULL;
    act__stuck_leave(pool, thread);
    return NULL;
}

/* ------------------------------------------------------------------------------ the seam's rest */

act_millis act__pool_now(const struct act__worker_pool *pool)
{
    return act__pool_nanoseconds(pool) / 1000000;
}

static act_millis now(struct act__executor *executor)
{
    return act__pool_now(act__pool_of(executor));
}

static void call_wheel(struct act__executor *executor, struct act__timer *timer, bool cancel)
{
    struct act__worker_pool      *pool = act__pool_of(executor);
    struct act__station          *target = &pool->stations[timer->worker];
    _Atomic(struct act__timer *) *calls = &target->calls[cancel];
    struct act__timer            *first = act__load(calls);
    do {
        timer->next_call[cancel] = first;
        /* seq_cst includes the release that pairs with run_calls; the rest is for parking.c. */
    } while (!atomic_compare_exchange_weak_explicit(calls, &first, timer, memory_order_seq_cst,
                                                    memory_order_relaxed));
    act__gap("pool.called");
    act__parking_wake(pool, target);
}

static act_result prepare_blocking(struct act__executor *executor)
{
    return act__blocking_prepare(&act__pool_of(executor)->blocking);
}

static struct act__loop *loop_at(struct act__executor *executor, uint32_t index)
{
    return act__pool_of(executor)->stations[index].loop;
}

static void each_worker(struct act__executor *executor, act__runner_visit *visit, void *context)
{
    struct act__worker_pool *pool = act__pool_of(executor);
    act__lock(&pool->monitor.mutex);
    for (uint32_t i = 0; i < pool->threads_count; i++) /* with the mutex: none gets or loses a
                                                          station meanwhile */
        visit(&act__pool_thread_at(pool, i)->base, context);
    act__unlock(&pool->monitor.mutex);
    visit(pool->monitor.runner, context);
    act__blocking_each(&pool->blocking, visit, context);
}

/*
 * After all threads have ended: no actor lives any more, but dead actors' cells may still be
 * scheduled, with messages that must be refused and freed, and cancelled timers may still be on
 * their way to their wheel.
 */
static void run_what_is_left(struct act__worker_pool *pool, struct act__station *station)
{
    struct act__task *task;
    while ((task = take_local(pool, station)) != NULL) {
        station->thread->base.batch = act__batch_of(&station->thread->base, task);
        act__turn_run(&station->thread->base, task);
    }
    run_calls(station);
}

static void each_turn(struct act__executor *executor, act__turn_visit *visit, void *context)
{
    struct act__worker_pool *pool = act__pool_of(executor);
    act__lock(&pool->monitor.mutex);
    for (uint32_t i = 0; i < pool->threads_count; i++) {
        const struct act__pool_thread *thread = act__pool_thread_at(pool, i);
        struct act__task *task = act__load(&thread->base.current); /* relaxed: a hint */
        if (task != NULL)
            visit(task, thread->watched.is_running ? thread->watched.since : -1, context);
    }
    act__unlock(&pool->monitor.mutex);
    act__blocking_each_turn(&pool->blocking, visit, context);
}

/*
 * Waits for a thread, until a time or, where it is in no turn and so is about to end, until a later
 * one. Returns: whether it has ended and is joined; else it is left to itself.
 */
static bool join_thread(struct act__worker_pool *pool, struct act__pool_thread *thread,
                        const struct timespec *until, const struct timespec *until_idle)
{
    act__lock(&pool->monitor.mutex);
    while (!thread->has_ended && act__clock_wait(&pool->thread_ended, &pool->monitor.mutex, until))
        ;
    bool is_idle = act__load(&thread->base.current) == NULL; /* relaxed: a hint */
    while (!thread->has_ended && is_idle &&
           act__clock_wait(&pool->thread_ended, &pool->monitor.mutex, until_idle))
        ;
    bool has_ended = thread->has_ended;
    act__unlock(&pool->monitor.mutex);
    if (has_ended)
        pthread_join(thread->id, NULL);
    else
        pthread_detach(thread->id);
    return has_ended;
}

/*
 * How long a thread may take that is not stuck, however late it is. Only a machine that is very
 * busy needs it.
 */
#define IDLE_GRACE ACT_SECONDS(5)

static uint32_t end_threads(struct act__executor *executor, const struct timespec *until)
{
    struct act__worker_pool *pool = act__pool_of(executor);
    struct timespec          until_idle = act__clock_after(IDLE_GRACE);
    uint32_t                 left = act__blocking_end(&pool->blocking, until, &until_idle);
    act__monitor_stop(pool);
    act__stuck_end(pool);
    for (uint32_t i = 0; i < pool->threads_count; i++)
        left += !join_thread(pool, act__pool_thread_at(pool, i), until, &until_idle);
    left += !act__stuck_report_join(pool, until);
    return left;
}

static void destroy(struct act__executor *executor)
{
    struct act__worker_pool *pool = act__pool_of(executor);
    act__blocking_destroy(&pool->blocking);
    for (uint32_t i = 0; i < pool->base.workers_count; i++)
        if (pool->stations[i].thread != NULL)
            run_what_is_left(pool, &pool->stations[i]);
    for (uint32_t i = 0; i < pool->base.workers_count; i++)
        if (pool->stations[i].loop != NULL)
            act__loop_destroy(pool->stations[i].loop);
    for (uint32_t i = 0; i < pool->threads_count; i++) {
        act__runner_fini(&act__pool_thread_at(pool, i)->base);
        pthread_cond_destroy(&act__pool_thread_at(pool, i)->moved);
    }
    act__monitor_fini(pool);
    act__inject_destroy(&pool->inject);
    pthread_cond_destroy(&pool->thread_ended);
    act__free(pool->threads);
    act__free(pool->stations);
    act__free(pool);
}

static const struct act__executor_operations operations = {
    .schedule = schedule,
    .schedule_newborn = schedule_newborn,
    .yield = yield,
    .now = now,
    .call_wheel = call_wheel,
    .prepare_blocking = prepare_blocking,
    .loop_at = loop_at,
    .each_worker = each_worker,
    .each_turn = each_turn,
    .end_threads = end_threads,
    .destroy = destroy,
};

act_result act__pool_add_thread(struct act__worker_pool *pool, struct act__pool_thread **added)
{
    struct act__pool_thread *thread = act__pool_thread_at(pool, pool->threads_count);
    /* With a worker's index, as it will have one; which, it learns with its station. */
    if (!act__runner_init(&thread->base, pool->system, 0, (uint64_t)(uintptr_t)thread ^ pool->seed))
        return ACT_NO_MEMORY;
    thread->base.index = ACT__NO_WORKER;
    thread->base.executor = &pool->base;
    act__condition_init(&thread->moved);
    if (pthread_create(&thread->id, NULL, run_thread, thread) != 0) {
        pthread_cond_destroy(&thread->moved);
        act__runner_fini(&thread->base);
        return ACT_OS;
    }
    pool->threads_count++;
    *added = thread;
    return ACT_OK;
}

/* A station, and a thread that waits for one. */
static act_result make_station(struct act__worker_pool *pool, uint32_t index)
{
    struct act__station *station = &pool->stations[index];
    station->index = index;
    station->lifo_budget = LIFO_BUDGET;
    act__share_init(&station->share);
    act__wheel_init(&station->wheel, 0);
    pool->base.workers_count++;
    act_result result = act__loop_create(&station->loop, &pool->started);
    if (result != ACT_OK)
        return result;
    struct act__pool_thread *thread;
    act__lock(&pool->monitor.mutex);
    result = act__pool_add_thread(pool, &thread);
    act__unlock(&pool->monitor.mutex);
    return result;
}

/* All is there: the threads begin. */
static void give_stations(struct act__worker_pool *pool)
{
    act__lock(&pool->monitor.mutex);
    for (uint32_t i = 0; i < pool->base.workers_count; i++)
        act__stuck_give(&pool->stations[i], act__pool_thread_at(pool, i));
    act__unlock(&pool->monitor.mutex);
}

/* In whole cache lines, as its runner begins with one. */
static size_t bytes_of_thread(void)
{
    size_t bytes = offsetof(struct act__pool_thread, base) + act__runner_bytes;
    return (bytes + ACT__CACHE_LINE - 1) / ACT__CACHE_LINE * ACT__CACHE_LINE;
}

static struct act__worker_pool *make_pool(struct act_system              *system,
                                          const struct act__pool_options *options)
{
    struct act__worker_pool *pool = act__allocate_lines(sizeof *pool);
    if (pool == NULL)
        return NULL;
    pool->stations = act__allocate_lines(options->workers_count * sizeof *pool->stations);
    pool->thread_bytes = bytes_of_thread();
    pool->threads =
        act__allocate_lines((options->workers_count + options->spares_max) * pool->thread_bytes);
    if (pool->stations == NULL || pool->threads == NULL) {
        act__free(pool->stations);
        act__free(pool->threads);
        act__free(pool);
        return NULL;
    }
    pool->base.operations = &operations;
    pool->system = system;
    clock_gettime(CLOCK_MONOTONIC, &pool->started);
    pool->seed = (uint64_t)pool->started.tv_nsec;
    return pool;
}

act_result act__worker_pool_create(struct act__executor **executor, struct act_system *system,
                                   const struct act__pool_options *options)
{
    struct act__worker_pool *pool = make_pool(system, options);
    if (pool == NULL)
        return ACT_NO_MEMORY;
    act__condition_init(&pool->thread_ended);
    act__inject_init(&pool->inject);
    act__blocking_init(&pool->blocking, &pool->base, system, options->blocking_max);
    act_result result = act__monitor_init(pool, options);
    while (result == ACT_OK && pool->base.workers_count < options->workers_count)
        result = make_station(pool, pool->base.workers_count);
    *executor = &pool->base;
    if (result == ACT_OK) {
        give_stations(pool);
        result = act__monitor_start(pool);
    }
    if (result != ACT_OK) {
        (void)end_threads(&pool->base, NULL);
        destroy(&pool->base);
        *executor = NULL;
    }
    return result;
}
