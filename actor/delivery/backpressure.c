/* Mutes senders that flood an actor without a bound. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/delivery/backpressure.h>

#include <actor/delivery/send.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/task.h>
#include <actor/signal/bond.h>
#include <actor/signal/ref.h>
#include <actor/signal/signal.h>
#include <actor/signal/timers.h>
#include <actor/time/wheel.h>
#include <mailbox/base/gap.h>

/*
 * An actor that finds more than backlog_max messages waiting is *overloaded* until half of that is
 * left. An actor that has sent to it in a turn, and is not overloaded itself, is *muted* at the end
 * of that turn: its token waits in the receiver's list instead of a run queue.
 *
 * Asked. An actor finds that only between two handlers, and one of them may never return. So its
 * senders count, in pressure, what comes to it while it is awake. Of more than backlog_max they
 * ask it to look (ACT__CONTROL_LOOK), which makes it take in all that has come, and count that, as
 * soon as its handler returns; and they count anew. If as many come again and it has not looked, a
 * sender opens its list: to all others it is overloaded from then on, and watched. It is asked
 * again, after that, and so looks whether it is; if not, it unmutes all. One that keeps up has
 * always looked, so it mutes none. Neither counted are the message that wakes a receiver, as it
 * is alone; replies, which were asked for, or a client that hangs would mute its server; and what
 * is sent to a thread that waits for its answer, which refuses all else at once.
 *
 * Hearing. Signals take effect on a muted actor at once: wake_muted in signal.c. It also handles
 * what its timers bring it, time-outs of its asks, EXIT and DOWN, and stays muted:
 * act__backpressure_hears. What else waits does so until it is unmuted, or an actor that is asked
 * by many, each ask a signal, would flood all the same.
 *
 * Reach. An actor that is muted does not notice what waits for it. Once more than half of
 * backlog_max does, a sender to it is muted by the same receiver: in a line of actors all go at the
 * pace of the slowest, but muting passes only through actors that are flooded themselves. A
 * handover, where all has to wait, is overloaded only with HANDOVER_PATIENCE times as many.
 *
 * Time. Each overloaded receiver has a *watch*, a timer. If the receiver has handled nothing from
 * one look of its watch to the next, because a handler of its is stuck or it is a handover, the
 * watch unmutes all, for a turn. The time between two looks doubles from WATCH_MIN to
 * WATCH_MAX while that is so. What waits there grows by what each of its senders sends in a turn,
 * once each WATCH_MAX.
 *
 * No deadlock: an overloaded actor is never muted, nor one whose list a sender has opened, and only
 * they mute others, so they always run until they are overloaded no longer, and then unmute all
 * they have muted. None starves: an actor that never catches up, because it floods itself or is
 * flooded by others that are overloaded, unmutes all whenever it has handled as many messages as
 * waited the last time. That bounds what waits, too: at most about as many messages as all its
 * senders send in a turn.
 *
 *     mute_state:
 *
 *         NO --- mute: enters the list ---> LISTED --- mute, stay: gives the token up ---> YES
 *          ^                                 |   ^                                          |
 *          +--- the receiver or its watch ---+   +----------- a signal wakes it ------------+
 *          |      unmutes all                                                               |
 *          +--- the receiver or its watch unmutes all, and schedules it --------------------+
 *
 *     muted:
 *
 *         CALM --- it finds itself overloaded, or a sender that it has not looked ---> a list
 *           ^ ^                                                                           |
 *           | +-- it has caught up, or looks and is not overloaded, or ends: unmutes all -+
 *           +----- muted, and unmuted ----> MUTED_BY
 */
#define HANDOVER_PATIENCE 16
#define WATCH_MIN         100 /* milliseconds */
#define WATCH_MAX         500

static void unmute_list(struct act__worker *worker, uint32_t first)
{
    uint32_t at = first;
    while (at != 0 && at != ACT__CALM) {
        act_self *sender = act__cell_at(worker->system, at);
        at = sender->muted_next;
        act__gap("backpressure.unmuting");
        /* acq_rel: takes over the token that give_token_up has put there. */
        if (act__exchange_acq_rel(&sender->task.mute_state, ACT__MUTE_NO) == ACT__MUTE_YES)
            worker->run.executor->operations->yield(worker->run.executor, act__runner_of(worker),
                                                    &sender->task); /* where others can take it */
    }
}

