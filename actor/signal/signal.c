/*
 * What arrives at an actor: signals take effect, messages are let in, the dead refuse both.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/signal/signal.h>

#include <actor/delivery/backpressure.h>
#include <actor/delivery/dead_letter.h>
#include <actor/delivery/outbox.h>
#include <actor/delivery/send.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/exit.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/spawn.h>
#include <actor/process/worker.h>
#include <actor/signal/bond.h>
#include <actor/signal/continuation.h>
#include <actor/signal/every.h>
#include <actor/signal/link_index.h>
#include <actor/signal/timers.h>
#include <actor/time/wheel.h>
#include <mailbox/base/gap.h>

/* -------------------------------------------------------------------------------------- sending */

/* A signal must be seen also by an actor that is muted: takes it from the list it waits in. */
static void wake_muted(struct act_system *system, struct act__worker *worker, act_self *cell)
{
    uint8_t mute = ACT__MUTE_YES;
    /*
     * seq_cst: the caller has changed `control` before; give_token_up in backpressure.c sets
     * `mute_state` and then reads `control`. One of both sees the other's write.
     */
    if (atomic_load_explicit(&cell->task.mute_state, memory_order_seq_cst) == mute &&
        atomic_compare_exchange_strong_explicit(&cell->task.mute_state, &mute, ACT__MUTE_LISTED,
                                                memory_order_seq_cst, memory_order_relaxed))
        act__schedule(system, worker, cell);
}

/*
 * Sets a bit that only the generation it is meant for will see. A word of an older generation is
 * replaced; one of a newer generation means that the actor is gone. Returns: whether it is set.
 */
static bool set_control(act_self *cell, uint64_t generation, uint8_t bits)
{
    uint64_t control = act__load(&cell->control), with;
    do {
        if (control >> ACT__CONTROL_BITS > generation)
            return false;
        with = (control >> ACT__CONTROL_BITS == generation ? control
                                                           : generation << ACT__CONTROL_BITS) |
               bits;
        /* seq_cst: pairs with act__control_apply, and with give_token_up in backpressure.c. */
    } while (!atomic_compare_exchange_weak_explicit(&cell->control, &control, with,
                                                    memory_order_seq_cst, memory_order_relaxed));
    return true;
}

void act__signal_push(struct act_system *system, struct act__worker *worker, uint64_t to,
                      act_message *signal)
{
    act_self *cell = act__cell_at(system, to);
    act__outbox_end(worker);
    signal->act_generation = (uint32_t)act__generation_of(to);
    act__cell_push(system, worker, cell, signal);
    act__gap("signal.pushed");
    /* After the push: the one that finds the bit clears it first and then fetches. */
    if (set_control(cell, act__generation_of(to), ACT__CONTROL_LOOK))
        wake_muted(system, worker, cell);
}

void act__event_push(struct act__worker *worker, uint64_t to, struct act__event *event)
{
    act_self *cell = act__cell_at(worker->system, to);
    event->message.act_generation = (uint32_t)act__generation_of(to);
    act__cell_push(worker->system, worker, cell, &event->message);
}

void act__control_set(struct act_system *system, struct act__worker *worker, uint64_t to,
                      uint8_t control)
{
    act_self *cell = act__cell_at(system, to);
    act__outbox_end(worker);
    if (!set_control(cell, act__generation_of(to), control))
        return;
    act__gap("signal.set");
    if (act__mpsc_wake(&cell->inbox_shared.queue))
        act__schedule(system, worker, cell);
    wake_muted(system, worker, cell);
}

/* --------------------------------------------------------------------------------- exit signals */

/* What one that is muted handles, too. */
static void append_control(act_self *self, act_message *message)
{
    act__inbox_append(&self->inbox_owned, message);
    self->inbox_owned.has_priority = true;
}

