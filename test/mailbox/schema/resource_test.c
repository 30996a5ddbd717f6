/* Typed messages that own something: released once, wherever it lies, unless it was taken. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <mailbox/base/memory.h>
#include <mailbox/message/envelope.h>
#include <mailbox/schema/codec.h>
#include <mailbox/schema/print.h>
#include <test/kit/kit.h>
#include <test/mailbox/schema/carrier.h>

enum { RESOURCES = 11 };

static int          released[RESOURCES];
static act_message *message;

static void release(void *counter)
{
    ++*(int *)counter;
}

static act_resource resource(int i)
{
    return (act_resource){&released[i], release};
}

static void done(void)
{
    act_message_free(&message);
    ck_assert_uint_eq(act__pool_outstanding(), 0);
}

/* One at each place, from the stack. */
static __attribute__((noinline)) act_result make_fleet(void)
{
    act_resource                many[] = {resource(3), resource(4)};
    struct crate                crates[] = {{.label = "a"}, {.label = "b", .content = resource(6)}};
    struct act_union_of_carrier all[] = {
        {.tag = carrier_named_tag, .as.carrier_named = {"c", resource(7)}},
        {.tag = carrier_empty_tag},
        {.tag = carrier_socket_tag, .as.carrier_socket = {resource(8)}}};
    memset(released, 0, sizeof released);
    return act_message_make(
        &message, fleet_all, .one = resource(0), .both = {resource(1), resource(2)},
        .many = {many, 2}, .crate = {.content = resource(5)}, .crates = {crates, 2},
        .carrier = {.tag = carrier_socket_tag, .as.carrier_socket = {resource(9)}},
        .carriers = {all, 3}, .hidden = resource(10));
}

static void each_is_released_once_wherever_it_lies(void)
{
    ck_assert_int_eq(make_fleet(), ACT_OK);
    ck_assert_int_eq(released[0], 0);
    done();
    for (int i = 0; i < RESOURCES; i++)
        ck_assert_int_eq(released[i], 1);
}

static void what_was_taken_is_not_released(void)
{
    ck_assert_int_eq(make_fleet(), ACT_OK);
    const struct fleet_all *all = act_view(fleet_all, message);
    ck_assert_ptr_eq(act_resource_take(&all->one), &released[0]);
    ck_assert_ptr_null(act_resource_take(&all->one));
    ck_assert_ptr_null(act_resource_take(&all->maybe));
    ck_assert_ptr_eq(act_resource_take(&all->both[1]), &released[2]);
    ck_assert_ptr_eq(act_resource_take(&all->many.items[0]), &released[3]);
    ck_assert_ptr_eq(act_resource_take(&all->crates.items[1].content), &released[6]);
    ck_assert_ptr_eq(act_resource_take(&all->carriers.items[2].as.carrier_socket.socket),
                     &released[8]);
    done();
    for (int i = 0; i < RESOURCES; i++)
        ck_assert_int_eq(released[i], i != 0 && i != 2 && i != 3 && i != 6 && i != 8);
}

static void without_a_message_it_is_still_the_callers(void)
{
    act__memory_fail_at(1, true);
    ck_assert_int_eq(make_fleet(), ACT_NO_MEMORY);
    act__memory_fail_at(0, false);
    ck_assert_int_eq(act_message_make(&message, fleet_all, .one = resource(0), .many = {NULL, 1}),
                     ACT_INVALID);
    for (int i = 0; i < RESOURCES; i++)
        ck_assert_int_eq(released[i], 0);
    done();
}