/* `then`: ACT__CALM, or 0: an empty list. */
static void unmute_all(struct act__worker *worker, act_self *self, uint32_t then)
{
    /*
     * acq_rel: pairs with the compare-exchange in enter_list; `muted_next` of all in the list is
     * seen.
     */
    unmute_list(worker, act__exchange_acq_rel(&self->muted, then));
}

/* Makes sure that an overloaded actor is watched. Returns: false without memory. */
static bool begin_watch(struct act__worker *worker, act_self *self)
{
    act_ref seen = {act__load(&self->pressure)};
    /*
     * seq_cst: after `muted` says that it is overloaded; end_watch does both the other way round.
     */
    if (atomic_exchange_explicit(&self->inbox_owned.is_watched, true, memory_order_seq_cst))
        return true;
    if (act__timer_arm(worker, NULL, self->index, NULL, seen, WATCH_MIN) != NULL)
        return true;
    act__store(&self->inbox_owned.is_watched, false);
    return false;
}

/*
 * Opens its list, by its own turn or by a sender, so that senders are muted. Returns: whether it
 * was closed.
 */
static bool open_list(act_self *self)
{
    uint32_t calm = ACT__CALM;
    /* seq_cst: before begin_watch and act__control_set, see there. Seen late, it mutes late. */
    return atomic_compare_exchange_strong_explicit(&self->muted, &calm, 0, memory_order_seq_cst,
                                                   memory_order_relaxed);
}

/* One that would mute others for ever if it got stuck must not mute any. */
static void become_overloaded(struct act__worker *worker, act_self *self)
{
    act__store(&self->pressure, act__load(&self->inbox_owned.count));
    (void)open_list(self); /* a sender may have done it */
    if (begin_watch(worker, self)) {
        self->flags |= ACT__CELL_OVERLOADED;
    } else {
        act__store(&self->pressure, 0);
        unmute_all(worker, self, ACT__CALM);
    }
}

static uint32_t multiply(uint32_t count, uint32_t factor)
{
    return count < UINT32_MAX / factor ? factor * count : UINT32_MAX;
}

/* How many messages may wait before it is overloaded. */
static uint32_t patience_of(const struct act__worker *worker, const act_self *self)
{
    return multiply(worker->backlog_max,
                    act__phase_of(self) == ACT__PHASE_HANDOVER ? HANDOVER_PATIENCE : 1);
}

void act__backpressure_become_calm(struct act__worker *worker, act_self *self)
{
    self->flags &= (uint16_t)~ACT__CELL_OVERLOADED;
    act__store(&self->pressure, 0);
    unmute_all(worker, self, ACT__CALM);
}

void act__backpressure_update(struct act__worker *worker, act_self *self)
{
    uint32_t count = act__load(&self->inbox_owned.count);
    if ((self->flags & ACT__CELL_OVERLOADED) == 0) {
        if (act__unlikely(count > patience_of(worker, self)) &&
            act__load(&self->inbox_shared.max) == 0)
            become_overloaded(worker, self);
    } else if (count <= patience_of(worker, self) / 2) {
        act__backpressure_become_calm(worker, self);
    } else if (act__load(&self->pressure) == 0) {
        act__store(&self->pressure, count);
        unmute_all(worker, self, 0);
    }
}

/* ----------------------------------------------------------------------- one that does not look */

void act__backpressure_look(struct act__worker *worker, act_self *self)
{
    act__backpressure_update(worker, self);
    if ((self->flags & ACT__CELL_OVERLOADED) != 0)
        return;
    if (act__mutes_senders(self))
        act__backpressure_become_calm(worker, self);
    else
        act__store(&self->pressure, 0);
}

/* unmute_all by others, for an actor that may become calm at any time. */
static void unmute_some(struct act__worker *worker, act_self *self, uint32_t then)
{
    uint32_t first = act__load(&self->muted);
    do {
        if ((first & ACT__MUTED_BY) != 0)
            return;
        /* acq_rel: as in unmute_all. */
    } while (!atomic_compare_exchange_weak_explicit(&self->muted, &first, then,
                                                    memory_order_acq_rel, memory_order_relaxed));
    unmute_list(worker, first);
}

/* Asks the receiver to look as soon as its handler returns. */
static void ask_to_look(struct act__worker *worker, act_self *receiver)
{
    act__control_set(worker->system, worker, act__local_of(receiver), ACT__CONTROL_LOOK);
}

