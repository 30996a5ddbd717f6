/* The pool of threads that runs actors. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/executor/worker_pool.h>

#include <time.h>

#include <actor/clock.h>
#include <actor/door.h>
#include <actor/fatal.h>
#include <actor/system_record.h>
#include <mailbox/base/gap.h>
#include <mailbox/channel_record.h>

/*
 * Every so many messages or turns: a look at the clock, and the inject queue goes first, lest it starve behind the
 * worker's own. Messages, because a turn may have one or a whole batch: else timers would wait for 64 batches.
 */
#define LOOK_AFTER      64
#define TURN_LONG       INT64_C(200000) /* nanoseconds */
#define BATCH_SHIFT_MAX 8
#define POLL_MILLIS     1  /* between looks at the event loop while there is work */
#define OLDEST_MILLIS   4  /* so often a newborn is not the youngest but the oldest */
#define NEXT_BUDGET     64 /* turns in a row for actors that wake each other, before the others have one */

static struct act__worker_pool *pool_of(struct act__executor *executor)
{
    return act__container(executor, struct act__worker_pool, base);
}

/* The pool's own worker that is calling; NULL for any other thread. */
static struct act__pool_worker *mine(struct act__worker *worker)
{
    if (worker == NULL || worker->index == ACT__NO_WORKER)
        return NULL;
    return act__container(worker, struct act__pool_worker, base);
}

/* -------------------------------------------------------------------------------------- scheduling */

static void bound_append(struct act__pool_worker *worker, act_self *self)
{
    self->run_next = NULL;
    if (worker->bound_last != NULL)
        worker->bound_last->run_next = self;
    else
        worker->bound_first = self;
    worker->bound_last = self;
}

static void post(struct act__worker_pool *pool, struct act__pool_worker *target, act_self *self)
{
    act_self *first = act__load(&target->posted);
    do {
        self->run_next = first;
        /* seq_cst includes the release that pairs with take_posted; the rest is for parking.c. */
    } while (!atomic_compare_exchange_weak_explicit(&target->posted, &first, self, memory_order_seq_cst,
                                                    memory_order_relaxed));
    act__gap("pool.posted");
    act__parking_wake(pool, target);
}

static void inject(struct act__worker_pool *pool, act_self *self)
{
    self->run_next = NULL;
    act__inject_push(&pool->inject, self, self, 1);
    act__gap("pool.injected");
    act__parking_notify(pool);
}

/*
 * Into the caller's own queue; half of a full one goes where all can take it. It is due when as many newborns have had
 * a turn as there are now: it waits as long as if they stood in the same queue, but they go youngest first.
 */
static void enqueue(struct act__worker_pool *pool, struct act__pool_worker *worker, act_self *self)
{
    act__store(&self->due, worker->newborn_turns + act__newborns_count(&worker->newborns));
    while (!act__deque_push(&worker->deque, self)) {
        uint32_t  count;
        act_self *last, *first = act__deque_shed(&worker->deque, &last, &count);
        if (first != NULL)
            act__inject_push(&pool->inject, first, last, count);
    }
    if (pool->base.workers_count > 1) /* else there is nobody but the caller */
        act__parking_notify(pool);
}

/* Routes that are not ANY. */
static void schedule_bound(struct act__worker_pool *pool, struct act__pool_worker *worker, act_self *self,
                           uint16_t route)
{
    if (route == ACT__ROUTE_BLOCKING)
        act__blocking_schedule(&pool->blocking, self);
    else if (route == ACT__ROUTE_DOOR)
        act__door_ring(self);
    else if (worker != NULL && worker->base.index == route - 1u)
        bound_append(worker, self);
    else
        post(pool, &pool->workers[route - 1], self);
}

