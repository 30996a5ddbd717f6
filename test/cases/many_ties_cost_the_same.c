/* Four times as many ties of one actor take about four times as long, not sixteen. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/verdict.h>

enum { GO = 1, RANG, READABLE, FEW = 5000, MANY = 20000, RATIO_MAX = 8, QUICK_MS = 50 };

/* The many of one measurement, and the ties of one actor with them. */
static act_system    *sys;
static act_pid       *others;
static act_ref       *refs;
static act_sender   **senders;
static act_receiver **receivers;
static int            count;

static void link_one(act_self *self, int i)
{
    must(act_link(self, others[i]));
}

static void unlink_one(act_self *self, int i)
{
    act_unlink(self, others[count - 1 - i]);
}

static void monitor_one(act_self *self, int i)
{
    must(act_monitor(self, &refs[i], others[i]));
}

static void demonitor_one(act_self *self, int i)
{
    act_demonitor(self, refs[i]);
}

static void arm_one(act_self *self, int i)
{
    must(act_tell_after_value(self, &refs[i], act_self_pid(self), RANG, act_nothing(), 3600000));
}

static void cancel_one(act_self *self, int i)
{
    act_cancel_timer(self, refs[i]);
}

static void notify_one(act_self *self, int i)
{
    must(act_channel_notify(self, receivers[i], READABLE));
}

static const struct step {
    const char *name;
    void (*tie)(act_self *self, int i);
} steps[] = {
    {"act_monitor", monitor_one},       {"act_demonitor", demonitor_one},
    {"act_tell_after_value", arm_one},  {"act_cancel_timer", cancel_one},
    {"act_channel_notify", notify_one}, {"act_link", link_one},
    {"act_unlink", unlink_one},
};
enum { STEPS = sizeof steps / sizeof *steps };

static double      took[STEPS];
static _Atomic int done, alive;

static act_result is_born(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    alive++;
    return ACT_OK;
}

/* Of this thread alone: what else the machine does costs the ties nothing. */
static double cpu_ms(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (double)spent.tv_sec * 1e3 + (double)spent.tv_nsec / 1e6;
}

static void take_step(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == ACT_MESSAGE_EXIT)
        act_exit(self, act_message_reason(message));
    if (message->tag != GO)
        return;
    must(act_trap_exits(self, true));
    int    step = (int)message->as.int64;
    double began = cpu_ms();
    for (int i = 0; i < count; i++)
        steps[step].tie(self, i);
    took[step] = cpu_ms() - began;
    done++;
}

static const act_behavior other = {.name = "other", .init = is_born, .receive = hears_nothing};
static const act_behavior hub = {.name = "hub", .receive = take_step};

static void *many(size_t bytes)
{
    void *array = calloc((size_t)count, bytes);
    if (array == NULL)
        judge_wrong("no memory for the case");
    return array;
}

static void set_up(int n)
{
    count = n;
    done = alive = 0;
    others = many(sizeof *others), refs = many(sizeof *refs);
    senders = many(sizeof(act_sender *)), receivers = many(sizeof(act_receiver *));
    must(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .log = no_log)));
    for (int i = 0; i < n; i++) {
        must(act_system_spawn(sys, &others[i], &other, NULL, NULL));
        must(act_channel_create(&senders[i], &receivers[i], sizeof(int), 1));
    }
    if (!comes_to(&alive, n, 20000))
        judge_wrong("%d of %d actors run", alive, n);
}

static void tear_down(void)
{
    must(act_system_destroy(&sys));
    for (int i = 0; i < count; i++) {
        act_sender_drop(&senders[i]);
        act_receiver_drop(&receivers[i]);
    }
    free(others), free(refs), free(senders), free(receivers);
}

static void measure(int n, double ms[STEPS])
{
    act_pid pid;
    set_up(n);
    must(act_system_spawn(sys, &pid, &hub, NULL, NULL));
    for (int i = 0; i < STEPS; i++) {
        act_system_tell_value(sys, pid, GO, act_int64(i));
        if (!comes_to(&done, i + 1, 20000))
            judge_wrong("%s of %d takes over 20 s", steps[i].name, n);
        ms[i] = took[i];
    }
    tear_down();
}

int main(void)
{
    double few[STEPS], lots[STEPS];
    measure(FEW, few);
    measure(MANY, lots);
    for (int i = 0; i < STEPS; i++)
        if (lots[i] >= QUICK_MS && lots[i] >= RATIO_MAX * few[i])
            judge_wrong("%s: %d take %.1f ms, but %d %.1f", steps[i].name, FEW, few[i], MANY,
                        lots[i]);
    return judge_right(
        "links, monitors, timers and notifications cost the same, however many there are");
}
