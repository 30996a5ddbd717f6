/*
 * Shards that crash while clients wait: each command is done at most once and has one answer, which
 * is true.
 */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/shard.h>

#include <act.h>
#include <samples/kv/command_run.h>
#include <samples/kv/service/batch.h>
#include <samples/kv/service/connection_state.h>
#include <test/properties/seeds.h>
#include <test/samples/kv/dice.h>

/* Clients are actors that use a connection's upstreams and pending commands, without its socket. */
enum { CLIENTS = 3, COMMANDS = 60, PIPELINE_MAX = 8, SHARDS = 2 };
enum { SEEDS_A_ROUND = 6, ROUNDS = 10, STEPS_MAX = 1000000 };

struct client {
    struct kv_connection connection;
    uint64_t             seed;
    uint32_t             asked;
    bool                 is_crash[COMMANDS]; /* a DEBUG PANIC */
};

/* What the clients were answered, all together. */
static struct tally {
    uint32_t answers, done, not_done, in_part, crashes, crashes_told, pairs, aborts, others;
} tally;

static struct kv_service service;
static act_pid           clients[CLIENTS];
static act_simulation   *simulation;
static uint32_t          panics_percent;
static bool              with_pairs; /* transactions that count up a key on each shard */
static const char       *pair[SHARDS] = {"x", "y"};

static act_self                   *shard_self; /* while it runs; a panic leaves it set */
static uint64_t                    crash_seed; /* 0: none */
static const struct kv_shard_kept *kept_of[SHARDS];

/* ---- A client ---- */

static bool begins_with(struct kv_bytes reply, const char *text)
{
    return reply.count >= strlen(text) && memcmp(reply.data, text, strlen(text)) == 0;
}

static void count_answer(struct kv_bytes reply, bool is_crash)
{
    tally.answers++;
    if (is_crash)
        tally.crashes_told += begins_with(reply, "-TRYAGAIN");
    else if (begins_with(reply, ":"))
        tally.done++;
    else if (begins_with(reply, "*2\r\n:"))
        tally.pairs++;
    else if (begins_with(reply, "*-1"))
        tally.aborts++;
    else if (begins_with(reply, "-TRYAGAIN"))
        tally.not_done++;
    else if (begins_with(reply, "-ERR shard restarted in the middle"))
        tally.in_part++;
    else
        tally.others++;
}

/* Not through the number of the slot: answers have to come in the order of the commands. */
static void take_answers(struct client *client)
{
    struct kv_pending *pending = &client->connection.pending;
    struct kv_slot    *slot;
    while ((slot = kv_pending_front(pending)) != NULL && slot->waiting == 0) {
        count_answer(slot->reply, client->is_crash[pending->first]);
        kv_pending_pop(pending);
    }
}

/*
 * One request after the other to the session, as a connection does; their replies are of no
 * interest.
 */
static void say(struct client *client, const char *name, const char *key)
{
    struct kv_bytes          argv[] = {kv_bytes_text(name), kv_bytes_text(key != NULL ? key : "")};
    struct kv_request        request = {key != NULL ? 2 : 1, argv};
    struct kv_buffer         ignored = {0};
    const struct kv_command *command =
        kv_session_take(&client->connection.session, request, service.seed, SHARDS, &ignored);
    if (command != NULL && command->run == kv_run_multi)
        client->connection.session.multi.is_open = true;
    kv_buffer_release(&ignored);
}

static void ask_pair(act_self *self, struct client *client)
{
    struct kv_bytes argv[] = {kv_bytes_text("exec")};
    say(client, "multi", NULL);
    for (uint32_t i = 0; i < SHARDS; i++)
        say(client, "incr", pair[i]);
    client->asked++;
    client->is_crash[kv_pending_end(&client->connection.pending)] = false;
    kv_loan_begin(self, &client->connection, kv_command_find(argv[0]),
                  (struct kv_request){1, argv});
}

static uint32_t shard_of(const char *key)
{
    return kv_shard_of_key(service.seed, kv_bytes_text(key), SHARDS);
}

static void ask(struct client *client, bool is_crash)
{
    static const struct kv_bytes increment[] = {{(const void *)"incr", 4}, {(const void *)"n", 1}};
    static const struct kv_bytes panic[] = {
        {(const void *)"debug", 5}, {(const void *)"panic", 5}, {(const void *)"n", 1}};
    uint32_t          number;
    struct kv_slot   *slot = kv_pending_push(&client->connection.pending, &number);
    struct kv_request request = {is_crash ? 3 : 2, is_crash ? panic : increment};
    ck_assert_ptr_nonnull(slot);
    slot->waiting = kv_upstream_bit(shard_of("n"));
    client->is_crash[number] = is_crash;
    client->asked++;
    tally.crashes += is_crash;
    kv_upstream_add(&client->connection, shard_of("n"), kv_command_find(request.argv[0]), number,
                    request);
}