static void it_is_printed_as_a_word(void)
{
    char text[200];
    ck_assert_int_eq(act_message_make(&message, carrier_named, .name = "x", .socket = resource(0)),
                     ACT_OK);
    act_message_print(text, sizeof text, message, carrier_schema());
    ck_assert_str_eq(text, "carrier_named {name: \"x\", socket: resource}");
    act_message_print_json(text, sizeof text, message, carrier_schema());
    ck_assert_str_eq(text, "{\"carrier_named\":{\"name\":\"x\",\"socket\":\"resource\"}}");
    (void)act_resource_take(&act_view(carrier_named, message)->socket);
    act_message_print(text, sizeof text, message, carrier_schema());
    ck_assert_str_eq(text, "carrier_named {name: \"x\", socket: nothing}");
    act_message_print_json(text, sizeof text, message, carrier_schema());
    ck_assert_str_eq(text, "{\"carrier_named\":{\"name\":\"x\",\"socket\":null}}");
    done();
}

static int writes_nothing(void *context, const void *bytes, size_t count)
{
    (void)context;
    (void)bytes;
    (void)count;
    ck_abort_msg("nothing of it is written");
}

static void it_does_not_leave_the_process(void)
{
    unsigned char bytes[100];
    size_t        count;
    ck_assert_int_eq(act_message_make(&message, carrier_socket, .socket = resource(0)), ACT_OK);
    ck_assert_int_eq(act_message_encode(message, carrier_schema(), bytes, sizeof bytes, &count),
                     ACT_LOCAL);
    ck_assert_int_eq(act_message_encode_to(message, carrier_schema(), writes_nothing, NULL),
                     ACT_LOCAL);
    done();
    ck_assert_int_eq(act_message_make(&message, fleet_all), ACT_OK); /* by what it could have */
    ck_assert_int_eq(act_message_encode(message, fleet_schema(), bytes, sizeof bytes, &count),
                     ACT_LOCAL);
    done();
}

static void none_comes_from_outside(void)
{
    unsigned char bytes[] = {0x92, 0xce, 0, 0, 0, 0, 0x81, 0x01, 0xc0};
    char          complaint[100];
    for (int i = 0; i < 4; i++)
        bytes[2 + i] = (unsigned char)(carrier_socket_tag >> (24 - 8 * i));
    ck_assert_int_eq(act_message_decode(&message, carrier_schema(), bytes, sizeof bytes, 0,
                                        complaint, sizeof complaint),
                     ACT_MALFORMED);
    ck_assert_str_eq(complaint, "carrier_socket: has a resource, which no bytes can bring");
}

static void the_others_of_its_schema_come_and_go(void)
{
    unsigned char bytes[100];
    size_t        count;
    ck_assert_int_eq(act_message_make(&message, carrier_empty, .note = "here"), ACT_OK);
    ck_assert_int_eq(act_message_encode(message, carrier_schema(), bytes, sizeof bytes, &count),
                     ACT_OK);
    act_message_free(&message);
    ck_assert_int_eq(act_message_decode(&message, carrier_schema(), bytes, count, 0, NULL, 0),
                     ACT_OK);
    ck_assert_str_eq(act_view(carrier_empty, message)->note, "here");
    done();
}

static void a_type_says_whether_it_has_one(void)
{
    ck_assert_uint_eq(carrier_socket_type()->flags, ACT_FIELD_LOCAL);
    ck_assert_uint_eq(carrier_named_type()->flags, ACT_FIELD_LOCAL | ACT_FIELD_OUTSIDE);
    ck_assert_uint_eq(carrier_empty_type()->flags, ACT_FIELD_OUTSIDE);
    ck_assert_uint_eq(fleet_all_type()->flags, ACT_FIELD_LOCAL | ACT_FIELD_OUTSIDE);
    ck_assert_uint_eq(carrier_socket_type()->bytes, sizeof(act_resource));
}

const struct kit_case kit_cases[] = {
    TEST_CASE(each_is_released_once_wherever_it_lies),
    TEST_CASE(what_was_taken_is_not_released),
    TEST_CASE(without_a_message_it_is_still_the_callers),
    TEST_CASE(it_is_printed_as_a_word),
    TEST_CASE(it_does_not_leave_the_process),
    TEST_CASE(none_comes_from_outside),
    TEST_CASE(the_others_of_its_schema_come_and_go),
    TEST_CASE(a_type_says_whether_it_has_one),
    END_OF_CASES,
};
