/* Tasks that use up all threads are warned of, can be cancelled, and do not hold the end. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { HANGING = 8, QUICK = 3, QUICK_TAG = 7 };

static act_pid tasks;
static int     answers, quick_answers;

/* Goes on until its asker does not wait any more. */
static act_message *search(act_self *self, const void *args)
{
    (void)args;
    while (!act_should_end(self))
        sleep_ms(1);
    return NULL;
}

static act_message *hang(act_self *self, const void *args)
{
    (void)self, (void)args;
    while (true)
        pause();
    return NULL;
}

static act_message *answer(act_self *self, const void *args)
{
    act_message *message;
    (void)self, (void)args;
    return act_message_create(&message, QUICK_TAG, 0) == ACT_OK ? message : NULL;
}

static act_result begin(act_self *self, void *state, const void *args)
{
    act_ref    ask;
    act_result result = act_task_run(self, &ask, tasks, hang, NULL, 0, 600);
    (void)state, (void)args;
    for (int i = 1; i < HANGING && result == ACT_OK; i++)
        result = act_task_run(self, &ask, tasks, search, NULL, 0, 600);
    for (int i = 0; i < QUICK && result == ACT_OK; i++)
        result = act_task_run(self, &ask, tasks, answer, NULL, 0, ACT_SECONDS(30));
    return result;
}

static void count(act_self *self, void *state, const act_message *message)
{
    (void)state;
    quick_answers += message->tag == QUICK_TAG;
    if (++answers == HANGING + QUICK)
        act_system_stop(act_self_system(self));
}

static const act_behavior asker = {.name = "asker", .init = begin, .receive = count};

int main(void)
{
    act_system               *system;
    act_pid                   pid;
    const act_child_spec      task = act_task_child(ACT_SPAWN_OPTIONS(.blocking = true));
    const act_supervisor_spec pool = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &task, .children_count = 1};
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.blocking_max = HANGING, .stop_timeout = 300,
                                                       .destroy_timeout = 300, .log = keep_log)));
    must(act_system_spawn_supervisor(system, &tasks, &pool, NULL));
    must(act_system_spawn(system, &pid, &asker, NULL, NULL));
    act_result run = act_system_run(system), destroyed = act_system_destroy(&system);
    int        warnings = logged("wait for a thread");
    bool       is_right = quick_answers == QUICK && warnings > 0 && run == ACT_TIMED_OUT;
    return judge(is_right && destroyed == ACT_TIMED_OUT,
                 "%d of %d quick tasks answered, %d warnings; run: %s; destroy: %s", quick_answers,
                 QUICK, warnings, act_result_text(run), act_result_text(destroyed));
}
