/*
 * How actors end: by their own word, by a signal, by a panic; and what runs, in which order, when
 * they do.
 */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid         a, b;
static act_exit_reason reason;

static void open_two(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
}

/* ------------------------------------------------------------------------------ by its own word */

static void exits_then_works(act_self *self)
{
    exits_with_an_error(self);
    act_tell_value(self, b, TAG_A, act_nothing());
}

static void an_exit_takes_effect_when_the_handler_returns(void)
{
    open_two();
    fixture_let(a, exits_then_works);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1);
    fixture_ended(a, ACT_EXIT_ERROR);
    fixture_close();
}

static void exits_twice(act_self *self)
{
    exits_with_an_error(self);
    exits_normally(self);
}

static void of_two_exits_the_first_wins(void)
{
    open_two();
    fixture_let(a, exits_twice);
    fixture_ended(a, ACT_EXIT_ERROR);
    ck_assert_str_eq(fixture_only(a, TAG_TERMINATE)->text, "forty-two");
    fixture_close();
}

static void exits_as_told(act_self *self)
{
    act_exit(self, reason);
}

static void to_exit_with_kill_is_to_be_killed(void)
{
    open_two();
    reason = act_exit_reason_make(ACT_EXIT_KILL, 0, "by myself");
    fixture_let_about(b, monitors, a);
    fixture_let(a, exits_as_told);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_KILLED);
    ck_assert_str_eq(fixture_only(b, ACT_MESSAGE_DOWN)->text, "by myself");
    ck_assert_int_eq(fixture_count(a, TAG_TERMINATE), 0);
    fixture_close();
}

static void a_long_text_is_cut(void)
{
    char text[2 * ACT_EXIT_TEXT_MAX];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    open_two();
    reason = act_exit_reason_make(ACT_EXIT_ERROR, 1, text);
    fixture_let_about(b, monitors, a);
    fixture_let(a, exits_as_told);
    ck_assert_uint_eq(strlen(fixture_only(b, ACT_MESSAGE_DOWN)->text), ACT_EXIT_TEXT_MAX - 1);
    fixture_close();
}

static void an_actor_that_ends_handles_nothing_more(void)
{
    open_two();
    fixture_tell_to(a, exits_normally);
    for (int i = 0; i < 5; i++)
        act_system_tell_value(fixture.system, a, TAG_A, act_int64(i));
    fixture_run();
    ck_assert_int_eq(fixture_count(a, TAG_A), 0);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 5);
    fixture_close();
}

/* ---------------------------------------------------------------------------------- by a signal */

static void sends_exit(act_self *self)
{
    ck_assert_int_eq(act_exit_other(self, fixture_other, reason), ACT_OK);
}

static void let_send(act_pid actor, act_exit_kind kind, const char *text, act_pid to)
{
    reason = act_exit_reason_make(kind, text != NULL ? 5 : 0, text);
    fixture_let_about(actor, sends_exit, to);
}

static void a_sent_exit_ends_another(void)
{
    open_two();
    let_send(a, ACT_EXIT_ERROR, "go", b);
    fixture_ended(b, ACT_EXIT_ERROR);
    ck_assert_str_eq(fixture_only(b, TAG_TERMINATE)->text, "go");
    ck_assert_int_eq(fixture_only(b, TAG_TERMINATE)->code, 5);
    ck_assert(fixture_lives(a));
    fixture_close();
}

static void a_sent_exit_is_trapped(void)
{
    static const act_exit_kind kinds[] = {ACT_EXIT_NORMAL, ACT_EXIT_SHUTDOWN, ACT_EXIT_ERROR,
                                          ACT_EXIT_PANIC, ACT_EXIT_KILLED};
    open_two();
    fixture_let(b, traps);
    for (int i = 0; i < 5; i++) {
        let_send(a, kinds[i], i % 2 ? "text" : NULL, b);
        ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), i + 1);
        ck_assert_int_eq(fixture_nth(b, ACT_MESSAGE_EXIT, i)->kind, kinds[i]);
        ck_assert(act_pid_equal(fixture_nth(b, ACT_MESSAGE_EXIT, i)->sender, a));
    }
    ck_assert(fixture_lives(b));
    fixture_close();
}

