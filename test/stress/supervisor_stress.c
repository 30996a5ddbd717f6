/*
 * Supervisors on real workers: children crash, come and go, and are killed from outside, all at
 * once.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include <actor/system.h>
#include <supervisor/supervisor.h>
#include <supervisor/tree.h>
#include <test/kit/kit.h>

enum { CRASHES = 3000, CRASHES_SLOW = 100, CRASHERS = 4, CROWD = 5000, KILLS = 200 };

static act_system *the_system;
static int         crashes_wanted;
static _Atomic int crashers_done, crowd_alive, crowd_done, stubborn_alive, kept_released, overlaps,
    all_started;

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

/* A photographer: in each picture each actor stands once, behind its supervisor. */
static pthread_t    photographer;
static _Atomic bool photographer_stops;

static void check_picture(const act_tree *tree)
{
    for (size_t i = 0; i < tree->rows_count; i++) {
        const act_tree_row *row = &tree->rows[i];
        if (row->parent == SIZE_MAX) {
            ck_assert_uint_eq(row->depth, 0);
            continue;
        }
        ck_assert_uint_lt(row->parent, i);
        ck_assert_uint_eq(row->depth, tree->rows[row->parent].depth + 1);
        bool has_instance = row->state >= ACT_TREE_STARTING;
        ck_assert(has_instance == !act_pid_is_none(row->pid));
        ck_assert(has_instance || i + 1 == tree->rows_count || tree->rows[i + 1].parent != i);
    }
}

static void *take_pictures(void *unused)
{
    act_tree *tree;
    (void)unused;
    while (!atomic_load(&photographer_stops)) {
        ck_assert_int_eq(act_tree_take(the_system, &tree), ACT_OK);
        check_picture(tree);
        act_tree_free(&tree);
        usleep(200);
    }
    return NULL;
}

static void begin(void)
{
    crashers_done = crowd_alive = crowd_done = stubborn_alive = kept_released = overlaps =
        all_started = 0;
    ck_assert_int_eq(act_system_create(&the_system,
                                       ACT_SYSTEM_OPTIONS(.workers_count = 4, .log = no_log)),
                     ACT_OK);
    photographer_stops = false;
    ck_assert_int_eq(pthread_create(&photographer, NULL, take_pictures, NULL), 0);
}

static void wait_for(_Atomic int *value, int wanted)
{
    while (atomic_load(value) != wanted)
        usleep(1000);
}

/* `others`: actors that have no supervisor and stay. */
static void stop_and_count(act_pid root, unsigned others)
{
    act_counters    counters;
    act_exit_report report;

    ck_assert_int_eq(act_system_exit_actor(the_system, root,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    ck_assert_int_eq(act_system_join(the_system, root, &report, ACT_SECONDS(60)), ACT_OK);
    atomic_store(&photographer_stops, true);
    ck_assert_int_eq(pthread_join(photographer, NULL), 0);
    do { /* those whose supervisor was killed have been told so, but may not have run since */
        usleep(1000);
        act_system_counters(the_system, &counters);
    } while (counters.spawned != counters.exited + others);
    act_system_stop(the_system);
    ck_assert_int_eq(act_system_run(the_system), ACT_OK);
    act_system_counters(the_system, &counters);
    ck_assert_uint_eq(counters.spawned, counters.exited);
    act_system_destroy(&the_system);
}

/* ------------------------------------------------------------------------------------- crashers */

/* Its kept block. */
struct crashes {
    int count, alive;
};

static void one_crasher_less(void *crashes)
{
    ((struct crashes *)crashes)->alive--;
}

static act_result crasher_init(act_self *self, void *state, const void *args)
{
    struct crashes *crashes = act_kept(self);
    (void)state, (void)args;

    if (crashes->alive++ != 0)
        atomic_fetch_add(&overlaps, 1);
    ck_assert_int_eq(act_defer(self, one_crasher_less, crashes), ACT_OK);
    act_tell_value(self, act_self_pid(self), 1, act_nothing());
    return ACT_OK;
}

static void crasher_receive(act_self *self, void *state, const act_message *message)
{
    struct crashes *crashes = act_kept(self);
    (void)state, (void)message;

    if (++crashes->count == crashes_wanted + 1)
        atomic_fetch_add(&crashers_done, 1);
    else if (crashes->count > crashes_wanted)
        return; /* it has been restarted with another */
    else if (crashes->count % 3 == 0)
        act_panic(self, "crash %d", crashes->count);
    else
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, crashes->count, NULL));
}

