/*
 * What a connection owes its client: replies in the order of the commands, whichever shard answers
 * first or not at all.
 */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/pending.h>

#include <mailbox/message/pool.h>
#include <samples/kv/service/batch.h>
#include <test/kit/kit.h>
#include <test/samples/kv/fault.h>

enum { UPSTREAMS = 4 };

static struct kv_pending pending;
static size_t            outstanding;

static void begin(void)
{
    pending = (struct kv_pending){0};
    outstanding = act__pool_outstanding();
}

static void finish(void)
{
    kv_pending_release(&pending);
    ck_assert_uint_eq(pending.held_bytes, 0);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static uint64_t bit(uint32_t upstream)
{
    return UINT64_C(1) << upstream;
}

/* A command that waits for one upstream. Returns: its number. */
static uint32_t push(uint32_t upstream)
{
    uint32_t        number;
    struct kv_slot *slot = kv_pending_push(&pending, &number);
    ck_assert_ptr_nonnull(slot);
    slot->waiting = bit(upstream);
    return number;
}

/* A command with a key on each of the upstreams 2, 0, 2, 1. */
static uint32_t push_many(enum kv_merge merge)
{
    static const uint32_t shard_of_key[] = {2, 0, 2, 1};
    uint32_t              number;
    struct kv_slot       *slot = kv_pending_push(&pending, &number);
    ck_assert_ptr_nonnull(slot);
    ck_assert(kv_pending_gather(slot, bit(0) | bit(1) | bit(2), UPSTREAMS, merge, shard_of_key, 4));
    return number;
}

/* A reply in a message, as a shard sends it. */
static void answer(uint32_t number, uint32_t upstream, const char *text)
{
    struct kv_buffer replies = {0};
    struct kv_bytes  reply;
    uint32_t         slot;
    size_t           start = kv_replies_open(&replies, number);
    kv_buffer_append_text(&replies, text);
    kv_replies_close(&replies, start);
    act_message *batch = kv_batch_probe(upstream);
    ck_assert_ptr_nonnull(batch);
    struct kv_replies_walk walk = {.message = kv_replies_message(&replies, batch, KV_LEFT_NOTHING)};
    act_message_free(&batch);
    kv_buffer_release(&replies);
    ck_assert(kv_replies_next(&walk, &slot, &reply));
    kv_pending_answer(&pending, slot, upstream, reply, walk.message);
    kv_replies_let_go(walk.message);
}

static void assert_waits(void)
{
    ck_assert(kv_pending_front(&pending)->waiting != 0);
}

static void assert_next(const char *text)
{
    struct kv_slot *slot = kv_pending_front(&pending);
    ck_assert_ptr_nonnull(slot);
    ck_assert(slot->waiting == 0);
    ck_assert_msg(kv_bytes_equal(slot->reply, kv_bytes_text(text)), "'%.*s' is not '%s'",
                  (int)slot->reply.count, slot->reply.data, text);
    kv_pending_pop(&pending);
}

#define TRY_AGAIN "-TRYAGAIN shard restarted\r\n"
#define NO_MEMORY "-OOM command not allowed when used memory > 'maxmemory'.\r\n"

static void a_reply_waits_for_those_before_it(void)
{
    begin();
    uint32_t first = push(0), second = push(1), third = push(0);
    answer(third, 0, "+3\r\n");
    answer(second, 1, "+2\r\n");
    assert_waits();
    answer(first, 0, "+1\r\n");
    assert_next("+1\r\n");
    assert_next("+2\r\n");
    assert_next("+3\r\n");
    ck_assert_ptr_null(kv_pending_front(&pending));
    finish();
}

static void numbers_go_round_while_the_ring_grows(void)
{
    begin();
    pending.first = UINT32_MAX - 20;
    for (uint32_t i = 0; i < 100; i++)
        ck_assert_uint_eq(push(0), UINT32_MAX - 20 + i);
    for (uint32_t i = 100; i-- > 0;)
        answer(UINT32_MAX - 20 + i, 0, i % 2 == 0 ? "+even\r\n" : "+odd\r\n");
    for (uint32_t i = 0; i < 100; i++)
        assert_next(i % 2 == 0 ? "+even\r\n" : "+odd\r\n");
    ck_assert_uint_eq(push(0), UINT32_MAX - 20 + 100);
    finish();
}

static void an_answer_that_is_not_waited_for_is_ignored(void)
{
    begin();
    uint32_t first = push(0), second = push(0);
    answer(first, 0, "+1\r\n");
    assert_next("+1\r\n");
    answer(first, 0, "+late\r\n");
    answer(second + 1, 0, "+early\r\n");
    answer(second, 3, "+other upstream\r\n");
    assert_waits();
    answer(second, 0, "+2\r\n");
    answer(second, 0, "+twice\r\n");
    assert_next("+2\r\n");
    finish();
}

static void parts_become_one_reply_in_the_order_of_the_keys(void)
{
    begin();
    uint32_t number = push_many(KV_MERGE_ORDERED);
    answer(number, 1, "*1\r\n$1\r\nd\r\n");
    answer(number, 2, "*2\r\n$1\r\na\r\n$1\r\nc\r\n");
    assert_waits();
    answer(number, 0, "*1\r\n$-1\r\n");
    assert_next("*4\r\n$1\r\na\r\n$-1\r\n$1\r\nc\r\n$1\r\nd\r\n");
    finish();
}

static void the_end_of_a_shard_answers_what_it_had_and_nothing_else(void)
{
    begin();
    uint32_t had = push(0), other = push(1), many = push_many(KV_MERGE_SUM), later = push(0);
    answer(many, 0, ":1\r\n");
    answer(many, 1, ":1\r\n");
    kv_pending_fail(&pending, 2, later);
    kv_pending_fail(&pending, 0, later);
    answer(had, 0, "+from beyond\r\n");
    assert_next(TRY_AGAIN);
    assert_waits();
    answer(other, 1, "+1\r\n");
    assert_next("+1\r\n");
    assert_next(TRY_AGAIN);
    assert_waits();
    kv_pending_fail(&pending, 0, kv_pending_end(&pending));
    assert_next(TRY_AGAIN);
    (void)later;
    finish();
}

static void the_end_of_a_shard_is_told_also_where_numbers_go_round(void)
{
    begin();
    pending.first = UINT32_MAX - 1;
    for (int i = 0; i < 4; i++)
        push(0);
    kv_pending_fail(&pending, 0, kv_pending_end(&pending));
    for (int i = 0; i < 4; i++)
        assert_next(TRY_AGAIN);
    finish();
}

static void what_waits_is_counted_and_freed(void)
{
    begin();
    push(0);
    uint32_t second = push(0), many = push_many(KV_MERGE_ORDERED);
    answer(second, 0, "+12\r\n");
    answer(many, 2, "*2\r\n$1\r\na\r\n$1\r\nc\r\n");
    ck_assert_uint_eq(pending.held_bytes, 5);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding + 2);
    finish();
}

