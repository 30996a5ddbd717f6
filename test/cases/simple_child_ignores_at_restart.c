/* A child made from a template that answers ACT_IGNORE when it is restarted is dropped. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/verdict.h>

enum { GO = 1, LOOK, FAIL, PATIENCE = 20000, LOOKS_MAX = 1000 };

static act_pid               supervisor, child;
static _Atomic int           starts, answers;
static int                   looks;
static size_t                rows;
static act_supervisor_answer counted, terminated;

static act_result ignore_second_start(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    return ++starts > 1 ? ACT_IGNORE : ACT_OK;
}

static void fail(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_panic(self, "once");
}

static const act_behavior moody = {.name = "moody", .init = ignore_second_start, .receive = fail};

/* Until the restart is over, which nothing tells. */
static void look_later(act_self *self)
{
    act_ref timer;
    must(act_tell_after_value(self, &timer, act_self_pid(self), LOOK, act_nothing(), 5));
}

static void take_answer(act_self *self, const act_message *message)
{
    act_ref               ask;
    act_supervisor_answer answer;
    must(act_supervisor_answer_read(message, &answer));
    switch (++answers) {
    case 1:
        child = answer.child;
        act_tell_value(self, child, FAIL, act_nothing());
        look_later(self);
        break;
    case 2:
        counted = answer;
        if (answer.specs_count != 0 && ++looks < LOOKS_MAX) {
            answers--;
            look_later(self);
            break;
        }
        must(act_supervisor_which_children(self, &ask, supervisor, PATIENCE));
        break;
    case 3:
        (void)act_supervisor_children_read(message, &rows);
        must(act_supervisor_terminate_child_pid(self, &ask, supervisor, child, PATIENCE));
        break;
    default: terminated = answer;
    }
}

static void go_on(act_self *self, void *state, const act_message *message)
{
    act_ref ask;
    (void)state;
    if (message->tag == GO)
        must(act_supervisor_start_child_args(self, &ask, supervisor, NULL, 0, PATIENCE));
    else if (message->tag == LOOK)
        must(act_supervisor_count_children(self, &ask, supervisor, PATIENCE));
    else if (message->tag == ACT_MESSAGE_SUPERVISOR_ANSWER)
        take_answer(self, message);
}

static const act_behavior asker = {.name = "asker", .receive = go_on};

static void judge(void)
{
    if (starts != 2)
        judge_wrong("%d starts", starts);
    if (counted.specs_count != 0 || counted.active_count != 0 || rows != 0)
        judge_wrong("what ignored its restart is there: %u specs, %u active, %zu rows",
                    counted.specs_count, counted.active_count, rows);
    if (terminated.result != ACT_NOT_FOUND)
        judge_wrong("to terminate it is answered with: %s", act_result_text(terminated.result));
}

static void restarted(act_restart restart)
{
    act_system *system;
    act_pid     pid;
    const act_child_spec template = {.id = "moody", .behavior = &moody, .restart = restart};
    const act_supervisor_spec spec = {.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE,
                                      .intensity = 5,
                                      .children = &template,
                                      .children_count = 1};
    starts = answers = looks = 0;
    rows = 1;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log)));
    must(act_system_spawn_supervisor(system, &supervisor, &spec, NULL));
    must(act_system_spawn(system, &pid, &asker, NULL, NULL));
    act_system_tell_value(system, pid, GO, act_nothing());
    if (!comes_to(&answers, 4, PATIENCE))
        judge_wrong("%d of 4 answers have come", answers);
    must(act_system_destroy(&system));
    judge();
}

int main(void)
{
    restarted(ACT_RESTART_PERMANENT);
    restarted(ACT_RESTART_TRANSIENT);
    return judge_right("a child that ignores its restart is dropped");
}