static void a_normal_exit_from_another_is_nothing_to_one_that_does_not_trap(void)
{
    open_two();
    let_send(a, ACT_EXIT_NORMAL, NULL, b);
    let_send(a, ACT_EXIT_NORMAL, "with a text", b);
    ck_assert(fixture_lives(b));
    ck_assert_int_eq(act_system_exit_actor(fixture.system, b,
                                           act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL)),
                     ACT_OK);
    ck_assert(fixture_lives(b));
    fixture_close();
}

static void a_normal_exit_to_itself_ends_one_that_does_not_trap(void)
{
    open_two();
    let_send(a, ACT_EXIT_NORMAL, NULL, a);
    fixture_ended(a, ACT_EXIT_NORMAL);
    fixture_let(b, traps);
    let_send(b, ACT_EXIT_NORMAL, NULL, b);
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), 1);
    fixture_close();
}

static void kill_cannot_be_trapped_and_the_reason_is_killed(void)
{
    open_two();
    fixture_let(b, traps);
    fixture_let_about(a, monitors, b);
    let_send(a, ACT_EXIT_KILL, kit_round() % 2 ? "with a text" : NULL, b);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_KILLED);
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), 0);
    ck_assert_int_eq(fixture_count(b, TAG_TERMINATE), 0); /* it has no last word */
    fixture_close();
}

static void killed_through_a_link_can_be_trapped(void)
{
    open_two();
    act_pid c = fixture_spawn();
    fixture_let(b, traps);
    fixture_let_about(b, links, a);
    let_send(c, ACT_EXIT_KILL, NULL, a);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_KILLED);
    ck_assert(fixture_lives(b));
    fixture_close();
}

static void killed_through_a_link_ends_one_that_does_not_trap(void)
{
    open_two();
    act_pid c = fixture_spawn();
    fixture_let_about(b, links, a);
    let_send(c, ACT_EXIT_KILL, NULL, a);
    ck_assert(!fixture_lives(b));
    ck_assert_int_eq(fixture_count(b, TAG_TERMINATE), 0);
    fixture_close();
}

static void an_exit_to_the_dead_is_nothing(void)
{
    open_two();
    fixture_let(b, panics);
    let_send(a, ACT_EXIT_ERROR, "late", b);
    let_send(a, ACT_EXIT_KILL, NULL, b);
    let_send(a, ACT_EXIT_SHUTDOWN, NULL, b);
    let_send(a, ACT_EXIT_KILL, NULL, act_pid_none());
    let_send(a, ACT_EXIT_KILL, NULL, (act_pid){0, UINT64_MAX});
    let_send(a, ACT_EXIT_KILL, NULL, (act_pid){4, a.local});
    ck_assert(fixture_lives(a));
    fixture_close();
}

static void kills_itself(act_self *self)
{
    fixture_other = act_self_pid(self);
    reason = act_exit_reason_make(ACT_EXIT_KILL, 0, NULL);
    sends_exit(self);
    note_down(self, TAG_A);
}

static void a_kill_waits_for_the_handler_to_return(void)
{
    open_two();
    fixture_let(a, kills_itself);
    ck_assert_int_eq(fixture_count(a, TAG_A), 1);
    ck_assert(!fixture_lives(a));
    fixture_close();
}

static const action traps_first = traps;

static void spawns_a_child_that_traps(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &scripted, &traps_first, NULL), ACT_OK);
}

static void a_parents_shutdown_can_be_trapped(void)
{
    open_two();
    fixture_let(a, spawns_a_child_that_traps);
    let_send(a, ACT_EXIT_SHUTDOWN, NULL, b);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_SHUTDOWN);
    ck_assert(act_pid_equal(fixture_only(b, ACT_MESSAGE_EXIT)->sender, a));
    let_send(a, ACT_EXIT_SHUTDOWN, NULL, b);
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), 2);
    ck_assert(fixture_lives(b));
    fixture_close();
}

static void spawns_a_child(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &b, &scripted, NULL, NULL), ACT_OK);
}

static void a_parents_shutdown_ends_one_that_does_not_trap(void)
{
    open_two();
    fixture_let(a, spawns_a_child);
    let_send(a, ACT_EXIT_SHUTDOWN, NULL, b);
    fixture_ended(b, ACT_EXIT_SHUTDOWN);
    fixture_close();
}

