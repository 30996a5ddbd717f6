/* The timing wheel itself: no actors, no threads. Internal. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <actor/timers.h>

/* Milliseconds in a slot of this level, as a shift. */
static unsigned shift_of(unsigned level)
{
    return level == 0 ? 0 : ACT__WHEEL_FINE_BITS + (level - 1) * ACT__WHEEL_BITS;
}

static unsigned slots_of(unsigned level)
{
    return level == 0 ? 1u << ACT__WHEEL_FINE_BITS : 1u << ACT__WHEEL_BITS;
}

/* The level's first slot among those of all levels. */
static unsigned first_of(unsigned level)
{
    return level == 0 ? 0 : (1u << ACT__WHEEL_FINE_BITS) + (level - 1) * (1u << ACT__WHEEL_BITS);
}

/* The slot of the level that `at` lies in, counted from the level's first. */
static unsigned slot_of(unsigned level, act_millis at)
{
    return (unsigned)(at >> shift_of(level)) & (slots_of(level) - 1);
}

/* When the level's present round began. */
static act_millis round_of(const struct act__timer_wheel *wheel, unsigned level)
{
    return wheel->now >> shift_of(level) & ~((act_millis)slots_of(level) - 1);
}

void act__wheel_init(struct act__timer_wheel *wheel, act_millis now)
{
    wheel->now = now;
    memset(wheel->filled, 0, sizeof wheel->filled);
    for (unsigned slot = 0; slot < ACT__WHEEL_SLOTS; slot++)
        act__list_init(&wheel->slots[slot]);
}

/* The finest level in whose present round `due` lies: that of the highest bit in which it differs from now. */
static unsigned level_of(const struct act__timer_wheel *wheel, act_millis due)
{
    uint64_t differs = ((uint64_t)due ^ (uint64_t)wheel->now) >> ACT__WHEEL_FINE_BITS;
    unsigned level = differs == 0 ? 0 : 1 + (63u - (unsigned)__builtin_clzll(differs)) / ACT__WHEEL_BITS;
    return level < ACT__WHEEL_LEVELS ? level : ACT__WHEEL_LEVELS - 1;
}

static void place(struct act__timer_wheel *wheel, struct act__timer *timer, act_millis due)
{
    unsigned level = level_of(wheel, due), slot = first_of(level) + slot_of(level, due);
    act__list_append(&wheel->slots[slot], &timer->slot);
    wheel->filled[slot / 64] |= UINT64_C(1) << slot % 64;
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

/* The first filled slot of a level at or after `from`, -1 if none. Each level begins and ends with a whole word. */
static int filled_from(const struct act__timer_wheel *wheel, unsigned level, unsigned from)
{
    unsigned first = first_of(level), end = first + slots_of(level);
    for (unsigned at = first + from; at < end; at = (at / 64 + 1) * 64) {
        uint64_t filled = wheel->filled[at / 64] >> at % 64;
        if (filled != 0)
            return (int)(at - first) + __builtin_ctzll(filled);
    }
    return -1;
}

act_millis act__wheel_next(const struct act__timer_wheel *wheel)
{
    for (unsigned level = 0; level < ACT__WHEEL_LEVELS; level++) {
        int slot = filled_from(wheel, level, slot_of(level, wheel->now) + 1);
        if (slot >= 0)
            return (round_of(wheel, level) | slot) << shift_of(level);
    }
    /* The coarsest level goes round: what lies before the present slot belongs to the next round. */
    unsigned last = ACT__WHEEL_LEVELS - 1;
    int      slot = filled_from(wheel, last, 0);
    return slot < 0 ? ACT_FOREVER : ((round_of(wheel, last) + slots_of(last)) | slot) << shift_of(last);
}

/* Takes the slots that begin at wheel->now: coarser ones are spread over finer ones, the finest is due. */
static void open_slots(struct act__timer_wheel *wheel, struct act__list *due)
{
    struct act__list list;
    for (unsigned level = ACT__WHEEL_LEVELS; level-- > 0;) {
        unsigned slot = first_of(level) + slot_of(level, wheel->now);
        if ((wheel->now & (((act_millis)1 << shift_of(level)) - 1)) != 0 || !(wheel->filled[slot / 64] >> slot % 64 & 1))
            continue;
        wheel->filled[slot / 64] &= ~(UINT64_C(1) << slot % 64);
        act__list_init(&list);
        act__list_move_all(&list, &wheel->slots[slot]);
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
