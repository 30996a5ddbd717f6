/* Asking a supervisor: makes requests, answers them in place, reads answers. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/request.h>

#include <string.h>

#include <supervisor/record.h>
#include <supervisor/spec_check.h>

_Static_assert(sizeof(struct act__request) >= sizeof(struct act__answer),
               "an answer fits into its request");

/* ------------------------------------------------------------------------------------- messages */

act_result act__request_create(act_message **message, uint32_t tag, size_t bytes_count)
{
    act_result result = act_message_create(message, 1, bytes_count);
    if (result == ACT_OK)
        (*message)->tag = tag;
    return result;
}

act_result act__request_create_value(act_message **message, uint32_t tag, act_value value)
{
    act_result result = act_message_create_value(message, 1, value);
    if (result == ACT_OK)
        (*message)->tag = tag;
    return result;
}

static struct act__request *payload_of(act_message *request)
{
    return (struct act__request *)(void *)request->as.bytes;
}

/* Where a request that waits keeps the next one: in its payload, or in the child it brings. */
static act_message **next_of(act_message *request)
{
    if (request->kind == ACT_VALUE_RESOURCE)
        return &((struct act__child *)request->as.resource.pointer)->request_next;
    return &payload_of(request)->next;
}

bool act__requests_are_empty(const struct act__requests *requests)
{
    return requests->last == NULL;
}

void act__requests_add(struct act__requests *requests, act_message *request)
{
    act_message *last = requests->last;
    *next_of(request) = last != NULL ? *next_of(last) : request;
    if (last != NULL)
        *next_of(last) = request;
    requests->last = request;
}

act_message *act__requests_take(struct act__requests *requests)
{
    act_message *last = requests->last, *first = last != NULL ? *next_of(last) : NULL;
    if (first == last)
        requests->last = NULL;
    else
        *next_of(last) = *next_of(first);
    return first;
}

void act__requests_free(struct act__requests *requests)
{
    act_message *request;
    while ((request = act__requests_take(requests)) != NULL)
        act_message_free(&request);
}

/* -------------------------------------------------------------------------------------- answers */

/* There may be no asker any more. */
static void reply(act_self *self, act_asker asker, act_message *message)
{
    if (act_reply_message(self, asker, &message) != ACT_OK)
        act_message_free(&message);
}

static void write_answer(act_message *message, const act_supervisor_answer *answer)
{
    struct act__answer *payload = (struct act__answer *)(void *)message->as.bytes;
    memset(payload, 0, sizeof *payload);
    payload->answer = *answer;
    message->bytes_count = sizeof *payload;
    message->tag = ACT_MESSAGE_SUPERVISOR_ANSWER;
}

void act__request_answer(act_self *self, act_message *request, const act_supervisor_answer *answer)
{
    act_asker asker = act_message_asker(request);
    write_answer(request, answer);
    reply(self, asker, request);
}

void act__request_pass_asker(act_message *answer, const act_message *request)
{
    answer->ref = request->ref;
    answer->act_sender = request->act_sender;
    answer->act_sender_node = request->act_sender_node;
}

void act__start_answer(act_self *self, struct act__child *child, act_result result, act_pid pid)
{
    act_message          *message = child->answer;
    act_supervisor_answer answer = {.result = result, .child = pid};

    if (child->is_task) { /* what it answers comes later */
        if (result != ACT_OK)
            act__task_ended(self, child,
                            act_exit_reason_make(ACT_EXIT_ERROR, (int32_t)result, NULL));
        return;
    }
    if (message == NULL)
        return;
    child->answer = NULL;
    write_answer(message, &answer);
    reply(self, act_message_asker(message), message);
}

act_result act_supervisor_answer_read(const act_message *message, act_supervisor_answer *answer)
{
    if (message->tag != ACT_MESSAGE_SUPERVISOR_ANSWER || message->kind != ACT_VALUE_BYTES ||
        message->bytes_count < sizeof(struct act__answer))
        return ACT_MALFORMED;
    memcpy(answer, message->as.bytes, sizeof *answer);
    return ACT_OK;
}

const act_child_info *act_supervisor_children_read(const act_message *message, size_t *count)
{
    const struct act__answer *payload = (const struct act__answer *)(const void *)message->as.bytes;
    act_supervisor_answer     answer;

    *count = 0;
    if (act_supervisor_answer_read(message, &answer) != ACT_OK || payload->rows_count == 0)
        return NULL;
    *count = payload->rows_count;
    return payload->rows;
}

/* --------------------------------------------------------------------------------------- asking */

act_result act__request_ask(act_self *self, act_ref *ref, act_pid supervisor, act_message *message,
                            act_millis timeout)
{
    act_result result = act_ask_message(self, ref, supervisor, &message, timeout);
    if (result != ACT_OK)
        act_message_free(&message);
    return result;
}

