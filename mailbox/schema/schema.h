/*
 * Typed messages: a protocol written once gives structs, tags, a tagged union, checks and a table
 * of fields. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_SCHEMA_SCHEMA_H
#define ACT_MAILBOX_SCHEMA_SCHEMA_H

#include "../base/debug.h"
#include "../message/message.h"
#include "schema_kinds.h"

/*
 * What you write, in a header:
 *
 *     #define COUNTER_ADD(FIELD)   FIELD(1, INT64, amount)
 *     #define COUNTER_VALUE(FIELD) FIELD(1, INT64, total) FIELD(2, OPTIONAL(TEXT), unit)
 *     #define COUNTER_MESSAGES(MESSAGE)         \
 *         MESSAGE(counter_add, COUNTER_ADD)     \
 *         MESSAGE(counter_read, ACT_NO_FIELDS)  \
 *         MESSAGE(counter_value, COUNTER_VALUE)
 *     ACT_SCHEMA(counter, COUNTER_MESSAGES)
 *
 * and what you have then:
 *
 *     struct counter_add {int64_t amount;};  and so on, to send with
 *                                            act_tell(self, to, counter_add, .amount = 5)
 *     enum act_tags_of_counter {counter_add_tag, ...}
 *     counter_tag_of(message)                what a message is, one of these or none, for the
 *                                            switch in receive, which -Wswitch-enum checks for
 *                                            completeness
 *     act_view(counter_add, message)         its fields
 *     struct act_union_of_counter            {enum act_tags_of_counter tag;
 *                                            union {struct counter_add counter_add; ...} as;}
 *     counter_schema(), counter_add_type()   tables for act_message_print, the codec, and what you
 *                                            make of them
 *
 *     switch (counter_tag_of(message)) {
 *     case counter_add_tag: total += act_view(counter_add, message)->amount; break;
 *     case counter_read_tag: act_answer(self, message, counter_value, .total = total); break;
 *     case counter_value_tag: break;
 *     default: act_unknown(self, message);
 *     }
 *
 * FIELD(number, kind, name). The number, 1 to 65535, stands for the field in encoded messages: a
 * number that was used is never used for anything else. Kinds, and what the struct has:
 *
 *     BOOL INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 FLOAT DOUBLE PID REF
 *                    bool, int8_t ... uint64_t, float, double, act_pid, act_ref
 *     TEXT           const char *, ended by a NUL; NULL is sent as ""
 *     BYTES          act_bytes {const void *data; size_t bytes_count;}
 *     RESOURCE       act_resource {void *pointer; void (*release)(void *);}; see below
 *     ENUM(e)        enum e, of ACT_ENUM(e, ...)
 *     STRUCT(s)      struct s, of ACT_STRUCT(s, ...)
 *     UNION(s)       struct act_union_of_s, of ACT_SCHEMA(s, ...): any one of its messages; tag
 *                    0: none
 *     ARRAY(kind, n) kind name[n]: always n of them
 *     LIST(kind)     {const kind *items; size_t count;}: act_list_int32 and so on, struct
 *                    act_list_of_s; of a UNION struct act_unions_of_s
 *     OPTIONAL(kind) as kind; see below
 *     SECRET(kind)   as kind, but never printed
 *
 * OPTIONAL and SECRET are written around the others, ARRAY and LIST around what stands above them.
 *
 * A resource moves into the message that is sent, as act_resource_value says of one that is sent
 * alone: .socket = {socket, act_socket_release}. The receiver takes it out, act_resource_take, or
 * it is released with the message, whatever becomes of that. Where a call answers a result that is
 * not ACT_OK it is still the sender's; act_tell and the others without a result release it. A
 * message of a type that has one, at whatever depth, is local: it is not encoded (ACT_LOCAL) nor
 * decoded, and there is only one of it, so act_tell_all has none to send. It is printed as
 * "resource".
 *
 * A field is set as C sets it: a double is cut for an INT64, an int64_t for an INT32, in silence.
 * The compiler says so, at the place of the call, with -Wfloat-conversion and -Wconversion.
 *
 * Optional fields have no mark whether they are there: one that is zero, empty or none is not
 * encoded, and one that was not encoded is zero, empty or none. A field that is not optional must
 * be there to be decoded. So a protocol evolves: add optional fields with new numbers; make a field
 * optional; never take one away that is not optional, change its kind, or use its number again. A
 * reader that does not know a field passes over it.
 *
 * Constants can be added to an ENUM. A reader that does not know one keeps its number, prints it as
 * a number and writes it again when it passes the message on, so a switch over an enum that others
 * send has a default, and act_enum_is_known(color_type(), color) says whether it is one. The
 * constant 0 need not exist, but it is what an enum has that was never set, and what an optional
 * one is omitted for: name it.
 *
 * Messages can be added to a schema that is a UNION elsewhere. A reader that does not know one
 * reads the union as none, which is counted (act_decode_options), and passes on none: what has to
 * be passed on whole is better sent as BYTES. A whole message that is not known is refused. See
 * act_schema_fingerprint.
 *
 * Every name will do for a message that no other struct has, that of its schema included. What else
 * is declared for it, or for the schema, is no struct or enum, or begins with act_: so both may
 * have the name of anything that you call so yourself (struct room in a schema room).
 *
 * A message's tag is computed from its name, which is therefore the message's identity: it begins,
 * by convention, with that of its schema. Two names with the same tag in one schema do not compile,
 * nor do two in one switch; two messages with the same tag or name that are not the same in two
 * files of one program do not link (unless by -flto).
 *
 * Texts, bytes and lists are copied once, into the message's own memory, when it is sent; act_room
 * spares bytes even that. What act_view shows lives as long as the message: for the rest of the
 * handler, or as long as you keep what act_take has given you.
 *
 * An actor that is spoken to in several protocols has them as one, and one switch over them:
 * ACT_SCHEMAS.
 *
 * In C++ (17 and newer) fields must be named in the order in which they are declared.
 */

