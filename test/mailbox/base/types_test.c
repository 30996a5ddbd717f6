/* Kinds of exit and their words. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/types.h>
#include <test/kit/kit.h>

static const act_exit_kind all[] = {
#define X(name, value, text) ACT_EXIT_##name,
    ACT_EXIT_KINDS(X)
#undef X
};
static const size_t all_count = sizeof all / sizeof all[0];

static void each_kind_has_words_of_its_own(void)
{
    for (size_t i = 0; i < all_count; i++) {
        ck_assert_str_ne(act_exit_kind_text(all[i]), "unknown");
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(act_exit_kind_text(all[i]), act_exit_kind_text(all[j]));
    }
}

static void a_kind_is_called_by_its_name(void)
{
    ck_assert_str_eq(act_exit_kind_text(ACT_EXIT_NORMAL), "normal");
    ck_assert_str_eq(act_exit_kind_text(ACT_EXIT_KILLED), "killed");
    ck_assert_str_eq(act_exit_kind_text(ACT_EXIT_NO_ACTOR), "no actor");
}

static void a_value_outside_the_list_is_called_unknown(void)
{
    ck_assert_str_eq(act_exit_kind_text((act_exit_kind)all_count), "unknown");
    ck_assert_str_eq(act_exit_kind_text((act_exit_kind)9999), "unknown");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(each_kind_has_words_of_its_own),
    TEST_CASE(a_kind_is_called_by_its_name),
    TEST_CASE(a_value_outside_the_list_is_called_unknown),
    END_OF_CASES,
};