static void spawns_and_shuts_down(act_self *self)
{
    spawns_a_child(self);
    reason = act_exit_reason_make(kit_round() % 2 ? ACT_EXIT_KILL : ACT_EXIT_SHUTDOWN, 0, NULL);
    ck_assert_int_eq(act_exit_other(self, b, reason), ACT_OK);
}

static void a_child_can_be_ended_before_its_init(void)
{
    open_two();
    fixture_let(a, spawns_and_shuts_down);
    ck_assert(!fixture_lives(b));
    ck_assert_int_eq(fixture_count(b, TAG_TERMINATE), 0);
    fixture_close();
}

static void spawns_one_that_ends_with_its_parent(act_self *self)
{
    ck_assert_int_eq(
        act_spawn_link(self, &b, &scripted, &traps_first,
                       ACT_SPAWN_OPTIONS(.lifecycle =
                                             ACT_LIFECYCLE_OPTIONS(.ends_with_parent = true))),
        ACT_OK);
}

static void one_that_ends_with_its_parent_cannot_trap_that(void)
{
    static const action ends[] = {exits_normally, panics, exits_with_an_error};
    open_two();
    fixture_let(a, spawns_one_that_ends_with_its_parent);
    act_pid c = fixture_spawn();
    fixture_let_about(b, links, c);
    fixture_let(c, panics); /* others it traps */
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), 1);
    fixture_let(a, ends[kit_round() % 3]);
    ck_assert(!fixture_lives(b));
    ck_assert_int_eq(fixture_only(b, TAG_TERMINATE)->kind, fixture_only(a, TAG_TERMINATE)->kind);
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), 1);
    fixture_close();
}

/* ----------------------------------------------------------------------------------- by a panic */

static void a_panic_is_told_with_its_file_and_line(void)
{
    open_two();
    fixture_let_about(b, monitors, a);
    fixture_let(a, panics);
    const struct note *down = fixture_only(b, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(down->kind, ACT_EXIT_PANIC);
    ck_assert_ptr_eq(strstr(down->text, "fixture.h:"), down->text);
    ck_assert_ptr_nonnull(strstr(down->text, ": out of order"));
    ck_assert_ptr_nonnull(strstr(fixture.log, down->text));
    ck_assert_uint_eq(fixture_counters().panicked, 1);
    fixture_ended(a, ACT_EXIT_PANIC); /* terminate runs after a panic */
    fixture_close();
}

static void panics_at_length(act_self *self)
{
    act_panic(self, "%0500d", 7);
}

static void a_panics_long_text_is_cut(void)
{
    open_two();
    fixture_let_about(b, monitors, a);
    fixture_let(a, panics_at_length);
    ck_assert_uint_eq(strlen(fixture_only(b, ACT_MESSAGE_DOWN)->text), ACT_EXIT_TEXT_MAX - 1);
    fixture_close();
}

static volatile int bottom; /* 0, which the compiler must not know */
static int          steps[16], steps_count;

static void step(int which)
{
    ck_assert_int_lt(steps_count, 16);
    steps[steps_count++] = which;
}

static void clean_int(int *which)
{
    step(*which);
}

static void goes_deep(act_self *self, int depth)
{
    int local __attribute__((cleanup(clean_int), unused)) = depth;
    if (depth == bottom)
        act_panic(self, "at the bottom");
    if (depth > 0)
        goes_deep(self, depth - 1);
    step(100); /* never */
}

static void panics_deep(act_self *self)
{
    steps_count = 0;
    goes_deep(self, 5);
}

static void cleanup_handlers_run_from_the_inside_out(void)
{
    open_two();
    fixture_let(a, panics_deep);
    ck_assert_int_eq(steps_count, 6);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(steps[i], i);
    fixture_close();
}

static void takes_and_panics(act_self *self)
{
    act_message *mine __attribute__((cleanup(act_message_free))) = act_take(self);
    act_message *sent __attribute__((cleanup(act_message_free))) = NULL;
    ck_assert_ptr_nonnull(mine);
    ck_assert_int_eq(act_message_create_value(&sent, TAG_A, act_int64(1)), ACT_OK);
    ck_assert_int_eq(act_send(self, b, &sent), ACT_OK);
    act_panic(self, "with a message in hand");
}

static void a_message_in_hand_is_freed_by_its_cleanup_handler(void)
{
    open_two();
    fixture_let(a, takes_and_panics);
    fixture_ended(a, ACT_EXIT_PANIC);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1);
    fixture_close(); /* looks for what is left */
}

