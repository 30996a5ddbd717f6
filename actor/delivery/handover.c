/* Handovers: an actor's inbox and name, kept for the instance that follows it. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/delivery/handover.h>

#include <actor/delivery/backpressure.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>
#include <actor/process/exit.h>
#include <actor/process/fork.h>
#include <actor/process/names.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/signal/link_index.h>
#include <actor/signal/signal.h>
#include <mailbox/base/gap.h>

/*
 * A handover is the cell of an actor that has ended, in a generation of its own: that of the
 * instance to come. So its pid is known, messages wait in its inbox and count under its bound, and
 * nothing needs memory. It is run like any cell, to take in what comes; START, which act__spawn
 * pushes there, makes it a living actor.
 *
 *     living L --- ends ---> HOLDING --- ready ---> PARKED --- act__spawn ---> living L + 2
 *        |                     |                      |
 *        +----- told not to ---+------- ABANDON ------+---> dead, its messages dead letters
 *
 * Told not to: ACT__CONTROL_NO_HANDOVER. L and L + 2 are the generations; from HOLDING on the cell
 * has that of the instance to come.
 *
 * The actor that ends, the one that takes over and the one that abandons it may do so at the same
 * time. They meet in cell->control, whose upper part says for which generation its bits are: each
 * changes it in one step and sees what the others have done. The one that takes PARKED away may
 * write what belongs to a spawner, and the name. See doc/models/handover.pml.
 */

static uint64_t control_generation_of(uint64_t control)
{
    return control >> ACT__CONTROL_BITS;
}

