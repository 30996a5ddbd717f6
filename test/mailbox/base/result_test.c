/* Results and their words: the model of how a unit test looks here. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/result.h>
#include <test/kit/kit.h>

static const act_result all[] = {
#define X(name, value, text) ACT_##name,
    ACT_RESULTS(X)
#undef X
};
static const size_t all_count = sizeof all / sizeof all[0];

static void success_is_zero(void)
{
    ck_assert_int_eq(ACT_OK, 0);
}

static void each_result_has_words_of_its_own(void)
{
    for (size_t i = 0; i < all_count; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(act_result_text(all[i]), act_result_text(all[j]));
}

static void no_listed_result_is_called_unknown(void)
{
    for (size_t i = 0; i < all_count; i++)
        ck_assert_str_ne(act_result_text(all[i]), "unknown result");
}

static void a_value_outside_the_list_is_called_unknown(void)
{
    ck_assert_str_eq(act_result_text((act_result)-1), "unknown result");
    ck_assert_str_eq(act_result_text((act_result)9999), "unknown result");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(success_is_zero),
    TEST_CASE(each_result_has_words_of_its_own),
    TEST_CASE(no_listed_result_is_called_unknown),
    TEST_CASE(a_value_outside_the_list_is_called_unknown),
    END_OF_CASES,
};
