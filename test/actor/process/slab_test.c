/* Slabs: objects that stay where they are, found by index, none lost between caches. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <actor/process/slab.h>
#include <test/kit/kit.h>

enum { MANY = 32768 }; /* of 32 bytes: a megabyte, the least that a slab reserves */

struct thing {
    uint64_t              mark, more;
    struct act__slab_link link;
};

static struct act__slab       slab;
static struct act__slab_cache cache, other;
static struct thing          *things[MANY];

static void make(size_t things_max)
{
    cache = other = (struct act__slab_cache){0};
    ck_assert(
        act__slab_create(&slab, sizeof(struct thing), offsetof(struct thing, link), things_max));
}

static void take_all(struct act__slab_cache *from)
{
    for (int i = 0; i < MANY; i++) {
        ck_assert_ptr_nonnull(things[i] = act__slab_take(&slab, from));
        things[i]->mark = (uint64_t)i;
    }
}

static void give_all(struct act__slab_cache *to)
{
    for (int i = 0; i < MANY; i++)
        act__slab_give(&slab, to, things[i]);
}

static void things_do_not_overlap_and_are_found_by_index(void)
{
    make(MANY);
    take_all(&cache);
    for (int i = 0; i < MANY; i++) {
        ck_assert_uint_eq(things[i]->mark, (uint64_t)i);
        ck_assert_ptr_eq(act__slab_at(&slab, act__slab_index(&slab, things[i])), things[i]);
    }
    act__slab_destroy(&slab);
}

static void an_index_that_was_never_handed_out_is_nothing(void)
{
    make(MANY);
    ck_assert_ptr_null(act__slab_at(&slab, 0));
    ck_assert_ptr_nonnull(act__slab_take(&slab, &cache));
    ck_assert_ptr_nonnull(act__slab_at(&slab, 0));
    ck_assert_ptr_null(act__slab_at(&slab, 1));
    ck_assert_ptr_null(act__slab_at(&slab, MANY));
    ck_assert_ptr_null(act__slab_at(&slab, UINT32_MAX));
    ck_assert_ptr_null(act__slab_at(&slab, SIZE_MAX));
    act__slab_destroy(&slab);
}

static void at_its_limit_there_is_nothing_until_something_is_given_back(void)
{
    make(MANY);
    take_all(&cache);
    ck_assert_ptr_null(act__slab_take(&slab, &cache));
    act__slab_give(&slab, &cache, things[7]);
    ck_assert_ptr_eq(act__slab_take(&slab, &cache), things[7]);
    ck_assert_ptr_null(act__slab_take(&slab, &cache));
    act__slab_destroy(&slab);
}

/* Except for what one cache keeps: one batch, and its reserve. */
static void what_one_cache_gave_another_can_take(void)
{
    make(MANY);
    take_all(&cache);
    give_all(&cache);
    int taken = 0;
    while (act__slab_take(&slab, &other) != NULL)
        taken++;
    ck_assert_int_ge(taken, MANY - (1 + ACT__SLAB_RESERVE) * ACT__SLAB_BATCH);
    while (act__slab_take(&slab, &cache) != NULL)
        taken++;
    ck_assert_int_eq(taken, MANY);
    act__slab_destroy(&slab);
}

static void what_was_given_is_as_it_was_but_for_the_link(void)
{
    make(MANY);
    take_all(&cache);
    give_all(&cache);
    static bool seen[MANY];
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < MANY; i++) {
        struct thing *thing = act__slab_take(&slab, &cache);
        ck_assert_uint_lt(thing->mark, MANY);
        ck_assert(!seen[thing->mark]);
        seen[thing->mark] = true;
    }
    act__slab_destroy(&slab);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(things_do_not_overlap_and_are_found_by_index),
    TEST_CASE(an_index_that_was_never_handed_out_is_nothing),
    TEST_CASE(at_its_limit_there_is_nothing_until_something_is_given_back),
    TEST_CASE(what_one_cache_gave_another_can_take),
    TEST_CASE(what_was_given_is_as_it_was_but_for_the_link),
    END_OF_CASES,
};
