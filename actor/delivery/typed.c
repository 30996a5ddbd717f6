/* Messages of a schema: made, and then sent as any other. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/delivery/typed.h>

#include <actor/delivery/send.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/typed.h>
#include <mailbox/base/lock.h>
#include <mailbox/message/envelope.h>
#include <mailbox/schema/print.h>
#include <mailbox/schema/schema_walk.h>

typedef act_result send_call(act_self *self, act_ref *ref, act_pid to, act_message **message,
                             act_millis time);

/* Inline, so that each caller has its call in it. */
static inline act_result make_and_send(act_self *self, act_ref *ref, act_pid to, act_millis time,
                                       const act_type *type, const void *fields, send_call *send)
{
    act_message *message;
    act_result   result = act_message_create_typed(&message, type, fields);
    if (result != ACT_OK)
        return result;
    result = send(self, ref, to, &message, time);
    if (result != ACT_OK)
        act__message_drop(message); /* resources in it stay the caller's */
    return result;
}

act_result act_tell_after_typed(act_self *self, act_ref *timer, act_pid to, act_millis delay,
                                const act_type *type, const void *fields)
{
    ACT__HANDLER_ONLY(self);
    return make_and_send(self, timer, to, delay, type, fields, act_send_after);
}

act_result act_ask_typed(act_self *self, act_ref *ask, act_pid to, act_millis timeout,
                         const act_type *type, const void *fields)
{
    ACT__HANDLER_ONLY(self);
    return make_and_send(self, ask, to, timeout, type, fields, act_ask_message);
}

act_result act_ask_name_typed(act_self *self, act_ref *ask, const char *name, act_millis timeout,
                              const act_type *type, const void *fields)
{
    ACT__HANDLER_ONLY(self);
    act_pid    to;
    act_result result = act_whereis(self->worker->system, &to, name);
    return result == ACT_OK ? act_ask_typed(self, ask, to, timeout, type, fields) : result;
}

act_result act_ask_name_message(act_self *self, act_ref *ask, const char *name,
                                act_message **message, act_millis timeout)
{
    ACT__HANDLER_ONLY(self);
    act_pid    to;
    act_result result = act_whereis(self->worker->system, &to, name);
    return result == ACT_OK ? act_ask_message(self, ask, to, message, timeout) : result;
}

void act_tell_name_typed(act_self *self, const char *name, const act_type *type, const void *fields)
{
    ACT__HANDLER_ONLY(self);
    struct act__worker *worker = self->worker;
    act_message        *message;
    act_result          result = act_message_create_typed(&message, type, fields);
    if (result != ACT_OK)
        act__report_lost_typed(worker->system, self, act_pid_none(), type, fields, result);
    else if ((result = act_send_name(self, name, &message)) != ACT_OK)
        act__undelivered(worker->system, worker, act__local_of(self), act_pid_none(), message,
                         result);
}

act_result act_system_ask_typed(act_system *system, act_pid to, act_message **reply,
                                act_millis timeout, const act_type *type, const void *fields)
{
    act_message *message;
    act_result   result = act_message_create_typed(&message, type, fields);
    if (result != ACT_OK) {
        act__resources_release(type, fields);
        return result;
    }
    result = act_system_ask_message(system, to, &message, reply, timeout);
    act_message_free(&message);
    return result;
}

void act__message_show(const act_self *self, const act_message *message, char *text,
                       size_t text_bytes)
{
    act_message_print(text, text_bytes, act__message_shown(message),
                      act__schema_of(self->behavior));
}

void act_unknown(act_self *self, const act_message *message)
{
    ACT__HANDLER_ONLY(self);
    act_system *system = self->worker->system;
    act_pid     pid = act_self_pid(self);
    char        text[ACT__MESSAGE_TEXT_MAX], sender[ACT_PID_TEXT_MAX];
    act__count(&self->worker->unknown);
    act__message_show(self, message, text, sizeof text);
    act_pid_text(sender, sizeof sender, act_message_sender(message));
    act__log_of(self, ACT_LOG_WARNING, "does not know what %s has sent: %s", sender, text);
    if (system->options.dead_letter == NULL)
        return;
    pthread_mutex_t *mutex = act__user_code_begin();
    system->options.dead_letter(system->options.context, pid, message, ACT_INVALID);
    act__user_code_end(mutex);
}
