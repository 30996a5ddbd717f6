/*
 * Runs everything on the calling thread, in an order drawn from a seed, in virtual time. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/simulation/simulation.h>

#include <actor/delivery/handover.h>
#include <actor/process/cell.h>
#include <actor/process/fatal.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/task.h>
#include <actor/system/stop.h>
#include <actor/system/system.h>
#include <actor/system/system_record.h>
#include <actor/time/wheel.h>
#include <mailbox/channel/channel_record.h>

/*
 * A turn is cut after 1 to this many messages, drawn each time: the handlers of different actors
 * mix.
 */
#define BATCH_MAX 4

/*
 * The runnable actors wait in several queues; which one an actor enters, at which end, and which
 * one is served next is drawn. So any order can come up, and entering one never needs memory.
 */
#define QUEUES 16

struct queue {
    struct act__task *first, *last; /* through run_next */
};

struct seeded {
    struct act__executor    base;
    struct act__worker      worker;
    struct act__timer_wheel wheel;
    struct queue            queues[QUEUES];
    uint32_t                filled; /* bit q: queue q is not empty */
    act_millis              now;
    uint64_t                signature;
    struct act__random      order; /* apart from the runner's: what actors draw does not disturb
                                      the order */
};

struct act_simulation {
    struct act_system *system;
    struct seeded     *seeded;
};

static struct seeded *seeded_of(struct act__executor *executor)
{
    return act__container(executor, struct seeded, base);
}

static void sign(struct seeded *seeded, uint64_t what)
{
    seeded->signature = (act__rotate(seeded->signature, 5) ^ what) * UINT64_C(0x9e3779b97f4a7c15);
}

static void schedule(struct act__executor *executor, struct act__runner *runner,
                     struct act__task *task)
{
    struct seeded *seeded = seeded_of(executor);
    uint32_t       draw = act__random_below(&seeded->order, 2 * QUEUES);
    struct queue  *queue = &seeded->queues[draw / 2];
    (void)runner;
    if (queue->first == NULL) {
        task->run_next = NULL;
        queue->first = queue->last = task;
        seeded->filled |= 1u << (draw / 2);
    } else if (draw % 2 != 0) {
        task->run_next = queue->first;
        queue->first = task;
    } else {
        task->run_next = NULL;
        queue->last->run_next = task;
        queue->last = task;
    }
}

static struct act__task *draw_next(struct seeded *seeded)
{
    uint32_t filled = seeded->filled;
    if (filled == 0)
        return NULL;
    for (uint32_t skip = act__random_below(&seeded->order, (uint32_t)__builtin_popcount(filled));
         skip > 0; skip--)
        filled &= filled - 1;
    uint32_t          q = (uint32_t)__builtin_ctz(filled);
    struct queue     *queue = &seeded->queues[q];
    struct act__task *task = queue->first;
    queue->first = task->run_next;
    if (queue->first == NULL)
        seeded->filled &= ~(1u << q);
    return task;
}

static act_millis now(struct act__executor *executor)
{
    return seeded_of(executor)->now;
}

/* There is one wheel, and the caller is on its thread. */
static void call_wheel(struct act__executor *executor, struct act__timer *timer, bool cancel)
{
    if (cancel) {
        act__wheel_remove(&seeded_of(executor)->wheel, timer);
        act__timer_drop(&seeded_of(executor)->worker.run, timer);
    } else {
        act__wheel_add(&seeded_of(executor)->wheel, timer);
    }
}

static act_result prepare_blocking(struct act__executor *executor)
{
    (void)executor;
    return ACT_OK; /* there is only this thread, and no other to be held up by it */
}

static void each_worker(struct act__executor *executor, act__runner_visit *visit, void *context)
{
    visit(&seeded_of(executor)->worker.run, context);
}

static void each_turn(struct act__executor *executor, act__turn_visit *visit, void *context)
{
    (void)executor, (void)visit, (void)context; /* the caller is between two turns */
}

static uint32_t end_threads(struct act__executor *executor, const struct timespec *until)
{
    (void)executor, (void)until;
    return 0; /* the only thread is the caller's */
}

static void destroy(struct act__executor *executor)
{
    struct seeded *seeded = seeded_of(executor);
    act__runner_fini(&seeded->worker.run);
    act__free(seeded);
}

static const struct act__executor_operations operations = {
    .schedule = schedule,
    .schedule_newborn = schedule,
    .yield = schedule,
    .now = now,
    .call_wheel = call_wheel,
    .prepare_blocking = prepare_blocking,
    .each_worker = each_worker,
    .each_turn = each_turn,
    .end_threads = end_threads,
    .destroy = destroy,
};

