/* The envelope: what actors send each other. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_MESSAGE_H
#define ACT_MAILBOX_MESSAGE_MESSAGE_H

#include "../base/result.h"
#include "../base/types.h"

ACT_BEGIN_DECLS

/*
 * Tags. Yours are 1 to ACT_TAG_MAX. The framework's own messages have tags above it; each says
 * which of the message's fields it fills. `sender` is act_message_sender().
 */
#define ACT_TAG_MAX UINT32_C(0xFFFFFEFF)

/* Trapped exit signal: sender = the actor that ended, act_message_reason(). */
#define ACT_MESSAGE_EXIT UINT32_C(0xFFFFFF01)
/*
 * Answer to act_monitor or act_ask: sender = the actor that ended, ref = the monitor's or ask's,
 * act_message_reason(), act_message_fate().
 */
#define ACT_MESSAGE_DOWN UINT32_C(0xFFFFFF02)
/* Answer to act_ask: no reply came in time; ref = the ask's. */
#define ACT_MESSAGE_TIMED_OUT UINT32_C(0xFFFFFF03)
/*
 * To the parent of an actor spawned with .announce: its init has returned; as.int64 = init's
 * act_result, or ACT_CLOSED if the actor ended before init could return.
 */
#define ACT_MESSAGE_STARTED UINT32_C(0xFFFFFF04)

/* Which member of `as` a message carries. */
typedef enum act_value_kind {
    ACT_VALUE_NOTHING,
    ACT_VALUE_BOOL,
    ACT_VALUE_INT64,
    ACT_VALUE_UINT64,
    ACT_VALUE_FLOAT64,
    ACT_VALUE_PID,
    ACT_VALUE_REF,
    ACT_VALUE_POINTER,  /* shared by agreement between sender and receiver; never freed by the
                           framework */
    ACT_VALUE_RESOURCE, /* moved: released by the framework if it is not taken */
    ACT_VALUE_BYTES,    /* bytes_count bytes, aligned to 8 */
    ACT_VALUE_TYPED,    /* the struct of a typed message, and behind it what it refers to:
                           schema.h */
    ACT_VALUE_REASON    /* of the framework's EXIT and DOWN; read by act_message_reason() */
} act_value_kind;

/*
 * Something with one owner that travels in a message: a socket, a buffer, a file. All zero: none.
 */
typedef struct act_resource {
    void *pointer;
    void (*release)(void *pointer); /* any thread; must not panic: its actor may have ended */
} act_resource;

/* A scalar to send by value; made by the functions below. */
typedef struct act_value {
    act_value_kind kind;
    union {
        bool         boolean;
        int64_t      int64;
        uint64_t     uint64;
        double       float64;
        act_pid      pid;
        act_ref      ref;
        void        *pointer;
        act_resource resource;
        uint64_t     act_words[2]; /* the library's: all of it */
    } as;
} act_value;

/*
 * Payloads up to this size lie inside the 64-byte envelope; larger ones make the envelope larger.
 */
#define ACT_MESSAGE_INLINE_BYTES 24

/* The largest payload of one message. Send what is larger in pieces, or as a resource. */
#define ACT_MESSAGE_BYTES_MAX ((size_t)1 << 30)

/*
 * 64 bytes and what the payload needs beyond. Read `tag`, `kind`, `bytes_count`, `ref` and the
 * member of `as` that `kind` names; write only the tag and the payload of a message that you own.
 * Members that begin with act_ are the library's.
 */
typedef struct act_message {
    struct act_message *act_next;
    uint64_t            act_sender;
    uint32_t            act_generation;
    uint16_t            act_sender_node;
    uint8_t             act_bits;
    uint8_t             kind; /* an act_value_kind */
    uint32_t            tag;
    uint32_t            bytes_count; /* of as.bytes; 0 unless kind is ACT_VALUE_BYTES or
                                        ACT_VALUE_TYPED */
    act_ref             ref;         /* the ask this belongs to, the monitor, or the timer of its
                                        receiver; 0: none */
    union {
        bool         boolean;
        int64_t      int64;
        uint64_t     uint64;
        double       float64;
        act_pid      pid;
        act_ref      ref;
        void        *pointer;
        act_resource resource;
        uint64_t     act_words[2];
        uint8_t      bytes[ACT_MESSAGE_INLINE_BYTES]; /* longer payloads go on behind the struct */
    } as;
} act_message;

/* Nothing but the tag. */
static inline act_value act_nothing(void)
{
    act_value value;
    value.kind = ACT_VALUE_NOTHING;
    value.as.act_words[0] = value.as.act_words[1] = 0;
    return value;
}

#define ACT__VALUE_MAKER(name, KIND, type, member)                                                 \
    static inline act_value name(type x)                                                           \
    {                                                                                              \
        act_value value = act_nothing();                                                           \
        value.kind = KIND;                                                                         \
        value.as.member = x;                                                                       \
        return value;                                                                              \
    }
ACT__VALUE_MAKER(act_bool, ACT_VALUE_BOOL, bool, boolean)
ACT__VALUE_MAKER(act_int64, ACT_VALUE_INT64, int64_t, int64)
ACT__VALUE_MAKER(act_uint64, ACT_VALUE_UINT64, uint64_t, uint64)
ACT__VALUE_MAKER(act_float64, ACT_VALUE_FLOAT64, double, float64)
ACT__VALUE_MAKER(act_pid_value, ACT_VALUE_PID, act_pid, pid)
ACT__VALUE_MAKER(act_ref_value, ACT_VALUE_REF, act_ref, ref)
ACT__VALUE_MAKER(act_pointer, ACT_VALUE_POINTER, void *, pointer)
#undef ACT__VALUE_MAKER

