/* Links, monitors and asks as actors call them. Internal. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <actor/delivery/send.h>
#include <actor/lifecycle.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/signal/bond.h>
#include <actor/signal/continuation.h>
#include <actor/signal/link_index.h>
#include <actor/signal/ref.h>
#include <actor/signal/signal.h>
#include <actor/signal/timers.h>

void act_each_link(act_self *self, void (*visit)(act_self *self, void *context, act_pid linked),
                   void     *context)
{
    ACT__HANDLER_ONLY(self);
    act__link_index_drop(self); /* which stands among them */
    for (struct act__member *half = self->bonds.first; half != NULL; half = half->next) {
        unsigned          side;
        struct act__bond *bond = act__bond_of_half(half, &side);
        if (bond->kind == ACT__BOND_LINK)
            visit(self, context, act__pid_of(bond->end[!side].act_sender));
    }
}

/* An exit that came through a link with `sender`, not one that was sent by act_exit_other. */
static bool is_link_exit(const act_message *message, uint64_t sender)
{
    return message->tag == ACT_MESSAGE_EXIT && message->act_sender == sender &&
           !act__message_is_counted(message) && !act__message_is_pooled(message);
}

/*
 * What a monitor or an ask of this actor's has brought; not a request of another's that has come as
 * an ask.
 */
static bool is_answer(const act_message *message, act_ref ref)
{
    return message->ref.value == ref.value &&
           (act__message_is_reply(message) || !act__message_is_counted(message));
}

/*
 * Takes messages out of the inbox that wait and answer `ref`, or else belong to a link with
 * `sender`: what was taken back must not be received. Returns: whether there were any.
 */
static bool drop_waiting(act_self *self, uint64_t sender, act_ref ref)
{
    act_message *waiting = self->inbox_owned.head, *next;
    bool         is_dropped = false;
    if (ref.value == 0 && !self->inbox_owned.has_priority)
        return false;
    self->inbox_owned.head = self->inbox_owned.tail = NULL;
    act__store(&self->inbox_owned.count, 0);
    for (; waiting != NULL; waiting = next) {
        next = waiting->act_next;
        bool fits = ref.value != 0 ? is_answer(waiting, ref) : is_link_exit(waiting, sender);
        if (fits)
            act__refuse(self->worker, self, waiting, ACT_NOT_FOUND);
        else
            act__inbox_append(&self->inbox_owned, waiting);
        is_dropped |= fits;
    }
    return is_dropped;
}

act_result act_link(act_self *self, act_pid other)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    struct act__worker *worker = self->worker;
    unsigned            side;
    if (other.local == act__local_of(self) || act__link_find(self, other.local, &side) != NULL)
        return ACT_OK;
    struct act__bond *bond = act__bond_make(worker, ACT__BOND_LINK, act__local_of(self), other);
    if (bond == NULL)
        return ACT_NO_MEMORY;
    self->flags |= ACT__CELL_HAS_LINKED;
    act__bond_begin(worker, self, bond);
    return ACT_OK;
}

void act_unlink(act_self *self, act_pid other)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return;
    unsigned          side;
    struct act__bond *bond = act__link_find(self, other.local, &side);
    if (bond != NULL)
        act__bond_end(self->worker, bond, side, ACT__SIGNAL_END, NULL);
    /*
     * The exit of an earlier link may wait although there is one now: only if act_link was called
     * again.
     */
    if (bond == NULL || (self->flags & ACT__CELL_HAS_LINKED) != 0)
        drop_waiting(self, other.local, (act_ref){0});
}

act_result act_monitor(act_self *self, act_ref *monitor, act_pid other)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    struct act__worker *worker = self->worker;
    struct act__bond *bond = act__bond_make(worker, ACT__BOND_MONITOR, act__local_of(self), other);
    if (bond == NULL)
        return ACT_NO_MEMORY;
    *monitor = act__bond_ref(worker->system, bond);
    act__bond_begin(worker, self, bond);
    return ACT_OK;
}

/*
 * Nothing comes of this ref any more, unless it is a timer's. Returns: whether something would
 * have.
 */
