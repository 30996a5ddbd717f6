/*
 * One turn of an actor: what it is given, until its batch is spent, it sleeps, or it ends.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/process/turn.h>

#include <actor/delivery/handover.h>
#include <actor/delivery/send.h>
#include <actor/delivery/backpressure.h>
#include <actor/process/arena.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/exit.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/spawn.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/task.h>
#include <actor/signal/continuation.h>
#include <actor/signal/signal.h>
#include <mailbox/base/gap.h>

/* Whether this worker may run this actor: a stale message can bring a cell to the wrong one. */
static bool runs_here(const struct act__worker *worker, const act_self *self)
{
    uint16_t route = act__load(&self->task.route);
    if (act__likely(route == ACT__ROUTE_ANY))
        return true;
    if (worker->run.executor->simulated)
        return true;
    if (route == ACT__ROUTE_BLOCKING)
        return worker->run.index == ACT__NO_WORKER;
    return route == worker->run.index + 1;
}

typedef void receive_call(act_self *self, void *state, const act_message *message);

/* What is not a plain message of a user's. Returns: what is to handle it; NULL: nothing is. */
static receive_call *prepare_special(struct act__worker *worker, act_self *self,
                                     act_message *message)
{
    bool is_counted = act__message_is_counted(message);
    act__inbox_leave(&self->inbox_shared, message);
    if (!is_counted && message->tag == ACT__TAG_VOID) {
        act__finish(worker, self, message);
        return NULL;
    }
    act__count(is_counted ? &worker->received : &worker->others_handled); /* for the monitor */
    bool is_answer = !is_counted || act__message_is_reply(message);
    return is_answer && act__has_continuations(self) && act__continuation_begin(self, message->ref)
               ? act__continuation_run
               : self->behavior->receive;
}

/* After a handler, of which anything is possible. */
static inline void end_handler(struct act__worker *worker, act_self *self, act_message *message)
{
    act__outbox_end(worker);
    if (act__likely(worker->message != NULL)) {
        __atomic_store_n(&worker->message, NULL, __ATOMIC_RELAXED);
        act__finish(worker, self, message);
    }
    if (act__unlikely(worker->scratch.chunk != NULL))
        act__arena_reset(&worker->scratch);
}

static inline __attribute__((always_inline)) void handle(struct act__worker *worker, act_self *self,
                                                         act_message *message)
{
    const uint8_t special =
        ACT__BIT_COUNTED | ACT__BIT_BOUNDED | ACT__BIT_REPLY | ACT__HOME_SPECIAL;
    receive_call      *receive = self->behavior->receive;
    const act_message *shown = message;
    worker->now = -1;
    if (act__likely((message->act_bits & special) == ACT__BIT_COUNTED)) {
        act__count(&worker->received);
    } else {
        if ((receive = prepare_special(worker, self, message)) == NULL)
            return;
        shown = act__message_shown(message);
    }
    __atomic_store_n(&worker->message, message,
                     __ATOMIC_RELAXED); /* for the monitor, here and below */
    receive(self, self->state, shown);
    end_handler(worker, self, message);
}

/* Whether it runs and has none of these flags, in one comparison. */
static inline bool is_plain(const act_self *self, uint16_t flags)
{
    return (self->flags & (ACT__CELL_PHASE | flags)) == ACT__PHASE_RUNNING;
}

/*
 * Nothing waits that was fetched and nothing is asked of it: what comes next can be looked for the
 * short way.
 */
static inline bool is_quiet(const act_self *self)
{
    return is_plain(self, ACT__CELL_OVERLOADED) && self->inbox_owned.head == NULL &&
           act__load(&self->control) == 0;
}

/* The usual case, short: only one message has come. NULL: see act__take_in. */
static inline act_message *take_only(struct act__worker *worker, act_self *self)
{
    act_message *freed,
        *message = act__mpsc_peek(&self->inbox_shared.queue, self->inbox_owned.boundary);
    if (message == NULL)
        return NULL;
    if ((message->act_bits & (ACT__BIT_SIGNAL | ACT__BIT_REPLY)) != 0 ||
        message->act_generation != (uint32_t)act__load(&self->generation))
        return NULL;
    freed = act__inbox_advance(&self->inbox_owned, message);
    if (freed != NULL)
        act__release(worker, freed);
    return message;
}

