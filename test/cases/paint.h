/* Messages with an enum that has no constant 0, and with numbers that have a fraction. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_CASES_PAINT_H
#define ACT_TEST_CASES_PAINT_H
#include <act.h>

#define PIGMENT(VALUE) VALUE(UMBER, 1) VALUE(SIENNA, 2) VALUE(OCHRE, 3)
ACT_ENUM(pigment, PIGMENT);

#define STROKE(FIELD) FIELD(1, INT32, id) FIELD(2, ENUM(pigment), color)
#define WASH(FIELD)   FIELD(1, INT32, id) FIELD(2, OPTIONAL(ENUM(pigment)), color)
#define TINT(FIELD)                                                                                \
    FIELD(1, DOUBLE, share) FIELD(2, OPTIONAL(DOUBLE), gloss) FIELD(3, OPTIONAL(FLOAT), grain)

#define PAINT_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(paint_stroke, STROKE) MESSAGE(paint_wash, WASH) MESSAGE(paint_tint, TINT)
ACT_SCHEMA(paint, PAINT_MESSAGES);

#endif
