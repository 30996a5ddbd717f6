/* A record of the log as a line of each format, which nothing in it can end. */
/* SPDX-License-Identifier: MIT */
#include <actor/system/log_format.h>

#include <stdio.h>
#include <string.h>

#include <actor/process/cell.h>
#include <actor/scheduler/runner.h>
#include <test/kit/kit.h>

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

const struct kit_case kit_cases[] = {
    TEST_CASE(a_line_has_time_level_worker_pid_actor_and_text),
    TEST_CASE(what_is_said_of_an_actor_goes_on_behind_its_pid),
    TEST_CASE(what_is_not_known_is_left_out),
    TEST_CASE(dates_are_right_over_centuries),
    TEST_CASE(a_text_cannot_end_its_line_or_leave_its_quotes),
    TEST_CASE(the_longest_line_is_whole),
    END_OF_CASES,
};
