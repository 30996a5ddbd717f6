/* What belongs to an actor and is released when it ends. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_ATTACHMENT_H
#define ACT_ACTOR_PROCESS_ATTACHMENT_H

#include <mailbox/base/list.h>

/* Something that belongs to an actor and is released when it ends. */
struct act__attachment {
    struct act__member member; /* of cell->attachments */
    void (*release)(struct act__attachment *attachment);
};

#endif
