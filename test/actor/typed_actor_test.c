/* Actors with types of their own: what they are given arrives, what they leave out is absent. */
/* SPDX-License-Identifier: MIT */
#include <actor/typed_actor.h>
#include <supervisor/supervisor.h>
#include <test/actor/fixture.h>
#include <test/actor/typed_actor_other.h>
#include <test/mailbox/schema/protocol.h>

struct sum_state {
    int64_t total;
    char    text[40];
};

struct sum_args {
    int64_t first;
    int    *released;
};

static int64_t         seen, began;
static act_exit_reason ended;

static act_result sum_init(act_self *self, struct sum_state *state, const struct sum_args *args)
{
    (void)self;
    ck_assert_int_eq(state->total, 0);
    began++;
    if (args != NULL)
        state->total = args->first;
    return ACT_OK;
}

static void sum_receive(act_self *self, struct sum_state *state, const act_message *message)
{
    switch (zoo_tag_of(message)) {
    case zoo_small_tag: state->total += act_view(zoo_small, message)->amount; break;
    case zoo_nothing_tag: act_panic(self, "as told");
    case zoo_three_tag:
    case zoo_scalars_tag:
    case zoo_outside_tag:
    case zoo_optional_tag:
    default: act_unknown(self, message);
    }
    seen = state->total;
}

static void sum_terminate(act_self *self, struct sum_state *state, act_exit_reason reason)
{
    (void)self;
    seen = state->total;
    ended = reason;
}

static void sum_release(struct sum_args *args)
{
    if (args->released != NULL)
        ++*args->released;
}

ACT_ACTOR(sum, struct sum_state, struct sum_args, .init = sum_init, .receive = sum_receive,
          .terminate = sum_terminate, .schema = zoo_schema, .args_release = sum_release);

/* -------------------------------------------------------------------------- what it is made of */

static void the_behavior_has_its_sizes_and_name(void)
{
    ck_assert_str_eq(sum_behavior.name, "sum");
    ck_assert_uint_eq(sum_behavior.state_bytes, sizeof(struct sum_state));
    ck_assert_uint_eq(sum_behavior.args_bytes, sizeof(struct sum_args));
    ck_assert_ptr_eq(sum_behavior.schema(), zoo_schema());
}

static act_pid a, child, with_others[4];
static act_ref monitor;

static void spawns(act_self *self)
{
    const struct sum_args args = {.first = 100};
    ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
    ck_assert_int_eq(sum_spawn(self, &with_others[0], &args, NULL), ACT_OK);
    ck_assert_int_eq(sum_spawn_link(self, &with_others[1], &args, NULL), ACT_OK);
    ck_assert_int_eq(sum_spawn_monitor(self, &with_others[2], &monitor, NULL,
                                       ACT_SPAWN_OPTIONS(.name = "sum")),
                     ACT_OK);
    for (int i = 0; i < 3; i++)
        act_tell(self, with_others[i], zoo_small, .amount = 5);
}

static void it_is_spawned_in_all_ways(void)
{
    act_pid found;
    fixture_open();
    began = 0;
    a = fixture_spawn();
    fixture_let(a, spawns);
    ck_assert_int_eq(sum_system_spawn(fixture.system, &with_others[3], NULL, NULL), ACT_OK);
    fixture_run();
    ck_assert_int_eq(began, 4);
    ck_assert_int_eq(act_whereis(fixture.system, &found, "sum"), ACT_OK);
    ck_assert(act_pid_equal(found, with_others[2]));
    for (int i = 0; i < 3; i++) {
        act_system_tell(fixture.system, with_others[i], zoo_nothing);
        fixture_run();
        ck_assert_int_eq(seen, i < 2 ? 105 : 5); /* terminate has the state as it was left */
        ck_assert_int_eq(ended.kind, ACT_EXIT_PANIC);
    }
    ck_assert_ptr_nonnull(strstr(fixture.log, "panicked at a message of <none>: zoo_nothing {}"));
    ck_assert(act_pid_equal(fixture_only(a, ACT_MESSAGE_EXIT)->sender, with_others[1]));
    ck_assert(act_ref_equal(fixture_only(a, ACT_MESSAGE_DOWN)->ref, monitor));
    fixture_close();
}

