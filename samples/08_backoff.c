/*
 * A child whose peer is away tries again, each time after twice the time. In virtual time, so there
 * is no wait.
 */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

#define LINK_MESSAGES(MESSAGE) MESSAGE(link_lost, ACT_NO_FIELDS)
ACT_SCHEMA(link, LINK_MESSAGES);

/* The peer is there at the first attempt, then away until this one. */
enum { BACK = 6 };
static int attempts;

static act_result connect_to_peer(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    bool is_there = ++attempts == 1 || attempts == BACK;
    printf("%5lld ms: attempt %d %s\n", (long long)act_now(self), attempts,
           is_there ? "succeeds" : "fails");
    return is_there ? ACT_OK : ACT_OS;
}

static void lose_peer(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    printf("%5lld ms: the peer is gone\n", (long long)act_now(self));
    act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 0, "the peer is gone"));
}

static const act_behavior link = {.name = "link", .init = connect_to_peer, .receive = lose_peer};

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

int main(void)
{
    act_child_spec child = {
        .id = "link", .behavior = &link, .options = ACT_SPAWN_OPTIONS(.name = "link")};
    const act_supervisor_spec spec = {
        .intensity = 10, /* more than the back-off lets happen in a period */
        .period = ACT_SECONDS(5),
        .children = &child,
        .children_count = 1,
        .backoff = {.min = ACT_MS(100), .max = ACT_SECONDS(1)},
    };
    act_simulation *simulation;
    act_pid         pid;
    if (act_simulation_create(&simulation, 1, ACT_SYSTEM_OPTIONS(.log = quiet)) != ACT_OK)
        return 1;
    act_system *system = act_simulation_system(simulation);
    act_result  result = act_system_spawn_supervisor(system, &pid, &spec, NULL);
    if (result == ACT_OK)
        result = act_simulation_run(simulation, NULL, 1000);
    if (result == ACT_OK && (result = act_whereis(system, &pid, "link")) == ACT_OK) {
        act_system_tell(system, pid, link_lost);
        result = act_simulation_advance(simulation, ACT_SECONDS(10), 10000);
    }
    act_simulation_destroy(&simulation);
    return result != ACT_OK;
}
