/* How actors come to be. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <test/actor/fixture.h>

static act_pid a, b;

static void open_one(void)
{
    fixture_open();
    a = fixture_spawn();
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
    memset(state, 0xff, sizeof zeros); /* the next actor finds zeros again */
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
                                   .receive = scripted_receive};

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
        fixture_let(a, spawns_a_picky_one);
        fixture_let(b, exits_normally);
        ck_assert(!fixture_lives(b));
    }
    ck_assert_int_eq(inits, 100);
    fixture_close();
}

static act_result wants_no_arguments(act_self *self, void *state, const void *args)
{
    ck_assert_ptr_null(args);
    ck_assert_ptr_null(state);
    ck_assert_ptr_null(act_kept(self));
    return ACT_OK;
}

static const act_behavior modest = {
    .name = "modest", .args_bytes = 8, .init = wants_no_arguments, .receive = scripted_receive};
static const act_behavior plain = {.name = "plain", .receive = scripted_receive};

static void without_arguments_init_gets_none(void)
{
    open_one();
    b = fixture_spawn_as(&modest, NULL, NULL);
    ck_assert(fixture_lives(b));
    ck_assert(fixture_lives(
        fixture_spawn_as(&plain, &given, NULL))); /* no init, and no room for arguments */
    fixture_close();
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
    fixture_open();
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            act_behavior big = {.name = "big",
                                .state_bytes = sizes[i],
                                .init = fills_state,
                                .receive = scripted_receive};
            b = fixture_spawn_as(&big, NULL,
                                 ACT_SPAWN_OPTIONS(.kept = (void *)(uintptr_t)&sizes[i]));
            fixture_let(b, exits_normally);
        }
    fixture_close();
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
                                  .receive = scripted_receive,
                                  .terminate = scripted_terminate};

static void spawns_one_that_is_told(act_self *self)
{
    ck_assert_int_eq(act_spawn_monitor(self, &b, &fixture_ref, &told, NULL, NULL), ACT_OK);
    act_tell_value(self, b, TAG_A, act_nothing());
}

static void one_that_ignores_ends_normally(void)
{
    open_one();
    answer_of_init = ACT_IGNORE;
    fixture_let(a, spawns_one_that_is_told);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NORMAL);
    ck_assert_int_eq(fixture_count(b, TAG_TERMINATE), 0);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    fixture_close();
}

static void one_that_fails_ends_with_its_result_as_code(void)
{
    open_one();
    answer_of_init = ACT_TIMED_OUT;
    fixture_let(a, spawns_one_that_is_told);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->code, ACT_TIMED_OUT);
    ck_assert_int_eq(fixture_count(b, TAG_TERMINATE), 0);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    fixture_close();
}

static void exits_and_says_ok(act_self *self)
{
    exits_with_an_error(self);
}

static const action exits_first = exits_and_says_ok;

static void one_that_exits_in_init_ends_after_it_with_its_terminate(void)
{
    open_one();
    b = fixture_spawn_as(&scripted, &exits_first, NULL);
    act_system_tell_value(fixture.system, b, TAG_A, act_nothing());
    fixture_run();
    fixture_ended(b, ACT_EXIT_ERROR);
    ck_assert_int_eq(fixture_count(b, TAG_A), 0);
    fixture_close();
}

static void notes_init(act_self *self)
{
    note_down(self, TAG_INIT);
}

static const action notes_first = notes_init;

static void spawns_and_tells(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &scripted, &notes_first, NULL), ACT_OK);
    act_tell_value(self, b, TAG_A, act_nothing());
}

static void what_is_sent_after_spawn_arrives_after_init(void)
{
    open_one();
    fixture_let(a, spawns_and_tells);
    ck_assert(fixture_only(b, TAG_INIT) < fixture_only(b, TAG_A));
    fixture_close();
}

static act_pid parent_seen, self_seen;

static void sees_itself(act_self *self)
{
    parent_seen = act_self_parent(self);
    self_seen = act_self_pid(self);
    ck_assert_ptr_eq(act_self_system(self), fixture.system);
}

static const action sees_first = sees_itself;

static void spawns_one_that_sees(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &scripted, &sees_first, NULL), ACT_OK);
}

static void a_child_knows_itself_and_its_parent(void)
{
    open_one();
    fixture_let(a, spawns_one_that_sees);
    ck_assert(act_pid_equal(parent_seen, a) && act_pid_equal(self_seen, b));
    b = fixture_spawn_as(&scripted, &sees_first, NULL);
    fixture_run();
    ck_assert(act_pid_is_none(parent_seen) && act_pid_equal(self_seen, b));
    fixture_close();
}

