/*
 * Timers that fire again and again on real threads: their owners are slow, move to other workers,
 * cancel them at any moment, and end.
 */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <time.h>

#include <actor/system.h>
#include <test/kit/kit.h>
#include <test/stress/gaps.h>

enum { TICK = 1, MARK, OTHER, GO, OWNERS = 40, SLOW_TICKS = 20, ROUNDS_COUNT = 4 };
enum { PERIOD = ACT_MS(5) };

static _Atomic int done;

static void must(act_result result)
{
    if (result != ACT_OK)
        abort();
}

static void sleep_for(long nanoseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
}

/* ----------------------------------------------------------------------------------------- slow */

struct slow {
    act_ref    timer;
    act_millis began;
    act_millis last; /* in whole periods since then */
    int        count;
    bool       is_marked;
};

static act_result begin_slow(act_self *self, void *state, const void *args)
{
    struct slow *slow = state;
    (void)args;
    slow->began = act_now(self);
    slow->is_marked = true;
    return act_every_value(self, &slow->timer, act_self_pid(self), TICK, act_nothing(), PERIOD);
}

/* Two ticks that waited would come without the mark between them. */
static void hear_slow(act_self *self, void *state, const act_message *message)
{
    struct slow *slow = state;
    act_millis   periods = (act_now(self) - slow->began) / PERIOD;
    if (message->tag == MARK) {
        slow->is_marked = true;
        return;
    }
    ck_assert(slow->is_marked && periods > slow->last);
    slow->is_marked = false;
    slow->last = periods;
    act_tell_value(self, act_self_pid(self), MARK, act_nothing());
    sleep_for(12000000);
    if (++slow->count == SLOW_TICKS) {
        ck_assert_int_eq(act_cancel_timer(self, slow->timer), ACT_OK);
        done = 1;
    }
    ck_assert_int_le(slow->count, SLOW_TICKS);
}

static const act_behavior slow_behavior = {
    .name = "slow", .state_bytes = sizeof(struct slow), .init = begin_slow, .receive = hear_slow};

static void a_slow_owner_has_one_tick_at_a_time(void)
{
    act_system *system;
    act_pid     pid;
    for (int is_blocking = 0; is_blocking < 2; is_blocking++) {
        done = 0;
        must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2)));
        must(act_system_spawn(system, &pid, &slow_behavior, NULL,
                              ACT_SPAWN_OPTIONS(.blocking = is_blocking == 1)));
        while (!done)
            sleep_for(1000000);
        sleep_for(50000000); /* in which no tick comes any more */
        act_system_destroy(&system);
    }
}

/* ---------------------------------------------------------------------------------- come and go */

static act_pid owners[OWNERS];

struct owner {
    act_ref timers[3];
    int     turns;
};

static void do_something(act_self *self, struct owner *owner)
{
    uint64_t random = act_random(self);
    act_ref *timer = &owner->timers[random % 3];
    act_pid  to = random >> 8 & 1 ? act_self_pid(self) : owners[(random >> 16) % OWNERS];
    switch ((random >> 32) % 8) {
    case 0:
    case 1:
    case 2: (void)!act_cancel_timer(self, *timer); break;
    case 3:
    case 4:
        (void)!act_cancel_timer(self, *timer);
        must(act_every_value(self, timer, to, to.local == act_self_pid(self).local ? TICK : OTHER,
                             act_int64(7), 1 + (act_millis)(random >> 40 & 3)));
        break;
    case 5: act_tell_value(self, owners[(random >> 16) % OWNERS], OTHER, act_int64(7)); break;
    default: break;
    }
    if (++owner->turns < 3000)
        return;
    if (random >> 50 & 1)
        act_panic(self, "planned");
    act_stop(self);
}

/* When all of them are known. */
static void begin_owner(act_self *self, struct owner *owner)
{
    for (int i = 0; i < 3; i++)
        must(act_every_value(self, &owner->timers[i], act_self_pid(self), TICK, act_int64(7),
                             1 + i));
}

static void hear_owner(act_self *self, void *state, const act_message *message)
{
    struct owner *owner = state;
    bool          is_mine = false;
    if (message->tag == GO) {
        begin_owner(self, owner);
        return;
    }
    ck_assert_int_eq((int)message->as.int64, 7);
    if (message->tag == TICK) { /* of a timer that was not cancelled */
        for (int i = 0; i < 3; i++)
            is_mine |= act_ref_equal(message->ref, owner->timers[i]);
        ck_assert(is_mine);
    }
    do_something(self, owner);
}

static const act_behavior owner_behavior = {
    .name = "owner", .state_bytes = sizeof(struct owner), .receive = hear_owner};

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static void owners_move_cancel_and_end(void)
{
    act_system *system;
    for (int round = 0; round < ROUNDS_COUNT; round++) {
        must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 3, .log = no_log,
                                                           .stop_timeout = 0)));
        gaps_widen("timers", 64, 20000, (unsigned)round + 1);
        for (int i = 0; i < OWNERS; i++)
            must(act_system_spawn(system, &owners[i], &owner_behavior, NULL, NULL));
        for (int i = 0; i < OWNERS; i++)
            act_system_tell_value(system, owners[i], GO, act_nothing());
        sleep_for(400000000);
        gaps_close();
        act_system_destroy(&system);
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_slow_owner_has_one_tick_at_a_time, .timeout_seconds = 60),
    TEST_CASE(owners_move_cancel_and_end, .timeout_seconds = 60),
    END_OF_CASES,
};