/*
 * C would cut a floating number to an integer without a word. The error names this struct. (C++ has
 * -Wfloat-conversion.)
 */
#ifndef __cplusplus
struct act__a_floating_number_is_no_integer {
    char act__none;
};
#define ACT__INTEGER(x)                                                                            \
    _Generic((x), float                                                                            \
             : (struct act__a_floating_number_is_no_integer){0}, double                            \
             : (struct act__a_floating_number_is_no_integer){0}, long double                       \
             : (struct act__a_floating_number_is_no_integer){0}, default                           \
             : (x))
#define act_int64(x)  act_int64(ACT__INTEGER(x))
#define act_uint64(x) act_uint64(ACT__INTEGER(x))
#endif

/* Moves what `pointer` stands for into the message; `release` frees it if it is not taken. */
static inline act_value act_resource_value(void *pointer, void (*release)(void *pointer))
{
    act_value value = act_nothing();
    value.kind = ACT_VALUE_RESOURCE;
    value.as.resource.pointer = pointer;
    value.as.resource.release = release;
    return value;
}

/**
 * Makes a message with room for bytes.
 *
 * message      Set on ACT_OK.
 * tag          1 to ACT_TAG_MAX.
 * bytes_count  0 to ACT_MESSAGE_BYTES_MAX. The bytes are uninitialised: write them to as.bytes.
 *
 * Owns:    you own the message until a send takes it.
 * Threads: any.
 * Returns: ACT_OK, ACT_INVALID (tag or bytes_count), ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_message_create(act_message **message, uint32_t tag,
                                                     size_t bytes_count) ACT_NONNULL(1);

/**
 * Makes a message that carries one scalar.
 *
 * Owns:    as act_message_create; on ACT_OK a resource belongs to the message, otherwise it is
 *          still yours.
 * Threads: any.
 * Returns: ACT_OK, ACT_INVALID (tag or value.kind), ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_message_create_value(act_message **message, uint32_t tag,
                                                           act_value value) ACT_NONNULL(1);

/**
 * Frees a message that was not sent, and releases its resource.
 *
 * message  *message may be NULL: nothing happens. It becomes NULL.
 *
 * Threads: any.
 */
ACT_API void act_message_free(act_message **message) ACT_NONNULL(1);

/*
 * The sender; none if it came from an ordinary thread, except for one that waits for the answer
 * (act_system_ask).
 */
static inline act_pid act_message_sender(const act_message *message)
{
    act_pid sender = {message->act_sender_node, message->act_sender};
    return sender;
}

/**
 * Copies the payload out if it has exactly the expected size.
 *
 * bytes  Room for bytes_count bytes; may be NULL when bytes_count is 0.
 *
 * Threads: any that may read the message: its owner's, or the handler it was given to.
 * Returns: ACT_OK, ACT_MALFORMED (not bytes, or of another length; nothing was written).
 */
ACT_API ACT_MUST_CHECK act_result act_message_read(const act_message *message, void *bytes,
                                                   size_t bytes_count) ACT_NONNULL(1);

/**
 * Says why, for ACT_MESSAGE_EXIT and ACT_MESSAGE_DOWN.
 *
 * Owns:    the text lives as long as the message.
 * Returns: the reason; ACT_EXIT_NORMAL without text for any other message.
 */
ACT_API act_exit_reason act_message_reason(const act_message *message) ACT_NONNULL_ALL;

/*
 * What a DOWN says of what was sent to the actor that has ended: whether it is done, or may yet be.
 */
typedef enum act_fate {
    ACT_FATE_BEGUN,   /* of an ask: its handler had the request, or may have had it: it is done,
                         in part, or not at all */
    ACT_FATE_UNBEGUN, /* of an ask: no handler has had the request, and none will: asking again
                         does nothing twice */
    ACT_FATE_KEPT,    /* of a monitor: what waited for the actor is for its next instance, which
                         may do it yet; or that cannot be told, as the actor had ended before the
                         call */
    ACT_FATE_DROPPED  /* of a monitor: what waited has become dead letters: nothing of it will be
                         done any more */
} act_fate;

/**
 * Says what became of the request that an ACT_MESSAGE_DOWN answers, or, where it answers a monitor,
 * of what had waited for the actor. A request that the actor refused or left unanswered was begun.
 * Of any other message: ACT_FATE_BEGUN.
 */
ACT_API act_fate act_message_fate(const act_message *message) ACT_NONNULL_ALL;

/**
 * Takes the resource out of a message, which then carries none. Out of a field of a typed message:
 * act_resource_take.
 *
 * message  One that you own, or the one your handler was given.
 *
 * Owns:    what is returned is yours to release.
 * Returns: the pointer; NULL if there is no resource, or it was taken already.
 */
ACT_API void *act_message_take_resource(const act_message *message) ACT_NONNULL_ALL;

/**
 * Takes a resource out of a field of a typed message, which is none then:
 * act_resource_take(&act_view(net_accepted, message)->socket).
 *
 * resource  Of a message that you own, or the one your handler was given.
 *
 * Owns:    what is returned is yours to release.
 * Returns: the pointer; NULL if there is none, or it was taken already.
 */
ACT_API void *act_resource_take(const act_resource *resource) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
