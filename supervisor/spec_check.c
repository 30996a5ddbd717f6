/*
 * Names the field and the child of the first thing wrong with a specification; touches nothing.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <supervisor/spec_check.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mailbox/base/number.h>
#include <supervisor/memory.h>
#include <supervisor/record.h>
#include <supervisor/tcp_listener.h>

/* Deeper trees than this are taken for one that contains itself. */
#define DEPTH_MAX 64

/* Of a period or a shutdown. */
#define MILLIS_MAX ((act_millis)1 << 40)

/* Of a struct that is a newer program's; see mailbox/base/types.h. */
#define NOT_KNOWN "sets something that this version of act does not know (act_reserved)"

/* Where the complaint goes: behind the names of those it is about, see about(). */
struct report {
    char  *text;
    size_t text_bytes;
    size_t used_bytes;
};

ACT_PRINTF(2, 0) static void add(struct report *report, const char *format, va_list arguments)
{
    if (report->used_bytes + 1 >= report->text_bytes)
        return;
    int wanted = vsnprintf(report->text + report->used_bytes,
                           report->text_bytes - report->used_bytes, format, arguments);
    if (wanted > 0)
        report->used_bytes += (size_t)wanted;
}

/* Always false, so that a check can end with it. */
ACT_PRINTF(2, 3) static bool complain(struct report *report, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(report, format, arguments);
    va_end(arguments);
    return false;
}

/* Said before the complaint, and taken back if there is none. */
ACT_PRINTF(2, 3) static size_t about(struct report *report, const char *format, ...)
{
    size_t  before = report->used_bytes;
    va_list arguments;

    va_start(arguments, format);
    add(report, format, arguments);
    va_end(arguments);
    return before;
}

static bool end_about(struct report *report, size_t before, bool good)
{
    if (good) {
        report->used_bytes = before;
        if (before < report->text_bytes)
            report->text[before] = '\0';
    }
    return good;
}

static bool check_tree(const act_supervisor_spec *spec, struct report *report, unsigned depth);

/* ------------------------------------------------------------------------------------ one child */

static bool check_id(const char *id, struct report *report)
{
    if (id == NULL)
        return complain(report, "id is NULL");
    size_t length = strnlen(id, ACT_CHILD_ID_MAX);
    if (length == 0)
        return complain(report, "id is empty");
    if (length == ACT_CHILD_ID_MAX)
        return complain(report, "id is longer than %d bytes", ACT_CHILD_ID_MAX - 1);
    return true;
}

static bool check_behavior(const act_behavior *behavior, struct report *report)
{
    if (behavior == NULL)
        return complain(report, "behavior is NULL");
    if (behavior->name == NULL)
        return complain(report, "behavior has no name");
    if (behavior->receive == NULL)
        return complain(report, "behavior \"%s\" has no receive", behavior->name);
    if (!ACT__IS_KNOWN(behavior))
        return complain(report, "behavior \"%s\" " NOT_KNOWN, behavior->name);
    return true;
}

static bool check_rules(const act_child_spec *spec, struct report *report)
{
    if (!ACT__IS_KNOWN(spec))
        return complain(report, NOT_KNOWN);
    if ((unsigned)spec->restart > ACT_RESTART_TEMPORARY)
        return complain(report, "restart is %d, which is none of permanent, transient, temporary",
                        (int)spec->restart);
    if ((unsigned)spec->type > ACT_CHILD_SUPERVISOR)
        return complain(report, "type is %d, which is neither worker nor supervisor",
                        (int)spec->type);
    if (spec->significant && spec->restart == ACT_RESTART_PERMANENT)
        return complain(report, "significant, but permanent, which never ends for good");
    if (spec->shutdown < ACT_SHUTDOWN_KILL || spec->shutdown > MILLIS_MAX)
        return complain(
            report,
            "shutdown is %lld ms, which is no time from 1 ms to 2^40 ms and no ACT_SHUTDOWN_ value",
            (long long)spec->shutdown);
    return true;
}

static bool check_mailbox(const act_child_spec *spec, struct report *report)
{
    bool redelivers = spec->mailbox == ACT_MAILBOX_REDELIVER;
    if ((unsigned)spec->mailbox > ACT_MAILBOX_REDELIVER)
        return complain(report, "mailbox is %d, which is none of keep, drop, redeliver",
                        (int)spec->mailbox);
    if (redelivers && spec->behavior == &act__supervisor_behavior)
        return complain(report,
                        "mailbox is redeliver, but a supervisor comes back with an empty inbox");
    if (redelivers != (spec->redeliver_max != 0) || spec->redeliver_max > ACT_REDELIVER_MAX)
        return complain(report, "redeliver_max is %u, which is %s", (unsigned)spec->redeliver_max,
                        redelivers ? "not from 1 to a million"
                                   : "not 0, but mailbox is not redeliver");
    return true;
}

