/* A sender to a child that waits for its restart is held, but its timers are heard. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { LINE = 1, TICK, LINES_A_TICK = 1000, DELAY = 2500, WINDOWS = 4 };

static _Atomic int ticks, starts;

static act_result begin(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    starts++;
    return ACT_OK;
}

static void write_line(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    if (starts == 1)
        act_panic(self, "disk is full");
}

static const act_behavior logger = {.name = "logger", .init = begin, .receive = write_line};

static void log_line(act_self *self)
{
    act_message *line;
    if (act_message_create_value(&line, LINE, act_nothing()) == ACT_OK &&
        act_send_name(self, "logger", &line) != ACT_OK)
        act_message_free(&line);
}

static void tick(act_self *self, void *state, const act_message *message)
{
    act_ref timer;
    (void)state, (void)message;
    ticks++;
    for (int i = 0; i < LINES_A_TICK; i++)
        log_line(self);
    if (act_tell_after_value(self, &timer, act_self_pid(self), TICK, act_nothing(), 10) != ACT_OK)
        act_panic(self, "no timer");
}

static const act_behavior worker = {.name = "worker", .receive = tick};

/* Returns: the fewest ticks in a sixth of the delay, while that lasts. */
static int fewest_ticks(void)
{
    int fewest = 1 << 30;
    for (int i = 0; i < WINDOWS; i++) {
        int before = ticks;
        sleep_ms(DELAY / (WINDOWS + 2));
        if (ticks - before < fewest)
            fewest = ticks - before;
    }
    return fewest;
}

int main(void)
{
    const act_child_spec child = {
        .id = "logger", .behavior = &logger, .options = ACT_SPAWN_OPTIONS(.name = "logger")};
    const act_supervisor_spec root = {.intensity = 10,
                                      .children = &child,
                                      .children_count = 1,
                                      .backoff = {.min = DELAY, .max = DELAY}};
    act_system               *system;
    act_pid                   pid;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log)));
    must(act_system_spawn_supervisor(system, &pid, &root, NULL));
    comes_to(&starts, 1, 20000);
    must(act_system_spawn(system, &pid, &worker, NULL, NULL));
    act_system_tell_value(system, pid, TICK, act_nothing());
    int  fewest = fewest_ticks();
    bool is_waiting = starts == 1;
    comes_to(&starts, 2, 20000);
    must(act_system_destroy(&system));
    return judge(fewest >= 2 && is_waiting && starts == 2,
                 "at least %d ticks in %d ms while the child waited; %d starts", fewest,
                 DELAY / (WINDOWS + 2), starts);
}
