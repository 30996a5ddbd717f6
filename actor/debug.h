/*
 * With ACT_DEBUG: calls that only a handler may make end the process when something else makes
 * them. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_DEBUG_H
#define ACT_ACTOR_DEBUG_H

/*
 * It includes the headers whose calls it knows. Each call below is a macro of its own name from
 * here on, also where a C++ class has a member of that name; it knows the file and the line.
 * mailbox/base/debug.h says more.
 */
#include "actor.h"
#include "continuation.h"
#include "io/io.h"
#include "lifecycle.h"
#include "log.h"
#include "notify.h"
#include "typed.h"

#ifdef ACT_DEBUG

ACT_BEGIN_DECLS

/**
 * Ends the process unless the calling thread is in a callback of `self`. In a child of fork() it
 * does nothing.
 *
 * call  What has been called, for people.
 * file  Where; NULL: not known.
 *
 * Threads: any.
 */
ACT_API void act_debug_in_handler(const act_self *self, const char *call, const char *file,
                                  int line) ACT_NONNULL(1, 2);

static inline act_self *act__in_handler(act_self *self, const char *call, const char *file,
                                        int line)
{
    act_debug_in_handler(self, call, file, line);
    return self;
}

static inline const act_self *act__in_handler_const(const act_self *self, const char *call,
                                                    const char *file, int line)
{
    act_debug_in_handler(self, call, file, line);
    return self;
}

ACT_END_DECLS

#define ACT__IN_HANDLER(self, call)       act__in_handler(self, #call, __FILE__, __LINE__)
#define ACT__IN_HANDLER_CONST(self, call) act__in_handler_const(self, #call, __FILE__, __LINE__)

/* actor/actor.h */
#define act_spawn(self, ...)      act_spawn(ACT__IN_HANDLER(self, act_spawn), __VA_ARGS__)
#define act_spawn_link(self, ...) act_spawn_link(ACT__IN_HANDLER(self, act_spawn_link), __VA_ARGS__)
#define act_spawn_monitor(self, ...)                                                               \
    act_spawn_monitor(ACT__IN_HANDLER(self, act_spawn_monitor), __VA_ARGS__)
#define act_self_pid(self)        act_self_pid(ACT__IN_HANDLER_CONST(self, act_self_pid))
#define act_self_parent(self)     act_self_parent(ACT__IN_HANDLER_CONST(self, act_self_parent))
#define act_self_system(self)     act_self_system(ACT__IN_HANDLER_CONST(self, act_self_system))
#define act_kept(self)            act_kept(ACT__IN_HANDLER_CONST(self, act_kept))
#define act_send(self, ...)       act_send(ACT__IN_HANDLER(self, act_send), __VA_ARGS__)
#define act_tell_value(self, ...) act_tell_value(ACT__IN_HANDLER(self, act_tell_value), __VA_ARGS__)
#define act__tell_words(self, ...)                                                                 \
    act__tell_words(ACT__IN_HANDLER(self, act__tell_words), __VA_ARGS__)
#define act_tell_bytes(self, ...) act_tell_bytes(ACT__IN_HANDLER(self, act_tell_bytes), __VA_ARGS__)
#define act_take(self)            act_take(ACT__IN_HANDLER(self, act_take))
#define act_ask_message(self, ...)                                                                 \
    act_ask_message(ACT__IN_HANDLER(self, act_ask_message), __VA_ARGS__)
#define act_ask_value(self, ...) act_ask_value(ACT__IN_HANDLER(self, act_ask_value), __VA_ARGS__)
#define act_reply_message(self, ...)                                                               \
    act_reply_message(ACT__IN_HANDLER(self, act_reply_message), __VA_ARGS__)
#define act_reply_value(self, ...)                                                                 \
    act_reply_value(ACT__IN_HANDLER(self, act_reply_value), __VA_ARGS__)
#define act_refuse(self, ...) act_refuse(ACT__IN_HANDLER(self, act_refuse), __VA_ARGS__)
#define act_answer_value(self, ...)                                                                \
    act_answer_value(ACT__IN_HANDLER(self, act_answer_value), __VA_ARGS__)
