/* Messages by their schema, as logs show them. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_DELIVERY_TYPED_H
#define ACT_ACTOR_DELIVERY_TYPED_H

#include <actor/process/cell.h>

enum { ACT__MESSAGE_TEXT_MAX = 200 }; /* of a log line */

/* A message as its actor's logs show it: act_message_print by the schema of its behavior. */
void act__message_show(const act_self *self, const act_message *message, char *text,
                       size_t text_bytes);

#endif