static bool check_task(const act_child_spec *spec, struct report *report)
{
    if (spec->behavior != &act__task_behavior)
        return true;
    if (spec->restart != ACT_RESTART_TEMPORARY)
        return complain(report, "restart is not temporary, but a task runs once");
    return spec->args == NULL ||
           complain(report, "args is set, but what a task is given comes from act_task_run");
}

static bool check_tcp_listener(const act_child_spec *spec, struct report *report)
{
    char text[200];
    if (spec->behavior != &act__tcp_listener ||
        act_tcp_server_check(*(act_tcp_server *const *)spec->args, text, sizeof text) == ACT_OK)
        return true;
    return complain(report, "%s", text);
}

static bool check_name(const char *name, struct report *report)
{
    if (name == NULL)
        return true;
    size_t length = strnlen(name, ACT_NAME_MAX);
    if (length == 0)
        return complain(report, "options.name is empty");
    if (length == ACT_NAME_MAX)
        return complain(report, "options.name is longer than %d bytes", ACT_NAME_MAX - 1);
    return true;
}

/* `ours` is set to what was read of them. */
static bool check_options(const act_spawn_options *options, struct act__spawn_options *ours,
                          struct report *report)
{
    if (!act__spawn_options_read(ours, options))
        return complain(report,
                        "options.size is %zu, which is none, or an option is set that this version "
                        "of act does not know; use ACT_SPAWN_OPTIONS",
                        options->size);
    if ((unsigned)ours->spawn.inbox_policy > ACT_INBOX_DROP_OLDEST)
        return complain(report, "options.inbox_policy is %d, which is no act_inbox_policy",
                        (int)ours->spawn.inbox_policy);
    if (ours->spawn.blocking && ours->spawn.worker != 0)
        return complain(report, "options.blocking and options.worker exclude each other");
    if (ours->lifecycle.on_end != NULL)
        return complain(
            report, "options.lifecycle.on_end is set, which is the supervisor's; use args_release");
    return check_name(ours->spawn.name, report);
}

static bool check_kept(const act_child_spec *spec, struct report *report)
{
    if (spec->kept_bytes == 0 && spec->kept_release != NULL)
        return complain(report, "kept_release is set, but kept_bytes is 0");
    if (spec->kept_bytes > PTRDIFF_MAX / 2)
        return complain(report, "kept_bytes is %zu, more than memory can be", spec->kept_bytes);
    return true;
}

/* What holds for a child made by act_supervisor_child. */
static bool check_supervisor_child(const act_child_spec *spec, const act_spawn_options *options,
                                   struct report *report, unsigned depth)
{
    if (spec->behavior != &act__supervisor_behavior)
        return true;
    if (spec->type != ACT_CHILD_SUPERVISOR)
        return complain(report, "type is worker, but it is a supervisor");
    if (spec->args == NULL)
        return complain(report, "args is NULL; make it with act_supervisor_child");
    if (spec->kept_bytes != 0)
        return complain(report, "kept_bytes is %zu, but a supervisor has no use for a kept block",
                        spec->kept_bytes);
    if (options->inbox_max != 0)
        return complain(report, "options.inbox_max is %u, but a supervisor's inbox has no bound",
                        (unsigned)options->inbox_max);
    if (depth == 0)
        return complain(report, "more than %d supervisors below each other", DEPTH_MAX);
    return check_tree(spec->args, report, depth - 1);
}

static bool check_child_fields(const act_child_spec *spec, struct report *report, unsigned depth)
{
    struct act__spawn_options options;
    return check_behavior(spec->behavior, report) && check_rules(spec, report) &&
           check_mailbox(spec, report) && check_task(spec, report) &&
           check_tcp_listener(spec, report) && check_options(spec->options, &options, report) &&
           check_kept(spec, report) && check_supervisor_child(spec, &options.spawn, report, depth);
}

static bool check_child(const act_child_spec *spec, size_t place, struct report *report,
                        unsigned depth)
{
    size_t before = about(report, "child %zu: ", place);
    if (!end_about(report, before, check_id(spec->id, report)))
        return false;
    before = about(report, "child \"%s\": ", spec->id);
    return end_about(report, before, check_child_fields(spec, report, depth));
}

/* ------------------------------------------------------------------------------- ids are unique */

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Needs no memory, but time. */
static const char *find_duplicate_slowly(const act_supervisor_spec *spec)
{
    for (size_t i = 0; i < spec->children_count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(spec->children[i].id, spec->children[j].id) == 0)
                return spec->children[i].id;
    return NULL;
}

/* An id that two children have, NULL if there is none. */
static const char *duplicate(const act_supervisor_spec *spec)
{
    size_t       count = spec->children_count;
    const char  *found = NULL;
    const char **ids;

    if (count < 16 || (ids = act__supervisor_allocate(count * sizeof *ids)) == NULL)
        return find_duplicate_slowly(spec);
    for (size_t i = 0; i < count; i++)
        ids[i] = spec->children[i].id;
    qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t i = 1; i < count && found == NULL; i++)
        if (strcmp(ids[i - 1], ids[i]) == 0)
            found = ids[i];
    act__supervisor_free(ids);
    return found;
}

