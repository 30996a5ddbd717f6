/* The timing wheel itself: no actors, no threads. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/time/wheel.h>

#include <string.h>

/* Milliseconds in a slot of this level, as a shift. */
static unsigned shift_of(unsigned level)
{
    return level == 0 ? 0 : ACT__WHEEL_FINE_BITS + (level - 1) * ACT__WHEEL_BITS;
}

/* Milliseconds in a round of this level, as a shift: a slot of the next. */
static unsigned round_shift_of(unsigned level)
{
    return shift_of(level + 1);
}

/* Two rounds of them. */
static unsigned slots_of(unsigned level)
{
    return level == 0 ? 2u << ACT__WHEEL_FINE_BITS : 2u << ACT__WHEEL_BITS;
}

/* The level's first slot among those of all levels. */
static unsigned first_of(unsigned level)
{
    return level == 0 ? 0 : (2u << ACT__WHEEL_FINE_BITS) + (level - 1) * (2u << ACT__WHEEL_BITS);
}

/* The slot of the level that `at` lies in, among those of all levels. */
static unsigned slot_of(unsigned level, act_millis at)
{
    return first_of(level) + ((unsigned)(at >> shift_of(level)) & (slots_of(level) - 1));
}

static bool is_filled(const struct act__timer_wheel *wheel, unsigned slot)
{
    return wheel->filled[slot / 64] >> slot % 64 & 1;
}

static void set_filled(struct act__timer_wheel *wheel, unsigned slot)
{
    wheel->filled[slot / 64] |= UINT64_C(1) << slot % 64;
    wheel->summary |= UINT64_C(1) << slot / 64;
}

