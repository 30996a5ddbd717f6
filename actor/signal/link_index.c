/* Finds a link of an actor that has many by the pid it is with. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/signal/link_index.h>

#include <actor/process/cell.h>
#include <actor/signal/bond.h>
#include <mailbox/base/random.h>

/*
 * An actor with few bonds looks through them. One that has looked through SCAN_MAX gets an index: a
 * table by pid, with open addressing. Its first member stands in front of all others in
 * cell->bonds, so it needs no room in the cell; a walk through the bonds drops it first. It is an
 * aid: without memory for it all is as before.
 *
 * A slot is not cleared when its link ends. It then leads to a record that has another generation,
 * or whose half is in no set, and is used again for the next link with the same actor; the others
 * are left behind when the table grows.
 */
#define SCAN_MAX  32
#define SLOTS_MIN 256

struct slot {
    uint64_t          other;      /* the local part of a pid; 0: empty */
    uint64_t          generation; /* of the bond */
    struct act__bond *bond;
    unsigned          side; /* this actor's */
};

struct link_index {
    struct act__member member;
    size_t             slots_count, used_count;
    struct slot        slots[];
};

static struct link_index *index_of(const act_self *self)
{
    return act__container(self->bonds.first, struct link_index, member);
}

/* The slot of a link with `other`, or the empty one for it. */
static struct slot *find_slot(struct link_index *index, uint64_t other)
{
    uint64_t seed = other;
    size_t   at = (size_t)act__mix(&seed) & (index->slots_count - 1);
    while (index->slots[at].other != 0 && index->slots[at].other != other)
        at = (at + 1) & (index->slots_count - 1);
    return &index->slots[at];
}

static void put(struct link_index *index, struct act__bond *bond, unsigned side)
{
    uint64_t     other = bond->end[!side].act_sender;
    struct slot *slot = find_slot(index, other);
    if (slot->other == 0)
        index->used_count++;
    *slot = (struct slot){other, act__load(&bond->generation), bond, side};
}

static void add_behind(struct act__member *first, struct act__member *member)
{
    member->next = first->next;
    act__member_place(member, &first->next);
    if (first->next != NULL)
        act__member_place(first->next, &member->next);
    first->next = member;
}

void act__link_index_drop(act_self *self)
{
    if (!self->inbox_owned.has_link_index)
        return;
    struct link_index *index = index_of(self);
    act__set_remove(&index->member);
    self->inbox_owned.has_link_index = false;
    act__free(index);
}

static size_t count_links(const act_self *self)
{
    size_t   count = 0;
    unsigned side;
    for (struct act__member *half = self->bonds.first; half != NULL; half = half->next)
        count += act__bond_of_half(half, &side)->kind == ACT__BOND_LINK;
    return count;
}

/* A new one, of an actor that has none. */
static void build(act_self *self)
{
    size_t             count = count_links(self), slots_count = SLOTS_MIN;
    struct link_index *index;
    unsigned           side;
    while (slots_count < 4 * count)
        slots_count *= 2;
    if ((index = act__allocate(sizeof *index + slots_count * sizeof index->slots[0])) == NULL)
        return;
    index->slots_count = slots_count;
    for (struct act__member *half = self->bonds.first; half != NULL; half = half->next) {
        struct act__bond *bond = act__bond_of_half(half, &side);
        if (bond->kind == ACT__BOND_LINK)
            put(index, bond, side);
    }
    act__set_add(&self->bonds, &index->member);
    self->inbox_owned.has_link_index = true;
}

void act__bond_add(act_self *self, struct act__bond *bond, unsigned side)
{
    if (act__likely(!self->inbox_owned.has_link_index)) {
        act__set_add(&self->bonds, &bond->half[side]);
        return;
    }
    struct link_index *index = index_of(self);
    add_behind(&index->member, &bond->half[side]);
    if (bond->kind != ACT__BOND_LINK)
        return;
    if (2 * index->used_count < index->slots_count) {
        put(index, bond, side);
        return;
    }
    act__link_index_drop(self);
    build(self);
}

static struct act__bond *look_up(act_self *self, uint64_t other, unsigned *side)
{
    struct slot *slot = find_slot(index_of(self), other);
    if (slot->other == 0 || act__load(&slot->bond->generation) != slot->generation)
        return NULL;
    *side = slot->side;
    return slot->bond->half[slot->side].here != NULL ? slot->bond : NULL;
}

struct act__bond *act__link_find(act_self *self, uint64_t other, unsigned *side)
{
    unsigned scanned = 0;
    if (self->inbox_owned.has_link_index)
        return look_up(self, other, side);
    for (struct act__member *half = self->bonds.first; half != NULL; half = half->next, scanned++) {
        struct act__bond *bond = act__bond_of_half(half, side);
        if (bond->kind != ACT__BOND_LINK || bond->end[!*side].act_sender != other)
            continue;
        if (scanned > SCAN_MAX)
            build(self);
        return bond;
    }
    if (scanned > SCAN_MAX)
        build(self);
    return NULL;
}