ACT_BEGIN_DECLS

/* The most fields of one struct or message, and the largest of their numbers. */
#define ACT_FIELDS_MAX       256
#define ACT_FIELD_NUMBER_MAX 65535

/* What a field, or each of its items, is. */
typedef enum act_field_kind {
    ACT_FIELD_BOOL,
    ACT_FIELD_INT8,
    ACT_FIELD_INT16,
    ACT_FIELD_INT32,
    ACT_FIELD_INT64,
    ACT_FIELD_UINT8,
    ACT_FIELD_UINT16,
    ACT_FIELD_UINT32,
    ACT_FIELD_UINT64,
    ACT_FIELD_FLOAT,
    ACT_FIELD_DOUBLE,
    ACT_FIELD_PID,
    ACT_FIELD_REF,
    ACT_FIELD_TEXT,
    ACT_FIELD_BYTES,
    ACT_FIELD_ENUM,
    ACT_FIELD_STRUCT,
    ACT_FIELD_UNION,
    ACT_FIELD_RESOURCE
} act_field_kind;

/* How many of them there are, and what is to be heeded. */
enum {
    ACT_FIELD_ARRAY = 1, /* `length` of them, one behind the other */
    ACT_FIELD_LIST = 2,  /* a struct act_list */
    ACT_FIELD_OPTIONAL = 4,
    ACT_FIELD_SECRET = 8,
    ACT_FIELD_OUTSIDE = 16, /* has a text, bytes, a list or a union, at whatever depth: cannot be
                               copied as it is */
    ACT_FIELD_LOCAL = 32    /* has a resource, at whatever depth: cannot leave the process */
};

/* Any LIST, to code that walks over fields. */
struct act_list {
    const void *items;
    size_t      count;
};

struct act_type;

typedef struct act_field {
    const char *name;
    uint32_t    number;
    uint32_t    offset;     /* in the struct */
    uint32_t    length;     /* of an array; else 1 */
    uint32_t    item_bytes; /* of one item */
    uint8_t     kind;       /* an act_field_kind */
    uint8_t     flags;
    const struct act_type *(*type)(void); /* of an enum, struct or union; else NULL */
} act_field;

typedef struct act_enum_value {
    const char *name;
    int64_t     value;
} act_enum_value;

/* A struct, a message, an enum, or a schema: one of the three lists is there. */
typedef struct act_type {
    const char           *name;
    uint32_t              tag;         /* a message's; else 0 */
    uint32_t              bytes;       /* of the C type; 0 for a struct without fields */
    uint32_t              parts_count; /* of the list */
    uint32_t              flags;       /* ACT_FIELD_OUTSIDE, ACT_FIELD_LOCAL, both, or 0 */
    uint32_t              as_offset;   /* of a schema: where its union begins in the C type */
    const act_field      *fields;
    const act_enum_value *values;
    const struct act_type *(*const *messages)(void); /* of a schema */
} act_type;

/* ------------------------------------------------------------------------------- what you write */

/* For a message that is only its name. */
#define ACT_NO_FIELDS(FIELD)

/*
 * enum name {...}; LIST(VALUE) is VALUE(constant, number) for each. Numbers are those of an
 * int32_t.
 */
