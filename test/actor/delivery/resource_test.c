/*
 * Sockets in typed messages: whatever becomes of the message, they are closed once, or are its
 * receiver's.
 */
/* SPDX-License-Identifier: MIT */
#include <sys/socket.h>
#include <unistd.h>

#include <actor/io/address.h>
#include <actor/typed.h>
#include <mailbox/base/memory.h>
#include <test/actor/fixture.h>
#include <test/mailbox/schema/carrier.h>

static act_pid a, b;
static int     before; /* descriptors */
static int     made, others[32];

/* A new one of a pair, whose other end says when it is closed. */
static act_resource open_socket(void)
{
    int         ends[2];
    act_socket *one = act__allocate(sizeof *one);
    ck_assert_ptr_nonnull(one);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    *one = (act_socket){.fd = ends[0]};
    others[made++] = ends[1];
    return (act_resource){one, act_socket_release};
}

static bool is_closed(int i)
{
    char letter;
    return recv(others[i], &letter, 1, MSG_DONTWAIT) == 0;
}

static act_pid     kept_at;
static act_socket *kept;

static void takes(act_self *self, void *state, const act_message *message)
{
    (void)state;
    switch (carrier_tag_of(message)) {
    case carrier_socket_tag:
        kept = act_resource_take(&act_view(carrier_socket, message)->socket);
        kept_at = act_self_pid(self);
        break;
    case carrier_named_tag: act_panic(self, "with a socket in hand");
    case carrier_empty_tag: act_answer(self, message, carrier_socket, open_socket()); break;
    default: act_unknown(self, message);
    }
}

static const act_behavior taker = {.name = "taker", .receive = takes, .schema = carrier_schema};

static void open_as(const act_behavior *behavior, const act_spawn_options *options)
{
    made = 0;
    kept = NULL;
    before = kit_entries_of("/proc/self/fd");
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(behavior, NULL, options);
    fixture_run();
}

/* Nothing that was sent is still open. */
static void close_all(void)
{
    fixture_close();
    for (int i = 0; i < made; i++) {
        ck_assert(is_closed(i));
        close(others[i]);
    }
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
}

static void tells_one(act_self *self)
{
    act_tell(self, b, carrier_socket, .socket = open_socket());
}

static void a_receiver_takes_it_out(void)
{
    open_as(&taker, NULL);
    fixture_let(a, tells_one);
    ck_assert(act_pid_equal(kept_at, b));
    ck_assert(!is_closed(0));
    act_socket_close(&kept);
    close_all();
}

static void tells_four(act_self *self)
{
    for (int i = 0; i < 4; i++)
        act_tell(self, b, carrier_named, .name = "one", .socket = open_socket());
}

static void one_that_is_not_taken_is_closed(void)
{
    open_as(&scripted, NULL);
    fixture_let(a, tells_four);
    ck_assert_int_eq(fixture_count(b, carrier_named_tag), 4);
    for (int i = 0; i < 4; i++)
        ck_assert(is_closed(i)); /* not only when the system ends */
    close_all();
}

static void one_for_the_dead_is_closed(void)
{
    open_as(&scripted, NULL);
    fixture_let(b, exits_normally);
    fixture_let(a, tells_four);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 4);
    close_all();
}

static void one_that_waits_when_its_receiver_ends_is_closed(void)
{
    open_as(&scripted, NULL);
    fixture_tell_to(b, exits_normally);
    fixture_tell_to(a, tells_four);
    fixture_run();
    close_all();
}

static void a_full_inbox_closes_what_it_does_not_take(void)
{
    static const act_inbox_policy policies[] = {ACT_INBOX_REFUSE, ACT_INBOX_DROP_NEWEST,
                                                ACT_INBOX_DROP_OLDEST};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        open_as(&scripted, ACT_SPAWN_OPTIONS(.inbox_max = 1, .inbox_policy = policies[i]));
        fixture_let(a, tells_four);
        ck_assert_int_eq(fixture_count(b, carrier_named_tag), 1);
        ck_assert_int_eq(fixture_dead_letters(ACT_FULL), 3);
        close_all();
    }
}

static void one_in_flight_when_the_system_stops_is_closed(void)
{
    open_as(&taker, NULL);
    fixture_tell_to(a, tells_four); /* nothing has run when it is destroyed */
    ck_assert_int_eq(act_simulation_run(fixture.simulation, NULL, 1), ACT_FULL);
    ck_assert_int_eq(made, 4);
    act_simulation_destroy(&fixture.simulation);
    ck_assert_uint_eq(act__pool_outstanding(), fixture.outstanding);
    for (int i = 0; i < made; i++) {
        ck_assert(is_closed(i));
        close(others[i]);
    }
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
}

static void one_whose_handler_panics_is_closed(void)
{
    open_as(&taker, NULL);
    fixture_let(a, tells_four);
    ck_assert_int_eq(fixture_dead_letters(ACT_PANICKED), 1);
    ck_assert_ptr_nonnull(strstr(fixture.log, "carrier_named {name: \"one\", socket: resource}"));
    close_all();
}

