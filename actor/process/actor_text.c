/* How the log tells of an actor. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/actor_text.h>

#include <string.h>

#include <actor/process/cell.h>
#include <actor/process/names.h>
#include <actor/process/worker.h>
#include <mailbox/base/pid.h>

/* The label that came with its on_end, the last of its defers, or was kept when that was called. */
static const char *find_label(const act_self *self)
{
    const act_on_end *last = self->defers;
    if (last == NULL)
        return self->worker->ending.label;
    while (last->act_next != NULL)
        last = last->act_next;
    return last->label != NULL ? last->label : "";
}

const char *act__actor_name(const act_self *self)
{
    const char *name = act__names_text_of(self);
    return name != NULL ? name : find_label(self);
}

/* Returns: its end. */
static char *put_name(char *at, const char *name)
{
    size_t bytes = strnlen(name, ACT_NAME_MAX - 1);
    memcpy(at, name, bytes);
    return at + bytes;
}

/* By hand: with printf, a restart would cost more. */
size_t act__actor_text(char text[ACT__ACTOR_TEXT_MAX], uint64_t local, const char *behavior,
                       const char *name)
{
    char *at = put_name(text, behavior);
    *at++ = ' ';
    if (name[0] != '\0') {
        *at++ = '"';
        at = put_name(at, name);
        *at++ = '"';
        *at++ = ' ';
    }
    at += act_pid_text(at, ACT_PID_TEXT_MAX, act__pid_of(local));
    return (size_t)(at - text);
}