static void trap(act_self *self, act_message *message, uint64_t from, struct act__reason reason)
{
    message->tag = ACT_MESSAGE_EXIT;
    message->act_bits &= (uint8_t)~ACT__BIT_SIGNAL;
    /* Atomic, as it may be a bond's, which a ref that is long over leads to: find_at_side. */
    __atomic_store_n(&message->act_sender, from, __ATOMIC_RELAXED);
    message->kind = ACT_VALUE_REASON;
    *act__message_reason_of(message) = reason;
    append_control(self, message);
}

/* A kill that was sent. `reason` has KILLED as its kind; its text is held for this. */
static void kill_actor(struct act__worker *worker, act_self *self, struct act__reason reason)
{
    struct act__kill_letter *letter = act__kill_letter_of(self);
    act_message             *message = letter != NULL ? letter->message : NULL;
    if (letter == NULL) {
        act__end_decide(worker, self, reason);
        return;
    }
    letter->message = NULL;
    reason.kind = ACT_EXIT_KILL;
    if (message != NULL)
        trap(self, message, 0, reason);
    else
        act__reason_text_let_go(reason.text);
}

/*
 * The rules of exit signals, in Erlang's order. `signal` is the envelope that carries `reason`.
 * Returns: whether it has become a message; the caller frees it otherwise.
 */
static bool apply_exit_reason(struct act__worker *worker, act_self *self, act_message *signal,
                              uint64_t from, bool linked, struct act__reason reason)
{
    if (reason.kind == ACT_EXIT_KILL) {
        reason.kind = ACT_EXIT_KILLED;
        if (!linked) {
            act__reason_text_hold(reason.text);
            kill_actor(worker, self, reason);
            return false;
        }
    }
    bool by_parent =
        linked && from == self->parent && (self->flags & ACT__CELL_ENDS_WITH_PARENT) != 0;
    if ((self->flags & ACT__CELL_TRAPPING) != 0 && !by_parent) {
        trap(self, signal, from, reason);
        return true;
    }
    if (reason.kind == ACT_EXIT_NORMAL && from != act__local_of(self) && !by_parent)
        return false;
    act__reason_text_hold(reason.text);
    act__end_decide(worker, self, reason);
    return false;
}

/* A shutdown that came without an envelope: one that traps has kept one for it. */
static void shut_down(struct act__worker *worker, act_self *self)
{
    struct act__reason reason = {.kind = ACT_EXIT_SHUTDOWN};
    if ((self->flags & ACT__CELL_TRAPPING) == 0) {
        act__end_decide(worker, self, reason);
        return;
    }
    act_message *message = self->spare;
    self->spare = NULL;
    if (message == NULL)
        message = act__message_make(ACT_MESSAGE_EXIT, ACT_VALUE_REASON, 0);
    if (message != NULL)
        trap(self, message, self->parent, reason);
    else { /* an earlier one used the spare up, and memory is out: ask again in the next turn */
        act__control_set(worker->system, worker, act__local_of(self), ACT__CONTROL_SHUTDOWN);
        worker->run.batch = 0;
    }
}

static void apply_control(struct act__worker *worker, act_self *self)
{
    /*
     * seq_cst: pairs with set_control; what was pushed before the bit was set is fetched after
     * this.
     */
    uint64_t control = atomic_exchange_explicit(&self->control, 0, memory_order_seq_cst);
    if (control >> ACT__CONTROL_BITS != act__load(&self->generation))
        return;
    if ((control & ACT__CONTROL_NO_HANDOVER) != 0)
        self->flags &= (uint16_t)~ACT__CELL_HANDS_OVER;
    if ((control & ACT__CONTROL_KILL) != 0 && act__phase_of(self) != ACT__PHASE_ENDING) {
        kill_actor(worker, self, (struct act__reason){.kind = ACT_EXIT_KILLED});
        worker->ending.agreed = (control & ACT__CONTROL_AGREED) != 0;
    }
    if (act__phase_of(self) == ACT__PHASE_ENDING)
        return;
    act__take_in(worker, self); /* the signal to look at; and what the parent had sent before a
                                   shutdown */
    if ((control & ACT__CONTROL_SHUTDOWN) != 0)
        shut_down(worker, self);
}

