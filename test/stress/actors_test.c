/*
 * The same kinds of work truly parallel: nothing lost, nothing twice, nothing left, and clean under
 * ThreadSanitizer.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <actor/system.h>
#include <mailbox/message/pool.h>
#include <test/kit/kit.h>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { SCALE = 1 };
#else
enum { SCALE = 5 };
#endif

enum { TAG_GO = 1, TAG_WORD, TAG_REPLY };

static act_system     *sys;
static size_t          outstanding;
static _Atomic int64_t made, released, dead_letters;

static void release(void *nothing)
{
    (void)nothing;
    released++;
}

static act_value resource(void)
{
    made++;
    return act_resource_value(&released, release);
}

static void count_dead_letter(void *context, act_pid to, const act_message *message, act_result why)
{
    (void)context;
    (void)to;
    (void)message;
    (void)why;
    dead_letters++;
}

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static uint32_t workers(void)
{
    static const uint32_t counts[] = {2, 4, 8};
    return counts[kit_round() % 3];
}

static void open_system(void)
{
    made = released = dead_letters = 0;
    outstanding = act__pool_outstanding();
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = workers(),
                                                                .log = quiet, .backlog_max = 100,
                                                                .dead_letter = count_dead_letter,
                                                                .stop_timeout = 100)),
                     ACT_OK);
}

static void close_system(void)
{
    act_system_destroy(&sys);
    ck_assert_int_eq(made, released);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static act_pid spawn(const act_behavior *behavior, void *kept, uint32_t worker)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(sys, &pid, behavior, NULL,
                                      ACT_SPAWN_OPTIONS(.kept = kept, .worker = worker)),
                     ACT_OK);
    return pid;
}

static void ends(act_self *self)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void join(act_pid pid)
{
    ck_assert_int_eq(act_system_join(sys, pid, NULL, ACT_SECONDS(60)), ACT_OK);
}

/* --------------------------------------------------------------------------------------- fan-in */

enum { PRODUCERS = 8, WORDS = 4000 * SCALE };
static act_pid sink_pid;

struct sink {
    int64_t next[PRODUCERS];
    int     done;
};

static void swallows(act_self *self, void *state, const act_message *message)
{
    struct sink *sink = state;
    int64_t      producer = message->as.int64 / WORDS, word = message->as.int64 % WORDS;
    if (sink->next[producer]++ != word)
        abort(); /* the order per pair */
    if (word == WORDS - 1 && ++sink->done == PRODUCERS)
        ends(self);
}

static const act_behavior sink = {
    .name = "sink", .state_bytes = sizeof(struct sink), .receive = swallows};

static void produces(act_self *self, void *state, const act_message *message)
{
    int64_t *word = state, mine = (int64_t)(intptr_t)act_kept(self);
    (void)message;
    for (int i = 0; i < 20 && *word < WORDS; i++)
        act_tell_value(self, sink_pid, TAG_WORD, act_int64(mine * WORDS + (*word)++));
    if (*word < WORDS)
        act_tell_value(self, act_self_pid(self), TAG_GO, act_nothing());
    else
        ends(self);
}

static const act_behavior producer = {.name = "producer", .state_bytes = 8, .receive = produces};

static void many_flood_one_in_order_and_are_muted(void)
{
    open_system();
    sink_pid = spawn(&sink, NULL, 0);
    for (intptr_t i = 0; i < PRODUCERS; i++)
        act_system_tell_value(sys, spawn(&producer, (void *)i, 0), TAG_GO, act_nothing());
    join(sink_pid);
    close_system();
}

/* ----------------------------------------------------------------------------------------- ring */

enum { RING = 50, HOPS = 20000 * SCALE };
static act_pid     ring[RING];
static _Atomic int rings_done;

static void forwards(act_self *self, void *state, const act_message *message)
{
    (void)state;
    (void)message;
    act_message *mine = act_take(self);
    if (--mine->as.int64 <= 0) {
        act_message_free(&mine);
        if (++rings_done == 4)
            for (int i = 0; i < RING; i++)
                (void)!act_exit_other(self, ring[i], act_exit_reason_make(ACT_EXIT_KILL, 0, NULL));
        return;
    }
    int next = ((int)(intptr_t)act_kept(self) + 1) % RING;
    if (act_send(self, ring[next], &mine) != ACT_OK)
        act_message_free(&mine);
}

