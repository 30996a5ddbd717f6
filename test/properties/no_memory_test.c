/*
 * Any request for memory may fail, alone or with all after it: an error or an end, never a crash, a
 * leak or a loss.
 */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

#include <actor/typed.h>
#include <mailbox/base/memory.h>
#include <test/mailbox/schema/carrier.h>

enum { TAG_WORK = 20, TAG_CRASH, WORKERS = 3 };

/* A parent that keeps workers alive, asks them and lets them crash; it counts what it must hear. */
struct parent {
    act_pid workers[WORKERS];
    act_ref monitors[WORKERS];
};

static uint64_t requests; /* for memory, in one play */
static int      spawned, downs_due, downs, asks_due, answers, released, made;

static void release(void *nothing)
{
    (void)nothing;
    released++;
}

static void works(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == TAG_CRASH)
        act_panic(self, "as told, %d", (int)message->as.int64);
    if (message->tag == TAG_WORK && message->ref.value != 0)
        act_answer_value(self, message, TAG_WORK, act_int64(1));
}

static act_result starts_work(act_self *self, void *state, const void *args)
{
    act_ref timer;
    (void)state;
    (void)args;
    made++;
    if (act_tell_after_value(self, &timer, act_self_parent(self), TAG_A,
                             act_resource_value(&released, release), 1000) != ACT_OK)
        released++; /* still ours */
    (void)!act_alloc(self, 500);
    (void)!act_register(self, "worker");
    return act_defer(self, release, NULL) == ACT_OK ? (made++, ACT_OK) : ACT_NO_MEMORY;
}

static const act_behavior worker = {
    .name = "worker", .state_bytes = 300, .init = starts_work, .receive = works};

static void start_one(act_self *self, struct parent *mine, int i)
{
    act_ref ref;
    mine->monitors[i].value = 0;
    if (act_spawn_link(self, &mine->workers[i], &worker, NULL,
                       ACT_SPAWN_OPTIONS(.announce = i == 0)) != ACT_OK) {
        mine->workers[i] = act_pid_none();
        return;
    }
    spawned++;
    if (act_monitor(self, &ref, mine->workers[i]) == ACT_OK) {
        mine->monitors[i] = ref;
        downs_due++;
    }
}

static void lets_work(act_self *self, struct parent *mine)
{
    for (int i = 0; i < WORKERS; i++) {
        act_ref ask;
        act_tell_value(self, mine->workers[i], TAG_WORK,
                       act_resource_value((made++, &released), release));
        act_tell_bytes(self, mine->workers[i], TAG_WORK, fixture.log, 600);
        act_tell(self, mine->workers[i], carrier_named, .name = "one that is typed",
                 .socket = {(made++, &released), release});
        if (act_ask_value(self, &ask, mine->workers[i], TAG_WORK, act_int64(i), 50) == ACT_OK)
            asks_due++;
        act_tell_value(self, mine->workers[i], TAG_CRASH, act_int64(i));
    }
}

static void hears(act_self *self, void *state, const act_message *message)
{
    struct parent *mine = state;
    if (message->tag == TAG_A && message->kind != ACT_VALUE_RESOURCE) {
        for (int i = 0; i < WORKERS; i++)
            if (act_pid_is_none(mine->workers[i]))
                start_one(self, mine, i);
        lets_work(self, mine);
        (void)!act_exit_other(self, mine->workers[0],
                              act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)); /* cannot fail */
    }
    if (message->tag == ACT_MESSAGE_EXIT)
        for (int i = 0; i < WORKERS; i++)
            if (act_pid_equal(mine->workers[i], act_message_sender(message)))
                mine->workers[i] = act_pid_none();
    bool monitored = false;
    for (int i = 0; i < WORKERS && message->ref.value != 0; i++)
        monitored |= act_ref_equal(mine->monitors[i], message->ref);
    downs += monitored && message->tag == ACT_MESSAGE_DOWN;
    answers += !monitored && message->ref.value != 0;
}

static act_result becomes_a_parent(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    return act_trap_exits(self, true);
}

static const act_behavior parent = {.name = "parent",
                                    .state_bytes = sizeof(struct parent),
                                    .init = becomes_a_parent,
                                    .receive = hears};