#define ACT_ENUM(name, LIST)                                                                       \
    enum name { LIST(ACT__ENUM_CONSTANT) };                                                        \
    struct act_list_of_##name {                                                                    \
        const enum name *items;                                                                    \
        size_t           count;                                                                    \
    };                                                                                             \
    ACT__TABLE const act_type *name##_type(void)                                                   \
    {                                                                                              \
        static const act_enum_value act__values[] = {LIST(ACT__ENUM_ENTRY)};                       \
        static const act_type       act__type = {#name,                                            \
                                                 0,                                                \
                                                 sizeof(enum name),                                \
                                                 sizeof act__values / sizeof *act__values,         \
                                                 0,                                                \
                                                 0,                                                \
                                                 NULL,                                             \
                                                 act__values,                                      \
                                                 NULL};                                            \
        return &act__type;                                                                         \
    }                                                                                              \
    ACT__END(name)

/* struct name {...}, to be a part of messages; FIELDS(FIELD) as above. */
#define ACT_STRUCT(name, FIELDS)                                                                   \
    ACT__STRUCT(name, FIELDS)                                                                      \
    struct act_list_of_##name {                                                                    \
        const struct name *items;                                                                  \
        size_t             count;                                                                  \
    };                                                                                             \
    ACT__TYPE_OF(name, FIELDS, 0)                                                                  \
    ACT__END(name)

/* The protocol: see above. LIST(MESSAGE) is MESSAGE(name, FIELDS) for each. */
#define ACT_SCHEMA(name, LIST)                                                                     \
    LIST(ACT__STRUCT)                                                                              \
    enum act_tags_of_##name{LIST(ACT__TAG_CONSTANT)};                                              \
    LIST(ACT__TYPE_OF_MESSAGE)                                                                     \
    __attribute__((used, cold)) static void act__tags_of_##name(void){                             \
        LIST(ACT__TAG_SYMBOL)} ACT__SCHEMA_OF(name, LIST)

/*
 * Several schemas as one, for an actor that is spoken to in all of them; each is declared before:
 *
 *     #define DESK_MESSAGES(MESSAGE) ROOM_MESSAGES(MESSAGE) NET_MESSAGES(MESSAGE)
 *     ACT_SCHEMAS(desk, DESK_MESSAGES);
 *
 * What you have then is what ACT_SCHEMA gives, except the messages, which stay as they are: a
 * switch over desk_tag_of(message) has to have room_enter_tag, net_accepted_tag and all others; and
 * desk_schema() is what a behavior names (.schema) and what is printed and decoded by. Two messages
 * with the same tag do not compile here. Nothing is copied, and each of the schemas remains.
 */
#define ACT_SCHEMAS(name, LIST)                                                                    \
    enum act_tags_of_##name{LIST(ACT__TAG_CONSTANT_AGAIN)};                                        \
    ACT__SCHEMA_OF(name, LIST)

