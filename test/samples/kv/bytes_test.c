/* Views of bytes: words, numbers and glob patterns; and the buffer they are written to. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/buffer.h>
#include <test/kit/kit.h>
#include <test/samples/kv/dice.h>

#include <stdio.h>

static struct kv_bytes text(const char *word)
{
    return kv_bytes_text(word);
}

static void words_are_compared_without_case(void)
{
    ck_assert_int_eq(kv_bytes_compare_word(text("GeT"), "get"), 0);
    ck_assert_int_lt(kv_bytes_compare_word(text("ge"), "get"), 0);
    ck_assert_int_gt(kv_bytes_compare_word(text("gets"), "get"), 0);
    ck_assert_int_gt(kv_bytes_compare_word(kv_bytes_of("get\0", 4), "get"), 0);
    ck_assert_int_lt(kv_bytes_compare_word(text(""), "get"), 0);
}

static void an_integer_has_one_form_only(void)
{
    static const char *const refused[] = {"",
                                          "-",
                                          "+1",
                                          " 1",
                                          "1 ",
                                          "01",
                                          "-0",
                                          "-01",
                                          "1.0",
                                          "a",
                                          "9223372036854775808",
                                          "-9223372036854775809",
                                          "18446744073709551616",
                                          "99999999999999999999999"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int64_t value = 42;
        ck_assert_msg(!kv_bytes_to_integer(text(refused[i]), &value), "'%s' was taken", refused[i]);
        ck_assert_int_eq(value, 42);
    }
}

static void integers_are_read_up_to_both_ends(void)
{
    static const int64_t values[] = {
        0, 1, -1, 10, -10, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct kv_buffer buffer = {0};
        char             expected[32];
        int64_t          value;
        kv_buffer_append_integer(&buffer, values[i]);
        snprintf(expected, sizeof expected, "%lld", (long long)values[i]);
        ck_assert(kv_bytes_equal(kv_buffer_bytes(&buffer), text(expected)));
        ck_assert(kv_bytes_to_integer(kv_buffer_bytes(&buffer), &value));
        ck_assert_int_eq(value, values[i]);
        kv_buffer_release(&buffer);
    }
}

static void unsigned_numbers_end_at_64_bits(void)
{
    uint64_t value;
    ck_assert(kv_bytes_to_unsigned(text("18446744073709551615"), &value));
    ck_assert(value == UINT64_MAX);
    ck_assert(!kv_bytes_to_unsigned(text("18446744073709551616"), &value));
    ck_assert(!kv_bytes_to_unsigned(text("-1"), &value));
    ck_assert(!kv_bytes_to_unsigned(text(""), &value));
}

static void patterns_match_as_in_redis(void)
{
    static const struct {
        const char *pattern, *text;
        bool        matches;
    } cases[] = {{"*", "", true},
                 {"*", "abc", true},
                 {"", "", true},
                 {"", "a", false},
                 {"a?c", "abc", true},
                 {"a?c", "ac", false},
                 {"a*c", "abbbc", true},
                 {"a*c", "abbb", false},
                 {"*a*b*", "xxaxxbxx", true},
                 {"*ab", "aab", true},
                 {"h[ae]llo", "hello", true},
                 {"h[ae]llo", "hillo", false},
                 {"h[^e]llo", "hallo", true},
                 {"h[^e]llo", "hello", false},
                 {"h[a-b]llo", "hbllo", true},
                 {"h[b-a]llo", "hallo", true},
                 {"h\\*llo", "h*llo", true},
                 {"h\\*llo", "hello", false},
                 {"[\\]]", "]", true},
                 {"[abc", "c", true},
                 {"[^abc", "c", false},
                 {"a\\", "a\\", true},
                 {"[]", "", false},
                 {"[]a", "a", false},
                 {"[a-]", "-", false},
                 {"[a-]", "^", true},
                 {"a**b", "ab", true},
                 {"?", "", false},
                 {"A", "a", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_msg(kv_bytes_match(text(cases[i].pattern), text(cases[i].text)) ==
                          cases[i].matches,
                      "%s on %s", cases[i].pattern, cases[i].text);
}

/* With one try for each way to place the stars this would not end. */
static void many_stars_take_no_exponential_time(void)
{
    char pattern[201] = "", subject[2001];
    for (int i = 0; i < 100; i++)
        memcpy(pattern + i * 2, "*a", 2);
    pattern[200] = 'b';
    memset(subject, 'a', sizeof subject);
    ck_assert(!kv_bytes_match(kv_bytes_of(pattern, 201), kv_bytes_of(subject, 2001)));
}

static void any_pattern_on_any_text_ends(void)
{
    static const char letters[] = "*?[]^-\\ab";
    uint64_t          seed = 1;
    for (int i = 0; i < 200000; i++) {
        unsigned char pattern[12], subject[8];
        size_t        pattern_count = dice_roll(&seed, 13), subject_count = dice_roll(&seed, 9);
        for (size_t j = 0; j < pattern_count; j++)
            pattern[j] = (unsigned char)letters[dice_roll(&seed, sizeof letters - 1)];
        for (size_t j = 0; j < subject_count; j++)
            subject[j] = (unsigned char)letters[dice_roll(&seed, sizeof letters - 1)];
        (void)kv_bytes_match(kv_bytes_of(pattern, pattern_count),
                             kv_bytes_of(subject, subject_count));
    }
}

static bool refuse(enum kv_memory_event event)
{
    return event != KV_MEMORY_ALLOCATE;
}

static void a_failed_append_sticks_until_truncated(void)
{
    struct kv_buffer buffer = {0};
    kv_buffer_append_text(&buffer, "before");
    kv_memory_hook = refuse;
    kv_buffer_append(&buffer, (char[100]){0}, 100);
    kv_memory_hook = NULL;
    kv_buffer_append_text(&buffer, "after");
    ck_assert(buffer.failed);
    ck_assert(kv_bytes_equal(kv_buffer_bytes(&buffer), text("before")));
    kv_buffer_truncate(&buffer, 2);
    kv_buffer_append_text(&buffer, "!");
    ck_assert(kv_bytes_equal(kv_buffer_bytes(&buffer), text("be!")));
    kv_buffer_release(&buffer);
}

static void a_reservation_that_cannot_be_fulfilled_is_refused(void)
{
    struct kv_buffer buffer = {0};
    ck_assert(!kv_buffer_reserve(&buffer, SIZE_MAX));
    kv_buffer_append_byte(&buffer, 'x');
    ck_assert(!kv_buffer_reserve(&buffer, SIZE_MAX - 1));
    kv_buffer_release(&buffer);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(words_are_compared_without_case),
    TEST_CASE(an_integer_has_one_form_only),
    TEST_CASE(integers_are_read_up_to_both_ends),
    TEST_CASE(unsigned_numbers_end_at_64_bits),
    TEST_CASE(patterns_match_as_in_redis),
    TEST_CASE(many_stars_take_no_exponential_time),
    TEST_CASE(any_pattern_on_any_text_ends),
    TEST_CASE(a_failed_append_sticks_until_truncated),
    TEST_CASE(a_reservation_that_cannot_be_fulfilled_is_refused),
    END_OF_CASES,
};
