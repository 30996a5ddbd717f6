/* Of many tasks and linked actors that panic together each is told with its text. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/verdict.h>

enum { GO = 1, EACH = 200 };

static act_pid     tasks;
static _Atomic int told, downs_with_text, exits_with_text;

static act_message *fail(act_self *self, const void *args)
{
    act_panic(self, "task number %d", *(const int *)args);
}

static void crash(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_panic(self, "actor number %d", (int)message->as.int64);
}

static const act_behavior mortal = {.name = "mortal", .receive = crash};

static void start_all(act_self *self)
{
    act_ref ref;
    act_pid pid;
    must(act_trap_exits(self, true));
    for (int i = 0; i < EACH; i++) {
        must(act_task_run(self, &ref, tasks, fail, &i, sizeof i, ACT_FOREVER));
        must(act_spawn_link(self, &pid, &mortal, NULL, NULL));
        act_tell_value(self, pid, GO, act_int64(i));
    }
}

static bool has_text(const act_message *message, const char *part)
{
    const char *text = act_message_reason(message).text;
    return text != NULL && strstr(text, part) != NULL;
}

static void hear(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == GO) {
        start_all(self);
    } else if (message->tag == ACT_MESSAGE_DOWN) {
        downs_with_text += has_text(message, "task number ");
        told++;
    } else if (message->tag != ACT_MESSAGE_EXIT) {
        judge_wrong("a message %x comes", message->tag);
    } else if (act_message_reason(message).kind == ACT_EXIT_PANIC) {
        exits_with_text += has_text(message, "actor number ");
        told++;
    } else {
        act_exit(self, act_message_reason(message));
    }
}

static const act_behavior asker = {.name = "asker", .receive = hear};

int main(void)
{
    act_system               *system;
    act_pid                   pid;
    const act_child_spec      task = act_task_child(NULL);
    const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &task, .children_count = 1};
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 1, .log = no_log)));
    must(act_system_spawn_supervisor(system, &tasks, &spec, NULL));
    must(act_system_spawn(system, &pid, &asker, NULL, NULL));
    act_system_tell_value(system, pid, GO, act_nothing());
    if (!comes_to(&told, 2 * EACH, 20000))
        judge_wrong("%d of %d ends are told", told, 2 * EACH);
    if (downs_with_text != EACH || exits_with_text != EACH)
        judge_wrong("of %d, %d DOWNs and %d EXITs have their text", EACH, downs_with_text,
                    exits_with_text);
    must(act_system_destroy(&system));
    return judge_right("each of many that panic together is told with its text");
}