static void spawns_badly(act_self *self)
{
    static const act_behavior deaf = {.name = "deaf"}, nameless = {.receive = scripted_receive},
                              without_init = {.name = "without init",
                                              .receive = scripted_receive,
                                              .args_release = free};
    act_pid           pid = {7, 7};
    act_ref           ref = {7};
    act_spawn_options short_ones = {.size = sizeof(size_t) - 1};
    ck_assert_int_eq(act_spawn(self, &pid, &deaf, NULL, NULL), ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &nameless, NULL, NULL), ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &without_init, NULL, NULL), ACT_INVALID);
    ck_assert_int_eq(act_spawn_link(self, &pid, &scripted, NULL, &short_ones), ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &scripted, NULL, ACT_SPAWN_OPTIONS(.worker = 2)),
                     ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &scripted, NULL,
                               ACT_SPAWN_OPTIONS(.worker = 1, .blocking = true)),
                     ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &scripted, NULL,
                               ACT_SPAWN_OPTIONS(.inbox_policy = (act_inbox_policy)9)),
                     ACT_INVALID);
    ck_assert_int_eq(act_spawn(self, &pid, &scripted, NULL, ACT_SPAWN_OPTIONS(.name = "")),
                     ACT_INVALID);
    ck_assert_int_eq(act_spawn_monitor(self, &pid, &ref, &scripted, NULL,
                                       ACT_SPAWN_OPTIONS(.name = "")),
                     ACT_INVALID);
    ck_assert(pid.node == 7 && pid.local == 7 && ref.value == 7);
}

static void what_cannot_be_spawned_is_refused_and_leaves_nothing(void)
{
    open_one();
    fixture_let(a, spawns_badly);
    ck_assert_uint_eq(fixture_counters().spawned, 1);
    fixture_close();
}

/* -------------------------------------------------------------------------- args that are owned */

static int owned_inits, owned_releases;

static act_result owns_args(act_self *self, void *state, const void *args)
{
    (void)state;
    ck_assert_int_eq(*(const int *)args, 7);
    owned_inits++;
    if (answer_of_init == ACT_PANICKED)
        act_panic(self, "as planned");
    return answer_of_init;
}

static void release_owned(void *args)
{
    ck_assert_int_eq(*(const int *)args, 7);
    owned_releases++;
}

static const act_behavior owning = {.name = "owning",
                                    .args_bytes = sizeof(int),
                                    .init = owns_args,
                                    .receive = scripted_receive,
                                    .args_release = release_owned};

static void spawns_an_owning_one(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &owning, &(int){7}, NULL), ACT_OK);
}

static void spawns_an_owning_one_and_kills_it(act_self *self)
{
    spawns_an_owning_one(self);
    ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)), ACT_OK);
}

static void spawns_an_owning_one_without_args_and_kills_it(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &owning, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)), ACT_OK);
}

static void spawns_an_owning_one_in_vain(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &owning, &(int){7}, ACT_SPAWN_OPTIONS(.name = "")),
                     ACT_INVALID);
}

static void open_owning(act_result answer)
{
    open_one();
    answer_of_init = answer;
    owned_inits = owned_releases = 0;
}

static void expect_owned(int inits_expected, int releases)
{
    fixture_close();
    ck_assert_int_eq(owned_inits, inits_expected);
    ck_assert_int_eq(owned_releases, releases);
}

static void args_of_one_that_is_killed_before_init_are_released(void)
{
    open_owning(ACT_OK);
    fixture_let(a, spawns_an_owning_one_and_kills_it);
    expect_owned(0, 1);
    open_owning(ACT_OK);
    fixture_let(a, spawns_an_owning_one_without_args_and_kills_it);
    expect_owned(0, 0);
}

static void args_are_inits_from_its_call_on(void)
{
    static const act_result results[] = {ACT_OK, ACT_IGNORE, ACT_OS, ACT_PANICKED};
    for (int i = 0; i < 4; i++) {
        open_owning(results[i]);
        fixture_let(a, spawns_an_owning_one);
        expect_owned(1, 0);
    }
}

static void args_of_one_that_cannot_be_spawned_stay_the_spawners(void)
{
    open_owning(ACT_OK);
    fixture_let(a, spawns_an_owning_one_in_vain);
    expect_owned(0, 0);
}

/* ----------------------------------------------------------------------------------- announcing */

static void spawns_announced(act_self *self)
{
    ck_assert_int_eq(act_spawn_monitor(self, &b, &fixture_ref, &told, NULL,
                                       ACT_SPAWN_OPTIONS(.announce = true)),
                     ACT_OK);
}

static void the_parent_is_told_how_init_went(void)
{
    static const act_result results[] = {ACT_OK, ACT_IGNORE, ACT_OS};
    open_one();
    answer_of_init = results[kit_round() % 3];
    fixture_let(a, spawns_announced);
    const struct note *started = fixture_only(a, ACT_MESSAGE_STARTED);
    ck_assert_int_eq((int)started->value, answer_of_init);
    ck_assert(act_pid_equal(started->sender, b));
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), answer_of_init != ACT_OK);
    if (answer_of_init != ACT_OK)
        ck_assert(fixture_only(a, ACT_MESSAGE_DOWN) > started);
    fixture_close();
}

static const action panics_first = panics;

static void spawns_announced_one_that_panics(act_self *self)
{
    ck_assert_int_eq(act_spawn_monitor(self, &b, &fixture_ref, &scripted, &panics_first,
                                       ACT_SPAWN_OPTIONS(.announce = true)),
                     ACT_OK);
    if (kit_round() % 2)
        ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
}

