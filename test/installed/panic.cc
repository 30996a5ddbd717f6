/* A panic in C++: it runs destructors, and a catch that does not throw it on only delays it. */
/* SPDX-License-Identifier: MIT */
#include <act.h>
#include <cstdio>

struct guard {
    const char *name;
    ~guard() { std::printf("%s destroyed\n", name); }
};

static void receive(act_self *self, void *, const act_message *)
{
    guard outer = {"outer"};
    try {
        guard inner = {"inner"};
        act_panic(self, "caught");
    } catch (...) {
        std::printf("caught\n");
    }
    std::printf("it went on\n");
}

static act_behavior make_behavior()
{
    act_behavior behavior = {};
    behavior.name = "catcher";
    behavior.receive = receive;
    return behavior;
}

static void ended(void *)
{
    std::printf("ended\n");
}

int main()
{
    static const act_behavior catcher = make_behavior();
    act_system *system;
    act_pid pid;
    act_spawn_options options = {};
    options.size = sizeof options;
    act_on_end on_end = {};
    on_end.run = ended;
    act_lifecycle_options lifecycle = {};
    lifecycle.size = sizeof lifecycle;
    lifecycle.on_end = &on_end;
    options.lifecycle = &lifecycle;
    if (act_system_create(&system, nullptr) != ACT_OK || act_system_spawn(system, &pid, &catcher, nullptr, &options) != ACT_OK)
        return 1;
    act_system_tell_value(system, pid, 1, act_nothing());
    act_result result = act_system_join(system, pid, nullptr, ACT_SECONDS(10));
    act_system_destroy(&system);
    return result != ACT_OK;
}
