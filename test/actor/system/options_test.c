/* Options of programs that are older or newer than the library that they find. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <actor/io/io.h>
#include <actor/lifecycle.h>
#include <mailbox/schema/codec.h>
#include <supervisor/partition.h>
#include <test/kit/kit.h>

static act_system *sys;

/* ------------------------------------------------------------------- what each call is given */

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior idle = {.name = "idle", .receive = receive};

static act_result create(const void *options)
{
    act_system *another;
    act_result  result = act_system_create(&another, options);
    if (result == ACT_OK)
        ck_assert_int_eq(act_system_destroy(&another), ACT_OK);
    return result;
}

static act_result spawn(const void *options)
{
    act_pid pid;
    return act_system_spawn(sys, &pid, &idle, NULL, options);
}

static act_result spawn_with(const void *lifecycle)
{
    return spawn(ACT_SPAWN_OPTIONS(.lifecycle = lifecycle));
}

static const act_supervisor_spec empty = {.intensity = 1};

static act_result supervise(const void *options)
{
    act_pid pid;
    return act_system_spawn_supervisor(sys, &pid, &empty, options);
}

static act_result check_child(const void *options)
{
    act_child_spec child = {.id = "one", .behavior = &idle, .options = options};
    return act_supervisor_check(&(act_supervisor_spec){.children = &child, .children_count = 1},
                                NULL, 0);
}

static act_result divide(const void *options)
{
    act_partition *partition;
    act_result     result = act_partition_create(
            &partition, &(act_partition_spec){.name = "part",
                                              .count = 2,
                                              .child = {.behavior = &idle, .options = options}});
    if (result == ACT_OK)
        act_partition_destroy(&partition);
    return result;
}

#define AGE_MESSAGES(MESSAGE) MESSAGE(age_old, ACT_NO_FIELDS)
ACT_SCHEMA(age, AGE_MESSAGES);

static act_result decode(const void *options)
{
    uint8_t      bytes[] = {0x92, 0xce, 0, 0, 0, 0, 0x80}; /* the tag and no fields */
    act_message *message;
    for (int i = 0; i < 4; i++)
        bytes[2 + i] = (uint8_t)((uint32_t)age_old_tag >> (24 - 8 * i));
    act_result result =
        act_message_decode_with(&message, age_schema(), bytes, sizeof bytes, options, NULL, 0);
    if (result == ACT_OK)
        act_message_free(&message);
    return result;
}

/* What an actor is asked to do; the answer is the result. */
struct order {
    act_result (*run)(act_self *self, const void *options);
    const void *options;
};

static void obey(act_self *self, void *state, const act_message *message)
{
    const struct order *order = message->as.pointer;
    (void)state;
    act_answer_value(self, message, 1, act_int64(order->run(self, order->options)));
}

static const act_behavior servant = {.name = "servant", .receive = obey};

static act_result let(act_result (*run)(act_self *self, const void *options), const void *options)
{
    struct order order = {run, options};
    act_message *request, *reply;
    act_pid      pid;
    ck_assert_int_eq(act_system_spawn(sys, &pid, &servant, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_message_create_value(&request, 1, act_pointer(&order)), ACT_OK);
    ck_assert_int_eq(act_system_ask_message(sys, pid, &request, &reply, ACT_FOREVER), ACT_OK);
    act_result result = (act_result)reply->as.int64;
    act_message_free(&reply);
    return result;
}

static act_result listens(act_self *self, const void *options)
{
    act_listener *listener;
    act_result    result = act_tcp_listen(self, &listener, "127.0.0.1", 0, options);
    if (result == ACT_OK)
        act_listener_close(&listener);
    return result;
}

static act_result connects(act_self *self, const void *options)
{
    act_tcp   *tcp;
    act_result result = act_tcp_connect(self, &tcp, "127.0.0.1", 1, ACT_FOREVER, options);
    if (result == ACT_OK)
        act_tcp_close(&tcp);
    return result;
}

static act_result links(act_self *self, const void *options)
{
    act_pid pid;
    return act_spawn_link(self, &pid, &idle, NULL, options);
}

static act_result supervises(act_self *self, const void *options)
{
    act_pid pid;
    return act_supervisor_spawn_link(self, &pid, &empty, options);
}

static act_result listen_with(const void *options)
{
    return let(listens, options);
}

static act_result connect_with(const void *options)
{
    return let(connects, options);
}

static act_result link_with(const void *options)
{
    return let(links, options);
}

static act_result supervise_within(const void *options)
{
    return let(supervises, options);
}

static const struct {
    const char *name;
    act_result (*call)(const void *options);
    size_t bytes; /* of the struct today */
} calls[] = {
    {"act_system_create", create, sizeof(act_system_options)},
    {"act_system_spawn", spawn, sizeof(act_spawn_options)},
    {"act_spawn_link", link_with, sizeof(act_spawn_options)},
    {"lifecycle", spawn_with, sizeof(act_lifecycle_options)},
    {"act_system_spawn_supervisor", supervise, sizeof(act_spawn_options)},
    {"act_supervisor_spawn_link", supervise_within, sizeof(act_spawn_options)},
    {"a child's options", check_child, sizeof(act_spawn_options)},
    {"a partition's options", divide, sizeof(act_spawn_options)},
    {"act_message_decode_with", decode, sizeof(act_decode_options)},
    {"act_tcp_listen", listen_with, sizeof(act_listen_options)},
    {"act_tcp_connect", connect_with, sizeof(act_tcp_options)},
};

/*
 * Options, all zero, of a struct of so many bytes, in memory that has no more of them: the
 * AddressSanitizer's build sees a read beyond. The last byte is `last`.
 */
static void expect(act_result expected, size_t call, size_t bytes, unsigned char last)
{
    unsigned char *options = calloc(1, bytes);
    ck_assert_ptr_nonnull(options);
    options[bytes - 1] = last;
    memcpy(options, &bytes, sizeof bytes);
    act_result result = calls[call].call(options);
    ck_assert_msg(result == expected, "%s with %zu bytes of %zu, the last is %d: %s",
                  calls[call].name, bytes, calls[call].bytes, last, act_result_text(result));
    free(options);
}

static void open_system(void)
{
    ck_assert_int_eq(
        act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .actors_max = 1 << 20)),
        ACT_OK);
}

