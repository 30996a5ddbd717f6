/*
 * Random programs in the simulation, against a model kept outside: what must hold whatever actors
 * do.
 */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <actor/simulation/simulation.h>
#include <actor/system/system_record.h>
#include <mailbox/message/pool.h>
#include <test/properties/seeds.h>

enum {
    CREATURES_MAX = 120,
    LETTERS_MAX = 4000,
    RECORDS_MAX = 4000,
    NAMES = 6,
    ENERGY = 1500,
    SEEDS_A_ROUND = 100
};
enum { TAG_LETTER = 1, TAG_REPLY, SENT_CODE = 1000 };

/* What travels as a resource: it must be released exactly once. */
struct dead_letter {
    int  from, to, number; /* number: in the order from `from` to `to`; 0: came by a timer, in no
                              order */
    int  released;
    bool cancelled;
};

struct sent_exit {
    int from, to;
};

enum kind { MONITOR, ASK, TIMER };
struct record {
    enum kind           kind;
    int                 owner, target, answers;
    act_ref             ref;
    bool                undone;
    struct dead_letter *letter;
};

struct creature {
    act_pid       pid;
    act_on_end    on_end;
    bool          dead, trapping;
    act_exit_kind end;
    int           defers, cleaned;
};

static struct {
    struct act__random random;
    act_simulation    *simulation;
    act_system        *system;
    struct creature    creatures[CREATURES_MAX];
    int                creatures_count, energy, dead_letters_count, records_count, askers_count;
    struct dead_letter dead_letters[LETTERS_MAX];
    struct record      records[RECORDS_MAX];
    act_asker          askers[RECORDS_MAX];
    int                sent[CREATURES_MAX][CREATURES_MAX], seen[CREATURES_MAX][CREATURES_MAX];
    /* the first has linked to the second, and not unlinked since */
    bool               linked[CREATURES_MAX][CREATURES_MAX];
    bool               ever_linked[CREATURES_MAX][CREATURES_MAX];
    bool               ever_unlinked[CREATURES_MAX][CREATURES_MAX];
    struct sent_exit   exits[ENERGY];
    int                exits_count;
    bool               exit_seen[CREATURES_MAX][CREATURES_MAX];
    act_pid            known_dead[CREATURES_MAX]; /* whose DOWN or EXIT another has seen */
    int                known_dead_count;
} world;

static int below(int bound)
{
    return (int)act__random_below(&world.random, (uint32_t)bound);
}

static int index_of(act_pid pid)
{
    for (int i = 0; i < world.creatures_count; i++)
        if (act_pid_equal(world.creatures[i].pid, pid))
            return i;
    return -1;
}

static int me(act_self *self)
{
    return (int)(intptr_t)act_kept(self);
}

static int any_creature(void)
{
    return below(world.creatures_count);
}

/* -------------------------------------------------------------------------------------- letters */

static void release(void *pointer)
{
    struct dead_letter *letter = pointer;
    PROPERTY(++letter->released == 1);
}

static struct dead_letter *new_letter(int from, int to, bool ordered)
{
    if (world.dead_letters_count == LETTERS_MAX)
        return NULL;
    struct dead_letter *letter = &world.dead_letters[world.dead_letters_count++];
    *letter = (struct dead_letter){
        .from = from, .to = to, .number = ordered ? ++world.sent[from][to] : 0};
    return letter;
}

static void check_letter(act_self *self, const act_message *message)
{
    if (message->kind != ACT_VALUE_RESOURCE)
        return;
    struct dead_letter *letter = message->as.resource.pointer;
    PROPERTY(letter->released == 0);
    PROPERTY(letter->to == me(self));
    PROPERTY(!letter->cancelled);
    PROPERTY(act_pid_equal(act_message_sender(message), world.creatures[letter->from].pid));
    if (letter->number != 0) {
        PROPERTY(letter->number > world.seen[letter->from][letter->to]);
        world.seen[letter->from][letter->to] = letter->number;
    }
}

static act_message *letter_message(struct dead_letter *letter)
{
    act_message *message;
    act_value    value = act_resource_value(letter, release);
    PROPERTY(act_message_create_value(&message, TAG_LETTER, value) == ACT_OK);
    return message;
}

/* -------------------------------------------------------------------------------------- records */

