/* What the samples of channels do about results that cannot be anything but ACT_OK. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SAMPLES_MUST_H
#define ACT_SAMPLES_MUST_H

#include <act.h>

#include <stdio.h>
#include <stdlib.h>

static inline void must(act_result result)
{
    if (result == ACT_OK)
        return;
    fprintf(stderr, "unexpected: %s\n", act_result_text(result));
    exit(1);
}

#endif