void act__control_apply(struct act__worker *worker, act_self *self)
{
    apply_control(worker, self);
    act__backpressure_look(worker, self);
}

/* Of an actor that traps: whether its parent has asked it to end. */
static bool is_told_by_parent(const act_self *self)
{
    const act_message *message = self->inbox_owned.head;

    while (message != NULL &&
           (act__message_is_counted(message) || message->tag != ACT_MESSAGE_EXIT ||
            message->act_sender != self->parent))
        message = message->act_next;
    return message != NULL;
}

/*
 * Returns: whether it is asked to end in a way that must wait: while init runs, START has its args.
 */
static bool look_for_signals(act_self *self)
{
    uint64_t control = act__load(&self->control);
    bool     is_mine = control >> ACT__CONTROL_BITS == act__load(&self->generation);

    if (act__phase_of(self) == ACT__PHASE_RUNNING)
        act__control_take(self->worker, self);
    else if (is_mine && (control & (ACT__CONTROL_KILL | ACT__CONTROL_SHUTDOWN)) != 0)
        return true;
    else
        act__take_in(self->worker, self);
    return false;
}

void act_work_for_ask(act_self *self)
{
    ACT__HANDLER_ONLY(self);
    act__check(self->behavior->state_bytes >= sizeof(act_ref));
    self->flags |= ACT__CELL_WORKS_FOR_ASK;
}

bool act_should_end(act_self *self)
{
    ACT__HANDLER_ONLY(self);
    if (act__phase_of(self) != ACT__PHASE_ENDING && act__load(&self->control) != 0 &&
        look_for_signals(self))
        return true;
    if (act__phase_of(self) == ACT__PHASE_ENDING)
        return true;
    if ((self->flags & ACT__CELL_TRAPPING) != 0 && is_told_by_parent(self))
        return true;
    return (self->flags & ACT__CELL_WORKS_FOR_ASK) != 0 &&
           !act__ask_is_open(self->worker->system, *(act_ref *)self->state);
}

/* ------------------------------------------------------------------------------------ receiving */

/*
 * The other side's end of a bond has come in at `side`, which is ended with it. Returns: whether it
 * was still in force here. Lets go of the end that this side will now never send.
 */
static bool end_bond_side(struct act__worker *worker, struct act__bond *bond, unsigned side)
{
    if (act__load(&bond->ended[side]))
        return false;
    act__set_remove(&bond->half[side]);
    act__store(&bond->ended[side], true);
    if (side == 0 && bond->timer != NULL) {
        act__timer_cancel(worker, bond->timer);
        bond->timer = NULL;
    }
    act__bond_let_go(worker, bond);
    return true;
}

/* Returns: whether the signal has become a message. */
static bool apply_exit(struct act__worker *worker, act_self *self, act_message *signal)
{
    struct act__reason reason = *act__message_reason_of(signal);
    bool is_handover = act__phase_of(self) == ACT__PHASE_HANDOVER; /* no actor is there to end */
    unsigned end;
    if (act__message_is_pooled(signal))
        return !is_handover &&
               apply_exit_reason(worker, self, signal, signal->act_sender, false, reason);
    struct act__bond *bond = act__bond_of_end(signal, &end);
    return end_bond_side(worker, bond, !end) && !is_handover &&
           apply_exit_reason(worker, self, signal, signal->act_sender, true, reason);
}

static bool apply_down(struct act__worker *worker, act_self *self, act_message *signal)
{
    unsigned          end;
    struct act__bond *bond = act__bond_of_end(signal, &end);
    if (!end_bond_side(worker, bond, !end))
        return false;
    signal->tag = ACT_MESSAGE_DOWN;
    signal->act_bits &= (uint8_t)~ACT__BIT_SIGNAL;
    append_control(self, signal);
    return true;
}