static bool take_back(act_self *self, act_ref ref)
{
    if (act__has_forked(self->worker->system) || ref.value == 0 ||
        (ref.value & ACT__REF_IS_TIMER) != 0)
        return false;
    struct act__bond *bond = act__bond_find(self, ref);
    bool              was_awaited = bond != NULL;
    if (was_awaited)
        act__bond_end(self->worker, bond, 0, ACT__SIGNAL_END, NULL);
    else
        was_awaited = drop_waiting(self, 0, ref);
    if (was_awaited)
        act__continuation_forget(self, ref);
    return was_awaited;
}

void act_demonitor(act_self *self, act_ref monitor)
{
    ACT__HANDLER_ONLY(self);
    (void)take_back(self, monitor);
}

static bool is_monitor(act_self *self, act_ref ref)
{
    unsigned                end;
    const struct act__bond *bond = act__bond_find(self, ref);
    act_message            *waiting = self->inbox_owned.head;
    while (bond == NULL && waiting != NULL) {
        if (waiting->ref.value == ref.value && waiting->tag == ACT_MESSAGE_DOWN &&
            !act__message_is_counted(waiting))
            bond = act__bond_of_end(waiting, &end);
        waiting = waiting->act_next;
    }
    return bond != NULL && bond->kind == ACT__BOND_MONITOR;
}

act_result act_cancel_ask(act_self *self, act_ref ask)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    return !is_monitor(self, ask) && take_back(self, ask) ? ACT_OK : ACT_NOT_FOUND;
}

act_result act_ask_message(act_self *self, act_ref *ask, act_pid to, act_message **message,
                           act_millis timeout)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    struct act__worker *worker = self->worker;
    if (timeout == 0 || timeout < ACT_FOREVER)
        return ACT_INVALID;
    struct act__bond *bond = act__bond_make(worker, ACT__BOND_ASK, act__local_of(self), to);
    if (bond == NULL)
        return ACT_NO_MEMORY;
    act_ref ref = act__bond_ref(worker->system, bond);
    if (timeout != ACT_FOREVER &&
        (bond->timer = act__timer_arm(worker, self, 0, NULL, ref, timeout)) == NULL) {
        act__bond_unmake(worker, bond);
        return ACT_NO_MEMORY;
    }
    act_ref before = (*message)->ref;
    bool    drops = false; /* an asker is told that there is no room, whatever the policy */
    act__bond_begin(worker, self, bond);
    (*message)->ref = ref;
    act_result result =
        act__deliver_or_full(worker->system, worker, act__local_of(self), to, *message, &drops);
    if (result == ACT_FULL) {
        (*message)->ref = before;
        act__bond_end(worker, bond, 0, ACT__SIGNAL_END, NULL);
        return result;
    }
    if (result != ACT_OK) /* DOWN is on its way and says the rest */
        act__undelivered(worker->system, worker, act__local_of(self), to, *message, result);
    *message = NULL;
    *ask = ref;
    return ACT_OK;
}

act_result act_ask_value(act_self *self, act_ref *ask, act_pid to, uint32_t tag, act_value value,
                         act_millis timeout)
{
    ACT__HANDLER_ONLY(self);
    act_message *message = act__message_make_value(tag, &value);
    if (message == NULL)
        return ACT_NO_MEMORY;
    act_result result = act_ask_message(self, ask, to, &message, timeout);
    if (result != ACT_OK)
        act__message_drop(message); /* a resource in it stays the caller's */
    return result;
}

act_result act_trap_exits(act_self *self, bool on)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    if (!on) {
        self->flags &= (uint16_t)~ACT__CELL_TRAPPING;
        return ACT_OK;
    }
    /* While init runs the spare may be START, which becomes the spare when init is done. */
    if (self->spare == NULL &&
        (self->spare = act__message_make(ACT_MESSAGE_EXIT, ACT_VALUE_NOTHING, 0)) == NULL)
        return ACT_NO_MEMORY;
    if ((self->flags & ACT__CELL_TRAPPING) == 0)
        self->worker->system->operations->root_will_speak(self);
    self->flags |= ACT__CELL_TRAPPING;
    return ACT_OK;
}