static void schedule(struct act__executor *executor, struct act__worker *caller, act_self *self)
{
    struct act__worker_pool *pool = pool_of(executor);
    struct act__pool_worker *worker = mine(caller);
    uint16_t                 route = act__load(&self->route);
    if (act__unlikely(route != ACT__ROUTE_ANY)) {
        schedule_bound(pool, worker, self, route);
    } else if (act__unlikely(worker == NULL)) {
        inject(pool, self);
    } else {
        act_self *before = worker->base.next; /* the one just woken goes first: its message is in this core's cache */
        worker->base.next = self;
        if (before != NULL)
            enqueue(pool, worker, before);
    }
}

static void schedule_newborn(struct act__executor *executor, struct act__worker *caller, act_self *self)
{
    struct act__worker_pool *pool = pool_of(executor);
    struct act__pool_worker *worker = mine(caller);
    if (worker == NULL || act__load(&self->route) != ACT__ROUTE_ANY || !act__newborns_push(&worker->newborns, self))
        schedule(executor, caller, self);
    else if (pool->base.workers_count > 1)
        act__parking_notify(pool);
}

/* Whether others wait for this worker; not those who wait for any. */
static bool others_wait(struct act__pool_worker *worker)
{
    return worker->bound_first != NULL || act__newborns_count(&worker->newborns) != 0 ||
           act__deque_first(&worker->deque) != NULL;
}

static void yield(struct act__executor *executor, struct act__worker *caller, act_self *self)
{
    struct act__pool_worker *worker = mine(caller);
    if (worker == NULL || act__load(&self->route) != ACT__ROUTE_ANY)
        schedule(executor, caller, self);
    else if (worker->base.current == self && worker->base.next == NULL && !others_wait(worker))
        worker->base.next = self; /* it goes on here: there is nobody to go first, and nothing for a thief */
    else
        enqueue(pool_of(executor), worker, self);
}

/* ----------------------------------------------------------------------------------- finding work */

static void take_posted(struct act__pool_worker *worker)
{
    if (act__likely(act__load(&worker->posted) == NULL))
        return;
    /* acquire: pairs with post(). The chain is newest first: turned round on its way into the list. */
    act_self *at = atomic_exchange_explicit(&worker->posted, NULL, memory_order_acquire), *oldest = NULL;
    while (at != NULL) {
        act_self *next = at->run_next;
        at->run_next = oldest;
        oldest = at;
        at = next;
    }
    while (oldest != NULL) {
        act_self *next = oldest->run_next;
        bound_append(worker, oldest);
        oldest = next;
    }
}

static act_self *take_bound(struct act__pool_worker *worker)
{
    take_posted(worker);
    act_self *self = worker->bound_first;
    if (self != NULL && (worker->bound_first = self->run_next) == NULL)
        worker->bound_last = NULL;
    return self;
}

/* Who was just woken; after many in a row others go first, if there are any. */
static act_self *take_next(struct act__worker_pool *pool, struct act__pool_worker *worker)
{
    act_self *self = worker->base.next;
    if (self == NULL)
        return NULL;
    worker->base.next = NULL;
    if (worker->next_budget-- != 0)
        return self;
    worker->next_budget = NEXT_BUDGET;
    if (!others_wait(worker))
        return self;
    enqueue(pool, worker, self);
    return NULL;
}

/* Mostly the youngest; now and then the oldest, which would else wait for a pause. */
static act_self *take_newborn(struct act__pool_worker *worker)
{
    act_self *self = NULL;
    if (act__newborns_count(&worker->newborns) == 0)
        return NULL;
    worker->newborn_turns++;
    if (act__unlikely(worker->oldest_is_due)) {
        worker->oldest_is_due = false;
        self = act__newborns_oldest(&worker->newborns);
    }
    return self != NULL ? self : act__newborns_youngest(&worker->newborns);
}

static act_self *take_queued(struct act__pool_worker *worker)
{
    act_self *first = act__deque_first(&worker->deque), *self = NULL;
    if (first == NULL)
        return take_newborn(worker);
    /* More than newborns can wait: it was stolen, and the turns are another worker's. It has waited long enough. */
    uint32_t turns_left = act__load(&first->due) - worker->newborn_turns;
    if (turns_left - 1 < ACT__NEWBORNS_MAX)
        self = take_newborn(worker);
    return self != NULL ? self : act__deque_pop(&worker->deque);
}

