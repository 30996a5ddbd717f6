/*
 * A record of the log as a line: for people, as logfmt, as JSON, or as a datagram of systemd's
 * journal. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/system/log_format.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <actor/process/cell.h>
#include <actor/scheduler/runner.h>
#include <actor/system/log_record.h>

enum style { STYLE_TEXT, STYLE_LOGFMT, STYLE_JSON };

/*
 * What is still to be written there fits, or is left out: `end` leaves room for what closes a line.
 */
struct line {
    char *at, *end;
};

enum { CLOSING_BYTES = 8 };

static const char *text_of_level(uint16_t level)
{
    switch (level) {
    case ACT_LOG_ERROR: return "error";
    case ACT_LOG_WARNING: return "warning";
    case ACT_LOG_DEBUG: return "debug";
    default: return "info";
    }
}

static void put(struct line *line, const char *bytes, size_t count)
{
    if (count > (size_t)(line->end - line->at)) {
        line->end = line->at; /* what follows would be out of its place */
        return;
    }
    memcpy(line->at, bytes, count);
    line->at += count;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static ACT_PRINTF(2, 3) void put_formatted(struct line *line, const char *format, ...)
{
    char    text[64];
    va_list values;
    va_start(values, format);
    int bytes = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (bytes > 0)
        put(line, text, (size_t)bytes < sizeof text ? (size_t)bytes : sizeof text - 1);
}

/* ------------------------------------------------------------------------------------- escaping */

/*
 * The bytes of the UTF-8 character that begins at `text`, and its code; 0: none does. Reads up to
 * the NUL only.
 */
static unsigned decode(const char *text, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800,
                                     0x10000}; /* shorter would have done: not UTF-8 */
    const unsigned char  *bytes = (const unsigned char *)text;
    unsigned              count = bytes[0] < 0x80   ? 1
                                  : bytes[0] < 0xc0 ? 0
                                  : bytes[0] < 0xe0 ? 2
                                  : bytes[0] < 0xf0 ? 3
                                  : bytes[0] < 0xf8 ? 4
                                                    : 0;
    if (count < 2) {
        *code = bytes[0];
        return count;
    }
    *code = bytes[0] & (0x7fu >> count);
    for (unsigned i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (bytes[i] & 0x3f);
    }
    bool is_surrogate = *code >= 0xd800 && *code < 0xe000;
    return *code >= least[count] && !is_surrogate && *code < 0x110000 ? count : 0;
}

/* Would end a line, or do something else to a terminal, for some reader. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

static void put_control(struct line *line, enum style style, uint32_t code)
{
    const char *short_form = code == '\n'   ? "\\n"
                             : code == '\t' ? "\\t"
                             : code == '\r' ? "\\r"
                                            : NULL;
    if (short_form != NULL)
        put_text(line, short_form);
    else if (style == STYLE_JSON || code > 0xff)
        put_formatted(line, "\\u%04x", (unsigned)code);
    else
        put_formatted(line, "\\x%02x", (unsigned)code);
}

static void put_escaped(struct line *line, enum style style, const char *text)
{
    while (*text != '\0') {
        uint32_t code;
        unsigned count = decode(text, &code);
        if (count == 0 && style == STYLE_JSON)
            put_text(line, "\\ufffd");
        else if (count == 0)
            put_formatted(line, "\\x%02x", (unsigned)(unsigned char)*text);
        else if (is_control(code))
            put_control(line, style, code);
        else if (style != STYLE_TEXT && (code == '"' || code == '\\'))
            put_formatted(line, "\\%c", (char)code);
        else
            put(line, text, count);
        text += count != 0 ? count : 1;
    }
}

/* --------------------------------------------------------------------------------------- fields */

struct date {
    long long year;
    int       month, day;
};

/* By the Gregorian calendar; its years here begin in March, so that the odd day is their last. */
static struct date date_of(int64_t days)
{
    enum { DAYS_OF_400_YEARS = 146097, DAYS_TO_1970 = 719468 };
    days += DAYS_TO_1970; /* since the first of March of the year 0 */
    int64_t era = days / DAYS_OF_400_YEARS;
    int     day = (int)(days % DAYS_OF_400_YEARS);
    int     year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int month = (5 * day + 2) / 153; /* from March: 31, 30, 31, 30, 31 days, and so on */
    return (struct date){era * 400 + year + (month >= 10), month < 10 ? month + 3 : month - 9,
                         day - (153 * month + 2) / 5 + 1};
}

/* Neither locale nor time zone has a say in it, and no lock of the C library's. */
static void put_time(struct line *line, int64_t at)
{
    int64_t     seconds = at > 0 ? at / 1000000 : 0;
    struct date date = date_of(seconds / 86400);
    int         second = (int)(seconds % 86400);
    put_formatted(line, "%04lld-%02d-%02dT%02d:%02d:%02d.%06dZ", date.year, date.month, date.day,
                  second / 3600, second / 60 % 60, second % 60, at > 0 ? (int)(at % 1000000) : 0);
}

static void put_pid(struct line *line, uint64_t local)
{
    char text[ACT_PID_TEXT_MAX];
    act_pid_text(text, sizeof text, act__pid_of(local));
    put_text(line, text);
}

