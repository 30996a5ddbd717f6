/* Links, monitors and asks: the two-sided record behind all three. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/signal/bond.h>

#include <actor/process/cell.h>
#include <actor/process/fork.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/signal/link_index.h>
#include <actor/signal/ref.h>
#include <actor/signal/signal.h>
#include <actor/signal/timers.h>
#include <mailbox/base/gap.h>

_Static_assert(sizeof(struct act__bond) <= 192, "a bond is three cache lines");
_Static_assert(offsetof(struct act__bond, half) % ACT__CACHE_LINE == 0,
               "half[0] and half[1] are told apart by address");

static void prepare_end(struct act__bond *bond, unsigned end, act_pid sender, act_ref ref)
{
    act_message *message = &bond->end[end];
    /* relaxed, as find_at_side may look at a use that is over */
    __atomic_store_n(&message->act_sender, sender.local, __ATOMIC_RELAXED);
    message->act_sender_node = (uint16_t)sender.node;
    message->act_bits =
        (uint8_t)(ACT__BIT_SIGNAL | (end == 0 ? ACT__HOME_BOND_0 : ACT__HOME_BOND_1));
    message->kind = ACT_VALUE_NOTHING;
    message->bytes_count = 0;
    message->ref = ref;
}

struct act__bond *act__bond_make(struct act__worker *worker, uint8_t kind, uint64_t initiator,
                                 act_pid other)
{
    struct act__bond *bond = act__slab_take(&worker->system->bonds, &worker->bonds);
    if (bond == NULL)
        return NULL;
    act__ref_next_use(&bond->generation);
    atomic_thread_fence(memory_order_release); /* pairs with find_at_side and act__ask_waits */
    act__member_place(&bond->half[0], NULL);
    act__member_place(&bond->half[1], NULL);
    bond->timer = NULL;
    act__store(&bond->holders, 2);
    bond->kind = kind;
    act__store(&bond->ended[0], false);
    act__store(&bond->ended[1], false);
    bond->has_no_target = bond->is_unbegun = false;
    bond->is_forwarded = false;
    act__store(&bond->passage, ACT__PASSAGE_SETTLED);
    act_ref ref = kind == ACT__BOND_LINK ? (act_ref){0} : act__bond_ref(worker->system, bond);
    prepare_end(bond, 0, act__pid_of(initiator), ref);
    prepare_end(bond, 1, other, ref);
    return bond;
}

/* Whether this end's sender is or was an actor of this system. */
static bool was_actor(struct act_system *system, const act_message *end)
{
    act_pid   pid = {end->act_sender_node, end->act_sender};
    act_self *cell = act__pid_cell(system, pid);
    /* acquire: pairs with the release in spawn.c; a cell that was ever lived in has an inbox. */
    return cell != NULL && act__generation_of(pid.local) <= act__load_acquire(&cell->generation);
}

/*
 * To side 1, or instead to cell 0, where none lives, ever: it refuses like any dead actor's cell.
 */
static uint64_t target_of(const struct act__bond *bond, unsigned side)
{
    /* acquire, of side 1: pairs with act__ask_pass_on; that the bond is under way is seen. */
    return side == 1 && bond->has_no_target
               ? 0
               : __atomic_load_n(&bond->end[side].act_sender, __ATOMIC_ACQUIRE);
}

static void push_end(struct act__worker *worker, struct act__bond *bond, unsigned end, uint32_t tag)
{
    bond->end[end].tag = tag;
    act__signal_push(worker->system, worker, target_of(bond, !end), &bond->end[end]);
}

void act__bond_begin(struct act__worker *worker, act_self *self, struct act__bond *bond)
{
    act__bond_add(self, bond, 0);
    act__gap("bond.begun");
    bond->has_no_target = !was_actor(worker->system, &bond->end[1]);
    /* End 1 travels to the one it names as its sender; see bond.h. */
    bond->end[1].tag = bond->kind == ACT__BOND_LINK ? ACT__SIGNAL_LINK : ACT__SIGNAL_MONITOR;
    act__signal_push(worker->system, worker, target_of(bond, 1), &bond->end[1]);
}

/* For monitors is_unbegun says that nothing is kept: see act__bonds_end. */
static act_fate fate_of(const struct act__bond *bond)
{
    if (bond->kind == ACT__BOND_LINK) /* both ends may end it at once, and an EXIT says nothing
                                         of it */
        return ACT_FATE_KEPT;
    if (bond->kind == ACT__BOND_ASK)
        return bond->is_unbegun ? ACT_FATE_UNBEGUN : ACT_FATE_BEGUN;
    return bond->is_unbegun ? ACT_FATE_DROPPED : ACT_FATE_KEPT;
}

