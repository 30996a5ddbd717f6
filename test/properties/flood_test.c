/*
 * Actors that flood each other in random topologies, cycles included: none is stuck and none
 * starves.
 */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <actor/simulation/simulation.h>
#include <mailbox/base/random.h>
#include <mailbox/message/pool.h>
#include <test/properties/seeds.h>

enum { ACTORS_MAX = 12, SEEDS_A_ROUND = 100, ENERGY = 3000, PINGS = 20 };
enum { FLOOD = 1, ENDLESS, PING_OUT, PING, PONG, ANSWER };
/*
 * Far more than it takes when each that can run has a turn now and then: they are drawn at random
 * from twelve.
 */
enum { TURNS_MAX = 100000 };

static struct {
    struct act__random random;
    act_simulation    *simulation;
    act_system        *system;
    act_pid            actors[ACTORS_MAX];
    int                count, energy, pings_left, pongs;
    bool               mortal;
    bool               reaches[ACTORS_MAX][ACTORS_MAX];
} world;

static int below(int bound)
{
    return (int)act__random_below(&world.random, (uint32_t)bound);
}

static int me(act_self *self)
{
    return (int)(intptr_t)act_kept(self);
}

/* One that this one reaches; itself, if it may: a cycle of length one. */
static act_pid neighbour(int mine)
{
    int to = below(world.count);
    while (!world.reaches[mine][to])
        to = (to + 1) % world.count;
    return world.actors[to];
}

static void flood(act_self *self)
{
    for (int i = below(5); i > 0 && world.energy > 0; i--) {
        world.energy--;
        act_pid to = neighbour(me(self));
        act_ref ask;
        if (below(4) != 0)
            act_tell_value(self, to, FLOOD, act_nothing());
        else /* a signal, too, which wakes a muted one */
            PROPERTY(act_ask_value(self, &ask, to, FLOOD, act_nothing(), ACT_FOREVER) == ACT_OK);
    }
    if (world.mortal && below(200) == 0)
        act_panic(self, "at random");
}

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    switch (message->tag) {
    case FLOOD:
        flood(self);
        act_answer_value(self, message, ANSWER, act_nothing());
        return;
    case ENDLESS: /* as many as come: with more of them than its backlog may be, it never catches
                     up */
        if (world.pongs < PINGS)
            act_tell_value(self, neighbour(me(self)), ENDLESS, act_nothing());
        return;
    case PING_OUT:
        act_tell_value(self, world.actors[below(world.count)], PING, act_nothing());
        return;
    case PING: act_tell_value(self, act_message_sender(message), PONG, act_nothing()); return;
    case PONG:
        world.pongs++;
        if (world.pings_left > 0) {
            world.pings_left--;
            act_tell_value(self, act_self_pid(self), PING_OUT, act_nothing());
        }
        return;
    }
}

static const act_behavior actor = {.name = "actor", .receive = receive};

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static void make_world(uint64_t seed)
{
    memset(&world, 0, sizeof world);
    act__random_seed(&world.random, seed);
    uint32_t backlog_max = 1 + (uint32_t)below(8);
    PROPERTY(act_simulation_create(&world.simulation, seed,
                                   ACT_SYSTEM_OPTIONS(.log = quiet, .backlog_max = backlog_max)) ==
             ACT_OK);
    world.system = act_simulation_system(world.simulation);
    world.count = 2 + below(ACTORS_MAX - 1);
    for (int i = 0; i < world.count; i++) {
        int density = 1 + below(world.count);
        PROPERTY(act_system_spawn(world.system, &world.actors[i], &actor, NULL,
                                  ACT_SPAWN_OPTIONS(.kept = (void *)(intptr_t)i)) == ACT_OK);
        world.reaches[i][below(world.count)] = true;
        for (int to = 0; to < world.count; to++)
            world.reaches[i][to] = world.reaches[i][to] || below(world.count) < density;
    }
}

static void tell_random(uint32_t tag)
{
    act_system_tell_value(world.system, world.actors[below(world.count)], tag, act_nothing());
}

/*
 * A sender that floods is muted by its receiver, which may be flooding, too: all the same each
 * message is handled in the end.
 */
static void a_flood_ends_for_all(uint64_t seed)
{
    act_counters counters;
    size_t       outstanding = act__pool_outstanding();
    make_world(seed);
    world.mortal = seed % 2 == 0;
    world.energy = ENERGY;
    for (int i = 0; i < 20; i++)
        tell_random(FLOOD);
    PROPERTY(act_simulation_run(world.simulation, NULL, 1000000) == ACT_OK);
    act_system_counters(world.system, &counters);
    PROPERTY(counters.sent == counters.received + counters.dead_letters);
    PROPERTY(world.mortal || counters.dead_letters == 0);
    act_simulation_destroy(&world.simulation);
    PROPERTY(act__pool_outstanding() == outstanding);
}

/*
 * Messages that go round for ever, often more than any backlog may be; beside them each ping has
 * its answer.
 */
static void beside_endless_work_all_have_their_turn(uint64_t seed)
{
    make_world(seed);
    for (int i = 1 + below(60); i > 0; i--)
        tell_random(ENDLESS);
    int first = 1 + below(4);
    world.pings_left = PINGS - first;
    for (int i = 0; i < first; i++)
        tell_random(PING_OUT);
    PROPERTY(act_simulation_run(world.simulation, NULL, TURNS_MAX) == ACT_OK);
    PROPERTY(world.pongs == PINGS);
    act_simulation_destroy(&world.simulation);
}

static void no_actor_is_stuck_in_a_flood(void)
{
    for_each_seed(a_flood_ends_for_all, SEEDS_A_ROUND);
}

static void no_actor_starves(void)
{
    for_each_seed(beside_endless_work_all_have_their_turn, SEEDS_A_ROUND);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(no_actor_is_stuck_in_a_flood, .rounds = 20, .timeout_seconds = 60),
    TEST_CASE(no_actor_starves, .rounds = 20, .timeout_seconds = 60),
    END_OF_CASES,
};
