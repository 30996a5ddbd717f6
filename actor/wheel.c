/* The timing wheel itself: no actors, no threads. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/timers.h>

#define SLOT_MASK ((act_millis)ACT__WHEEL_SLOTS - 1)

static unsigned shift_of(unsigned level)
{
    return level * ACT__WHEEL_BITS;
}

void act__wheel_init(struct act__timer_wheel *wheel, act_millis now)
{
    wheel->now = now;
    for (unsigned level = 0; level < ACT__WHEEL_LEVELS; level++) {
        wheel->filled[level] = 0;
        for (unsigned slot = 0; slot < ACT__WHEEL_SLOTS; slot++)
            act__list_init(&wheel->slots[level][slot]);
    }
}

/* The finest level in whose present turn `due` lies: the highest digit in which it differs from now. */
static unsigned level_of(const struct act__timer_wheel *wheel, act_millis due)
{
    uint64_t differs = (uint64_t)due ^ (uint64_t)wheel->now;
    unsigned level = differs == 0 ? 0 : (63u - (unsigned)__builtin_clzll(differs)) / ACT__WHEEL_BITS;
    return level < ACT__WHEEL_LEVELS ? level : ACT__WHEEL_LEVELS - 1;
}

static void place(struct act__timer_wheel *wheel, struct act__timer *timer, act_millis due)
{
    unsigned level = level_of(wheel, due);
    unsigned slot = (unsigned)((due >> shift_of(level)) & SLOT_MASK);
    act__list_append(&wheel->slots[level][slot], &timer->slot);
    wheel->filled[level] |= UINT64_C(1) << slot;
}

void act__wheel_add(struct act__timer_wheel *wheel, struct act__timer *timer)
{
    /* What is due already goes into the next millisecond: the present one has fired. */
    place(wheel, timer, timer->due > wheel->now ? timer->due : wheel->now + 1);
}

void act__wheel_remove(struct act__timer_wheel *wheel, struct act__timer *timer)
{
    /* An emptied slot keeps its bit until the wheel comes by: finding the slot again would cost more. */
    (void)wheel;
    act__list_remove(&timer->slot);
}

/* The first filled slot of a level at or after `from`, -1 if none. */
static int filled_from(const struct act__timer_wheel *wheel, unsigned level, unsigned from)
{
    uint64_t filled = from >= ACT__WHEEL_SLOTS ? 0 : wheel->filled[level] >> from << from;
    return filled == 0 ? -1 : __builtin_ctzll(filled);
}

act_millis act__wheel_next(const struct act__timer_wheel *wheel)
{
    for (unsigned level = 0; level < ACT__WHEEL_LEVELS; level++) {
        unsigned shift = shift_of(level);
        int      slot = filled_from(wheel, level, (unsigned)((wheel->now >> shift) & SLOT_MASK) + 1);
        if (slot >= 0)
            return ((wheel->now >> shift & ~SLOT_MASK) | slot) << shift;
    }
    /* The coarsest level goes round: what lies before the present slot belongs to the next round. */
    unsigned shift = shift_of(ACT__WHEEL_LEVELS - 1);
    int      slot = filled_from(wheel, ACT__WHEEL_LEVELS - 1, 0);
    return slot < 0 ? ACT_FOREVER : (((wheel->now >> shift & ~SLOT_MASK) + ACT__WHEEL_SLOTS) | slot) << shift;
}

/* Takes the slots that begin at wheel->now: coarser ones are spread over finer ones, the finest is due. */
static void open_slots(struct act__timer_wheel *wheel, struct act__list *due)
{
    struct act__list list;
    for (unsigned level = ACT__WHEEL_LEVELS; level-- > 0;) {
        unsigned slot = (unsigned)((wheel->now >> shift_of(level)) & SLOT_MASK);
        if ((wheel->now & (((act_millis)1 << shift_of(level)) - 1)) != 0 || !(wheel->filled[level] >> slot & 1))
            continue;
        wheel->filled[level] &= ~(UINT64_C(1) << slot);
        act__list_init(&list);
        act__list_move_all(&list, &wheel->slots[level][slot]);
        while (!act__list_is_empty(&list)) {
            struct act__timer *timer = act__container(list.next, struct act__timer, slot);
            act__list_remove(&timer->slot);
            if (level == 0)
                act__list_append(due, &timer->slot);
            else /* never this slot again: it differs from now in a finer digit, or is due */
                place(wheel, timer, timer->due > wheel->now ? timer->due : wheel->now);
        }
    }
}

void act__wheel_advance(struct act__timer_wheel *wheel, act_millis now, struct act__list *due)
{
    while (wheel->now < now) {
        act_millis next = act__wheel_next(wheel);
        if (next == ACT_FOREVER || next > now) {
            wheel->now = now;
            return;
        }
        wheel->now = next;
        open_slots(wheel, due);
    }
}
