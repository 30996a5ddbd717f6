/* The receiver's rarer moves in an inbox. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/inbox/inbox.h>

void act__inbox_detach_signals(struct act__inbox_shared *shared, struct act__inbox_owned *owned)
{
    while (owned->boundary != NULL && act__message_is_signal(owned->boundary)) {
        act_message *last = owned->boundary;
        if (act__mpsc_detach(&shared->queue, last))
            owned->boundary = NULL;
        else /* it ended the list, which now goes on */
            last->act_next = act__mpsc_fetch(&shared->queue, last, &owned->boundary);
    }
}

act_message *act__inbox_detach(struct act__inbox_shared *shared, struct act__inbox_owned *owned,
                               const act_message *message)
{
    act_message *none;
    if (message != owned->boundary)
        return NULL;
    if (act__mpsc_detach(&shared->queue, message)) {
        owned->boundary = NULL;
        return NULL;
    }
    return act__inbox_fetch(shared, owned, &none); /* something newer is the boundary now */
}
