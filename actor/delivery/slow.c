/* Slows senders that flood an actor without a bound. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/system/system_record.h>
#include <mailbox/base/gap.h>

/*
 * An actor that finds more than backlog_max messages waiting is *overloaded* until half of that is
 * left. An actor that has sent to it in a turn, and is not overloaded itself, is *held* at the end
 * of that turn: its token waits in the receiver's list instead of a run queue.
 *
 * Asked. An actor finds that only between two handlers, and one of them may never return. So its
 * senders count, in slow_count, what comes to it while it is awake. Of more than backlog_max they
 * ask it to look (ACT__URGENT_LOOK), which makes it take in all that has come, and count that, as
 * soon as its handler returns; and they count anew. If as many come again and it has not looked, a
 * sender opens its list: to all others it is overloaded from then on, and watched. It is asked
 * again, after that, and so looks whether it is; if not, it frees all it holds. One that keeps up
 * has always looked, so it holds none. Neither counted are the message that wakes a receiver, as it
 * is alone; replies, which were asked for, or a client that hangs would hold its server; and what
 * is sent to a thread that waits for its answer, which refuses all else at once.
 *
 * Hearing. Signals take effect on a held actor at once: wake_held in signal.c. It also handles what
 * its timers bring it, time-outs of its asks, EXIT and DOWN, and stays held: act__slow_hears. What
 * else waits does so until it is freed, or an actor that is asked by many, each ask a signal, would
 * flood all the same.
 *
 * Reach. An actor that is held does not notice what waits for it. Once more than half of
 * backlog_max does, a sender to it is held by the same receiver: in a line of actors all go at the
 * pace of the slowest, but holding passes only through actors that are flooded themselves. A seat,
 * where all has to wait, is overloaded only with SEAT_PATIENCE times as many.
 *
 * Time. Each overloaded receiver has a *watch*, a timer. If the receiver has handled nothing from
 * one look of its watch to the next, because a handler of its is stuck or it is a seat, the watch
 * frees all it holds, for a turn. The time between two looks doubles from WATCH_MIN to WATCH_MAX
 * while that is so. What waits there grows by what each of its senders sends in a turn, once each
 * WATCH_MAX.
 *
 * No deadlock: an overloaded actor is never held, nor one whose list a sender has opened, and only
 * they hold others, so they always run until they are overloaded no longer, and then free all they
 * hold. None starves: an actor that never catches up, because it floods itself or is flooded by
 * others that are overloaded, frees all it holds whenever it has handled as many messages as
 * waited the last time. That bounds what waits, too: at most about as many messages as all its
 * senders send in a turn.
 *
 *     held:  NO --- hold: enters the list ---> LISTED --- hold, stay: gives the token up ---> YES
 *             ^                                 |   ^                                          |
 *             +--- the receiver or its watch ---+   +------------ a signal wakes it -----------+
 *             |       frees all                                                                |
 *             +--- the receiver or its watch frees all, and schedules it ----------------------+
 *
 *     slowed:  CALM --- it finds itself overloaded, or a sender that it has not looked ---> a list
 *               ^ ^                                                                           |
 *               | +--- it has caught up, or looks and is not overloaded, or ends: frees all --+
 *               +----- held, and freed ----> HELD_BY
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
            worker->executor->operations->yield(worker->executor, worker,
                                                sender); /* where others can take it */
    }
}

/* `then`: ACT__CALM, or 0: an empty list. */
static void free_held(struct act__worker *worker, act_self *self, uint32_t then)
{
    /*
     * acq_rel: pairs with the compare-exchange in enter_list; `slowed_next` of all in the list is
     * seen.
     */
    free_list(worker, act__exchange_acq_rel(&self->slowed, then));
}

/* Makes sure that an overloaded actor is watched. Returns: false without memory. */
static bool begin_watch(struct act__worker *worker, act_self *self)
{
    act_ref seen = {act__load(&self->slow_count)};
    /*
     * seq_cst: after `slowed` says that it is overloaded; end_watch does both the other way round.
     */
    if (atomic_exchange_explicit(&self->inbox.is_watched, true, memory_order_seq_cst))
        return true;
    if (act__timer_arm(worker, NULL, self->index, NULL, seen, WATCH_MIN) != NULL)
        return true;
    act__store(&self->inbox.is_watched, false);
    return false;
}

/*
 * Opens its list, by its own turn or by a sender, so that senders are held. Returns: whether it
 * was closed.
 */
static bool open_list(act_self *self)
{
    uint32_t calm = ACT__CALM;
    /* seq_cst: before begin_watch and act__cell_poke, see there. Seen late, it holds late. */
    return atomic_compare_exchange_strong_explicit(&self->slowed, &calm, 0, memory_order_seq_cst,
                                                   memory_order_relaxed);
}