void act__bond_end(struct act__worker *worker, struct act__bond *bond, unsigned side, uint32_t tag,
                   const struct act__reason *reason)
{
    act__set_remove(&bond->half[side]);
    act__store(&bond->ended[side], true);
    if (side == 0 && bond->timer != NULL) { /* only side 0 may look at the timer */
        act__timer_cancel(worker, bond->timer);
        bond->timer = NULL;
    }
    act__gap("bond.ended");
    act_message *message = &bond->end[side];
    message->kind = ACT_VALUE_NOTHING;
    if (reason != NULL) {
        message->kind = ACT_VALUE_REASON;
        *act__message_reason_of(message) = *reason;
        act__message_set_fate(message, fate_of(bond));
        act__reason_text_hold(reason->text);
    }
    push_end(worker, bond, side, tag);
}

void act__bond_let_go(struct act__worker *worker, struct act__bond *bond)
{
    /* acq_rel: the last holder gives the record back only after the other side is done with it. */
    uint8_t holders = atomic_fetch_sub_explicit(&bond->holders, 1, memory_order_acq_rel);
    act__check(holders != 0);
    if (holders != 1)
        return;
    act__gap("bond.free");
    act__ref_next_use(&bond->generation);
    act__slab_give(&worker->system->bonds, &worker->bonds, bond);
}

void act__bond_unmake(struct act__worker *worker, struct act__bond *bond)
{
    act__store(&bond->holders, 1);
    act__bond_let_go(worker, bond);
}

act_ref act__bond_ref(struct act_system *system, const struct act__bond *bond)
{
    return act__ref_make(act__load(&bond->generation), act__slab_index(&system->bonds, bond), 0);
}

/* Whether the record is in use under this ref. */
static bool is_called(struct act_system *system, struct act__bond *bond, act_ref ref)
{
    return act__ref_is_of(ref, act__load(&bond->generation), act__slab_index(&system->bonds, bond),
                          0);
}

/* Whether this is the pid that a message of so many bits of a generation was sent to. */
static bool was_sent_to(uint64_t local, const act_self *self, const act_message *message)
{
    return act__slot_of(local) == self->index &&
           (uint32_t)act__generation_of(local) == message->act_generation;
}

/*
 * The actor may have another generation by now than that to which the message was sent. Otherwise
 * as find_at_side.
 */
void act__ask_unbegun(struct act__worker *worker, act_self *self, const act_message *message)
{
    struct act_system *system = worker->system;
    struct act__bond  *bond = act__slab_at(&system->bonds, act__ref_index(message->ref, 0));
    if (bond == NULL || !is_called(system, bond, message->ref))
        return;
    /*
     * acquire, both: before the second look at generation, as act__bond_make writes generation
     * before them.
     */
    uint64_t asked = __atomic_load_n(&bond->end[1].act_sender, __ATOMIC_ACQUIRE);
    bool     is_in_set = __atomic_load_n(&bond->half[1].here, __ATOMIC_ACQUIRE) != NULL;
    if (was_sent_to(asked, self, message) && is_in_set && is_called(system, bond, message->ref) &&
        bond->kind == ACT__BOND_ASK)
        bond->is_unbegun = !bond->is_forwarded;
}

/*
 * The bond with this ref if `self` is at this side of it and has not ended it; else NULL. Another
 * actor's record may end and be used again while it is looked at; one that lies in a set of this
 * actor's own cannot.
 */
static struct act__bond *find_at_side(act_self *self, act_ref ref, unsigned side)
{
    struct act_system *system = self->worker->system;
    struct act__bond  *bond = act__slab_at(&system->bonds, act__ref_index(ref, 0));
    if (bond == NULL || !is_called(system, bond, ref))
        return NULL;
    act__gap("bond.found");
    /*
     * acquire, both: before the second look at generation, as act__bond_make writes generation
     * before them.
     */
    bool is_mine =
        __atomic_load_n(&bond->end[side].act_sender, __ATOMIC_ACQUIRE) == act__local_of(self);
    bool is_in_set = __atomic_load_n(&bond->half[side].here, __ATOMIC_ACQUIRE) != NULL;
    return is_mine && is_in_set && is_called(system, bond, ref) ? bond : NULL;
}

struct act__bond *act__bond_find(act_self *self, act_ref ref)
{
    return find_at_side(self, ref, 0);
}

static struct act__bond *ask_find(act_self *self, act_ref ask, unsigned side)
{
    struct act__bond *bond = find_at_side(self, ask, side);
    return bond != NULL && bond->kind == ACT__BOND_ASK ? bond : NULL;
}

