/* Timers and time-outs of asks go on while the handler of another actor is stuck. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { TICKERS = 8, STUCK_MS = 3000, TICK = 1 };

/* What each ticker has heard. */
struct heard {
    _Atomic int ticks, time_outs;
};

static act_pid      silent_pid;
static struct heard heard[TICKERS];
static _Atomic bool has_returned;

static const act_behavior silent = {.name = "silent", .receive = hears_nothing};

/* Ticks every 10 ms, and asks what is never answered, for 50 ms. */
static void tick(act_self *self, void *state, const act_message *message)
{
    act_ref       ref;
    struct heard *mine = act_kept(self);
    (void)state;
    if (message->tag == ACT_MESSAGE_TIMED_OUT) {
        mine->time_outs++;
        return;
    }
    mine->ticks++;
    if (act_tell_after_value(self, &ref, act_self_pid(self), TICK, act_nothing(), 10) != ACT_OK ||
        act_ask_value(self, &ref, silent_pid, 1, act_nothing(), 50) != ACT_OK)
        act_panic(self, "no timer");
}

static const act_behavior ticker = {.name = "ticker", .receive = tick};

static void compute(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    for (int64_t until = clock_ms() + STUCK_MS; clock_ms() < until;)
        ;
    has_returned = true;
}

static const act_behavior stuck = {.name = "stuck", .receive = compute};

static void spawn_and_tell(act_system *system, const act_behavior *behavior, void *kept)
{
    act_pid pid;
    must(act_system_spawn(system, &pid, behavior, NULL, ACT_SPAWN_OPTIONS(.kept = kept)));
    act_system_tell_value(system, pid, TICK, act_nothing());
}

/* Returns: what the ticker has heard that has heard least since the last call. */
static struct heard take_least(void)
{
    struct heard least = {1 << 30, 1 << 30};
    for (int i = 0; i < TICKERS; i++) {
        int ticks = atomic_exchange(&heard[i].ticks, 0);
        int time_outs = atomic_exchange(&heard[i].time_outs, 0);
        if (ticks < least.ticks)
            least.ticks = ticks;
        if (time_outs < least.time_outs)
            least.time_outs = time_outs;
    }
    return least;
}

int main(void)
{
    act_system *system;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log)));
    must(act_system_spawn(system, &silent_pid, &silent, NULL, NULL));
    for (int i = 0; i < TICKERS; i++)
        spawn_and_tell(system, &ticker, &heard[i]);
    spawn_and_tell(system, &stuck, NULL);
    sleep_ms(STUCK_MS / 6); /* the watch has long noticed */
    (void)take_least();
    sleep_ms(STUCK_MS / 3);
    struct heard least = take_least();
    bool         is_meanwhile = !has_returned;
    must(act_system_destroy(&system));
    return judge(is_meanwhile && least.ticks >= 5 && least.time_outs >= 5,
                 "in %d ms of a stuck handler %d tickers heard each %d of %d ticks, %d time-outs%s",
                 STUCK_MS / 3, TICKERS, least.ticks, STUCK_MS / 30, least.time_outs,
                 is_meanwhile ? "" : "; the handler had returned");
}
