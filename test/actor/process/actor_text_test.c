/* How the log tells of an actor. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/actor_text.h>

#include <string.h>

#include <test/kit/kit.h>

static char text[ACT__ACTOR_TEXT_MAX + 1];

static void tells(const char *behavior, const char *name, const char *expected)
{
    memset(text, 'x', sizeof text);
    ck_assert_uint_eq(act__actor_text(text, 1, behavior, name), strlen(expected));
    ck_assert_str_eq(text, expected);
}

static void a_name_is_quoted_and_may_be_missing(void)
{
    tells("worker", "", "worker <0.1.0>");
    tells("worker", "room/7", "worker \"room/7\" <0.1.0>");
    tells("w", "r", "w \"r\" <0.1.0>");
}

static void an_actors_text_has_room(void)
{
    char name[2 * ACT_NAME_MAX];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    memset(text, 'x', sizeof text);
    size_t length = act__actor_text(text, UINT64_MAX, name, name);
    ck_assert_uint_lt(length, ACT__ACTOR_TEXT_MAX);
    ck_assert_uint_eq(length, strlen(text));
    ck_assert_int_eq(text[ACT__ACTOR_TEXT_MAX], 'x');
    ck_assert_str_eq(strrchr(text, ' '), " <0.134217727.137438953471>");
    ck_assert_uint_eq(strspn(text, "n"), ACT_NAME_MAX - 1);
    ck_assert_uint_eq(strspn(text + ACT_NAME_MAX + 1, "n"), ACT_NAME_MAX - 1);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_name_is_quoted_and_may_be_missing),
    TEST_CASE(an_actors_text_has_room),
    END_OF_CASES,
};