static const act_behavior forwarder = {.name = "forwarder", .receive = forwards};

static void envelopes_go_round_a_ring(void)
{
    open_system();
    rings_done = 0;
    for (intptr_t i = 0; i < RING; i++)
        ring[i] = spawn(&forwarder, (void *)i, kit_round() % 2 ? (uint32_t)i % workers() + 1 : 0);
    for (int i = 0; i < 4; i++)
        act_system_tell_value(sys, ring[i * 7], TAG_GO, act_int64(HOPS));
    for (int i = 0; i < RING; i++)
        join(ring[i]);
    close_system();
}

/* --------------------------------------------------------- ping-pong between bound, with pauses */

static void pings(act_self *self, void *state, const act_message *message)
{
    int         *count = state;
    act_ref      ref;
    act_message *mine = act_take(self);
    act_pid      other = act_pid_equal(act_self_pid(self), ring[0]) ? ring[1] : ring[0];
    (void)message;
    if (++*count == 500 * SCALE) {
        act_message_free(&mine);
        act_tell_value(self, other, TAG_GO, act_nothing());
        ends(self);
        return;
    }
    if (*count % 50 == 0) { /* a pause, in which both workers fall asleep */
        if (act_send_after(self, &ref, other, &mine, 1) != ACT_OK)
            abort();
    } else if (act_send(self, other, &mine) != ACT_OK) {
        act_message_free(&mine);
        ends(self);
    }
}

static const act_behavior pinger = {.name = "pinger", .state_bytes = sizeof(int), .receive = pings};

static void no_wake_up_is_lost_between_bound_actors(void)
{
    open_system();
    ring[0] = spawn(&pinger, NULL, 1);
    ring[1] = spawn(&pinger, NULL, 2);
    act_system_tell_value(sys, ring[0], TAG_GO, act_nothing());
    join(ring[0]);
    join(ring[1]);
    close_system();
}

/* -------------------------------------------------------------- a crowd that does as it pleases */

enum { CROWD = 64, ACTIONS = 1500 * SCALE };
static _Atomic uint64_t crowd[CROWD]; /* the newest pid of each place: often stale */
static _Atomic int64_t  actions;

static act_pid any_in_crowd(act_self *self)
{
    return (act_pid){0, crowd[act_random(self) % CROWD]};
}

static const act_behavior member;

static void settles(act_self *self)
{
    act_pid    pid;
    act_ref    ref;
    int        how = (int)(act_random(self) % 3);
    act_result result = how == 0   ? act_spawn(self, &pid, &member, NULL, NULL)
                        : how == 1 ? act_spawn_link(self, &pid, &member, NULL, NULL)
                                   : act_spawn_monitor(self, &pid, &ref, &member, NULL, NULL);
    if (result == ACT_OK) {
        crowd[act_random(self) % CROWD] = pid.local;
        act_tell_value(self, pid, TAG_GO, resource());
    }
}

static void asks(act_self *self)
{
    act_ref      ask;
    act_message *message;
    if (act_message_create_value(&message, TAG_WORD, resource()) != ACT_OK)
        abort();
    (void)!act_ask_message(self, &ask, any_in_crowd(self), &message,
                           1 + (act_millis)(act_random(self) % 5));
    act_message_free(&message);
}

static void does_as_it_pleases(act_self *self, act_ref *timer)
{
    act_ref ref;
    act_pid other = any_in_crowd(self);
    switch (act_random(self) % 20) {
    case 0:
    case 1:
    case 2: settles(self); break;
    case 3:
    case 4:
    case 5: act_tell_value(self, other, TAG_GO, resource()); break;
    case 6:
    case 7: asks(self); break;
    case 8:
    case 9: (void)!act_link(self, other); break;
    case 10: act_unlink(self, other); break;
    case 11: (void)!act_monitor(self, &ref, other); break;
    case 12: (void)!act_trap_exits(self, act_random(self) % 2 == 0); break;
    case 13: act_panic(self, "as it pleases"); break;
    case 14: act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 1, "as it pleases")); break;
    case 15:
        (void)!act_exit_other(self, other,
                              act_exit_reason_make(ACT_EXIT_KILL, 0,
                                                   act_random(self) % 2 ? "you" : NULL));
        break;
    case 16:
        (void)!act_tell_after_value(self, timer, other, TAG_GO, resource(),
                                    (act_millis)(act_random(self) % 4));
        break;
    case 17: (void)!act_cancel_timer(self, *timer); break;
    case 18:
        (void)!act_exit_other(self, other, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
        break;
    default: ends(self);
    }
}

