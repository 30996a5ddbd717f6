/* The log of a system: its ring, its sink and the thread between them. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_LOG_WRITER_H
#define ACT_ACTOR_SYSTEM_LOG_WRITER_H

#include <actor/system.h>
#include <actor/system/log_record.h>

struct act__log;

/*
 * One that writes on the calling thread, until act__log_start gives it a thread. NULL: no memory.
 */
struct act__log *act__log_create(const act_system_options *options);
/* Returns: ACT_OK, ACT_NO_MEMORY, ACT_OS (no descriptor or no thread). */
act_result       act__log_start(struct act__log *log);
/* Writes what is left, for a second at most. NULL is allowed. */
void             act__log_destroy(struct act__log *log);

/* Any thread; allocates nothing, and waits for nothing once there is a thread. */
void       act__log_write(struct act__log *log, const struct act__log_record *record);
/* As act_log_flush. */
act_result act__log_wait(struct act__log *log, act_millis timeout);
/* Records that were not written and never will be. */
uint64_t   act__log_lost(const struct act__log *log);

#endif
