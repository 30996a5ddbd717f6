/*
 * The log: what a record looks like, and that neither its reader nor its disk can hold up an actor.
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <actor/lifecycle.h>
#include <actor/process/actor_text.h>
#include <actor/system/log_format.h>
#include <actor/system/log_record.h>
#include <actor/system/log_ring.h>
#include <actor/system/log_sink.h>
#include <actor/system/system_record.h>
#include <test/actor/fixture.h>

/* ---------------------------------------------------------------------------------------- lines */

static char line[ACT__LOG_LINE_MAX + 1];

/* A record of an actor at a known time; text may have any bytes. */
static struct act__log_record sample(const char *actor, const char *text)
{
    struct act__log_record record = {.at = INT64_C(1709210096123456),
                                     .local = UINT64_C(3) << ACT__SLOT_BITS | 5};
    record.worker = 2;
    record.level = ACT_LOG_WARNING;
    snprintf(record.actor, sizeof record.actor, "%s", actor);
    strcpy(record.behavior, "divider");
    snprintf(record.text, sizeof record.text, "%s", text);
    record.text_bytes = (uint16_t)strlen(record.text);
    return record;
}

static const char *line_of(const struct act__log_record *record, act_log_format format)
{
    size_t count = act__log_line(line, record, format);
    ck_assert_uint_le(count, ACT__LOG_LINE_MAX);
    ck_assert_int_eq(line[count - 1], '\n');
    line[count] = '\0';
    return line;
}

static const char *text_line(const char *actor, const char *text, act_log_format format)
{
    struct act__log_record record = sample(actor, text);
    return line_of(&record, format);
}

static void a_line_has_time_level_worker_pid_actor_and_text(void)
{
    ck_assert_str_eq(text_line("db", "it's late", ACT_LOG_FORMAT_TEXT),
                     "2024-02-29T12:34:56.123456Z warning 2 divider \"db\" <0.5.3>: it's late\n");
    ck_assert_str_eq(text_line("", "late", ACT_LOG_FORMAT_TEXT),
                     "2024-02-29T12:34:56.123456Z warning 2 divider <0.5.3>: late\n");
    ck_assert_str_eq(
        text_line("db", "late", ACT_LOG_FORMAT_LOGFMT),
        "time=2024-02-29T12:34:56.123456Z level=warning worker=2 pid=<0.5.3> actor=\"db\" "
        "behavior=\"divider\" "
        "text=\"late\"\n");
    ck_assert_str_eq(text_line("db", "late", ACT_LOG_FORMAT_JSON),
                     "{\"time\":\"2024-02-29T12:34:56.123456Z\",\"level\":\"warning\",\"worker\":2,"
                     "\"pid\":\"<0.5.3>\","
                     "\"actor\":\"db\",\"behavior\":\"divider\",\"text\":\"late\"}\n");
}

static void what_is_said_of_an_actor_goes_on_behind_its_pid(void)
{
    struct act__log_record record = sample("a\"b", "ended: killed");
    record.is_about = true;
    ck_assert_str_eq(line_of(&record, ACT_LOG_FORMAT_TEXT),
                     "2024-02-29T12:34:56.123456Z warning 2 divider \"a\\\"b\" <0.5.3> "
                     "ended: killed\n");
    ck_assert_ptr_nonnull(strstr(line_of(&record, ACT_LOG_FORMAT_JOURNAL),
                                 "\nACT_PID=<0.5.3>\n"
                                 "MESSAGE=divider \"a\\\"b\" <0.5.3> ended: killed\n"));
    ck_assert_ptr_nonnull(strstr(line_of(&record, ACT_LOG_FORMAT_LOGFMT),
                                 " pid=<0.5.3> actor=\"a\\\"b\" behavior=\"divider\" "
                                 "text=\"ended: killed\"\n"));
}

static void an_actors_text_has_room(void)
{
    char text[ACT__ACTOR_TEXT_MAX], name[2 * ACT_NAME_MAX];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    ck_assert_uint_lt(act__actor_text(text, UINT64_MAX, name, name), sizeof text);
    ck_assert_str_eq(strrchr(text, ' '), " <0.134217727.137438953471>");
    ck_assert_uint_eq(act__actor_text(text, 1, "worker", ""), 14);
    ck_assert_str_eq(text, "worker <0.1.0>");
    ck_assert_uint_eq(act__actor_text(text, 1, "worker", "room/7"), 23);
    ck_assert_str_eq(text, "worker \"room/7\" <0.1.0>");
}

static void what_is_not_known_is_left_out(void)
{
    struct act__log_record record = sample("", "");
    record.local = 0;
    record.worker = ACT__NO_WORKER;
    record.behavior[0] = '\0';
    record.level = ACT_LOG_DEBUG;
    ck_assert_str_eq(line_of(&record, ACT_LOG_FORMAT_TEXT),
                     "2024-02-29T12:34:56.123456Z debug - -: \n");
    ck_assert_str_eq(line_of(&record, ACT_LOG_FORMAT_LOGFMT),
                     "time=2024-02-29T12:34:56.123456Z level=debug text=\"\"\n");
    ck_assert_str_eq(
        line_of(&record, ACT_LOG_FORMAT_JSON),
        "{\"time\":\"2024-02-29T12:34:56.123456Z\",\"level\":\"debug\",\"text\":\"\"}\n");
}

