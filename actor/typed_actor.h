/*
 * Actors whose callbacks, state and args have types of their own: what does not fit does not
 * compile. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_TYPED_ACTOR_H
#define ACT_ACTOR_TYPED_ACTOR_H

#include "actor.h"
#include "system.h"
#include "typed.h"

/*
 * An act_behavior takes any pointer for state and args, and each callback makes of them what it
 * believes them to be. Here the types are said once:
 *
 *     struct counter_state {int64_t total;};
 *     struct counter_args {int64_t first;};
 *     static act_result counter_init(act_self *self, struct counter_state *state,
 *                                    const struct counter_args *args);
 *     static void counter_receive(act_self *self, struct counter_state *state,
 *                                 const act_message *message);
 *     ACT_ACTOR(counter, struct counter_state, struct counter_args,
 *               .init = counter_init, .receive = counter_receive, .schema = counter_schema);
 *
 * The callbacks are those of act_behavior, and may be left out as there: .init, .receive,
 * .terminate, .schema, .args_release. An actor that has no state, or is given no args, has act_none
 * for them. What you have then, all of it static:
 *
 *     counter_behavior                                   the act_behavior, with its sizes and name
 *     counter_spawn(self, &pid, &args, options)          act_spawn and so on; args may be NULL, as
 *     counter_spawn_link(self, &pid, &args, options)     init is given NULL then
 *     counter_spawn_monitor(self, &pid, &monitor, &args, options)
 *     counter_system_spawn(system, &pid, &args, options)
 *     ACT_CHILD(counter, "total", &args, .restart = ...) a child's spec, for a table of children
 *                                                        or as (act_child_spec)ACT_CHILD(...)
 *     ACT_ACTOR_ARGS(counter, &args)                     the same pointer, if it is of this type:
 *                                                        for act_supervisor_start_child_args
 *
 * Of an actor that other files spawn the header has
 *
 *     ACT_ACTOR_DECLARE(counter, struct counter_args);
 *
 * and one file ACT_ACTOR_DEFINE with all that ACT_ACTOR is given; its state stays that file's.
 *
 * The runtime calls functions that are made here and have the types of act_behavior; they call
 * yours, mostly inlined: none is called by a pointer of another type.
 */
#define ACT_ACTOR(name, state_type, args_type, ...)                                                \
    ACT__ACTOR_CALLBACKS(name, state_type, args_type, __VA_ARGS__)                                 \
    static const act_behavior name##_behavior = ACT__ACTOR_BEHAVIOR(name, state_type, args_type);  \
    ACT__ACTOR_SPAWNS(name, args_type)                                                             \
    ACT__END(name)

/* In a header: what others need to spawn it. */
#define ACT_ACTOR_DECLARE(name, args_type)                                                         \
    extern const act_behavior name##_behavior;                                                     \
    ACT__ACTOR_SPAWNS(name, args_type)                                                             \
    ACT__END(name)

/* In one file that includes it. */
#define ACT_ACTOR_DEFINE(name, state_type, args_type, ...)                                         \
    ACT__ACTOR_CALLBACKS(name, state_type, args_type, __VA_ARGS__)                                 \
    typedef args_type  act_args_of_##name; /* as it was declared */                                \
    const act_behavior name##_behavior = ACT__ACTOR_BEHAVIOR(name, state_type, args_type);         \
    ACT__END(name)

/* No state, or no args. */
__extension__ typedef struct act_none {
    char act__nothing[0];
} act_none;

/* {.id = ..., .behavior = ..., .args = ..., and what else is given}. */
#define ACT_CHILD(name, child_id, child_args, ...)                                                 \
    {                                                                                              \
        .id = (child_id), .behavior = &name##_behavior, .args = ACT_ACTOR_ARGS(name, child_args),  \
        __VA_ARGS__                                                                                \
    }

/* A constant if the pointer is one. */
#ifdef __cplusplus
#define ACT_ACTOR_ARGS(name, pointer) (static_cast<const act_args_of_##name *>(pointer))
#else
#define ACT_ACTOR_ARGS(name, pointer)                                                              \
    _Generic((pointer), act_args_of_##name *                                                       \
             : (pointer), const act_args_of_##name *                                               \
             : (pointer), void * /* NULL */                                                        \
             : (pointer))
#endif

/* ------------------------------------------------------------------- what these are made of */

