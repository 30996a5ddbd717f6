/* Slows senders that flood an actor without a bound. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/system_record.h>
#include <mailbox/base/gap.h>

/*
 * An actor that finds more than backlog_max messages waiting is *overloaded* until half of that is left. An actor that
 * has sent to it in a turn, and is not overloaded itself, is *held* at the end of that turn: its token waits in the
 * receiver's list instead of a run queue.
 *
 * Hearing. Signals take effect on a held actor at once: wake_held in signal.c. It also handles what its timers bring it,
 * time-outs of its asks, EXIT and DOWN, and stays held: act__slow_hears. What else waits does so until it is freed, or
 * an actor that is asked by many, each ask a signal, would flood all the same.
 *
 * Reach. An actor that is held does not notice what waits for it. Once more than half of backlog_max does, a sender to
 * it is held by the same receiver: in a line of actors all go at the pace of the slowest, but holding passes only
 * through actors that are flooded themselves. A seat, where all has to wait, is overloaded only with SEAT_PATIENCE times
 * as many.
 *
 * Time. Each overloaded receiver has a *watch*, a timer. If the receiver has handled nothing from one look of its watch
 * to the next, because a handler of its is stuck or it is a seat, the watch frees all it holds, for a turn. The time
 * between two looks doubles from WATCH_MIN to WATCH_MAX while that is so. What waits there grows by what each of its
 * senders sends in a turn, once each WATCH_MAX.
 *
 * No deadlock: an overloaded actor is never held, and only it holds others, so it always runs until it is overloaded no
 * longer, and then frees all it holds. Nobody starves: one that never catches up, because it floods itself or is
 * flooded by others that are overloaded, frees all it holds whenever it has handled as many messages as waited the last
 * time. That bounds what waits, too: at most about as many messages as all its senders send in a turn.
 *
 *     held:  NO --- hold: enters the list ---> LISTED --- hold, stay: gives the token up ---> YES
 *             ^                                 |   ^                                          |
 *             +--- the receiver or its watch ---+   +------------ a signal wakes it -----------+
 *             |       frees all                                                                |
 *             +--- the receiver or its watch frees all, and schedules it ----------------------+
 */
#define SEAT_PATIENCE 16
#define WATCH_MIN     100 /* milliseconds */
#define WATCH_MAX     500

static void free_list(struct act__worker *worker, uint32_t first)
{
    uint32_t at = first;
    while (at != 0 && at != ACT__CALM) {
        act_self *sender = act__cell_at(worker->system, at);
        at = sender->slowed_next;
        act__gap("slow.freeing");
        /* acq_rel: takes over the token that lay_down has put there. */
        if (act__exchange_acq_rel(&sender->held, ACT__HELD_NO) == ACT__HELD_YES)
            worker->executor->operations->yield(worker->executor, worker, sender); /* where others can take it */
    }
}

/* `then`: ACT__CALM, or 0: an empty list. */
static void free_held(struct act__worker *worker, act_self *self, uint32_t then)
{
    /* acq_rel: pairs with the compare-exchange in enter_list; `slowed_next` of all in the list is seen. */
    free_list(worker, act__exchange_acq_rel(&self->slowed, then));
}

/* Makes sure that an overloaded actor is watched. Returns: false without memory. */
static bool begin_watch(struct act__worker *worker, act_self *self)
{
    act_ref seen = {act__load(&self->slow_count)};
    /* seq_cst: after `slowed` says that it is overloaded; end_watch does both the other way round. */
    if (atomic_exchange_explicit(&self->inbox.is_watched, true, memory_order_seq_cst))
        return true;
    if (act__timer_arm(worker, NULL, self->index, NULL, seen, WATCH_MIN) != NULL)
        return true;
    act__store(&self->inbox.is_watched, false);
    return false;
}

/* One that would hold others for ever if it got stuck must not hold any. */
static void become_overloaded(struct act__worker *worker, act_self *self)
{
    act__store(&self->slow_count, act__load(&self->inbox.count));
    /* seq_cst: see begin_watch. A sender that sees it late is slowed late. */
    atomic_store_explicit(&self->slowed, 0, memory_order_seq_cst);
    if (begin_watch(worker, self))
        self->flags |= ACT__CELL_OVERLOADED;
    else
        free_held(worker, self, ACT__CALM);
}

/* How many messages may wait before it is overloaded. */
static uint32_t patience_of(const struct act__worker *worker, const act_self *self)
{
    uint32_t max = worker->backlog_max;
    if ((self->flags & ACT__CELL_SEAT) == 0)
        return max;
    return max < UINT32_MAX / SEAT_PATIENCE ? SEAT_PATIENCE * max : UINT32_MAX;
}

