/* Answers what is asked about a supervisor's children: how many there are, and which. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/record.h>

#include <string.h>

void act__answer_count(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    const struct act__children *children = &supervisor->children;
    act_supervisor_answer       answer = {.result = ACT_OK};

    answer.specs_count = children->count;
    answer.active_count = (uint32_t)children->by_pid.count;
    answer.supervisors_count = children->supervisors_count;
    answer.workers_count = answer.specs_count - answer.supervisors_count;
    answer.restarts_count = supervisor->restarts_count;
    act__request_answer(self, request, &answer);
}

static void write_row(act_child_info *row, const struct act__child *child)
{
    memset(row, 0, sizeof *row);
    strcpy(row->id, act__child_id(child));
    row->pid = act__child_pid(child);
    row->type = (act_child_type)child->plan->type;
    row->restart = (act_restart)child->plan->restart;
    row->is_restarting =
        child->state == ACT__CHILD_RESTARTING || child->state == ACT__CHILD_DELAYED ||
        (child->state == ACT__CHILD_STARTING && child->start_cause >= ACT__START_RESTART);
    row->significant = child->plan->significant;
    row->shutdown = child->plan->shutdown;
    row->restarts_count = child->restarts_count;
    row->behavior_name = child->plan->behavior->name;
}

void act__answer_children(act_self *self, act_message *request, const struct act__child *child,
                          size_t count)
{
    const act_supervisor_answer no_memory = {.result = ACT_NO_MEMORY};
    act_message                *message;

    if (act__request_create(&message, ACT_MESSAGE_SUPERVISOR_ANSWER,
                            sizeof(struct act__answer) + count * sizeof(act_child_info)) !=
        ACT_OK) {
        act__request_answer(self, request, &no_memory);
        return;
    }
    struct act__answer *payload = (struct act__answer *)(void *)message->as.bytes;
    memset(payload, 0, sizeof *payload);
    payload->rows_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++, child = child->order_next)
        write_row(&payload->rows[i], child);
    if (act_reply_message(self, act_message_asker(request), &message) != ACT_OK)
        act_message_free(&message);
    act_message_free(&request);
}