/* ------------------------------------------------------------------------------------ the whole */

static bool check_flags(const act_supervisor_spec *spec, struct report *report)
{
    if (!ACT__IS_KNOWN(spec))
        return complain(report, "the supervisor's spec " NOT_KNOWN);
    if ((unsigned)spec->strategy > ACT_STRATEGY_DYNAMIC)
        return complain(report, "strategy is %d, which is no act_strategy", (int)spec->strategy);
    if (spec->period < 0 || spec->period > MILLIS_MAX)
        return complain(report, "period is %lld ms, which is neither 0 nor from 1 ms to 2^40 ms",
                        (long long)spec->period);
    if ((unsigned)spec->auto_shutdown > ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT)
        return complain(report, "auto_shutdown is %d, which is no act_auto_shutdown",
                        (int)spec->auto_shutdown);
    if (spec->children == NULL && spec->children_count != 0)
        return complain(report, "children is NULL, but children_count is %zu",
                        spec->children_count);
    if (spec->strategy == ACT_STRATEGY_SIMPLE_ONE_FOR_ONE && spec->children_count != 1)
        return complain(report,
                        "children_count is %zu, but simple_one_for_one has one child, its template",
                        spec->children_count);
    if (spec->strategy == ACT_STRATEGY_DYNAMIC && spec->children_count != 0)
        return complain(report,
                        "children_count is %zu, but dynamic begins without; use start_child",
                        spec->children_count);
    if (spec->children_count > UINT32_MAX)
        return complain(report, "children_count is %zu, more than 2^32 - 1", spec->children_count);
    if (spec->children_max != 0 && spec->children_count > spec->children_max)
        return complain(report, "children_count is %zu, but children_max %zu", spec->children_count,
                        spec->children_max);
    return true;
}

static bool check_backoff(const act_backoff *backoff, struct report *report)
{
    char number[ACT__NUMBER_BYTES];
    if (backoff->max < backoff->min || backoff->max > MILLIS_MAX ||
        backoff->min < (backoff->max != 0))
        return complain(
            report,
            "backoff is from %lld to %lld ms: neither 0 and 0 nor from 1 ms on, up to 2^40 ms",
            (long long)backoff->min, (long long)backoff->max);
    if (!(backoff->jitter >= 0 && backoff->jitter <= 1)) /* so that NaN is refused, too */
        return complain(report, "backoff.jitter is %s, which is not from 0 to 1",
                        act__number_text(number, backoff->jitter, 6));
    if (backoff->reset_after < 0 || backoff->reset_after > MILLIS_MAX)
        return complain(report, "backoff.reset_after is %lld ms, which is not from 0 to 2^40 ms",
                        (long long)backoff->reset_after);
    return true;
}

/* What a template cannot have, as its children would have it, too. */
static bool check_template(const act_child_spec *child, struct report *report)
{
    struct act__spawn_options options;
    if (act__spawn_options_read(&options, child->options) && options.spawn.name != NULL)
        return complain(
            report,
            "child \"%s\": options.name is set, but only one made from the template could have it",
            child->id);
    return true;
}

static bool check_tree(const act_supervisor_spec *spec, struct report *report, unsigned depth)
{
    if (!check_flags(spec, report) || !check_backoff(&spec->backoff, report))
        return false;
    for (size_t i = 0; i < spec->children_count; i++) {
        const act_child_spec *child = &spec->children[i];
        if (!check_child(child, i, report, depth))
            return false;
        if (child->significant && spec->auto_shutdown == ACT_AUTO_SHUTDOWN_NEVER)
            return complain(report, "child \"%s\": significant, but auto_shutdown is never",
                            child->id);
        if (child->behavior == &act__task_behavior &&
            spec->strategy != ACT_STRATEGY_SIMPLE_ONE_FOR_ONE)
            return complain(report,
                            "child \"%s\": a task, but the strategy is not simple_one_for_one",
                            child->id);
    }
    if (spec->strategy == ACT_STRATEGY_SIMPLE_ONE_FOR_ONE &&
        !check_template(&spec->children[0], report))
        return false;
    const char *twice = duplicate(spec);
    return twice == NULL || complain(report, "child \"%s\": id is there twice", twice);
}

act_result act_supervisor_check(const act_supervisor_spec *spec, char *complaint,
                                size_t complaint_bytes)
{
    struct report report = {complaint, complaint != NULL ? complaint_bytes : 0, 0};

    if (report.text_bytes > 0)
        complaint[0] = '\0';
    return check_tree(spec, &report, DEPTH_MAX) ? ACT_OK : ACT_INVALID;
}

bool act__child_spec_is_good(const act_child_spec *spec)
{
    struct report unread = {NULL, 0, 0};
    return (spec->id == NULL || check_id(spec->id, &unread)) &&
           check_child_fields(spec, &unread, DEPTH_MAX);
}
