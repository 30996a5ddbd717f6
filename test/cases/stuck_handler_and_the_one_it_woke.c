/* An actor that a stuck handler has woken runs at once elsewhere, and can be killed. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { STUCK_MS = 2000 };

static act_pid         woken_pid;
static _Atomic int64_t told_at, ran_at;
static _Atomic bool    has_returned;

static void run(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    ran_at = clock_ms();
}

static const act_behavior woken = {.name = "woken", .receive = run};

static void compute(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    told_at = clock_ms();
    act_tell_value(self, woken_pid, 1, act_nothing());
    while (clock_ms() < told_at + STUCK_MS)
        ;
    has_returned = true;
}

static const act_behavior stuck = {.name = "stuck", .receive = compute};

int main(void)
{
    act_system *system;
    act_pid     stuck_pid;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log)));
    must(act_system_spawn(system, &woken_pid, &woken, NULL, NULL));
    must(act_system_spawn(system, &stuck_pid, &stuck, NULL, NULL));
    sleep_ms(100); /* both wait, and the workers sleep */
    act_system_tell_value(system, stuck_pid, 1, act_nothing());
    while (told_at == 0 || (ran_at == 0 && !has_returned))
        sleep_ms(1);
    int64_t after = ran_at - told_at;
    must(act_system_exit_actor(system, woken_pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)));
    act_result joined = act_system_join(system, woken_pid, NULL, STUCK_MS);
    bool       is_meanwhile = !has_returned;
    must(act_system_destroy(&system));
    return judge(is_meanwhile && joined == ACT_OK,
                 "it ran after %lld ms and was joined: %s; the handler %s", (long long)after,
                 act_result_text(joined), is_meanwhile ? "goes on" : "had returned");
}
