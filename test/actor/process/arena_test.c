/* An actor's memory: until its end, or until the handler returns; and within its limit. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

enum { BLOCKS = 200 };
static act_pid a;

static size_t size_of(int i)
{
    static const size_t sizes[] = {1, 8, 16, 17, 100, 1000, 5000, 0, 70000, 3};
    return sizes[i % 10];
}

static unsigned char *blocks[BLOCKS];

static void allocates(act_self *self)
{
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = act_alloc(self, size_of(i));
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
        for (size_t byte = 0; byte < size_of(i); byte++)
            if (blocks[i][byte] != 0)
                ck_abort_msg("not zero");
        memset(blocks[i], i + 1, size_of(i));
    }
}

static void finds_all_as_it_was(act_self *self)
{
    (void)self;
    for (int i = 0; i < BLOCKS; i++)
        for (size_t byte = 0; byte < size_of(i); byte++)
            if (blocks[i][byte] != (unsigned char)(i + 1))
                ck_abort_msg("block %d was overwritten", i);
}

static void memory_lasts_until_the_actor_ends(void)
{
    fixture_open();
    a = fixture_spawn();
    fixture_let(a, allocates);
    fixture_let(fixture_spawn(), does_nothing);
    fixture_let(a, finds_all_as_it_was);
    size_t meanwhile = act__pool_outstanding();
    fixture_let(a, kit_round() % 2 ? panics : exits_normally);
    ck_assert_uint_lt(act__pool_outstanding(), meanwhile);
    fixture_close();
}

static void uses_scratch(act_self *self)
{
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = act_scratch(self, size_of(i));
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], i + 1, size_of(i));
    }
    finds_all_as_it_was(self);
}

static void uses_scratch_and_panics(act_self *self)
{
    uses_scratch(self);
    panics(self);
}

static void scratch_lasts_until_the_handler_returns(void)
{
    fixture_open();
    a = fixture_spawn();
    fixture_let(a, uses_scratch);
    size_t after_one = act__pool_outstanding();
    for (int i = 0; i < 10; i++)
        fixture_let(a, uses_scratch);
    ck_assert_uint_eq(act__pool_outstanding(), after_one); /* used again, not more each time */
    fixture_let(a, uses_scratch_and_panics);
    a = fixture_spawn();
    fixture_let(a, uses_scratch);
    fixture_close();
}

static const action uses_scratch_first = uses_scratch;

static void init_has_scratch_too(void)
{
    fixture_open();
    fixture_spawn_as(&scripted, &uses_scratch_first, NULL);
    fixture_close();
}

static void does_nothing_at_the_end(void *nothing)
{
    (void)nothing;
}

static void allocates_up_to_the_limit(act_self *self)
{
    int count = 0;
    while (act_alloc(self, 100) != NULL) /* each takes 112 */
        count++;
    ck_assert_int_eq(count, 10000 / 112);
    ck_assert_ptr_null(act_alloc(self, 100));
    ck_assert_ptr_nonnull(act_alloc(self, 10000 % 112 / 16 * 16));
    ck_assert_ptr_null(act_alloc(self, 1));
    ck_assert_ptr_nonnull(act_scratch(self, 20000)); /* not limited */
    ck_assert_int_eq(act_defer(self, does_nothing_at_the_end, NULL), ACT_OK);
}

static void allocates_too_much_at_once(act_self *self)
{
    ck_assert_ptr_null(act_alloc(self, 10001));
    ck_assert_ptr_null(act_alloc(self, SIZE_MAX));
    ck_assert_ptr_null(act_alloc(self, SIZE_MAX - 20));
    ck_assert_ptr_nonnull(act_alloc(self, 10000));
}

static void what_cannot_be_is_refused(act_self *self)
{
    ck_assert_ptr_null(act_alloc(self, SIZE_MAX));
    ck_assert_ptr_null(act_alloc(self, SIZE_MAX / 2 + 1));
    ck_assert_ptr_null(act_scratch(self, SIZE_MAX));
    ck_assert_ptr_nonnull(act_alloc(self, 0));
    ck_assert_ptr_nonnull(act_scratch(self, 0));
}

static void memory_is_limited_as_asked(void)
{
    fixture_open();
    a = fixture_spawn_as(&scripted, NULL, ACT_SPAWN_OPTIONS(.arena_bytes_max = 10000));
    fixture_let(a, allocates_too_much_at_once);
    ck_assert(fixture_lives(a));
    a = fixture_spawn();
    fixture_let(a, what_cannot_be_is_refused);
    fixture_close();
}

static void the_limit_is_exact_and_clean_ups_do_not_count(void)
{
    act_on_end on_end = {.run = does_nothing_at_the_end};
    fixture_open();
    a = fixture_spawn_as(&scripted, NULL,
                         ACT_SPAWN_OPTIONS(.arena_bytes_max = 10000,
                                           .lifecycle = ACT_LIFECYCLE_OPTIONS(.on_end = &on_end)));
    fixture_let(a, allocates_up_to_the_limit);
    ck_assert(fixture_lives(a));
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(memory_lasts_until_the_actor_ends),
    FIXTURE_CASE(scratch_lasts_until_the_handler_returns),
    FIXTURE_CASE(init_has_scratch_too),
    FIXTURE_CASE(memory_is_limited_as_asked),
    FIXTURE_CASE(the_limit_is_exact_and_clean_ups_do_not_count),
    END_OF_CASES,
};
