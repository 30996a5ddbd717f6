/* Timers: a tick that does not drift, a limit that is cancelled, one that fires; virtual time. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>

/* Messages of this actor to itself need no schema. */
enum { TAG_TICK = 1, TAG_MEASURED, TAG_TOO_LONG };

enum { PERIOD = ACT_MS(100), LIMIT = ACT_MS(50), TICKS = 4 };

struct meter {
    int     ticks_count;
    act_ref measured; /* a timer stands for the measurement, which takes its time */
    act_ref limit;
};

static void say(act_self *self, const char *what)
{
    printf("%4" PRId64 " ms: %s\n", act_now(self), what);
}

static void arm(act_self *self, act_ref *timer, uint32_t tag, act_millis delay)
{
    act_pid me = act_self_pid(self);
    if (act_tell_after_value(self, timer, me, tag, act_nothing(), delay) != ACT_OK)
        act_panic(self, "no memory for a timer");
}

/* The second measurement takes 70 ms, which is too long; the others 30. */
static void begin_measurement(act_self *self, struct meter *meter)
{
    meter->ticks_count++;
    say(self, "tick");
    arm(self, &meter->measured, TAG_MEASURED, meter->ticks_count == 2 ? ACT_MS(70) : ACT_MS(30));
    arm(self, &meter->limit, TAG_TOO_LONG, LIMIT);
}

/*
 * A timer that was cancelled sends nothing. One for which act_cancel_timer answers ACT_NOT_FOUND
 * has fired, and its message may wait in the inbox: its ref is then none that `receive` expects.
 */
static void end_measurement(act_self *self, struct meter *meter, const char *what)
{
    act_cancel_timer(self, meter->measured);
    act_cancel_timer(self, meter->limit);
    meter->measured = meter->limit = (act_ref){0};
    say(self, what);
    if (meter->ticks_count == TICKS)
        act_stop(self);
}

/*
 * Each tick is due one period after the one before was due, not after that was handled: what is
 * late once, or takes its time, does not delay all that follow. Missed ticks are left out.
 */
static act_result begin(act_self *self, void *state, const void *args)
{
    act_ref ticker;
    (void)state, (void)args;
    return act_every_value(self, &ticker, act_self_pid(self), TAG_TICK, act_nothing(), PERIOD);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct meter *meter = state;
    if (message->tag == TAG_TICK)
        begin_measurement(self, meter);
    else if (act_ref_equal(message->ref, meter->measured))
        end_measurement(self, meter, "measured in time");
    else if (act_ref_equal(message->ref, meter->limit))
        end_measurement(self, meter, "took too long");
}

static const act_behavior meter = {
    .name = "meter", .state_bytes = sizeof(struct meter), .init = begin, .receive = receive};

int main(void)
{
    act_simulation *simulation;
    act_pid         pid;
    if (act_simulation_create(&simulation, 1, NULL) != ACT_OK)
        return 1;
    act_system *system = act_simulation_system(simulation);
    act_result  result = act_system_spawn(system, &pid, &meter, NULL, NULL);
    if (result == ACT_OK)
        result = act_simulation_advance(simulation, ACT_SECONDS(1), 1000);
    act_simulation_destroy(&simulation);
    return result != ACT_OK;
}