static act_self *cleaning;

static void panics_again(int *which)
{
    step(*which);
    if (*which == 2)
        act_panic(cleaning, "again");
}

static void goes_deep_and_panics_again(act_self *self, int depth)
{
    int local __attribute__((cleanup(panics_again), unused)) = depth;
    if (depth == bottom)
        act_panic(self, "first");
    if (depth > 0)
        goes_deep_and_panics_again(self, depth - 1);
    step(100);
}

static void panics_while_panicking(act_self *self)
{
    steps_count = 0;
    cleaning = self;
    goes_deep_and_panics_again(self, 4);
}

static void a_panic_in_a_cleanup_handler_goes_on_with_the_others(void)
{
    open_two();
    fixture_let_about(b, monitors, a);
    fixture_let(a, panics_while_panicking);
    ck_assert_int_eq(steps_count, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(steps[i], i);
    ck_assert_ptr_nonnull(strstr(fixture_only(b, ACT_MESSAGE_DOWN)->text, "first"));
    ck_assert_uint_eq(fixture_counters().panicked, 1);
    fixture_close();
}

static const action panics_first = panics;

static void a_panic_in_init_ends_an_actor_without_its_terminate(void)
{
    open_two();
    act_pid c = fixture_spawn_as(&scripted, &panics_first, NULL);
    fixture_let_about(b, monitors, c); /* too late or not, there is a DOWN */
    ck_assert(!fixture_lives(c));
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_DOWN), 1);
    ck_assert_int_eq(fixture_count(c, TAG_TERMINATE), 0);
    fixture_close();
}

static void panics_at_the_end(act_self *self, void *state, act_exit_reason why)
{
    (void)state;
    (void)why;
    step(1);
    act_panic(self, "in terminate");
}

static const act_behavior bad_loser = {.name = "bad loser",
                                       .args_bytes = sizeof(action),
                                       .init = scripted_init,
                                       .receive = scripted_receive,
                                       .terminate = panics_at_the_end};

static void a_panic_in_terminate_becomes_the_reason(void)
{
    static const action ends[] = {exits_normally, panics, exits_with_an_error};
    open_two();
    steps_count = 0;
    act_pid c = fixture_spawn_as(&bad_loser, NULL, NULL);
    fixture_let_about(b, monitors, c);
    fixture_let(c, ends[kit_round() % 3]);
    ck_assert_int_eq(steps_count, 1);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_PANIC);
    ck_assert_ptr_nonnull(strstr(fixture_only(b, ACT_MESSAGE_DOWN)->text, "exit_test.c:"));
    ck_assert_ptr_nonnull(strstr(fixture_only(b, ACT_MESSAGE_DOWN)->text, "in terminate"));
    fixture_close();
}

static void exits_and_panics(act_self *self)
{
    exits_normally(self);
    panics(self);
}

static void a_panic_after_an_exit_becomes_the_reason(void)
{
    open_two();
    fixture_let(a, exits_and_panics);
    fixture_ended(a, ACT_EXIT_PANIC);
    fixture_close();
}

static void exits_with_a_text_and_panics(act_self *self)
{
    exits_with_an_error(self);
    panics(self);
}

static void a_panic_after_an_exit_with_a_text_keeps_its_own_text(void)
{
    open_two();
    fixture_let(a, exits_with_a_text_and_panics);
    fixture_ended(a, ACT_EXIT_PANIC);
    ck_assert_ptr_nonnull(strstr(fixture_only(a, TAG_TERMINATE)->text, "out of order"));
    fixture_close();
}

enum { CRASHES = 1000 };

static void a_crash_leaks_nothing(void)
{
    open_two();
    for (int i = 0; i < CRASHES; i++) {
        act_pid c = fixture_spawn();
        fixture_tell_to(c, i % 2 ? panics : panics_deep);
        act_system_tell_value(fixture.system, c, TAG_A, act_nothing());
        fixture_run();
    }
    ck_assert_uint_eq(fixture_counters().panicked, CRASHES);
    fixture_close();
}

