/* A protocol with every kind of field, for the tests of schemas. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_MAILBOX_SCHEMA_PROTOCOL_H
#define TEST_MAILBOX_SCHEMA_PROTOCOL_H

#include <mailbox/schema/schema.h>

#define COLORS(VALUE)                                                                              \
    VALUE(color_none, 0) VALUE(color_red, 1) VALUE(color_green, 7) VALUE(color_odd, -3)
ACT_ENUM(color, COLORS);

#define POINT(FIELD) FIELD(1, INT32, x) FIELD(2, INT32, y)
ACT_STRUCT(point, POINT);

#define PERSON(FIELD)                                                                              \
    FIELD(1, TEXT, name)                                                                           \
    FIELD(2, OPTIONAL(LIST(TEXT)), titles)                                                         \
    FIELD(3, OPTIONAL(SECRET(TEXT)), password)
ACT_STRUCT(person, PERSON);

#define SHAPE_CIRCLE(FIELD)  FIELD(1, STRUCT(point), centre) FIELD(2, DOUBLE, radius)
#define SHAPE_POLYGON(FIELD) FIELD(1, LIST(STRUCT(point)), corners)
#define SHAPE_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(shape_circle, SHAPE_CIRCLE)                                                            \
    MESSAGE(shape_polygon, SHAPE_POLYGON)
ACT_SCHEMA(shape, SHAPE_MESSAGES);

#define ZOO_NOTHING(FIELD)
#define ZOO_SMALL(FIELD) FIELD(1, INT64, amount)
#define ZOO_THREE(FIELD) FIELD(1, UINT32, a) FIELD(2, INT64, b) FIELD(3, UINT8, c)
#define ZOO_SCALARS(FIELD)                                                                         \
    FIELD(1, BOOL, yes)                                                                            \
    FIELD(2, INT8, i8)                                                                             \
    FIELD(3, INT16, i16)                                                                           \
    FIELD(4, INT32, i32)                                                                           \
    FIELD(5, INT64, i64)                                                                           \
    FIELD(6, UINT8, u8)                                                                            \
    FIELD(7, UINT16, u16)                                                                          \
    FIELD(8, UINT32, u32)                                                                          \
    FIELD(9, UINT64, u64)                                                                          \
    FIELD(10, FLOAT, f)                                                                            \
    FIELD(11, DOUBLE, d)                                                                           \
    FIELD(12, PID, pid)                                                                            \
    FIELD(13, REF, ref)                                                                            \
    FIELD(14, ENUM(color), color)
#define ZOO_OUTSIDE(FIELD)                                                                         \
    FIELD(1, TEXT, text)                                                                           \
    FIELD(2, BYTES, bytes)                                                                         \
    FIELD(3, ARRAY(UINT16, 3), numbers)                                                            \
    FIELD(4, ARRAY(TEXT, 2), texts)                                                                \
    FIELD(5, LIST(INT32), list)                                                                    \
    FIELD(6, LIST(TEXT), names)                                                                    \
    FIELD(7, LIST(BYTES), blobs)                                                                   \
    FIELD(8, LIST(ENUM(color)), colors)                                                            \
    FIELD(9, LIST(STRUCT(person)), people)                                                         \
    FIELD(10, UNION(shape), shape)                                                                 \
    FIELD(11, LIST(UNION(shape)), shapes)                                                          \
    FIELD(12, ARRAY(STRUCT(point), 2), ends)
#define ZOO_OPTIONAL(FIELD)                                                                        \
    FIELD(1, OPTIONAL(BOOL), yes)                                                                  \
    FIELD(2, OPTIONAL(INT32), number)                                                              \
    FIELD(3, OPTIONAL(DOUBLE), d)                                                                  \
    FIELD(4, OPTIONAL(TEXT), text)                                                                 \
    FIELD(5, OPTIONAL(BYTES), bytes)                                                               \
    FIELD(6, OPTIONAL(LIST(INT64)), list)                                                          \
    FIELD(7, OPTIONAL(STRUCT(point)), point)                                                       \
    FIELD(8, OPTIONAL(UNION(shape)), shape)                                                        \
    FIELD(9, OPTIONAL(ARRAY(UINT8, 4)), address)                                                   \
    FIELD(10, OPTIONAL(PID), pid)                                                                  \
    FIELD(11, OPTIONAL(ENUM(color)), color)                                                        \
    FIELD(500, OPTIONAL(SECRET(BYTES)), key)
#define ZOO_MESSAGES(MESSAGE)                                                                      \
    MESSAGE(zoo_nothing, ZOO_NOTHING)                                                              \
    MESSAGE(zoo_small, ZOO_SMALL)                                                                  \
    MESSAGE(zoo_three, ZOO_THREE)                                                                  \
    MESSAGE(zoo_scalars, ZOO_SCALARS)                                                              \
    MESSAGE(zoo_outside, ZOO_OUTSIDE)                                                              \
    MESSAGE(zoo_optional, ZOO_OPTIONAL)
ACT_SCHEMA(zoo, ZOO_MESSAGES);

#endif