static void ask_more(act_self *self, struct client *client)
{
    size_t most = 1 + dice_roll(&client->seed, PIPELINE_MAX);
    while (client->asked < COMMANDS && client->connection.pending.count < most &&
           client->connection.loan.command == NULL) {
        if (with_pairs && dice_roll(&client->seed, 3) == 0)
            ask_pair(self, client);
        else
            ask(client, dice_roll(&client->seed, 100) < panics_percent);
    }
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct client *client = state;
    shard_self = NULL;
    if (message->tag == kv_replies_tag)
        kv_upstream_replies(self, &client->connection, message);
    else if (message->tag == kv_batch_tag)
        kv_upstream_rest(self, &client->connection, message);
    else if (message->tag == KV_TAG_LENT)
        kv_upstream_lent(self, &client->connection, message);
    else if (message->tag == ACT_MESSAGE_DOWN)
        kv_upstream_down(&client->connection, message->ref);
    else if (message->tag == kv_retry_tag)
        client->connection.retrying = false;
    kv_loan_go_on(self, &client->connection);
    take_answers(client);
    ask_more(self, client);
    kv_upstreams_send(self, &client->connection);
}

static void release(void *state)
{
    struct kv_connection *connection = &((struct client *)state)->connection;
    for (uint32_t i = 0; i < SHARDS; i++) {
        act_message_free(&connection->upstreams[i].rest);
        act_message_free(&connection->upstreams[i].next);
        act_message_free(&connection->upstreams[i].lent);
    }
    kv_pending_release(&connection->pending);
    kv_buffer_release(&connection->loan.request);
    kv_session_release(&connection->session);
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct client *client = state;
    shard_self = NULL;
    client->seed = *(const uint64_t *)args;
    client->connection.service = &service;
    client->connection.upstreams_count = SHARDS;
    client->connection.upstreams = act_alloc(self, SHARDS * sizeof *client->connection.upstreams);
    ck_assert_ptr_nonnull(client->connection.upstreams);
    ck_assert_int_eq(act_defer(self, release, client), ACT_OK);
    ask_more(self, client);
    kv_upstreams_send(self, &client->connection);
    return ACT_OK;
}

static const act_behavior client_behavior = {
    .name = "client",
    .state_bytes = sizeof(struct client),
    .args_bytes = sizeof(uint64_t),
    .init = init,
    .receive = receive,
    .schema = kv_schema,
};

/* ---- A shard that can be made to crash anywhere ---- */

/* A panic at any call of the allocator, one in so many. */
static bool crash_at_random(enum kv_memory_event event)
{
    (void)event;
    if (shard_self != NULL && crash_seed != 0 && dice_roll(&crash_seed, 12) == 0)
        act_panic(shard_self, "crashed at the allocator");
    return true;
}

static bool refuse_at_random(enum kv_memory_event event)
{
    return shard_self == NULL || event != KV_MEMORY_ALLOCATE || dice_roll(&crash_seed, 4) != 0;
}

static act_result init_shard(act_self *self, void *state, const void *args)
{
    shard_self = NULL;
    kept_of[((const struct kv_shard_args *)args)->index] = act_kept(self);
    return kv_shard.init(self, state, args);
}

static void receive_as_shard(act_self *self, void *state, const act_message *message)
{
    shard_self = self;
    kv_shard.receive(self, state, message);
    shard_self = NULL;
}

static act_behavior shard_behavior;

/* ---- The stage ---- */

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static void start_shards(void)
{
    static const struct kv_shard_args args[SHARDS] = {{&service, 0}, {&service, 1}};
    static act_spawn_options          options[SHARDS];
    static act_child_spec             shards[SHARDS];
    static act_supervisor_spec        upstreams, root;
    static act_child_spec             supervisor;
    act_pid                           root_pid;
    shard_behavior = kv_shard;
    shard_behavior.init = init_shard;
    shard_behavior.receive = receive_as_shard;
    for (uint32_t i = 0; i < SHARDS; i++) {
        options[i] = *ACT_SPAWN_OPTIONS(.name = service.executor_names[i]);
        shards[i] = (act_child_spec){.id = service.executor_names[i],
                                     .behavior = &shard_behavior,
                                     .args = &args[i],
                                     .options = &options[i],
                                     .kept_bytes = sizeof(struct kv_shard_kept),
                                     .kept_release = kv_shard_kept_release};
    }
    upstreams = (act_supervisor_spec){
        .intensity = UINT32_MAX, .children = shards, .children_count = SHARDS};
    supervisor = act_supervisor_child("upstreams", &upstreams);
    static act_spawn_options named;
    named = *ACT_SPAWN_OPTIONS(.name = "upstreams");
    supervisor.options = &named;
    root = (act_supervisor_spec){
        .intensity = UINT32_MAX, .children = &supervisor, .children_count = 1};
    ck_assert_int_eq(act_system_spawn_supervisor(act_simulation_system(simulation), &root_pid,
                                                 &root, NULL),
                     ACT_OK);
    ck_assert_int_eq(act_simulation_run(simulation, NULL, STEPS_MAX), ACT_OK);
}