static inline void finish_turn(struct act__worker *worker)
{
    act__store_release(&worker->run.current, NULL); /* it has its station again: see station.h */
    while (act__unlikely(worker->after_turn != NULL)) {
        struct act__after_turn *work = worker->after_turn;
        worker->after_turn = work->next;
        work->run(work);
    }
}

/* Gives the token up if nothing waits. Returns: whether the actor sleeps. */
static inline bool fall_asleep(struct act__worker *worker, act_self *self)
{
    act_message *freed;
    act__token_gives(self);
    if (!act__inbox_sleep(&self->inbox_shared, &self->inbox_owned, &freed)) {
        act__token_got(self);
        return false;
    }
    act__gap("turn.asleep");
    if (freed != NULL)
        act__release(worker, freed);
    return true;
}

/*
 * After fall_asleep: wakes the actor if something was asked of it meanwhile. seq_cst:
 * act__control_set sets the bit and then looks whether the actor sleeps; this is the other way
 * round. One of both sees the other. The turn is over in any case: between the two others may have
 * run it, ended it, and given its cell to an actor of another worker's.
 */
static inline void wake_if_asked(struct act__worker *worker, act_self *self)
{
    if (act__unlikely(atomic_load_explicit(&self->control, memory_order_seq_cst) != 0) &&
        act__mpsc_wake(&self->inbox_shared.queue)) {
        if (worker->run.batch != 0)
            act__schedule(worker->system, worker, self);
        else /* it may be what has asked: see shut_down */
            worker->run.executor->operations->yield(worker->run.executor, act__runner_of(worker),
                                                    &self->task);
    }
}

/* A cell without an actor: one that was free, or one that has just died and is then given back. */
static bool sleep_without_actor(struct act__worker *worker, act_self *self)
{
    bool is_dead = act__phase_of(self) == ACT__PHASE_DEAD;
    act__backpressure_end(worker, self); /* a sender may have opened its list after its end */
    if (is_dead)
        act__phase_enter(self, ACT__PHASE_FREE); /* now, while the token is held */
    if (!fall_asleep(worker, self)) {
        if (is_dead)
            act__phase_enter(self, ACT__PHASE_DEAD);
        return false;
    }
    if (is_dead)
        act__slab_give(&worker->system->cells, &worker->cells, self);
    return true;
}

/* Others first. */
static void yield(struct act__worker *worker, act_self *self)
{
    act__token_gives(self);
    worker->run.executor->operations->yield(worker->run.executor, act__runner_of(worker),
                                            &self->task);
}

/* Its batch is spent. */
static void give_way(struct act__worker *worker, act_self *self)
{
    worker->run.is_behind =
        act__load(&self->inbox_owned.count) >= act__batch_of(&worker->run, &self->task);
    if (!act__backpressure_mute(worker, self))
        yield(worker, self);
    finish_turn(worker);
}

/* Returns: whether the token is gone: the actor is muted, or it sleeps. */
static bool give_token_up(struct act__worker *worker, act_self *self)
{
    if (!act__phase_is_living(self))
        return sleep_without_actor(worker, self);
    if (act__unlikely(worker->flooded != NULL) && act__backpressure_mute(worker, self))
        return true;
    if (!fall_asleep(worker, self))
        return false;
    wake_if_asked(worker, self);
    return true;
}

/* Its inbox is empty. Returns: whether the turn is over. */
static bool rest_from_work(struct act__worker *worker, act_self *self)
{
    if (!give_token_up(worker, self)) {
        if (act__likely(worker->run.batch != 0))
            return false;
        yield(worker, self); /* as in give_way */
    }
    finish_turn(worker);
    return true;
}

/*
 * An actor whose init has not run. Returns: whether the turn is over, because this is the wrong
 * worker for it.
 */
