/* OS signals on their way from the handler to the actors that asked for them. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_OS_SIGNAL_H
#define ACT_ACTOR_IO_OS_SIGNAL_H

#include <actor/io/loop_record.h>

/*
 * Tells the actors of what has been caught. Called by the first worker's thread when its loop is
 * woken.
 */
void act__os_signals_deliver(struct act__loop *loop);

#endif
