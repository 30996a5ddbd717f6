/* Numbers as text: what %g writes, and always one that other readers know. */
/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mailbox/base/number.h>
#include <test/kit/kit.h>

static char text[ACT__NUMBER_BYTES];

static void a_number_is_written_as_by_printf(void)
{
    static const double numbers[] = {0, -0.0, 1, -17, 0.1, 1e21, 1.5e-7, 123456789, DBL_MIN};
    char                expected[ACT__NUMBER_BYTES];
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        for (int digits = 1; digits <= 17; digits++) {
            snprintf(expected, sizeof expected, "%.*g", digits, numbers[i]);
            ck_assert_str_eq(act__number_text(text, numbers[i], digits), expected);
        }
}

static void seventeen_digits_are_read_back_the_same(void)
{
    static const double numbers[] = {0.1,      1.0 / 3,      DBL_MAX,
                                     -DBL_MAX, DBL_TRUE_MIN, 4503599627370497.5};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        ck_assert(strtod(act__number_text(text, numbers[i], 17), NULL) == numbers[i]);
}

static void what_is_not_finite_has_a_word(void)
{
    ck_assert_str_eq(act__number_text(text, (double)INFINITY, 6), "inf");
    ck_assert_str_eq(act__number_text(text, -(double)INFINITY, 6), "-inf");
    ck_assert_str_eq(act__number_text(text, (double)NAN, 6), "nan");
    ck_assert_str_eq(act__number_text(text, -(double)NAN, 6), "nan");
}

static void the_text_is_what_is_returned(void)
{
    ck_assert_ptr_eq(act__number_text(text, 1, 6), text);
    ck_assert_ptr_eq(act__number_text(text, (double)NAN, 6), text);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_number_is_written_as_by_printf),
    TEST_CASE(seventeen_digits_are_read_back_the_same),
    TEST_CASE(what_is_not_finite_has_a_word),
    TEST_CASE(the_text_is_what_is_returned),
    END_OF_CASES,
};
