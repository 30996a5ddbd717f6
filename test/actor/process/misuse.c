/* Breaks a rule of a header, by its name; misuse_test.sh reads what a debug build says of it. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define CLERK_FILE(FIELD) FIELD(1, INT64, number)
#define CLERK_SIGN(FIELD) FIELD(1, TEXT, by)
#define CLERK_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(clerk_file, CLERK_FILE)                                                                \
    MESSAGE(clerk_sign, CLERK_SIGN)
ACT_SCHEMA(clerk, CLERK_MESSAGES);

static const char *rule;
static act_self   *kept; /* which must not be */
static act_pid     pid;

static void *calls_elsewhere(void *nothing)
{
    (void)!act_link(kept, pid); /* HERE: another thread */
    return nothing;
}

static void break_it(act_self *self, const act_message *message)
{
    pthread_t thread;
    kept = self;
    if (strcmp(rule, "another thread") == 0 &&
        pthread_create(&thread, NULL, calls_elsewhere, NULL) == 0)
        pthread_join(thread, NULL);
    if (strcmp(rule, "another message") == 0)
        printf("%s\n", act_view(clerk_sign, message)->by); /* HERE: another message */
    if (strcmp(rule, "a changed message") == 0)
        act_edit(clerk_sign, message)->by = ""; /* HERE: a changed message */
}

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (clerk_tag_of(message) == clerk_file_tag && act_view(clerk_file, message)->number == 1)
        break_it(self, message);
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior clerk = {.name = "clerk", .receive = receive};

int main(int count, char **words)
{
    act_system *system;
    rule = count > 1 ? words[1] : "";
    if (act_system_create(&system, NULL) != ACT_OK ||
        act_system_spawn(system, &pid, &clerk, NULL, NULL) != ACT_OK)
        return 1;
    act_system_tell(system, pid, clerk_file, .number = 1);
    if (act_system_join(system, pid, NULL, ACT_FOREVER) != ACT_OK)
        return 1;
    if (strcmp(rule, "no callback") == 0)
        act_tell(kept, pid, clerk_sign, .by = "one"); /* HERE: no callback */
    if (strcmp(rule, "a supervisor's call") == 0) {
        act_ref ask;
        (void)!act_supervisor_count_children(kept, &ask, pid, 1); /* HERE: a supervisor's call */
    }
    return act_system_destroy(&system) != ACT_OK;
}