/* One that would hold others for ever if it got stuck must not hold any. */
static void become_overloaded(struct act__worker *worker, act_self *self)
{
    act__store(&self->slow_count, act__load(&self->inbox.count));
    (void)open_list(self); /* a sender may have done it */
    if (begin_watch(worker, self)) {
        self->flags |= ACT__CELL_OVERLOADED;
    } else {
        act__store(&self->slow_count, 0);
        free_held(worker, self, ACT__CALM);
    }
}

static uint32_t multiply(uint32_t count, uint32_t factor)
{
    return count < UINT32_MAX / factor ? factor * count : UINT32_MAX;
}

/* How many messages may wait before it is overloaded. */
static uint32_t patience_of(const struct act__worker *worker, const act_self *self)
{
    return multiply(worker->backlog_max, (self->flags & ACT__CELL_SEAT) != 0 ? SEAT_PATIENCE : 1);
}

void act__slow_become_calm(struct act__worker *worker, act_self *self)
{
    self->flags &= (uint16_t)~ACT__CELL_OVERLOADED;
    act__store(&self->slow_count, 0);
    free_held(worker, self, ACT__CALM);
}

void act__slow_update(struct act__worker *worker, act_self *self)
{
    uint32_t count = act__load(&self->inbox.count);
    if ((self->flags & ACT__CELL_OVERLOADED) == 0) {
        if (act__unlikely(count > patience_of(worker, self)) && act__load(&self->gate.max) == 0)
            become_overloaded(worker, self);
    } else if (count <= patience_of(worker, self) / 2) {
        act__slow_become_calm(worker, self);
    } else if (act__load(&self->slow_count) == 0) {
        act__store(&self->slow_count, count);
        free_held(worker, self, 0);
    }
}

/* ----------------------------------------------------------------------- one that does not look */

void act__slow_look(struct act__worker *worker, act_self *self)
{
    act__slow_update(worker, self);
    if ((self->flags & ACT__CELL_OVERLOADED) != 0)
        return;
    if (act__holds_senders(self))
        act__slow_become_calm(worker, self);
    else
        act__store(&self->slow_count, 0);
}

/* free_held by others, for an actor that may become calm at any time. */
static void free_some(struct act__worker *worker, act_self *self, uint32_t then)
{
    uint32_t first = act__load(&self->slowed);
    do {
        if ((first & ACT__HELD_BY) != 0)
            return;
        /* acq_rel: as in free_held. */
    } while (!atomic_compare_exchange_weak_explicit(&self->slowed, &first, then,
                                                    memory_order_acq_rel, memory_order_relaxed));
    free_list(worker, first);
}

/* Asks the receiver to look as soon as its handler returns. */
static void ask_to_look(struct act__worker *worker, act_self *receiver)
{
    act__cell_poke(worker->system, worker, act__local_of(receiver), ACT__URGENT_LOOK);
}

/* It was asked to look and has not: senders are held until it does. */
static void hold_senders_of(struct act__worker *worker, act_self *receiver)
{
    if (!open_list(receiver))
        return;
    act__gap("slow.opened");
    if (begin_watch(worker, receiver))
        worker->slow_for = receiver;
    else
        free_some(worker, receiver, ACT__CALM);
    ask_to_look(worker, receiver); /* again, after the list was opened: so it is looked at */
}

void act__slow_flooded(struct act__worker *worker, act_self *receiver)
{
    uint64_t life = act__load(&receiver->life), urgent = act__load(&receiver->urgent);
    uint32_t max = worker->backlog_max;
    bool     is_asked = (urgent & ACT__URGENT_LOOK) != 0 && urgent >> ACT__URGENT_BITS == life;
    bool     is_seat = (urgent & (ACT__URGENT_HOLDING | ACT__URGENT_PARKED)) != 0;
    if ((life & 1) == 0 || act__load(&receiver->gate.max) != 0)
        return;
    if (act__load(&receiver->route) == ACT__ROUTE_FOREIGN) { /* all but its answer is refused:
                                                             nothing waits */
        act__store(&receiver->slow_count, 0);
        return;
    }
    if (!is_asked) {
        act__store(&receiver->slow_count, max);
        ask_to_look(worker, receiver);
    } else if (act__load(&receiver->slow_count) >= multiply(max, is_seat ? SEAT_PATIENCE : 2)) {
        hold_senders_of(worker, receiver);
    }
}

