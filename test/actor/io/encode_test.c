/* Typed messages in libevent's buffers: whole, or not at all. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/encode.h>

#include <event2/buffer.h>
#include <string.h>

#include <test/kit/kit.h>
#include <test/mailbox/schema/protocol.h>

static struct evbuffer *buffer;
static act_message     *message;

static void begin(void)
{
    buffer = evbuffer_new();
    ck_assert_ptr_nonnull(buffer);
    ck_assert_int_eq(evbuffer_add(buffer, "before", 6), 0);
}

static void end(void)
{
    evbuffer_free(buffer);
    act_message_free(&message);
}

static void a_message_is_written_behind_what_is_there(void)
{
    static unsigned char expected[70000], written[70000];
    static const char    blob[65536];
    const size_t         sizes[] = {0, 1, 4000, sizeof blob};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t count;
        begin();
        ck_assert_int_eq(act_message_make(&message, zoo_outside, .text = "a text",
                                          .bytes = {blob, sizes[i]}),
                         ACT_OK);
        ck_assert_int_eq(
            act_message_encode(message, zoo_schema(), expected, sizeof expected, &count), ACT_OK);
        ck_assert_int_eq(act_message_encode_evbuffer(message, zoo_schema(), buffer), ACT_OK);
        ck_assert_int_eq(act_message_encode_evbuffer(message, zoo_schema(), buffer), ACT_OK);
        ck_assert_uint_eq(evbuffer_get_length(buffer), 6 + 2 * count);
        evbuffer_drain(buffer, 6);
        for (int twice = 0; twice < 2; twice++) {
            ck_assert_int_eq(evbuffer_remove(buffer, written, count), (int)count);
            ck_assert_int_eq(memcmp(written, expected, count), 0);
        }
        end();
    }
}

static void nothing_is_written_of_what_cannot_be(void)
{
    begin();
    ck_assert_int_eq(act_message_make(&message, shape_circle, .radius = 1), ACT_OK);
    ck_assert_int_eq(act_message_encode_evbuffer(message, zoo_schema(), buffer), ACT_NOT_FOUND);
    evbuffer_freeze(buffer, 0);
    ck_assert_int_eq(act_message_encode_evbuffer(message, shape_schema(), buffer), ACT_NO_MEMORY);
    ck_assert_uint_eq(evbuffer_get_length(buffer), 6);
    end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_message_is_written_behind_what_is_there),
    TEST_CASE(nothing_is_written_of_what_cannot_be),
    END_OF_CASES,
};
