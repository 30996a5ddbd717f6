/* Slows senders that flood an actor without a bound. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/system_record.h>

/*
 * An actor that finds more than backlog_max messages waiting is *overloaded* until half of that is left. An actor that
 * has sent to it in a turn, and is not overloaded itself, is *held* at the end of that turn: its token waits in the
 * receiver's list instead of a run queue.
 *
 * An actor that is held does not notice what waits for it, so who sends to it is held by the same receiver: in a line
 * of actors all go at the pace of the slowest.
 *
 * No deadlock: an overloaded actor is never held, and only it holds others, so it always runs until it is overloaded no
 * longer, and then frees all it holds. Nobody starves: one that never catches up, because it floods itself or is
 * flooded by others that are overloaded, frees all it holds whenever it has handled as many messages as waited the last
 * time. That bounds what waits, too: at most about as many messages as all its senders send in a turn.
 *
 * Signals take effect on a held actor at once: wake_held in signal.c. Its messages wait on, but for an EXIT, or who is
 * asked by many, each ask a signal, would flood all the same.
 *
 *     held:  NO --- hold: enters the list ---> LISTED --- hold, stay: gives the token up ---> YES
 *             ^                                 |   ^                                          |
 *             +---- the receiver frees all -----+   +------------ a signal wakes it -----------+
 *             +---- the receiver frees all, and schedules it ----------------------------------+
 */

/* `then`: ACT__CALM, or 0: an empty list. */
static void free_held(struct act__worker *worker, act_self *self, uint32_t then)
{
    /* acq_rel: pairs with the compare-exchange in enter_list; `slowed_next` of all in the list is seen. */
    uint32_t at = act__exchange_acq_rel(&self->slowed, then);
    while (at != 0 && at != ACT__CALM) {
        act_self *sender = act__cell_at(worker->system, at);
        at = sender->slowed_next;
        /* acq_rel: takes over the token that lay_down has put there. */
        if (act__exchange_acq_rel(&sender->held, ACT__HELD_NO) == ACT__HELD_YES)
            worker->executor->operations->yield(worker->executor, worker, sender); /* where others can take it */
    }
}

void act__slow_update(struct act__worker *worker, act_self *self)
{
    uint32_t max = worker->backlog_max;
    if ((self->flags & ACT__CELL_OVERLOADED) == 0) {
        if (act__likely(act__load(&self->inbox.count) <= max) || act__load(&self->gate.max) != 0)
            return;
        self->flags |= ACT__CELL_OVERLOADED;
        self->until_relief = act__load(&self->inbox.count);
        act__store(&self->slowed, 0); /* relaxed: a sender that sees it late is slowed late */
    } else if (act__load(&self->inbox.count) <= max / 2) {
        self->flags &= (uint16_t)~ACT__CELL_OVERLOADED;
        free_held(worker, self, ACT__CALM);
    } else if (self->until_relief == 0) {
        self->until_relief = act__load(&self->inbox.count);
        free_held(worker, self, 0);
    }
}

void act__slow_end(struct act__worker *worker, act_self *self)
{
    if ((self->flags & ACT__CELL_OVERLOADED) == 0)
        return;
    self->flags &= (uint16_t)~ACT__CELL_OVERLOADED;
    free_held(worker, self, ACT__CALM);
}

/* Returns: false if the receiver has caught up meanwhile. */
static bool enter_list(act_self *receiver, act_self *self)
{
    uint32_t first = act__load(&receiver->slowed);
    do {
        if ((first & ACT__HELD_BY) != 0)
            return false;
        self->slowed_next = first;
        /* release: publishes slowed_next and `held`; pairs with the exchange in free_held. */
    } while (!atomic_compare_exchange_weak_explicit(&receiver->slowed, &first, self->index, memory_order_release,
                                                    memory_order_relaxed));
    return true;
}

/* One in a list gives its token up. `by` is told to its senders. Returns: false if it was freed meanwhile. */
static bool lay_down(struct act__worker *worker, act_self *self, uint32_t by)
{
    uint8_t held = ACT__HELD_LISTED;
    self->flags |= ACT__CELL_HELD; /* now, while the token is held */
    if (act__load(&self->gate.max) == 0) /* else the bound is what stops its senders */
        act__store(&self->slowed, ACT__HELD_BY | by); /* relaxed: a hint. It is not overloaded, so it has no list. */
    /* seq_cst: with `urgent` below, against wake_held. release: lays the token down for who takes it there. */
    if (!atomic_compare_exchange_strong_explicit(&self->held, &held, ACT__HELD_YES, memory_order_seq_cst,
                                                 memory_order_acquire)) {
        self->flags &= (uint16_t)~ACT__CELL_HELD;
        act__store(&self->slowed, ACT__CALM);
        return false;
    }
    held = ACT__HELD_YES;
    if (atomic_load_explicit(&self->urgent, memory_order_seq_cst) != 0 &&
        atomic_compare_exchange_strong_explicit(&self->held, &held, ACT__HELD_LISTED, memory_order_seq_cst,
                                                memory_order_relaxed))
        act__schedule(worker->system, worker, self);
    return true;
}

/* Whoever traps exits may have been asked to end in a given time. */
static bool exit_waits(const act_self *self)
{
    const act_message *message = self->inbox.head;
    while (message != NULL && (message->tag != ACT_MESSAGE_EXIT || act__message_is_counted(message)))
        message = message->act_next;
    return message != NULL;
}

/* Whom the current actor has flooded, or who holds the one it has flooded; NULL: nobody. */
static act_self *who_holds(struct act__worker *worker)
{
    act_self *receiver = worker->slow_for;
    uint32_t  slowed = receiver != NULL ? act__load(&receiver->slowed) : ACT__CALM;
    if (slowed == ACT__CALM)
        return NULL;
    return (slowed & ACT__HELD_BY) == 0 ? receiver : act__cell_at(worker->system, slowed & ~ACT__HELD_BY);
}

bool act__slow_hold(struct act__worker *worker, act_self *self)
{
    act_self *receiver = who_holds(worker);
    if (receiver == NULL || receiver == self || (self->flags & ACT__CELL_OVERLOADED) != 0)
        return false;
    /* acquire: pairs with the exchange in free_held, which has read slowed_next before. */
    if (act__load_acquire(&self->held) != ACT__HELD_NO) /* still in a list from before: in one at a time */
        return !exit_waits(self) && lay_down(worker, self, receiver->index);
    act__store(&self->held, ACT__HELD_LISTED);
    if (!enter_list(receiver, self)) {
        act__store(&self->held, ACT__HELD_NO);
        return false;
    }
    act__count(&worker->slowed);
    return lay_down(worker, self, receiver->index);
}

bool act__slow_stay(struct act__worker *worker, act_self *self)
{
    uint32_t by = act__load(&self->slowed) & ~ACT__HELD_BY;
    self->flags &= (uint16_t)~ACT__CELL_HELD;
    act__store(&self->slowed, ACT__CALM);
    if (act__load(&self->held) != ACT__HELD_LISTED) /* relaxed: one that is freed meanwhile cannot lay down */
        return false;
    act__take_in(worker, self);
    act__take_urgent(worker, self);
    return (self->flags & (ACT__CELL_ENDING | ACT__CELL_OVERLOADED)) == 0 && !exit_waits(self) &&
           lay_down(worker, self, by);
}
