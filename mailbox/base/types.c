/* Turns exit kinds into words. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/types.h>

const char *act_exit_kind_text(act_exit_kind kind)
{
    switch (kind) {
#define X(name, value, text)                                                                       \
    case ACT_EXIT_##name: return text;
        ACT_EXIT_KINDS(X)
#undef X
    }
    return "unknown";
}
