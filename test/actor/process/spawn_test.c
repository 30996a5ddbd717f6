/* How actors come to be. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/lab.h>

static act_pid a, b;

static void open_one(void)
{
    lab_open();
    a = lab_spawn();
}

struct arguments {
    int64_t     numbers[20];
    const char *text;
};

static struct arguments given;
static int              inits;

static act_result checks_arguments(act_self *self, void *state, const void *args)
{
    static const unsigned char zeros[100];
    const struct arguments    *mine = args;
    inits++;
    ck_assert_int_eq(memcmp(state, zeros, sizeof zeros), 0);
    ck_assert_uint_eq((uintptr_t)state % 16, 0);
    memset(state, 0xff, sizeof zeros); /* who comes next finds zeros again */
    ck_assert_ptr_nonnull(mine);
    ck_assert_ptr_ne(mine, &given);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(mine->numbers[i], i);
    ck_assert_str_eq(mine->text, "text");
    ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
    return ACT_OK;
}

static const act_behavior picky = {.name = "picky",
                                   .state_bytes = 100,
                                   .args_bytes = sizeof(struct arguments),
                                   .init = checks_arguments,
                                   .receive = puppet_receive};

static void spawns_a_picky_one(act_self *self)
{
    for (int i = 0; i < 20; i++)
        given.numbers[i] = i;
    given.text = "text";
    ck_assert_int_eq(act_spawn(self, &b, &picky, &given, NULL), ACT_OK);
    memset(&given, 0x55, sizeof given);
}

static void arguments_are_copied_and_the_state_is_zero(void)
{
    open_one();
    inits = 0;
    for (int i = 0; i < 100; i++) {
        lab_let(a, spawns_a_picky_one);
        lab_let(b, exits_normally);
        ck_assert(!lab_lives(b));
    }
    ck_assert_int_eq(inits, 100);
    lab_close();
}

static act_result wants_no_arguments(act_self *self, void *state, const void *args)
{
    ck_assert_ptr_null(args);
    ck_assert_ptr_null(state);
    ck_assert_ptr_null(act_kept(self));
    return ACT_OK;
}

static const act_behavior modest = {
    .name = "modest", .args_bytes = 8, .init = wants_no_arguments, .receive = puppet_receive};
static const act_behavior plain = {.name = "plain", .receive = puppet_receive};

static void without_arguments_init_gets_none(void)
{
    open_one();
    b = lab_spawn_as(&modest, NULL, NULL);
    ck_assert(lab_lives(b));
    ck_assert(
        lab_lives(lab_spawn_as(&plain, &given, NULL))); /* no init, and no room for arguments */
    lab_close();
}

static const size_t sizes[] = {1, 15, 16, 17, 64, 65, 1000, 4096, 5000, 100000};

static act_result fills_state(act_self *self, void *state, const void *args)
{
    (void)args;
    size_t bytes = *(const size_t *)act_kept(self);
    for (size_t i = 0; i < bytes; i++)
        ck_assert_uint_eq(((unsigned char *)state)[i], 0);
    memset(state, 0xee, bytes);
    return ACT_OK;
}

static void a_state_may_have_any_size(void)
{
    lab_open();
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            act_behavior big = {.name = "big",
                                .state_bytes = sizes[i],
                                .init = fills_state,
                                .receive = puppet_receive};
            b = lab_spawn_as(&big, NULL, ACT_SPAWN_OPTIONS(.kept = (void *)(uintptr_t)&sizes[i]));
            lab_let(b, exits_normally);
        }
    lab_close();
}

static act_result answer_of_init;

static act_result answers_as_told(act_self *self, void *state, const void *args)
{
    (void)self;
    (void)state;
    (void)args;
    return answer_of_init;
}

static const act_behavior told = {.name = "told",
                                  .init = answers_as_told,
                                  .receive = puppet_receive,
                                  .terminate = puppet_terminate};

static void spawns_one_that_is_told(act_self *self)
{
    ck_assert_int_eq(act_spawn_monitor(self, &b, &lab_ref, &told, NULL, NULL), ACT_OK);
    act_tell_value(self, b, TAG_A, act_nothing());
}

static void one_that_ignores_ends_normally(void)
{
    open_one();
    answer_of_init = ACT_IGNORE;
    lab_let(a, spawns_one_that_is_told);
    ck_assert_int_eq(lab_only(a, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NORMAL);
    ck_assert_int_eq(lab_count(b, TAG_TERMINATE), 0);
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 1);
    lab_close();
}

