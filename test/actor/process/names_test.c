/* Names: one owner at a time, free before any actor hears of the owner's end. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid     a, b, c;
static const char *name;
static act_result  result;

static void open_three(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
    c = fixture_spawn();
}

static void registers(act_self *self)
{
    result = act_register(self, name);
}

static void unregisters(act_self *self)
{
    result = act_unregister(self, name);
}

static act_result let_register(act_pid actor, const char *what)
{
    name = what;
    fixture_let(actor, registers);
    return result;
}

static act_result let_unregister(act_pid actor, const char *what)
{
    name = what;
    fixture_let(actor, unregisters);
    return result;
}

static bool is_called(act_pid actor, const char *what)
{
    act_pid    pid = {9, 9};
    act_result found = act_whereis(fixture.system, &pid, what);
    if (found != ACT_OK)
        ck_assert(found == ACT_NOT_FOUND && pid.node == 9 && pid.local == 9);
    return found == ACT_OK && act_pid_equal(pid, actor);
}

static void a_name_leads_to_its_owner(void)
{
    open_three();
    ck_assert(!is_called(a, "ada"));
    ck_assert_int_eq(let_register(a, "ada"), ACT_OK);
    ck_assert(is_called(a, "ada"));
    ck_assert(!is_called(a, "Ada") && !is_called(a, "ad") && !is_called(a, "adaa"));
    fixture_close();
}

static void a_name_has_one_owner(void)
{
    open_three();
    ck_assert_int_eq(let_register(a, "ada"), ACT_OK);
    ck_assert_int_eq(let_register(b, "ada"), ACT_EXISTS);
    ck_assert_int_eq(let_register(a, "ada"), ACT_EXISTS);
    ck_assert(is_called(a, "ada"));
    fixture_close();
}

static void an_actor_may_have_many_names(void)
{
    char text[ACT_NAME_MAX];
    open_three();
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "name %d", i);
        ck_assert_int_eq(let_register(i % 2 ? a : b, text), ACT_OK);
    }
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "name %d", i);
        ck_assert(is_called(i % 2 ? a : b, text));
    }
    fixture_let(a, exits_normally);
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "name %d", i);
        ck_assert(i % 2 ? !is_called(a, text) : is_called(b, text));
    }
    fixture_close();
}

static void a_name_is_1_to_63_bytes_long(void)
{
    char text[ACT_NAME_MAX + 1];
    open_three();
    memset(text, 'n', sizeof text);
    text[ACT_NAME_MAX] = '\0';
    ck_assert_int_eq(let_register(a, ""), ACT_INVALID);
    ck_assert_int_eq(let_register(a, text), ACT_INVALID);
    text[ACT_NAME_MAX - 1] = '\0';
    ck_assert_int_eq(let_register(a, text), ACT_OK);
    ck_assert(is_called(a, text));
    ck_assert_int_eq(let_register(a, "n"), ACT_OK);
    text[ACT_NAME_MAX - 1] = 'n';
    ck_assert(!is_called(a, text) && !is_called(a, ""));
    ck_assert_int_eq(let_unregister(a, text), ACT_NOT_FOUND);
    fixture_close();
}

static void a_name_can_be_given_up(void)
{
    open_three();
    ck_assert_int_eq(let_register(a, "ada"), ACT_OK);
    ck_assert_int_eq(let_unregister(b, "ada"), ACT_NOT_FOUND);
    ck_assert_int_eq(let_unregister(a, "bob"), ACT_NOT_FOUND);
    ck_assert_int_eq(let_unregister(a, "ada"), ACT_OK);
    ck_assert_int_eq(let_unregister(a, "ada"), ACT_NOT_FOUND);
    ck_assert(!is_called(a, "ada"));
    ck_assert_int_eq(let_register(b, "ada"), ACT_OK);
    fixture_let(a, exits_normally);
    ck_assert(is_called(b, "ada"));
    fixture_close();
}

static void takes_the_name(act_self *self, void *state, const act_message *message)
{
    if (act_pid_equal(act_message_sender(message), a)) {
        note_message(self, message);
        ck_assert_int_eq(act_register(self, "ada"), ACT_OK);
    } else {
        scripted_receive(self, state, message);
    }
}

static const act_behavior heir = {.name = "heir", .receive = takes_the_name};

static void an_actor_that_gets_the_down_can_take_the_name(void)
{
    static const action ends[] = {exits_normally, panics, exits_with_an_error};
    open_three();
    b = fixture_spawn_as(&heir, NULL, NULL);
    ck_assert_int_eq(let_register(a, "ada"), ACT_OK);
    fixture_let_about(b, monitors, a);
    fixture_let(a, ends[kit_round() % 3]);
    ck_assert(is_called(b, "ada"));
    fixture_close();
}

static void an_actor_that_gets_the_exit_can_take_the_name(void)
{
    open_three();
    b = fixture_spawn_as(&heir, NULL, NULL);
    fixture_let(b, traps);
    ck_assert_int_eq(let_register(a, "ada"), ACT_OK);
    fixture_let_about(b, links, a);
    fixture_let(a, panics);
    ck_assert(is_called(b, "ada"));
    fixture_close();
}

static void finds_itself(act_self *self)
{
    act_pid pid;
    ck_assert_int_eq(act_whereis(act_self_system(self), &pid, "born so"), ACT_OK);
    ck_assert(act_pid_equal(pid, act_self_pid(self)));
}

static const action finds_first = finds_itself;

static void a_spawned_name_is_there_before_init(void)
{
    open_three();
    a = fixture_spawn_as(&scripted, &finds_first, ACT_SPAWN_OPTIONS(.name = "born so"));
    ck_assert(is_called(a, "born so"));
    fixture_run();
    fixture_let(a, exits_normally);
    ck_assert(!is_called(a, "born so"));
    fixture_close();
}

static act_result spawned;

static void spawns_with_the_name(act_self *self)
{
    act_pid pid;
    act_ref ref;
    switch (kit_round() % 3) {
    case 0:
        spawned = act_spawn(self, &pid, &scripted, NULL, ACT_SPAWN_OPTIONS(.name = "ada"));
        break;
    case 1:
        spawned = act_spawn_link(self, &pid, &scripted, NULL, ACT_SPAWN_OPTIONS(.name = "ada"));
        break;
    default:
        spawned =
            act_spawn_monitor(self, &pid, &ref, &scripted, NULL, ACT_SPAWN_OPTIONS(.name = "ada"));
    }
}

static void a_taken_name_cannot_be_spawned(void)
{
    open_three();
    ck_assert_int_eq(let_register(a, "ada"), ACT_OK);
    fixture_let(b, spawns_with_the_name);
    ck_assert_int_eq(spawned, ACT_EXISTS);
    ck_assert_uint_eq(fixture_counters().spawned, 3);
    ck_assert(is_called(a, "ada"));
    fixture_let(a, exits_normally);
    fixture_let(b, spawns_with_the_name);
    ck_assert_int_eq(spawned, ACT_OK);
    fixture_close();
}

static act_result refuses(act_self *self, void *state, const void *args)
{
    (void)self;
    (void)state;
    (void)args;
    return ACT_IGNORE;
}

static const act_behavior refuser = {
    .name = "refuser", .init = refuses, .receive = scripted_receive};

static void the_name_of_one_that_would_not_run_is_free(void)
{
    open_three();
    act_pid pid = fixture_spawn_as(&refuser, NULL, ACT_SPAWN_OPTIONS(.name = "ada"));
    ck_assert(is_called(pid, "ada"));
    fixture_run();
    ck_assert(!is_called(pid, "ada"));
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_name_leads_to_its_owner),
    FIXTURE_CASE(a_name_has_one_owner),
    FIXTURE_CASE(an_actor_may_have_many_names),
    FIXTURE_CASE(a_name_is_1_to_63_bytes_long),
    FIXTURE_CASE(a_name_can_be_given_up),
    FIXTURE_CASE(an_actor_that_gets_the_down_can_take_the_name),
    FIXTURE_CASE(an_actor_that_gets_the_exit_can_take_the_name),
    FIXTURE_CASE(a_spawned_name_is_there_before_init),
    FIXTURE_CASE(a_taken_name_cannot_be_spawned),
    FIXTURE_CASE(the_name_of_one_that_would_not_run_is_free),
    END_OF_CASES,
};