static void clear_filled(struct act__timer_wheel *wheel, unsigned slot)
{
    wheel->filled[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    if (wheel->filled[slot / 64] == 0)
        wheel->summary &= ~(UINT64_C(1) << slot / 64);
}

void act__wheel_init(struct act__timer_wheel *wheel, act_millis now)
{
    wheel->now = now;
    memset(wheel->filled, 0, sizeof wheel->filled);
    wheel->summary = 0;
    for (unsigned slot = 0; slot < ACT__WHEEL_SLOTS; slot++)
        act__list_init(&wheel->slots[slot]);
}

/* The finest level in whose present or next round `due` lies. */
static unsigned finest_of(const struct act__timer_wheel *wheel, act_millis due)
{
    unsigned level = 0;
    while (level < ACT__WHEEL_LEVELS - 1 &&
           (due >> round_shift_of(level)) - (wheel->now >> round_shift_of(level)) > 1)
        level++;
    return level;
}

/*
 * The level below `end` that a timer belongs to: the finest, unless its slot of a coarser one is
 * still being spread: there lies, perhaps, one that was armed earlier for the same millisecond. So
 * of two with the same due that lie in different levels, the finer one's was armed first.
 */
static unsigned level_of(const struct act__timer_wheel *wheel, act_millis due, unsigned end)
{
    unsigned found = finest_of(wheel, due);
    for (unsigned level = found + 1; level < end; level++) {
        if (due >> shift_of(level) == wheel->now >> shift_of(level))
            break; /* that slot, and those of coarser levels, have been spread */
        if (is_filled(wheel, slot_of(level, due)))
            found = level;
    }
    return found;
}

static void put_in_slot(struct act__timer_wheel *wheel, struct act__timer *timer, act_millis due,
                        unsigned end)
{
    unsigned slot = slot_of(level_of(wheel, due, end), due);
    act__list_append(&wheel->slots[slot], &timer->slot);
    set_filled(wheel, slot);
}

void act__wheel_add(struct act__timer_wheel *wheel, struct act__timer *timer)
{
    /* What is due already goes into the next millisecond: the present one has fired. */
    put_in_slot(wheel, timer, timer->due > wheel->now ? timer->due : wheel->now + 1,
                ACT__WHEEL_LEVELS);
}

void act__wheel_remove(struct act__timer_wheel *wheel, struct act__timer *timer)
{
    /*
     * An emptied slot keeps its bit until the wheel comes by: finding the slot again would cost
     * more.
     */
    (void)wheel;
    act__list_remove(&timer->slot);
}

/* The bits from this one on. */
static uint64_t bits_from(unsigned bit)
{
    return bit < 64 ? ~UINT64_C(0) << bit : 0;
}

/* The first filled slot in [from, end), `end` if none. */
static unsigned find_filled(const struct act__timer_wheel *wheel, unsigned from, unsigned end)
{
    unsigned word = from / 64;
    uint64_t filled = wheel->filled[word] & bits_from(from % 64);
    if (filled == 0) {
        uint64_t words = wheel->summary & bits_from(word + 1);
        if (words == 0)
            return end;
        word = (unsigned)__builtin_ctzll(words);
        filled = wheel->filled[word];
    }
    unsigned slot = 64 * word + (unsigned)__builtin_ctzll(filled);
    return slot < end ? slot : end;
}

/* When the first filled slot of the level begins; ACT_FOREVER: it has none. */
static act_millis next_of(const struct act__timer_wheel *wheel, unsigned level)
{
    unsigned first = first_of(level), present = slot_of(level, wheel->now),
             end = first + slots_of(level);
    unsigned slot = present + 1 < end ? find_filled(wheel, present + 1, end) : end,
             ahead = slot - present;
    if (slot == end) {
        slot = find_filled(wheel, first, present);
        if (slot == present)
            return ACT_FOREVER;
        ahead = slot + slots_of(level) - present;
    }
    return ((wheel->now >> shift_of(level)) + ahead) << shift_of(level);
}

act_millis act__wheel_next(const struct act__timer_wheel *wheel)
{
    act_millis next = ACT_FOREVER;
    if (wheel->summary == 0)
        return next;
    for (unsigned level = 0; level < ACT__WHEEL_LEVELS; level++) {
        act_millis of_level = next_of(wheel, level);
        if (next == ACT_FOREVER || (of_level != ACT_FOREVER && of_level < next))
            next = of_level;
    }
    return next;
}

/*
 * Moves up to `count` timers of the slot that begins at `from` to finer levels. None of them is due
 * before that: what was due already when it was armed has come into this slot because it begins in
 * the next millisecond.
 */
static void spread(struct act__timer_wheel *wheel, unsigned level, act_millis from, int64_t count)
{
    unsigned          slot = slot_of(level, from);
    struct act__list *list = &wheel->slots[slot];
    if (!is_filled(wheel, slot))
        return;
    for (; count > 0 && !act__list_is_empty(list); count--) {
        struct act__timer *timer = act__container(list->next, struct act__timer, slot);
        act__list_remove(&timer->slot);
        put_in_slot(wheel, timer, timer->due > from ? timer->due : from, level);
    }
    if (act__list_is_empty(list))
        clear_filled(wheel, slot);
}

/*
 * Opens the slots that begin at wheel->now: what is left in coarser ones is spread, finer first;
 * then, what is due.
 */
static void open_slots(struct act__timer_wheel *wheel, struct act__list *due)
{
    for (unsigned level = 1; level < ACT__WHEEL_LEVELS; level++)
        if ((wheel->now & (((act_millis)1 << shift_of(level)) - 1)) == 0)
            spread(wheel, level, wheel->now, INT64_MAX);
    unsigned slot = slot_of(0, wheel->now);
    clear_filled(wheel, slot);
    while (!act__list_is_empty(&wheel->slots[slot])) {
        struct act__list *timer = wheel->slots[slot].next;
        act__list_remove(timer);
        act__list_append(due, timer);
    }
}

void act__wheel_advance(struct act__timer_wheel *wheel, act_millis now, struct act__list *due)
{
    if (now <= wheel->now) /* the usual case: the millisecond has fired */
        return;
    for (act_millis next; (next = act__wheel_next(wheel)) != ACT_FOREVER && next <= now;) {
        wheel->now = next;
        open_slots(wheel, due);
    }
    wheel->now = now;
}

void act__wheel_spread(struct act__timer_wheel *wheel)
{
    if (wheel->summary == 0)
        return;
    for (unsigned level = 1; level < ACT__WHEEL_LEVELS; level++)
        spread(wheel, level, ((wheel->now >> shift_of(level)) + 1) << shift_of(level),
               ACT__WHEEL_SPREAD);
}