static void one_that_fails_ends_with_its_result_as_code(void)
{
    open_one();
    answer_of_init = ACT_TIMED_OUT;
    lab_let(a, spawns_one_that_is_told);
    ck_assert_int_eq(lab_only(a, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(lab_only(a, ACT_MESSAGE_DOWN)->code, ACT_TIMED_OUT);
    ck_assert_int_eq(lab_count(b, TAG_TERMINATE), 0);
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 1);
    lab_close();
}

static void exits_and_says_ok(act_self *self)
{
    exits_with_an_error(self);
}

static const deed exits_first = exits_and_says_ok;

static void one_that_exits_in_init_ends_after_it_with_its_terminate(void)
{
    open_one();
    b = lab_spawn_as(&puppet, &exits_first, NULL);
    act_system_tell_value(lab.system, b, TAG_A, act_nothing());
    lab_run();
    lab_ended(b, ACT_EXIT_ERROR);
    ck_assert_int_eq(lab_count(b, TAG_A), 0);
    lab_close();
}

static void notes_init(act_self *self)
{
    note_down(self, TAG_INIT);
}

static const deed notes_first = notes_init;

static void spawns_and_tells(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &puppet, &notes_first, NULL), ACT_OK);
    act_tell_value(self, b, TAG_A, act_nothing());
}

static void what_is_sent_after_spawn_arrives_after_init(void)
{
    open_one();
    lab_let(a, spawns_and_tells);
    ck_assert(lab_only(b, TAG_INIT) < lab_only(b, TAG_A));
    lab_close();
}

static act_pid parent_seen, self_seen;

static void sees_itself(act_self *self)
{
    parent_seen = act_self_parent(self);
    self_seen = act_self_pid(self);
    ck_assert_ptr_eq(act_self_system(self), lab.system);
}

static const deed sees_first = sees_itself;

static void spawns_one_that_sees(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &puppet, &sees_first, NULL), ACT_OK);
}

static void a_child_knows_itself_and_its_parent(void)
{
    open_one();
    lab_let(a, spawns_one_that_sees);
    ck_assert(act_pid_equal(parent_seen, a) && act_pid_equal(self_seen, b));
    b = lab_spawn_as(&puppet, &sees_first, NULL);
    lab_run();
    ck_assert(act_pid_is_none(parent_seen) && act_pid_equal(self_seen, b));
    lab_close();
}

static void spawns_badly(act_self *self)
{
    static const act_behavior deaf = {.name = "deaf"}, nameless = {.receive = puppet_receive};
    act_pid                   pid = {7, 7};
    act_ref                   ref = {7};
    act_spawn_options         short_ones = {.size = sizeof short_ones - 1};
    ck_assert_int_eq(act_spawn(self, &pid, &deaf, NULL, NULL), ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &nameless, NULL, NULL), ACT_INVALID);
    ck_assert_int_eq(act_spawn_link(self, &pid, &puppet, NULL, &short_ones), ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &puppet, NULL, ACT_SPAWN_OPTIONS(.worker = 2)),
                     ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &puppet, NULL,
                               ACT_SPAWN_OPTIONS(.worker = 1, .blocking = true)),
                     ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &puppet, NULL,
                               ACT_SPAWN_OPTIONS(.inbox_policy = (act_inbox_policy)9)),
                     ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &puppet, NULL, ACT_SPAWN_OPTIONS(.name = "")),
                     ACT_INVALID);
    ck_assert_int_eq(act_spawn_monitor(self, &pid, &ref, &puppet, NULL,
                                       ACT_SPAWN_OPTIONS(.name = "")),
                     ACT_INVALID);
    ck_assert(pid.node == 7 && pid.local == 7 && ref.value == 7);
}

static void what_cannot_be_spawned_is_refused_and_leaves_nothing(void)
{
    open_one();
    lab_let(a, spawns_badly);
    ck_assert_uint_eq(lab_counters().spawned, 1);
    lab_close();
}

/* ----------------------------------------------------------------------------------- announcing */

static void spawns_announced(act_self *self)
{
    ck_assert_int_eq(act_spawn_monitor(self, &b, &lab_ref, &told, NULL,
                                       ACT_SPAWN_OPTIONS(.announce = true)),
                     ACT_OK);
}

static void the_parent_is_told_how_init_went(void)
{
    static const act_result results[] = {ACT_OK, ACT_IGNORE, ACT_OS};
    open_one();
    answer_of_init = results[kit_round() % 3];
    lab_let(a, spawns_announced);
    const struct note *started = lab_only(a, ACT_MESSAGE_STARTED);
    ck_assert_int_eq((int)started->value, answer_of_init);
    ck_assert(act_pid_equal(started->sender, b));
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), answer_of_init != ACT_OK);
    if (answer_of_init != ACT_OK)
        ck_assert(lab_only(a, ACT_MESSAGE_DOWN) > started);
    lab_close();
}

static const deed panics_first = panics;

static void spawns_announced_one_that_panics(act_self *self)
{
    ck_assert_int_eq(act_spawn_monitor(self, &b, &lab_ref, &puppet, &panics_first,
                                       ACT_SPAWN_OPTIONS(.announce = true)),
                     ACT_OK);
    if (kit_round() % 2)
        ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
}