static struct record *new_record(enum kind kind, int owner, int target, act_ref ref)
{
    PROPERTY(world.records_count < RECORDS_MAX);
    struct record *record = &world.records[world.records_count++];
    *record = (struct record){.kind = kind, .owner = owner, .target = target, .ref = ref};
    return record;
}

static struct record *record_of(act_ref ref)
{
    for (int i = 0; i < world.records_count; i++)
        if (act_ref_equal(world.records[i].ref, ref))
            return &world.records[i];
    return NULL;
}

static struct record *own_record(int owner, bool timer)
{
    for (int tries = 0; tries < 8 && world.records_count > 0; tries++) {
        struct record *record = &world.records[below(world.records_count)];
        if (record->owner == owner && (record->kind == TIMER) == timer)
            return record;
    }
    return NULL;
}

static void check_answer(act_self *self, const act_message *message)
{
    struct record *record = record_of(message->ref);
    PROPERTY(record != NULL && record->kind != TIMER);
    PROPERTY(record->owner == me(self));
    PROPERTY(!record->undone);
    PROPERTY(++record->answers == 1);
    if (message->tag != ACT_MESSAGE_DOWN)
        PROPERTY(record->kind == ASK);
    else
        PROPERTY(act_pid_equal(act_message_sender(message), world.creatures[record->target].pid));
}

static void check_names(act_pid dead)
{
    char    name[16];
    act_pid owner;
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "n%d", i);
        if (act_whereis(world.system, &owner, name) == ACT_OK)
            PROPERTY(!act_pid_equal(owner, dead));
    }
}

/* Each has a code of its own; links pass it on, to its sender, too. */
static bool was_sent(int32_t code, int from, int to)
{
    int i = code - SENT_CODE;
    return i >= 0 && i < world.exits_count && world.exits[i].from == from &&
           world.exits[i].to == to;
}

static void check_exit(act_self *self, const act_message *message)
{
    int             mine = me(self), from = index_of(act_message_sender(message));
    act_exit_reason reason = act_message_reason(message);
    if (from < 0) {
        PROPERTY(reason.kind == ACT_EXIT_SHUTDOWN); /* the system stops */
        return;
    }
    if (was_sent(reason.code, from, mine))
        return; /* from one that may well live on */
    PROPERTY(world.creatures[from].dead);
    PROPERTY(world.linked[mine][from] || world.ever_linked[from][mine]);
    world.exit_seen[mine][from] = true;
    check_names(world.creatures[from].pid);
}

/* -------------------------------------------------------------------------------------- actions */

static const act_behavior creature;

static void clean_up(void *context)
{
    world.creatures[(intptr_t)context].cleaned++;
}

static void notes_its_end(void *context)
{
    ((struct creature *)context)->dead = true;
}

/* The next one; no actor has it yet. */
static struct creature *new_creature(void)
{
    struct creature *one = &world.creatures[world.creatures_count++];
    *one = (struct creature){.on_end = {.run = notes_its_end, .context = one}};
    return one;
}

static void does_spawn(act_self *self, int mine)
{
    act_pid pid;
    act_ref ref;
    int     child = world.creatures_count, how = below(3);
    if (child == CREATURES_MAX)
        return;
    act_spawn_options *options =
        ACT_SPAWN_OPTIONS(.kept = (void *)(intptr_t)child,
                          .lifecycle = ACT_LIFECYCLE_OPTIONS(.on_end = &new_creature()->on_end));
    options->inbox_max = below(4) == 0 ? (uint32_t)(1 + below(6)) : 0;
    options->inbox_policy = (act_inbox_policy)below(3);
    if (how == 0)
        PROPERTY(act_spawn(self, &pid, &creature, NULL, options) == ACT_OK);
    else if (how == 1)
        PROPERTY(act_spawn_link(self, &pid, &creature, NULL, options) == ACT_OK);
    else
        PROPERTY(act_spawn_monitor(self, &pid, &ref, &creature, NULL, options) == ACT_OK);
    world.creatures[child].pid = pid;
    if (how == 1)
        world.linked[mine][child] = world.ever_linked[mine][child] = true;
    if (how == 2)
        new_record(MONITOR, mine, child, ref);
}

static void does_send(act_self *self, int mine)
{
    int                 to = any_creature();
    struct dead_letter *letter = new_letter(mine, to, true);
    if (letter == NULL)
        return;
    act_message *message = letter_message(letter);
    if (below(2) == 0) {
        (void)!act_send(self, world.creatures[to].pid, &message);
        act_message_free(&message);
    } else {
        act_message_free(&message);
        letter->released = 0;
        act_tell_value(self, world.creatures[to].pid, TAG_LETTER,
                       act_resource_value(letter, release));
    }
}