/* One life of a system; every step may fail, none may harm. */
static void play(void)
{
    act_pid     pid;
    act_system *system;
    spawned = downs_due = downs = asks_due = answers = released = made = 0;
    size_t outstanding = act__pool_outstanding();
    if (act_simulation_create(&fixture.simulation, 7, FIXTURE_OPTIONS(.stop_timeout = 100)) !=
        ACT_OK) {
        ck_assert_uint_eq(act__pool_outstanding(), outstanding);
        return;
    }
    system = act_simulation_system(fixture.simulation);
    act_result result =
        act_system_spawn(system, &pid, &parent, NULL, ACT_SPAWN_OPTIONS(.name = "parent"));
    if (result != ACT_OK)
        ck_assert_int_eq(result, ACT_NO_MEMORY);
    for (int i = 0; result == ACT_OK && i < 3; i++) {
        act_system_tell_value(system, pid, TAG_A, act_nothing());
        ck_assert_int_eq(act_simulation_run(fixture.simulation, NULL, 100000), ACT_OK);
    }
    ck_assert_int_eq(act_simulation_advance(fixture.simulation, 100, 100000), ACT_OK);
    requests = act__memory_requests();
    act__memory_fail_at(0, false); /* from here on there is memory again: what is missing now was
                                      lost */
    ck_assert_int_eq(act_simulation_advance(fixture.simulation, 5000, 100000), ACT_OK);
    for (int i = 0; result == ACT_OK && i < 2; i++) {
        act_system_tell_value(system, pid, TAG_A, act_nothing());
        ck_assert_int_eq(act_simulation_advance(fixture.simulation, 1000, 100000), ACT_OK);
    }
    ck_assert_int_eq(downs, downs_due);
    ck_assert_int_eq(answers, asks_due);
    act_counters counters;
    act_system_counters(system, &counters);
    ck_assert_uint_eq(counters.sent, counters.received + counters.dead_letters);
    act_simulation_destroy(&fixture.simulation);
    ck_assert_int_eq(released, made);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static uint64_t requests_of_a_quiet_play(void)
{
    act__memory_fail_at(0, false);
    act_simulation *warm;
    ck_assert_int_eq(act_simulation_create(&warm, 1, NULL), ACT_OK);
    act_simulation_destroy(&warm);
    act__memory_fail_at(0, false);
    play();
    ck_assert_int_eq(spawned, 5 * WORKERS);
    return requests;
}

static void any_one_request_may_fail(void)
{
    uint64_t many = requests_of_a_quiet_play();
    for (uint64_t n = 1; n <= many + 10; n++) {
        act__memory_fail_at(n, false);
        play();
    }
}

static void all_requests_from_any_one_on_may_fail(void)
{
    uint64_t many = requests_of_a_quiet_play();
    ck_assert_uint_gt(many, 100);
    for (uint64_t n = 1; n <= many + 10; n++) {
        act__memory_fail_at(n, true);
        play();
    }
}

static act_pid child;

static act_result spawns_a_child_that_traps(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    return act_spawn(self, &child, &parent, NULL, NULL);
}

static void shuts_it_down(act_self *self, void *state, const act_message *message)
{
    (void)state;
    (void)message;
    ck_assert_int_eq(act_exit_other(self, child, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
}

static const act_behavior grandparent = {
    .name = "grandparent", .init = spawns_a_child_that_traps, .receive = shuts_it_down};

/* The first has an envelope; the second waits for memory, in turns that end. */
static void a_second_shutdown_waits_for_memory(void)
{
    fixture_open();
    act_pid pid = fixture_spawn_as(&grandparent, NULL, NULL);
    fixture_run();
    act_system_tell_value(fixture.system, pid, TAG_A, act_nothing());
    fixture_run();
    act_system_tell_value(fixture.system, pid, TAG_A, act_nothing());
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_simulation_run(fixture.simulation, NULL, 1000), ACT_FULL);
    act__memory_fail_at(0, false);
    uint64_t received = fixture_counters().received;
    fixture_run();
    ck_assert_uint_eq(fixture_counters().received, received);
    fixture_close();
}

static void answers_without_memory(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act__memory_fail_at(1, true);
    act_answer_value(self, message, TAG_B, act_resource_value(&released, release));
    act__memory_fail_at(0, false);
}

static const act_behavior poor = {.name = "poor", .receive = answers_without_memory};

static void asks_for_ever(act_self *self)
{
    ck_assert_int_eq(act_ask_value(self, &fixture_ref, fixture_other, TAG_A, act_nothing(),
                                   ACT_FOREVER),
                     ACT_OK);
}

static void an_answer_that_cannot_be_made_is_a_down(void)
{
    fixture_open();
    released = 0;
    act_pid asker = fixture_spawn();
    fixture_let_about(asker, asks_for_ever, fixture_spawn_as(&poor, NULL, NULL));
    const struct note *down = fixture_only(asker, ACT_MESSAGE_DOWN);
    ck_assert(act_ref_equal(down->ref, fixture_ref));
    ck_assert_int_eq(down->kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(down->code, ACT_NO_MEMORY);
    ck_assert_int_eq(released, 1);
    fixture_close();
}

static void a_system_that_cannot_be_made_leaves_nothing(void)
{
    act_system *system;
    size_t      outstanding = act__pool_outstanding();
    for (uint64_t n = 1; n <= 100; n++) {
        act__memory_fail_at(n / 2 + 1, n % 2 == 0);
        act_result result = act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 3));
        act__memory_fail_at(0, false);
        ck_assert(result == ACT_OK || result == ACT_NO_MEMORY);
        if (result == ACT_OK)
            act_system_destroy(&system);
        ck_assert_uint_eq(act__pool_outstanding(), outstanding);
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_system_that_cannot_be_made_leaves_nothing, .timeout_seconds = 60),
    TEST_CASE(an_answer_that_cannot_be_made_is_a_down, .rounds = 5),
    TEST_CASE(a_second_shutdown_waits_for_memory, .rounds = 5),
    TEST_CASE(any_one_request_may_fail, .timeout_seconds = 60),
    TEST_CASE(all_requests_from_any_one_on_may_fail, .timeout_seconds = 60),
    END_OF_CASES,
};