static act_result make_executor(struct act_system *system, struct seeded **seeded, uint64_t seed)
{
    struct seeded *made = act__allocate_lines(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    if (!act__runner_init(&made->worker.run, system, 0, act__mix(&seed))) {
        act__free(made);
        return ACT_NO_MEMORY;
    }
    made->base.operations = &operations;
    made->base.workers_count = 1;
    made->base.simulated = true;
    made->worker.run.executor = &made->base;
    act__wheel_init(&made->wheel, 0);
    made->worker.run.wheel = &made->wheel;
    act__random_seed(&made->order, act__mix(&seed));
    system->executor = &made->base;
    act__record_of(system)->foreign_worker.run.executor = &made->base;
    *seeded = made;
    return ACT_OK;
}

act_result act_simulation_create(act_simulation **simulation, uint64_t seed,
                                 const act_system_options *options)
{
    act_simulation *made = act__allocate(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    act_result result = act__system_make(&made->system, options);
    if (result == ACT_OK) {
        result = make_executor(made->system, &made->seeded, seed);
        if (result != ACT_OK)
            act__system_free(made->system);
    }
    if (result != ACT_OK) {
        act__free(made);
        return result;
    }
    *simulation = made;
    return ACT_OK;
}

act_system *act_simulation_system(act_simulation *simulation)
{
    return simulation->system;
}

/* -------------------------------------------------------------------------------------- running */

static void take_turn(struct seeded *seeded, struct act__task *task)
{
    seeded->worker.run.batch = 1 + act__random_below(&seeded->order, BATCH_MAX);
    sign(seeded, act__local_of(act__self_of(task)));
    sign(seeded, (uint64_t)seeded->now);
    act__turn_run(&seeded->worker.run, task);
}

/* What the last turn has done, as far as others can tell. */
static void sign_turn(struct seeded *seeded)
{
    sign(seeded, act__load(&seeded->worker.sent));
    sign(seeded, act__load(&seeded->worker.received));
    sign(seeded, act__load(&seeded->worker.exited));
}

/* Returns: whether nothing is runnable any more. Not inlined: see act__loop_left. */
static __attribute__((noinline)) bool run_here(struct seeded *seeded, uint64_t *steps_count,
                                               uint64_t steps_max)
{
    volatile uint64_t         steps = 0; /* volatile: kept over the jump that ends a panic */
    struct act__task         *task;
    void *const               runs_before = act__runs_here; /* a simulation may be run by another
                                                               system's callback */
    struct act__runner *const callbacks_before = act__callbacks_here;
    act__runs_here = act__callbacks_here = &seeded->worker.run;
    act__select_random = seeded->signature;
    seeded->worker.run.panic.stack_floor = __builtin_frame_address(0);
    if (setjmp(seeded->worker.run.panic.recover) != 0) {
        act__turn_recover(&seeded->worker.run);
        sign_turn(seeded);
    }
    act__timers_run(&seeded->worker.run, &seeded->wheel, seeded->now);
    while ((steps_max == 0 || steps < steps_max) && (task = draw_next(seeded)) != NULL) {
        steps = steps + 1;
        take_turn(seeded, task);
        sign_turn(seeded);
    }
    act__runs_here = runs_before;
    act__callbacks_here = callbacks_before;
    if (steps_count != NULL)
        *steps_count = steps;
    return seeded->filled == 0;
}

static bool run(struct seeded *seeded, uint64_t *steps_count, uint64_t steps_max)
{
    struct act__runner *loop_of __attribute__((cleanup(act__loop_left))) = &seeded->worker.run;
    bool                all = run_here(seeded, steps_count, steps_max);

    loop_of = NULL;
    return all;
}

/*
 * Whether one of the simulation's own callbacks is calling. The stack grows down: it would stand
 * below.
 */
static bool is_inside(const act_simulation *simulation)
{
    const struct act__runner *runner = &simulation->seeded->worker.run;

    if (act__callbacks_here == runner &&
        (char *)__builtin_frame_address(0) >= runner->panic.stack_floor)
        act__fatal(runner, "its callback was left by longjmp");
    return act__callbacks_here == runner;
}

act_result act_simulation_run(act_simulation *simulation, uint64_t *steps_count, uint64_t steps_max)
{
    if (is_inside(simulation))
        return ACT_INVALID;
    return run(simulation->seeded, steps_count, steps_max) ? ACT_OK : ACT_FULL;
}

act_result act_simulation_advance(act_simulation *simulation, act_millis amount, uint64_t steps_max)
{
    struct seeded *seeded = simulation->seeded;
    act_millis     until = seeded->now + amount;
    uint64_t       steps, total = 0;
    if (amount < 0 || is_inside(simulation))
        return ACT_INVALID;
    for (;;) {
        if (!run(seeded, &steps, steps_max == 0 ? 0 : steps_max - total))
            return ACT_FULL;
        total += steps;
        act_millis next = act__wheel_next(&seeded->wheel);
        if (seeded->now == until)
            return ACT_OK;
        if (steps_max != 0 && total >= steps_max)
            return ACT_FULL;
        seeded->now = next == ACT_FOREVER || next > until ? until : next;
    }
}

act_millis act_simulation_now(const act_simulation *simulation)
{
    return simulation->seeded->now;
}

uint64_t act_simulation_signature(const act_simulation *simulation)
{
    return simulation->seeded->signature;
}

/* ----------------------------------------------------------------------------------------- stop */

/* One order, as act__stop_in_order needs it: the simulation that is stopped. */
struct stopping {
    struct act__stop base;
    act_simulation  *simulation;
};

/* Virtual time passes from timer to timer. */
static bool wait_for_end(const struct act__stop *stop, enum act__ended what, act_millis until)
{
    struct seeded *seeded = act__container(stop, const struct stopping, base)->simulation->seeded;
    for (;;) {
        run(seeded, NULL, 1000000);
        if (act__has_ended(stop->system, what))
            return true;
        act_millis next = act__wheel_next(&seeded->wheel);
        if (next == ACT_FOREVER || (until != ACT_FOREVER && next > until))
            return false;
        seeded->now = next;
    }
}

static void stop(act_simulation *simulation)
{
    struct stopping stopping = {{.system = simulation->system,
                                 .worker = &simulation->seeded->worker,
                                 .wait = wait_for_end,
                                 .kill_timeout = ACT_FOREVER},
                                simulation};
    (void)act__stop_in_order(&stopping.base);
    act__handovers_clear(simulation->system);
    run(simulation->seeded, NULL, 0); /* what the last ones sent is let go */
}

act_result act_simulation_destroy(act_simulation **simulation)
{
    act_simulation *mine = *simulation;
    if (mine == NULL)
        return ACT_OK;
    if (is_inside(mine))
        return ACT_INVALID;
    stop(mine);
    act__system_free(mine->system);
    act__free(mine);
    *simulation = NULL;
    return ACT_OK;
}