static void takes_part(act_self *self, void *state, const act_message *message)
{
    if (message->tag == TAG_WORD && act_random(self) % 2 == 0)
        act_answer_value(self, message, TAG_REPLY, resource());
    if (message->tag != TAG_GO && message->tag != TAG_WORD)
        return;
    for (int i = 0; i < 3; i++)
        if (actions-- > 0)
            does_as_it_pleases(self, state);
}

static const act_behavior member = {
    .name = "member", .state_bytes = sizeof(act_ref), .receive = takes_part};

static void a_crowd_does_as_it_pleases_and_leaves_nothing(void)
{
    act_counters counters;
    open_system();
    actions = ACTIONS * 10;
    for (int64_t before = -1; actions > 0 && before != actions;) {
        before = actions;
        for (int i = 0; i < CROWD; i++) {
            act_pid pid = spawn(&member, NULL, i % 3 == 0 ? (uint32_t)i % workers() + 1 : 0);
            crowd[i] = pid.local;
            act_system_tell_value(sys, pid, TAG_GO, resource());
        }
        (void)!act_system_join(sys, (act_pid){0, crowd[0]}, NULL, 10); /* a pause */
    }
    act_system_stop(sys);
    (void)!act_system_run(sys);
    act_system_counters(sys, &counters);
    ck_assert_uint_eq(counters.spawned, counters.exited);
    close_system();
}

/* ------------------------------------------ references in the hands of others than their owners */

enum { GOSSIPS = 8, TALES = 100 * SCALE };
static act_pid     gossips[GOSSIPS];
static _Atomic int robbed;

static void tells_all(act_self *self, act_ref ref)
{
    for (int i = 0; i < GOSSIPS; i++)
        act_tell_value(self, gossips[i], TAG_WORD, act_ref_value(ref));
}

static void gossips_about_its_own(act_self *self)
{
    act_ref timer, monitor;
    act_pid other = gossips[act_random(self) % GOSSIPS];
    if (act_tell_after_value(self, &timer, act_self_pid(self), TAG_REPLY, act_nothing(),
                             (act_millis)(act_random(self) % 3)) != ACT_OK ||
        act_monitor(self, &monitor, other) != ACT_OK)
        abort();
    tells_all(self, timer);
    tells_all(self, monitor);
    if (act_random(self) % 2 == 0)
        (void)!act_cancel_timer(self, timer);
    act_demonitor(self, monitor);
}

static void gossip_receives(act_self *self, void *state, const act_message *message)
{
    act_ref timer;
    if (message->tag == TAG_GO) {
        gossips_about_its_own(self);
        if (++*(int *)state == TALES)
            ends(self);
        else if (act_tell_after_value(self, &timer, act_self_pid(self), TAG_GO, act_nothing(), 0) !=
                 ACT_OK)
            abort();
    } else if (message->tag == TAG_WORD &&
               !act_pid_equal(act_message_sender(message), act_self_pid(self))) {
        robbed += act_cancel_timer(self, message->as.ref) == ACT_OK;
        act_demonitor(self, message->as.ref);
    }
}

static const act_behavior gossip = {
    .name = "gossip", .state_bytes = sizeof(int), .receive = gossip_receives};

static void a_reference_is_nothing_to_a_stranger(void)
{
    open_system();
    robbed = 0;
    for (int i = 0; i < GOSSIPS; i++)
        gossips[i] = spawn(&gossip, NULL, 0);
    for (int i = 0; i < GOSSIPS; i++)
        act_system_tell_value(sys, gossips[i], TAG_GO, act_nothing());
    for (int i = 0; i < GOSSIPS; i++)
        join(gossips[i]);
    ck_assert_int_eq(robbed, 0);
    close_system();
}

/* ------------------------------------------------------------------ links that cross on the way */

