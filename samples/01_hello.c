/* Spawns an actor, sends it messages, and waits until it has ended. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

/* What a greeter understands: see 09_typed_messages.c. */
#define GREETER_GREET(FIELD) FIELD(1, TEXT, name)
#define GREETER_MESSAGES(MESSAGE)                                                                  \
    MESSAGE(greeter_greet, GREETER_GREET)                                                          \
    MESSAGE(greeter_leave, ACT_NO_FIELDS)
ACT_SCHEMA(greeter, GREETER_MESSAGES);

/* What a greeter remembers. The runtime owns it: zeroed at birth, freed at the end. */
struct memory {
    int greeted;
};

static void receive(act_self *self, void *state, const act_message *message)
{
    struct memory *memory = state;
    switch (greeter_tag_of(message)) {
    case greeter_greet_tag:
        memory->greeted++;
        printf("Hello, %s!\n", act_view(greeter_greet, message)->name);
        break;
    case greeter_leave_tag:
        printf("I have greeted %d.\n", memory->greeted);
        act_stop(self);
        break;
    default: act_unknown(self, message);
    }
}

static const act_behavior greeter = {
    .name = "greeter",
    .state_bytes = sizeof(struct memory),
    .receive = receive,
};

int main(void)
{
    act_system *system;
    act_pid     pid;
    if (act_system_create(&system, NULL) != ACT_OK)
        return 1;
    act_result result = act_system_spawn(system, &pid, &greeter, NULL, NULL);
    if (result == ACT_OK) {
        act_system_tell(system, pid, greeter_greet, .name = "world");
        act_system_tell(system, pid, greeter_greet, .name = "actors");
        act_system_tell(system, pid, greeter_leave);
        /* it may have ended before we came to wait */
        result = act_system_join(system, pid, NULL, ACT_FOREVER);
    }
    if (result == ACT_OK)
        printf("It has ended.\n");
    else
        fprintf(stderr, "hello: %s\n", act_result_text(result));
    act_system_destroy(&system);
    return result != ACT_OK;
}
