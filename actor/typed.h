/*
 * Sending, asking and answering with messages of a schema: what does not fit does not compile.
 * Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_TYPED_H
#define ACT_ACTOR_TYPED_H

#include "actor.h"
#include "system.h"
#include "../mailbox/schema/schema.h"

ACT_BEGIN_DECLS

/*
 * `name` is that of a message, ... its fields: .amount = 5, .unit = "pieces". Fields that are not
 * named are zero, empty or none. What they refer to is copied. A message that cannot be one (a
 * union's tag is none of its schema's, a list is NULL but counted, or it is longer than
 * ACT_MESSAGE_BYTES_MAX) is not sent: a tell has a dead letter, with ACT_NO_MEMORY if there was
 * none and else ACT_INVALID; the others answer ACT_INVALID. Resources: as schema.h says.
 *
 * The calls, with fields that fit and with a message of one's own:
 *
 *     to an actor        act_tell            act_send
 *       by its name      act_tell_name       act_send_name
 *       later            act_tell_after      act_send_after
 *       from a thread    act_system_tell     act_system_send
 *       by a key         act_partition_tell  act_partition_send
 *       again and again  act_every
 *     to many actors     act_tell_all
 *     ask                act_ask             act_ask_message
 *       by its name      act_ask_name        act_ask_name_message
 *       from a thread    act_system_ask      act_system_ask_message
 *       by a key         act_partition_ask   act_partition_ask_message
 *     answer a request   act_answer
 *     reply to an asker  act_reply           act_reply_message
 *
 * Each of the first column has a form for a type that is chosen at run time, act_tell_typed and so
 * on. act_tell, act_tell_after, act_every, act_system_tell, act_ask, act_answer and act_reply have
 * one for a scalar: act_tell_value and so on. With a function that gets the answer: act_ask_then,
 * act_ask_name_then, and act_then for the ref of any ask (continuation.h).
 */

/**
 * act_tell(self, to, counter_add, .amount = 5). As act_tell_value. Up to 16 bytes of scalars cost
 * what a scalar costs.
 */
