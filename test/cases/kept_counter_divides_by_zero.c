/* A child that crashes at each start ends the program with a log that tells why. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

#define DIVIDER_DIVIDE(FIELD)     FIELD(1, INT32, by)
#define DIVIDER_MESSAGES(MESSAGE) MESSAGE(divider_divide, DIVIDER_DIVIDE)
ACT_SCHEMA(divider, DIVIDER_MESSAGES);

static int quotients;

/* The divisors are 2, 1, 0, -1, ...: each instance after the first begins with a bad one. */
static act_result begin(act_self *self, void *state, const void *args)
{
    int *next = act_kept(self);
    (void)state, (void)args;
    act_tell(self, act_self_pid(self), divider_divide, .by = 2 - (*next)++);
    return ACT_OK;
}

static void divide(act_self *self, void *state, const act_message *message)
{
    if (divider_tag_of(message) != divider_divide_tag)
        return;
    int by = act_view(divider_divide, message)->by;
    if (by <= 0)
        act_panic(self, "division by zero");
    quotients++;
    begin(self, state, NULL);
}

static const act_behavior divider = {
    .name = "divider", .init = begin, .receive = divide, .schema = divider_schema};
static const act_child_spec child = {
    .id = "divider", .behavior = &divider, .kept_bytes = sizeof(int)};
static const act_supervisor_spec root = {.intensity = 3, .children = &child, .children_count = 1};

int main(void)
{
    act_system *system;
    act_pid     pid;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.log = keep_log)));
    must(act_system_spawn_supervisor(system, &pid, &root, NULL));
    act_result result = act_system_run(system);
    must(act_system_destroy(&system));
    int  told = logged("gives up: more than 3 restarts in 5000 ms; child \"divider\"");
    bool is_right = result == ACT_GAVE_UP && told == 1 && quotients == 2;
    return judge(is_right, "run: %s; %d quotients; logged %d times", act_result_text(result),
                 quotients, told);
}