/* What both have, when the messages and the enum are there. */
#define ACT__SCHEMA_OF(name, LIST)                                                                 \
    struct act_union_of_##name {                                                                   \
        enum act_tags_of_##name tag;                                                               \
        union {                                                                                    \
            LIST(ACT__UNION_MEMBER)                                                                \
        } as;                                                                                      \
    };                                                                                             \
    struct act_unions_of_##name {                                                                  \
        const struct act_union_of_##name *items;                                                   \
        size_t                            count;                                                   \
    };                                                                                             \
    enum { act__schema_flags_of_##name = 0 LIST(ACT__UNION_FLAGS) };                               \
    ACT__TABLE const act_type *name##_schema(void)                                                 \
    {                                                                                              \
        static const act_type *(*const act__messages[])(void) = {LIST(ACT__SCHEMA_ENTRY)};         \
        static const act_type act__type = {#name,                                                  \
                                           0,                                                      \
                                           sizeof(struct act_union_of_##name),                     \
                                           sizeof act__messages / sizeof *act__messages,           \
                                           act__schema_flags_of_##name,                            \
                                           offsetof(struct act_union_of_##name, as),               \
                                           NULL,                                                   \
                                           NULL,                                                   \
                                           act__messages};                                         \
        switch (0) { /* no two have the same tag */                                                \
            LIST(ACT__TAG_CASE)                                                                    \
        default: return &act__type;                                                                \
        }                                                                                          \
    }                                                                                              \
    ACT__TABLE enum act_tags_of_##name name##_tag_of(const act_message *act__message)              \
    {                                                                                              \
        return (enum act_tags_of_##name)(act__message->kind == ACT_VALUE_TYPED ? act__message->tag \
                                                                               : 0);               \
    }                                                                                              \
    ACT__END(name)

/* The fields of a message that is one of these: the switch over name##_tag_of has said so. */
#define act_view(name, message)                                                                    \
    ((const struct name *)(const void *)ACT__VIEWED(name, message, "act_view")->as.bytes)

/*
 * The same of a message that is yours, made and not yet sent or taken by act_take, to change it
 * where it lies: its scalars, and the bytes that act_room made.
 */
#define act_edit(name, message)                                                                    \
    ((struct name *)(void *)ACT__EDITED(name, message, "act_edit")->as.bytes)

/* The message itself, of which a program that was compiled with ACT_DEBUG makes sure. */
#ifdef ACT_DEBUG
static inline const act_message *act__viewed(const act_message *message, const act_type *type,
                                             const char *call, const char *file, int line)
{
    if (message->kind != ACT_VALUE_TYPED || message->tag != type->tag)
        act_debug_failed(file, line, "%s: the message is no %s: its kind is %d and its tag 0x%x",
                         call, type->name, (int)message->kind, (unsigned)message->tag);
    return message;
}
static inline act_message *act__edited(const act_message *message, const act_type *type,
                                       const char *call, const char *file, int line)
{
    return (act_message *)(uintptr_t)act__viewed(message, type, call, file, line);
}
#define ACT__VIEWED(name, message, call)                                                           \
    act__viewed(message, name##_type(), call, __FILE__, __LINE__)
#define ACT__EDITED(name, message, call)                                                           \
    act__edited(message, name##_type(), call, __FILE__, __LINE__)
#else
#define ACT__VIEWED(name, message, call) (message)
#define ACT__EDITED(name, message, call) (message)
#endif

/*
 * For BYTES of a message that is being made: room for so many in the message's own memory,
 * uninitialised as that of act_message_create. Write them where .data points (act_room_of), before
 * the message is sent.
 */
#define ACT_ROOM ((const void *)UINTPTR_MAX)
static inline act_bytes act_room(size_t bytes_count)
{
    act_bytes room = {ACT_ROOM, bytes_count};
    return room;
}

/* Where to write the bytes of a field that was made with act_room. */
static inline void *act_room_of(const act_bytes *bytes)
{
    return (void *)(uintptr_t)bytes->data;
}

/*
 * A number for a text, or one pointer for another, is an error in files that include this: GCC only
 * warns before 14.
 */
#ifndef __cplusplus
#pragma GCC diagnostic error "-Wint-conversion"
#pragma GCC diagnostic error "-Wincompatible-pointer-types"
#endif

/* A switch over what ACT_SCHEMAS gives has cases from the enums of others. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wenum-compare-switch"
#endif

/* Pointer to a value of this type, for as long as the statement or block runs. */
#ifdef __cplusplus
#define ACT__VALUE_OF(type, ...)                                                                   \
    act__address_of([&] {                                                                          \
        _Pragma("GCC diagnostic push")                                                             \
            _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"") using act__that =   \
                type;                                                                              \
        return act__that{__VA_ARGS__};                                                             \
        _Pragma("GCC diagnostic pop")                                                              \
    }())
extern "C++" template <typename type> inline const void *act__address_of(const type &fields)
{
    return &fields;
}
#else
#define ACT__VALUE_OF(type, ...) (&(const type){__VA_ARGS__})
#endif

/* Pointer to a struct of these fields; there may be an enumerator of this name. */
#define ACT__FIELDS(name, ...) ACT__VALUE_OF(struct name, __VA_ARGS__)

/* ---------------------------------------------------------------------------- what functions do */

/**
 * Makes a message of any type: what the typed sends do, for act_send, channels and the like.
 *
 * type     Of a message; made by ACT_SCHEMA: counter_add_type().
 * fields   The struct. What it refers to is copied.
 *
 * Owns:    you own the message until a send takes it. On ACT_OK resources belong to it, otherwise
 *          they are still yours.
 * Threads: any.
 * Returns: ACT_OK; ACT_INVALID (a union's tag is none of its schema's, a list or bytes are NULL but
 *          counted, or it is longer than ACT_MESSAGE_BYTES_MAX); ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_message_create_typed(act_message   **message,
                                                           const act_type *type,
                                                           const void     *fields) ACT_NONNULL_ALL;

/** act_message_make(&message, counter_add, .amount = 5). As act_message_create_typed. */
#define act_message_make(message, name, ...)                                                       \
    act_message_create_typed(message, name##_type(), ACT__FIELDS(name, __VA_ARGS__))

/** The type of the schema's message with this tag; NULL: none. Threads: any. */
ACT_API const act_type *act_schema_find(const act_type *schema, uint32_t tag) ACT_NONNULL_ALL;

/**
 * Whether an enum has a constant with this number: what others sent may have one that only a newer
 * version knows.
 *
 * type  Made by ACT_ENUM: color_type().
 *
 * Threads: any.
 */
ACT_API bool act_enum_is_known(const act_type *type, int32_t value) ACT_NONNULL_ALL;

/**
 * A number that says whether two schemas are the same: of all names, numbers, kinds and constants
 * in it, in their order. To be kept beside what is stored or agreed upon when nodes meet: where it
 * is the same nothing has changed; where it differs the rules of evolution hold, if they were
 * followed. Threads: any.
 */
ACT_API uint64_t act_schema_fingerprint(const act_type *schema) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
