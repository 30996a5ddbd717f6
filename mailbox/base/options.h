/* Reads structs of options that a program of another age has made. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_OPTIONS_H
#define ACT_MAILBOX_BASE_OPTIONS_H

#include <mailbox/base/api.h>

/*
 * Copies what both sides know of a struct whose first member is its size (see types.h); the rest of
 * `ours` is zero, and its size is ours_bytes.
 *
 * theirs   NULL: all is zero.
 *
 * Returns: false if it has no size, or sets an option that is not known here.
 */
bool act__options_read(void *ours, size_t ours_bytes, const void *theirs);

/* Whether a struct that keeps its size sets nothing that is not known here. */
#define ACT__IS_KNOWN(theirs)                                                                      \
    act__words_are_zero((theirs)->act_reserved, sizeof(theirs)->act_reserved / sizeof(uint64_t))

/* Inline, as each spawn looks at its behavior. */
static inline bool act__words_are_zero(const void *words, size_t count)
{
    uint64_t all = 0, word;

    for (size_t i = 0; i < count; i++) {
        __builtin_memcpy(&word, (const char *)words + i * sizeof word, sizeof word);
        all |= word;
    }
    return all == 0;
}

#endif