/* ------------------------------------------------------------------------------------ the watch */

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
    bool      is_alive = (act__load(&receiver->life) & 1) != 0; /* else a sender came too late */
    uint32_t *pause = &timer->notice.bytes_count;
    if (end_watch(receiver)) {
        act__timer_drop(worker, timer);
        return;
    }
    if (count == timer->notice.ref.value) {
        free_some(worker, receiver, is_alive ? 0 : ACT__CALM);
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
    } while (!atomic_compare_exchange_weak_explicit(&receiver->slowed, &first, self->index,
                                                    memory_order_release, memory_order_relaxed));
    return true;
}

/*
 * Tells its senders by which receiver it is held, unless its bound is what stops them. Returns:
 * false if one of them has opened its list: it is overloaded, and so not held.
 */
static bool pass_on(act_self *self, uint32_t by)
{
    uint32_t calm = ACT__CALM;
    if (act__load(&self->gate.max) != 0)
        return true;
    act__store(&self->slow_count, act__load(&self->inbox.count));
    /* relaxed: a hint to them. */
    return atomic_compare_exchange_strong_explicit(&self->slowed, &calm, ACT__HELD_BY | by,
                                                   memory_order_relaxed, memory_order_relaxed);
}

/* Held no longer, or not at all. */
static void stand_up(act_self *self)
{
    uint32_t by = act__load(&self->slowed);
    self->flags &= (uint16_t)~ACT__CELL_HELD;
    if ((by & ACT__HELD_BY) == 0)
        return;
    act__store(&self->slow_count, 0);
    /*
     * Only itself changes HELD_BY; but a sender may open the list of one that is calm. relaxed: a
     * hint to senders.
     */
    if (by != ACT__CALM)
        act__store(&self->slowed, ACT__CALM);
}

/* One in a list gives its token up. Returns: false if it was freed meanwhile, or is overloaded. */
static bool lay_down(struct act__worker *worker, act_self *self, uint32_t by)
{
    uint8_t held = ACT__HELD_LISTED;
    bool    hears = self->inbox.has_control; /* then its next turn is for that */
    if (!pass_on(self, by))
        return false;
    self->flags |= ACT__CELL_HELD; /* now, while the token is held */
    act__token_gives(self);
    /*
     * seq_cst: with `urgent` below, against wake_held. release: lays the token down for who takes
     * it there.
     */
    if (!atomic_compare_exchange_strong_explicit(&self->held, &held, ACT__HELD_YES,
                                                 memory_order_seq_cst, memory_order_acquire)) {
        act__token_got(self);
        stand_up(self);
        return false;
    }
    held = ACT__HELD_YES;
    act__gap("slow.laid_down");
    if ((atomic_load_explicit(&self->urgent, memory_order_seq_cst) != 0 || hears) &&
        atomic_compare_exchange_strong_explicit(&self->held, &held, ACT__HELD_LISTED,
                                                memory_order_seq_cst, memory_order_relaxed))
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
    return (slowed & ACT__HELD_BY) == 0 ? receiver
                                        : act__cell_at(worker->system, slowed & ~ACT__HELD_BY);
}

bool act__slow_hold(struct act__worker *worker, act_self *self)
{
    act_self *receiver = who_holds(worker);
    if (receiver == NULL || receiver == self || (self->flags & ACT__CELL_OVERLOADED) != 0 ||
        act__holds_senders(self))
        return false;
    /* acquire: pairs with the exchange in free_list, which has read slowed_next before. */
    if (act__load_acquire(&self->held) != ACT__HELD_NO) /* still in a list from before: in one at
                                                           a time */
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
    stand_up(self);
    if (act__load(&self->held) != ACT__HELD_LISTED) /* relaxed: one that is freed meanwhile
                                                       cannot lay down */
        return false;
    act__take_in(worker, self);
    act__take_urgent(worker, self);
    return true;
}

bool act__slow_stay(struct act__worker *worker, act_self *self, uint32_t by)
{
    return (self->flags & (ACT__CELL_ENDING | ACT__CELL_OVERLOADED)) == 0 &&
           lay_down(worker, self, by);
}

/* -------------------------------------------------------------------------------------- hearing */

static bool is_exit_or_down(const act_message *message)
{
    return (message->tag == ACT_MESSAGE_EXIT || message->tag == ACT_MESSAGE_DOWN) &&
           !act__message_is_counted(message);
}

/* Of this actor itself: no order with what others have sent is lost. */
static bool is_timers(const act_message *message)
{
    if (act__message_is_counted(message))
        return (message->ref.value & ACT__REF_IS_TIMER) != 0;
    return message->tag == ACT_MESSAGE_TIMED_OUT;
}

/*
 * Or of one in whose seat it sits: they share the cell, and the next goes on with what one has
 * begun.
 */
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
    for (; control != NULL && !is_timers(control) && !is_exit_or_down(control);
         control = control->act_next)
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
