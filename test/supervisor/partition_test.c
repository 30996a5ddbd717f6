/* Partitions: each key has its child, which keeps its name and what waits for it. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <supervisor/partition.h>
#include <test/supervisor/family.h>

enum { COUNT = 8 };

static struct fixture_plan plans[COUNT], *plan_of[COUNT];
static act_partition      *partition;
static act_partition_spec  parts;

static void begin_partition(void)
{
    static const char *const ids[COUNT] = {"0", "1", "2", "3", "4", "5", "6", "7"};
    begin();
    for (int i = 0; i < COUNT; i++) {
        plans[i] = (struct fixture_plan){.id = ids[i]};
        plan_of[i] = &plans[i];
    }
    parts = (act_partition_spec){.name = "store",
                                 .count = COUNT,
                                 .intensity = 100,
                                 .args_each = true,
                                 .child = {.behavior = &fixture_worker, .args = plan_of}};
}

static void start_partition(void)
{
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_OK);
    root = fixture_root(act_partition_supervisor(partition));
    fixture_watch(root);
}

static void end(void)
{
    fixture_end();
    act_partition_destroy(&partition);
    ck_assert_ptr_null(partition);
}

static void there_is_a_child_for_each_number(void)
{
    begin_partition();
    start_partition();
    for (int i = 0; i < COUNT; i++)
        ck_assert_int_eq(plans[i].starts, 1);
    ck_assert_uint_eq(fixture_count(root).active_count, COUNT);
    end();
}

static void each_key_leads_to_one_child_always_the_same(void)
{
    int hits[COUNT] = {0};
    begin_partition();
    start_partition();
    for (uint64_t key = 0; key < 8000; key++) {
        act_pid  pid;
        uint32_t number = act_partition_of(partition, key);
        ck_assert_uint_lt(number, COUNT);
        ck_assert_int_eq(act_partition_find(partition, fixture_system, &pid, key), ACT_OK);
        ck_assert(act_pid_equal(pid, plans[number].pid));
        hits[number]++;
    }
    for (int i = 0; i < COUNT; i++)
        ck_assert_msg(hits[i] > 900 && hits[i] < 1100, "%d of 8000 keys lead to %d", hits[i], i);
    end();
}

static void texts_are_spread(void)
{
    int  hits[COUNT] = {0};
    char text[32];
    begin_partition();
    start_partition();
    for (int i = 0; i < 8000; i++) {
        snprintf(text, sizeof text, "user:%d", i);
        hits[act_partition_of(partition, act_partition_key(text, strlen(text)))]++;
    }
    for (int i = 0; i < COUNT; i++)
        ck_assert_msg(hits[i] > 800 && hits[i] < 1200, "%d of 8000 texts lead to %d", hits[i], i);
    end();
}

static void a_child_that_fails_is_restarted_alone_and_found_meanwhile(void)
{
    act_pid between;
    begin_partition();
    parts.backoff = (act_backoff){.min = 100, .max = 100};
    start_partition();
    struct fixture_plan *plan = &plans[act_partition_of(partition, 5)];
    tell(plan, FIXTURE_DO_FAIL);
    ck_assert(!plan->alive);
    ck_assert_int_eq(act_partition_find(partition, fixture_system, &between, 5), ACT_OK);
    act_system_tell_value(fixture_system, between, FIXTURE_DO_SAY_X, act_nothing());
    fixture_clear_log();
    fixture_advance(100);
    ck_assert(act_pid_equal(plan->pid, between));
    ck_assert(strlen(fixture_log) == 6 && fixture_log[4] == 'x');
    for (int i = 0; i < COUNT; i++)
        ck_assert_int_eq(plans[i].starts, 1 + (&plans[i] == plan));
    end();
}

static void sends(act_self *self, void *state, const act_message *message)
{
    act_message *mine;
    (void)state;
    ck_assert_int_eq(act_message_create_value(&mine, FIXTURE_DO_SAY_Y, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_partition_send(self, partition, message->as.uint64, &mine), ACT_OK);
}

static void a_send_by_key_reaches_its_child(void)
{
    static const act_behavior sender = {.name = "sender", .receive = sends};
    act_pid                   pid;
    begin_partition();
    start_partition();
    ck_assert_int_eq(act_system_spawn(fixture_system, &pid, &sender, NULL, NULL), ACT_OK);
    fixture_clear_log();
    act_system_tell_value(fixture_system, pid, 1, act_uint64(5));
    fixture_run();
    char wanted[8];
    snprintf(wanted, sizeof wanted, "%sy ", plans[act_partition_of(partition, 5)].id);
    LOG_IS(wanted);
    end();
}

#define TOLD(FIELD)  FIELD(1, INT64, number)
#define ASKED(FIELD) FIELD(1, INT64, number)
#define MESSAGES(MESSAGE)                                                                          \
    MESSAGE(part_told, TOLD)                                                                       \
    MESSAGE(part_asked, ASKED)
ACT_SCHEMA(part, MESSAGES);

static int64_t told[COUNT], answered;

static void hears(act_self *self, void *state, const act_message *message)
{
    int me = *(int *)state;
    switch (part_tag_of(message)) {
    case part_told_tag: told[me] += act_view(part_told, message)->number; break;
    case part_asked_tag: act_answer(self, message, part_asked, .number = me); break;
    default: act_unknown(self, message);
    }
}

static act_result begins(act_self *self, void *state, const void *args)
{
    (void)self;
    *(int *)state = *(const int *)args;
    return ACT_OK;
}

static void talks(act_self *self, void *state, const act_message *message)
{
    act_ref      ask;
    act_message *mine;
    (void)state;
    if (message->tag != 1) {
        answered = answered * 10 + act_view(part_asked, message)->number;
        return;
    }
    act_partition_tell(self, partition, 5, part_told, .number = 7);
    ck_assert_int_eq(act_partition_ask(self, &ask, partition, 5, 100, part_asked), ACT_OK);
    ck_assert_int_eq(act_message_make(&mine, part_asked), ACT_OK);
    ck_assert_int_eq(act_partition_ask_message(self, &ask, partition, 5, &mine, 100), ACT_OK);
}

static void a_key_can_be_told_and_asked(void)
{
    static const act_behavior listener = {.name = "listener",
                                          .state_bytes = sizeof(int),
                                          .args_bytes = sizeof(int),
                                          .init = begins,
                                          .receive = hears},
                              talker = {.name = "talker", .receive = talks};
    static const int numbers[COUNT] = {0, 1, 2, 3, 4, 5, 6, 7};
    act_pid          pid;
    begin_partition();
    parts.child.behavior = &listener;
    parts.child.args = numbers;
    start_partition();
    ck_assert_int_eq(act_system_spawn(fixture_system, &pid, &talker, NULL, NULL), ACT_OK);
    act_system_tell_value(fixture_system, pid, 1, act_nothing());
    fixture_run();
    int64_t mine = act_partition_of(partition, 5);
    ck_assert_int_eq(told[mine], 7);
    ck_assert_int_eq(answered, mine * 11);
    end();
}

static void without_args_each_all_get_the_same(void)
{
    begin_partition();
    parts.count = 1;
    parts.args_each = false;
    start_partition();
    ck_assert_int_eq(plans[0].starts, 1);
    ck_assert_uint_eq(act_partition_of(partition, 12345), 0);
    end();
}

static void keys_lead_nowhere_before_it_runs_and_after(void)
{
    act_pid pid;
    begin_partition();
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_OK);
    ck_assert_int_eq(act_partition_find(partition, fixture_system, &pid, 5), ACT_NOT_FOUND);
    root = fixture_root(act_partition_supervisor(partition));
    ck_assert_int_eq(act_partition_find(partition, fixture_system, &pid, 5), ACT_OK);
    stop();
    ck_assert_int_eq(act_partition_find(partition, fixture_system, &pid, 5), ACT_NOT_FOUND);
    end();
}

static void a_partition_may_be_a_child(void)
{
    act_pid pid;
    begin_partition();
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_OK);
    child[1] = act_supervisor_child("store", act_partition_supervisor(partition));
    spec.children_count = 2;
    start();
    ck_assert_int_eq(act_partition_find(partition, fixture_system, &pid, 77), ACT_OK);
    end();
}

static void odd_partitions_are_refused(void)
{
    char name[52];
    memset(name, 'n', sizeof name);
    name[51] = '\0';
    begin_partition();
    parts.name = "";
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_INVALID);
    parts.name = name;
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_INVALID);
    parts.name = name + 1; /* 50 bytes */
    parts.count = 0;
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_INVALID);
    parts.count = ACT_PARTITIONS_MAX + 1;
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_INVALID);
    parts.count = 1;
    parts.child.options = ACT_SPAWN_OPTIONS(.name = "mine");
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_INVALID);
    parts.child.options = NULL;
    parts.child.behavior = NULL;
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_INVALID);
    parts.child.behavior = &fixture_worker;
    parts.backoff.min = -1;
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_INVALID);
    parts.backoff.min = 0;
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_OK);
    end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(there_is_a_child_for_each_number, ROUNDS),
    TEST_CASE(each_key_leads_to_one_child_always_the_same),
    TEST_CASE(texts_are_spread),
    TEST_CASE(a_child_that_fails_is_restarted_alone_and_found_meanwhile, ROUNDS),
    TEST_CASE(a_send_by_key_reaches_its_child, ROUNDS),
    TEST_CASE(a_key_can_be_told_and_asked),
    TEST_CASE(without_args_each_all_get_the_same, ROUNDS),
    TEST_CASE(keys_lead_nowhere_before_it_runs_and_after, ROUNDS),
    TEST_CASE(a_partition_may_be_a_child, ROUNDS),
    TEST_CASE(odd_partitions_are_refused),
    END_OF_CASES,
};
