/* A sender that is held back hears its timers, and does not hold those that send to it. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { LINE = 1, QUESTION, PING, TICK, BACKLOG = 1024, SLOW_MS = 2500, FLOOD = 1000000 };

static act_pid         slow_pid, middle_pid;
static _Atomic int     sent, sent_while_slow, time_outs;
static _Atomic int64_t asked_at, pinged_at, late_most, ping_after = -1, tick_after = -1;
static _Atomic int     hangs;
static _Atomic bool    has_returned;

/* A blocking actor whose disk hangs once, when more lines wait than senders may go on after. */
static void write_line(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    if (hangs > 0 || act_inbox_length(act_self_system(self), act_self_pid(self)) <= BACKLOG + 100)
        return;
    hangs = 1;
    sleep_ms(SLOW_MS);
    sent_while_slow = sent;
    has_returned = true;
}

static const act_behavior slow = {.name = "slow", .receive = write_line};

static void ask(act_self *self)
{
    act_ref question;
    asked_at = clock_ms();
    if (act_ask_value(self, &question, slow_pid, QUESTION, act_nothing(), 100) != ACT_OK)
        act_panic(self, "cannot ask");
}

static void log_lines(act_self *self)
{
    for (int i = 0; i < 100; i++)
        act_tell_value(self, slow_pid, LINE, act_nothing());
    sent += 100;
    if (sent < FLOOD)
        act_tell_value(self, act_self_pid(self), LINE, act_nothing());
}

static void hear_time_out(act_self *self)
{
    int64_t late = clock_ms() - asked_at - 100;
    if (late > late_most)
        late_most = late;
    time_outs++;
    if (!has_returned)
        ask(self);
}

static void work(act_self *self, void *state, const act_message *message)
{
    bool *has_begun = state;
    if (message->tag == LINE) {
        log_lines(self);
        if (!*has_begun)
            ask(self);
        *has_begun = true;
    } else if (message->tag == PING)
        ping_after = clock_ms() - pinged_at;
    else if (message->tag == ACT_MESSAGE_TIMED_OUT)
        hear_time_out(self);
}

static const act_behavior middle = {.name = "middle", .state_bytes = sizeof(bool), .receive = work};

static void ping(act_self *self, void *state, const act_message *message)
{
    act_ref timer;
    (void)state;
    if (message->tag == TICK) {
        tick_after = clock_ms() - pinged_at;
        return;
    }
    pinged_at = clock_ms();
    if (act_tell_after_value(self, &timer, act_self_pid(self), TICK, act_nothing(), 10) != ACT_OK)
        act_panic(self, "no timer");
    act_tell_value(self, middle_pid, PING, act_nothing());
}

static const act_behavior other = {.name = "other", .receive = ping};

/* Starts the three, and pings when the slow one hangs and the middle one is held. */
static void start(act_system *system)
{
    act_pid pid;
    must(act_system_spawn(system, &slow_pid, &slow, NULL, ACT_SPAWN_OPTIONS(.blocking = true)));
    must(act_system_spawn(system, &middle_pid, &middle, NULL, NULL));
    must(act_system_spawn(system, &pid, &other, NULL, NULL));
    act_system_tell_value(system, middle_pid, LINE, act_nothing());
    if (!comes_to(&hangs, 1, 20000))
        judge_wrong("never were more than %d lines waiting", BACKLOG);
    sleep_ms(300);
    act_system_tell_value(system, pid, PING, act_nothing());
}

int main(void)
{
    act_system *system;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log,
                                                       .backlog_max = BACKLOG)));
    start(system);
    while (!has_returned)
        sleep_ms(1);
    int     lines = sent_while_slow;
    int64_t limit = SLOW_MS / 2;
    bool    is_right = hangs == 1 && lines < FLOOD && time_outs >= 5 && late_most < limit;
    is_right = is_right && ping_after >= 0 && ping_after < limit;
    is_right = is_right && tick_after >= 0 && tick_after < limit;
    int status = judge(is_right,
                       "%d lines let through in %d ms; %d asks timed out, %lld ms late at most; "
                       "ping after %lld ms, timer of 10 ms after %lld ms",
                       lines, SLOW_MS, time_outs, (long long)late_most, (long long)ping_after,
                       (long long)tick_after);
    must(act_system_destroy(&system));
    return status;
}
