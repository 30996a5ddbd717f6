/* On which worker a connection is served. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_PLACEMENT_H
#define ACT_ACTOR_IO_PLACEMENT_H

#include <actor/io/loop_record.h>
#include <actor/process/cell.h>

/*
 * The loop of the worker to which an actor that opens a connection is bound. The connection is
 * counted there until act__placement_end.
 */
struct act__loop *act__placement_begin(const act_self *self);
/* It is counted at another loop. Any worker, as the next. */
void              act__placement_move(struct act__loop *from, struct act__loop *to);
void              act__placement_end(struct act__loop *loop);

#endif
