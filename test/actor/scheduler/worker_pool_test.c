/*
 * In which order a worker runs what it has; one alone, so that it does not depend on time, except
 * for newborns' ages.
 */
/* SPDX-License-Identifier: MIT */
#include <semaphore.h>
#include <stdatomic.h>

#include <actor/system.h>
#include <test/kit/kit.h>

enum { GO = 1, LITTER = 100, LITTERS = 20, TURNS = 1000 };

static act_system *sys;
static _Atomic int run_count, wrong_count, turns;

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

/* On one thread alone: on a busy machine a turn may last so long that it would be found stuck. */
static void run_in_batches(uint32_t batch_max, const act_behavior *first,
                           const act_behavior *second)
{
    act_pid pid;
    run_count = wrong_count = turns = 0;
    ck_assert_int_eq(
        act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .batch_max = batch_max,
                                                   .log = quiet, .stuck_after = ACT_FOREVER)),
        ACT_OK);
    ck_assert_int_eq(act_system_spawn(sys, &pid, first, NULL, NULL), ACT_OK);
    if (second != NULL)
        ck_assert_int_eq(act_system_spawn(sys, &pid, second, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_system_run(sys), ACT_OK);
    act_system_destroy(&sys);
}

static void run_with(const act_behavior *first, const act_behavior *second)
{
    run_in_batches(1, first, second);
}

static act_result begins_with_go(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
    return ACT_OK;
}

/* ----------------------------------------------------------------------- newborns and the queue */

static act_result is_born(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    run_count++;
    return ACT_IGNORE;
}