#define act_link(self, ...)       act_link(ACT__IN_HANDLER(self, act_link), __VA_ARGS__)
#define act_unlink(self, ...)     act_unlink(ACT__IN_HANDLER(self, act_unlink), __VA_ARGS__)
#define act_monitor(self, ...)    act_monitor(ACT__IN_HANDLER(self, act_monitor), __VA_ARGS__)
#define act_demonitor(self, ...)  act_demonitor(ACT__IN_HANDLER(self, act_demonitor), __VA_ARGS__)
#define act_trap_exits(self, ...) act_trap_exits(ACT__IN_HANDLER(self, act_trap_exits), __VA_ARGS__)
#define act_exit(self, ...)       act_exit(ACT__IN_HANDLER(self, act_exit), __VA_ARGS__)
#define act_cancel_ask(self, ...) act_cancel_ask(ACT__IN_HANDLER(self, act_cancel_ask), __VA_ARGS__)
#define act_forward(self, ...)    act_forward(ACT__IN_HANDLER(self, act_forward), __VA_ARGS__)
#define act_stop(self)            act_stop(ACT__IN_HANDLER(self, act_stop))
#define act_exit_now(self, ...)   act_exit_now(ACT__IN_HANDLER(self, act_exit_now), __VA_ARGS__)
#define act_is_ending(self)       act_is_ending(ACT__IN_HANDLER_CONST(self, act_is_ending))
#define act_should_end(self)      act_should_end(ACT__IN_HANDLER(self, act_should_end))
#define act_exit_other(self, ...) act_exit_other(ACT__IN_HANDLER(self, act_exit_other), __VA_ARGS__)
#define act__panic_at(self, ...)  act__panic_at(ACT__IN_HANDLER(self, act_panic), __VA_ARGS__)
#define act_register(self, ...)   act_register(ACT__IN_HANDLER(self, act_register), __VA_ARGS__)
#define act_unregister(self, ...) act_unregister(ACT__IN_HANDLER(self, act_unregister), __VA_ARGS__)
#define act_send_name(self, ...)  act_send_name(ACT__IN_HANDLER(self, act_send_name), __VA_ARGS__)
#define act_ask_name_message(self, ...)                                                            \
    act_ask_name_message(ACT__IN_HANDLER(self, act_ask_name_message), __VA_ARGS__)
#define act_now(self)             act_now(ACT__IN_HANDLER_CONST(self, act_now))
#define act_random(self)          act_random(ACT__IN_HANDLER(self, act_random))
#define act_send_after(self, ...) act_send_after(ACT__IN_HANDLER(self, act_send_after), __VA_ARGS__)
#define act_tell_after_value(self, ...)                                                            \
    act_tell_after_value(ACT__IN_HANDLER(self, act_tell_after_value), __VA_ARGS__)
#define act_every_value(self, ...)                                                                 \
    act_every_value(ACT__IN_HANDLER(self, act_every_value), __VA_ARGS__)
#define act_cancel_timer(self, ...)                                                                \
    act_cancel_timer(ACT__IN_HANDLER(self, act_cancel_timer), __VA_ARGS__)
#define act_alloc(self, ...)   act_alloc(ACT__IN_HANDLER(self, act_alloc), __VA_ARGS__)
#define act_scratch(self, ...) act_scratch(ACT__IN_HANDLER(self, act_scratch), __VA_ARGS__)
#define act_defer(self, ...)   act_defer(ACT__IN_HANDLER(self, act_defer), __VA_ARGS__)

/* actor/continuation.h */
#define act_then_call(self, ...) act_then_call(ACT__IN_HANDLER(self, act_then_call), __VA_ARGS__)
#define act_ask_name_then_typed(self, ...)                                                         \
    act_ask_name_then_typed(ACT__IN_HANDLER(self, act_ask_name_then_typed), __VA_ARGS__)
#define act_ask_then_typed(self, ...)                                                              \
    act_ask_then_typed(ACT__IN_HANDLER(self, act_ask_then_typed), __VA_ARGS__)