static const act_behavior crasher = {
    .name = "crasher", .init = crasher_init, .receive = crasher_receive};

/* By round: each strategy, then each with a back-off. */
static void take_turns(act_supervisor_spec *spec)
{
    spec->strategy = (act_strategy)(kit_round() % 3);
    crashes_wanted = kit_round() < 3 ? CRASHES : CRASHES_SLOW;
    if (kit_round() >= 3)
        spec->backoff = (act_backoff){.min = 1, .max = 3, .jitter = 0.5};
}

static void release_kept(void *kept)
{
    ck_assert_int_eq(((struct crashes *)kept)->alive, 0);
    atomic_fetch_add(&kept_released, 1);
}

static void crashing_children_come_back_and_never_twice(void)
{
    act_pid           root;
    act_child_spec    children[CRASHERS];
    act_spawn_options options[CRASHERS];
    char              ids[CRASHERS][32];

    begin();
    for (int i = 0; i < CRASHERS; i++) {
        snprintf(ids[i], sizeof ids[i], "crasher %d", i);
        options[i] = *ACT_SPAWN_OPTIONS(.name = ids[i]);
        children[i] = (act_child_spec){.id = ids[i],
                                       .behavior = &crasher,
                                       .kept_bytes = sizeof(struct crashes),
                                       .kept_release = release_kept,
                                       .options = &options[i]};
    }
    act_supervisor_spec spec = {
        .intensity = UINT32_MAX, .children = children, .children_count = CRASHERS};
    take_turns(&spec);
    ck_assert_int_eq(act_system_spawn_supervisor(the_system, &root, &spec, NULL), ACT_OK);
    wait_for(&crashers_done, CRASHERS);
    stop_and_count(root, 0);
    ck_assert_int_eq(kept_released, CRASHERS);
    ck_assert_int_eq(overlaps, 0);
}

/* ----------------------------------------------------------------------------- a server's crowd */

static void one_less(void *unused)
{
    (void)unused;
    atomic_fetch_sub(&crowd_alive, 1);
}

static act_result guest_init(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    atomic_fetch_add(&crowd_alive, 1);
    return act_defer(self, one_less, NULL);
}

static void guest_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == 2)
        act_panic(self, "leaves in a hurry");
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior guest = {.name = "guest", .init = guest_init, .receive = guest_receive};

struct host {
    act_pid  supervisor;
    unsigned host, asked, answered;
    bool     has_template;
};

static void invite(act_self *self, struct host *host)
{
    char           id[32];
    act_ref        ask;
    act_child_spec spec = {.id = id, .behavior = &guest, .restart = ACT_RESTART_TEMPORARY};

    snprintf(id, sizeof id, "guest %u of %u", host->asked++, host->host);
    if (host->has_template) {
        ck_assert_int_eq(act_supervisor_start_child_args(self, &ask, host->supervisor, NULL, 0,
                                                         ACT_FOREVER),
                         ACT_OK);
        return;
    }
    ck_assert_int_eq(act_supervisor_start_child(self, &ask, host->supervisor, &spec, ACT_FOREVER),
                     ACT_OK);
}

static act_result host_init(act_self *self, void *state, const void *args)
{
    struct host *host = state;
    *host = *(const struct host *)args;
    for (int i = 0; i < 100; i++)
        invite(self, host);
    return ACT_OK;
}