static void the_parent_is_told_once_also_when_init_never_returns(void)
{
    open_one();
    fixture_let(a, spawns_announced_one_that_panics);
    ck_assert(act_pid_equal(fixture_only(a, ACT_MESSAGE_STARTED)->sender, b));
    ck_assert_int_ne((int)fixture_only(a, ACT_MESSAGE_STARTED)->value, ACT_OK);
    ck_assert(fixture_only(a, ACT_MESSAGE_DOWN) > fixture_only(a, ACT_MESSAGE_STARTED));
    fixture_close();
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
    fixture_let(a, spawns_announced_and_ends);
    ck_assert(fixture_lives(b));
    fixture_close();
}

static const action traps_first = traps;

static void spawns_announced_one_that_traps(act_self *self)
{
    ck_assert_int_eq(
        act_spawn(self, &b, &scripted, &traps_first, ACT_SPAWN_OPTIONS(.announce = true)), ACT_OK);
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
        act_spawn(self, &b, &scripted, &traps_first, ACT_SPAWN_OPTIONS(.announce = true)), ACT_OK);
}

static void one_that_was_announced_can_trap_a_shutdown(void)
{
    open_one();
    fixture_let(a, announces_and_traps_a_shutdown);
    fixture_let(a, shuts_b_down);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_SHUTDOWN);
    fixture_let(a, spawns_announced_one_that_traps); /* before init: it does not trap yet */
    ck_assert(!fixture_lives(b));
    fixture_close();
}

/* ---------------------------------------------------------------------------------- generations */

static void a_pid_never_comes_again(void)
{
    enum { GENERATIONS = 1000 };
    static act_pid seen[GENERATIONS];
    fixture_open();
    for (int i = 0; i < GENERATIONS; i++) {
        seen[i] = fixture_spawn_as(&scripted, NULL, NULL);
        fixture_let(seen[i], exits_normally);
    }
    for (int i = 0; i < GENERATIONS; i++)
        for (int j = 0; j < i; j++)
            if (act_pid_equal(seen[i], seen[j]))
                ck_abort_msg("%d has the pid of %d", i, j);
    fixture_close();
}

static void messages_for_the_dead_never_reach_their_successors(void)
{
    fixture_open();
    a = fixture_spawn();
    for (int i = 0; i < 200; i++) {
        fixture_tell_to(a, exits_normally);
        for (int m = 0; m < 3; m++)
            act_system_tell_value(fixture.system, a, TAG_A,
                                  act_nothing()); /* before it has heard of its end */
        (void)!act_simulation_run(fixture.simulation, NULL, 1);
        act_pid next = fixture_spawn_as(&scripted, NULL, NULL); /* most often in the same cell */
        act_system_tell_value(fixture.system, a, TAG_B, act_nothing());
        fixture_run();
        ck_assert(fixture_lives(next));
        ck_assert_int_eq(fixture_count(next, TAG_A) + fixture_count(next, TAG_B), 0);
        a = next;
    }
    fixture_close();
}

static void no_more_than_actors_max_live_at_once(void)
{
    enum { MAX = 10 };
    act_pid pids[MAX], one_more;
    fixture_open_with(FIXTURE_OPTIONS(.actors_max = MAX));
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MAX; i++)
            pids[i] = fixture_spawn();
        ck_assert_int_eq(act_system_spawn(fixture.system, &one_more, &scripted, NULL, NULL),
                         ACT_NO_MEMORY);
        for (int i = 0; i < MAX; i++)
            fixture_let(pids[i], exits_normally);
    }
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(arguments_are_copied_and_the_state_is_zero),
    FIXTURE_CASE(without_arguments_init_gets_none),
    FIXTURE_CASE(a_state_may_have_any_size),
    FIXTURE_CASE(one_that_ignores_ends_normally),
    FIXTURE_CASE(one_that_fails_ends_with_its_result_as_code),
    FIXTURE_CASE(one_that_exits_in_init_ends_after_it_with_its_terminate),
    FIXTURE_CASE(what_is_sent_after_spawn_arrives_after_init),
    FIXTURE_CASE(a_child_knows_itself_and_its_parent),
    FIXTURE_CASE(args_of_one_that_is_killed_before_init_are_released),
    FIXTURE_CASE(args_are_inits_from_its_call_on),
    FIXTURE_CASE(args_of_one_that_cannot_be_spawned_stay_the_spawners),
    FIXTURE_CASE(what_cannot_be_spawned_is_refused_and_leaves_nothing),
    FIXTURE_CASE(the_parent_is_told_how_init_went),
    FIXTURE_CASE(the_parent_is_told_once_also_when_init_never_returns),
    FIXTURE_CASE(an_announcement_to_a_dead_parent_is_nothing),
    FIXTURE_CASE(one_that_was_announced_can_trap_a_shutdown),
    TEST_CASE(a_pid_never_comes_again),
    FIXTURE_CASE(messages_for_the_dead_never_reach_their_successors),
    TEST_CASE(no_more_than_actors_max_live_at_once),
    END_OF_CASES,
};
