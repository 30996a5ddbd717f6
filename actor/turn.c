/* One turn of an actor: what it is given, until its batch is spent, it sleeps, or it ends. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/bond.h>
#include <actor/system_record.h>

/* Whether this worker may run this actor: a stale message can bring a cell to the wrong one. */
static bool runs_here(const struct act__worker *worker, const act_self *self)
{
    uint16_t route = act__load(&self->route);
    if (act__likely(route == ACT__ROUTE_ANY))
        return true;
    if (worker->executor->simulated)
        return true;
    if (route == ACT__ROUTE_BLOCKING)
        return worker->index == ACT__NO_WORKER;
    return route == worker->index + 1;
}

static void handle(struct act__worker *worker, act_self *self, act_message *message)
{
    worker->now = -1;
    act__gate_leave(&self->gate, message);
    if (act__likely(act__message_is_counted(message))) {
        act__count(&worker->received);
    } else if (act__unlikely(message->tag == ACT__TAG_VOID)) {
        act__finish(worker, self, message);
        return;
    }
    worker->message = message;
    self->behavior->receive(self, self->state, message);
    if (act__likely(worker->message != NULL)) {
        worker->message = NULL;
        act__finish(worker, self, message);
    }
    if (act__unlikely(worker->scratch.chunk != NULL))
        act__arena_reset(&worker->scratch);
}

static void finish_turn(struct act__worker *worker)
{
    worker->current = NULL;
    while (act__unlikely(worker->after_turn != NULL)) {
        struct act__after_turn *work = worker->after_turn;
        worker->after_turn = work->next;
        work->run(work);
    }
}

/* Returns: whether the actor sleeps; the cell of one that has died is then free. */
static bool sleep_now(struct act__worker *worker, act_self *self)
{
    act_message *freed;
    bool         died = self->flags == ACT__CELL_DIED, living = (self->flags & ACT__CELL_LIVING) != 0;
    if (died)
        self->flags = 0; /* now, while the token is held */
    if (!act__inbox_sleep(&self->gate, &self->inbox, &freed)) {
        if (died)
            self->flags = ACT__CELL_DIED;
        return false;
    }
    if (freed != NULL)
        act__release(worker, freed);
    if (died)
        act__slab_give(&worker->system->cells, &worker->cells, self);
    /*
     * seq_cst: act__cell_poke sets the bit and then looks whether the actor sleeps; this is the other way round.
     * One of both sees the other.
     */
    return !living || atomic_load_explicit(&self->urgent, memory_order_seq_cst) == 0 ||
           !act__mpsc_wake(&self->gate.queue);
}

/* Its batch is spent: others first. */
static void give_way(struct act__worker *worker, act_self *self)
{
    if (!act__slow_hold(worker, self))
        worker->executor->operations->yield(worker->executor, worker, self);
    finish_turn(worker);
}

/* Its inbox is empty. Returns: whether the turn is over. */
static bool rest(struct act__worker *worker, act_self *self)
{
    bool living = (self->flags & ACT__CELL_LIVING) != 0;
    if (!(act__unlikely(worker->slow_for != NULL) && living && act__slow_hold(worker, self)) && !sleep_now(worker, self)) {
        if (act__likely(worker->batch != 0))
            return false;
        worker->executor->operations->yield(worker->executor, worker, self); /* others first, as in give_way */
    }
    finish_turn(worker);
    return true;
}

/* An actor whose init has not run. Returns: whether the turn is over, because this is the wrong worker for it. */
static bool begin_life(struct act__worker *worker, act_self *self)
{
    if (!runs_here(worker, self)) {
        act__schedule(worker->system, worker, self);
        finish_turn(worker);
        return true;
    }
    worker->now = -1;
    act__spawn_init(worker, self);
    act__arena_reset(&worker->scratch);
    return false;
}

void act__turn_go_on(struct act__worker *worker)
{
    act_self *self = worker->current;
    for (;;) {
        if (act__unlikely((self->flags & ACT__CELL_ENDING) != 0))
            act__end_run(worker, self);
        if (self->inbox.head == NULL) {
            act__take_in(worker, self);
            act__take_urgent(worker, self);
            if (act__unlikely((self->flags & ACT__CELL_ENDING) != 0))
                continue;
        }
        if (act__unlikely((self->flags & (ACT__CELL_LIVING | ACT__CELL_READY)) == ACT__CELL_LIVING)) {
            if (begin_life(worker, self))
                return;
        } else if (self->inbox.head == NULL) {
            if (rest(worker, self))
                return;
        } else if (act__unlikely(worker->batch == 0)) {
            give_way(worker, self);
            return;
        } else {
            worker->batch--;
            handle(worker, self, act__inbox_pop(&self->inbox));
            if (act__unlikely((self->flags & ACT__CELL_OVERLOADED) != 0))
                act__slow_update(worker, self);
        }
    }
}

void act__turn_run(struct act__worker *worker, act_self *self, uint32_t batch)
{
    worker->current = self;
    self->worker = worker;
    worker->slow_for = NULL;
    worker->batch = batch != 0 ? batch : worker->system->options.batch_max;
    if (act__unlikely(worker->spares_count < ACT__SPARES))
        (void)act__spares_fill(worker); /* now: a failure must not have to ask for memory */
    if (self->inbox.head != NULL) {
        act__take_in(worker, self);
        act__take_urgent(worker, self);
    }
    act__turn_go_on(worker);
}
