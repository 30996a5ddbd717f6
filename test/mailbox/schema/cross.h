/* The messages whose bytes are written down, to be read from every language for ever. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_MAILBOX_SCHEMA_CROSS_H
#define TEST_MAILBOX_SCHEMA_CROSS_H

#include <mailbox/schema/schema.h>

#define CROSS_COLORS(VALUE) VALUE(color_none, 0) VALUE(color_red, 1) VALUE(color_odd, -3)
ACT_ENUM(color, CROSS_COLORS);

#define CROSS_POINT(FIELD) FIELD(1, INT32, x) FIELD(2, INT32, y)
ACT_STRUCT(point, CROSS_POINT);

#define CROSS_CIRCLE(FIELD)   FIELD(1, STRUCT(point), centre) FIELD(2, DOUBLE, radius)
#define CROSS_SHAPES(MESSAGE) MESSAGE(shape_circle, CROSS_CIRCLE) MESSAGE(shape_none, ACT_NO_FIELDS)
ACT_SCHEMA(shape, CROSS_SHAPES);

#define CROSS_ALL(FIELD)                                                                           \
    FIELD(1, INT8, i8)                                                                             \
    FIELD(2, INT16, i16)                                                                           \
    FIELD(3, INT32, i32)                                                                           \
    FIELD(4, INT64, i64)                                                                           \
    FIELD(5, UINT8, u8)                                                                            \
    FIELD(6, UINT16, u16)                                                                          \
    FIELD(7, UINT32, u32)                                                                          \
    FIELD(8, UINT64, u64)                                                                          \
    FIELD(9, FLOAT, f)                                                                             \
    FIELD(10, DOUBLE, d)                                                                           \
    FIELD(11, BOOL, b)                                                                             \
    FIELD(12, TEXT, text)                                                                          \
    FIELD(13, BYTES, bytes)                                                                        \
    FIELD(14, LIST(INT32), ints)                                                                   \
    FIELD(15, LIST(TEXT), texts)                                                                   \
    FIELD(16, ARRAY(UINT16, 3), arr)                                                               \
    FIELD(17, OPTIONAL(TEXT), opt)                                                                 \
    FIELD(18, ENUM(color), color)                                                                  \
    FIELD(19, STRUCT(point), point)                                                                \
    FIELD(20, UNION(shape), shape)                                                                 \
    FIELD(21, PID, pid)                                                                            \
    FIELD(22, REF, ref)
#define CROSS_OPT(FIELD)                                                                           \
    FIELD(1, OPTIONAL(INT64), i64)                                                                 \
    FIELD(2, OPTIONAL(DOUBLE), d)                                                                  \
    FIELD(3, OPTIONAL(TEXT), text)                                                                 \
    FIELD(4, OPTIONAL(BYTES), bytes)                                                               \
    FIELD(5, OPTIONAL(LIST(INT32)), ints)                                                          \
    FIELD(6, OPTIONAL(STRUCT(point)), point)                                                       \
    FIELD(7, OPTIONAL(BOOL), b)                                                                    \
    FIELD(8, OPTIONAL(UINT64), u64)                                                                \
    FIELD(9, OPTIONAL(FLOAT), f)                                                                   \
    FIELD(10, OPTIONAL(ENUM(color)), color)                                                        \
    FIELD(11, OPTIONAL(UNION(shape)), shape)                                                       \
    FIELD(12, OPTIONAL(PID), pid)                                                                  \
    FIELD(13, OPTIONAL(ARRAY(UINT16, 3)), arr)
#define CROSS_SMALL(FIELD)  FIELD(1, INT64, amount) FIELD(2, DOUBLE, price)
#define CROSS_TEXT(FIELD)   FIELD(1, TEXT, text)
#define CROSS_BYTES(FIELD)  FIELD(1, BYTES, bytes)
#define CROSS_INT(FIELD)    FIELD(1, INT64, n)
#define CROSS_UINT(FIELD)   FIELD(1, UINT64, n)
#define CROSS_DOUBLE(FIELD) FIELD(1, DOUBLE, d)
#define CROSS_FLOAT(FIELD)  FIELD(1, FLOAT, d)
#define CROSS_INTS(FIELD)   FIELD(1, LIST(INT32), ints)
#define CROSS_PID(FIELD)    FIELD(1, PID, pid)
#define CROSS_BOOL(FIELD)   FIELD(1, BOOL, b)

/* Small numbers that can come as bytes, and what nests. */
#define CROSS_OCTETS(FIELD)                                                                        \
    FIELD(1, OPTIONAL(ARRAY(UINT8, 4)), address) FIELD(2, OPTIONAL(LIST(UINT8)), key)
#define CROSS_LINE(FIELD) FIELD(1, DOUBLE, price) FIELD(2, OPTIONAL(LIST(TEXT)), notes)
ACT_STRUCT(line, CROSS_LINE);
#define CROSS_ORDER(FIELD)                                                                         \
    FIELD(1, LIST(STRUCT(line)), lines)                                                            \
    FIELD(2, OPTIONAL(LIST(UNION(shape))), shapes)                                                 \
    FIELD(3, OPTIONAL(ARRAY(STRUCT(point), 2)), ends)                                              \
    FIELD(300, OPTIONAL(UINT8), count)

#define CROSS_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(x_all, CROSS_ALL)                                                                      \
    MESSAGE(x_opt, CROSS_OPT)                                                                      \
    MESSAGE(x_small, CROSS_SMALL)                                                                  \
    MESSAGE(x_nothing, ACT_NO_FIELDS)                                                              \
    MESSAGE(x_text, CROSS_TEXT)                                                                    \
    MESSAGE(x_bytes, CROSS_BYTES)                                                                  \
    MESSAGE(x_int, CROSS_INT)                                                                      \
    MESSAGE(x_uint, CROSS_UINT)                                                                    \
    MESSAGE(x_double, CROSS_DOUBLE)                                                                \
    MESSAGE(x_float, CROSS_FLOAT)                                                                  \
    MESSAGE(x_ints, CROSS_INTS)                                                                    \
    MESSAGE(x_pid, CROSS_PID)                                                                      \
    MESSAGE(x_bool, CROSS_BOOL)                                                                    \
    MESSAGE(x_octets, CROSS_OCTETS)                                                                \
    MESSAGE(order, CROSS_ORDER)
ACT_SCHEMA(x, CROSS_MESSAGES);

#endif
