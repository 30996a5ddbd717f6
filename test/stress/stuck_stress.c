/*
 * Handlers that are stuck now and then, on all workers at once, while tokens, timers, asks and
 * births go on.
 */
/* SPDX-License-Identifier: MIT */
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <actor/system.h>
#include <test/kit/kit.h>

enum { TOKEN = 1, TIMER, QUESTION, ANSWER, BORN };
enum { WALKERS = 24, TOKENS = 12, HOPS = 1500, STUCK_MAX_MS = 25 };

static act_system *sys;
static act_pid     walkers[WALKERS];
static uint32_t    workers_count;
static _Atomic int tokens_left, timers_armed, timers_fired, timers_cancelled, asks, answers, births,
    born;
static sem_t all_done;

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static bool once_in(act_self *self, uint64_t n)
{
    return act_random(self) % n == 0;
}

static act_pid any_walker(act_self *self)
{
    return walkers[act_random(self) % WALKERS];
}

static void be_stuck(act_self *self)
{
    struct timespec time = {.tv_nsec = (long)(act_random(self) % STUCK_MAX_MS) * 1000000};
    while (nanosleep(&time, &time) != 0)
        ;
}

static void one_is_done(void)
{
    if (atomic_fetch_sub(&tokens_left, 1) == 1)
        sem_post(&all_done);
}

static act_result is_born(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_tell_value(self, act_self_parent(self), BORN, act_nothing());
    return ACT_IGNORE;
}

static void hears_nothing(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior child = {.name = "child", .init = is_born, .receive = hears_nothing};

static void arm_a_timer(act_self *self)
{
    act_ref timer;
    ck_assert_int_eq(act_tell_after_value(self, &timer, act_self_pid(self), TIMER, act_nothing(),
                                          (act_millis)(act_random(self) % 4)),
                     ACT_OK);
    timers_armed++;
    if (once_in(self, 3) && act_cancel_timer(self, timer) == ACT_OK)
        timers_cancelled++;
}

/* What one does besides handing a token on. */
static void do_something(act_self *self)
{
    act_ref ask;
    act_pid pid;
    if (once_in(self, 150))
        be_stuck(self);
    if (once_in(self, 8))
        arm_a_timer(self);
    if (once_in(self, 15)) {
        asks++;
        ck_assert_int_eq(act_ask_value(self, &ask, any_walker(self), QUESTION, act_nothing(),
                                       1 + (act_millis)(act_random(self) % 20)),
                         ACT_OK);
    }
    if (once_in(self, 40)) {
        births++;
        ck_assert_int_eq(act_spawn(self, &pid, &child, NULL, NULL), ACT_OK);
    }
}

static void walks(act_self *self, void *state, const act_message *message)
{
    (void)state;
    switch (message->tag) {
    case TOKEN:
        do_something(self);
        if (message->as.int64 == 0)
            one_is_done();
        else
            act_tell_value(self, any_walker(self), TOKEN, act_int64(message->as.int64 - 1));
        if (once_in(self, 400))
            be_stuck(self);
        break;
    case TIMER: timers_fired++; break;
    case QUESTION: act_answer_value(self, message, ANSWER, act_nothing()); break;
    case ANSWER:
    case ACT_MESSAGE_TIMED_OUT: answers++; break;
    case BORN: born++; break;
    default: ck_abort_msg("tag %u", message->tag);
    }
}

static const act_behavior walker = {.name = "walker", .receive = walks};

static void spawn_walkers(void)
{
    for (uint32_t i = 0; i < WALKERS; i++) /* every third anywhere, the others on each worker in
                                              turn */
        ck_assert_int_eq(
            act_system_spawn(sys, &walkers[i], &walker, NULL,
                             ACT_SPAWN_OPTIONS(.worker = i % 3 == 0 ? 0 : 1 + i % workers_count)),
            ACT_OK);
}

/* What is still on its way when the last token has arrived. */
static void wait_for_the_rest(void)
{
    struct timespec moment = {.tv_nsec = 1000000};
    while (timers_fired + timers_cancelled != timers_armed || answers != asks || born != births)
        nanosleep(&moment, NULL); /* for ever, if one is lost */
}

static void run_with(uint32_t workers, uint32_t spares)
{
    act_counters counters;
    tokens_left = TOKENS;
    timers_armed = timers_fired = timers_cancelled = asks = answers = births = born = 0;
    workers_count = workers;
    sem_init(&all_done, 0, 0);
    ck_assert_int_eq(
        act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = workers, .spares_max = spares,
                                                   .stuck_after = ACT_MS(10), .log = no_log)),
        ACT_OK);
    spawn_walkers();
    for (int i = 0; i < TOKENS; i++)
        act_system_tell_value(sys, walkers[i % WALKERS], TOKEN, act_int64(HOPS));
    while (sem_wait(&all_done) != 0)
        ;
    wait_for_the_rest();
    act_system_counters(sys, &counters);
    ck_assert_uint_gt(counters.stuck, 0);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    sem_destroy(&all_done);
}

static void one_worker_and_many_spares(void)
{
    run_with(1, 16);
}

static void two_workers_and_few_spares(void)
{
    run_with(2, 1);
}

static void four_workers_and_many_spares(void)
{
    run_with(4, 16);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(one_worker_and_many_spares, .rounds = 2),
    TEST_CASE(two_workers_and_few_spares, .rounds = 2),
    TEST_CASE(four_workers_and_many_spares, .rounds = 2),
    END_OF_CASES,
};
