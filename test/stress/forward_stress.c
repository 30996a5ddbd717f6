/*
 * Asks that are forwarded at random, by actors that are killed and restarted, for askers that time
 * out, lose interest or end, the library's gaps widened: each has one answer, and none is left.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <actor/process/shared.h>
#include <actor/signal/bond.h>
#include <mailbox/base/random.h>
#include <supervisor/supervisor.h>
#include <test/kit/kit.h>
#include <test/stress/gaps.h>

/* As in mixed_stress. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SECONDS_DEFAULT = 10 };
#else
enum { SECONDS_DEFAULT = 20 };
#endif
enum { ROUND_MILLIS = 500, PATIENCE_MILLIS = 60000 };
enum { ROUTERS = 12, KEPT = 4, ASKERS = 8, ASKS = 6, FOREIGN = 2 };
enum { REQUEST = 1, REPLY, GO_ON };

static act_system      *the_system;
static act_pid          root;
static uint64_t         seed;            /* of this round */
static _Atomic uint64_t places[ROUTERS]; /* where each router was last seen, and now perhaps is */
static _Atomic int64_t  resources, asks_open, askers_alive;
static _Atomic uint64_t asked, forwarded, replies, downs, timeouts, refused, ended;
static _Atomic bool     is_calm, foreign_stop;

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

static void release_resource(void *unused)
{
    (void)unused;
    resources--;
}

static act_message *make_request(void)
{
    act_message *message;
    resources++;
    must(act_message_create_value(&message, REQUEST,
                                  act_resource_value(&resources, release_resource)));
    return message;
}

static act_pid any_place(uint64_t random)
{
    return (act_pid){.local = places[random % ROUTERS]};
}

/* -------------------------------------------------------------------------------------- routers */

struct router {
    act_message *kept[KEPT];
};

static void free_kept(void *state)
{
    struct router *router = state;
    for (int i = 0; i < KEPT; i++)
        act_message_free(&router->kept[i]);
}

static act_result begin_router(act_self *self, void *state, const void *args)
{
    places[*(const int *)args] = act_self_pid(self).local;
    return act_defer(self, free_kept, state);
}

/* To another; to itself; to one that was here before; or back to the asker, which refuses it. */
static act_pid next_of(act_self *self, const act_message *message)
{
    uint64_t random = act_random(self);
    switch (random % 32) {
    case 0: return act_self_pid(self);
    case 1: return act_message_sender(message);
    default: return any_place(random >> 8);
    }
}

static void forward_or_answer(act_self *self, act_message **message)
{
    act_pid  to = next_of(self, *message);
    uint64_t random = act_random(self);
    if (random % 4 == 0) /* and be answered by both, perhaps */
        act_answer_value(self, *message, REPLY, act_nothing());
    if (act_forward(self, to, message) == ACT_OK)
        forwarded++;
    else if (random % 3 != 0)
        act_answer_value(self, *message, REPLY, act_nothing());
    act_message_free(message);
}

static void refuse(act_self *self, act_message **message)
{
    act_exit_reason why = act_exit_reason_make(ACT_EXIT_ERROR, 1, "refused");
    if (act_refuse(self, act_message_asker(*message), why) == ACT_OK)
        refused++;
    if (act_random(self) % 2 == 0) /* it may have been forwarded by another since */
        (void)!act_send(self, any_place(act_random(self)), message);
    act_message_free(message);
}

static void keep(act_self *self, struct router *router, act_message **message)
{
    act_message **place = &router->kept[act_random(self) % KEPT];
    if (*place != NULL)
        forward_or_answer(self, place);
    *place = *message;
    *message = NULL;
}

static void end_somehow(act_self *self)
{
    act_exit_reason why = act_exit_reason_make(ACT_EXIT_ERROR, 2, NULL);
    switch (act_random(self) % 4) {
    case 0: act_panic(self, "enough");
    case 1: act_exit(self, why); break;
    case 2: act_exit_now(self, why);
    default: act_stop(self);
    }
}

static void route(act_self *self, void *state, const act_message *message)
{
    act_message *mine __attribute__((cleanup(act_message_free))) = NULL;
    if (message->tag != REQUEST)
        return;
    if (is_calm) {
        act_answer_value(self, message, REPLY, act_nothing());
        return;
    }
    uint64_t random = act_random(self) % 64;
    if (random == 0)
        end_somehow(self);
    mine = act_take(self);
    if (random == 1)
        end_somehow(self);
    if (random < 40)
        forward_or_answer(self, &mine);
    else if (random < 50)
        keep(self, state, &mine);
    else if (random < 56)
        refuse(self, &mine);
    else if (random < 63)
        act_answer_value(self, mine, REPLY, act_nothing());
    if (random == 2) /* it has been forwarded */
        end_somehow(self);
}

static void end_router(act_self *self, void *state, act_exit_reason why)
{
    struct router *router = state;
    (void)why;
    if (router->kept[0] != NULL && !is_calm)
        forward_or_answer(self, &router->kept[0]);
}

