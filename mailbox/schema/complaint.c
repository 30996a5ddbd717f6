/*
 * Puts a sentence together from its end: order.lines[3].price: found text, expected a float.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/complaint.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void act__complaint_init(struct act__complaint *complaint, bool is_wanted)
{
    complaint->is_wanted = is_wanted;
    complaint->is_cut_off = false;
    complaint->is_shortened = false;
    complaint->way_at = sizeof complaint->way;
    complaint->what[0] = '\0';
}

bool act__complain(struct act__complaint *complaint, const char *format, ...)
{
    va_list arguments;
    if (!complaint->is_wanted || complaint->what[0] != '\0')
        return false;
    va_start(arguments, format);
    (void)vsnprintf(complaint->what, sizeof complaint->what, format, arguments);
    va_end(arguments);
    return false;
}

bool act__complain_cut_off(struct act__complaint *complaint)
{
    complaint->is_cut_off = true;
    return act__complain(complaint, "cut off");
}

/* What lies deeper says more: when the room is used up, the beginning is left out. */
static bool put_before(struct act__complaint *complaint, const char *step)
{
    size_t length = strlen(step);
    complaint->is_shortened |= length > complaint->way_at;
    if (complaint->is_shortened)
        return false;
    complaint->way_at -= (unsigned)length;
    memcpy(complaint->way + complaint->way_at, step, length);
    return false;
}

bool act__complain_of_field(struct act__complaint *complaint, const char *name)
{
    return complaint->is_wanted && (put_before(complaint, name) || put_before(complaint, "."));
}

bool act__complain_of_item(struct act__complaint *complaint, size_t index)
{
    char step[24];
    (void)snprintf(step, sizeof step, "[%zu]", index);
    return complaint->is_wanted && put_before(complaint, step);
}

void act__complaint_write(const struct act__complaint *complaint, const char *root, char *text,
                          size_t text_bytes)
{
    int way = (int)(sizeof complaint->way - complaint->way_at);
    (void)snprintf(text, text_bytes, "%s%s%.*s: %s", root, complaint->is_shortened ? " ... " : "",
                   way, complaint->way + complaint->way_at, complaint->what);
}
