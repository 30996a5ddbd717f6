/*
 * Batches of commands and of their replies: what goes in comes out, and without memory nothing
 * changes.
 */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/batch.h>

#include <mailbox/base/memory.h>
#include <mailbox/message/pool.h>
#include <samples/kv/command_run.h>
#include <samples/kv/service/service.h>
#include <test/kit/kit.h>
#include <test/samples/kv/dice.h>

enum { COMMANDS = 300, ARGS_MAX = 40, ARG_BYTES_MAX = 100 };

/*
 * The i-th command of a test: any number of arguments of any bytes, the same each time it is asked
 * for.
 */
static struct kv_request request_of(uint64_t i)
{
    static unsigned char   bytes[ARGS_MAX][ARG_BYTES_MAX];
    static struct kv_bytes argv[ARGS_MAX];
    uint64_t               seed = i;
    size_t                 argc = 1 + dice_roll(&seed, ARGS_MAX);
    for (size_t k = 0; k < argc; k++) {
        argv[k] = kv_bytes_of(bytes[k], dice_roll(&seed, ARG_BYTES_MAX));
        for (size_t b = 0; b < argv[k].count; b++)
            bytes[k][b] = (unsigned char)dice_roll(&seed, 256);
    }
    return (struct kv_request){argc, argv};
}

static void add(act_message **batch, uint32_t i)
{
    ck_assert_uint_gt(
        kv_batch_add(batch, &kv_commands[i % kv_commands_count], i * 7, request_of(i)), 0);
}