static act_self *take_injected(struct act__worker_pool *pool, struct act__pool_worker *worker, uint32_t most)
{
    uint32_t  count;
    act_self *self = act__inject_pop(&pool->inject, most, &count), *rest;
    if (self == NULL)
        return NULL;
    for (rest = self->run_next; rest != NULL; rest = self->run_next) {
        self->run_next = rest->run_next; /* unchain one at a time: a pushed one may run elsewhere at once */
        enqueue(pool, worker, rest);
    }
    return self;
}

static act_self *take_local(struct act__worker_pool *pool, struct act__pool_worker *worker)
{
    act_self *self = NULL;
    if (worker->bound_turn ^= 1)
        self = take_bound(worker);
    if (self == NULL)
        self = take_next(pool, worker);
    if (self == NULL) {
        worker->next_budget = NEXT_BUDGET;
        self = take_queued(worker);
    }
    if (self == NULL)
        self = take_bound(worker);
    return self != NULL ? self : take_injected(pool, worker, ACT__DEQUE_SIZE / 2);
}

/* The usual case, short: the actor that was just woken. */
static inline act_self *take_woken(struct act__pool_worker *worker)
{
    act_self *self = worker->base.next;
    if (self == NULL || worker->next_budget == 0 || worker->bound_first != NULL || act__load(&worker->posted) != NULL)
        return NULL;
    worker->base.next = NULL;
    worker->next_budget--;
    return self;
}

static act_self *steal(struct act__worker_pool *pool, struct act__pool_worker *worker)
{
    uint32_t many = pool->base.workers_count, count;
    uint32_t from = act__random_below(&worker->base.random, many);
    for (uint32_t i = 0; i < many; i++) {
        struct act__pool_worker *victim = &pool->workers[(from + i) % many];
        act_self *self = victim == worker ? NULL : act__deque_steal(&worker->deque, &victim->deque, &count);
        if (self == NULL && victim != worker && act__newborns_wait(&victim->newborns)) {
            self = act__newborns_oldest(&victim->newborns);
            count = 1;
        }
        if (self != NULL) {
            act__count_more(&worker->base.stolen, count);
            return self;
        }
    }
    return NULL;
}

static void run_calls(struct act__pool_worker *worker)
{
    if (act__likely(act__load(&worker->calls[0]) == NULL && act__load(&worker->calls[1]) == NULL))
        return;
    /* acquire: pairs with call_wheel. Cancelled ones first: their arming is then in the other list, or was done. */
    struct act__timer *cancelled = atomic_exchange_explicit(&worker->calls[1], NULL, memory_order_acquire), *timer;
    struct act__timer *newest = atomic_exchange_explicit(&worker->calls[0], NULL, memory_order_acquire), *armed = NULL;
    while ((timer = newest) != NULL) { /* turned round: timers of one millisecond fire in the order of arming */
        newest = timer->next_call[0];
        timer->next_call[0] = armed;
        armed = timer;
    }
    while ((timer = armed) != NULL) {
        armed = timer->next_call[0];
        act__wheel_add(&worker->base.wheel, timer);
    }
    while ((timer = cancelled) != NULL) {
        cancelled = timer->next_call[1];
        act__wheel_remove(&worker->base.wheel, timer);
        act__timer_drop(&worker->base, timer);
    }
}

static int64_t nanoseconds(const struct act__worker_pool *pool)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (at.tv_sec - pool->started.tv_sec) * INT64_C(1000000000) + (at.tv_nsec - pool->started.tv_nsec);
}

/*
 * A turn is to take no longer than TURN_LONG, whatever an actor's handlers do: who needs longer for a batch gets a
 * smaller one next time, and who is quick and falls behind a larger one. `last` may have ended since: a hint does no
 * harm.
 */
