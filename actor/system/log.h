/* What the framework says in the log. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_LOG_H
#define ACT_ACTOR_SYSTEM_LOG_H

#include <stdarg.h>

#include <actor/log.h>

/* A record about no actor. Any thread; none of these waits. */
void act__log(act_system *system, act_log_level level, const char *format, ...) ACT_PRINTF(3, 4);
/* One about an actor, by the thread that runs it: act__log_of. */
__attribute__((format(printf, 3, 0))) void act__log_values(act_self *self, act_log_level level,
                                                           const char *format, va_list values);
/* The same about an actor of another thread: the local part of its pid, its behavior's name. */
void act__log_about(act_system *system, uint64_t local, const char *behavior, act_log_level level,
                    const char *format, ...) ACT_PRINTF(5, 6);
__attribute__((format(printf, 5, 0))) void act__log_about_values(act_system *system, uint64_t local,
                                                                 const char   *behavior,
                                                                 act_log_level level,
                                                                 const char   *format,
                                                                 va_list       values);

#endif
