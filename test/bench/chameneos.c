/*
 * Creatures that meet in pairs at a mall and change their colours, Savina's "chameneos". Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

enum { MEET = 1, CHANGE, LEAVE, COUNT };

/* Just fits into an envelope. */
struct meet {
    act_pid pid;
    int64_t color; /* 0, 1 or 2 */
};

static int64_t complement(int64_t a, int64_t b)
{
    return a == b ? a : 3 - a - b;
}

/* ---- a creature ---- */

struct creature {
    int64_t color, meetings;
};

static void meet_again(act_self *self, const struct creature *creature)
{
    struct meet meet = {act_self_pid(self), creature->color};
    act_tell_bytes(self, act_self_parent(self), MEET, &meet, sizeof meet);
}

static act_result creature_begin(act_self *self, void *state, const void *args)
{
    struct creature *creature = state;
    creature->color = *(const int64_t *)args;
    meet_again(self, creature);
    return ACT_OK;
}

static void creature_receive(act_self *self, void *state, const act_message *message)
{
    struct creature *creature = state;
    struct meet      meet;
    switch (message->tag) {
    case MEET:
        bench_must(act_message_read(message, &meet, sizeof meet));
        creature->color = complement(creature->color, meet.color);
        act_tell_value(self, meet.pid, CHANGE, act_int64(creature->color));
        break;
    case CHANGE: creature->color = message->as.int64; break;
    case LEAVE:
        act_tell_value(self, act_self_parent(self), COUNT, act_int64(creature->meetings));
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
        return;
    }
    creature->meetings++;
    meet_again(self, creature);
}

static const act_behavior creature = {
    .name = "creature",
    .state_bytes = sizeof(struct creature),
    .args_bytes = sizeof(int64_t),
    .init = creature_begin,
    .receive = creature_receive,
};

/* ---- the mall, which spawns them all ---- */

struct mall {
    int64_t creatures, meetings;
    int64_t met, gone, sum, began;
    act_pid waiting;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct mall *mall = state;
    act_pid      pid;
    *mall = *(const struct mall *)args;
    mall->began = bench_clock();
    for (int64_t i = 0; i < mall->creatures; i++) {
        int64_t color = i % 3;
        bench_must(act_spawn(self, &pid, &creature, &color, NULL));
    }
    return ACT_OK;
}

static void meet(act_self *self, struct mall *mall, const act_message *message)
{
    act_pid sender = act_message_sender(message);
    if (mall->met == mall->meetings) {
        act_tell_value(self, sender, LEAVE, act_nothing());
    } else if (act_pid_is_none(mall->waiting)) {
        mall->waiting = sender;
    } else {
        act_tell_bytes(self, mall->waiting, MEET, message->as.bytes, message->bytes_count);
        mall->waiting = act_pid_none();
        mall->met++;
    }
}

static void count(act_self *self, struct mall *mall, int64_t meetings)
{
    mall->sum += meetings;
    if (++mall->gone < mall->creatures)
        return;
    int64_t elapsed = bench_clock() - mall->began;
    bench_check(mall->sum == 2 * mall->meetings, "two creatures count each meeting");
    bench_end(self, elapsed, mall->meetings);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    if (message->tag == MEET)
        meet(self, state, message);
    else
        count(self, state, message->as.int64);
}

static const act_behavior mall = {
    .name = "mall",
    .state_bytes = sizeof(struct mall),
    .args_bytes = sizeof(struct mall),
    .init = begin,
    .receive = receive,
};

void bench_chameneos(void)
{
    struct mall args = {.creatures = bench_number("chameneos", 2, 10000000),
                        .meetings = bench_number("meetings", 1, INT32_MAX)};
    bench_run(&mall, &args, NULL);
}
