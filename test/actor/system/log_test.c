/* The log of actors: what is told, of which of them, and how much of it. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <actor/lifecycle.h>
#include <test/actor/fixture.h>

/* ------------------------------------------------------------------------------ in a simulation */

/* A pipe; the simulation's log goes into it. */
static int ends[2];

static void open_piped(act_log_format format, act_log_level level)
{
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    fixture_open_with(ACT_SYSTEM_OPTIONS(.log_descriptor = ends[1], .log_format = format,
                                         .log_level = level, .dead_letter = fixture_dead_letter));
}

static char heard[1 << 16];

/* All that is in the pipe. */
static const char *read_piped(void)
{
    ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    ssize_t count = read(ends[0], heard, sizeof heard - 1);
    heard[count > 0 ? count : 0] = '\0';
    return heard;
}

static void close_piped(void)
{
    fixture_close();
    close(ends[0]);
    close(ends[1]);
}

static void say_all(act_self *self)
{
    errno = EDOM;
    act_log(self, ACT_LOG_DEBUG, "debug %d", 1);
    act_log(self, ACT_LOG_INFO, "info %d", 2);
    act_log(self, ACT_LOG_WARNING, "warning %d", 3);
    act_log(self, ACT_LOG_ERROR, "error %d", 4);
    ck_assert_int_eq(errno, EDOM);
}

static void an_actors_record_has_its_name_and_virtual_time(void)
{
    act_pid pid;
    open_piped(ACT_LOG_FORMAT_TEXT, 0);
    fixture_advance(1500);
    action first = say_all;
    ck_assert_int_eq(act_system_spawn(fixture.system, &pid, &scripted, &first,
                                      ACT_SPAWN_OPTIONS(.name = "speaker")),
                     ACT_OK);
    fixture_run();
    ck_assert_str_eq(
        read_piped(),
        "1970-01-01T00:00:01.500000Z info 0 scripted \"speaker\" <0.1.1>: info 2\n"
        "1970-01-01T00:00:01.500000Z warning 0 scripted \"speaker\" <0.1.1>: warning 3\n"
        "1970-01-01T00:00:01.500000Z error 0 scripted \"speaker\" <0.1.1>: error 4\n");
    act_system_log(fixture.system, ACT_LOG_INFO, "%s", "from outside");
    ck_assert_str_eq(read_piped(), "1970-01-01T00:00:01.500000Z info - -: from outside\n");
    close_piped();
}

static void what_is_less_urgent_is_passed_over(void)
{
    act_pid pid;
    open_piped(ACT_LOG_FORMAT_TEXT, ACT_LOG_ERROR);
    action first = say_all;
    ck_assert_int_eq(act_system_spawn(fixture.system, &pid, &scripted, &first, NULL), ACT_OK);
    fixture_run();
    ck_assert_str_eq(read_piped(),
                     "1970-01-01T00:00:00.000000Z error 0 scripted <0.1.1>: error 4\n");
    close_piped();
    open_piped(ACT_LOG_FORMAT_TEXT, ACT_LOG_DEBUG);
    ck_assert_int_eq(act_system_spawn(fixture.system, &pid, &scripted, &first, NULL), ACT_OK);
    fixture_run();
    ck_assert_int_eq(strncmp(read_piped(),
                             "1970-01-01T00:00:00.000000Z debug 0 scripted <0.1.1>: debug 1\n", 60),
                     0);
    close_piped();
}

static void fails(act_self *self)
{
    act_panic(self, "out of luck");
}

static void an_actor_that_panics_is_logged_with_its_label(void)
{
    act_pid    pid;
    action     first = fails;
    act_on_end on_end = {.run = free, .label = "luck"}; /* of no memory: nothing is to be done */
    open_piped(ACT_LOG_FORMAT_LOGFMT, 0);
    ck_assert_int_eq(
        act_system_spawn(fixture.system, &pid, &scripted, &first,
                         ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(.on_end = &on_end))),
        ACT_OK);
    fixture_run();
    ck_assert_ptr_nonnull(strstr(
        read_piped(), "level=error worker=0 pid=<0.1.1> actor=\"luck\" behavior=\"scripted\" "
                      "text=\"ended: panic: log_test.c:"));
    ck_assert_int_eq(act_system_spawn(fixture.system, &pid, &scripted, &first, NULL), ACT_OK);
    fixture_run();
    ck_assert_ptr_null(strstr(read_piped(), "actor=")); /* the label was the other's */
    close_piped();
}

