/* The receiver's rarer moves in an inbox. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/inbox/inbox.h>

void act__inbox_detach_signals(struct act__gate *gate, struct act__inbox *inbox)
{
    while (inbox->boundary != NULL && act__message_is_signal(inbox->boundary)) {
        act_message *last = inbox->boundary;
        if (act__mpsc_detach(&gate->queue, last))
            inbox->boundary = NULL;
        else /* it ended the list, which now goes on */
            last->act_next = act__mpsc_fetch(&gate->queue, last, &inbox->boundary);
    }
}

act_message *act__inbox_detach(struct act__gate *gate, struct act__inbox *inbox,
                               const act_message *message)
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
