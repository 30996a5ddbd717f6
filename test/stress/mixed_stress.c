/*
 * All that actors can do, at once and at random, in systems that come and go, the library's gaps
 * widened.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <mailbox/base/random.h>
#include <supervisor/tree.h>
#include <test/kit/kit.h>
#include <test/stress/gaps.h>
#include <test/stress/mixed_cast.h>

/*
 * Two minutes; where a sanitizer makes all slower, less. ACT_STRESS_SECONDS: as long as one likes.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SECONDS_DEFAULT = 20 };
#else
enum { SECONDS_DEFAULT = 120 };
#endif
enum { ROUND_MILLIS = 700, PATIENCE_MILLIS = 60000 };
enum { PEERS = 24, BLOCKERS = 2, BYSTANDERS = 8, FOREIGN = 2, USERS = 2 };

static act_system  *the_system;
static act_pid      root;
static uint64_t     seed; /* of this round */
static _Atomic bool foreign_stop, users_stop;

static void must(act_result result)
{
    if (result != ACT_OK) {
        fprintf(stderr, "a call has answered: %s\n", act_result_text(result));
        abort();
    }
}

static int64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void pause_for(long micros)
{
    nanosleep(&(struct timespec){.tv_nsec = micros * 1000}, NULL);
}

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

/* ---------------------------------------------------------- threads that know only the channels */

static void *use_channels(void *number)
{
    uint64_t random = 77 + (uint64_t)(uintptr_t)number;
    while (!users_stop) {
        int        at = (int)(act__mix(&random) % 2);
        int64_t    value = 1;
        act_millis timeout = (act_millis)(act__mix(&random) % 3);
        if (act__mix(&random) % 2 == 0) {
            mixed_values++;
            if (act_channel_send(mixed_senders[at], &value, timeout) != ACT_OK)
                mixed_values--;
        } else if (act_channel_receive(mixed_receivers[at], &value, timeout) == ACT_OK) {
            mixed_values--;
        }
        if (act__mix(&random) % 16 == 0)
            pause_for(200);
    }
    return NULL;
}

/* ------------------------------------------------------------------ threads that use the system */

static void ask_somewhere(uint64_t *random)
{
    act_message *request, *reply;
    must(act_message_create_value(&request, REQUEST, mixed_resource()));
    act_pid to = mixed_any_place(act__mix(random));
    if (act_system_ask_message(the_system, to, &request, &reply,
                               (act_millis)(1 + act__mix(random) % 3)) == ACT_OK)
        act_message_free(&reply);
    act_message_free(&request);
}

static void kill_supervisor(uint64_t random)
{
    act_pid pid;
    if (act_whereis(the_system, &pid, random % 2 == 0 ? "lower 0" : "lower 1") == ACT_OK)
        must(act_system_exit_actor(the_system, pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)));
}

static void look_at_tree(void)
{
    act_tree *tree;
    must(act_tree_take(the_system, &tree));
    act_tree_free(&tree);
}

static void spawn_more(uint64_t random)
{
    const act_behavior *const behaviors[] = {&mixed_peer, &mixed_peer, &mixed_bystander,
                                             &mixed_blocker};
    unsigned                  which = random % 4;
    act_pid                   pid;
    if (mixed_population < PEERS + BYSTANDERS && mixed_peers_count < PEERS_MAX - 1000)
        (void)!act_system_spawn(the_system, &pid, behaviors[which], NULL,
                                ACT_SPAWN_OPTIONS(.blocking = which == 3));
}

static void *run_foreign_thread(void *number)
{
    uint64_t random = seed + (uint64_t)(uintptr_t)number;
    while (!foreign_stop) {
        act_pid pid = mixed_any_place(act__mix(&random));
        switch (act__mix(&random) % 12) {
        case 0: kill_supervisor(act__mix(&random)); break;
        case 1: look_at_tree(); break;
        case 2:
            (void)!act_system_join(the_system, pid, NULL, (act_millis)(act__mix(&random) % 3));
            break;
        case 3:
            must(act_system_exit_actor(the_system, pid,
                                       act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)));
            break;
        case 4:
        case 5: ask_somewhere(&random); break;
        case 6: act_system_tell_value(the_system, pid, HELLO, mixed_resource()); break;
        default: spawn_more(act__mix(&random)); break;
        }
        pause_for(50 + (long)(act__mix(&random) % 400));
    }
    return NULL;
}

/* -------------------------------------------------------------------------------------- a round */

/* Specs below another are not copied with it. Written once. */
static act_spawn_options   clerk_options[CLERKS], lower_options[2];
static act_child_spec      clerks[CLERKS], lowers[2];
static act_supervisor_spec lower[2], upper;

/*
 * Two supervisors below one, three named clerks each, which keep, drop or get again what waits for
 * them.
 */
