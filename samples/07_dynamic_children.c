/* Children as they are needed, each with a spec of its own: a session for each caller. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

#define GUIDE_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(guide_greet, ACT_NO_FIELDS) MESSAGE(guide_leave, ACT_NO_FIELDS)
ACT_SCHEMA(guide, GUIDE_MESSAGES);

/* ---- a session: its number is what its spec gave ---- */

static act_result begin(act_self *self, void *state, const void *args)
{
    (void)self;
    *(int *)state = *(const int *)args;
    printf("session %d begins\n", *(int *)state);
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    if (guide_tag_of(message) == guide_greet_tag)
        printf("session %d is greeted\n", *(int *)state);
    else if (guide_tag_of(message) == guide_leave_tag)
        act_stop(self);
}

static void end(act_self *self, void *state, act_exit_reason reason)
{
    (void)self;
    printf("session %d ends, %s\n", *(int *)state, act_exit_kind_text(reason.kind));
}

static const act_behavior session = {.name = "session",
                                     .state_bytes = sizeof(int),
                                     .args_bytes = sizeof(int),
                                     .init = begin,
                                     .receive = receive,
                                     .terminate = end};

static const act_supervisor_spec sessions = {.strategy = ACT_STRATEGY_DYNAMIC,
                                             .children_max = 1000};

/* ---- the door: asks for a session for each of three callers ---- */

static act_result open_door(act_self *self, void *state, const void *args)
{
    act_ref    ask;
    act_pid   *supervisor = state;
    act_result result = act_supervisor_spawn_link(self, supervisor, &sessions, NULL);
    (void)args;
    for (int number = 1; result == ACT_OK && number <= 3; number++) {
        const act_child_spec one = {
            .behavior = &session, .args = &number, .restart = ACT_RESTART_TEMPORARY};
        result = act_supervisor_start_child(self, &ask, *supervisor, &one, ACT_FOREVER);
    }
    return result;
}

static void hear(act_self *self, void *state, const act_message *message)
{
    act_supervisor_answer answer;
    (void)state;
    if (act_supervisor_answer_read(message, &answer) != ACT_OK || answer.result != ACT_OK)
        return;
    act_tell(self, answer.child, guide_greet);
    act_tell(self, answer.child, guide_leave);
}

static const act_behavior door = {
    .name = "door", .state_bytes = sizeof(act_pid), .init = open_door, .receive = hear};

int main(void)
{
    act_simulation *simulation;
    act_pid         pid;
    if (act_simulation_create(&simulation, 7, NULL) != ACT_OK)
        return 1;
    act_result result =
        act_system_spawn(act_simulation_system(simulation), &pid, &door, NULL, NULL);
    if (result == ACT_OK)
        result = act_simulation_run(simulation, NULL, 1000);
    act_simulation_destroy(&simulation);
    return result != ACT_OK;
}