static void adapt_batch(act_self *last, int64_t took, bool is_behind)
{
    uint8_t shift = act__load(&last->batch_shift);
    if (took < TURN_LONG / 4 && is_behind && shift > 0)
        shift--;
    for (; took > TURN_LONG && shift < BATCH_SHIFT_MAX; took /= 2)
        shift++;
    act__store(&last->batch_shift, shift);
}

/* Timers that are due, and what the loop has to say. `last`: who had the last turn; NULL: there was none. */
static void look_around(struct act__worker_pool *pool, struct act__pool_worker *worker, act_self *last)
{
    int64_t    exactly = nanoseconds(pool);
    act_millis now = exactly / 1000000;
    if (last != NULL && worker->turns == 1)
        adapt_batch(last, exactly - worker->looked, worker->base.is_behind);
    worker->base.is_behind = false;
    run_calls(worker);
    act__timers_run(&worker->base, now);
    if (now - worker->polled >= POLL_MILLIS && act__loop_is_used(worker->base.loop)) {
        worker->polled = now;
        act__loop_poll(worker->base.loop);
    }
    if (now - worker->oldest_taken >= OLDEST_MILLIS) {
        worker->oldest_taken = now;
        worker->oldest_is_due = true;
    }
    worker->looked = nanoseconds(pool); /* again: none of this is the next turn's */
    worker->turns = 0;
}

static void look_around_idle(struct act__worker_pool *pool, struct act__pool_worker *worker)
{
    run_calls(worker);
    act__timers_run(&worker->base, pool->base.operations->now(&pool->base));
    if (act__loop_is_used(worker->base.loop))
        act__loop_poll(worker->base.loop);
}

/* What to run next; NULL: the worker has slept. */
static act_self *find(struct act__worker_pool *pool, struct act__pool_worker *worker)
{
    act_self *self = take_local(pool, worker);
    if (self == NULL) {
        look_around_idle(pool, worker);
        self = take_local(pool, worker);
    }
    if (self == NULL)
        self = steal(pool, worker);
    if (self == NULL) {
        act__parking_sleep(pool, worker);
        worker->turns++; /* the sleep is not to be taken for a long turn */
    } else {
        act__parking_found(pool, worker);
    }
    return self;
}

/*
 * What a turn that has not spent its batch counts towards LOOK_AFTER: one, and what it has handled. A message of a new
 * actor's counts one, a slow actor's more and a quick one's less, as their batches are smaller and larger.
 */
static int32_t cost_of_turn(const struct act__worker *worker, const act_self *self)
{
    uint32_t left = worker->batch << act__load(&self->batch_shift); /* of batch_max; more, where that was rounded up */
    return 1 + (int32_t)(left < worker->batch_max ? (worker->batch_max - left) >> ACT__BATCH_SHIFT_NEW : 0);
}

/* Not inlined: beside setjmp nothing would be kept in registers. */
static __attribute__((noinline)) void loop(struct act__worker_pool *pool, struct act__pool_worker *worker)
{
    for (act_self *self = NULL; !act__load(&pool->ending);) {
        act_self *last = self;
        self = NULL;
        if (act__unlikely(worker->until_look <= 0)) {
            worker->until_look = LOOK_AFTER;
            look_around(pool, worker, last);
            self = take_injected(pool, worker, 1);
        }
        if (self == NULL && (self = take_woken(worker)) == NULL)
            self = find(pool, worker);
        if (self == NULL)
            continue;
        act__turn_run(&worker->base, self, 0);
        worker->turns++;
        worker->until_look -= worker->base.batch != 0 ? cost_of_turn(&worker->base, self) : LOOK_AFTER;
    }
}

/* The worker's life between two panics. Not inlined: see act__loop_left. */
static __attribute__((noinline)) void run_all(struct act__worker_pool *pool, struct act__pool_worker *worker)
{
    worker->base.stack_floor = __builtin_frame_address(0);
    if (setjmp(worker->base.recover) != 0)
        act__turn_recover(&worker->base);
    loop(pool, worker);
}

