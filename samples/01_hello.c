/* Spawns an actor, sends it messages, and waits until it has ended. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>
#include <string.h>

/* What a greeter understands. */
enum { GREET = 1, LEAVE };

/* What a greeter remembers. The runtime owns it: zeroed at birth, freed at the end. */
struct greeter {
    int greeted;
};

static void receive(act_self *self, void *state, const act_message *message)
{
    struct greeter *greeter = state;
    switch (message->tag) {
    case GREET:
        greeter->greeted++;
        printf("Hello, %.*s!\n", (int)message->bytes_count, (const char *)message->as.bytes);
        break;
    case LEAVE:
        printf("I have greeted %d.\n", greeter->greeted);
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
        break;
    }
}

static const act_behavior greeter = {
    .name = "greeter",
    .state_bytes = sizeof(struct greeter),
    .receive = receive,
};

/* A message with a text in it. */
static act_result greet(act_system *system, act_pid to, const char *whom)
{
    act_message *message;
    size_t       length = strlen(whom);
    act_result   result = act_message_create(&message, GREET, length);
    if (result != ACT_OK)
        return result;
    memcpy(message->as.bytes, whom, length);
    result = act_system_send(system, to, &message);
    act_message_free(&message); /* ours again if it could not be sent; NULL, and nothing to do, if it was */
    return result;
}

int main(void)
{
    act_system     *system;
    act_pid         pid;
    if (act_system_create(&system, NULL) != ACT_OK)
        return 1;
    act_result result = act_system_spawn(system, &pid, &greeter, NULL, NULL);
    if (result == ACT_OK)
        result = greet(system, pid, "world");
    if (result == ACT_OK)
        result = greet(system, pid, "actors");
    act_system_tell_value(system, pid, LEAVE, act_nothing());
    if (result == ACT_OK)
        result = act_system_join(system, pid, NULL, ACT_FOREVER); /* it may have ended before we came to wait */
    if (result == ACT_OK)
        printf("It has ended.\n");
    else
        fprintf(stderr, "hello: %s\n", act_result_text(result));
    act_system_destroy(&system);
    return result != ACT_OK;
}