/* ------------------------------------------------------------------------------------- clean-up */

static int numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

static void clean(void *number)
{
    step(*(int *)number);
}

static void defers(act_self *self)
{
    steps_count = 0;
    for (int i = 1; i <= 4; i++)
        ck_assert_int_eq(act_defer(self, clean, &numbers[i]), ACT_OK);
}

static void steps_at_the_end(act_self *self, void *state, act_exit_reason why)
{
    (void)self;
    (void)state;
    (void)why;
    step(9);
}

static const act_behavior tidy = {.name = "tidy",
                                  .args_bytes = sizeof(action),
                                  .init = scripted_init,
                                  .receive = scripted_receive,
                                  .terminate = steps_at_the_end};

static void deferred_clean_ups_run_after_terminate_last_first(void)
{
    static const int    expected[] = {9, 4, 3, 2, 1, 0};
    static const action ends[] = {exits_normally, panics, exits_with_an_error};
    act_on_end          on_end = {.run = clean, .context = &numbers[0]};
    open_two();
    act_pid c = fixture_spawn_as(
        &tidy, NULL, ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(.on_end = &on_end)));
    fixture_let(c, defers);
    fixture_let(c, ends[kit_round() % 3]);
    ck_assert_int_eq(steps_count, 6);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(steps[i], expected[i]);
    fixture_close();
}

static void deferred_clean_ups_run_when_killed(void)
{
    static const int expected[] = {4, 3, 2, 1};
    open_two();
    act_pid c = fixture_spawn_as(&tidy, NULL, NULL);
    fixture_let(c, defers);
    let_send(a, ACT_EXIT_KILL, NULL, c);
    ck_assert_int_eq(steps_count, 4);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(steps[i], expected[i]);
    fixture_close();
}

static void defers_and_panics(act_self *self)
{
    defers(self);
    panics(self);
}

static const action defers_and_panics_first = defers_and_panics;

static void deferred_clean_ups_run_when_init_fails(void)
{
    open_two();
    fixture_spawn_as(&tidy, &defers_and_panics_first, NULL);
    fixture_run();
    ck_assert_int_eq(steps_count, 4);
    fixture_close();
}

static int downs_seen;

static void looks_for_down(void *unused)
{
    (void)unused;
    downs_seen += fixture_count(b, ACT_MESSAGE_DOWN);
}

static void defers_a_look(act_self *self)
{
    ck_assert_int_eq(act_defer(self, looks_for_down, NULL), ACT_OK);
}

static void clean_ups_run_before_others_hear_of_the_end(void)
{
    downs_seen = 0;
    open_two();
    fixture_let_about(b, monitors, a);
    fixture_let(a, defers_a_look);
    fixture_let(a, panics);
    ck_assert_int_eq(downs_seen, 0);
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_DOWN), 1);
    fixture_close();
}

static void works_at_the_end(act_self *self, void *state, act_exit_reason why)
{
    (void)why;
    ck_assert_int_eq(*(int *)state, 7);
    act_tell_value(self, b, TAG_A, act_nothing());
    act_tell_value(self, act_self_pid(self), TAG_A, act_nothing()); /* a dead letter */
    ck_assert_ptr_nonnull(act_scratch(self, 100));
    ck_assert_ptr_nonnull(act_alloc(self, 100));
    ck_assert_ptr_null(act_take(self));
    ck_assert_int_eq(act_monitor(self, &fixture_ref, b), ACT_OK);
    ck_assert_int_eq(act_link(self, b), ACT_OK);
    ck_assert_int_eq(act_tell_after_value(self, &fixture_ref, b, TAG_C, act_nothing(), 1), ACT_OK);
    ck_assert_int_eq(act_defer(self, clean, &numbers[3]), ACT_OK);
    ck_assert_int_eq(act_register(self, "last words"), ACT_OK);
    ck_assert_int_eq(act_spawn(self, &fixture_other, &scripted, NULL, NULL), ACT_OK);
    act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 0, NULL)); /* too late to change it */
}

static act_result seven(act_self *self, void *state, const void *args)
{
    (void)self;
    (void)args;
    *(int *)state = 7;
    return ACT_OK;
}