static void host_receive(act_self *self, void *state, const act_message *message)
{
    struct host          *host = state;
    act_supervisor_answer answer;

    if (act_supervisor_answer_read(message, &answer) != ACT_OK)
        return;
    ck_assert_int_eq(answer.result, ACT_OK);
    act_tell_value(self, answer.child, 1 + host->answered % 2, act_nothing());
    if (host->asked < CROWD)
        invite(self, host);
    if (++host->answered == CROWD)
        atomic_fetch_add(&crowd_done, 1);
}

static const act_behavior host_behavior = {.name = "host",
                                           .state_bytes = sizeof(struct host),
                                           .args_bytes = sizeof(struct host),
                                           .init = host_init,
                                           .receive = host_receive};

static void temporary_children_come_and_go(void)
{
    act_pid root, pid;
    const act_child_spec template = {
        .id = "guest", .behavior = &guest, .restart = ACT_RESTART_TEMPORARY};
    act_supervisor_spec spec = {.intensity = 0};
    bool                has_template = kit_round() % 2 != 0;

    begin();
    if (has_template) {
        spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
        spec.children = &template;
        spec.children_count = 1;
    }
    ck_assert_int_eq(act_system_spawn_supervisor(the_system, &root, &spec, NULL), ACT_OK);
    for (unsigned i = 0; i < 3; i++) {
        struct host host = {.supervisor = root, .host = i, .has_template = has_template};
        ck_assert_int_eq(act_system_spawn(the_system, &pid, &host_behavior, &host, NULL), ACT_OK);
    }
    wait_for(&crowd_done, 3);
    wait_for(&crowd_alive, 0);
    stop_and_count(root, 3); /* the hosts */
}

/* ------------------------------------------------------------------------- kills of supervisors */

static void one_stubborn_less(void *kept)
{
    ++*(int *)kept;
    atomic_fetch_sub(&stubborn_alive, 1);
}

static act_result stubborn_init(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    atomic_fetch_add(&stubborn_alive, 1);
    ck_assert_int_eq(act_defer(self, one_stubborn_less, act_kept(self)), ACT_OK);
    act_tell_value(self, act_self_pid(self), 1, act_nothing());
    return act_trap_exits(self, true);
}

/* Never stops writing to its kept block, and ignores all exits. */
static void stubborn_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    ++*(int *)act_kept(self);
    if (message->tag == 1)
        act_tell_value(self, act_self_pid(self), 1, act_nothing());
}

static const act_behavior stubborn = {
    .name = "stubborn", .init = stubborn_init, .receive = stubborn_receive};

static act_result last_init(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    atomic_store(&all_started, 1);
    return ACT_OK;
}

static void last_receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

/* Its supervisor starts it when all children before it run. */
static const act_behavior last = {.name = "last", .init = last_init, .receive = last_receive};