/*
 * A timer of this actor has fired: the message goes where it was meant to, or an ask has timed out.
 */
static bool apply_timer(struct act__worker *worker, act_self *self, act_message *signal)
{
    struct act__timer *timer = act__container(signal, struct act__timer, event);
    if (timer->period != 0)
        return act__every_fired(worker, self, timer);
    act__set_remove(&timer->owned);
    if (timer->message != NULL) {
        act_message *message = timer->message;
        act_pid      to = act__pid_of(timer->to);
        timer->message = NULL;
        if (to.local != act__local_of(self)) {
            act__deliver_or_drop(worker->system, worker, act__local_of(self), to, message);
            return false;
        }
        message->ref = act__timer_ref(worker->system, timer);
        if (act__continuation_waits(self, message->ref)) /* it must come, whatever inbox_max says */
            message->act_bits |= ACT__BIT_REPLY;
        act__deliver_own(worker, self, message);
        return false;
    }
    if (!act__ask_timed_out(worker, self, signal->ref))
        return false;
    signal->tag = ACT_MESSAGE_TIMED_OUT;
    signal->act_bits &= (uint8_t)~ACT__BIT_SIGNAL;
    signal->act_sender = 0;
    append_control(self, signal);
    return true;
}

/*
 * Two actors that link to each other at the same time make two records. Both sides see both, and
 * both end the same one: that of the initiator with the greater pid. Returns: whether the one that
 * came in is ended so.
 */
static bool links_cross(struct act__worker *worker, act_self *self, struct act__bond *bond)
{
    unsigned          side;
    uint64_t          other = bond->end[0].act_sender;
    struct act__bond *mine = act__link_find(self, other, &side);
    if (mine == NULL)
        return false;
    if (act__local_of(self) < other) {
        act__bond_end(worker, bond, 1, ACT__SIGNAL_END, NULL);
        return true;
    }
    act__bond_end(worker, mine, side, ACT__SIGNAL_END, NULL);
    return false;
}

static void apply_request(struct act__worker *worker, act_self *self, act_message *signal)
{
    unsigned          end;
    struct act__bond *bond = act__bond_of_end(signal, &end);
    if (!act__ask_arrives(worker, bond))
        return;
    if (act__unlikely((self->flags & ACT__CELL_HAS_LINKED) != 0) && bond->kind == ACT__BOND_LINK &&
        links_cross(worker, self, bond))
        return;
    act__bond_add(self, bond, 1);
}

static void take_in_all(struct act__worker *worker, act_self *self, act_message *list);

/* The messages of an outbox, linked; their cache lines are on their way here at the same time. */
static act_message *unpack_outbox(act_message *signal)
{
    act_message **outbox = act__outbox_messages(signal);
    uint32_t      last = signal->bytes_count - 1;
    for (uint32_t i = 0; i <= last; i++)
        __builtin_prefetch(outbox[i], 1);
    for (uint32_t i = 0; i < last; i++)
        outbox[i]->act_next = outbox[i + 1];
    outbox[last]->act_next = NULL;
    return outbox[0];
}

static void apply(struct act__worker *worker, act_self *self, act_message *signal)
{
    struct act__bond *bond;
    bool              became_message = false;
    unsigned          end;
    switch (signal->tag) {
    case ACT__SIGNAL_START: act__spawn_begin(self, signal); return;
    case ACT__SIGNAL_LINK:
    /* the envelope waits in the bond for this side's end */
    case ACT__SIGNAL_MONITOR: apply_request(worker, self, signal); return;
    case ACT__SIGNAL_END:
        if (act__ask_end_follows(worker, self, signal))
            return;
        bond = act__bond_of_end(signal, &end);
        end_bond_side(worker, bond, !end);
        break;
    case ACT__SIGNAL_EXIT: became_message = apply_exit(worker, self, signal); break;
    case ACT__SIGNAL_DOWN: became_message = apply_down(worker, self, signal); break;
    case ACT__SIGNAL_TIMER: became_message = apply_timer(worker, self, signal); break;
    case ACT__SIGNAL_OUTBOX: take_in_all(worker, self, unpack_outbox(signal)); break;
    default: act__check(!"a signal with an unknown tag");
    }
    if (!became_message)
        act__release(worker, signal);
}

