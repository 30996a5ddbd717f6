/* Telling what a stop or a destroy has waited for in vain. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_LEFT_H
#define ACT_ACTOR_SYSTEM_LEFT_H

#include <actor/system.h>

/*
 * Logs the actors that live, first those whose callback runs: "WHAT worker "x" <0.3.1>: its
 * callback ...". A few of them, and how many more there are. asked: since when, by the executor's
 * clock, they were to end.
 */
void act__left_tell(act_system *system, act_log_level level, const char *what, act_millis asked);

#endif