static const act_behavior router = {.name = "router",
                                    .state_bytes = sizeof(struct router),
                                    .args_bytes = sizeof(int),
                                    .init = begin_router,
                                    .receive = route,
                                    .terminate = end_router};

/* --------------------------------------------------------------------------------------- askers */

struct asker {
    act_ref asks[ASKS];
};

static void forget_asks(void *state)
{
    struct asker *asker = state;
    for (int i = 0; i < ASKS; i++)
        asks_open -= asker->asks[i].value != 0;
    askers_alive--;
    ended++;
}

static act_result begin_asker(act_self *self, void *state, const void *args)
{
    (void)args;
    askers_alive++;
    act_tell_value(self, act_self_pid(self), GO_ON, act_nothing());
    return act_defer(self, forget_asks, state);
}

static void hear(act_self *self, void *state, const act_message *message);

static const act_behavior an_asker = {
    .name = "asker", .state_bytes = sizeof(struct asker), .init = begin_asker, .receive = hear};

static void lose_interest(act_self *self, struct asker *asker)
{
    act_ref *ask = &asker->asks[act_random(self) % ASKS];
    if (ask->value == 0)
        return;
    act_demonitor(self, *ask);
    ask->value = 0;
    asks_open--;
}

static void ask_somewhere(act_self *self, act_ref *ask)
{
    act_millis   timeout = (act_millis)(1 + act_random(self) % 20);
    act_message *request = make_request();
    if (act_random(self) % 4 == 0)
        timeout = ACT_FOREVER;
    if (act_ask_message(self, ask, any_place(act_random(self)), &request, timeout) == ACT_OK) {
        asks_open++;
        asked++;
    }
    act_message_free(&request);
}

static void go_on(act_self *self, struct asker *asker)
{
    act_ref timer;
    act_pid heir;
    if (is_calm)
        return;
    must(act_tell_after_value(self, &timer, act_self_pid(self), GO_ON, act_nothing(),
                              (act_millis)(act_random(self) % 3)));
    for (int i = 0; i < ASKS; i++)
        if (asker->asks[i].value == 0)
            ask_somewhere(self, &asker->asks[i]);
    if (act_random(self) % 8 == 0)
        lose_interest(self, asker);
    if (act_random(self) % 32 == 0) {
        must(act_spawn(self, &heir, &an_asker, NULL, NULL));
        act_stop(self);
    }
}

/* An answer to an ask that is open; else there were two. */
static void close_ask(struct asker *asker, const act_message *message)
{
    for (int i = 0; i < ASKS; i++)
        if (asker->asks[i].value == message->ref.value) {
            asker->asks[i].value = 0;
            asks_open--;
            return;
        }
    fprintf(stderr, "an answer to no ask: tag %u\n", message->tag);
    abort();
}

static void hear(act_self *self, void *state, const act_message *message)
{
    switch (message->tag) {
    case GO_ON: go_on(self, state); return;
    case REQUEST: /* its own, or another's, forwarded here */
        act_answer_value(self, message, REPLY, act_nothing());
        return;
    case REPLY: replies++; break;
    case ACT_MESSAGE_DOWN: downs++; break;
    case ACT_MESSAGE_TIMED_OUT: timeouts++; break;
    default: abort();
    }
    close_ask(state, message);
}

/* ------------------------------------------------------------------------ threads that ask, too */

static void ask_from_here(uint64_t *random)
{
    act_message *reply = NULL, *request = make_request();
    act_result   result = act_system_ask_message(the_system, any_place(act__mix(random)), &request,
                                                 &reply, (act_millis)(1 + act__mix(random) % 5));
    if (result == ACT_OK && reply->tag != REPLY) {
        fprintf(stderr, "no reply: tag %u\n", reply->tag);
        abort();
    }
    act_message_free(&reply);
    act_message_free(&request);
}

static void *run_foreign_thread(void *number)
{
    uint64_t random = seed + (uint64_t)(uintptr_t)number;
    while (!foreign_stop) {
        if (act__mix(&random) % 4 == 0)
            must(act_system_exit_actor(the_system, any_place(act__mix(&random)),
                                       act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)));
        else
            ask_from_here(&random);
        pause_for((long)(act__mix(&random) % 200));
    }
    return NULL;
}

/* -------------------------------------------------------------------------------------- a round */

static int                 numbers[ROUTERS];
static char                ids[ROUTERS][4];
static act_spawn_options   options[ROUTERS];
static act_child_spec      children[ROUTERS];
static act_supervisor_spec spec;

