/* Turns results into words. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/result.h>

const char *act_result_text(act_result result)
{
    switch (result) {
#define X(name, value, text)                                                                       \
    case ACT_##name: return text;
        ACT_RESULTS(X)
#undef X
    }
    return "unknown result";
}
