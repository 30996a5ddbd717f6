/* A blocking actor beyond blocking_max waits for a thread, logged and counted, and then runs. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/verdict.h>

enum { GO = 1, THREADS = 4 };

static act_system   *sys;
static act_receiver *gate;
static act_sender   *opener;
static _Atomic int   waiting, through, late_ran, warnings;

static void wait_at_gate(act_self *self, void *state, const act_message *message)
{
    int value;
    (void)self, (void)state, (void)message;
    waiting++;
    if (act_channel_receive(gate, &value, 30000) == ACT_OK)
        through++;
}

static void run_late(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    late_ran++;
}

static void count_warnings(void *context, act_log_level level, const char *text)
{
    (void)context;
    if (level <= ACT_LOG_WARNING && strstr(text, "thread") != NULL)
        warnings++;
}

static const act_behavior waiter = {.name = "waiter", .receive = wait_at_gate};
static const act_behavior late = {.name = "late", .receive = run_late};

static void spawn_blocking(const act_behavior *behavior)
{
    act_pid pid;
    must(act_system_spawn(sys, &pid, behavior, NULL, ACT_SPAWN_OPTIONS(.blocking = true)));
    act_system_tell_value(sys, pid, GO, act_nothing());
}

static void is_told(void)
{
    act_counters counters;
    if (!comes_to(&warnings, 1, 10000))
        judge_wrong("an actor waits for a thread, and the log does not say so");
    act_system_counters(sys, &counters);
    if (counters.thread_waits == 0)
        judge_wrong("an actor waits for a thread, and thread_waits is 0");
    if (late_ran != 0)
        judge_wrong("there are more threads than blocking_max");
}

static void open_gate(void)
{
    for (int i = 0; i < THREADS; i++)
        must(act_channel_send(opener, &i, ACT_FOREVER));
    if (!comes_to(&through, THREADS, 20000) || !comes_to(&late_ran, 1, 20000))
        judge_wrong("%d of %d got through, and the late one ran %d times", through, THREADS,
                    late_ran);
}

int main(void)
{
    must(act_channel_create(&opener, &gate, sizeof(int), THREADS));
    must(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .blocking_max = THREADS,
                                                    .log = count_warnings)));
    for (int i = 0; i < THREADS; i++)
        spawn_blocking(&waiter);
    if (!comes_to(&waiting, THREADS, 20000))
        judge_wrong("%d of %d blocking actors wait", waiting, THREADS);
    spawn_blocking(&late);
    is_told();
    open_gate();
    must(act_system_destroy(&sys));
    act_sender_drop(&opener);
    act_receiver_drop(&gate);
    return judge_right("a blocking actor too many is logged and counted, and runs in the end");
}