/* What is given, held against the types, and functions of act_behavior's types that call it. */
#define ACT__ACTOR_CALLBACKS(name, state_type, args_type, ...)                                     \
    ACT__ACTOR_GIVEN_BEGINS                                                                        \
    static const struct act_callbacks_of_##name {                                                  \
        act_result (*init)(act_self *, state_type *, const args_type *);                           \
        void (*receive)(act_self *, state_type *, const act_message *);                            \
        void (*terminate)(act_self *, state_type *, act_exit_reason);                              \
        const act_type *(*schema)(void);                                                           \
        void (*args_release)(args_type *);                                                         \
    } act_callbacks_of_##name = {__VA_ARGS__};                                                     \
    ACT__ACTOR_GIVEN_ENDS                                                                          \
    static act_result act_init_of_##name(act_self *act__self, void *act__state,                    \
                                         const void *act__args)                                    \
    {                                                                                              \
        (void)sizeof(char[__alignof__(state_type) <= 16 ? 1 : -1]); /* as state blocks are */      \
        return act_callbacks_of_##name.init == NULL                                                \
                   ? ACT_OK                                                                        \
                   : act_callbacks_of_##name.init(act__self, (state_type *)act__state,             \
                                                  (const args_type *)act__args);                   \
    }                                                                                              \
    static void act_receive_of_##name(act_self *act__self, void *act__state,                       \
                                      const act_message *act__message)                             \
    {                                                                                              \
        if (act_callbacks_of_##name.receive == NULL)                                               \
            act_unknown(act__self, act__message);                                                  \
        else                                                                                       \
            act_callbacks_of_##name.receive(act__self, (state_type *)act__state, act__message);    \
    }                                                                                              \
    static void act_terminate_of_##name(act_self *act__self, void *act__state,                     \
                                        act_exit_reason act__reason)                               \
    {                                                                                              \
        if (act_callbacks_of_##name.terminate != NULL)                                             \
            act_callbacks_of_##name.terminate(act__self, (state_type *)act__state, act__reason);   \
    }                                                                                              \
    static const act_type *act_schema_of_##name(void)                                              \
    {                                                                                              \
        return act_callbacks_of_##name.schema == NULL ? NULL : act_callbacks_of_##name.schema();   \
    }                                                                                              \
    static void act_args_release_of_##name(void *act__args)                                        \
    {                                                                                              \
        if (act_callbacks_of_##name.args_release != NULL)                                          \
            act_callbacks_of_##name.args_release((args_type *)act__args);                          \
    }

/* C++ warns of what is left out of a struct, C does not. */
#ifdef __cplusplus
#define ACT__ACTOR_GIVEN_BEGINS                                                                    \
    _Pragma("GCC diagnostic push")                                                                 \
        _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
#define ACT__ACTOR_GIVEN_ENDS _Pragma("GCC diagnostic pop")
#else
#define ACT__ACTOR_GIVEN_BEGINS
#define ACT__ACTOR_GIVEN_ENDS
#endif

#define ACT__ACTOR_BEHAVIOR(name, state_type, args_type)                                           \
    {                                                                                              \
#name, sizeof(state_type), sizeof(args_type), act_init_of_##name, act_receive_of_##name,   \
            act_terminate_of_##name, act_schema_of_##name, act_args_release_of_##name,             \
        {                                                                                          \
            NULL, NULL, NULL                                                                       \
        }                                                                                          \
    }

#define ACT__ACTOR_SPAWNS(name, args_type)                                                         \
    typedef args_type                    act_args_of_##name;                                       \
    ACT__TABLE ACT_MUST_CHECK act_result name##_spawn(act_self *act__self, act_pid *act__pid,      \
                                                      const args_type         *act__args,          \
                                                      const act_spawn_options *act__options)       \
    {                                                                                              \
        return act_spawn(act__self, act__pid, &name##_behavior, act__args, act__options);          \
    }                                                                                              \
    ACT__TABLE ACT_MUST_CHECK act_result name##_spawn_link(act_self *act__self, act_pid *act__pid, \
                                                           const args_type         *act__args,     \
                                                           const act_spawn_options *act__options)  \
    {                                                                                              \
        return act_spawn_link(act__self, act__pid, &name##_behavior, act__args, act__options);     \
    }                                                                                              \
    ACT__TABLE ACT_MUST_CHECK act_result name##_spawn_monitor(                                     \
        act_self *act__self, act_pid *act__pid, act_ref *act__monitor, const args_type *act__args, \
        const act_spawn_options *act__options)                                                     \
    {                                                                                              \
        return act_spawn_monitor(act__self, act__pid, act__monitor, &name##_behavior, act__args,   \
                                 act__options);                                                    \
    }                                                                                              \
    ACT__TABLE ACT_MUST_CHECK act_result name##_system_spawn(                                      \
        act_system *act__system, act_pid *act__pid, const args_type *act__args,                    \
        const act_spawn_options *act__options)                                                     \
    {                                                                                              \
        return act_system_spawn(act__system, act__pid, &name##_behavior, act__args, act__options); \
    }

#endif