void act__slow_update(struct act__worker *worker, act_self *self)
{
    uint32_t count = act__load(&self->inbox.count);
    if ((self->flags & ACT__CELL_OVERLOADED) == 0) {
        if (act__unlikely(count > patience_of(worker, self)) && act__load(&self->gate.max) == 0)
            become_overloaded(worker, self);
    } else if (count <= patience_of(worker, self) / 2) {
        self->flags &= (uint16_t)~ACT__CELL_OVERLOADED;
        free_held(worker, self, ACT__CALM);
    } else if (act__load(&self->slow_count) == 0) {
        act__store(&self->slow_count, count);
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

/* The same by the watch, for an actor that may become calm at any time. */
static void free_some(struct act__worker *worker, act_self *self)
{
    uint32_t first = act__load(&self->slowed);
    do {
        if ((first & ACT__HELD_BY) != 0)
            return;
        /* acq_rel: as in free_held. */
    } while (!atomic_compare_exchange_weak_explicit(&self->slowed, &first, 0, memory_order_acq_rel,
                                                    memory_order_relaxed));
    free_list(worker, first);
}

/* Returns: whether there is nothing to watch any more, or another timer does it. */
static bool end_watch(act_self *self)
{
    /* seq_cst, all three: see begin_watch. One of both sees the other. */
    atomic_store_explicit(&self->inbox.is_watched, false, memory_order_seq_cst);
    return (atomic_load_explicit(&self->slowed, memory_order_seq_cst) & ACT__HELD_BY) != 0 ||
           atomic_exchange_explicit(&self->inbox.is_watched, true, memory_order_seq_cst);
}

void act__slow_watch(struct act__worker *worker, struct act__timer *timer)
{
    act_self *receiver = act__cell_at(worker->system, timer->to);
    uint64_t  count = act__load(&receiver->slow_count);
    uint32_t *pause = &timer->notice.bytes_count;
    if (end_watch(receiver)) {
        act__timer_drop(worker, timer);
        return;
    }
    if (count == timer->notice.ref.value) {
        free_some(worker, receiver);
        *pause = *pause == 0 ? 2 * WATCH_MIN : *pause < WATCH_MAX / 2 ? 2 * *pause : WATCH_MAX;
    } else {
        *pause = WATCH_MIN;
    }
    timer->notice.ref.value = count;
    act__timer_again(worker, timer, *pause);
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
    bool    hears = self->inbox.has_control; /* then its next turn is for that */
    self->flags |= ACT__CELL_HELD; /* now, while the token is held */
    act__store(&self->slow_count, act__load(&self->inbox.count));
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
    act__gap("slow.laid_down");
    if ((atomic_load_explicit(&self->urgent, memory_order_seq_cst) != 0 || hears) &&
        atomic_compare_exchange_strong_explicit(&self->held, &held, ACT__HELD_LISTED, memory_order_seq_cst,
                                                memory_order_relaxed))
        act__schedule(worker->system, worker, self);
    return true;
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
    /* acquire: pairs with the exchange in free_list, which has read slowed_next before. */
    if (act__load_acquire(&self->held) != ACT__HELD_NO) /* still in a list from before: in one at a time */
        return lay_down(worker, self, receiver->index);
    act__store(&self->held, ACT__HELD_LISTED);
    if (!enter_list(receiver, self)) {
        act__store(&self->held, ACT__HELD_NO);
        return false;
    }
    act__count(&worker->slowed);
    return lay_down(worker, self, receiver->index);
}

bool act__slow_wake(struct act__worker *worker, act_self *self, uint32_t *by)
{
    *by = act__load(&self->slowed) & ~ACT__HELD_BY;
    self->flags &= (uint16_t)~ACT__CELL_HELD;
    act__store(&self->slowed, ACT__CALM);
    if (act__load(&self->held) != ACT__HELD_LISTED) /* relaxed: one that is freed meanwhile cannot lay down */
        return false;
    act__take_in(worker, self);
    act__take_urgent(worker, self);
    return true;
}

bool act__slow_stay(struct act__worker *worker, act_self *self, uint32_t by)
{
    return (self->flags & (ACT__CELL_ENDING | ACT__CELL_OVERLOADED)) == 0 && lay_down(worker, self, by);
}

/* ------------------------------------------------------------------------------------------ hearing */

static bool is_exit_or_down(const act_message *message)
{
    return (message->tag == ACT_MESSAGE_EXIT || message->tag == ACT_MESSAGE_DOWN) && !act__message_is_counted(message);
}

/* Of this actor itself: no order with what others have sent is lost. */
static bool is_timers(const act_message *message)
{
    if (act__message_is_counted(message))
        return (message->ref.value & ACT__REF_IS_TIMER) != 0;
    return message->tag == ACT_MESSAGE_TIMED_OUT;
}

/* Or of one in whose seat it sits: they share the cell, and the next goes on with what one has begun. */
static bool is_of(const act_message *message, const act_message *other)
{
    return ((message->act_sender ^ other->act_sender) & ACT__SLOT_MASK) == 0 &&
           message->act_sender_node == other->act_sender_node;
}

bool act__slow_hears(act_self *self)
{
    act_message *before = NULL, *at = self->inbox.head, *control = at;
    if (!self->inbox.has_control)
        return false;
    for (; control != NULL && !is_timers(control) && !is_exit_or_down(control); control = control->act_next)
        continue;
    if (control == NULL) {
        self->inbox.has_control = false;
        return false;
    }
    /* What the same actor has sent before its end comes first, as ever. */
    while (at != control && (is_timers(control) || !is_of(at, control))) {
        before = at;
        at = at->act_next;
    }
    if (before == NULL)
        return true;
    before->act_next = at->act_next;
    if (self->inbox.tail == at)
        self->inbox.tail = before;
    at->act_next = self->inbox.head;
    self->inbox.head = at;
    return true;
}