enum { PAIRS = 2000 * SCALE };
static _Atomic int      pair_state[2];
static _Atomic uint64_t pair[2];
static _Atomic int      exits_seen;

static void links_at_once(act_self *self, void *state, const act_message *message)
{
    int mine = (int)(intptr_t)act_kept(self);
    (void)state;
    if (message->tag == ACT_MESSAGE_EXIT) {
        exits_seen++;
        return;
    }
    if (message->tag == TAG_WORD)
        ends(self);
    if (message->tag != TAG_GO)
        return;
    pair_state[mine] = 1; /* as close together as two threads can be */
    for (int i = 0; i < 1000 && pair_state[!mine] == 0; i++)
        ;
    if (act_link(self, (act_pid){0, pair[!mine]}) != ACT_OK)
        abort();
    act_tell_value(self, (act_pid){0, pair[!mine]}, TAG_REPLY, act_nothing());
}

static act_result traps(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    return act_trap_exits(self, true);
}

static const act_behavior linker = {.name = "linker", .init = traps, .receive = links_at_once};

static void links_that_cross_are_one_link(void)
{
    open_system();
    for (int i = 0; i < PAIRS / 10; i++) {
        exits_seen = 0;
        pair_state[0] = pair_state[1] = 0;
        act_pid a = spawn(&linker, (void *)0, 1), b = spawn(&linker, (void *)1, 2);
        pair[0] = a.local;
        pair[1] = b.local;
        act_system_tell_value(sys, a, TAG_GO, act_nothing());
        act_system_tell_value(sys, b, TAG_GO, act_nothing());
        while (pair_state[0] == 0 || pair_state[1] == 0)
            sched_yield();
        act_system_tell_value(sys, a, TAG_WORD, act_nothing());
        join(a);
        act_system_tell_value(sys, b, TAG_WORD, act_nothing());
        join(b);
        ck_assert_int_le(exits_seen, 1);
    }
    close_system();
}

/* --------------------------------------------------------------- threads while the system stops */

static void *uses_the_system(void *argument)
{
    act_pid      pid;
    act_message *message, *reply;
    for (int i = 0; i < 300; i++) {
        if (act_system_spawn(sys, &pid, &member, NULL, NULL) != ACT_OK)
            break; /* it stops */
        act_system_tell_value(sys, pid, TAG_GO, resource());
        if (act_message_create_value(&message, TAG_WORD, resource()) != ACT_OK)
            abort();
        if (act_system_ask_message(sys, pid, &message, &reply, 1 + i % 3) == ACT_OK)
            act_message_free(&reply);
        act_message_free(&message);
        (void)!act_system_exit_actor(sys, pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL));
        if (act_system_join(sys, pid, NULL, ACT_SECONDS(30)) != ACT_OK)
            abort();
    }
    return argument;
}

static void threads_use_the_system_while_it_stops(void)
{
    pthread_t threads[4];
    for (int round = 0; round < 5; round++) {
        open_system();
        actions = 100000;
        for (int i = 0; i < CROWD; i++)
            crowd[i] = 0;
        for (int i = 0; i < 4; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, uses_the_system, NULL), 0);
        while (made < 200 * round)
            sched_yield();
        act_system_stop(sys);
        (void)!act_system_run(sys);
        for (int i = 0; i < 4; i++)
            pthread_join(threads[i], NULL);
        close_system();
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(many_flood_one_in_order_and_are_muted, .rounds = 3, .timeout_seconds = 60),
    TEST_CASE(envelopes_go_round_a_ring, .rounds = 6, .timeout_seconds = 60),
    TEST_CASE(no_wake_up_is_lost_between_bound_actors, .rounds = 3, .timeout_seconds = 60),
    TEST_CASE(a_crowd_does_as_it_pleases_and_leaves_nothing, .rounds = 6, .timeout_seconds = 60),
    TEST_CASE(a_reference_is_nothing_to_a_stranger, .rounds = 3, .timeout_seconds = 60),
    TEST_CASE(links_that_cross_are_one_link, .rounds = 3, .timeout_seconds = 60),
    TEST_CASE(threads_use_the_system_while_it_stops, .rounds = 3, .timeout_seconds = 60),
    END_OF_CASES,
};
