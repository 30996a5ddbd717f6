/*
 * How schema.h spells each kind of field, and what ACT_STRUCT and ACT_SCHEMA are made of. Included
 * by it. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_SCHEMA_SCHEMA_KINDS_H
#define ACT_MAILBOX_SCHEMA_SCHEMA_KINDS_H

#include "../base/api.h"
#include "../base/types.h"
#include "../message/message.h"
#include "schema_tag.h"

/* Bytes that are kept elsewhere. */
typedef struct act_bytes {
    const void *data; /* may be NULL if bytes_count is 0 */
    size_t      bytes_count;
} act_bytes;

#ifdef __cplusplus
#define ACT__END(name) static_assert(sizeof #name > 1, "ends with a semicolon")
#else
#define ACT__END(name) _Static_assert(sizeof #name > 1, "ends with a semicolon")
#endif
#define ACT__TABLE __attribute__((unused)) static inline

#define ACT__STRUCT(name, FIELDS)                                                                  \
    __extension__ struct name {                                                                    \
        FIELDS(ACT__MEMBER)                                                                        \
    };
#define ACT__MEMBER(number, KIND, name) __typeof__(ACT__C_##KIND) name;

#define ACT__TYPE_OF_MESSAGE(name, FIELDS) ACT__TYPE_OF(name, FIELDS, name##_tag)
#define ACT__TYPE_OF(name, FIELDS, tag)                                                            \
    enum {                                                                                         \
        act__flags_of_##name = (0 FIELDS(ACT__OR_FLAGS)) & (ACT_FIELD_OUTSIDE | ACT_FIELD_LOCAL),  \
        act__fields_of_##name = 0 FIELDS(ACT__PLUS_ONE)                                            \
    };                                                                                             \
    ACT__TABLE const act_type *name##_type(void)                                                   \
    {                                                                                              \
        __attribute__((unused)) typedef struct name act__this;                                     \
        static const act_field act__fields[] = {FIELDS(ACT__ENTRY){NULL, 0, 0, 0, 0, 0, 0, NULL}}; \
        static const act_type  act__type = {#name,                                                 \
                                            tag,                                                   \
                                           act__fields_of_##name == 0 ? 0 : sizeof(struct name),  \
                                            act__fields_of_##name,                                 \
                                            act__flags_of_##name,                                  \
                                            0,                                                     \
                                            act__fields,                                           \
                                            NULL,                                                  \
                                            NULL};                                                 \
        (void)sizeof(char[act__fields_of_##name <= ACT_FIELDS_MAX ? 1 : -1]);                      \
        switch (0) { /* no two have the same number */                                             \
            FIELDS(ACT__NUMBER_CASE)                                                               \
        default: return &act__type;                                                                \
        }                                                                                          \
    }
#define ACT__OR_FLAGS(number, KIND, name) | (ACT__FLAGS_##KIND)
#define ACT__PLUS_ONE(number, KIND, name) +1
#define ACT__NUMBER_CASE(number, KIND, name)                                                       \
    case (number) * (int)sizeof(char[(number) >= 1 && (number) <= 65535 ? 1 : -1]):
#define ACT__ENTRY(number, KIND, name)                                                             \
    {#name,                                                                                        \
     number,                                                                                       \
     offsetof(act__this, name),                                                                    \
     ACT__LENGTH_##KIND,                                                                           \
     sizeof(ACT__ITEM_##KIND),                                                                     \
     ACT__KIND_##KIND,                                                                             \
     ACT__FLAGS_##KIND,                                                                            \
     ACT__TYPE_##KIND},

#define ACT__ENUM_CONSTANT(name, number) name = number,
#define ACT__ENUM_ENTRY(name, number)                                                              \
    {#name, (number) * (int)sizeof(char[(number) >= INT32_MIN && (number) <= INT32_MAX ? 1 : -1])},

#define ACT__TAG_CONSTANT(name, FIELDS) name##_tag = ACT__TAG(#name),
/*
 * The same value under another name, by which compilers tell what a switch has forgotten. A message
 * can be in several sets of a file, so a number is in the name; in C++ one that each file that
 * includes a set has for it, as a type has to be the same in all of them.
 */
#define ACT__TAG_CONSTANT_AGAIN(name, FIELDS) ACT__JOIN(name##_tag_, ACT__SET_NUMBER) = name##_tag,
#define ACT__JOIN(a, b)                       ACT__JOIN_EXPANDED(a, b)
#define ACT__JOIN_EXPANDED(a, b)              a##b
#ifdef __cplusplus
#define ACT__SET_NUMBER __LINE__
#else
#define ACT__SET_NUMBER __COUNTER__
#endif
/*
 * Each file that includes a schema defines for each message a symbol whose name is the tag and
 * whose value is made of all else. Linkers take several definitions of an absolute symbol if the
 * values are the same, and report them if not.
 */
#ifdef __ELF__
#define ACT__TAG_SYMBOL(name, FIELDS)                                                              \
    {                                                                                              \
        __attribute__((unused)) typedef struct name act__this;                                     \
        enum { act__sum = ACT__SUM(#name) };                                                       \
        __asm__(".globl act_message_with_tag_%c0\n\t.hidden act_message_with_tag_%c0\n\t"          \
                ".set act_message_with_tag_%c0, %c1"                                               \
                :                                                                                  \
                : "i"(name##_tag), "i"((int32_t)((uint32_t)act__sum FIELDS(ACT__PLUS_SHAPE))));    \
    }
#else
#define ACT__TAG_SYMBOL(name, FIELDS)
#endif
#define ACT__PLUS_SHAPE(number, KIND, name)                                                        \
    +((number)*2654435761u ^ (uint32_t)offsetof(act__this, name) * 40503u ^                        \
      (uint32_t)sizeof(ACT__ITEM_##KIND) * 65599u ^ (uint32_t)(ACT__LENGTH_##KIND) * 7919u ^       \
      ((uint32_t)(ACT__KIND_##KIND) << 8 | (uint32_t)(ACT__FLAGS_##KIND)))
#define ACT__TAG_CASE(name, FIELDS)     case name##_tag:
#define ACT__UNION_MEMBER(name, FIELDS) struct name name;
#define ACT__UNION_FLAGS(name, FIELDS)  | act__flags_of_##name
#define ACT__SCHEMA_ENTRY(name, FIELDS) name##_type,

/* For each kind: C_ the type of the field, ITEM_ that of one item, LIST_ that of a list of them. */
#define ACT__C_BOOL        bool
#define ACT__C_INT8        int8_t
#define ACT__C_INT16       int16_t
#define ACT__C_INT32       int32_t
#define ACT__C_INT64       int64_t
#define ACT__C_UINT8       uint8_t
#define ACT__C_UINT16      uint16_t
#define ACT__C_UINT32      uint32_t
#define ACT__C_UINT64      uint64_t
#define ACT__C_FLOAT       float
#define ACT__C_DOUBLE      double
#define ACT__C_PID         act_pid
#define ACT__C_REF         act_ref
#define ACT__C_TEXT        const char *
#define ACT__C_BYTES       act_bytes
#define ACT__C_RESOURCE    act_resource
#define ACT__C_ENUM(e)     enum e
#define ACT__C_STRUCT(s)   struct s
#define ACT__C_UNION(s)    struct act_union_of_##s
#define ACT__C_ARRAY(k, n) ACT__ITEM_##k[n]
#define ACT__C_LIST(k)     ACT__LIST_##k
#define ACT__C_OPTIONAL(k) ACT__C_##k
#define ACT__C_SECRET(k)   ACT__C_##k

#define ACT__ITEM_BOOL        bool
#define ACT__ITEM_INT8        int8_t
#define ACT__ITEM_INT16       int16_t
#define ACT__ITEM_INT32       int32_t
#define ACT__ITEM_INT64       int64_t
#define ACT__ITEM_UINT8       uint8_t
#define ACT__ITEM_UINT16      uint16_t
#define ACT__ITEM_UINT32      uint32_t
#define ACT__ITEM_UINT64      uint64_t
#define ACT__ITEM_FLOAT       float
#define ACT__ITEM_DOUBLE      double
#define ACT__ITEM_PID         act_pid
#define ACT__ITEM_REF         act_ref
#define ACT__ITEM_TEXT        const char *
#define ACT__ITEM_BYTES       act_bytes
#define ACT__ITEM_RESOURCE    act_resource
#define ACT__ITEM_ENUM(e)     enum e
#define ACT__ITEM_STRUCT(s)   struct s
#define ACT__ITEM_UNION(s)    struct act_union_of_##s
#define ACT__ITEM_ARRAY(k, n) ACT__ITEM_##k
#define ACT__ITEM_LIST(k)     ACT__ITEM_##k
#define ACT__ITEM_OPTIONAL(k) ACT__ITEM_##k
#define ACT__ITEM_SECRET(k)   ACT__ITEM_##k

#define ACT__LIST_BOOL      act_list_bool
#define ACT__LIST_INT8      act_list_int8
#define ACT__LIST_INT16     act_list_int16
#define ACT__LIST_INT32     act_list_int32
#define ACT__LIST_INT64     act_list_int64
#define ACT__LIST_UINT8     act_list_uint8
#define ACT__LIST_UINT16    act_list_uint16
#define ACT__LIST_UINT32    act_list_uint32
#define ACT__LIST_UINT64    act_list_uint64
#define ACT__LIST_FLOAT     act_list_float
#define ACT__LIST_DOUBLE    act_list_double
#define ACT__LIST_PID       act_list_pid
#define ACT__LIST_REF       act_list_ref
#define ACT__LIST_TEXT      act_list_text
#define ACT__LIST_BYTES     act_list_bytes
#define ACT__LIST_RESOURCE  act_list_resource
#define ACT__LIST_ENUM(e)   struct act_list_of_##e
#define ACT__LIST_STRUCT(s) struct act_list_of_##s
#define ACT__LIST_UNION(s)  struct act_unions_of_##s

#define ACT__LIST_OF(name, item)                                                                   \
    typedef struct act_list_##name {                                                               \
        item const *items;                                                                         \
        size_t      count;                                                                         \
    } act_list_##name;
ACT__LIST_OF(bool, bool)
ACT__LIST_OF(int8, int8_t)
ACT__LIST_OF(int16, int16_t)
ACT__LIST_OF(int32, int32_t)
ACT__LIST_OF(int64, int64_t)
ACT__LIST_OF(uint8, uint8_t)
ACT__LIST_OF(uint16, uint16_t)
ACT__LIST_OF(uint32, uint32_t)
ACT__LIST_OF(uint64, uint64_t)
ACT__LIST_OF(float, float)
ACT__LIST_OF(double, double)
ACT__LIST_OF(pid, act_pid)
ACT__LIST_OF(ref, act_ref)
ACT__LIST_OF(text, const char *)
ACT__LIST_OF(bytes, act_bytes)
ACT__LIST_OF(resource, act_resource)

#define ACT__KIND_BOOL        ACT_FIELD_BOOL
#define ACT__KIND_INT8        ACT_FIELD_INT8
#define ACT__KIND_INT16       ACT_FIELD_INT16
#define ACT__KIND_INT32       ACT_FIELD_INT32
#define ACT__KIND_INT64       ACT_FIELD_INT64
#define ACT__KIND_UINT8       ACT_FIELD_UINT8
#define ACT__KIND_UINT16      ACT_FIELD_UINT16
#define ACT__KIND_UINT32      ACT_FIELD_UINT32
#define ACT__KIND_UINT64      ACT_FIELD_UINT64
#define ACT__KIND_FLOAT       ACT_FIELD_FLOAT
#define ACT__KIND_DOUBLE      ACT_FIELD_DOUBLE
#define ACT__KIND_PID         ACT_FIELD_PID
#define ACT__KIND_REF         ACT_FIELD_REF
#define ACT__KIND_TEXT        ACT_FIELD_TEXT
#define ACT__KIND_BYTES       ACT_FIELD_BYTES
#define ACT__KIND_RESOURCE    ACT_FIELD_RESOURCE
#define ACT__KIND_ENUM(e)     ACT_FIELD_ENUM
#define ACT__KIND_STRUCT(s)   ACT_FIELD_STRUCT
#define ACT__KIND_UNION(s)    ACT_FIELD_UNION
#define ACT__KIND_ARRAY(k, n) ACT__KIND_##k
#define ACT__KIND_LIST(k)     ACT__KIND_##k
#define ACT__KIND_OPTIONAL(k) ACT__KIND_##k
#define ACT__KIND_SECRET(k)   ACT__KIND_##k

/* A union is outside whatever it has, as its tag is looked at. */
#define ACT__FLAGS_BOOL        0
#define ACT__FLAGS_INT8        0
#define ACT__FLAGS_INT16       0
#define ACT__FLAGS_INT32       0
#define ACT__FLAGS_INT64       0
#define ACT__FLAGS_UINT8       0
#define ACT__FLAGS_UINT16      0
#define ACT__FLAGS_UINT32      0
#define ACT__FLAGS_UINT64      0
#define ACT__FLAGS_FLOAT       0
#define ACT__FLAGS_DOUBLE      0
#define ACT__FLAGS_PID         0
#define ACT__FLAGS_REF         0
#define ACT__FLAGS_TEXT        ACT_FIELD_OUTSIDE
#define ACT__FLAGS_BYTES       ACT_FIELD_OUTSIDE
#define ACT__FLAGS_RESOURCE    ACT_FIELD_LOCAL
#define ACT__FLAGS_ENUM(e)     0
#define ACT__FLAGS_STRUCT(s)   (int)act__flags_of_##s
#define ACT__FLAGS_UNION(s)    ACT_FIELD_OUTSIDE | (int)act__schema_flags_of_##s
#define ACT__FLAGS_ARRAY(k, n) ACT_FIELD_ARRAY | ACT__FLAGS_##k
#define ACT__FLAGS_LIST(k)     ACT_FIELD_LIST | ACT_FIELD_OUTSIDE | ACT__FLAGS_##k
#define ACT__FLAGS_OPTIONAL(k) ACT_FIELD_OPTIONAL | ACT__FLAGS_##k
#define ACT__FLAGS_SECRET(k)   ACT_FIELD_SECRET | ACT__FLAGS_##k

#define ACT__LENGTH_BOOL        1
#define ACT__LENGTH_INT8        1
#define ACT__LENGTH_INT16       1
#define ACT__LENGTH_INT32       1
#define ACT__LENGTH_INT64       1
#define ACT__LENGTH_UINT8       1
#define ACT__LENGTH_UINT16      1
#define ACT__LENGTH_UINT32      1
#define ACT__LENGTH_UINT64      1
#define ACT__LENGTH_FLOAT       1
#define ACT__LENGTH_DOUBLE      1
#define ACT__LENGTH_PID         1
#define ACT__LENGTH_REF         1
#define ACT__LENGTH_TEXT        1
#define ACT__LENGTH_BYTES       1
#define ACT__LENGTH_RESOURCE    1
#define ACT__LENGTH_ENUM(e)     1
#define ACT__LENGTH_STRUCT(s)   1
#define ACT__LENGTH_UNION(s)    1
#define ACT__LENGTH_ARRAY(k, n) n
#define ACT__LENGTH_LIST(k)     1
#define ACT__LENGTH_OPTIONAL(k) ACT__LENGTH_##k
#define ACT__LENGTH_SECRET(k)   ACT__LENGTH_##k

#define ACT__TYPE_BOOL        NULL
#define ACT__TYPE_INT8        NULL
#define ACT__TYPE_INT16       NULL
#define ACT__TYPE_INT32       NULL
#define ACT__TYPE_INT64       NULL
#define ACT__TYPE_UINT8       NULL
#define ACT__TYPE_UINT16      NULL
#define ACT__TYPE_UINT32      NULL
#define ACT__TYPE_UINT64      NULL
#define ACT__TYPE_FLOAT       NULL
#define ACT__TYPE_DOUBLE      NULL
#define ACT__TYPE_PID         NULL
#define ACT__TYPE_REF         NULL
#define ACT__TYPE_TEXT        NULL
#define ACT__TYPE_BYTES       NULL
#define ACT__TYPE_RESOURCE    NULL
#define ACT__TYPE_ENUM(e)     e##_type
#define ACT__TYPE_STRUCT(s)   s##_type
#define ACT__TYPE_UNION(s)    s##_schema
#define ACT__TYPE_ARRAY(k, n) ACT__TYPE_##k
#define ACT__TYPE_LIST(k)     ACT__TYPE_##k
#define ACT__TYPE_OPTIONAL(k) ACT__TYPE_##k
#define ACT__TYPE_SECRET(k)   ACT__TYPE_##k

#endif