static void tells_what_cannot_be(act_self *self)
{
    act_tell_typed(self, b, fleet_all_type(),
                   &(struct fleet_all){.one = open_socket(), .many = {NULL, 1}});
    struct carrier_named named = {"one", open_socket()};
    act__memory_fail_at(1, true);
    act_tell_typed(self, b, carrier_named_type(), &named);
    act__memory_fail_at(0, false);
}

static void what_cannot_be_told_is_closed(void)
{
    open_as(&taker, NULL);
    fixture_let(a, tells_what_cannot_be);
    ck_assert_int_eq(fixture_dead_letters(ACT_INVALID), 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_MEMORY), 1);
    ck_assert(is_closed(0) && is_closed(1));
    act_system_tell(fixture.system, b, fleet_all, .one = open_socket(), .many = {NULL, 1});
    ck_assert(is_closed(2));
    close_all();
}

/* Calls that answer a result leave it to their caller. */
static void asks_in_vain(act_self *self)
{
    act_resource socket = open_socket();
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 0, carrier_socket, .socket = socket),
                     ACT_INVALID);
    ck_assert_int_eq(act_tell_after(self, &fixture_ref, b, -1, carrier_socket, .socket = socket),
                     ACT_INVALID);
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 5, carrier_socket, .socket = socket),
                     ACT_NO_MEMORY);
    act__memory_fail_at(0, false);
    ck_assert(!is_closed(0));
    socket.release(socket.pointer);
}

static void an_ask_that_fails_leaves_it_to_the_caller(void)
{
    open_as(&taker, NULL);
    fixture_let(a, asks_in_vain);
    close_all();
}

/* It answers late, or never: so it is no caller's any more, whatever the result. */
static void asks_of_threads_that_fail_close_it(void)
{
    act_message *reply;
    open_as(&taker, NULL);
    act_resource socket = open_socket();
    act__memory_fail_at(1, true);
    act_result result =
        act_system_ask(fixture.system, b, &reply, 5, carrier_socket, .socket = socket);
    act__memory_fail_at(0, false);
    ck_assert_int_eq(result, ACT_NO_MEMORY);
    ck_assert(is_closed(0));
    ck_assert_int_eq(act_system_ask(fixture.system, b, &reply, 5, fleet_all, .one = open_socket(),
                                    .many = {NULL, 1}),
                     ACT_INVALID);
    ck_assert(is_closed(1));
    ck_assert_int_eq(act_system_ask(fixture.system, b, &reply, 5, carrier_socket,
                                    .socket = open_socket()),
                     ACT_INVALID); /* in a simulation */
    close_all();
}

static void asks_for_one(act_self *self)
{
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 5, carrier_empty), ACT_OK);
}

static void an_answer_that_is_not_awaited_is_closed(void)
{
    open_as(&taker, NULL);
    act_system_tell(fixture.system, b, carrier_empty); /* no ask */
    fixture_run();
    ck_assert(made == 1 && is_closed(0));
    fixture_let(a, asks_for_one); /* which does not take it */
    ck_assert(made == 2 && is_closed(1));
    fixture_tell_to(a, asks_for_one);
    fixture_tell_to(a, exits_normally);
    fixture_run();
    close_all();
}

static void tells_later(act_self *self)
{
    ck_assert_int_eq(act_tell_after(self, &fixture_ref, b, 50, carrier_socket, open_socket()),
                     ACT_OK);
}

static void cancels(act_self *self)
{
    ck_assert_int_eq(act_cancel_timer(self, fixture_ref), ACT_OK);
}

static void a_timer_that_is_cancelled_closes_it(void)
{
    open_as(&taker, NULL);
    fixture_let(a, tells_later);
    ck_assert(!is_closed(0));
    fixture_let(a, cancels);
    ck_assert(is_closed(0));
    fixture_let(a, tells_later);
    fixture_advance(50);
    ck_assert_ptr_nonnull(kept);
    act_socket_close(&kept);
    close_all();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_receiver_takes_it_out),
    FIXTURE_CASE(one_that_is_not_taken_is_closed),
    FIXTURE_CASE(one_for_the_dead_is_closed),
    FIXTURE_CASE(one_that_waits_when_its_receiver_ends_is_closed),
    FIXTURE_CASE(a_full_inbox_closes_what_it_does_not_take),
    FIXTURE_CASE(one_in_flight_when_the_system_stops_is_closed),
    FIXTURE_CASE(one_whose_handler_panics_is_closed),
    FIXTURE_CASE(what_cannot_be_told_is_closed),
    FIXTURE_CASE(an_ask_that_fails_leaves_it_to_the_caller),
    FIXTURE_CASE(asks_of_threads_that_fail_close_it),
    FIXTURE_CASE(an_answer_that_is_not_awaited_is_closed),
    FIXTURE_CASE(a_timer_that_is_cancelled_closes_it),
    END_OF_CASES,
};