/* ---------------------------------------------------------------------------------------- lines */

/* As act__actor_text, and what is between it and the text. */
static void put_actor(struct line *line, const struct act__log_record *record)
{
    put_escaped(line, STYLE_TEXT, record->behavior);
    if (record->actor[0] != '\0') {
        put_text(line, " \"");
        put_escaped(line, STYLE_LOGFMT, record->actor);
        put_text(line, "\"");
    }
    put_text(line, " ");
    put_pid(line, record->local);
    put_text(line, record->is_about ? " " : ": ");
}

static void put_as_text(struct line *line, const struct act__log_record *record)
{
    put_time(line, record->at);
    put_formatted(line, " %s ", text_of_level(record->level));
    if (record->worker != ACT__NO_WORKER)
        put_formatted(line, "%u ", (unsigned)record->worker);
    else
        put_text(line, "- ");
    if (record->local != 0)
        put_actor(line, record);
    else
        put_text(line, "-: ");
    put_escaped(line, STYLE_TEXT, record->text);
}

static void put_logfmt_text(struct line *line, const char *key, const char *text)
{
    if (text[0] == '\0')
        return;
    put_formatted(line, " %s=\"", key);
    put_escaped(line, STYLE_LOGFMT, text);
    put_text(line, "\"");
}

static void put_as_logfmt(struct line *line, const struct act__log_record *record)
{
    put_text(line, "time=");
    put_time(line, record->at);
    put_formatted(line, " level=%s", text_of_level(record->level));
    if (record->worker != ACT__NO_WORKER)
        put_formatted(line, " worker=%u", (unsigned)record->worker);
    if (record->local != 0) {
        put_text(line, " pid=");
        put_pid(line, record->local);
    }
    put_logfmt_text(line, "actor", record->actor);
    put_logfmt_text(line, "behavior", record->behavior);
    put_text(line, " text=\"");
    put_escaped(line, STYLE_LOGFMT, record->text);
    line->end += CLOSING_BYTES;
    put_text(line, "\"");
}

static void put_json_text(struct line *line, const char *key, const char *text)
{
    if (text[0] == '\0')
        return;
    put_formatted(line, ",\"%s\":\"", key);
    put_escaped(line, STYLE_JSON, text);
    put_text(line, "\"");
}

static void put_as_json(struct line *line, const struct act__log_record *record)
{
    put_text(line, "{\"time\":\"");
    put_time(line, record->at);
    put_formatted(line, "\",\"level\":\"%s\"", text_of_level(record->level));
    if (record->worker != ACT__NO_WORKER)
        put_formatted(line, ",\"worker\":%u", (unsigned)record->worker);
    if (record->local != 0) {
        put_text(line, ",\"pid\":\"");
        put_pid(line, record->local);
        put_text(line, "\"");
    }
    put_json_text(line, "actor", record->actor);
    put_json_text(line, "behavior", record->behavior);
    put_text(line, ",\"text\":\"");
    put_escaped(line, STYLE_JSON, record->text);
    line->end += CLOSING_BYTES;
    put_text(line, "\"}");
}

static void put_journal_text(struct line *line, const char *key, const char *text)
{
    if (text[0] == '\0')
        return;
    put_text(line, key);
    put_escaped(line, STYLE_TEXT, text);
    put_text(line, "\n");
}

/*
 * One NAME=value a line: no value has a newline, as it is escaped. The message comes last: it may
 * be cut.
 */
static void put_as_journal(struct line *line, const struct act__log_record *record)
{
    put_formatted(line, "PRIORITY=%u\n", (unsigned)record->level);
    put_journal_text(line, "SYSLOG_IDENTIFIER=", program_invocation_short_name);
    put_text(line, "ACT_TIME=");
    put_time(line, record->at);
    put_text(line, "\n");
    if (record->worker != ACT__NO_WORKER)
        put_formatted(line, "ACT_WORKER=%u\n", (unsigned)record->worker);
    put_journal_text(line, "ACT_ACTOR=", record->actor);
    put_journal_text(line, "ACT_BEHAVIOR=", record->behavior);
    if (record->local != 0) {
        put_text(line, "ACT_PID=");
        put_pid(line, record->local);
        put_text(line, "\n");
    }
    put_text(line, "MESSAGE=");
    if (record->local != 0)
        put_actor(line, record);
    put_escaped(line, STYLE_TEXT, record->text);
}

size_t act__log_line(char bytes[ACT__LOG_LINE_MAX], const struct act__log_record *record,
                     act_log_format format)
{
    struct line line = {bytes, bytes + ACT__LOG_LINE_MAX - 2 * CLOSING_BYTES};
    if (format == ACT_LOG_FORMAT_JSON)
        put_as_json(&line, record);
    else if (format == ACT_LOG_FORMAT_LOGFMT)
        put_as_logfmt(&line, record);
    else if (format == ACT_LOG_FORMAT_JOURNAL)
        put_as_journal(&line, record);
    else
        put_as_text(&line, record);
    line.end += CLOSING_BYTES;
    put_text(&line, "\n");
    return (size_t)(line.at - bytes);
}
