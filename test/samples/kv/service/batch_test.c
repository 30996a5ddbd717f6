/* Batches of commands and of their replies: what goes in comes out, and without memory nothing changes. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/batch.h>

#include <mailbox/base/memory.h>
#include <mailbox/message/pool.h>
#include <samples/kv/command_run.h>
#include <samples/kv/service/service.h>
#include <test/kit/kit.h>
#include <test/samples/kv/dice.h>

enum { COMMANDS = 300, ARGS_MAX = 40, ARG_BYTES_MAX = 100 };

/* The i-th command of a test: any number of arguments of any bytes, the same each time it is asked for. */
static struct kv_request request_of(uint64_t i)
{
    static unsigned char bytes[ARGS_MAX][ARG_BYTES_MAX];
    static struct kv_bytes argv[ARGS_MAX];
    uint64_t seed = i;
    size_t argc = 1 + dice_roll(&seed, ARGS_MAX);
    for (size_t k = 0; k < argc; k++) {
        argv[k] = kv_bytes_of(bytes[k], dice_roll(&seed, ARG_BYTES_MAX));
        for (size_t b = 0; b < argv[k].count; b++)
            bytes[k][b] = (unsigned char)dice_roll(&seed, 256);
    }
    return (struct kv_request){argc, argv};
}

static void add(act_message **batch, uint32_t i)
{
    ck_assert_uint_gt(kv_batch_add(batch, &kv_commands[i % kv_commands_count], i * 7, request_of(i)), 0);
}

static void assert_front(const act_message *batch, uint32_t i)
{
    struct kv_batch_item item;
    struct kv_bytes argv[ARGS_MAX];
    struct kv_request request = request_of(i);
    ck_assert(kv_batch_front(batch, &item));
    ck_assert_ptr_eq(item.command, &kv_commands[i % kv_commands_count]);
    ck_assert_uint_eq(item.slot, i * 7);
    ck_assert_uint_eq(item.argc, request.argc);
    kv_batch_argv(&item, argv);
    for (size_t k = 0; k < request.argc; k++)
        ck_assert(kv_bytes_equal(argv[k], request.argv[k]));
}

static void assert_empty(const act_message *batch)
{
    struct kv_batch_item item;
    ck_assert(!kv_batch_front(batch, &item));
}

static void commands_come_out_as_they_went_in(void)
{
    act_message *batch = NULL;
    for (uint32_t i = 0; i < COMMANDS; i++)
        add(&batch, i);
    for (uint32_t i = 0; i < COMMANDS; i++) {
        assert_front(batch, i);
        kv_batch_drop(batch);
    }
    assert_empty(batch);
    kv_batch_drop(batch);
    assert_empty(batch);
    act_message_free(&batch);
}

static void a_command_without_memory_leaves_the_batch_as_it_was(void)
{
    act_message *batch = NULL;
    uint32_t refused = 0;
    size_t outstanding = act__pool_outstanding();
    for (uint32_t i = 0; i < COMMANDS; i++) {
        act_message *before = batch;
        act__memory_fail_at(1, true);
        bool fits = kv_batch_add(&batch, &kv_commands[i % kv_commands_count], i * 7, request_of(i)) > 0;
        act__memory_fail_at(0, false);
        ck_assert_ptr_eq(batch, before);
        if (!fits)
            add(&batch, i);
        refused += !fits;
    }
    ck_assert_uint_gt(refused, 1);
    for (uint32_t i = 0; i < COMMANDS; i++) {
        assert_front(batch, i);
        kv_batch_drop(batch);
    }
    assert_empty(batch);
    act_message_free(&batch);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static void more_than_a_message_can_hold_is_refused(void)
{
    static const unsigned char byte;
    const struct kv_bytes argv[] = {kv_bytes_text("get"), kv_bytes_of(&byte, ACT_MESSAGE_BYTES_MAX)};
    act_message *batch = NULL;
    add(&batch, 1);
    ck_assert_uint_eq(kv_batch_add(&batch, &kv_commands[0], 0, (struct kv_request){2, argv}), 0);
    assert_front(batch, 1);
    kv_batch_drop(batch);
    assert_empty(batch);
    act_message_free(&batch);
}

/* ---- Replies ---- */

static void append_reply(struct kv_buffer *replies, uint32_t slot, const char *text)
{
    size_t start = kv_replies_open(replies, slot);
    kv_buffer_append_text(replies, text);
    kv_replies_close(replies, start);
}

static void replies_come_out_as_they_went_in(void)
{
    static const char *const texts[] = {"+OK\r\n", "", "$-1\r\n", ":1\r\n", "+PONG\r\n", "$12\r\nabcdefghijkl\r\n"};
    enum { COUNT = sizeof texts / sizeof texts[0] };
    struct kv_buffer replies = {0};
    uint32_t slot;
    struct kv_bytes reply;
    for (uint32_t i = 0; i < COUNT; i++)
        append_reply(&replies, UINT32_MAX - i, texts[i]);
    struct kv_replies_walk walk = {.message = kv_replies_message(&replies, false)};
    kv_buffer_release(&replies);
    ck_assert_ptr_nonnull(walk.message);
    for (uint32_t i = 0; i < COUNT; i++) {
        ck_assert(kv_replies_next(&walk, &slot, &reply));
        ck_assert_uint_eq(slot, UINT32_MAX - i);
        ck_assert(kv_bytes_equal(reply, kv_bytes_text(texts[i])));
    }
    ck_assert(!kv_replies_next(&walk, &slot, &reply));
    kv_replies_let_go(walk.message);
}

static void a_message_says_if_the_batch_was_executed_to_its_end(void)
{
    for (int more = 0; more <= 1; more++) {
        struct kv_buffer replies = {0};
        act_message *message = kv_replies_message(&replies, more);
        ck_assert_ptr_nonnull(message);
        ck_assert_int_eq(act_view(kv_replies, message)->more, more);
        kv_replies_let_go(message);
        kv_buffer_release(&replies);
    }
}

static void replies_live_until_the_last_holder_lets_go(void)
{
    size_t outstanding = act__pool_outstanding();
    struct kv_buffer replies = {0};
    act_message *message = kv_replies_message(&replies, false);
    kv_buffer_release(&replies);
    kv_replies_hold(message);
    kv_replies_hold(message);
    kv_replies_let_go(message);
    kv_replies_let_go(message);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding + 1);
    kv_replies_let_go(message);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static void replies_that_lack_memory_make_no_message(void)
{
    struct kv_buffer replies = {0};
    act__memory_fail_at(1, true);
    ck_assert_ptr_null(kv_replies_message(&replies, false));
    act__memory_fail_at(0, false);
    replies.failed = true;
    ck_assert_ptr_null(kv_replies_message(&replies, false));
    kv_buffer_truncate(&replies, 0);
    append_reply(&replies, 1, "+OK\r\n");
    act_message *message = kv_replies_message(&replies, false);
    ck_assert_ptr_nonnull(message);
    kv_replies_let_go(message);
    kv_buffer_release(&replies);
}

const struct kit_fact kit_facts[] = {
    FACT(commands_come_out_as_they_went_in),
    FACT(a_command_without_memory_leaves_the_batch_as_it_was),
    FACT(more_than_a_message_can_hold_is_refused),
    FACT(replies_come_out_as_they_went_in),
    FACT(a_message_says_if_the_batch_was_executed_to_its_end),
    FACT(replies_live_until_the_last_holder_lets_go),
    FACT(replies_that_lack_memory_make_no_message),
    END_OF_FACTS,
};
