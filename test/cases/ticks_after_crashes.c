/* What an actor has sent to itself dies with it, so crashes do not multiply its timers. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

#define TICKER_MESSAGES(MESSAGE)                                                                   \
    MESSAGE(ticker_tick, ACT_NO_FIELDS)                                                            \
    MESSAGE(ticker_poll, ACT_NO_FIELDS)
ACT_SCHEMA(ticker, TICKER_MESSAGES);

enum { CRASHES = 10, INTERVAL = 100 };

static int ticks, lives;

static void arm_tick(act_self *self)
{
    act_ref timer;
    if (act_tell_after(self, &timer, act_self_pid(self), INTERVAL, ticker_tick) != ACT_OK)
        act_panic(self, "no timer");
}

static void arm_poll(act_self *self)
{
    act_ref timer;
    if (act_tell_after(self, &timer, act_self_pid(self), INTERVAL, ticker_poll) != ACT_OK)
        act_panic(self, "no timer");
}

/* The poll comes first, and the tick of the same millisecond waits when it crashes. */
static act_result begin(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    lives++;
    arm_poll(self);
    arm_tick(self);
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    switch (ticker_tag_of(message)) {
    case ticker_tick_tag:
        ticks++;
        arm_tick(self);
        break;
    case ticker_poll_tag:
        if (lives <= CRASHES)
            act_panic(self, "poll failed");
        arm_poll(self);
        break;
    default: act_unknown(self, message);
    }
}

static const act_behavior ticker = {.name = "ticker", .init = begin, .receive = receive};

/* Returns: the ticks in a second, after all the crashes. */
static int ticks_with(act_mailbox mailbox)
{
    const act_child_spec      child = {.id = "ticker", .behavior = &ticker, .mailbox = mailbox};
    const act_supervisor_spec root = {.children = &child, .children_count = 1, .intensity = 1000};
    act_simulation           *simulation;
    act_pid                   pid;
    ticks = lives = 0;
    must(act_simulation_create(&simulation, 1, ACT_SYSTEM_OPTIONS(.log = no_log)));
    must(act_system_spawn_supervisor(act_simulation_system(simulation), &pid, &root, NULL));
    must(act_simulation_advance(simulation, 5000, 0));
    int before = ticks;
    must(act_simulation_advance(simulation, 1000, 0));
    int in_a_second = ticks - before;
    must(act_simulation_destroy(&simulation));
    return in_a_second;
}

int main(void)
{
    int kept = ticks_with(ACT_MAILBOX_KEEP), dropped = ticks_with(ACT_MAILBOX_DROP);
    return judge(kept == 1000 / INTERVAL && dropped == 1000 / INTERVAL && lives == CRASHES + 1,
                 "%d lives; ticks in a second: %d with KEEP, %d with DROP", lives, kept, dropped);
}