/* It was asked to look and has not: senders are muted until it does. */
static void mute_senders_of(struct act__worker *worker, act_self *receiver)
{
    if (!open_list(receiver))
        return;
    act__gap("backpressure.opened");
    if (begin_watch(worker, receiver))
        act__backpressure_note(worker, receiver);
    else
        unmute_some(worker, receiver, ACT__CALM);
    ask_to_look(worker, receiver); /* again, after the list was opened: so it is looked at */
}

void act__backpressure_flooded(struct act__worker *worker, act_self *receiver)
{
    uint64_t generation = act__load(&receiver->generation), control = act__load(&receiver->control);
    uint32_t max = worker->backlog_max;
    bool     is_asked =
        (control & ACT__CONTROL_LOOK) != 0 && control >> ACT__CONTROL_BITS == generation;
    bool is_handover = (control & (ACT__CONTROL_HOLDING | ACT__CONTROL_PARKED)) != 0;
    if (!act__generation_is_live(generation) || act__load(&receiver->inbox_shared.max) != 0)
        return;
    /* all but its answer is refused: nothing waits */
    if (act__load(&receiver->task.route) == ACT__ROUTE_FOREIGN) {
        act__store(&receiver->pressure, 0);
        return;
    }
    if (!is_asked) {
        act__store(&receiver->pressure, max);
        ask_to_look(worker, receiver);
    } else if (act__load(&receiver->pressure) >=
               multiply(max, is_handover ? HANDOVER_PATIENCE : 2)) {
        mute_senders_of(worker, receiver);
    }
}

/* ------------------------------------------------------------------------------------ the watch */

/* Returns: whether there is nothing to watch any more, or another timer does it. */
static bool end_watch(act_self *self)
{
    /* seq_cst, all three: see begin_watch. One of both sees the other. */
    atomic_store_explicit(&self->inbox_owned.is_watched, false, memory_order_seq_cst);
    return (atomic_load_explicit(&self->muted, memory_order_seq_cst) & ACT__MUTED_BY) != 0 ||
           atomic_exchange_explicit(&self->inbox_owned.is_watched, true, memory_order_seq_cst);
}

void act__backpressure_watch(struct act__worker *worker, struct act__timer *timer)
{
    act_self *receiver = act__cell_at(worker->system, timer->to);
    uint64_t  count = act__load(&receiver->pressure);
    /* else a sender came too late */
    bool      is_alive = act__generation_is_live(act__load(&receiver->generation));
    uint32_t *pause = &timer->event.bytes_count;
    if (end_watch(receiver)) {
        act__timer_drop(&worker->run, timer);
        return;
    }
    if (count == timer->event.ref.value) {
        unmute_some(worker, receiver, is_alive ? 0 : ACT__CALM);
        *pause = *pause == 0 ? 2 * WATCH_MIN : *pause < WATCH_MAX / 2 ? 2 * *pause : WATCH_MAX;
    } else {
        *pause = WATCH_MIN;
    }
    timer->event.ref.value = count;
    act__timer_again(worker, timer, *pause);
}

/* Returns: false if the receiver has caught up meanwhile. */
static bool enter_list(act_self *receiver, act_self *self)
{
    uint32_t first = act__load(&receiver->muted);
    do {
        if ((first & ACT__MUTED_BY) != 0)
            return false;
        self->muted_next = first;
        /* release: publishes muted_next and `mute_state`; pairs with the exchange in unmute_all. */
    } while (!atomic_compare_exchange_weak_explicit(&receiver->muted, &first, self->index,
                                                    memory_order_release, memory_order_relaxed));
    return true;
}

/*
 * Tells its senders by which receiver it is muted, unless its bound is what stops them. Returns:
 * false if one of them has opened its list: it is overloaded, and so not muted.
 */
static bool pass_on(act_self *self, uint32_t by)
{
    uint32_t calm = ACT__CALM;
    if (act__load(&self->inbox_shared.max) != 0)
        return true;
    act__store(&self->pressure, act__load(&self->inbox_owned.count));
    /* relaxed: a hint to them. */
    return atomic_compare_exchange_strong_explicit(&self->muted, &calm, ACT__MUTED_BY | by,
                                                   memory_order_relaxed, memory_order_relaxed);
}

/* Muted no longer, or not at all. */
static void unmute(act_self *self)
{
    uint32_t by = act__load(&self->muted);
    self->flags &= (uint16_t)~ACT__CELL_MUTED;
    if ((by & ACT__MUTED_BY) == 0)
        return;
    act__store(&self->pressure, 0);
    /*
     * Only itself changes MUTED_BY; but a sender may open the list of one that is calm. relaxed: a
     * hint to senders.
     */
    if (by != ACT__CALM)
        act__store(&self->muted, ACT__CALM);
}