/* Some keep what waits for them, some are bounded, two are blocking. */
static void write_specs(void)
{
    static const act_mailbox      mailboxes[3] = {ACT_MAILBOX_KEEP, ACT_MAILBOX_DROP,
                                                  ACT_MAILBOX_REDELIVER};
    static const act_inbox_policy policies[3] = {ACT_INBOX_REFUSE, ACT_INBOX_DROP_NEWEST,
                                                 ACT_INBOX_DROP_OLDEST};
    for (int i = 0; i < ROUTERS; i++) {
        numbers[i] = i;
        snprintf(ids[i], sizeof ids[i], "%d", i);
        options[i] = *ACT_SPAWN_OPTIONS(.blocking = i % 6 == 5);
        if (i >= ROUTERS / 2) {
            options[i].inbox_max = 8;
            options[i].inbox_policy = policies[i % 3];
        }
        children[i] = (act_child_spec){.id = ids[i],
                                       .behavior = &router,
                                       .args = &numbers[i],
                                       .shutdown = ACT_SECONDS(10),
                                       .mailbox = mailboxes[i / 2 % 3],
                                       .options = &options[i]};
        children[i].redeliver_max = children[i].mailbox == ACT_MAILBOX_REDELIVER ? 2 : 0;
    }
    spec = (act_supervisor_spec){
        .intensity = UINT32_MAX, .children = children, .children_count = ROUTERS};
}

static void begin_round(uint64_t *random)
{
    act_pid pid;
    is_calm = foreign_stop = false;
    seed = act__mix(random);
    must(act_system_create(&the_system,
                           ACT_SYSTEM_OPTIONS(.workers_count = 1 + (uint32_t)(seed % 4),
                                              .actors_max = 4000, .backlog_max = 32,
                                              .blocking_max = 4, .stop_timeout = PATIENCE_MILLIS,
                                              .destroy_timeout = PATIENCE_MILLIS, .log = no_log)));
    must(act_system_spawn_supervisor(the_system, &root, &spec, NULL));
    for (int i = 0; i < ASKERS; i++)
        must(act_system_spawn(the_system, &pid, &an_asker, NULL, NULL));
}

static void wait_until_answered(void)
{
    int64_t end = now() + PATIENCE_MILLIS;
    while (asks_open != 0 && now() < end)
        pause_for(500);
    if (asks_open != 0) {
        fprintf(stderr, "%lld asks have no answer\n", (long long)asks_open);
        abort();
    }
}

static int64_t count_bonds(void)
{
    const struct act__bond *bond;
    int64_t                 count = 0;
    for (size_t i = 0; (bond = act__slab_at(&the_system->bonds, i)) != NULL; i++)
        count += act__load(&bond->generation) % 2 != 0;
    return count;
}

/* The routers end, and with them all that they have not answered. */
static void end_round(void)
{
    act_counters counters;
    must(act_system_exit_actor(the_system, root, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)));
    must(act_system_join(the_system, root, NULL, PATIENCE_MILLIS));
    wait_until_answered();
    act_system_stop(the_system);
    must(act_system_run(the_system));
    int64_t end = now() + PATIENCE_MILLIS;
    do { /* what was sent to the dead may be on its way to be refused */
        pause_for(200);
        act_system_counters(the_system, &counters);
    } while ((counters.sent != counters.received + counters.dead_letters || count_bonds() != 0) &&
             now() < end);
    ck_assert_uint_eq(counters.sent, counters.received + counters.dead_letters);
    ck_assert_int_eq(count_bonds(), 0);
    must(act_system_destroy(&the_system));
    ck_assert_int_eq(resources, 0);
    ck_assert_int_eq(askers_alive, 0);
}

static void run_round(uint64_t *random)
{
    pthread_t foreign[FOREIGN];
    begin_round(random);
    for (uintptr_t i = 0; i < FOREIGN; i++)
        ck_assert_int_eq(pthread_create(&foreign[i], NULL, run_foreign_thread, (void *)i), 0);
    for (int64_t end = now() + ROUND_MILLIS; now() < end;)
        pause_for(10000);
    foreign_stop = true;
    for (int i = 0; i < FOREIGN; i++)
        ck_assert_int_eq(pthread_join(foreign[i], NULL), 0);
    is_calm = true;
    end_round();
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

static void each_ask_that_is_forwarded_has_one_answer(void)
{
    static const char *const places_wide[] = {"", "bond.", "signal.", "send."};
    const char              *wanted = getenv("ACT_STRESS_SECONDS");
    uint64_t                 random = first_random();
    unsigned                 rounds = 0;
    int64_t end = now() + (int64_t)(1000 * (wanted != NULL ? atof(wanted) : SECONDS_DEFAULT));
    write_specs();
    for (; now() < end; rounds++) {
        gaps_widen(places_wide[rounds % 4], 8u << act__mix(&random) % 6,
                   1000u << act__mix(&random) % 7, act__mix(&random));
        run_round(&random);
    }
    gaps_close();
    fprintf(stderr,
            "# %u systems, %llu asks, %llu forwards, %llu replies, %llu downs (%llu refused), "
            "%llu timeouts, %llu askers\n",
            rounds, (unsigned long long)asked, (unsigned long long)forwarded,
            (unsigned long long)replies, (unsigned long long)downs, (unsigned long long)refused,
            (unsigned long long)timeouts, (unsigned long long)ended);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(each_ask_that_is_forwarded_has_one_answer, .timeout_seconds = 86400),
    END_OF_CASES,
};
