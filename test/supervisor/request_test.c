/* Requests and answers as messages: the queue in which they wait, and what is no answer. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/request.h>

#include <string.h>

#include <mailbox/base/memory.h>
#include <supervisor/children.h>
#include <test/kit/kit.h>

static struct act__requests requests;
static int                  releases;

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static void count_release(void *args)
{
    (void)args;
    releases++;
}

static const act_behavior behavior = {.name = "child", .args_bytes = 1, .receive = receive};

/* As terminate_child and its like send it. */
static act_message *plain_request(uint32_t tag)
{
    act_message *request;
    ck_assert_int_eq(act__request_create(&request, tag, sizeof(struct act__request)), ACT_OK);
    return request;
}

/* As start_child sends it: with the child. */
static act_message *child_request(void)
{
    static const char args = 'a';
    act_child_spec    spec = {
           .id = "id", .behavior = &behavior, .args = &args, .args_release = count_release};
    struct act__child *child = act__child_create(&spec);
    act_message       *request;
    ck_assert_ptr_nonnull(child);
    ck_assert_int_eq(act__request_create_value(&request, ACT__TAG_START_CHILD,
                                               act_resource_value(child, act__child_let_go)),
                     ACT_OK);
    return request;
}

static void takes(act_message *expected)
{
    act_message *taken = act__requests_take(&requests);
    ck_assert_ptr_eq(taken, expected);
    act_message_free(&taken);
}

static void requests_of_both_kinds_are_taken_in_order(void)
{
    act_message *first = plain_request(ACT__TAG_TERMINATE_CHILD), *second = child_request(),
                *third = child_request(), *fourth = plain_request(ACT__TAG_COUNT_CHILDREN);
    ck_assert(act__requests_are_empty(&requests));
    act__requests_add(&requests, first);
    act__requests_add(&requests, second);
    ck_assert(!act__requests_are_empty(&requests));
    takes(first);
    act__requests_add(&requests, third);
    act__requests_add(&requests, fourth);
    takes(second);
    takes(third);
    takes(fourth);
    ck_assert(act__requests_are_empty(&requests));
    ck_assert_ptr_null(act__requests_take(&requests));
    first = child_request();
    act__requests_add(&requests, first); /* after the last was taken */
    takes(first);
    ck_assert(act__requests_are_empty(&requests));
}

static void all_are_freed_with_the_children_they_bring(void)
{
    releases = 0;
    act__requests_add(&requests, child_request());
    act__requests_add(&requests, plain_request(ACT__TAG_COUNT_CHILDREN));
    act__requests_add(&requests, child_request());
    act__requests_free(&requests);
    ck_assert_int_eq(releases, 2);
    ck_assert(act__requests_are_empty(&requests));
    act__requests_free(&requests); /* nothing happens */
    ck_assert_int_eq(releases, 2);
}

static void a_request_has_the_frameworks_tag_or_is_not_made(void)
{
    act_message *request = plain_request(ACT__TAG_SUBSCRIBE);
    ck_assert_uint_eq(request->tag, ACT__TAG_SUBSCRIBE);
    ck_assert_uint_ge(request->bytes_count, sizeof(struct act__answer)); /* it is written over it */
    act_message_free(&request);
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act__request_create(&request, ACT__TAG_SUBSCRIBE, 8), ACT_NO_MEMORY);
    ck_assert_int_eq(act__request_create_value(&request, ACT__TAG_SUBSCRIBE, act_nothing()),
                     ACT_NO_MEMORY);
    act__memory_fail_at(0, false);
    ck_assert_ptr_null(request);
}

static void an_answer_is_told_from_all_else(void)
{
    act_supervisor_answer answer;
    act_message          *message;
    ck_assert_int_eq(act__request_create(&message, ACT_MESSAGE_SUPERVISOR_ANSWER,
                                         sizeof(struct act__answer)),
                     ACT_OK);
    memset(message->as.bytes, 0, sizeof(struct act__answer));
    ((struct act__answer *)(void *)message->as.bytes)->answer.specs_count = 17;
    ck_assert_int_eq(act_supervisor_answer_read(message, &answer), ACT_OK);
    ck_assert_uint_eq(answer.specs_count, 17);
    message->bytes_count--;
    ck_assert_int_eq(act_supervisor_answer_read(message, &answer), ACT_MALFORMED);
    message->bytes_count++;
    message->tag = ACT__TAG_SUBSCRIBE;
    ck_assert_int_eq(act_supervisor_answer_read(message, &answer), ACT_MALFORMED);
    message->tag = ACT_MESSAGE_SUPERVISOR_ANSWER;
    message->kind = ACT_VALUE_TYPED;
    ck_assert_int_eq(act_supervisor_answer_read(message, &answer), ACT_MALFORMED);
    act_message_free(&message);
}

static void rows_are_read_only_where_there_are_some(void)
{
    enum { ROWS = 3 };
    size_t       count = 9;
    act_message *message;
    ck_assert_int_eq(
        act__request_create(&message, ACT_MESSAGE_SUPERVISOR_ANSWER,
                            sizeof(struct act__answer) + ROWS * sizeof(act_child_info)),
        ACT_OK);
    struct act__answer *payload = (struct act__answer *)(void *)message->as.bytes;
    memset(payload, 0, sizeof *payload);
    ck_assert_ptr_null(act_supervisor_children_read(message, &count));
    ck_assert_uint_eq(count, 0);
    payload->rows_count = ROWS;
    ck_assert_ptr_eq(act_supervisor_children_read(message, &count), payload->rows);
    ck_assert_uint_eq(count, ROWS);
    message->tag = ACT_MESSAGE_DOWN;
    ck_assert_ptr_null(act_supervisor_children_read(message, &count));
    ck_assert_uint_eq(count, 0);
    act_message_free(&message);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(requests_of_both_kinds_are_taken_in_order),
    TEST_CASE(all_are_freed_with_the_children_they_bring),
    TEST_CASE(a_request_has_the_frameworks_tag_or_is_not_made),
    TEST_CASE(an_answer_is_told_from_all_else),
    TEST_CASE(rows_are_read_only_where_there_are_some),
    END_OF_CASES,
};