static void dates_are_right_over_centuries(void)
{
    static const struct {
        int64_t     seconds;
        const char *text;
    } dates[] = {
        {0, "1970-01-01T00:00:00"},
        {951782399, "2000-02-28T23:59:59"},
        {951782400, "2000-02-29T00:00:00"},
        {951868800, "2000-03-01T00:00:00"},
        {1735689599, "2024-12-31T23:59:59"},
        {1735689600, "2025-01-01T00:00:00"},
        {4107542400, "2100-03-01T00:00:00"},
        {4107542399, "2100-02-28T23:59:59"},
        {253402300799, "9999-12-31T23:59:59"},
    };
    struct act__log_record record = sample("", "");
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        record.at = dates[i].seconds * 1000000;
        ck_assert_int_eq(strncmp(line_of(&record, ACT_LOG_FORMAT_TEXT), dates[i].text, 19), 0);
    }
}

static void a_text_cannot_end_its_line_or_leave_its_quotes(void)
{
    const char *evil =
        "a\nb\r\t\x1b[2J\"\\\x7f\xc2\x85\xe2\x80\xa8\xff\xed\xa0\x80 \xc3\xa4\xf0\x9f\x98\x80";
    ck_assert_ptr_nonnull(strstr(text_line(evil, evil, ACT_LOG_FORMAT_TEXT),
                                 ": a\\nb\\r\\t\\x1b[2J\"\\\\x7f\\x85\\u2028\\xff\\xed\\xa0\\x80 "
                                 "\xc3\xa4\xf0\x9f\x98\x80\n"));
    ck_assert_ptr_nonnull(strstr(
        text_line(evil, evil, ACT_LOG_FORMAT_LOGFMT),
        " text=\"a\\nb\\r\\t\\x1b[2J\\\"\\\\\\x7f\\x85\\u2028\\xff\\xed\\xa0\\x80 \xc3\xa4\xf0\x9f"
        "\x98\x80\"\n"));
    ck_assert_ptr_nonnull(strstr(
        text_line(evil, evil, ACT_LOG_FORMAT_JSON),
        "\"text\":\"a\\nb\\r\\t\\u001b[2J\\\"\\\\\\u007f\\u0085\\u2028\\ufffd\\ufffd\\ufffd\\ufffd "
        "\xc3\xa4\xf0\x9f\x98\x80\"}\n"));
    for (int format = ACT_LOG_FORMAT_TEXT; format <= ACT_LOG_FORMAT_JSON; format++)
        ck_assert_ptr_eq(strchr(text_line(evil, evil, (act_log_format)format), '\n'),
                         line + strlen(line) - 1);
}

/* Every byte is four or six in a line; what does not fit is left out, and the line still closed. */
static void the_longest_line_is_whole(void)
{
    char text[ACT_LOG_TEXT_MAX];
    memset(text, 1, sizeof text);
    text[sizeof text - 1] = '\0';
    const char *json = text_line(text, text, ACT_LOG_FORMAT_JSON);
    ck_assert_uint_gt(strlen(json), ACT__LOG_LINE_MAX - 32);
    ck_assert_str_eq(json + strlen(json) - 9, "\\u0001\"}\n");
    const char *logfmt = text_line(text, text, ACT_LOG_FORMAT_LOGFMT);
    ck_assert_str_eq(logfmt + strlen(logfmt) - 6, "\\x01\"\n");
    ck_assert_int_eq(strncmp(text_line(text, text, ACT_LOG_FORMAT_JOURNAL), "PRIORITY=4\n", 11), 0);
}

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
    TEST_CASE(a_line_has_time_level_worker_pid_actor_and_text),
    TEST_CASE(what_is_said_of_an_actor_goes_on_behind_its_pid),
    TEST_CASE(an_actors_text_has_room),
    TEST_CASE(what_is_not_known_is_left_out),
    TEST_CASE(dates_are_right_over_centuries),
    TEST_CASE(a_text_cannot_end_its_line_or_leave_its_quotes),
    TEST_CASE(the_longest_line_is_whole),
    TEST_CASE(an_actors_record_has_its_name_and_virtual_time),
    TEST_CASE(what_is_less_urgent_is_passed_over),
    TEST_CASE(an_actor_that_panics_is_logged_with_its_label),
    TEST_CASE(a_log_function_gets_texts_that_begin_with_the_actor),
    TEST_CASE(a_long_text_is_cut_and_says_so),
    TEST_CASE(a_simulation_outlives_its_reader),
    TEST_CASE(odd_options_are_refused),
    END_OF_CASES,
};
