/* One actor tells many the same, by act_tell_all or by act_tell to each. Internal. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <test/bench/bench.h>

#define GROUP_NUMBER(FIELD) FIELD(1, INT64, number)
#define GROUP_BYTES(FIELD)  FIELD(1, BYTES, bytes)
#define GROUP_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(group_number, GROUP_NUMBER)                                                            \
    MESSAGE(group_bytes, GROUP_BYTES)                                                              \
    MESSAGE(group_go_on, ACT_NO_FIELDS)                                                            \
    MESSAGE(group_have_you_all, ACT_NO_FIELDS)
ACT_SCHEMA(group, GROUP_MESSAGES);

enum { RECEIVERS_MAX = 100000, BYTES_MAX = 1 << 20 };

struct plan {
    int64_t receivers, n, size;
    bool    at_once;
};

/* ------------------------------------------------------------------------------------ receivers */

static void member_receive(act_self *self, void *state, const act_message *message)
{
    int64_t *received = state;
    switch (group_tag_of(message)) {
    case group_number_tag: *received += 1; break;
    case group_bytes_tag:
        bench_check(act_view(group_bytes, message)->bytes.bytes_count != 0, "bytes");
        *received += 1;
        break;
    case group_have_you_all_tag:
        act_answer(self, message, group_number, .number = *received);
        break;
    case group_go_on_tag:
    default: bench_fail("a message that is not for this");
    }
}

static const act_behavior member = {
    .name = "member", .state_bytes = sizeof(int64_t), .receive = member_receive};

/* --------------------------------------------------------------------------------------- sender */

struct speaker {
    struct plan plan;
    act_pid    *members;
    char       *bytes;
    int64_t     began, told, answers;
};

static void tell_members(act_self *self, struct speaker *mine)
{
    size_t    count = (size_t)mine->plan.receivers;
    act_bytes bytes = {mine->bytes, (size_t)mine->plan.size};
    if (mine->plan.at_once && bytes.bytes_count <= sizeof(int64_t))
        act_tell_all(self, mine->members, count, group_number, .number = mine->told);
    else if (mine->plan.at_once)
        act_tell_all(self, mine->members, count, group_bytes, .bytes = bytes);
    else if (bytes.bytes_count <= sizeof(int64_t))
        for (size_t i = 0; i < count; i++)
            act_tell(self, mine->members[i], group_number, .number = mine->told);
    else
        for (size_t i = 0; i < count; i++)
            act_tell(self, mine->members[i], group_bytes, .bytes = bytes);
    mine->told++;
}

static void ask_members(act_self *self, struct speaker *mine)
{
    act_ref ask;
    for (int64_t i = 0; i < mine->plan.receivers; i++)
        bench_must(act_ask(self, &ask, mine->members[i], ACT_FOREVER, group_have_you_all));
}

static void speaker_receive(act_self *self, void *state, const act_message *message)
{
    struct speaker *mine = state;
    if (group_tag_of(message) == group_number_tag) {
        bench_check(act_view(group_number, message)->number == mine->plan.n, "it has them all");
        if (++mine->answers == mine->plan.receivers)
            bench_end(self, bench_clock() - mine->began, mine->plan.n * mine->plan.receivers);
        return;
    }
    if (mine->told == mine->plan.n) {
        ask_members(self, mine);
        return;
    }
    tell_members(self, mine);
    act_tell(self, act_self_pid(self), group_go_on);
}

static act_result speaker_begin(act_self *self, void *state, const void *args)
{
    struct speaker *mine = state;
    mine->plan = *(const struct plan *)args;
    mine->members = act_alloc(self, (size_t)mine->plan.receivers * sizeof *mine->members);
    mine->bytes = act_alloc(self, (size_t)mine->plan.size);
    bench_check(mine->members != NULL && mine->bytes != NULL, "memory");
    for (int64_t i = 0; i < mine->plan.receivers; i++)
        bench_must(act_spawn(self, &mine->members[i], &member, NULL, NULL));
    mine->began = bench_clock();
    act_tell(self, act_self_pid(self), group_go_on);
    return ACT_OK;
}

void bench_tell_all(void)
{
    const act_behavior speaker = {.name = "speaker",
                                  .state_bytes = sizeof(struct speaker),
                                  .args_bytes = sizeof(struct plan),
                                  .init = speaker_begin,
                                  .receive = speaker_receive};
    const char        *how = bench_word("how", "all");
    struct plan        plan = {.receivers = bench_number("receivers", 1, RECEIVERS_MAX),
                               .n = bench_number("n", 1, INT32_MAX),
                               .size = bench_number("size", 1, BYTES_MAX)};
    bench_demand(strcmp(how, "all") == 0 || strcmp(how, "each") == 0, "how is all or each");
    plan.at_once = strcmp(how, "all") == 0;
    bench_run(&speaker, &plan, NULL);
}