static bool begin_newborn(struct act__worker *worker, act_self *self)
{
    if (!runs_here(worker, self)) {
        act__token_gives(self);
        act__schedule(worker->system, worker, self);
        finish_turn(worker);
        return true;
    }
    worker->now = -1;
    act__spawn_init(worker, self);
    if (worker->scratch.chunk != NULL)
        act__arena_reset(&worker->scratch);
    return false;
}

/*
 * A handover takes in what comes, and sleeps, whatever waits in it. Returns: whether the turn is
 * over; else it is a handover no more: an actor is born in it, or it is dead.
 */
static bool run_handover(struct act__worker *worker, act_self *self)
{
    if (act__handover_is_abandoned(self))
        act__handover_clear(worker, self);
    else
        act__take_in(worker, self);
    if (act__phase_of(self) != ACT__PHASE_HANDOVER)
        return false;
    act__backpressure_look(worker, self);
    if (!fall_asleep(worker, self))
        yield(worker, self); /* more has come */
    else if (act__handover_is_abandoned(self) && act__mpsc_wake(&self->inbox_shared.queue))
        worker->run.executor->operations->yield(worker->run.executor, act__runner_of(worker),
                                                &self->task); /* as in wake_if_asked */
    finish_turn(worker);
    return true;
}

/* As handle, of one that is plain. */
static inline __attribute__((always_inline)) void receive_plain(struct act__worker *worker,
                                                                act_self           *self,
                                                                const act_message  *message)
{
    worker->now = -1;
    act__count(&worker->received);
    __atomic_store_n(&worker->message, message, __ATOMIC_RELAXED);
    self->behavior->receive(self, self->state, message);
    act__token_held(worker, self);
}

/* A message that was handled; what it has sent may have used the batch up. */
static inline void count_in_batch(struct act__worker *worker)
{
    worker->run.batch -= worker->run.batch != 0;
}

/*
 * What most turns are, and nothing else: one plain message for an actor of which nothing is asked,
 * and then sleep. A handler that leaves more to do than that says so in `unusual`. What was asked
 * meanwhile is done in this turn: a system that ends may have no other thread for it. Returns:
 * whether the actor sleeps; if not, go_on is to do the rest, whatever was done here.
 */
static inline __attribute__((always_inline)) bool run_shortly(struct act__worker *worker,
                                                              act_self           *self)
{
    if (!is_plain(self, ACT__CELL_OVERLOADED | ACT__CELL_MUTED) || self->inbox_owned.head != NULL ||
        self->inbox_owned.boundary != NULL || act__load(&self->control) != 0)
        return false;
    act_message *message = act__mpsc_peek(&self->inbox_shared.queue, NULL);
    if (message == NULL || message->act_bits != ACT__BIT_COUNTED ||
        message->act_generation != (uint32_t)act__load(&self->generation))
        return false;
    self->inbox_owned.boundary = message;
    receive_plain(worker, self, message);
    if (act__unlikely(worker->unusual || worker->outbox.count != 0 ||
                      act__load(&self->control) != 0)) {
        count_in_batch(worker);
        end_handler(worker, self, message);
        return false;
    }
    worker->outbox.to = 0;
    __atomic_store_n(&worker->message, NULL, __ATOMIC_RELAXED);
    act__token_gives(self);
    self->inbox_owned.spent = true; /* the boundary: so it is what may be freed then */
    if (act__unlikely(!act__inbox_sleep(&self->inbox_shared, &self->inbox_owned, &message))) {
        act__token_got(self);
        count_in_batch(worker);
        return false;
    }
    act__gap("turn.asleep");
    act__release_small(message);
    wake_if_asked(worker, self);
    return true;
}

/* Returns: whether its turn is over, too; else something has come to it since, or waits in it. */
static bool end_actor(struct act__worker *worker, act_self *self)
{
    act__end_run(worker, self);
    if (act__unlikely(act__phase_of(self) != ACT__PHASE_DEAD) || self->inbox_owned.head != NULL ||
        !sleep_without_actor(worker, self))
        return false;
    finish_turn(worker);
    return true;
}

/*
 * Of one that has not just ended: a handover, a birth, a look at its inbox, rest, or giving way.
 * Returns: as do_the_rest.
 */
