/*
 * What is wrong with bytes, and where: a sentence that is made on the way out of what was being
 * read. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_SCHEMA_COMPLAINT_H
#define ACT_MAILBOX_SCHEMA_COMPLAINT_H

#include <mailbox/schema/schema.h>

enum { ACT__COMPLAINT_WAY_BYTES = 240, ACT__COMPLAINT_WHAT_BYTES = 120 };

/*
 * The reader that finds a fault says what; each of its callers then puts its own step before the
 * way, so that nothing is done for the way while all is well. Only the first fault is kept.
 */
struct act__complaint {
    bool     is_wanted;    /* there is room to write it to */
    bool     is_cut_off;   /* the fault is that the bytes end */
    bool     is_shortened; /* the beginning of the way had no room */
    unsigned way_at;       /* where the way begins; it ends with the array */
    char     way[ACT__COMPLAINT_WAY_BYTES];
    char     what[ACT__COMPLAINT_WHAT_BYTES];
};

void act__complaint_init(struct act__complaint *complaint, bool is_wanted);

/* These return false, for their callers to return. */
#define ACT__COLD __attribute__((cold, noinline))
ACT__COLD ACT_PRINTF(2, 3) bool act__complain(struct act__complaint *complaint, const char *format,
                                              ...);
ACT__COLD bool act__complain_cut_off(struct act__complaint *complaint);
ACT__COLD bool act__complain_of_field(struct act__complaint *complaint, const char *name);
ACT__COLD bool act__complain_of_item(struct act__complaint *complaint, size_t index);

/* `root`: what the way begins with. */
void act__complaint_write(const struct act__complaint *complaint, const char *root, char *text,
                          size_t text_bytes);

#endif
