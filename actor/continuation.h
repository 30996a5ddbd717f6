/* What is to be done with an answer, said where the question is asked. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_CONTINUATION_H
#define ACT_ACTOR_CONTINUATION_H

#include "actor.h"
#include "typed.h"

ACT_BEGIN_DECLS

/*
 * An actor that has many asks in flight would have to find out, for each answer, what it had asked
 * for. Instead it names a function and what that is to know:
 *
 *     struct line { int64_t order, count; };
 *     ACT_CONTINUATION(on_price, struct shop, struct line)
 *
 *     static void on_price(act_self *self, struct shop *shop, const act_message *answer,
 *                          const struct line *line)
 *     {
 *         if (answer->tag == stock_price_tag)
 *             shop->total += line->count * act_view(stock_price, answer)->cents;
 *         ...
 *     }
 *
 *     in a handler:
 *         act_ask_then(self, NULL, stock, ACT_SECONDS(1), stock_look, (.item = 5),
 *                      on_price, .order = 7, .count = 3);
 *
 * The function gets the answer instead of `receive`, once: the reply, ACT_MESSAGE_DOWN or
 * ACT_MESSAGE_TIMED_OUT. All that `receive` may do it may do, too: ask on, take the message, end
 * the actor. Where the ask is taken back (act_cancel_ask), or the actor ends first, what was to be
 * known is freed and the function is not called. What it points to stays the actor's: see
 * act_defer.
 */

/**
 * What is called with an answer.
 *
 * state    The actor's.
 * answer   As in `receive`. Its ref is the ask's, the monitor's or the timer's.
 * context  A copy of what was given, aligned to 16; valid until this returns.
 */
typedef void (*act_continuation)(act_self *self, void *state, const act_message *answer,
                                 const void *context);

/**
 * Has a function called with what the ref brings: of an ask of any kind (act_ask, a supervisor's
 * or a task's, too), the answer; of a monitor, the DOWN; of a timer whose message goes to this
 * actor itself, and once, that message. To be called by the handler that has got the ref.
 *
 * context  context_bytes, at most ACT_MESSAGE_BYTES_MAX, which are copied; NULL if these are 0.
 *
 * Threads: handler.
 * Order:   as if `receive` were called. A timer's message with a function needs no place under the
 *          actor's inbox_max.
 * Returns: ACT_OK; ACT_NOT_FOUND (nothing is to come of it, or it waits here already); ACT_EXISTS
 *          (it has a function); ACT_NO_MEMORY: then the answer comes to `receive`.
 * See:     samples/42_continuations.c
 */
ACT_API ACT_MUST_CHECK act_result act_then_call(act_self *self, act_ref ref,
                                                act_continuation function, const void *context,
                                                size_t context_bytes) ACT_NONNULL(1, 3);

/**
 * Asks, and has a function called with the answer. Costs no more than a tenth of an ask's round
 * trip beyond the ask.
 *
 * ask      May be NULL. Set on ACT_OK.
 * type, fields            As act_ask_typed.
 * context, context_bytes  As act_then_call.
 *
 * Threads: handler.
 * Returns: as act_ask_typed; the function will be called if it is ACT_OK, and only then.
 */
ACT_API ACT_MUST_CHECK act_result act_ask_then_typed(act_self *self, act_ref *ask, act_pid to,
                                                     act_millis timeout, const act_type *type,
                                                     const void *fields, act_continuation function,
                                                     const void *context, size_t context_bytes)
    ACT_NONNULL(1, 5, 6, 7);

/** The same by name. Returns: also ACT_NOT_FOUND, as act_ask_name_typed. */
ACT_API ACT_MUST_CHECK act_result
act_ask_name_then_typed(act_self *self, act_ref *ask, const char *actor_name, act_millis timeout,
                        const act_type *type, const void *fields, act_continuation function,
                        const void *context, size_t context_bytes) ACT_NONNULL(1, 3, 5, 6, 7);

/**
 * Declares, at file scope, a function for act_then and act_ask_then. You define it:
 *
 *     static void name(act_self *self, state_type *state, const act_message *answer,
 *                      const context_type *context)
 *
 * state_type    Of the actor's state.
 * context_type  What the function is to know: a struct or a scalar, aligned to 16 at most.
 */
#define ACT_CONTINUATION(name, state_type, context_type)                                           \
    typedef context_type name##_context;                                                           \
    static void          name(act_self *self, state_type *state, const act_message *answer,        \
                              const name##_context *context);                                      \
    static inline void   act__continue_##name(act_self *self, void *state,                         \
                                              const act_message *answer, const void *context)      \
    {                                                                                              \
        (void)sizeof(char[__alignof__(name##_context) <= 16 ? 1 : -1]); /* as it is copied */      \
        name(self, (state_type *)state, answer, (const name##_context *)context);                  \
    }                                                                                              \
    ACT__END(name)

/**
 * act_then(self, ref, on_price, .order = 7, .count = 3): act_then_call for a function of
 * ACT_CONTINUATION; ... its context, as a struct's fields or a scalar.
 */
#define act_then(self, ref, function, ...)                                                         \
    act_then_call(self, ref, act__continue_##function,                                             \
                  ACT__VALUE_OF(function##_context, __VA_ARGS__), sizeof(function##_context))

/**
 * act_then_with(self, ref, on_price, &line): the same for a context that is there, of which it is
 * given a pointer.
 */
#define act_then_with(self, ref, function, context)                                                \
    act_then_call(self, ref, act__continue_##function,                                             \
                  ACT__POINTER_TO(function##_context, context), sizeof(function##_context))

/**
 * act_ask_then(self, &ask, to, ACT_SECONDS(1), stock_look, (.item = 5), on_price, .order = 7):
 * act_ask_then_typed for a message of a schema, its fields in parentheses, and a function of
 * ACT_CONTINUATION.
 */
#define act_ask_then(self, ask, to, timeout, name, fields, function, ...)                          \
    act_ask_then_typed(self, ask, to, timeout, name##_type(), ACT__FIELDS(name, ACT__BARE fields), \
                       act__continue_##function, ACT__VALUE_OF(function##_context, __VA_ARGS__),   \
                       sizeof(function##_context))

/** act_ask_name_then(self, &ask, "stock", ACT_SECONDS(1), ...): the same by name. */
#define act_ask_name_then(self, ask, actor_name, timeout, name, fields, function, ...)             \
    act_ask_name_then_typed(self, ask, actor_name, timeout, name##_type(),                         \
                            ACT__FIELDS(name, ACT__BARE fields), act__continue_##function,         \
                            ACT__VALUE_OF(function##_context, __VA_ARGS__),                        \
                            sizeof(function##_context))

#define ACT__BARE(...) __VA_ARGS__

/* The same pointer, if it is one to this type. */
#ifdef __cplusplus
#define ACT__POINTER_TO(type, pointer) (static_cast<const type *>(pointer))
#else
#define ACT__POINTER_TO(type, pointer) ((const type *){pointer})
#endif

ACT_END_DECLS

#endif