static void begin(uint64_t seed)
{
    const struct kv_options options = {.shards_count = SHARDS};
    memset(&service, 0, sizeof service);
    kv_service_init(&service, &options);
    service.seed = (struct kv_seed){1, 2};
    for (uint32_t i = 0; i < SHARDS; i++)
        snprintf(service.executor_names[i], sizeof service.executor_names[i], "shard-%u", i);
    tally = (struct tally){0};
    panics_percent = 0;
    with_pairs = false;
    ck_assert_uint_ne(shard_of(pair[0]), shard_of(pair[1]));
    crash_seed = 0;
    ck_assert_int_eq(act_simulation_create(&simulation, seed, ACT_SYSTEM_OPTIONS(.log = no_log)),
                     ACT_OK);
    start_shards();
}

static void start_clients(uint64_t seed)
{
    for (uint64_t i = 0; i < CLIENTS; i++) {
        uint64_t own = seed * CLIENTS + i + 1;
        ck_assert_int_eq(act_system_spawn(act_simulation_system(simulation), &clients[i],
                                          &client_behavior, &own, NULL),
                         ACT_OK);
    }
}

static act_pid pid_of(const char *name)
{
    act_pid pid = act_pid_none();
    return act_whereis(act_simulation_system(simulation), &pid, name) == ACT_OK ? pid
                                                                                : act_pid_none();
}

/* Ends it from outside, between its turns, wherever the seed has let it come to. */
static void kill_named(const char *name)
{
    act_result ignored = act_system_exit_actor(act_simulation_system(simulation), pid_of(name),
                                               act_exit_reason_make(ACT_EXIT_KILL, 0, NULL));
    (void)ignored;
}

static void run_to_the_end(void)
{
    PROPERTY(act_simulation_advance(simulation, ACT_SECONDS(10), STEPS_MAX) == ACT_OK);
    PROPERTY(tally.answers == CLIENTS * COMMANDS);
}

/* A counter's value, not by a command but from the table itself. */
static int64_t value_of(const char *key)
{
    const struct kv_entry *entry =
        kv_store_find(&kept_of[shard_of(key)]->table->store, kv_bytes_text(key), 1);
    int64_t value = 0;
    if (entry != NULL)
        ck_assert(kv_bytes_to_integer(kv_entry_value(entry), &value));
    return value;
}

static void finish(void)
{
    kv_memory_hook = NULL;
    act_simulation_destroy(&simulation);
}

/* No transaction was done by half, or twice, or not at all. */
static void check_pairs(void)
{
    PROPERTY(value_of(pair[0]) == value_of(pair[1]));
    PROPERTY(value_of(pair[0]) == tally.pairs);
    PROPERTY(!with_pairs || tally.pairs > 0);
}

/* ---- Properties ---- */

static void crash_by_command(uint64_t seed)
{
    begin(seed);
    panics_percent = 30;
    start_clients(seed);
    run_to_the_end();
    PROPERTY(tally.crashes_told == tally.crashes);
    PROPERTY(tally.not_done == 0 && tally.in_part == 0 && tally.others == 0);
    PROPERTY(value_of("n") == tally.done);
    finish();
}

static void crash_anywhere(uint64_t seed)
{
    begin(seed);
    panics_percent = 5;
    start_clients(seed);
    crash_seed = seed + 1;
    kv_memory_hook = crash_at_random;
    run_to_the_end();
    PROPERTY(tally.crashes_told == tally.crashes);
    PROPERTY(tally.others == 0);
    PROPERTY(value_of("n") == tally.done + tally.in_part);
    finish();
}

static void refuse_memory(uint64_t seed)
{
    begin(seed);
    panics_percent = 5;
    start_clients(seed);
    crash_seed = seed + 1;
    kv_memory_hook = refuse_at_random;
    run_to_the_end();
    PROPERTY(tally.in_part == 0);
    PROPERTY(value_of("n") == tally.done);
    finish();
}

/* However often they are killed there waits of each client a batch, a probe and a table at most. */
static void check_waiting(void)
{
    for (uint32_t i = 0; i < SHARDS; i++) {
        act_pid  shard = pid_of(service.executor_names[i]);
        uint32_t waiting = act_inbox_length(act_simulation_system(simulation), shard);
        PROPERTY(waiting + kept_of[i]->waiting.count <= 3 * CLIENTS);
    }
}