static void hears_nothing(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior newborn = {.name = "newborn", .init = is_born, .receive = hears_nothing};

struct creator {
    int litters;
};

/* Its batch is one message: after each litter it goes to the back of the queue. */
static void creates(act_self *self, void *state, const act_message *message)
{
    struct creator *creator = state;
    act_pid         pid;
    (void)message;
    wrong_count += run_count != creator->litters * LITTER;
    if (creator->litters++ == LITTERS) {
        act_system_stop(sys);
        return;
    }
    for (int i = 0; i < LITTER; i++)
        ck_assert_int_eq(act_spawn(self, &pid, &newborn, NULL, NULL), ACT_OK);
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior creator = {.name = "creator",
                                     .state_bytes = sizeof(struct creator),
                                     .init = begins_with_go,
                                     .receive = creates};

/* Neither more of them, or memory would fill, nor fewer. */
static void an_actor_that_yields_waits_for_the_newborns_that_are_there(void)
{
    run_with(&creator, NULL);
    ck_assert_int_eq(run_count, LITTERS * LITTER);
    ck_assert_int_eq(wrong_count, 0);
}

/* One that always has a newborn: its only child spawns the next. */
static act_result begets(act_self *self, void *state, const void *args);

static const act_behavior chain = {.name = "chain", .init = begets, .receive = hears_nothing};

static act_result begets(act_self *self, void *state, const void *args)
{
    act_pid pid;
    (void)state, (void)args;
    run_count++;
    if (turns < TURNS)
        ck_assert_int_eq(act_spawn(self, &pid, &chain, NULL, NULL), ACT_OK);
    return ACT_IGNORE;
}

static void takes_turns(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    if (++turns == TURNS)
        act_system_stop(sys);
    else
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior turner = {
    .name = "turner", .init = begins_with_go, .receive = takes_turns};

static void newborns_without_end_do_not_keep_others_from_their_turns(void)
{
    run_with(&chain, &turner); /* would else not return */
    ck_assert_int_eq(turns, TURNS);
    ck_assert_int_gt(run_count, TURNS / 2);
}

/* Was born before all of the chain, which is taken before it for ever. */
static act_result stops_the_chain(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    turns = TURNS;
    act_system_stop(sys);
    return ACT_IGNORE;
}

static const act_behavior eldest = {
    .name = "eldest", .init = stops_the_chain, .receive = hears_nothing};

static void begets_both(act_self *self, void *state, const act_message *message)
{
    act_pid pid;
    (void)state, (void)message;
    ck_assert_int_eq(act_spawn(self, &pid, &eldest, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_spawn(self, &pid, &chain, NULL, NULL), ACT_OK);
}

static const act_behavior begetter = {
    .name = "begetter", .init = begins_with_go, .receive = begets_both};

static void the_oldest_newborn_has_its_turn_though_there_is_always_a_younger_one(void)
{
    run_with(&begetter, NULL); /* would else not return */
    ck_assert_int_eq(turns, TURNS);
}

/* ----------------------------------------------------------------------- a handler that is slow */

enum { BATCH_OF_FOUR = 16, PLODS = 40, SETTLED = 20 }; /* of 16, a new actor has a quarter */
enum { STEPS = 2000000 }; /* longer than a whole turn may take, on any machine */
static _Atomic int in_a_row, longest_row;

static void plods(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    for (volatile int step = 0; step < STEPS; step++)
        continue;
    in_a_row++;
    if (++run_count > SETTLED && in_a_row > longest_row)
        longest_row = (int)in_a_row;
    if (run_count == PLODS)
        act_system_stop(sys);
    else
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static void interrupts(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    in_a_row = 0;
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior plodder = {.name = "plodder", .init = begins_with_go, .receive = plods};
static const act_behavior interrupter = {
    .name = "interrupter", .init = begins_with_go, .receive = interrupts};

static void a_slow_actor_handles_one_message_in_a_turn(void)
{
    in_a_row = longest_row = 0;
    run_in_batches(BATCH_OF_FOUR, &plodder, &interrupter);
    ck_assert_int_ge(run_count, PLODS);
    ck_assert_int_eq(longest_row, 1);
}

/* -------------------------------------------------------------------------------------- a flood */

enum { FLOOD = 16, FLOODS = 1000, BATCH = 64 };
static _Atomic int in_a_turn, most; /* sent, since the last was handled */

static void swallows(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    if (in_a_turn > most)
        most = (int)in_a_turn;
    in_a_turn = 0;
}

static const act_behavior swallower = {.name = "swallower", .receive = swallows};

struct flooder {
    act_pid to;
    int     floods;
};

static act_result has_a_swallower(act_self *self, void *state, const void *args)
{
    ck_assert_int_eq(act_spawn_link(self, &((struct flooder *)state)->to, &swallower, NULL, NULL),
                     ACT_OK);
    return begins_with_go(self, state, args);
}

static void floods(act_self *self, void *state, const act_message *message)
{
    struct flooder *flooder = state;
    (void)message;
    for (int i = 0; i < FLOOD; i++, in_a_turn++)
        act_tell_value(self, flooder->to, GO, act_nothing());
    if (++flooder->floods < FLOODS)
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
    else
        act_system_stop(sys);
}

static const act_behavior flooder = {.name = "flooder",
                                     .state_bytes = sizeof(struct flooder),
                                     .init = has_a_swallower,
                                     .receive = floods};

/*
 * Not a whole batch of floods: what waits is to stay in the cache. (The clock can only make the
 * turn shorter still.)
 */
static void an_actor_that_sends_a_lot_in_a_turn_has_a_shorter_one(void)
{
    in_a_turn = most = 0;
    run_in_batches(BATCH, &flooder, NULL);
    ck_assert_int_ge(most, FLOOD);
    ck_assert_int_lt(most, 4 * BATCH);
}

/* ------------------------------------------------------------------- those that wake each other */

static act_result tells_partner(act_self *self, void *state, const void *args);

static void passes_back(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_tell_value(self, act_message_sender(message), GO, act_nothing());
}

static const act_behavior partner = {.name = "partner", .receive = passes_back};
static const act_behavior pair = {.name = "pair", .init = tells_partner, .receive = passes_back};

static act_result tells_partner(act_self *self, void *state, const void *args)
{
    act_pid pid;
    (void)state, (void)args;
    ck_assert_int_eq(act_spawn_link(self, &pid, &partner, NULL, NULL), ACT_OK);
    act_tell_value(self, pid, GO, act_nothing());
    return ACT_OK;
}

/* What was just woken runs next, and these two always are. */
static void two_that_wake_each_other_for_ever_leave_others_their_turns(void)
{
    run_with(&pair, &turner);
    ck_assert_int_eq(turns, TURNS);
}

/* ----------------------------------------------------------------------- actors that are stolen */

/*
 * The first worker has run many newborns when it puts a crowd into its queue and stands still. The
 * second has run none. It steals two of the crowd; the one it runs has newborns without end.
 */
enum { CROWD = 5, MANY = 20000 };
static sem_t       second_may_go, first_may_go;
static act_pid     crowd[CROWD];
static _Atomic int crowd_turns;

static void stand_still(sem_t *until)
{
    while (sem_wait(until) != 0)
        continue;
}

static void is_second(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    sem_post(&first_may_go);
    stand_still(&second_may_go);
}

static act_result begets_for_the_crowd(act_self *self, void *state, const void *args);

static const act_behavior offspring = {
    .name = "offspring", .init = begets_for_the_crowd, .receive = hears_nothing};

static act_result begets_for_the_crowd(act_self *self, void *state, const void *args)
{
    act_pid pid;
    (void)state, (void)args;
    if (crowd_turns < 2 && ++run_count < MANY)
        ck_assert_int_eq(act_spawn(self, &pid, &offspring, NULL, NULL), ACT_OK);
    return ACT_IGNORE;
}

static void is_one_of_the_crowd(act_self *self, void *state, const act_message *message)
{
    (void)message;
    if (++crowd_turns == 1)
        begets_for_the_crowd(self, state, NULL);
    else if (crowd_turns == 2)
        sem_post(&first_may_go);
    else if (crowd_turns == CROWD)
        act_system_stop(sys);
}

static act_result begets_and_calls_the_crowd(act_self *self, void *state, const void *args);

static const act_behavior ancestor = {
    .name = "ancestor", .init = begets_and_calls_the_crowd, .receive = hears_nothing};

static act_result begets_and_calls_the_crowd(act_self *self, void *state, const void *args)
{
    act_pid pid;
    (void)state, (void)args;
    if (++run_count < MANY) {
        ck_assert_int_eq(act_spawn(self, &pid, &ancestor, NULL, NULL), ACT_OK);
        return ACT_IGNORE;
    }
    run_count = 0;
    for (int i = 0; i < CROWD; i++)
        act_tell_value(self, crowd[i], GO, act_nothing());
    sem_post(&second_may_go);
    stand_still(&first_may_go);
    return ACT_IGNORE;
}

static const act_behavior second = {.name = "second", .receive = is_second};
static const act_behavior member = {.name = "member", .receive = is_one_of_the_crowd};

static void a_stolen_actor_does_not_wait_for_as_many_newborns_as_its_old_worker_had(void)
{
    act_pid pid;
    sem_init(&second_may_go, 0, 0);
    sem_init(&first_may_go, 0, 0);
    run_count = crowd_turns = 0;
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = quiet)),
                     ACT_OK);
    for (int i = 0; i < CROWD; i++)
        ck_assert_int_eq(act_system_spawn(sys, &crowd[i], &member, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &second, NULL, ACT_SPAWN_OPTIONS(.worker = 2)),
                     ACT_OK);
    act_system_tell_value(sys, pid, GO, act_nothing());
    stand_still(&first_may_go);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &ancestor, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_system_run(sys), ACT_OK);
    act_system_destroy(&sys);
    ck_assert_int_lt(run_count, MANY / 2);
    sem_destroy(&second_may_go);
    sem_destroy(&first_may_go);
}

/* ------------------------------------------------------------------- behind a turn that is long */

/*
 * Most of its turns are over at once, so that what it wakes is left to its worker, now with an idle
 * one that looks after that, now without. In some it waits until one that it has spawned has run.
 */
enum { SPELLS = 300, SHORT_TURNS = 40 };
static sem_t has_run;

static act_result tells_that_it_runs(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    sem_post(&has_run);
    return ACT_IGNORE;
}

static const act_behavior idler = {.name = "idler", .receive = hears_nothing};
static const act_behavior helper = {
    .name = "helper", .init = tells_that_it_runs, .receive = hears_nothing};

struct waiter {
    act_pid idlers[2];
    int     turns;
};

static act_result has_two_idlers(act_self *self, void *state, const void *args)
{
    struct waiter *waiter = state;
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(act_spawn_link(self, &waiter->idlers[i], &idler, NULL, NULL), ACT_OK);
    return begins_with_go(self, state, args);
}

static void waits_now_and_then(act_self *self, void *state, const act_message *message)
{
    struct waiter *waiter = state;
    act_pid        pid;
    (void)message;
    act_tell_value(self, waiter->idlers[0], GO, act_nothing());
    act_tell_value(self, waiter->idlers[1], GO, act_nothing());
    if (++waiter->turns % SHORT_TURNS == 0) {
        ck_assert_int_eq(act_spawn(self, &pid, &helper, NULL, NULL), ACT_OK);
        stand_still(&has_run);
    }
    if (waiter->turns == SPELLS * SHORT_TURNS)
        act_system_stop(sys);
    else
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior waiter = {.name = "waiter",
                                    .state_bytes = sizeof(struct waiter),
                                    .init = has_two_idlers,
                                    .receive = waits_now_and_then};

static void what_waits_behind_a_turn_that_turns_out_long_runs_elsewhere(void)
{
    act_pid pid;
    sem_init(&has_run, 0, 0);
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 3, .batch_max = 1,
                                                                .log = quiet,
                                                                .stuck_after = ACT_FOREVER)),
                     ACT_OK);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &waiter, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_system_run(sys), ACT_OK); /* would else not return */
    act_system_destroy(&sys);
    sem_destroy(&has_run);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(an_actor_that_yields_waits_for_the_newborns_that_are_there),
    TEST_CASE(newborns_without_end_do_not_keep_others_from_their_turns, .timeout_seconds = 60),
    TEST_CASE(the_oldest_newborn_has_its_turn_though_there_is_always_a_younger_one,
              .timeout_seconds = 60),
    TEST_CASE(a_slow_actor_handles_one_message_in_a_turn, .timeout_seconds = 60),
    TEST_CASE(an_actor_that_sends_a_lot_in_a_turn_has_a_shorter_one, .timeout_seconds = 60),
    TEST_CASE(two_that_wake_each_other_for_ever_leave_others_their_turns, .timeout_seconds = 60),
    TEST_CASE(a_stolen_actor_does_not_wait_for_as_many_newborns_as_its_old_worker_had,
              .timeout_seconds = 60),
    TEST_CASE(what_waits_behind_a_turn_that_turns_out_long_runs_elsewhere, .timeout_seconds = 60),
    END_OF_CASES,
};