static void a_log_function_gets_texts_that_begin_with_the_actor(void)
{
    act_pid    pid;
    action     first = fails;
    act_on_end on_end = {.run = free, .label = "luck"};
    fixture_open();
    ck_assert_int_eq(
        act_system_spawn(fixture.system, &pid, &scripted, &first,
                         ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(.on_end = &on_end))),
        ACT_OK);
    fixture_run();
    const char *start = "scripted \"luck\" <0.1.1> ended: panic: log_test.c:";
    ck_assert_int_eq(strncmp(fixture.log, start, strlen(start)), 0);
    fixture.log[0] = '\0';
    first = say_all;
    ck_assert_int_eq(act_system_spawn(fixture.system, &pid, &scripted, &first, NULL), ACT_OK);
    fixture_run();
    ck_assert_str_eq(
        fixture.log,
        "scripted <0.2.1>: info 2\nscripted <0.2.1>: warning 3\nscripted <0.2.1>: error 4\n");
    act_system_log(fixture.system, ACT_LOG_INFO, "all %d", 5);
    ck_assert_ptr_nonnull(strstr(fixture.log, "\nall 5\n"));
    ck_assert_int_eq(act_log_flush(fixture.system, ACT_FOREVER), ACT_OK);
    fixture_close();
}

static void a_long_text_is_cut_and_says_so(void)
{
    char text[2 * ACT_LOG_TEXT_MAX];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    open_piped(ACT_LOG_FORMAT_TEXT, 0);
    act_system_log(fixture.system, ACT_LOG_INFO, "%s", text);
    size_t count = strlen(read_piped());
    ck_assert_uint_eq(count, strlen("1970-01-01T00:00:00.000000Z info - -: ") + ACT_LOG_TEXT_MAX);
    ck_assert_str_eq(heard + count - 5, "x...\n");
    close_piped();
}

static void a_simulation_outlives_its_reader(void)
{
    open_piped(ACT_LOG_FORMAT_TEXT, 0);
    close(ends[0]);
    act_system_log(fixture.system, ACT_LOG_INFO, "to nothing");
    ck_assert_uint_eq(fixture_counters().log_lost, 1);
    ends[0] = -1;
    close_piped();
}

static void odd_options_are_refused(void)
{
    act_system *system = NULL;
    ck_assert_int_eq(act_system_create(&system, ACT_SYSTEM_OPTIONS(.log_level = (act_log_level)2)),
                     ACT_INVALID);
    ck_assert_int_eq(act_system_create(&system, ACT_SYSTEM_OPTIONS(.log_level = (act_log_level)8)),
                     ACT_INVALID);
    ck_assert_int_eq(act_system_create(&system,
                                       ACT_SYSTEM_OPTIONS(.log_format = (act_log_format)5)),
                     ACT_INVALID);
    ck_assert_int_eq(act_system_create(&system, ACT_SYSTEM_OPTIONS(.log_descriptor = 1000)),
                     ACT_INVALID);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    ck_assert_int_eq(act_system_create(&system, ACT_SYSTEM_OPTIONS(.log_descriptor = ends[0])),
                     ACT_INVALID);
    close(ends[0]);
    close(ends[1]);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(an_actors_record_has_its_name_and_virtual_time),
    TEST_CASE(what_is_less_urgent_is_passed_over),
    TEST_CASE(an_actor_that_panics_is_logged_with_its_label),
    TEST_CASE(a_log_function_gets_texts_that_begin_with_the_actor),
    TEST_CASE(a_long_text_is_cut_and_says_so),
    TEST_CASE(a_simulation_outlives_its_reader),
    TEST_CASE(odd_options_are_refused),
    END_OF_CASES,
};
