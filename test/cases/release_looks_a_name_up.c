/* What a dropped message releases may look names up: it does not run under a lock. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { MESSAGES = 5, BUSY_MS = 300 };

static act_system *system_of_all;
static _Atomic int begun, done, has_sent;

static void release(void *unused)
{
    act_pid pid;
    (void)unused;
    begun++;
    if (act_whereis(system_of_all, &pid, "small") == ACT_OK)
        done++;
}

static void be_busy(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    sleep_ms(BUSY_MS);
}

static const act_behavior small = {.name = "small", .receive = be_busy};

static void send_all(act_self *self, void *state, const act_message *ignored)
{
    act_message *message;
    (void)state, (void)ignored;
    for (int i = 0; i < MESSAGES; i++) {
        must(act_message_create_value(&message, 1, act_resource_value(&begun, release)));
        if (act_send_name(self, "small", &message) != ACT_OK)
            act_message_free(&message);
    }
    has_sent = 1;
}

static const act_behavior sender = {.name = "sender", .receive = send_all};

int main(void)
{
    act_pid                  pid;
    const act_spawn_options *options =
        ACT_SPAWN_OPTIONS(.name = "small", .inbox_max = 1, .inbox_policy = ACT_INBOX_DROP_NEWEST,
                          .blocking = true);
    must(act_system_create(&system_of_all, ACT_SYSTEM_OPTIONS(.log = no_log)));
    must(act_system_spawn(system_of_all, &pid, &small, NULL, options));
    must(act_system_spawn(system_of_all, &pid, &sender, NULL, NULL));
    act_system_tell_value(system_of_all, pid, 1, act_nothing());
    if (!comes_to(&has_sent, 1, 20000)) /* it holds the lock that all else needs */
        judge_wrong("a release waits for a lock: %d begun, %d done", begun, done);
    int dropped = done;
    must(act_system_destroy(&system_of_all));
    return judge(dropped >= MESSAGES - 2, "%d of %d messages were dropped and looked a name up",
                 dropped, MESSAGES);
}