static void write_specs(void)
{
    static const char *const  clerk_names[CLERKS] = {"clerk 0", "clerk 1", "clerk 2",
                                                     "clerk 3", "clerk 4", "clerk 5"};
    static const char *const  lower_names[2] = {"lower 0", "lower 1"};
    static const act_mailbox  mailboxes[3] = {ACT_MAILBOX_KEEP, ACT_MAILBOX_DROP,
                                              ACT_MAILBOX_REDELIVER};
    static const act_strategy strategies[2] = {ACT_STRATEGY_ONE_FOR_ONE, ACT_STRATEGY_REST_FOR_ONE};
    for (int i = 0; i < CLERKS; i++) {
        clerk_options[i] = *ACT_SPAWN_OPTIONS(.name = clerk_names[i]);
        clerks[i] = (act_child_spec){.id = clerk_names[i],
                                     .behavior = &mixed_clerk,
                                     .shutdown = ACT_MS(20),
                                     .mailbox = mailboxes[i % 3],
                                     .options = &clerk_options[i]};
        clerks[i].redeliver_max = clerks[i].mailbox == ACT_MAILBOX_REDELIVER ? 2 : 0;
    }
    for (int i = 0; i < 2; i++) {
        lower[i] = (act_supervisor_spec){.strategy = strategies[i],
                                         .intensity = UINT32_MAX,
                                         .children = &clerks[3 * i],
                                         .children_count = 3};
        lower_options[i] = *ACT_SPAWN_OPTIONS(.name = lower_names[i]);
        lowers[i] = act_supervisor_child(lower_names[i], &lower[i]);
        lowers[i].options = &lower_options[i];
    }
    upper = (act_supervisor_spec){.intensity = UINT32_MAX, .children = lowers, .children_count = 2};
}

static void spawn_supervisors(void)
{
    must(act_system_spawn_supervisor(the_system, &root, &upper, NULL));
}

static void begin_round(uint64_t *random)
{
    act_system_options options =
        *ACT_SYSTEM_OPTIONS(.actors_max = 4000, .backlog_max = 64, .blocking_max = 4,
                            .stop_timeout = PATIENCE_MILLIS, .destroy_timeout = PATIENCE_MILLIS,
                            .log = no_log);
    act_pid pid;
    mixed_cast_begin();
    seed = act__mix(random);
    options.workers_count = 1 + (uint32_t)(act__mix(random) % 4);
    must(act_system_create(&the_system, &options));
    spawn_supervisors();
    for (int i = 0; i < PEERS; i++)
        must(act_system_spawn(the_system, &pid, &mixed_peer, NULL, NULL));
    for (int i = 0; i < BYSTANDERS; i++)
        must(act_system_spawn(the_system, &pid, &mixed_bystander, NULL, NULL));
    for (int i = 0; i < BLOCKERS; i++)
        must(act_system_spawn(the_system, &pid, &mixed_blocker, NULL,
                              ACT_SPAWN_OPTIONS(.blocking = true)));
}

static bool is_dead(act_pid pid)
{
    return act_system_join(the_system, pid, NULL, 0) == ACT_OK;
}

/*
 * What it is still owed: each ask, and each link and monitor of an actor that has ended. NULL:
 * nothing.
 */
static const char *missing_of(const struct ties *ties)
{
    for (int i = 0; i < TIES; i++) {
        if (!act_pid_is_none(ties->asks[i].pid))
            return "an ask without an answer";
        if (!act_pid_is_none(ties->links[i].pid) && is_dead(ties->links[i].pid))
            return "an EXIT that has not come";
        if (!act_pid_is_none(ties->monitors[i].pid) && is_dead(ties->monitors[i].pid))
            return "a DOWN that has not come";
    }
    return NULL;
}

/* Until it is owed nothing, or has ended. */
static void check_peer(struct peer *peer)
{
    const char *missing = NULL;
    for (int64_t end = now() + PATIENCE_MILLIS; now() < end; pause_for(1000)) {
        act_message *request, *reply;
        if (peer->has_ended || !peer->is_alive)
            return;
        must(act_message_create_value(&request, CHECK, act_nothing()));
        act_result result =
            act_system_ask_message(the_system, peer->pid, &request, &reply, PATIENCE_MILLIS);
        act_message_free(&request);
        if (result == ACT_NO_ACTOR || result == ACT_FULL)
            continue;
        if (result != ACT_OK) {
            fprintf(stderr, "a check was answered: %s; ", act_result_text(result));
            mixed_fault("no answer to a check", peer->pid);
        }
        missing = missing_of((const struct ties *)(const void *)reply->as.bytes);
        act_message_free(&reply);
        if (missing == NULL)
            return;
    }
    mixed_fault(missing != NULL ? missing : "no end, and no answer", peer->pid);
}