bool act__handover_hold(act_self *self)
{
    uint64_t generation = act__load(&self->generation), control = act__load(&self->control), with;
    do {
        if (control_generation_of(control) == generation &&
            (control & ACT__CONTROL_NO_HANDOVER) != 0)
            return false;
        with =
            (control_generation_of(control) > generation ? control
                                                         : (generation + 2) << ACT__CONTROL_BITS) |
            ACT__CONTROL_HOLDING;
    } while (!atomic_compare_exchange_weak_explicit(&self->control, &control, with,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

/* The pid of the one before this generation. */
static uint64_t previous_local_of(const act_self *self)
{
    return act__local_make(act__load(&self->generation) - 2, self->index);
}

static void sift(struct act__worker *worker, act_self *self)
{
    act_message *message = self->inbox_owned.head, *next;
    self->inbox_owned.head = self->inbox_owned.tail = NULL;
    act__store(&self->inbox_owned.count, 0);
    for (; message != NULL; message = next) {
        next = message->act_next;
        if ((self->flags & ACT__CELL_KEEPS) != 0 &&
            act__message_is_for_anyone(message, previous_local_of(self)))
            act__inbox_append(&self->inbox_owned, message);
        else
            act__refuse(worker, self, message, ACT_NO_ACTOR);
    }
}

void act__handover_pass_on(struct act__worker *worker, act_self *self, struct act__attachment *name)
{
    struct act__names *names = worker->system->names;
    uint16_t           succeeds = (self->flags & ACT__CELL_KEEPS) != 0 ? ACT__CELL_SUCCEEDS : 0;
    uint16_t           before = 0;
    if ((self->flags & ACT__CELL_SUCCEEDS) != 0)
        before = self->inbox_owned.before_count;
    act__take_in(worker, self);
    act__gap("handover.taken_in");
    act__names_lock(names); /* for act_send_name, which finds either the one or the other */
    act__store_release(&self->generation,
                       act__load(&self->generation) + 2); /* as in spawn.c: its inbox is there */
    if (name != NULL)
        act__names_pass_on(name, act__local_of(self));
    act__names_unlock(names);
    if (name != NULL)
        act__set_add(&self->attachments, &name->member);
    sift(worker, self);
    self->inbox_owned.before_count =
        (before < ACT__BEFORE_MAX ? before + 1u : before) & ACT__BEFORE_MAX;
    self->flags = (self->flags & (ACT__CELL_PHASE | ACT__CELL_OVERLOADED)) | succeeds;
    act__phase_enter(self, ACT__PHASE_HANDOVER);
    act__backpressure_look(worker, self); /* it has more patience now: it may unmute some */
}

/*
 * Gives the right to take it to the first that comes. Returns: false if it was given up meanwhile.
 */
static bool park(act_self *self)
{
    uint64_t control = act__load(&self->control), with;
    do {
        if ((control & ACT__CONTROL_NO_HANDOVER) != 0)
            return false;
        with = (control & ~(uint64_t)ACT__CONTROL_HOLDING) | ACT__CONTROL_PARKED;
        /*
         * release: publishes what one that spawns or abandons may change; pairs with
         * act__handover_take and act_handover_abandon.
         */
    } while (!atomic_compare_exchange_weak_explicit(&self->control, &control, with,
                                                    memory_order_release, memory_order_relaxed));
    return true;
}

void act__handover_park(act_self *self)
{
    act__gap("handover.passed_on");
    if (park(self))
        return;
    act__attachments_release(self);
    /* One is set and one is not: held no longer, and this turn finds what to do. */
    atomic_fetch_xor_explicit(&self->control, ACT__CONTROL_HOLDING | ACT__CONTROL_ABANDON,
                              memory_order_relaxed);
}

/* It is the caller's. The name is free at once; the rest is done by a run, which finds the bit. */
static void abandon(struct act_system *system, act_self *self)
{
    act__attachments_release(self);
    act__gap("handover.released");
    act__control_set(system, act__worker_here(system), act__local_of(self), ACT__CONTROL_ABANDON);
}

bool act__handover_is_abandoned(const act_self *self)
{
    /* seq_cst: pairs with act__control_set, as wake_if_asked in turn.c. */
    uint64_t control = atomic_load_explicit(&self->control, memory_order_seq_cst);
    return (control & ACT__CONTROL_ABANDON) != 0;
}

void act__handover_clear(struct act__worker *worker, act_self *self)
{
    struct act__reason no_actor = {.kind = ACT_EXIT_NO_ACTOR};
    act__take_in(worker, self);
    act__store(&self->generation, act__load(&self->generation) + 1);
    act__drop_waiting(worker, self);
    act__backpressure_end(worker, self);
    act__link_index_drop(self);
    act__bonds_end(worker, &self->bonds, &no_actor, false);
    self->flags &= ACT__CELL_PHASE;
    act__phase_enter(self, ACT__PHASE_DEAD);
}

act_self *act__handover_take(struct act_system *system, act_pid handover)
{
    act_self *cell = act__pid_cell(system, handover);
    if (cell == NULL)
        return NULL;
    uint64_t control = act__load(&cell->control);
    do {
        if (control_generation_of(control) != act__generation_of(handover.local) ||
            (control & ACT__CONTROL_PARKED) == 0)
            return NULL;
        /* acquire: pairs with park. */
    } while (!atomic_compare_exchange_weak_explicit(&cell->control, &control,
                                                    control & ~(uint64_t)ACT__CONTROL_PARKED,
                                                    memory_order_acquire, memory_order_relaxed));
    return cell;
}

void act__handover_put_back(struct act_system *system, act_self *self)
{
    if (!park(self))
        abandon(system, self);
}

void act_handover_abandon(act_system *system, act_pid pid)
{
    if (act__has_forked(system))
        return;
    act_self *cell = act__pid_cell(system, pid);
    uint64_t  generation = act__generation_of(pid.local), control, with;
    bool      is_parked;
    if (cell == NULL)
        return;
    control = act__load(&cell->control);
    do {
        uint64_t of = control_generation_of(control);
        bool     is_handover = (of == generation || of == generation + 2) &&
                           (control & (ACT__CONTROL_HOLDING | ACT__CONTROL_PARKED)) != 0;
        if (of > generation && !is_handover)
            return;
        is_parked = is_handover && (control & ACT__CONTROL_PARKED) != 0;
        if (is_parked)
            with = control & ~(uint64_t)ACT__CONTROL_PARKED;
        else
            with = (of >= generation ? control : generation << ACT__CONTROL_BITS) |
                   ACT__CONTROL_NO_HANDOVER;
        /* acquire: pairs with park. */
    } while (!atomic_compare_exchange_weak_explicit(&cell->control, &control, with,
                                                    memory_order_acquire, memory_order_relaxed));
    if (is_parked)
        abandon(system, cell);
}

act_result act_handover_of(act_system *system, act_pid ended, act_pid *handover)
{
    if (act__has_forked(system))
        return ACT_FORKED;
    act_self *cell = act__pid_cell(system, ended);
    uint64_t  generation = act__generation_of(ended.local);
    if (cell == NULL)
        return ACT_NO_ACTOR;
    /*
     * First the generation: one that has ended is held or parked by then. acquire: pairs with
     * act__handover_pass_on.
     */
    if (act__load_acquire(&cell->generation) == generation)
        return ACT_EXISTS;
    uint64_t control = act__load_acquire(&cell->control); /* pairs with park */
    if (control_generation_of(control) != generation + 2)
        return ACT_NO_ACTOR;
    act__gap("handover.looked");
    if ((control & ACT__CONTROL_PARKED) == 0)
        return (control & ACT__CONTROL_HOLDING) != 0 ? ACT_EXISTS : ACT_NO_ACTOR;
    *handover = act__pid_of(act__local_make(generation + 2, cell->index));
    return ACT_OK;
}

void act__handovers_clear(struct act_system *system)
{
    act_self *cell;
    for (size_t slot = 1; (cell = act__slab_at(&system->cells, slot)) != NULL; slot++)
        if ((act__load(&cell->control) & ACT__CONTROL_PARKED) != 0)
            act_handover_abandon(system, act__pid_of(act__local_of(cell)));
}

/* ------------------------------------------------------- the message whose handler has panicked */

bool act__handover_redeliver(struct act__worker *worker, act_self *self, act_message *message)
{
    if ((self->flags & ACT__CELL_REDELIVERS) == 0 ||
        !act__message_is_for_anyone(message, act__local_of(self)))
        return false;
    if (!act__message_has_failed(message))
        message->act_generation = 0;
    else if (message->act_generation <= 2)
        return false;
    else
        message->act_generation -= 2;
    act__count(&worker->sent); /* as it will be received again */
    act__inbox_prepend(&self->inbox_owned, message);
    return true;
}

void act__handover_begin(act_self *self, uint32_t redeliver_max)
{
    act_message *first = self->inbox_owned.head;
    if (first != NULL && first->act_generation == 0)
        first->act_generation = redeliver_max != 0 ? 2 * redeliver_max : 1;
}
