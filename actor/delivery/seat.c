/* Seats: an actor's inbox and name, kept for the instance that follows it. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/signal/bond.h>
#include <actor/system/fork.h>
#include <actor/system/system_record.h>
#include <mailbox/base/gap.h>

/*
 * A seat is the cell of an actor that has ended, in a life of its own: that of the instance to
 * come. So its pid is known, messages wait in its inbox and count under its bound, and nothing
 * needs memory. It is run like any cell, to take in what comes; START, which act__spawn pushes
 * there, makes it a living actor.
 *
 *     living, --- ends ---> HOLDING --- ready ---> PARKED,   --- act__spawn ---> living,
 *     life L                   |                   life L + 2                    life L + 2
 *        |                     |                      |
 *        +------ LEAVE --------+-------- BURY --------+---> dead, its messages dead letters
 *
 * The actor that ends, whoever takes the seat and whoever gives it up may do so at the same time.
 * They meet in cell->urgent, whose upper part says for which life its bits are: each changes it in
 * one step and sees what the others have done. Who takes PARKED away may write what belongs to a
 * spawner, and the name. See doc/models/seat.pml.
 */

static uint64_t life_in(uint64_t urgent)
{
    return urgent >> ACT__URGENT_BITS;
}

bool act__seat_hold(act_self *self)
{
    uint64_t life = act__load(&self->life), urgent = act__load(&self->urgent), with;
    do {
        if (life_in(urgent) == life && (urgent & ACT__URGENT_LEAVE) != 0)
            return false;
        with = (life_in(urgent) > life ? urgent : (life + 2) << ACT__URGENT_BITS) |
               ACT__URGENT_HOLDING;
    } while (!atomic_compare_exchange_weak_explicit(&self->urgent, &urgent, with,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

/* The pid of the one before this life. */
static uint64_t local_before(const act_self *self)
{
    return (act__load(&self->life) - 2) << ACT__SLOT_BITS | self->index;
}

static void sift(struct act__worker *worker, act_self *self)
{
    act_message *message = self->inbox.head, *next;
    self->inbox.head = self->inbox.tail = NULL;
    act__store(&self->inbox.count, 0);
    for (; message != NULL; message = next) {
        next = message->act_next;
        if ((self->flags & ACT__CELL_KEEPS) != 0 &&
            act__message_is_for_anyone(message, local_before(self)))
            act__inbox_append(&self->inbox, message);
        else
            act__refuse(worker, self, message, ACT_NO_ACTOR);
    }
}

void act__seat_pass_on(struct act__worker *worker, act_self *self, struct act__attachment *name)
{
    struct act__names *names = worker->system->names;
    uint16_t           succeeds = (self->flags & ACT__CELL_KEEPS) != 0 ? ACT__CELL_SUCCEEDS : 0;
    uint16_t           before = 0;
    if ((self->flags & ACT__CELL_SUCCEEDS) != 0)
        before = self->inbox.before_count;
    act__take_in(worker, self);
    act__gap("seat.taken_in");
    act__names_lock(names); /* for act_send_name, which finds either the one or the other */
    act__store_release(&self->life,
                       act__load(&self->life) + 2); /* as in spawn.c: the gate is there */
    if (name != NULL)
        act__names_pass_on(name, act__local_of(self));
    act__names_unlock(names);
    if (name != NULL)
        act__set_add(&self->attachments, &name->member);
    sift(worker, self);
    self->inbox.before_count = (before < ACT__BEFORE_MAX ? before + 1u : before) & ACT__BEFORE_MAX;
    self->flags = ACT__CELL_SEAT | succeeds | (self->flags & ACT__CELL_OVERLOADED);
    act__slow_look(worker, self); /* a seat has more patience: it frees those it need not hold */
}

/*
 * Gives the right to take it to whoever comes first. Returns: false if it was given up meanwhile.
 */
static bool park(act_self *self)
{
    uint64_t urgent = act__load(&self->urgent), with;
    do {
        if ((urgent & ACT__URGENT_LEAVE) != 0)
            return false;
        with = (urgent & ~(uint64_t)ACT__URGENT_HOLDING) | ACT__URGENT_PARKED;
        /*
         * release: publishes what a spawner or a leaver may change; pairs with act__seat_take and
         * act_seat_leave.
         */
    } while (!atomic_compare_exchange_weak_explicit(&self->urgent, &urgent, with,
                                                    memory_order_release, memory_order_relaxed));
    return true;
}

void act__seat_park(act_self *self)
{
    act__gap("seat.passed_on");
    if (park(self))
        return;
    act__attachments_release(self);
    /* One is set and one is not: held no longer, and this turn finds what to do. */
    atomic_fetch_xor_explicit(&self->urgent, ACT__URGENT_HOLDING | ACT__URGENT_BURY,
                              memory_order_relaxed);
}

/* It is the caller's. The name is free at once; the rest is done by a run, which finds the bit. */
static void bury(struct act_system *system, act_self *self)
{
    act__attachments_release(self);
    act__gap("seat.released");
    act__cell_poke(system, act__worker_here(system), act__local_of(self), ACT__URGENT_BURY);
}

bool act__seat_is_buried(const act_self *self)
{
    /* seq_cst: pairs with act__cell_poke, as wake_if_asked in turn.c. */
    uint64_t urgent = atomic_load_explicit(&self->urgent, memory_order_seq_cst);
    return (urgent & ACT__URGENT_BURY) != 0;
}

void act__seat_clear(struct act__worker *worker, act_self *self)
{
    struct act__reason nobody = {.kind = ACT_EXIT_NO_ACTOR};
    act__take_in(worker, self);
    act__store(&self->life, act__load(&self->life) + 1);
    act__drop_waiting(worker, self);
    act__slow_end(worker, self);
    act__link_index_drop(self);
    act__bonds_end(worker, &self->bonds, &nobody, false);
    self->flags = ACT__CELL_DIED;
}

act_self *act__seat_take(struct act_system *system, act_pid seat)
{
    act_self *cell = seat.node == 0 ? act__cell_at(system, seat.local) : NULL;
    if (cell == NULL)
        return NULL;
    uint64_t urgent = act__load(&cell->urgent);
    do {
        if (life_in(urgent) != act__life_of(seat.local) || (urgent & ACT__URGENT_PARKED) == 0)
            return NULL;
        /* acquire: pairs with park. */
    } while (!atomic_compare_exchange_weak_explicit(&cell->urgent, &urgent,
                                                    urgent & ~(uint64_t)ACT__URGENT_PARKED,
                                                    memory_order_acquire, memory_order_relaxed));
    return cell;
}

void act__seat_put_back(struct act_system *system, act_self *self)
{
    if (!park(self))
        bury(system, self);
}

void act_seat_leave(act_system *system, act_pid pid)
{
    if (act__has_forked(system))
        return;
    act_self *cell = pid.node == 0 ? act__cell_at(system, pid.local) : NULL;
    uint64_t  life = act__life_of(pid.local), urgent, with;
    bool      is_parked;
    if (cell == NULL || (life & 1) == 0)
        return;
    urgent = act__load(&cell->urgent);
    do {
        uint64_t of = life_in(urgent);
        bool     is_seat = (of == life || of == life + 2) &&
                       (urgent & (ACT__URGENT_HOLDING | ACT__URGENT_PARKED)) != 0;
        if (of > life && !is_seat)
            return;
        is_parked = is_seat && (urgent & ACT__URGENT_PARKED) != 0;
        if (is_parked)
            with = urgent & ~(uint64_t)ACT__URGENT_PARKED;
        else
            with = (of >= life ? urgent : life << ACT__URGENT_BITS) | ACT__URGENT_LEAVE;
        /* acquire: pairs with park. */
    } while (!atomic_compare_exchange_weak_explicit(&cell->urgent, &urgent, with,
                                                    memory_order_acquire, memory_order_relaxed));
    if (is_parked)
        bury(system, cell);
}

act_result act_seat_of(act_system *system, act_pid ended, act_pid *seat)
{
    if (act__has_forked(system))
        return ACT_FORKED;
    act_self *cell = ended.node == 0 ? act__cell_at(system, ended.local) : NULL;
    uint64_t  life = act__life_of(ended.local);
    if (cell == NULL || (life & 1) == 0)
        return ACT_NO_ACTOR;
    /*
     * First the life: one that has ended is held or parked by then. acquire: pairs with
     * act__seat_pass_on.
     */
    if (act__load_acquire(&cell->life) == life)
        return ACT_EXISTS;
    uint64_t urgent = act__load_acquire(&cell->urgent); /* pairs with park */
    if (life_in(urgent) != life + 2)
        return ACT_NO_ACTOR;
    act__gap("seat.looked");
    if ((urgent & ACT__URGENT_PARKED) == 0)
        return (urgent & ACT__URGENT_HOLDING) != 0 ? ACT_EXISTS : ACT_NO_ACTOR;
    *seat = act__pid_of((life + 2) << ACT__SLOT_BITS | cell->index);
    return ACT_OK;
}

void act__seats_clear(struct act_system *system)
{
    act_self *cell;
    for (size_t slot = 1; (cell = act__slab_at(&system->cells, slot)) != NULL; slot++)
        if ((act__load(&cell->urgent) & ACT__URGENT_PARKED) != 0)
            act_seat_leave(system, act__pid_of(act__local_of(cell)));
}

/* ------------------------------------------------------- the message whose handler has panicked */

bool act__seat_redeliver(struct act__worker *worker, act_self *self, act_message *message)
{
    if ((self->flags & ACT__CELL_REDELIVERS) == 0 ||
        !act__message_is_for_anyone(message, act__local_of(self)))
        return false;
    if (!act__message_has_failed(message))
        message->act_life = 0;
    else if (message->act_life <= 2)
        return false;
    else
        message->act_life -= 2;
    act__count(&worker->sent); /* as it will be received again */
    act__inbox_prepend(&self->inbox, message);
    return true;
}

void act__seat_begin(act_self *self, uint32_t redeliver_max)
{
    act_message *first = self->inbox.head;
    if (first != NULL && first->act_life == 0)
        first->act_life = redeliver_max != 0 ? 2 * redeliver_max : 1;
}
