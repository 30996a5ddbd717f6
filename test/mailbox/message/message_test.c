/* Messages by themselves: what can be made and read, and that each resource is released once. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/message/message.h>

#include <string.h>

#include <mailbox/base/memory.h>
#include <mailbox/message/envelope.h>
#include <test/kit/kit.h>

static int releases;

static void release(void *pointer)
{
    ck_assert_ptr_eq(pointer, &releases);
    releases++;
}

static void what_cannot_be_sent_cannot_be_made(void)
{
    act_message *message = NULL;
    act_value    odd = act_nothing();
    ck_assert_int_eq(act_message_create(&message, 0, 0), ACT_INVALID);
    ck_assert_int_eq(act_message_create(&message, ACT_TAG_MAX + 1, 0), ACT_INVALID);
    ck_assert_int_eq(act_message_create(&message, 1, ACT_MESSAGE_BYTES_MAX + 1), ACT_INVALID);
    ck_assert_int_eq(act_message_create_value(&message, 0, odd), ACT_INVALID);
    ck_assert_int_eq(act_message_create_value(&message, ACT_MESSAGE_DOWN, odd), ACT_INVALID);
    odd.kind = ACT_VALUE_BYTES;
    ck_assert_int_eq(act_message_create_value(&message, 1, odd), ACT_INVALID);
    odd.kind = (act_value_kind)-1;
    ck_assert_int_eq(act_message_create_value(&message, 1, odd), ACT_INVALID);
    ck_assert_ptr_null(message);
}

static void bytes_are_read_by_their_exact_size(void)
{
    static const size_t sizes[] = {0, 1, ACT_MESSAGE_INLINE_BYTES, ACT_MESSAGE_INLINE_BYTES + 1,
                                   5000};
    static char         put[5000], got[5001];
    memset(put, 'p', sizeof put);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        act_message *message;
        ck_assert_int_eq(act_message_create(&message, ACT_TAG_MAX, sizes[i]), ACT_OK);
        ck_assert_uint_eq(message->tag, ACT_TAG_MAX);
        ck_assert_uint_eq(message->bytes_count, sizes[i]);
        memcpy(message->as.bytes, put, sizes[i]);
        memset(got, 'g', sizeof got);
        ck_assert_int_eq(act_message_read(message, got, sizes[i] + 1), ACT_MALFORMED);
        ck_assert_int_eq(act_message_read(message, got, sizes[i] - 1), ACT_MALFORMED);
        ck_assert_int_eq(got[0], 'g');
        ck_assert_int_eq(act_message_read(message, got, sizes[i]), ACT_OK);
        ck_assert_int_eq(memcmp(got, put, sizes[i]), 0);
        ck_assert_int_eq(got[sizes[i]], 'g');
        act_message_free(&message);
        ck_assert_ptr_null(message);
    }
}

static void a_value_is_no_bytes(void)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, 1, act_int64(-5)), ACT_OK);
    ck_assert_int_eq(message->kind, ACT_VALUE_INT64);
    ck_assert_int_eq(message->as.int64, -5);
    int64_t number = 1;
    ck_assert_int_eq(act_message_read(message, &number, sizeof number), ACT_MALFORMED);
    ck_assert_int_eq(act_message_read(message, &number, 0), ACT_MALFORMED);
    ck_assert_ptr_null(act_message_take_resource(message));
    act_message_free(&message);
}

static void a_resource_is_released_unless_it_is_taken(void)
{
    act_message *message;
    act_value    value = act_resource_value(&releases, release);
    releases = 0;
    ck_assert_int_eq(act_message_create_value(&message, 1, value), ACT_OK);
    act_message_free(&message);
    ck_assert_int_eq(releases, 1);
    act_message_free(&message); /* NULL: nothing happens */
    ck_assert_int_eq(act_message_create_value(&message, 1, value), ACT_OK);
    ck_assert_ptr_eq(act_message_take_resource(message), &releases);
    ck_assert_ptr_null(act_message_take_resource(message));
    act_message_free(&message);
    ck_assert_int_eq(releases, 1);
    value = act_resource_value(&releases, NULL); /* has nothing to release */
    ck_assert_int_eq(act_message_create_value(&message, 1, value), ACT_OK);
    act_message_free(&message);
}

static void without_memory_nothing_is_made(void)
{
    act_message *message = NULL;
    releases = 0;
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_message_create(&message, 1, 100), ACT_NO_MEMORY);
    ck_assert_int_eq(act_message_create_value(&message, 1, act_resource_value(&releases, release)),
                     ACT_NO_MEMORY);
    ck_assert_ptr_null(act__reason_text_make());
    act__memory_fail_at(0, false);
    ck_assert_ptr_null(message);
    ck_assert_int_eq(releases, 0);
}

static void what_has_no_reason_ended_normally_and_had_begun(void)
{
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, 1, 8), ACT_OK);
    act_exit_reason reason = act_message_reason(message);
    ck_assert_int_eq(reason.kind, ACT_EXIT_NORMAL);
    ck_assert_int_eq(reason.code, 0);
    ck_assert_ptr_null(reason.text);
    ck_assert_int_eq(act_message_fate(message), ACT_FATE_BEGUN);
    message->tag = ACT_MESSAGE_DOWN; /* not even so: it carries no reason */
    ck_assert_int_eq(act_message_fate(message), ACT_FATE_BEGUN);
    act_message_free(&message);
}

static void a_reasons_text_lives_as_long_as_one_that_holds_it(void)
{
    struct act__reason_text *text = act__reason_text_make();
    ck_assert_str_eq(text->text, "");
    strcpy(text->text, "why");
    act__reason_text_hold(text);
    act__reason_text_hold(NULL); /* nothing happens */
    act__reason_text_let_go(NULL);
    act__reason_text_let_go(text);
    struct act__reason_text *other = act__reason_text_make(); /* would lie where it was */
    ck_assert_ptr_ne(other, text);
    ck_assert_str_eq(text->text, "why");
    act__reason_text_let_go(other);
    act__reason_text_let_go(text);
    other = act__reason_text_make();
    ck_assert_ptr_eq(other, text);
    act__reason_text_let_go(other);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_cannot_be_sent_cannot_be_made),
    TEST_CASE(bytes_are_read_by_their_exact_size),
    TEST_CASE(a_value_is_no_bytes),
    TEST_CASE(a_resource_is_released_unless_it_is_taken),
    TEST_CASE(without_memory_nothing_is_made),
    TEST_CASE(what_has_no_reason_ended_normally_and_had_begun),
    TEST_CASE(a_reasons_text_lives_as_long_as_one_that_holds_it),
    END_OF_CASES,
};