/* As often as it takes: each is there for a few turns only, and has to get on in these. */
static void kill_until_half_is_answered(uint64_t seed)
{
    uint64_t dice = seed;
    while (tally.answers < CLIENTS * COMMANDS / 2) {
        act_result ignored = act_simulation_run(simulation, NULL, 1 + dice_roll(&dice, 5));
        (void)ignored;
        kill_named(service.executor_names[dice_roll(&dice, SHARDS)]);
        check_waiting();
    }
}

static void kill_between_turns(uint64_t seed)
{
    begin(seed);
    start_clients(seed);
    kill_until_half_is_answered(seed);
    run_to_the_end();
    PROPERTY(tally.not_done == 0 && tally.in_part == 0 && tally.others == 0);
    PROPERTY(value_of("n") == tally.done);
    finish();
}

/* A shard is killed at any time, also while a connection has its table, or waits for it. */
static void kill_among_transactions(uint64_t seed)
{
    begin(seed);
    panics_percent = 10;
    with_pairs = true;
    start_clients(seed);
    kill_until_half_is_answered(seed);
    run_to_the_end();
    PROPERTY(tally.not_done == 0 && tally.in_part == 0 && tally.others == 0);
    PROPERTY(value_of("n") == tally.done);
    check_pairs();
    finish();
}

/* So is a client: what it had borrowed is lent to others. */
static void kill_borrowers(uint64_t seed)
{
    uint64_t dice = seed;
    begin(seed);
    with_pairs = true;
    start_clients(seed);
    for (int i = 0; i < CLIENTS - 1; i++) {
        act_result ignored = act_simulation_run(simulation, NULL, 1 + dice_roll(&dice, 30));
        (void)ignored;
        ignored = act_system_exit_actor(act_simulation_system(simulation), clients[i],
                                        act_exit_reason_make(ACT_EXIT_KILL, 0, NULL));
    }
    PROPERTY(act_simulation_advance(simulation, ACT_SECONDS(10), STEPS_MAX) == ACT_OK);
    PROPERTY(tally.answers >= COMMANDS);
    PROPERTY(value_of(pair[0]) == value_of(pair[1]));
    PROPERTY(value_of(pair[0]) >= tally.pairs);
    finish();
}

/*
 * With their supervisor the table goes, and what waits for the shard; all else is answered, and
 * none waits for ever.
 */
static void lose_everything(uint64_t seed)
{
    uint64_t dice = seed;
    begin(seed);
    panics_percent = 10;
    with_pairs = true;
    start_clients(seed);
    for (int i = 0; i < 10; i++) {
        act_result ignored = act_simulation_run(simulation, NULL, 1 + dice_roll(&dice, 30));
        (void)ignored;
        kill_named("upstreams");
        ignored = act_simulation_advance(simulation, ACT_MS(1), 1 + dice_roll(&dice, 20));
        (void)ignored;
    }
    run_to_the_end();
    PROPERTY(tally.in_part == 0 && tally.others == 0);
    PROPERTY(value_of("n") <= tally.done);
    finish();
}

static void a_transaction_over_two_shards_is_done_once_whatever_crashes(void)
{
    for_each_seed(kill_among_transactions, SEEDS_A_ROUND);
}

static void what_an_ended_client_has_borrowed_is_given_back(void)
{
    for_each_seed(kill_borrowers, SEEDS_A_ROUND);
}

static void a_command_that_crashes_its_shard_costs_no_other(void)
{
    for_each_seed(crash_by_command, SEEDS_A_ROUND);
}

static void wherever_a_shard_crashes_its_answers_are_true(void)
{
    for_each_seed(crash_anywhere, SEEDS_A_ROUND);
}

static void without_memory_answers_are_true_and_none_is_missing(void)
{
    for_each_seed(refuse_memory, SEEDS_A_ROUND);
}

static void a_shard_that_is_killed_between_its_turns_costs_no_answer(void)
{
    for_each_seed(kill_between_turns, SEEDS_A_ROUND);
}

static void what_is_lost_with_the_supervisor_is_answered_all_the_same(void)
{
    for_each_seed(lose_everything, SEEDS_A_ROUND);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_command_that_crashes_its_shard_costs_no_other, .rounds = ROUNDS),
    TEST_CASE(wherever_a_shard_crashes_its_answers_are_true, .rounds = ROUNDS),
    TEST_CASE(without_memory_answers_are_true_and_none_is_missing, .rounds = ROUNDS),
    TEST_CASE(a_shard_that_is_killed_between_its_turns_costs_no_answer, .rounds = ROUNDS),
    TEST_CASE(a_transaction_over_two_shards_is_done_once_whatever_crashes, .rounds = ROUNDS),
    TEST_CASE(what_an_ended_client_has_borrowed_is_given_back, .rounds = ROUNDS),
    TEST_CASE(what_is_lost_with_the_supervisor_is_answered_all_the_same, .rounds = ROUNDS),
    END_OF_CASES,
};