static void does_forward(act_self *self, int mine, const act_message *message)
{
    if (message->tag != TAG_LETTER || message->kind != ACT_VALUE_RESOURCE)
        return;
    act_message *taken = act_take(self);
    if (taken == NULL || below(4) == 0) {
        act_message_free(&taken);
        return;
    }
    struct dead_letter *letter = taken->as.resource.pointer;
    letter->from = mine;
    letter->to = any_creature();
    letter->number = ++world.sent[mine][letter->to];
    (void)!act_send(self, world.creatures[letter->to].pid, &taken);
    act_message_free(&taken);
}

static void does_ask(act_self *self, int mine)
{
    int                 to = any_creature();
    act_ref             ref;
    struct dead_letter *letter = new_letter(mine, to, true);
    if (letter == NULL)
        return;
    act_message *message = letter_message(letter);
    act_result   result = act_ask_message(self, &ref, world.creatures[to].pid, &message,
                                        below(3) == 0 ? ACT_FOREVER : 1 + below(50));
    PROPERTY(result == ACT_OK || result == ACT_FULL);
    if (result == ACT_OK)
        new_record(ASK, mine, to, ref);
    act_message_free(&message);
}

static void does_reply(act_self *self)
{
    if (world.askers_count == 0)
        return;
    act_asker    asker = world.askers[below(world.askers_count)];
    act_message *message;
    PROPERTY(act_message_create_value(&message, TAG_REPLY, act_nothing()) == ACT_OK);
    act_result result = act_reply_message(self, asker, &message);
    PROPERTY(result == ACT_OK || result == ACT_NO_ACTOR || result == ACT_FULL);
    act_message_free(&message);
}

static void does_link(act_self *self, int mine)
{
    int other = any_creature();
    if (other == mine)
        return;
    PROPERTY(act_link(self, world.creatures[other].pid) == ACT_OK);
    world.linked[mine][other] = world.ever_linked[mine][other] = true;
    world.exit_seen[mine][other] = false;
}

static void does_unlink(act_self *self, int mine)
{
    int other = any_creature();
    act_unlink(self, world.creatures[other].pid);
    world.linked[mine][other] = false;
    world.ever_unlinked[mine][other] = true;
}

static void does_monitor(act_self *self, int mine)
{
    int     other = any_creature();
    act_ref ref;
    PROPERTY(act_monitor(self, &ref, world.creatures[other].pid) == ACT_OK);
    new_record(MONITOR, mine, other, ref);
}

static void does_demonitor(act_self *self, int mine)
{
    struct record *record = own_record(mine, false);
    if (record == NULL)
        return;
    act_demonitor(self, record->ref);
    record->undone = true;
}

static act_exit_reason some_reason(int32_t code)
{
    static const act_exit_kind kinds[] = {ACT_EXIT_NORMAL, ACT_EXIT_SHUTDOWN, ACT_EXIT_ERROR,
                                          ACT_EXIT_KILL, ACT_EXIT_KILLED};
    return act_exit_reason_make(kinds[below(5)], code, below(2) == 0 ? "text" : NULL);
}

static void does_exit_other(act_self *self, int mine)
{
    int other = any_creature();
    if (other == mine)
        return;
    int32_t code = SENT_CODE + world.exits_count;
    world.exits[world.exits_count++] = (struct sent_exit){mine, other};
    PROPERTY(act_exit_other(self, world.creatures[other].pid, some_reason(code)) == ACT_OK);
}

static void does_name(act_self *self)
{
    char name[16];
    snprintf(name, sizeof name, "n%d", below(NAMES));
    if (below(3) == 0)
        (void)!act_unregister(self, name);
    else
        (void)!act_register(self, name);
}

static void does_timer(act_self *self, int mine)
{
    int                 to = any_creature();
    act_ref             ref;
    struct dead_letter *letter = new_letter(mine, to, false);
    if (letter == NULL)
        return;
    act_message *message = letter_message(letter);
    PROPERTY(act_send_after(self, &ref, world.creatures[to].pid, &message, below(100)) == ACT_OK);
    new_record(TIMER, mine, to, ref)->letter = letter;
}