#define act_tell(self, to, name, ...)                                                              \
    act__tell(self, to, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/** Sends from an ordinary thread, as act_system_send; nothing to check, as act_tell. */
#define act_system_tell(system, to, name, ...)                                                     \
    act_system_tell_typed(system, to, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/**
 * act_tell_after(self, &timer, to, ACT_MS(50), counter_add, .amount = 5). As act_send_after; also
 * ACT_INVALID.
 */
#define act_tell_after(self, timer, to, delay, name, ...)                                          \
    act_tell_after_typed(self, timer, to, delay, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/**
 * act_every(self, &timer, to, ACT_MS(50), counter_add, .amount = 5): one each 50 ms. As
 * act_every_value.
 */
#define act_every(self, timer, to, period, name, ...)                                              \
    act_every_typed(self, timer, to, period, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/** act_ask(self, &ask, to, ACT_SECONDS(1), counter_read). As act_ask_message. */
#define act_ask(self, ask, to, timeout, name, ...)                                                 \
    act_ask_typed(self, ask, to, timeout, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/** act_tell_name(self, "total", counter_add, .amount = 5). As act_tell_name_typed. */
#define act_tell_name(self, actor_name, name, ...)                                                 \
    act_tell_name_typed(self, actor_name, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/** act_ask_name(self, &ask, "total", ACT_SECONDS(1), counter_read). As act_ask_name_message. */
#define act_ask_name(self, ask, actor_name, timeout, name, ...)                                    \
    act_ask_name_typed(self, ask, actor_name, timeout, name##_type(),                              \
                       ACT__FIELDS(name, __VA_ARGS__))

/** act_system_ask(system, to, &reply, ACT_SECONDS(1), counter_read). As act_system_ask_message. */
#define act_system_ask(system, to, reply, timeout, name, ...)                                      \
    act_system_ask_typed(system, to, reply, timeout, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/** act_reply(self, state->asker, counter_value, .total = 7). As act_reply_value. */
#define act_reply(self, asker, name, ...)                                                          \
    act_reply_typed(self, asker, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/** act_answer(self, message, counter_value, .total = 7). As act_answer_value. */
#define act_answer(self, request, name, ...)                                                       \
    act_answer_typed(self, request, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/**
 * For the default of a switch over messages: counts it (act_counters), logs it, and shows it to the
 * dead-letter hook, with ACT_INVALID. It is no dead letter: it was received.
 *
 * Threads: handler.
 */
ACT_API void act_unknown(act_self *self, const act_message *message) ACT_NONNULL_ALL;

/**
 * act_tell_all(self, pids, pids_count, counter_value, .total = 7): as act_tell to each of them, in
 * this order. The message is made once: what is larger than 16 bytes, or refers to something, is
 * shared by the receivers, and freed after the last of them. Each can take it (act_take), and has a
 * copy of its own then. A message that has a RESOURCE, of which there is only one, does not compile
 * here.
 */
#define act_tell_all(self, pids, pids_count, name, ...)                                            \
    ((void)sizeof(char[((int)act__flags_of_##name & (int)ACT_FIELD_LOCAL) != 0 ? -1 : 1]),         \
     act_tell_all_typed(self, pids, pids_count, name##_type(), ACT__FIELDS(name, __VA_ARGS__)))

/* ------------------------------------------------------- the same for a type chosen at run time */

/** Sends a message of this type; `fields` is its struct, and is copied. As act_tell_value. */
ACT_API void act_tell_typed(act_self *self, act_pid to, const act_type *type, const void *fields)
    ACT_NONNULL(1, 3, 4);
/**
 * Sends it to each of `pids`, in their order; as act_tell_all. Of a type that has a RESOURCE each
 * has a dead letter, with ACT_LOCAL, and the resources are released.
 *
 * pids  pids_count of them; may be NULL if that is 0. One that is there twice gets it twice.
 */
ACT_API void act_tell_all_typed(act_self *self, const act_pid *pids, size_t pids_count,
                                const act_type *type, const void *fields) ACT_NONNULL(1, 4, 5);
/** Sends it from an ordinary thread; as act_system_send, with nothing to check. */
ACT_API void act_system_tell_typed(act_system *system, act_pid to, const act_type *type,
                                   const void *fields) ACT_NONNULL(1, 3, 4);
/** Sends it later. As act_send_after; also ACT_INVALID. */
ACT_API ACT_MUST_CHECK act_result act_tell_after_typed(act_self *self, act_ref *timer, act_pid to,
                                                       act_millis delay, const act_type *type,
                                                       const void *fields) ACT_NONNULL(1, 2, 5, 6);
/**
 * Sends it again and again; `type` must stay valid as long as the timer. As act_every_value.
 */
ACT_API ACT_MUST_CHECK act_result act_every_typed(act_self *self, act_ref *timer, act_pid to,
                                                  act_millis period, const act_type *type,
                                                  const void *fields) ACT_NONNULL(1, 2, 5, 6);
/** Asks with it. As act_ask_message. */
ACT_API ACT_MUST_CHECK act_result act_ask_typed(act_self *self, act_ref *ask, act_pid to,
                                                act_millis timeout, const act_type *type,
                                                const void *fields) ACT_NONNULL(1, 2, 5, 6);
/**
 * Sends it to the actor that has a name. As act_send_name, with nothing to check: without such an
 * actor it is a dead letter, with ACT_NOT_FOUND.
 */
ACT_API void act_tell_name_typed(act_self *self, const char *name, const act_type *type,
                                 const void *fields) ACT_NONNULL_ALL;
/** Asks with it by name. As act_ask_name_message. */
ACT_API ACT_MUST_CHECK act_result act_ask_name_typed(act_self *self, act_ref *ask, const char *name,
                                                     act_millis timeout, const act_type *type,
                                                     const void *fields) ACT_NONNULL(1, 2, 3, 5, 6);
/**
 * Asks with it from an ordinary thread. As act_system_ask_message, but a resource in it is not
 * yours any more, whatever the result.
 */
ACT_API ACT_MUST_CHECK act_result act_system_ask_typed(act_system *system, act_pid to,
                                                       act_message **reply, act_millis timeout,
                                                       const act_type *type, const void *fields)
    ACT_NONNULL(1, 3, 5, 6);
/** Answers an asker with it. As act_reply_value. */
ACT_API void act_reply_typed(act_self *self, act_asker asker, const act_type *type,
                             const void *fields) ACT_NONNULL(1, 3, 4);
/** Answers an ask with it. As act_answer_value. */
ACT_API void act_answer_typed(act_self *self, const act_message *request, const act_type *type,
                              const void *fields) ACT_NONNULL_ALL;

/* The compiler knows the type, and makes one call of this. */
__attribute__((always_inline)) static inline void act__tell(act_self *self, act_pid to,
                                                            const act_type *type,
                                                            const void     *fields)
{
    uint64_t words[2] = {0, 0};
    if (type->bytes > sizeof words || type->flags != 0) {
        act_tell_typed(self, to, type, fields);
        return;
    }
    if (type->bytes != 0)
        __builtin_memcpy(words, fields, type->bytes);
    act__tell_words(self, to, act__head_of(type->tag, ACT_VALUE_TYPED, type->bytes), words[0],
                    words[1]);
}

ACT_END_DECLS

#endif