act_result act__request_ask_with(act_self *self, act_ref *ref, act_pid supervisor, uint32_t tag,
                                 const struct act__request *payload, act_millis timeout)
{
    act_message *message;

    if (act__request_create(&message, tag, sizeof *payload) != ACT_OK)
        return ACT_NO_MEMORY;
    memcpy(message->as.bytes, payload, sizeof *payload);
    return act__request_ask(self, ref, supervisor, message, timeout);
}

static act_result ask_about(act_self *self, act_ref *ref, act_pid supervisor, uint32_t tag,
                            const char *id, act_millis timeout)
{
    struct act__request payload = {0};
    size_t              length = strnlen(id, ACT_CHILD_ID_MAX);

    if (length == ACT_CHILD_ID_MAX)
        return ACT_INVALID;
    memcpy(payload.id, id, length);
    return act__request_ask_with(self, ref, supervisor, tag, &payload, timeout);
}

act_result act_supervisor_terminate_child(act_self *self, act_ref *ref, act_pid supervisor,
                                          const char *id, act_millis timeout)
{
    return ask_about(self, ref, supervisor, ACT__TAG_TERMINATE_CHILD, id, timeout);
}

act_result act_supervisor_start_child_args(act_self *self, act_ref *ref, act_pid supervisor,
                                           const void *args, size_t args_bytes, act_millis timeout)
{
    act_message *message;

    if ((args == NULL) != (args_bytes == 0) || args_bytes > ACT_MESSAGE_BYTES_MAX / 2)
        return ACT_INVALID;
    if (act__request_create(&message, ACT__TAG_START_CHILD_ARGS,
                            sizeof(struct act__request) + args_bytes) != ACT_OK)
        return ACT_NO_MEMORY;
    memset(message->as.bytes, 0, sizeof(struct act__request));
    if (args != NULL)
        memcpy(payload_of(message)->args, args, args_bytes);
    return act__request_ask(self, ref, supervisor, message, timeout);
}

act_result act_supervisor_terminate_child_pid(act_self *self, act_ref *ref, act_pid supervisor,
                                              act_pid child, act_millis timeout)
{
    const struct act__request payload = {.pid = child};
    return act__request_ask_with(self, ref, supervisor, ACT__TAG_TERMINATE_CHILD_PID, &payload,
                                 timeout);
}

act_result act_supervisor_restart_child(act_self *self, act_ref *ref, act_pid supervisor,
                                        const char *id, act_millis timeout)
{
    return ask_about(self, ref, supervisor, ACT__TAG_RESTART_CHILD, id, timeout);
}

act_result act_supervisor_delete_child(act_self *self, act_ref *ref, act_pid supervisor,
                                       const char *id, act_millis timeout)
{
    return ask_about(self, ref, supervisor, ACT__TAG_DELETE_CHILD, id, timeout);
}

act_result act_supervisor_get_childspec(act_self *self, act_ref *ref, act_pid supervisor,
                                        const char *id, act_millis timeout)
{
    return ask_about(self, ref, supervisor, ACT__TAG_GET_CHILDSPEC, id, timeout);
}

act_result act_supervisor_count_children(act_self *self, act_ref *ref, act_pid supervisor,
                                         act_millis timeout)
{
    return ask_about(self, ref, supervisor, ACT__TAG_COUNT_CHILDREN, "", timeout);
}

act_result act_supervisor_which_children(act_self *self, act_ref *ref, act_pid supervisor,
                                         act_millis timeout)
{
    return ask_about(self, ref, supervisor, ACT__TAG_WHICH_CHILDREN, "", timeout);
}

act_result act_supervisor_subscribe(act_self *self, act_ref *ref, act_pid supervisor,
                                    act_millis timeout)
{
    return ask_about(self, ref, supervisor, ACT__TAG_SUBSCRIBE, "", timeout);
}

act_result act_supervisor_unsubscribe(act_self *self, act_ref *ref, act_pid supervisor,
                                      act_millis timeout)
{
    return ask_about(self, ref, supervisor, ACT__TAG_UNSUBSCRIBE, "", timeout);
}

/* The caller has handed over what args refer to, whatever comes of the call. */
static act_result refuse(const act_child_spec *spec, act_result result)
{
    if (spec->args_release != NULL && spec->args != NULL)
        act__user_code_call(spec->args_release, (void *)(uintptr_t)spec->args);
    return result;
}

act_result act_supervisor_start_child(act_self *self, act_ref *ref, act_pid supervisor,
                                      const act_child_spec *spec, act_millis timeout)
{
    struct act__child *child;
    act_message       *message;

    if (!act__child_spec_is_good(spec))
        return refuse(spec, ACT_INVALID);
    if ((child = act__child_create(spec)) == NULL)
        return refuse(spec, ACT_NO_MEMORY);
    if (act__request_create(&child->answer, ACT_MESSAGE_SUPERVISOR_ANSWER,
                            sizeof(struct act__answer)) != ACT_OK ||
        act__request_create_value(&message, ACT__TAG_START_CHILD,
                                  act_resource_value(child, act__child_let_go)) != ACT_OK) {
        act__child_let_go(child);
        return ACT_NO_MEMORY;
    }
    return act__request_ask(self, ref, supervisor, message, timeout);
}