static void killed_supervisors_leave_no_actor_behind(void)
{
    act_pid        root, below;
    act_child_spec children[3], tops[2];

    begin();
    for (int i = 0; i < 3; i++)
        children[i] = (act_child_spec){.id = (const char *[]){"a", "b", "c"}[i],
                                       .behavior = &stubborn,
                                       .kept_bytes = sizeof(int),
                                       .shutdown = ACT_MS(1)};
    act_supervisor_spec lower = {.intensity = 0, .children = children, .children_count = 3};
    tops[0] = act_supervisor_child("below", &lower);
    tops[0].options = ACT_SPAWN_OPTIONS(.name = "below");
    tops[1] = (act_child_spec){.id = "last", .behavior = &last};
    act_supervisor_spec upper = {.intensity = UINT32_MAX, .children = tops, .children_count = 2};
    ck_assert_int_eq(act_system_spawn_supervisor(the_system, &root, &upper, NULL), ACT_OK);
    wait_for(&all_started, 1); /* a kill before that would be a failed start, and the end of all */
    for (int i = 0; i < KILLS; i++) {
        while (act_whereis(the_system, &below, "below") != ACT_OK)
            usleep(10);
        ck_assert_int_eq(act_system_exit_actor(the_system, below,
                                               act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
        ck_assert_int_eq(act_system_join(the_system, below, NULL, ACT_SECONDS(60)), ACT_OK);
    }
    stop_and_count(root, 0);
    ck_assert_int_eq(stubborn_alive, 0);
}

/* ----------------------------------------------------------- a name that crashing children have */

enum { POSTERS = 3, POSTS = 20000, POSTS_A_TURN = 7 };

/* The kept block of the one that all post to. */
struct collection {
    uint32_t next[POSTERS], count;
};

static _Atomic int posts_lost;

static void collect(act_self *self, void *state, const act_message *message)
{
    struct collection *collection = act_kept(self);
    uint32_t poster = (uint32_t)(message->as.uint64 >> 32), number = (uint32_t)message->as.uint64;
    (void)state;

    if (collection->next[poster] != number)
        atomic_fetch_add(&posts_lost, 1);
    collection->next[poster] = number + 1;
    if (++collection->count == POSTERS * POSTS)
        atomic_store(&crowd_done, 1);
    if (collection->count % 97 == 0)
        act_panic(self, "at %u", (unsigned)collection->count);
    if (collection->count % 31 == 0)
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 1, NULL));
}

static const act_behavior collector = {.name = "collector", .receive = collect};

static void post(act_self *self, void *state, const act_message *message)
{
    uint32_t    *number = state, poster = message->tag - 1;
    act_message *mine;

    for (int i = 0; i < POSTS_A_TURN && *number < POSTS; i++, ++*number) {
        uint64_t value = (uint64_t)poster << 32 | *number;
        ck_assert_int_eq(act_message_create_value(&mine, 1, act_uint64(value)), ACT_OK);
        ck_assert_int_eq(act_send_name(self, "collector", &mine), ACT_OK);
    }
    if (*number < POSTS)
        act_tell_value(self, act_self_pid(self), message->tag, act_nothing());
}

static const act_behavior poster = {
    .name = "poster", .state_bytes = sizeof(uint32_t), .receive = post};

/*
 * It crashes on every 31st and every 97th message, alone or with its group; each message comes
 * once, in its order.
 */
static void nothing_that_is_sent_to_a_name_is_lost(void)
{
    act_pid              root, pids[POSTERS];
    const act_child_spec children[] = {
        {.id = "other", .behavior = &last},
        {.id = "collector",
         .behavior = &collector,
         .kept_bytes = sizeof(struct collection),
         .options = ACT_SPAWN_OPTIONS(.name = "collector")},
    };
    act_supervisor_spec spec = {.intensity = UINT32_MAX,
                                .children = children,
                                .children_count = 2,
                                .strategy = (act_strategy)(kit_round() % 3)};

    begin();
    posts_lost = 0;
    ck_assert_int_eq(act_system_spawn_supervisor(the_system, &root, &spec, NULL), ACT_OK);
    while (act_whereis(the_system, &pids[0], "collector") != ACT_OK)
        usleep(1000);
    for (uint32_t i = 0; i < POSTERS; i++) {
        ck_assert_int_eq(act_system_spawn(the_system, &pids[i], &poster, NULL, NULL), ACT_OK);
        act_system_tell_value(the_system, pids[i], i + 1, act_nothing());
    }
    wait_for(&crowd_done, 1);
    stop_and_count(root, POSTERS);
    ck_assert_int_eq(posts_lost, 0);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(crashing_children_come_back_and_never_twice, .rounds = 6, .timeout_seconds = 120),
    TEST_CASE(temporary_children_come_and_go, .rounds = 2, .timeout_seconds = 120),
    TEST_CASE(killed_supervisors_leave_no_actor_behind, .timeout_seconds = 120),
    TEST_CASE(nothing_that_is_sent_to_a_name_is_lost, .rounds = 3, .timeout_seconds = 120),
    END_OF_CASES,
};