/* actor/io/io.h */
#define act_tcp_listen(self, ...) act_tcp_listen(ACT__IN_HANDLER(self, act_tcp_listen), __VA_ARGS__)
#define act_tcp_open(self, ...)   act_tcp_open(ACT__IN_HANDLER(self, act_tcp_open), __VA_ARGS__)
#define act_tcp_connect(self, ...)                                                                 \
    act_tcp_connect(ACT__IN_HANDLER(self, act_tcp_connect), __VA_ARGS__)
#define act_fd_open(self, ...)   act_fd_open(ACT__IN_HANDLER(self, act_fd_open), __VA_ARGS__)
#define act_os_signal(self, ...) act_os_signal(ACT__IN_HANDLER(self, act_os_signal), __VA_ARGS__)

/* actor/lifecycle.h */
#define act_trap_kill(self) act_trap_kill(ACT__IN_HANDLER(self, act_trap_kill))
#define act_kill_agreed(self, ...)                                                                 \
    act_kill_agreed(ACT__IN_HANDLER(self, act_kill_agreed), __VA_ARGS__)
#define act_work_for_ask(self)   act_work_for_ask(ACT__IN_HANDLER(self, act_work_for_ask))
#define act_each_link(self, ...) act_each_link(ACT__IN_HANDLER(self, act_each_link), __VA_ARGS__)

/* actor/log.h */
#define act_log(self, ...) act_log(ACT__IN_HANDLER(self, act_log), __VA_ARGS__)

/* actor/notify.h */
#define act_channel_notify(self, ...)                                                              \
    act_channel_notify(ACT__IN_HANDLER(self, act_channel_notify), __VA_ARGS__)
#define act_channel_notify_room(self, ...)                                                         \
    act_channel_notify_room(ACT__IN_HANDLER(self, act_channel_notify_room), __VA_ARGS__)
#define act_channel_receive_later(self, ...)                                                       \
    act_channel_receive_later(ACT__IN_HANDLER(self, act_channel_receive_later), __VA_ARGS__)
#define act_channel_send_later(self, ...)                                                          \
    act_channel_send_later(ACT__IN_HANDLER(self, act_channel_send_later), __VA_ARGS__)

/* actor/typed.h */
#define act_unknown(self, ...)    act_unknown(ACT__IN_HANDLER(self, act_unknown), __VA_ARGS__)
#define act_tell_typed(self, ...) act_tell_typed(ACT__IN_HANDLER(self, act_tell_typed), __VA_ARGS__)
#define act_every_typed(self, ...)                                                                 \
    act_every_typed(ACT__IN_HANDLER(self, act_every_typed), __VA_ARGS__)
#define act_tell_all_typed(self, ...)                                                              \
    act_tell_all_typed(ACT__IN_HANDLER(self, act_tell_all_typed), __VA_ARGS__)
#define act_tell_after_typed(self, ...)                                                            \
    act_tell_after_typed(ACT__IN_HANDLER(self, act_tell_after_typed), __VA_ARGS__)
#define act_ask_typed(self, ...) act_ask_typed(ACT__IN_HANDLER(self, act_ask_typed), __VA_ARGS__)
#define act_answer_typed(self, ...)                                                                \
    act_answer_typed(ACT__IN_HANDLER(self, act_answer_typed), __VA_ARGS__)
#define act_reply_typed(self, ...)                                                                 \
    act_reply_typed(ACT__IN_HANDLER(self, act_reply_typed), __VA_ARGS__)
#define act_tell_name_typed(self, ...)                                                             \
    act_tell_name_typed(ACT__IN_HANDLER(self, act_tell_name_typed), __VA_ARGS__)
#define act_ask_name_typed(self, ...)                                                              \
    act_ask_name_typed(ACT__IN_HANDLER(self, act_ask_name_typed), __VA_ARGS__)
#define act__tell(self, ...) act__tell(ACT__IN_HANDLER(self, act_tell), __VA_ARGS__)

#endif

#endif
