/* The receiver's rarer moves in an inbox. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/inbox.h>

/* What is newer than the boundary; its newest becomes the boundary. */
static act_message *fetch_newer(struct act__gate *gate, struct act__inbox *inbox)
{
    return act__mpsc_fetch(&gate->queue, inbox->boundary, &inbox->boundary);
}

/* A signal may be freed or sent on when it is applied; so none may stay the boundary. */
static void detach_signals(struct act__gate *gate, struct act__inbox *inbox)
{
    while (inbox->boundary != NULL && act__message_is_signal(inbox->boundary)) {
        act_message *last = inbox->boundary;
        if (act__mpsc_detach(&gate->queue, last))
            inbox->boundary = NULL;
        else
            last->act_next = fetch_newer(gate, inbox); /* it ended the list, which now goes on */
    }
}

act_message *act__inbox_fetch(struct act__gate *gate, struct act__inbox *inbox, act_message **freed)
{
    act_message *before = inbox->boundary, *list = fetch_newer(gate, inbox);
    *freed = NULL;
    if (list == NULL)
        return NULL;
    if (inbox->spent) {
        inbox->spent = false;
        *freed = before;
    }
    detach_signals(gate, inbox);
    return list;
}

act_message *act__inbox_detach(struct act__gate *gate, struct act__inbox *inbox, const act_message *message)
{
    act_message *none;
    if (message != inbox->boundary)
        return NULL;
    if (act__mpsc_detach(&gate->queue, message)) {
        inbox->boundary = NULL;
        return NULL;
    }
    return act__inbox_fetch(gate, inbox, &none); /* something newer is the boundary now */
}