static void does_cancel(act_self *self, int mine)
{
    struct record *record = own_record(mine, true);
    if (record != NULL && act_cancel_timer(self, record->ref) == ACT_OK)
        record->letter->cancelled = true;
}

static void does_something(act_self *self, const act_message *message)
{
    int mine = me(self);
    switch (below(24)) {
    case 0:
    case 1: does_spawn(self, mine); break;
    case 2:
    case 3:
    case 4:
    case 5: does_send(self, mine); break;
    case 6:
    case 7: does_forward(self, mine, message); break;
    case 8:
    case 9: does_ask(self, mine); break;
    case 10:
    case 11: does_reply(self); break;
    case 12:
    case 13: does_link(self, mine); break;
    case 14: does_unlink(self, mine); break;
    case 15: does_monitor(self, mine); break;
    case 16: does_demonitor(self, mine); break;
    case 17:
        world.creatures[mine].trapping = below(3) != 0;
        PROPERTY(act_trap_exits(self, world.creatures[mine].trapping) == ACT_OK);
        break;
    case 18: does_exit_other(self, mine); break;
    case 19: does_name(self); break;
    case 20:
    case 21: does_timer(self, mine); break;
    case 22: does_cancel(self, mine); break;
    default:
        if (below(4) == 0)
            act_panic(self, "at random");
        if (below(4) == 0)
            act_exit(self, some_reason(0));
        PROPERTY(act_defer(self, clean_up, (void *)(intptr_t)mine) == ACT_OK);
        world.creatures[mine].defers++;
    }
}

static void lives(act_self *self, void *state, const act_message *message)
{
    (void)state;
    int mine = me(self);
    PROPERTY(!world.creatures[mine].dead);
    PROPERTY(act_pid_equal(world.creatures[mine].pid, act_self_pid(self)));
    if (message->tag == TAG_LETTER)
        check_letter(self, message);
    else if (message->tag == TAG_REPLY || message->tag == ACT_MESSAGE_DOWN ||
             message->tag == ACT_MESSAGE_TIMED_OUT)
        check_answer(self, message);
    else if (message->tag == ACT_MESSAGE_EXIT)
        check_exit(self, message);
    if (message->tag == ACT_MESSAGE_DOWN)
        check_names(act_message_sender(message));
    act_asker asker = act_message_asker(message);
    if (message->tag == TAG_LETTER && asker.ask.value != 0 && world.askers_count < RECORDS_MAX)
        world.askers[world.askers_count++] = asker;
    act_message keep = *message; /* the message may be taken on the way */
    for (int i = below(4); i > 0 && world.energy > 0; i--) {
        world.energy--;
        does_something(self, &keep);
        keep.tag = 0;
    }
}

static act_result is_born(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    int mine = me(self);
    world.creatures[mine].pid = act_self_pid(self);
    return ACT_OK;
}

static void notes_why(act_self *self, void *state, act_exit_reason reason)
{
    (void)state;
    world.creatures[me(self)].end = reason.kind;
}

static const act_behavior creature = {.name = "creature",
                                      .state_bytes = 8,
                                      .init = is_born,
                                      .receive = lives,
                                      .terminate = notes_why};

/* ------------------------------------------------------------------------------------ the world */

static bool lives_still(int i)
{
    act_message *message;
    PROPERTY(act_message_create_value(&message, 5, act_nothing()) == ACT_OK);
    act_result result = act_system_send(world.system, world.creatures[i].pid, &message);
    act_message_free(&message);
    return result == ACT_OK || result == ACT_FULL;
}

static void check_records(void)
{
    for (int i = 0; i < world.records_count; i++) {
        struct record *record = &world.records[i];
        bool           alive = !world.creatures[record->owner].dead;
        if (record->kind != TIMER && alive && !record->undone &&
            world.creatures[record->target].dead)
            PROPERTY(record->answers == 1);
    }
}

static void check_links(void)
{
    for (int a = 0; a < world.creatures_count; a++)
        for (int b = 0; b < world.creatures_count; b++) {
            struct creature *x = &world.creatures[a], *y = &world.creatures[b];
            if (a != b && !x->dead && y->dead && world.linked[a][b] && !world.exit_seen[a][b] &&
                !world.ever_unlinked[b][a])
                PROPERTY(y->end == ACT_EXIT_NORMAL ||
                         y->end == ACT_EXIT_KILLED); /* killed: no terminate, so not known */
        }
}