static const act_behavior busy_to_the_end = {.name = "busy",
                                             .state_bytes = sizeof(int),
                                             .init = seven,
                                             .receive = scripted_receive,
                                             .terminate = works_at_the_end};

static void terminate_may_do_all_that_a_handler_may(void)
{
    act_pid none;
    open_two();
    steps_count = 0;
    fixture_let(b, traps);
    act_pid c = fixture_spawn_as(&busy_to_the_end, NULL, NULL);
    fixture_let(c, exits_normally);
    fixture_advance(10);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1);
    ck_assert_int_eq(fixture_count(b, TAG_C), 0); /* its timer ended with it */
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_NORMAL);
    ck_assert_int_eq(steps_count, 1);
    ck_assert_int_eq(act_whereis(fixture.system, &none, "last words"), ACT_NOT_FOUND);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    ck_assert(fixture_lives(fixture_other));
    fixture_close();
}

static void clean_ends_are_logged_only_when_asked_for(void)
{
    open_two();
    fixture_let(a, exits_normally);
    ck_assert_str_eq(fixture.log, "");
    fixture_let(b, exits_with_an_error);
    ck_assert_ptr_nonnull(strstr(fixture.log, "forty-two"));
    fixture_close();
    fixture_open_with(FIXTURE_OPTIONS(.log_normal_exits = true));
    a = fixture_spawn();
    fixture_let(a, exits_normally);
    ck_assert_ptr_nonnull(strstr(fixture.log, "normal"));
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(an_exit_takes_effect_when_the_handler_returns),
    FIXTURE_CASE(of_two_exits_the_first_wins),
    FIXTURE_CASE(to_exit_with_kill_is_to_be_killed),
    FIXTURE_CASE(a_long_text_is_cut),
    FIXTURE_CASE(an_actor_that_ends_handles_nothing_more),
    FIXTURE_CASE(a_sent_exit_ends_another),
    FIXTURE_CASE(a_sent_exit_is_trapped),
    FIXTURE_CASE(a_normal_exit_from_another_is_nothing_to_one_that_does_not_trap),
    FIXTURE_CASE(a_normal_exit_to_itself_ends_one_that_does_not_trap),
    FIXTURE_CASE(kill_cannot_be_trapped_and_the_reason_is_killed),
    FIXTURE_CASE(killed_through_a_link_can_be_trapped),
    FIXTURE_CASE(killed_through_a_link_ends_one_that_does_not_trap),
    FIXTURE_CASE(an_exit_to_the_dead_is_nothing),
    FIXTURE_CASE(a_kill_waits_for_the_handler_to_return),
    FIXTURE_CASE(a_parents_shutdown_can_be_trapped),
    FIXTURE_CASE(a_parents_shutdown_ends_one_that_does_not_trap),
    FIXTURE_CASE(a_child_can_be_ended_before_its_init),
    FIXTURE_CASE(one_that_ends_with_its_parent_cannot_trap_that),
    FIXTURE_CASE(a_panic_is_told_with_its_file_and_line),
    FIXTURE_CASE(a_panics_long_text_is_cut),
    FIXTURE_CASE(cleanup_handlers_run_from_the_inside_out),
    FIXTURE_CASE(a_message_in_hand_is_freed_by_its_cleanup_handler),
    FIXTURE_CASE(a_panic_in_a_cleanup_handler_goes_on_with_the_others),
    FIXTURE_CASE(a_panic_in_init_ends_an_actor_without_its_terminate),
    FIXTURE_CASE(a_panic_in_terminate_becomes_the_reason),
    FIXTURE_CASE(a_panic_after_an_exit_becomes_the_reason),
    FIXTURE_CASE(a_panic_after_an_exit_with_a_text_keeps_its_own_text),
    FIXTURE_CASE(a_crash_leaks_nothing),
    FIXTURE_CASE(deferred_clean_ups_run_after_terminate_last_first),
    FIXTURE_CASE(deferred_clean_ups_run_when_killed),
    FIXTURE_CASE(deferred_clean_ups_run_when_init_fails),
    FIXTURE_CASE(clean_ups_run_before_others_hear_of_the_end),
    FIXTURE_CASE(terminate_may_do_all_that_a_handler_may),
    FIXTURE_CASE(clean_ends_are_logged_only_when_asked_for),
    END_OF_CASES,
};