static void close_system(void)
{
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
}

/* ---------------------------------------------------------------------------- the calls */

static void options_of_an_older_program_are_taken(void)
{
    open_system();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        for (size_t bytes = sizeof(size_t); bytes <= calls[i].bytes; bytes += 8)
            if (bytes > sizeof(size_t))
                expect(ACT_OK, i, bytes, 0);
            else
                ck_assert_int_eq(calls[i].call(&bytes), ACT_OK);
    close_system();
}

static void options_of_a_newer_program_are_taken_if_it_sets_none_of_its_own(void)
{
    open_system();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        expect(ACT_OK, i, calls[i].bytes + 1, 0);
        expect(ACT_OK, i, calls[i].bytes + 8, 0);
        expect(ACT_OK, i, 4096, 0);
    }
    close_system();
}

static void an_option_that_is_not_known_is_refused(void)
{
    open_system();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        expect(ACT_INVALID, i, calls[i].bytes + 1, 1);
        expect(ACT_INVALID, i, calls[i].bytes + 8, 0x80);
        expect(ACT_INVALID, i, 4096, 255);
    }
    close_system();
}

static void what_has_no_size_is_refused(void)
{
    open_system();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (size_t bytes = 0; bytes < sizeof(size_t); bytes++)
            ck_assert_int_eq(calls[i].call(&bytes), ACT_INVALID);
        expect(ACT_INVALID, i, 4097, 0);
    }
    close_system();
}

/* What it has is heeded, and what it has not is what NULL stands for. */
static void an_older_programs_options_are_heeded(void)
{
    struct {
        size_t      size;
        const char *name;
    } old = {sizeof old, "old"};
    act_pid pid, found;
    open_system();
    ck_assert_int_eq(act_system_spawn(sys, &pid, &idle, NULL,
                                      (const act_spawn_options *)(const void *)&old),
                     ACT_OK);
    ck_assert_int_eq(act_whereis(sys, &found, "old"), ACT_OK);
    ck_assert(act_pid_equal(pid, found));
    close_system();
}

/* ------------------------------------------------------------- structs that keep their size */

static void nothing(void)
{
}

static void a_behavior_that_sets_what_is_reserved_is_refused(void)
{
    act_behavior newer = idle;
    act_pid      pid;
    newer.act_reserved[2] = nothing;
    open_system();
    ck_assert_int_eq(act_system_spawn(sys, &pid, &newer, NULL, NULL), ACT_INVALID);
    close_system();
}

static void a_partition_that_sets_what_is_reserved_is_refused(void)
{
    act_partition     *partition;
    act_partition_spec newer = {.name = "part", .count = 2, .child = {.behavior = &idle}};
    newer.act_reserved[0] = &newer;
    ck_assert_int_eq(act_partition_create(&partition, &newer), ACT_INVALID);
    newer.act_reserved[0] = NULL;
    newer.child.act_reserved[5] = &newer;
    ck_assert_int_eq(act_partition_create(&partition, &newer), ACT_INVALID);
}

static void counters_are_read_into_a_smaller_or_larger_struct(void)
{
    struct {
        act_counters  known;
        unsigned char more[16];
    } newer;
    act_counters older;
    const size_t half = offsetof(act_counters, sent);

    open_system();
    memset(&newer, 0xFF, sizeof newer);
    memset(&older, 0xFF, sizeof older);
    ck_assert_int_eq(spawn(NULL), ACT_OK);
    act__system_counters(sys, &newer.known, sizeof newer.known + 8);
    act__system_counters(sys, &older, half);
    ck_assert_uint_eq(newer.known.spawned, 1);
    ck_assert_uint_eq(newer.known.log_lost, 0);
    for (size_t i = 0; i < sizeof newer.more; i++)
        ck_assert_uint_eq(newer.more[i], i < 8 ? 0 : 0xFF);
    ck_assert_uint_eq(older.spawned, 1);
    ck_assert_uint_eq(older.sent, UINT64_MAX); /* was not there in its time */
    close_system();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(options_of_an_older_program_are_taken),
    TEST_CASE(options_of_a_newer_program_are_taken_if_it_sets_none_of_its_own),
    TEST_CASE(an_option_that_is_not_known_is_refused),
    TEST_CASE(what_has_no_size_is_refused),
    TEST_CASE(an_older_programs_options_are_heeded),
    TEST_CASE(counters_are_read_into_a_smaller_or_larger_struct),
    TEST_CASE(a_behavior_that_sets_what_is_reserved_is_refused),
    TEST_CASE(a_partition_that_sets_what_is_reserved_is_refused),
    END_OF_CASES};
