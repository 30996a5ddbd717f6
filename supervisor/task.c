/* The actor that runs a task, and what its supervisor does about the answer. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/task.h>

#include <string.h>

#include <supervisor/record.h>

/* The args of ACT__TAG_RUN_TASK. The supervisor keeps the request as long as the task. */
struct order {
    act_task_function function;
    size_t            args_bytes;
    char              args[];
};
_Static_assert((offsetof(act_message, as) + offsetof(struct act__request, args) +
                offsetof(struct order, args)) %
                       8 ==
                   0,
               "args are aligned to 8");

/* What the actor is given. The record is held by it. */
struct job {
    act_ref            ask; /* first: see act_work_for_ask */
    struct act__child *child;
};

enum { RUN = 1 };

static struct order *order_of(act_message *message)
{
    struct act__request *request = (struct act__request *)(void *)message->as.bytes;
    return (struct order *)(void *)request->args;
}

static act_result init(act_self *self, void *state, const void *args)
{
    act_message *message;

    if (args == NULL) /* start_child_args without any */
        return ACT_INVALID;
    *(struct job *)state = *(const struct job *)args;
    ((struct job *)state)->ask = act_message_asker(((struct job *)state)->child->answer).ask;
    act_work_for_ask(self);
    if (act_message_create_value(&message, RUN, act_nothing()) != ACT_OK)
        return ACT_NO_MEMORY;
    /* so that the supervisor need not wait for it */
    act_result result = act_send(self, act_self_pid(self), &message);
    act_message_free(&message);
    return result;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct act__child  *child = ((struct job *)state)->child;
    const struct order *order = order_of(child->answer);

    if (message->tag != RUN || !act_pid_equal(act_message_sender(message), act_self_pid(self)))
        return;
    act_message *answer = order->function(self, order->args_bytes != 0 ? order->args : NULL);
    if (answer != NULL) {
        child->is_answered = true; /* read by the supervisor when it has heard of the end */
        if (act_reply_message(self, act_message_asker(child->answer), &answer) != ACT_OK)
            act_message_free(&answer);
    }
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

const act_behavior act__task_behavior = {
    .name = "task",
    .state_bytes = sizeof(struct job),
    .args_bytes = sizeof(struct job),
    .init = init,
    .receive = receive,
};

act_child_spec act_task_child(const act_spawn_options *options)
{
    act_child_spec spec = {.id = "task",
                           .behavior = &act__task_behavior,
                           .restart = ACT_RESTART_TEMPORARY,
                           .options = options};
    return spec;
}

act_result act_task_run(act_self *self, act_ref *ask, act_pid supervisor,
                        act_task_function function, const void *args, size_t args_bytes,
                        act_millis timeout)
{
    act_message *message;

    if ((args == NULL) != (args_bytes == 0) || args_bytes > ACT_MESSAGE_BYTES_MAX / 2)
        return ACT_INVALID;
    if (act__request_create(&message, ACT__TAG_RUN_TASK,
                            sizeof(struct act__request) + sizeof(struct order) + args_bytes) !=
        ACT_OK)
        return ACT_NO_MEMORY;
    struct order *order = order_of(message);
    memset(message->as.bytes, 0, sizeof(struct act__request));
    order->function = function;
    order->args_bytes = args_bytes;
    if (args != NULL)
        memcpy(order->args, args, args_bytes);
    return act__request_ask(self, ask, supervisor, message, timeout);
}

act_result act_task_cancel(act_self *self, act_ref *cancel, act_pid supervisor, act_ref task,
                           act_millis timeout)
{
    const struct act__request payload = {.task = task};
    return act__request_ask_with(self, cancel, supervisor, ACT__TAG_CANCEL_TASK, &payload, timeout);
}

void act__task_start(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    const struct job   none = {.child = NULL};
    bool               is_full = act__children_are_full(supervisor);
    struct act__child *child = is_full ? NULL : act__child_clone(supervisor->template, &none);

    if (child == NULL) {
        act_result why = is_full ? ACT_FULL : ACT_NO_MEMORY;
        (void)!act_refuse(self, act_message_asker(request),
                          act_exit_reason_make(ACT_EXIT_ERROR, why, NULL));
        act_message_free(&request);
        return;
    }
    ((struct job *)act__child_args(child))->child = child;
    child->is_task = true;
    child->answer = request;
    act__children_add(&supervisor->children, child);
    act__child_start(self, supervisor, child, ACT__START_REQUEST);
}

void act__task_ended(act_self *self, struct act__child *child, act_exit_reason reason)
{
    if (!child->is_answered)
        (void)!act_refuse(self, act_message_asker(child->answer),
                          reason); /* unless the asker has given up */
    child->is_answered = true;
}
