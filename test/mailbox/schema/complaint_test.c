/* A complaint: the way is put together from its end, and only the first fault is told. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/complaint.h>

#include <string.h>

#include <test/kit/kit.h>

static struct act__complaint complaint;
static char                  text[1000];

static const char *complain_at(const char *root)
{
    memset(text, 'x', sizeof text);
    act__complaint_write(&complaint, root, text, sizeof text);
    return text;
}

static void the_way_begins_at_the_root(void)
{
    act__complaint_init(&complaint, true);
    ck_assert(!act__complain(&complaint, "found %s, expected a %s", "text", "float"));
    ck_assert(!act__complain_of_field(&complaint, "price"));
    ck_assert(!act__complain_of_item(&complaint, 3));
    ck_assert(!act__complain_of_field(&complaint, "lines"));
    ck_assert_str_eq(complain_at("order"), "order.lines[3].price: found text, expected a float");
}

static void without_steps_it_is_of_the_root(void)
{
    act__complaint_init(&complaint, true);
    ck_assert(!act__complain_cut_off(&complaint));
    ck_assert(complaint.is_cut_off);
    ck_assert_str_eq(complain_at("order"), "order: cut off");
}

static void the_first_fault_is_the_one_that_is_told(void)
{
    act__complaint_init(&complaint, true);
    ck_assert(!act__complain(&complaint, "first"));
    ck_assert(!act__complain(&complaint, "second"));
    ck_assert(!act__complain_cut_off(&complaint)); /* is known all the same */
    ck_assert(complaint.is_cut_off);
    ck_assert_str_eq(complain_at("x"), "x: first");
    act__complaint_init(&complaint, true);
    ck_assert(!complaint.is_cut_off);
    ck_assert_str_eq(complain_at("x"), "x: ");
}

static void one_that_is_not_wanted_says_nothing(void)
{
    act__complaint_init(&complaint, false);
    ck_assert(!act__complain(&complaint, "what"));
    ck_assert(!act__complain_of_field(&complaint, "field"));
    ck_assert(!act__complain_of_item(&complaint, 1));
    ck_assert(!act__complain_cut_off(&complaint));
    ck_assert(complaint.is_cut_off);
    ck_assert_str_eq(complain_at("x"), "x: ");
}

static void of_a_way_that_is_too_long_the_end_is_kept(void)
{
    act__complaint_init(&complaint, true);
    ck_assert(!act__complain(&complaint, "what"));
    for (int i = 0; i < ACT__COMPLAINT_WAY_BYTES / 8 - 1; i++) /* of eight bytes each */
        ck_assert(!act__complain_of_field(&complaint, "abcdefg"));
    ck_assert(!act__complain_of_item(&complaint, 12345)); /* one is left */
    ck_assert_str_eq(complain_at("x") + strlen(text) - 14, ".abcdefg: what");
    ck_assert_int_eq(strncmp(text, "x[12345].abcdefg", 16), 0);
    ck_assert_uint_eq(strlen(text), 1 + ACT__COMPLAINT_WAY_BYTES - 1 + 6);
    ck_assert(!act__complain_of_item(&complaint, 0));
    ck_assert(!act__complain_of_field(&complaint, "")); /* what would fit is out of its place */
    ck_assert_int_eq(strncmp(complain_at("x"), "x ... [12345].abcdefg", 21), 0);
}

static void a_text_is_cut_at_its_room(void)
{
    act__complaint_init(&complaint, true);
    memset(text, 'w', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!act__complain(&complaint, "%s", text));
    ck_assert_uint_eq(strlen(complaint.what), ACT__COMPLAINT_WHAT_BYTES - 1);
    memset(text, 'x', sizeof text);
    act__complaint_write(&complaint, "order", text, 8);
    ck_assert_str_eq(text, "order: ");
    ck_assert_int_eq(text[8], 'x');
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_way_begins_at_the_root),
    TEST_CASE(without_steps_it_is_of_the_root),
    TEST_CASE(the_first_fault_is_the_one_that_is_told),
    TEST_CASE(one_that_is_not_wanted_says_nothing),
    TEST_CASE(of_a_way_that_is_too_long_the_end_is_kept),
    TEST_CASE(a_text_is_cut_at_its_room),
    END_OF_CASES,
};