/* No actor lives here, or not the one that was meant. Requests are answered; the rest is let go. */
static void refuse_signal(struct act__worker *worker, act_self *self, act_message *signal)
{
    unsigned end;
    if (signal->tag == ACT__SIGNAL_OUTBOX)
        take_in_all(worker, self, unpack_outbox(signal)); /* which are refused, or inherited */
    if (signal->tag == ACT__SIGNAL_LINK || signal->tag == ACT__SIGNAL_MONITOR) {
        struct act__reason gone = {.kind = ACT_EXIT_NO_ACTOR};
        struct act__bond  *bond = act__bond_of_end(signal, &end);
        if (!act__ask_arrives(worker, bond))
            return;
        if (bond->kind != ACT__BOND_LINK) /* the request came after this; what a monitor means is
                                             not known */
            bond->is_unbegun = bond->kind == ACT__BOND_ASK && !bond->is_forwarded;
        act__bond_end(worker, bond, 1,
                      signal->tag == ACT__SIGNAL_LINK ? ACT__SIGNAL_EXIT : ACT__SIGNAL_DOWN, &gone);
        return;
    }
    if (signal->tag == ACT__SIGNAL_END && act__ask_end_follows(worker, self, signal))
        return;
    act__release(worker, signal);
}

/* A message that no one will handle leaves the inbox. */
void act__refuse(struct act__worker *worker, act_self *self, act_message *message, act_result why)
{
    act__inbox_leave(&self->inbox_shared, message);
    if (act__message_is_counted(message)) {
        uint64_t generation = act__message_has_failed(message) ? act__load(&self->generation)
                                                               : message->act_generation;
        act_pid  to = act__pid_of(act__local_make(generation, self->index));
        act__dead_letter(worker->system, worker, to, message, why);
        if (message->ref.value != 0 && !act__message_is_reply(message))
            act__ask_unbegun(worker, self, message);
    }
    act__finish(worker, self, message);
}

/* An answer to an ask of this actor's: in time, or too late. */
static void accept_reply(struct act__worker *worker, act_self *self, act_message *message)
{
    if (act__ask_answered(worker, self, message->ref)) {
        act__inbox_append(&self->inbox_owned, message);
        return;
    }
    act__count(&worker->late_replies);
    act__refuse(worker, self, message, ACT_NOT_FOUND);
}

/*
 * On its way to one before when that one ended, and for the actor that does its work. A sender can
 * be held up, between its look at the receiver and the push, while one instance after the other
 * ends.
 */
static bool is_inherited(const act_self *self, const act_message *message)
{
    uint32_t ago = (uint32_t)act__load(&self->generation) -
                   message->act_generation; /* two for each instance */
    uint64_t to = act__local_of(self) - ((uint64_t)ago << ACT__SLOT_BITS);
    return (self->flags & ACT__CELL_SUCCEEDS) != 0 && ago % 2 == 0 && ago != 0 &&
           ago / 2 <= self->inbox_owned.before_count && act__message_is_for_anyone(message, to);
}