static __attribute__((noinline)) bool do_all_else(struct act__worker *worker, act_self *self)
{
    if (act__unlikely(act__phase_of(self) == ACT__PHASE_HANDOVER))
        return run_handover(worker, self);
    if (self->inbox_owned.head == NULL) {
        if (!act__inbox_is_empty(&self->inbox_shared, &self->inbox_owned))
            act__take_in(worker, self);
        act__control_take(worker, self);
        if (act__unlikely(act__phase_of(self) == ACT__PHASE_ENDING))
            return false;
    }
    if (act__unlikely(act__phase_of(self) == ACT__PHASE_STARTING))
        return begin_newborn(worker, self);
    if (self->inbox_owned.head == NULL)
        return rest_from_work(worker, self);
    if (worker->run.batch != 0)
        return false;
    give_way(worker, self);
    return true;
}

/* Everything but the usual: see go_on. Returns: whether the turn is over. */
static bool do_the_rest(struct act__worker *worker, act_self *self)
{
    if (act__phase_of(self) == ACT__PHASE_ENDING && end_actor(worker, self))
        return true;
    return do_all_else(worker, self);
}

/* Whether the oldest that was fetched is a plain message that may be freed once it is handled. */
static inline bool is_plain_next(const act_self *self)
{
    const act_message *message = self->inbox_owned.head;
    return message != NULL && message->act_bits == ACT__BIT_COUNTED &&
           message != self->inbox_owned.boundary && message->act_next != NULL;
}

/*
 * Plain messages that were fetched, but for the newest: of them nothing else has to be asked. Until
 * a handler has left something to be seen to, as in run_shortly.
 */
static inline __attribute__((always_inline)) void handle_plain(struct act__worker *worker,
                                                               act_self           *self)
{
    worker->unusual = false;
    while (is_plain_next(self) && worker->run.batch != 0) {
        act_message *message = self->inbox_owned.head;
        self->inbox_owned.head = message->act_next;
        act__inbox_count_more(&self->inbox_owned, -1u);
        worker->run.batch--;
        receive_plain(worker, self, message);
        if (act__unlikely(worker->unusual || worker->outbox.count != 0)) {
            end_handler(worker, self, message);
            break;
        }
        worker->outbox.to = 0;
        __atomic_store_n(&worker->message, NULL, __ATOMIC_RELAXED);
        act__release_small(message);
    }
}

/* Those that were fetched, while nothing is special. */
static inline __attribute__((always_inline)) void handle_fetched(struct act__worker *worker,
                                                                 act_self           *self)
{
    while (is_plain(self, 0) && self->inbox_owned.head != NULL && worker->run.batch != 0) {
        if (is_plain_next(self) && (self->flags & ACT__CELL_OVERLOADED) == 0) {
            handle_plain(worker, self);
            continue;
        }
        worker->run.batch--;
        handle(worker, self, act__inbox_pop(&self->inbox_owned));
        if (act__unlikely((self->flags & ACT__CELL_OVERLOADED) != 0)) {
            act__store(&self->pressure, act__load(&self->pressure) - 1);
            act__backpressure_update(worker, self);
        }
    }
}

/* What an actor mostly does, in one place and short. The rest is in do_the_rest. */
static inline __attribute__((always_inline)) void go_on(struct act__worker *worker, act_self *self)
{
    act_message *message;
    for (;;) {
        act__token_held(worker, self);
        if (act__unlikely(!is_quiet(self))) {
            handle_fetched(worker, self);
        } else if (act__inbox_is_empty(&self->inbox_shared, &self->inbox_owned)) {
            if (act__likely(worker->flooded == NULL) && fall_asleep(worker, self)) {
                wake_if_asked(worker, self);
                finish_turn(worker);
                return;
            }
        } else if (act__likely(worker->run.batch != 0) &&
                   (message = take_only(worker, self)) != NULL) {
            worker->run.batch--;
            handle(worker, self, message);
            continue;
        }
        if (do_the_rest(worker, self))
            return;
    }
}