/* Killed before its init: the args are released. */
static void spawns_and_kills(act_self *self)
{
    const struct sum_args args = {.released = (int *)act_kept(self)};
    ck_assert_int_eq(sum_spawn(self, &child, &args, NULL), ACT_OK);
    ck_assert_int_eq(act_exit_other(self, child, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
}

static void args_of_one_that_never_begins_are_released(void)
{
    int released = 0;
    fixture_open();
    began = 0;
    a = fixture_spawn_as(&scripted, NULL, ACT_SPAWN_OPTIONS(.kept = &released));
    fixture_let(a, spawns_and_kills);
    ck_assert_int_eq(released + (int)began, 1);
    fixture_close();
}

/* ----------------------------------------------------------------------------- what is left out */

ACT_ACTOR(bare, act_none, act_none, .init = NULL);

static void tells_the_bare(act_self *self)
{
    ck_assert_int_eq(bare_spawn(self, &child, NULL, NULL), ACT_OK);
    act_tell(self, child, zoo_small, .amount = 5);
    act_tell(self, act_pid_none(), zoo_small, .amount = 5);
}

static void what_is_left_out_is_absent(void)
{
    fixture_open();
    ck_assert_uint_eq(bare_behavior.state_bytes, 0);
    ck_assert_uint_eq(bare_behavior.args_bytes, 0);
    a = fixture_spawn();
    fixture_let(a, tells_the_bare);
    ck_assert_uint_eq(fixture_counters().unknown, 1); /* it knows no message */
    ck_assert_int_eq(act_system_exit_actor(fixture.system, child,
                                           act_exit_reason_make(ACT_EXIT_ERROR, 0, NULL)),
                     ACT_OK);
    fixture_close();
}

static void has_no_schema(act_self *self, act_none *state, const act_message *message)
{
    (void)state, (void)message;
    act_panic(self, "at once");
}

ACT_ACTOR(dumb, act_none, act_none, .receive = has_no_schema);

static void one_without_a_schema_shows_no_message(void)
{
    fixture_open();
    ck_assert_int_eq(dumb_system_spawn(fixture.system, &child, NULL, NULL), ACT_OK);
    act_system_tell(fixture.system, child, zoo_small, .amount = 5);
    fixture_run();
    ck_assert_ptr_nonnull(strstr(fixture.log, "dumb <0.1.1> ended: panic: typed_actor_test.c:"));
    ck_assert_ptr_null(strstr(fixture.log, "panicked at a message"));
    fixture_close();
}

/* ------------------------------------------------------------------------ children, other files */

static const struct sum_args     first_args = {.first = 1000};
static const act_child_spec      children[] = {ACT_CHILD(sum, "one", &first_args),
                                               ACT_CHILD(sum, "two", NULL,
                                                         .restart = ACT_RESTART_TEMPORARY)};
static const act_supervisor_spec tree = {.children = children, .children_count = 2};

static void a_child_is_said_in_a_table(void)
{
    act_pid supervisor;
    fixture_open();
    began = 0;
    ck_assert_ptr_eq(children[0].behavior, &sum_behavior);
    ck_assert_ptr_eq(children[0].args, &first_args);
    ck_assert_str_eq(children[1].id, "two");
    ck_assert_int_eq(children[1].restart, ACT_RESTART_TEMPORARY);
    ck_assert_int_eq(act_system_spawn_supervisor(fixture.system, &supervisor, &tree, NULL), ACT_OK);
    fixture_run();
    ck_assert_int_eq(began, 2);
    ck_assert_int_eq(act_system_exit_actor(fixture.system, supervisor,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert_int_eq(seen, 1000); /* the last to be stopped is the first */
    fixture_close();
}

/* As in a file of its own. */
static void other_ends(act_self *self, struct other_args *state, act_exit_reason reason)
{
    (void)self, (void)reason;
    ++*state->ended;
}

static act_result other_init(act_self *self, struct other_args *state,
                             const struct other_args *args)
{
    *state = *args;
    act_stop(self);
    return ACT_OK;
}

ACT_ACTOR_DEFINE(other, struct other_args, struct other_args, .init = other_init,
                 .terminate = other_ends);

static void one_of_another_file_is_declared_in_a_header(void)
{
    int count = 0;
    fixture_open();
    const struct other_args args = {&count};
    ck_assert_int_eq(other_system_spawn(fixture.system, &child, &args, NULL), ACT_OK);
    fixture_run();
    ck_assert_int_eq(count, 1);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_behavior_has_its_sizes_and_name),
    FIXTURE_CASE(it_is_spawned_in_all_ways),
    FIXTURE_CASE(args_of_one_that_never_begins_are_released),
    FIXTURE_CASE(what_is_left_out_is_absent),
    FIXTURE_CASE(one_without_a_schema_shows_no_message),
    FIXTURE_CASE(a_child_is_said_in_a_table),
    FIXTURE_CASE(one_of_another_file_is_declared_in_a_header),
    END_OF_CASES,
};