/*
 * One in a list gives its token up. Returns: false if it was unmuted meanwhile, or is overloaded.
 */
static bool give_token_up(struct act__worker *worker, act_self *self, uint32_t by)
{
    uint8_t mute = ACT__MUTE_LISTED;
    bool    hears = self->inbox_owned.has_priority; /* then its next turn is for that */
    if (!pass_on(self, by))
        return false;
    self->flags |= ACT__CELL_MUTED; /* now, while the token is held */
    act__token_gives(self);
    /*
     * seq_cst: with `control` below, against wake_muted. release: leaves the token there for the
     * one that takes it there.
     */
    if (!atomic_compare_exchange_strong_explicit(&self->task.mute_state, &mute, ACT__MUTE_YES,
                                                 memory_order_seq_cst, memory_order_acquire)) {
        act__token_got(self);
        unmute(self);
        return false;
    }
    mute = ACT__MUTE_YES;
    act__gap("backpressure.token_given_up");
    if ((atomic_load_explicit(&self->control, memory_order_seq_cst) != 0 || hears) &&
        atomic_compare_exchange_strong_explicit(&self->task.mute_state, &mute, ACT__MUTE_LISTED,
                                                memory_order_seq_cst, memory_order_relaxed))
        act__schedule(worker->system, worker, self);
    return true;
}

/* The receiver that the current actor has flooded, or that mutes the one flooded; NULL: none. */
static act_self *find_muting_receiver(struct act__worker *worker)
{
    act_self *receiver = worker->flooded;
    uint32_t  muted = receiver != NULL ? act__load(&receiver->muted) : ACT__CALM;
    if (muted == ACT__CALM)
        return NULL;
    return (muted & ACT__MUTED_BY) == 0 ? receiver
                                        : act__cell_at(worker->system, muted & ~ACT__MUTED_BY);
}

bool act__backpressure_mute(struct act__worker *worker, act_self *self)
{
    act_self *receiver = find_muting_receiver(worker);
    if (receiver == NULL || receiver == self || (self->flags & ACT__CELL_OVERLOADED) != 0 ||
        act__mutes_senders(self))
        return false;
    /* acquire: pairs with the exchange in unmute_list, which has read muted_next before. */
    /* still in a list from before: in one at a time */
    if (act__load_acquire(&self->task.mute_state) != ACT__MUTE_NO)
        return give_token_up(worker, self, receiver->index);
    act__store(&self->task.mute_state, ACT__MUTE_LISTED);
    if (!enter_list(receiver, self)) {
        act__store(&self->task.mute_state, ACT__MUTE_NO);
        return false;
    }
    act__count(&worker->muted);
    return give_token_up(worker, self, receiver->index);
}

bool act__backpressure_wake(struct act__worker *worker, act_self *self, uint32_t *by)
{
    *by = act__load(&self->muted) & ~ACT__MUTED_BY;
    unmute(self);
    /* relaxed: one that is freed meanwhile cannot lay down */
    if (act__load(&self->task.mute_state) != ACT__MUTE_LISTED)
        return false;
    act__take_in(worker, self);
    act__control_take(worker, self);
    return true;
}

bool act__backpressure_stay(struct act__worker *worker, act_self *self, uint32_t by)
{
    return act__phase_of(self) != ACT__PHASE_ENDING && (self->flags & ACT__CELL_OVERLOADED) == 0 &&
           give_token_up(worker, self, by);
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
    return message->tag == ACT_MESSAGE_TIMED_OUT || act__message_home(message) == ACT__HOME_TICK;
}

/*
 * Or of one whose handover it has taken: they share the cell, and the next goes on with what one
 * has begun.
 */
static bool is_of(const act_message *message, const act_message *other)
{
    return act__slot_of(message->act_sender) == act__slot_of(other->act_sender) &&
           message->act_sender_node == other->act_sender_node;
}

bool act__backpressure_hears(act_self *self)
{
    act_message *before = NULL, *at = self->inbox_owned.head, *control = at;
    if (!self->inbox_owned.has_priority)
        return false;
    for (; control != NULL && !is_timers(control) && !is_exit_or_down(control);
         control = control->act_next)
        continue;
    if (control == NULL) {
        self->inbox_owned.has_priority = false;
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
    if (self->inbox_owned.tail == at)
        self->inbox_owned.tail = before;
    at->act_next = self->inbox_owned.head;
    self->inbox_owned.head = at;
    return true;
}