static void an_answer_of_our_own_waits_its_turn(void)
{
    begin();
    struct kv_buffer own = {0};
    uint32_t         first = push(0), number;
    struct kv_slot  *slot = kv_pending_push(&pending, &number);
    kv_buffer_append_text(&own, "+PONG\r\n");
    kv_pending_answer_own(&pending, slot, &own);
    ck_assert_ptr_null(own.data);
    assert_waits();
    answer(first, 0, "+1\r\n");
    assert_next("+1\r\n");
    assert_next("+PONG\r\n");
    finish();
}

/* ---- Without memory ---- */

static bool pushed;

static void pushes(void *number)
{
    pushed = kv_pending_push(&pending, number) != NULL;
}

static void a_ring_that_cannot_grow_stays_as_it_is(void)
{
    begin();
    uint32_t number, count = 0;
    while (count < 50) {
        bool refused = fault_refuse(0, pushes, &number);
        ck_assert(refused != pushed);
        if (refused)
            push(0);
        else
            kv_pending_front(&pending)->waiting = bit(0);
        count++;
        ck_assert_uint_eq(pending.count, count);
    }
    finish();
}

static void gathers(void *slot)
{
    pushed = kv_pending_gather(slot, bit(0), UPSTREAMS, KV_MERGE_SUM, NULL, 0);
}

static void a_gathering_without_memory_leaves_the_slot(void)
{
    begin();
    uint32_t        number;
    struct kv_slot *slot = kv_pending_push(&pending, &number);
    ck_assert(fault_refuse(0, gathers, slot));
    ck_assert(!pushed && slot->gather == NULL && slot->waiting == 0);
    finish();
}

static void answers_the_last_part(void *number)
{
    answer(*(uint32_t *)number, 0, "*1\r\n$1\r\nb\r\n");
}

static void a_merge_without_memory_is_an_error_reply(void)
{
    size_t refusals = 0;
    for (bool refused = true; refused; refusals += refused) {
        begin();
        uint32_t number = push_many(KV_MERGE_ORDERED);
        answer(number, 2, "*2\r\n$1\r\na\r\n$1\r\nc\r\n");
        answer(number, 1, "*1\r\n$1\r\nd\r\n");
        refused = fault_refuse(1 + refusals, answers_the_last_part,
                               &number); /* the first makes the message */
        assert_next(refused ? NO_MEMORY : "*4\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n");
        finish();
    }
    ck_assert_uint_ge(refusals, 2);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_reply_waits_for_those_before_it),
    TEST_CASE(numbers_go_round_while_the_ring_grows),
    TEST_CASE(an_answer_that_is_not_waited_for_is_ignored),
    TEST_CASE(parts_become_one_reply_in_the_order_of_the_keys),
    TEST_CASE(the_end_of_a_shard_answers_what_it_had_and_nothing_else),
    TEST_CASE(the_end_of_a_shard_is_told_also_where_numbers_go_round),
    TEST_CASE(what_waits_is_counted_and_freed),
    TEST_CASE(an_answer_of_our_own_waits_its_turn),
    TEST_CASE(a_ring_that_cannot_grow_stays_as_it_is),
    TEST_CASE(a_gathering_without_memory_leaves_the_slot),
    TEST_CASE(a_merge_without_memory_is_an_error_reply),
    END_OF_CASES,
};
