/* Subscribers to what a supervisor does, and telling them. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/record.h>

#include <string.h>

#include <supervisor/memory.h>

struct act__subscriber {
    struct act__subscriber *next;
    act_pid                 pid;
    act_ref                 monitor;
    uint32_t                missed_count;
};

/* The link that leads to it; to NULL, if it is not there. */
static struct act__subscriber **place_of(struct act__supervisor *supervisor, act_pid pid)
{
    struct act__subscriber **place = &supervisor->subscribers;
    while (*place != NULL && !act_pid_equal((*place)->pid, pid))
        place = &(*place)->next;
    return place;
}

static void remove_at(struct act__subscriber **place)
{
    struct act__subscriber *subscriber = *place;
    *place = subscriber->next;
    act__supervisor_free(subscriber);
}

static act_result add(act_self *self, struct act__supervisor *supervisor, act_pid pid)
{
    struct act__subscriber **end = place_of(supervisor, pid), *subscriber;

    if (*end != NULL)
        return ACT_EXISTS;
    if ((subscriber = act__supervisor_allocate(sizeof *subscriber)) == NULL)
        return ACT_NO_MEMORY;
    subscriber->pid = pid;
    if (act_monitor(self, &subscriber->monitor, pid) != ACT_OK) {
        act__supervisor_free(subscriber);
        return ACT_NO_MEMORY;
    }
    *end = subscriber;
    return ACT_OK;
}

void act__subscribe(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    act_supervisor_answer answer = {.result = add(self, supervisor, act_message_sender(request))};
    act__request_answer(self, request, &answer);
}

void act__unsubscribe(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    struct act__subscriber **place = place_of(supervisor, act_message_sender(request));
    act_supervisor_answer    answer = {.result = *place != NULL ? ACT_OK : ACT_NOT_FOUND};

    if (*place != NULL) {
        act_demonitor(self, (*place)->monitor);
        remove_at(place);
    }
    act__request_answer(self, request, &answer);
}

void act__subscriber_ended(struct act__supervisor *supervisor, act_ref monitor)
{
    struct act__subscriber **place = &supervisor->subscribers;
    while (*place != NULL && !act_ref_equal((*place)->monitor, monitor))
        place = &(*place)->next;
    if (*place != NULL)
        remove_at(place);
}

void act__subscribers_free(struct act__supervisor *supervisor)
{
    while (supervisor->subscribers != NULL)
        remove_at(&supervisor->subscribers);
}

static bool tell(act_self *self, struct act__subscriber *subscriber, act_supervision_event *event)
{
    act_message *message;

    event->missed_count = subscriber->missed_count;
    if (act__request_create(&message, ACT_MESSAGE_SUPERVISION_EVENT, sizeof *event) != ACT_OK)
        return false;
    memcpy(message->as.bytes, event, sizeof *event);
    if (act_send(self, subscriber->pid, &message) == ACT_OK)
        return true;
    act_message_free(&message);
    return false;
}

void act__tell_event(act_self *self, struct act__supervisor *supervisor,
                     const struct act__child *child, act_supervision_event event)
{
    if (supervisor->subscribers == NULL)
        return;
    event.at = act_now(self);
    event.restarts_count = child != NULL ? child->restarts_count : supervisor->restarts_count;
    if (child != NULL)
        strcpy(event.id, act__child_id(child));
    for (struct act__subscriber *one = supervisor->subscribers; one != NULL; one = one->next)
        one->missed_count = tell(self, one, &event) ? 0 : one->missed_count + 1;
}

act_result act_supervision_event_read(const act_message *message, act_supervision_event *event)
{
    if (message->tag != ACT_MESSAGE_SUPERVISION_EVENT || message->kind != ACT_VALUE_BYTES ||
        message->bytes_count != sizeof *event)
        return ACT_MALFORMED;
    memcpy(event, message->as.bytes, sizeof *event);
    return ACT_OK;
}
