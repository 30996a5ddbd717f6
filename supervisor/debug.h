/* As actor/debug.h, for the calls of supervisor/. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_DEBUG_H
#define ACT_SUPERVISOR_DEBUG_H

#include "../actor/debug.h"
#include "partition.h"
#include "supervisor.h"
#include "task.h"

#ifdef ACT_DEBUG

/* supervisor/partition.h */
#define act_partition_send(self, ...)                                                              \
    act_partition_send(ACT__IN_HANDLER(self, act_partition_send), __VA_ARGS__)
#define act_partition_tell_typed(self, ...)                                                        \
    act_partition_tell_typed(ACT__IN_HANDLER(self, act_partition_tell_typed), __VA_ARGS__)
#define act_partition_ask_typed(self, ...)                                                         \
    act_partition_ask_typed(ACT__IN_HANDLER(self, act_partition_ask_typed), __VA_ARGS__)
#define act_partition_ask_message(self, ...)                                                       \
    act_partition_ask_message(ACT__IN_HANDLER(self, act_partition_ask_message), __VA_ARGS__)

/* supervisor/supervisor.h */
#define act_supervisor_spawn_link(self, ...)                                                       \
    act_supervisor_spawn_link(ACT__IN_HANDLER(self, act_supervisor_spawn_link), __VA_ARGS__)
#define act_supervisor_start_child(self, ...)                                                      \
    act_supervisor_start_child(ACT__IN_HANDLER(self, act_supervisor_start_child), __VA_ARGS__)
#define act_supervisor_start_child_args(self, ...)                                                 \
    act_supervisor_start_child_args(ACT__IN_HANDLER(self, act_supervisor_start_child_args),        \
                                    __VA_ARGS__)
#define act_supervisor_terminate_child_pid(self, ...)                                              \
    act_supervisor_terminate_child_pid(ACT__IN_HANDLER(self, act_supervisor_terminate_child_pid),  \
                                       __VA_ARGS__)
#define act_supervisor_terminate_child(self, ...)                                                  \
    act_supervisor_terminate_child(ACT__IN_HANDLER(self, act_supervisor_terminate_child),          \
                                   __VA_ARGS__)
#define act_supervisor_restart_child(self, ...)                                                    \
    act_supervisor_restart_child(ACT__IN_HANDLER(self, act_supervisor_restart_child), __VA_ARGS__)
#define act_supervisor_delete_child(self, ...)                                                     \
    act_supervisor_delete_child(ACT__IN_HANDLER(self, act_supervisor_delete_child), __VA_ARGS__)
#define act_supervisor_get_childspec(self, ...)                                                    \
    act_supervisor_get_childspec(ACT__IN_HANDLER(self, act_supervisor_get_childspec), __VA_ARGS__)
#define act_supervisor_count_children(self, ...)                                                   \
    act_supervisor_count_children(ACT__IN_HANDLER(self, act_supervisor_count_children), __VA_ARGS__)
#define act_supervisor_which_children(self, ...)                                                   \
    act_supervisor_which_children(ACT__IN_HANDLER(self, act_supervisor_which_children), __VA_ARGS__)
#define act_supervisor_subscribe(self, ...)                                                        \
    act_supervisor_subscribe(ACT__IN_HANDLER(self, act_supervisor_subscribe), __VA_ARGS__)
#define act_supervisor_unsubscribe(self, ...)                                                      \
    act_supervisor_unsubscribe(ACT__IN_HANDLER(self, act_supervisor_unsubscribe), __VA_ARGS__)

/* supervisor/task.h */
#define act_task_run(self, ...) act_task_run(ACT__IN_HANDLER(self, act_task_run), __VA_ARGS__)
#define act_task_cancel(self, ...)                                                                 \
    act_task_cancel(ACT__IN_HANDLER(self, act_task_cancel), __VA_ARGS__)

#endif

#endif