static size_t batches_of(const struct act__slab *slab)
{
    size_t count = 0;
    for (struct act__slab_link *at = slab->batches; at != NULL; at = at->next_batch)
        count += ACT__SLAB_BATCH;
    return count;
}

static size_t in_cache(const struct act__slab_cache *cache)
{
    return cache->current_count + cache->reserve_count * ACT__SLAB_BATCH;
}

static struct act__worker *only_worker;

static void find_worker(struct act__runner *runner, void *context)
{
    (void)context;
    only_worker = act__worker_of(runner);
}

/* When all actors have ended every cell, bond and timer is free again; cell 0 is no actor's. */
static void check_slabs(void)
{
    act_system *system = world.system;
    system->executor->operations->each_worker(system->executor, find_worker, NULL);
    struct act__worker *worker = only_worker, *foreign = &act__record_of(system)->foreign_worker;
    PROPERTY(act__load(&system->cells.region.used_bytes) / sizeof(act_self) ==
             batches_of(&system->cells) + in_cache(&worker->cells) + in_cache(&foreign->cells) + 1);
    PROPERTY(act__load(&system->bonds.region.used_bytes) / 192 ==
             batches_of(&system->bonds) + in_cache(&worker->bonds) + in_cache(&foreign->bonds));
    PROPERTY(act__load(&system->timers.region.used_bytes) / 192 ==
             batches_of(&system->timers) + in_cache(&worker->timers) + in_cache(&foreign->timers));
}

static void check_counters(void)
{
    act_counters counters;
    act_system_counters(world.system, &counters);
    PROPERTY(counters.sent == counters.received + counters.dead_letters);
}

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void spawn_a_root(void)
{
    void            *number = (void *)(intptr_t)world.creatures_count;
    struct creature *one = new_creature();
    PROPERTY(act_system_spawn(
                 world.system, &one->pid, &creature, NULL,
                 ACT_SPAWN_OPTIONS(.kept = number,
                                   .lifecycle = ACT_LIFECYCLE_OPTIONS(.on_end = &one->on_end))) ==
             ACT_OK);
}

static void run_a_world(uint64_t seed)
{
    size_t outstanding = act__pool_outstanding();
    memset(&world, 0, sizeof world);
    world.energy = ENERGY;
    act__random_seed(&world.random, seed);
    PROPERTY(act_simulation_create(&world.simulation, seed,
                                   ACT_SYSTEM_OPTIONS(.log = quiet, .backlog_max = 20)) == ACT_OK);
    world.system = act_simulation_system(world.simulation);
    for (int i = 0; i < 5; i++)
        spawn_a_root();
    for (int round = 0; round < 300 && world.energy > 0; round++) {
        if (round % 8 == 7 && world.creatures_count < CREATURES_MAX - 20)
            spawn_a_root();
        for (int i = 0; i < world.creatures_count; i++)
            act_system_tell_value(world.system, world.creatures[i].pid, 4, act_nothing());
        PROPERTY(act_simulation_advance(world.simulation, below(30), 1000000) == ACT_OK);
    }
    world.energy = 0;
    PROPERTY(act_simulation_advance(world.simulation, 1000, 1000000) == ACT_OK);
    check_counters();
    check_records();
    check_links();
    for (int i = 0; i < world.creatures_count; i++)
        PROPERTY(lives_still(i) != world.creatures[i].dead);
    for (int i = 0; i < world.creatures_count; i++)
        PROPERTY(act_system_exit_actor(world.system, world.creatures[i].pid,
                                       act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)) == ACT_OK);
    PROPERTY(act_simulation_run(world.simulation, NULL, 1000000) == ACT_OK);
    check_counters();
    check_slabs();
    act_simulation_destroy(&world.simulation);
    for (int i = 0; i < world.creatures_count; i++)
        PROPERTY(world.creatures[i].dead &&
                 world.creatures[i].cleaned == world.creatures[i].defers);
    for (int i = 0; i < world.dead_letters_count; i++)
        PROPERTY(world.dead_letters[i].released == 1);
    PROPERTY(act__pool_outstanding() == outstanding);
}

static void what_must_hold_holds_in_every_world(void)
{
    for_each_seed(run_a_world, SEEDS_A_ROUND);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_must_hold_holds_in_every_world, .rounds = 20, .timeout_seconds = 120),
    END_OF_CASES,
};