void act__turn_go_on(struct act__worker *worker)
{
    go_on(worker, act__current_of(worker));
}

/*
 * One that was muted handles what it hears. Returns: whether it is still muted, and the turn
 * over.
 */
static __attribute__((noinline)) bool stay_muted(struct act__worker *worker, act_self *self)
{
    uint32_t by;
    if (!act__backpressure_wake(worker, self, &by))
        return false;
    while (worker->run.batch != 0 && is_plain(self, ACT__CELL_OVERLOADED) &&
           act__backpressure_hears(self)) {
        worker->run.batch--;
        handle(worker, self, act__inbox_pop(&self->inbox_owned));
    }
    return act__backpressure_stay(worker, self, by);
}

/* The batch is what is left of that of the actor whose short turn was first. */
static inline void limit_batch(struct act__runner *runner, const struct act__task *task)
{
    uint32_t own = act__batch_of(runner, task);
    runner->batch = runner->batch < own ? runner->batch : own;
}

/* Any turn; also what is left of one that was not over shortly. */
static __attribute__((noinline)) void run_long(struct act__worker *worker, act_self *self)
{
    if (act__unlikely((self->flags & ACT__CELL_MUTED) != 0) && stay_muted(worker, self)) {
        finish_turn(worker);
        return;
    }
    /* it has more to do than a batch: signals must not wait for the end of that */
    if (self->inbox_owned.head != NULL) {
        act__take_in(worker, self);
        act__control_take(worker, self);
    }
    go_on(worker, self);
}

/*
 * After a short turn. Returns: the actor that it has woken, if that may have its turn at once, with
 * what is left of the batch; NULL: the scheduler is to look around first, as before a slow actor.
 */
static inline struct act__task *take_short(struct act__runner *runner)
{
    act__store_release(&runner->current, NULL); /* as in finish_turn */
    atomic_signal_fence(memory_order_seq_cst);  /* as in run_turn, worker_pool.c */
    /* acquire: as in must_leave, worker_pool.c */
    if (act__unlikely(runner->credit < ACT__TURN_SHORT_COST ||
                      act__load_acquire(&runner->station_asked) ||
                      act__load(runner->posted) != NULL))
        return NULL;
    struct act__task *task = act__load(&runner->lifo_slot);
    if (task == NULL || act__load(&task->batch_shift) > ACT__BATCH_SHIFT_NEW)
        return NULL;
    runner->credit -= ACT__TURN_SHORT_COST;
    act__store(&runner->lifo_slot, NULL);
    act__store_release(&runner->turn, act__load(&runner->turn) + 1); /* as in run_turn */
    return task;
}

struct act__task *act__turn_run(struct act__runner *runner, struct act__task *task)
{
    struct act__worker *worker = act__worker_of(runner);
    struct act__task   *first = task;
    worker->flooded = NULL;
    worker->unusual = false;
    if (act__unlikely(worker->ending.spares_count < ACT__SPARES))
        (void)act__spares_fill(worker); /* now: a failure must not have to ask for memory */
    for (struct act__task *next = task; next != NULL; next = take_short(runner)) {
        act_self *self = act__self_of(task = next);
        act__token_got(self);
        act__store_release(&runner->current, task); /* pairs with the acquire in hold_station,
                                                       stuck.c */
        self->worker = worker;
        if (act__unlikely(!run_shortly(worker, self))) {
            if (task != first)
                limit_batch(runner, task);
            run_long(worker, self);
            break;
        }
    }
    return task;
}

/*
 * relaxed: in the last steps of a turn the cell may be another's already, see make_birth in
 * spawn.c; that one's name is a hint then, as the whole is.
 */
struct act__task_name act__task_name(const struct act__task *task)
{
    const act_self     *self = act__self_of(task);
    uint64_t            generation = act__load_acquire(&self->generation); /* pairs with spawn.c */
    const act_behavior *behavior = __atomic_load_n(&self->behavior, __ATOMIC_RELAXED);

    if (!act__generation_is_live(generation) || behavior == NULL)
        return (struct act__task_name){0, NULL};
    return (struct act__task_name){act__local_of(self), behavior->name};
}