static void take_in_one(struct act__worker *worker, act_self *self, act_message *message)
{
    bool is_signal = act__message_is_signal(message);
    bool keeps_messages = act__phase_of(self) >= ACT__PHASE_HANDOVER;
    bool is_start = is_signal && message->tag == ACT__SIGNAL_START;
    if (message->act_generation == (uint32_t)act__load(&self->generation) &&
        (keeps_messages || is_start)) {
        if (is_signal)
            apply(worker, self, message);
        else if (act__unlikely(act__message_is_reply(message)))
            accept_reply(worker, self, message);
        else
            act__inbox_append(&self->inbox_owned, message);
    } else if (is_signal) {
        refuse_signal(worker, self, message);
    } else if (keeps_messages && is_inherited(self, message)) {
        act__inbox_append(&self->inbox_owned, message);
    } else {
        act__refuse(worker, self, message, ACT_NO_ACTOR);
    }
}

/* It is in no handler's way any more; if it is an ask its asker is told. */
static void drop(struct act__worker *worker, act_self *self, act_message *message)
{
    static const struct act__reason full = {.kind = ACT_EXIT_ERROR, .code = ACT_FULL};
    act_ref                         ref = message->ref;
    act__refuse(worker, self, message, ACT_FULL);
    (void)act__ask_fail(worker, self, ref, &full);
}

/*
 * ACT_INBOX_DROP_OLDEST: what is above the bound goes from the front, except replies and what came
 * of signals.
 */
static void drop_oldest(struct act__worker *worker, act_self *self, uint32_t max)
{
    act_message *waiting = self->inbox_owned.head, *next;
    uint32_t count = act__load(&self->inbox_owned.count), surplus = count > max ? count - max : 0;
    if (surplus == 0)
        return;
    self->inbox_owned.head = self->inbox_owned.tail = NULL;
    act__store(&self->inbox_owned.count, 0);
    for (; waiting != NULL; waiting = next) {
        next = waiting->act_next;
        if (surplus > 0 && act__message_takes_room(waiting)) {
            surplus--;
            drop(worker, self, waiting);
        } else {
            act__inbox_append(&self->inbox_owned, waiting);
        }
    }
}

/*
 * Moves the plain messages that the list begins with into the inbox as they are linked. Returns:
 * the rest.
 */
static act_message *take_in_plain(act_self *self, act_message *list)
{
    const uint8_t looked_at = ACT__BIT_SIGNAL | ACT__BIT_REPLY | ACT__BIT_COUNTED;
    uint32_t      generation = (uint32_t)act__load(&self->generation), count = 0;
    act_message  *rest = list, *last = NULL;
    while (rest != NULL && (rest->act_bits & looked_at) == ACT__BIT_COUNTED &&
           rest->act_generation == generation) {
        last = rest;
        rest = rest->act_next;
        count++;
    }
    if (last != NULL)
        act__inbox_append_list(&self->inbox_owned, list, last, count);
    return rest;
}

static void take_in_all(struct act__worker *worker, act_self *self, act_message *list)
{
    while (list != NULL) {
        if (act__likely(act__phase_is_living(self)) && (list = take_in_plain(self, list)) == NULL)
            break;
        act_message *next = list->act_next;
        take_in_one(worker, self, list);
        list = next;
    }
}

void act__take_in_list(struct act__worker *worker, act_self *self, act_message *list)
{
    worker->unusual = true; /* if it is a handler that asks for it */
    take_in_all(worker, self, list);
    uint32_t max = act__load(&self->inbox_shared.max);
    if (act__unlikely(max != 0) && act__load(&self->policy) == ACT_INBOX_DROP_OLDEST)
        drop_oldest(worker, self, max);
    if (act__unlikely(act__load(&self->inbox_owned.count) > worker->backlog_max ||
                      (self->flags & ACT__CELL_OVERLOADED) != 0))
        act__backpressure_update(worker, self);
}

void act__take_in(struct act__worker *worker, act_self *self)
{
    act_message *freed, *list = act__inbox_fetch(&self->inbox_shared, &self->inbox_owned, &freed);
    if (freed != NULL)
        act__release(worker, freed);
    if (list != NULL)
        act__take_in_list(worker, self, list);
}
