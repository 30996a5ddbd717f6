/* Reads structs of options that a program of another age has made. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/options.h>

#include <string.h>

/* No struct of options is as large: what claims to be has no size at all. */
#define BYTES_MAX ((size_t)4096)

static bool is_zero(const unsigned char *bytes, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

bool act__options_read(void *ours, size_t ours_bytes, const void *theirs)
{
    size_t theirs_bytes = 0;

    memset(ours, 0, ours_bytes);
    if (theirs != NULL) {
        memcpy(&theirs_bytes, theirs, sizeof theirs_bytes);
        if (theirs_bytes < sizeof theirs_bytes || theirs_bytes > BYTES_MAX ||
            !is_zero(theirs, ours_bytes, theirs_bytes))
            return false;
        memcpy(ours, theirs, theirs_bytes < ours_bytes ? theirs_bytes : ours_bytes);
    }
    memcpy(ours, &ours_bytes, sizeof ours_bytes);
    return true;
}