bool act__ask_fail(struct act__worker *worker, act_self *self, act_ref ask,
                   const struct act__reason *reason)
{
    struct act__bond *bond = ask_find(self, ask, 1);
    if (bond == NULL)
        return false;
    act__bond_end(worker, bond, 1, ACT__SIGNAL_DOWN, reason);
    return true;
}

bool act__ask_is_open(struct act_system *system, act_ref ask)
{
    struct act__bond *bond = act__slab_at(&system->bonds, act__ref_index(ask, 0));

    return bond != NULL && is_called(system, bond, ask);
}

bool act__ask_waits(struct act_system *system, act_ref ask)
{
    struct act__bond *bond = act__slab_at(&system->bonds, act__ref_index(ask, 0));
    if (bond == NULL || act__has_forked(system) || !is_called(system, bond, ask))
        return false;
    /*
     * acquire, both: as in find_at_side. A reply that was taken has ended side 0, and that is seen;
     * one that has refused it, or has ended, has ended side 1.
     */
    return !act__load_acquire(&bond->ended[0]) && !act__load_acquire(&bond->ended[1]) &&
           is_called(system, bond, ask);
}

void act__ask_pass_on(struct act__worker *worker, act_self *self, act_ref ask, uint64_t to)
{
    struct act__bond *bond = ask_find(self, ask, 1);
    if (bond == NULL)
        return;
    act__set_remove(&bond->half[1]);
    bond->is_forwarded = true;
    bond->is_unbegun = false;
    act__store(&bond->passage, ACT__PASSAGE_UNDER_WAY);
    /* release: one that sends END there sees that the bond is under way; see target_of. */
    __atomic_store_n(&bond->end[1].act_sender, to, __ATOMIC_RELEASE);
    act__gap("bond.passed_on");
    bond->end[1].tag = ACT__SIGNAL_MONITOR;
    act__signal_push(worker->system, worker, to, &bond->end[1]);
}

bool act__ask_arrives(struct act__worker *worker, struct act__bond *bond)
{
    uint8_t passage = ACT__PASSAGE_UNDER_WAY;
    if (act__likely(act__load(&bond->passage) == ACT__PASSAGE_SETTLED))
        return true;
    act__gap("bond.arrived");
    /* acq_rel: pairs with act__ask_end_follows: one of both sees the other. */
    if (atomic_compare_exchange_strong_explicit(&bond->passage, &passage, ACT__PASSAGE_SETTLED,
                                                memory_order_acq_rel, memory_order_acquire))
        return true;
    act__bond_let_go(worker, bond);
    return false;
}

/* Returns: whether it was under way, and is over now. */
static bool end_passage(struct act__bond *bond)
{
    uint8_t passage = ACT__PASSAGE_UNDER_WAY;
    /* acquire, both: pairs with act__ask_arrives, and with act__ask_pass_on. */
    return act__load_acquire(&bond->passage) == passage &&
           atomic_compare_exchange_strong_explicit(&bond->passage, &passage, ACT__PASSAGE_OVER,
                                                   memory_order_acq_rel, memory_order_acquire);
}

bool act__ask_end_follows(struct act__worker *worker, act_self *self, act_message *signal)
{
    unsigned          end;
    struct act__bond *bond = act__bond_of_end(signal, &end);
    if (end != 0 || bond->kind != ACT__BOND_ASK)
        return false;
    while (!end_passage(bond)) {
        act__gap("bond.follows");
        /* acquire: pairs with act__ask_pass_on; that it comes back here is seen just below. */
        uint64_t asked = __atomic_load_n(&bond->end[1].act_sender, __ATOMIC_ACQUIRE);
        if (bond->has_no_target)
            return false;
        if (!was_sent_to(asked, self, signal)) {
            act__signal_push(worker->system, worker, asked, signal);
            return true;
        }
        /* Since the look at passage it may have been forwarded, and to this very pid. */
        if (act__load(&bond->passage) != ACT__PASSAGE_UNDER_WAY)
            return false;
    }
    act__bond_let_go(worker, bond);
    return true;
}

bool act__ask_answered(struct act__worker *worker, act_self *self, act_ref ask)
{
    struct act__bond *bond = ask_find(self, ask, 0);
    if (bond == NULL)
        return false;
    act__bond_end(worker, bond, 0, ACT__SIGNAL_END, NULL);
    return true;
}

bool act__ask_timed_out(struct act__worker *worker, act_self *self, act_ref ask)
{
    struct act__bond *bond = ask_find(self, ask, 0);
    if (bond == NULL)
        return false;
    bond->timer = NULL; /* it is the one that has fired */
    return act__ask_answered(worker, self, ask);
}