static void assert_front(const act_message *batch, uint32_t i)
{
    struct kv_batch_item item;
    struct kv_bytes      argv[ARGS_MAX];
    struct kv_request    request = request_of(i);
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
    uint32_t     refused = 0;
    size_t       outstanding = act__pool_outstanding();
    for (uint32_t i = 0; i < COMMANDS; i++) {
        act_message *before = batch;
        act__memory_fail_at(1, true);
        bool fits =
            kv_batch_add(&batch, &kv_commands[i % kv_commands_count], i * 7, request_of(i)) > 0;
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
    const struct kv_bytes      argv[] = {kv_bytes_text("get"),
                                         kv_bytes_of(&byte, ACT_MESSAGE_BYTES_MAX)};
    act_message               *batch = NULL;
    add(&batch, 1);
    ck_assert_uint_eq(kv_batch_add(&batch, &kv_commands[0], 0, (struct kv_request){2, argv}), 0);
    assert_front(batch, 1);
    kv_batch_drop(batch);
    assert_empty(batch);
    act_message_free(&batch);
}

/* ---- Replies ---- */

/* The message that answers the flight of upstream 3 that comes behind number 7. */
static act_message *answer(const struct kv_buffer *replies, enum kv_left left)
{
    act_message *batch = kv_batch_probe(kv_flight_next(7, 3));
    ck_assert_ptr_nonnull(batch);
    act_message *message = kv_replies_message(replies, batch, left);
    act_message_free(&batch);
    return message;
}

static void append_reply(struct kv_buffer *replies, uint32_t slot, const char *text)
{
    size_t start = kv_replies_open(replies, slot);
    kv_buffer_append_text(replies, text);
    kv_replies_close(replies, start);
}

static void replies_come_out_as_they_went_in(void)
{
    static const char *const texts[] = {"+OK\r\n", "",          "$-1\r\n",
                                        ":1\r\n",  "+PONG\r\n", "$12\r\nabcdefghijkl\r\n"};
    enum { COUNT = sizeof texts / sizeof texts[0] };
    struct kv_buffer replies = {0};
    uint32_t         slot;
    struct kv_bytes  reply;
    for (uint32_t i = 0; i < COUNT; i++)
        append_reply(&replies, UINT32_MAX - i, texts[i]);
    struct kv_replies_walk walk = {.message = answer(&replies, KV_LEFT_NOTHING)};
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

static void a_message_says_of_which_flight_it_is_and_what_is_left_of_it(void)
{
    for (enum kv_left left = KV_LEFT_NOTHING; left <= KV_LEFT_UNKNOWN; left++) {
        struct kv_buffer replies = {0};
        act_message     *message = answer(&replies, left);
        ck_assert_ptr_nonnull(message);
        ck_assert_uint_eq(act_view(kv_replies, message)->left, left);
        ck_assert_uint_eq(act_view(kv_replies, message)->flight, kv_flight_next(7, 3));
        kv_replies_let_go(message);
        kv_buffer_release(&replies);
    }
}

static void replies_live_until_the_last_holder_lets_go(void)
{
    size_t           outstanding = act__pool_outstanding();
    struct kv_buffer replies = {0};
    act_message     *message = answer(&replies, KV_LEFT_NOTHING);
    kv_buffer_release(&replies);
    kv_replies_hold(message);
    kv_replies_hold(message);
    kv_replies_let_go(message);
    kv_replies_let_go(message);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding + 1);
    kv_replies_let_go(message);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static bool refuse(enum kv_memory_event event)
{
    return event != KV_MEMORY_ALLOCATE;
}

static void replies_that_lack_memory_make_no_message(void)
{
    struct kv_buffer replies = {0};
    act_message     *batch = kv_batch_probe(1);
    act__memory_fail_at(1, true);
    ck_assert_ptr_null(kv_replies_message(&replies, batch, KV_LEFT_NOTHING));
    ck_assert_ptr_null(kv_batch_probe(1));
    act__memory_fail_at(0, false);
    replies.failed = true;
    ck_assert_ptr_null(kv_replies_message(&replies, batch, KV_LEFT_NOTHING));
    kv_buffer_truncate(&replies, 0);
    append_reply(&replies, 1, "+OK\r\n");
    act_message *message = kv_replies_message(&replies, batch, KV_LEFT_NOTHING);
    ck_assert_ptr_nonnull(message);
    kv_replies_let_go(message);
    kv_buffer_release(&replies);
    act_message_free(&batch);
}

/* Else a command that is done could lose its answer. */
static void to_end_a_reply_takes_no_memory(void)
{
    struct kv_buffer replies = {0};
    for (size_t count = 1; count < 9; count++) {
        size_t start = kv_replies_open(&replies, 1);
        while (replies.count < replies.capacity)
            kv_buffer_append_byte(&replies, 'x');
        kv_memory_hook = refuse;
        kv_replies_close(&replies, start);
        kv_memory_hook = NULL;
        ck_assert(!replies.failed);
    }
    kv_buffer_release(&replies);
}

static void each_flight_has_its_number_which_carries_the_upstream(void)
{
    uint32_t flight = UINT32_MAX - 10 * KV_UPSTREAMS_MAX;
    for (int i = 0; i < 100; i++) {
        uint32_t next = kv_flight_next(flight, 5);
        ck_assert_uint_ne(next, flight);
        ck_assert_uint_eq(kv_upstream_of_flight(next), 5);
        flight = next;
    }
}

static void probes_and_loans_are_batches_without_commands(void)
{
    act_message *probe = kv_batch_probe(7), *borrow = kv_batch_borrow(), *batch = NULL;
    add(&batch, 1);
    assert_empty(probe);
    assert_empty(borrow);
    ck_assert(kv_batch_is_probe(probe) && !kv_batch_is_borrow(probe));
    ck_assert(kv_batch_is_borrow(borrow) && !kv_batch_is_probe(borrow));
    kv_batch_drop(batch);
    assert_empty(batch);
    ck_assert(!kv_batch_is_probe(batch) && !kv_batch_is_borrow(batch));
    act_message_free(&probe);
    act_message_free(&borrow);
    act_message_free(&batch);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(commands_come_out_as_they_went_in),
    TEST_CASE(a_command_without_memory_leaves_the_batch_as_it_was),
    TEST_CASE(more_than_a_message_can_hold_is_refused),
    TEST_CASE(replies_come_out_as_they_went_in),
    TEST_CASE(a_message_says_of_which_flight_it_is_and_what_is_left_of_it),
    TEST_CASE(replies_live_until_the_last_holder_lets_go),
    TEST_CASE(replies_that_lack_memory_make_no_message),
    TEST_CASE(to_end_a_reply_takes_no_memory),
    TEST_CASE(each_flight_has_its_number_which_carries_the_upstream),
    TEST_CASE(probes_and_loans_are_batches_without_commands),
    END_OF_CASES,
};