/* First all answer what they owe; from now on they answer at once. */
static void check_peers(void)
{
    for (uint32_t i = 0; i < mixed_peers_count && i < PEERS_MAX; i++)
        if (mixed_peers[i].is_alive)
            act_system_tell_value(the_system, mixed_peers[i].pid, CHECK, act_nothing());
    for (uint32_t i = 0; i < mixed_peers_count && i < PEERS_MAX; i++)
        check_peer(&mixed_peers[i]);
}

static void check_counters(void)
{
    act_counters counters;
    int64_t      end = now() + PATIENCE_MILLIS;
    do { /* what was sent to the dead may be on its way to be refused */
        pause_for(200);
        act_system_counters(the_system, &counters);
    } while (counters.sent != counters.received + counters.dead_letters && now() < end);
    ck_assert_uint_eq(counters.spawned, counters.exited);
    ck_assert_uint_eq(counters.sent, counters.received + counters.dead_letters);
}

static void end_round(void)
{
    check_peers();
    mixed_stops = true;
    act_system_stop(the_system);
    int64_t    began = now();
    act_result result = act_system_run(the_system);
    /*
     * Root supervisors are killed here, too; and clerks that take longer to end than their
     * .shutdown.
     */
    ck_assert(result == ACT_OK || result == ACT_GAVE_UP || result == ACT_TIMED_OUT);
    ck_assert_int_lt(now() - began, PATIENCE_MILLIS);
    check_counters();
    must(act_system_destroy(&the_system));
    ck_assert_int_eq(mixed_resources, 0);
}

static void run_round(uint64_t *random)
{
    pthread_t foreign[FOREIGN];
    begin_round(random);
    foreign_stop = false;
    for (uintptr_t i = 0; i < FOREIGN; i++)
        ck_assert_int_eq(pthread_create(&foreign[i], NULL, run_foreign_thread, (void *)i), 0);
    for (int64_t end = now() + ROUND_MILLIS; now() < end && mixed_peers_count < PEERS_MAX - 2000;) {
        pause_for(10000);
        if (is_dead(root)) /* a lower one that is killed while it starts is a failed start */
            spawn_supervisors();
    }
    foreign_stop = true;
    for (int i = 0; i < FOREIGN; i++)
        ck_assert_int_eq(pthread_join(foreign[i], NULL), 0);
    mixed_is_calm = true;
    end_round();
}

static double seconds_wanted(void)
{
    const char *wanted = getenv("ACT_STRESS_SECONDS");
    return wanted != NULL ? atof(wanted) : SECONDS_DEFAULT;
}

static uint64_t first_random(void)
{
    const char *wanted = getenv("ACT_SEED");
    uint64_t    random = (uint64_t)now() ^ (uint64_t)time(NULL) << 20;
    if (wanted != NULL)
        random = strtoull(wanted, NULL, 0);
    fprintf(stderr, "# ACT_SEED=%llu: the same choices, in another order of threads\n",
            (unsigned long long)random);
    return random;
}

static void open_channels(pthread_t *users)
{
    must(act_channel_create(&mixed_senders[0], &mixed_receivers[0], sizeof(int64_t), 4));
    must(act_channel_create(&mixed_senders[1], &mixed_receivers[1], sizeof(int64_t), 0));
    for (int at = 0; at < 2; at++)
        act_channel_release_with(mixed_receivers[at], mixed_release_value);
    for (uintptr_t i = 0; i < USERS; i++)
        ck_assert_int_eq(pthread_create(&users[i], NULL, use_channels, (void *)i), 0);
}

static void close_channels(const pthread_t *users)
{
    users_stop = true;
    for (int i = 0; i < USERS; i++)
        ck_assert_int_eq(pthread_join(users[i], NULL), 0);
    for (int at = 0; at < 2; at++) {
        act_sender_drop(&mixed_senders[at]);
        act_receiver_drop(&mixed_receivers[at]);
    }
    ck_assert_int_eq(mixed_values, 0);
}

static void all_at_once(void)
{
    uint64_t  random = first_random();
    unsigned  rounds = 0;
    pthread_t users[USERS];
    int64_t   end = now() + (int64_t)(1000 * seconds_wanted());
    write_specs();
    open_channels(users);
    for (; now() < end; rounds++) {
        gaps_widen("", 64u << act__mix(&random) % 6, 1000u << act__mix(&random) % 8,
                   act__mix(&random));
        run_round(&random);
    }
    gaps_close();
    close_channels(users);
    fprintf(stderr,
            "# %u systems, %llu actors, %llu asks, %llu answers, %llu exits, %llu downs, "
            "%llu events\n",
            rounds, (unsigned long long)mixed_deaths, (unsigned long long)mixed_asks,
            (unsigned long long)mixed_answers, (unsigned long long)mixed_exits,
            (unsigned long long)mixed_downs, (unsigned long long)mixed_notes);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(all_at_once, .timeout_seconds = 86400),
    END_OF_CASES,
};