static void the_parent_is_told_once_also_when_init_never_returns(void)
{
    open_one();
    lab_let(a, spawns_announced_one_that_panics);
    ck_assert(act_pid_equal(lab_only(a, ACT_MESSAGE_STARTED)->sender, b));
    ck_assert_int_ne((int)lab_only(a, ACT_MESSAGE_STARTED)->value, ACT_OK);
    ck_assert(lab_only(a, ACT_MESSAGE_DOWN) > lab_only(a, ACT_MESSAGE_STARTED));
    lab_close();
}

static void spawns_announced_and_ends(act_self *self)
{
    spawns_announced(self);
    exits_normally(self);
}

static void an_announcement_to_a_dead_parent_is_nothing(void)
{
    open_one();
    answer_of_init = ACT_OK;
    lab_let(a, spawns_announced_and_ends);
    ck_assert(lab_lives(b));
    lab_close();
}

static const deed traps_first = traps;

static void spawns_announced_one_that_traps(act_self *self)
{
    ck_assert_int_eq(
        act_spawn(self, &b, &puppet, &traps_first, ACT_SPAWN_OPTIONS(.announce = true)), ACT_OK);
    ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
}

static void shuts_b_down(act_self *self)
{
    ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
}

static void announces_and_traps_a_shutdown(act_self *self)
{
    ck_assert_int_eq(
        act_spawn(self, &b, &puppet, &traps_first, ACT_SPAWN_OPTIONS(.announce = true)), ACT_OK);
}

static void one_that_was_announced_can_trap_a_shutdown(void)
{
    open_one();
    lab_let(a, announces_and_traps_a_shutdown);
    lab_let(a, shuts_b_down);
    ck_assert_int_eq(lab_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_SHUTDOWN);
    lab_let(a, spawns_announced_one_that_traps); /* before init: it does not trap yet */
    ck_assert(!lab_lives(b));
    lab_close();
}

/* ---------------------------------------------------------------------------------------- lives */

static void a_pid_never_comes_again(void)
{
    enum { LIVES = 1000 };
    static act_pid seen[LIVES];
    lab_open();
    for (int i = 0; i < LIVES; i++) {
        seen[i] = lab_spawn_as(&puppet, NULL, NULL);
        lab_let(seen[i], exits_normally);
    }
    for (int i = 0; i < LIVES; i++)
        for (int j = 0; j < i; j++)
            if (act_pid_equal(seen[i], seen[j]))
                ck_abort_msg("%d has the pid of %d", i, j);
    lab_close();
}

static void messages_for_the_dead_never_reach_who_comes_after_them(void)
{
    lab_open();
    a = lab_spawn();
    for (int i = 0; i < 200; i++) {
        lab_tell_to(a, exits_normally);
        for (int m = 0; m < 3; m++)
            act_system_tell_value(lab.system, a, TAG_A,
                                  act_nothing()); /* before it has heard of its end */
        (void)!act_simulation_run(lab.simulation, NULL, 1);
        act_pid next = lab_spawn_as(&puppet, NULL, NULL); /* most often in the same cell */
        act_system_tell_value(lab.system, a, TAG_B, act_nothing());
        lab_run();
        ck_assert(lab_lives(next));
        ck_assert_int_eq(lab_count(next, TAG_A) + lab_count(next, TAG_B), 0);
        a = next;
    }
    lab_close();
}

static void no_more_than_actors_max_live_at_once(void)
{
    enum { MAX = 10 };
    act_pid pids[MAX], one_more;
    lab_open_with(LAB_OPTIONS(.actors_max = MAX));
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MAX; i++)
            pids[i] = lab_spawn();
        ck_assert_int_eq(act_system_spawn(lab.system, &one_more, &puppet, NULL, NULL),
                         ACT_NO_MEMORY);
        for (int i = 0; i < MAX; i++)
            lab_let(pids[i], exits_normally);
    }
    lab_close();
}

const struct kit_fact kit_facts[] = {
    LAB_FACT(arguments_are_copied_and_the_state_is_zero),
    LAB_FACT(without_arguments_init_gets_none),
    LAB_FACT(a_state_may_have_any_size),
    LAB_FACT(one_that_ignores_ends_normally),
    LAB_FACT(one_that_fails_ends_with_its_result_as_code),
    LAB_FACT(one_that_exits_in_init_ends_after_it_with_its_terminate),
    LAB_FACT(what_is_sent_after_spawn_arrives_after_init),
    LAB_FACT(a_child_knows_itself_and_its_parent),
    LAB_FACT(what_cannot_be_spawned_is_refused_and_leaves_nothing),
    LAB_FACT(the_parent_is_told_how_init_went),
    LAB_FACT(the_parent_is_told_once_also_when_init_never_returns),
    LAB_FACT(an_announcement_to_a_dead_parent_is_nothing),
    LAB_FACT(one_that_was_announced_can_trap_a_shutdown),
    FACT(a_pid_never_comes_again),
    LAB_FACT(messages_for_the_dead_never_reach_who_comes_after_them),
    FACT(no_more_than_actors_max_live_at_once),
    END_OF_FACTS,
};