static void *thread_main(void *argument)
{
    struct act__pool_worker *worker = argument;
    act__runs_here = act__callbacks_here = &worker->base;
    struct act__worker_pool *pool = pool_of(worker->base.executor);
    struct act__worker *loop_of __attribute__((cleanup(act__loop_left))) = &worker->base;
    run_all(pool, worker);
    loop_of = NULL;
    pthread_mutex_lock(&pool->mutex);
    worker->has_ended = true;
    pthread_cond_broadcast(&pool->thread_ended);
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* ------------------------------------------------------------------------------------ the seam's rest */

static act_millis now(struct act__executor *executor)
{
    return nanoseconds(pool_of(executor)) / 1000000;
}

static void call_wheel(struct act__executor *executor, struct act__timer *timer, bool cancel)
{
    struct act__worker_pool      *pool = pool_of(executor);
    struct act__pool_worker      *target = &pool->workers[timer->worker];
    _Atomic(struct act__timer *) *calls = &target->calls[cancel];
    struct act__timer            *first = act__load(calls);
    do {
        timer->next_call[cancel] = first;
        /* seq_cst includes the release that pairs with run_calls; the rest is for parking.c. */
    } while (!atomic_compare_exchange_weak_explicit(calls, &first, timer, memory_order_seq_cst, memory_order_relaxed));
    act__gap("pool.called");
    act__parking_wake(pool, target);
}

static act_result prepare_blocking(struct act__executor *executor)
{
    return act__blocking_prepare(&pool_of(executor)->blocking);
}

static void each_worker(struct act__executor *executor, void (*visit)(struct act__worker *worker, void *context),
                        void *context)
{
    struct act__worker_pool *pool = pool_of(executor);
    for (uint32_t i = 0; i < pool->base.workers_count; i++)
        visit(&pool->workers[i].base, context);
    act__blocking_each(&pool->blocking, visit, context);
}

/*
 * After all threads have ended: nobody lives any more, but dead actors' cells may still be scheduled, with messages
 * that must be refused and freed, and cancelled timers may still be on their way to their wheel.
 */
static void run_what_is_left(struct act__worker_pool *pool, struct act__pool_worker *worker)
{
    act_self *self;
    while ((self = take_local(pool, worker)) != NULL)
        act__turn_run(&worker->base, self, 0);
    run_calls(worker);
}

static void each_turn(struct act__executor *executor, act__turn_visit *visit, void *context)
{
    struct act__worker_pool *pool = pool_of(executor);
    for (uint32_t i = 0; i < pool->threads_count; i++) {
        act_self *self = __atomic_load_n(&pool->workers[i].base.current, __ATOMIC_RELAXED); /* a hint: see turn.c */
        if (self != NULL)
            visit(self, -1, context);
    }
    act__blocking_each_turn(&pool->blocking, visit, context);
}

/*
 * Waits for the worker's thread, until a time or, where it is in no turn and so is about to end, until a later one.
 * Returns: whether it has ended and is joined; else it is left to itself.
 */
static bool join_thread(struct act__worker_pool *pool, struct act__pool_worker *worker, const struct timespec *until,
                        const struct timespec *until_idle)
{
    pthread_mutex_lock(&pool->mutex);
    while (!worker->has_ended && act__clock_wait(&pool->thread_ended, &pool->mutex, until))
        ;
    bool is_idle = __atomic_load_n(&worker->base.current, __ATOMIC_RELAXED) == NULL; /* a hint: see turn.c */
    while (!worker->has_ended && is_idle && act__clock_wait(&pool->thread_ended, &pool->mutex, until_idle))
        ;
    bool has_ended = worker->has_ended;
    pthread_mutex_unlock(&pool->mutex);
    if (has_ended)
        pthread_join(worker->thread, NULL);
    else
        pthread_detach(worker->thread);
    return has_ended;
}

/* How long a thread may take that is not stuck, however late it is. Only a machine that is very busy needs it. */
#define IDLE_GRACE ACT_SECONDS(5)

static uint32_t end_threads(struct act__executor *executor, const struct timespec *until)
{
    struct act__worker_pool *pool = pool_of(executor);
    struct timespec          until_idle = act__clock_after(IDLE_GRACE);
    uint32_t                 left = act__blocking_end(&pool->blocking, until, &until_idle);
    atomic_store_explicit(&pool->ending, true, memory_order_seq_cst); /* before the wake-ups: see parking.c */
    for (uint32_t i = 0; i < pool->threads_count; i++)
        act__parking_wake(pool, &pool->workers[i]);
    for (uint32_t i = 0; i < pool->threads_count; i++)
        left += !join_thread(pool, &pool->workers[i], until, &until_idle);
    return left;
}

static void destroy(struct act__executor *executor)
{
    struct act__worker_pool *pool = pool_of(executor);
    act__blocking_destroy(&pool->blocking);
    for (uint32_t i = 0; i < pool->threads_count; i++)
        run_what_is_left(pool, &pool->workers[i]);
    for (uint32_t i = 0; i < pool->base.workers_count; i++) {
        if (pool->workers[i].base.loop != NULL)
            act__loop_destroy(pool->workers[i].base.loop);
        act__worker_fini(&pool->workers[i].base);
    }
    act__inject_destroy(&pool->inject);
    pthread_cond_destroy(&pool->thread_ended);
    pthread_mutex_destroy(&pool->mutex);
    act__free(pool->workers);
    act__free(pool);
}

static const struct act__executor_operations operations = {
    .schedule = schedule,
    .schedule_newborn = schedule_newborn,
    .yield = yield,
    .now = now,
    .call_wheel = call_wheel,
    .prepare_blocking = prepare_blocking,
    .each_worker = each_worker,
    .each_turn = each_turn,
    .end_threads = end_threads,
    .destroy = destroy,
};

static act_result prepare_worker(struct act__worker_pool *pool, uint32_t index, uint64_t seed)
{
    struct act__pool_worker *worker = &pool->workers[index];
    if (!act__worker_init(&worker->base, pool->system, index, seed))
        return ACT_NO_MEMORY;
    worker->base.executor = &pool->base;
    worker->base.next = NULL;
    worker->next_budget = NEXT_BUDGET;
    return act__loop_create(&worker->base.loop, &worker->base, &pool->started);
}

static act_result start_threads(struct act__worker_pool *pool)
{
    for (; pool->threads_count < pool->base.workers_count; pool->threads_count++) {
        struct act__pool_worker *worker = &pool->workers[pool->threads_count];
        if (pthread_create(&worker->thread, NULL, thread_main, worker) != 0)
            return ACT_OS;
    }
    return ACT_OK;
}

act_result act__worker_pool_create(struct act__executor **executor, struct act_system *system,
                                   const act_system_options *options)
{
    struct act__worker_pool *pool = act__allocate_lines(sizeof *pool);
    if (pool == NULL)
        return ACT_NO_MEMORY;
    pool->workers = act__allocate_lines(options->workers_count * sizeof *pool->workers);
    if (pool->workers == NULL) {
        act__free(pool);
        return ACT_NO_MEMORY;
    }
    pool->base.operations = &operations;
    pool->system = system;
    clock_gettime(CLOCK_MONOTONIC, &pool->started);
    pthread_mutex_init(&pool->mutex, NULL);
    act__condition_init(&pool->thread_ended);
    act__inject_init(&pool->inject);
    act__blocking_init(&pool->blocking, &pool->base, system, options->blocking_max);
    uint64_t   seed = (uint64_t)pool->started.tv_nsec ^ (uint64_t)(uintptr_t)pool;
    act_result result = ACT_OK;
    for (; result == ACT_OK && pool->base.workers_count < options->workers_count; pool->base.workers_count++)
        result = prepare_worker(pool, pool->base.workers_count, act__mix(&seed));
    *executor = &pool->base;
    if (result == ACT_OK)
        result = start_threads(pool);
    if (result != ACT_OK) {
        (void)end_threads(&pool->base, NULL);
        destroy(&pool->base);
        *executor = NULL;
    }
    return result;
}
