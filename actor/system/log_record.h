/* A record of the log. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_LOG_RECORD_H
#define ACT_ACTOR_SYSTEM_LOG_RECORD_H

#include <actor/log.h>

struct act__log_record {
    int64_t  at;     /* microseconds since 1970 */
    uint64_t lost;   /* records that the ring had had no place for, before this one */
    uint64_t local;  /* of the actor's pid; 0: none */
    uint32_t worker; /* ACT__NO_WORKER: none */
    uint8_t  level;
    bool     is_about;               /* the text goes on about the actor, as "ended"; else the actor
                                        has said it */
    uint16_t text_bytes;             /* without the NUL */
    char     actor[ACT_NAME_MAX];    /* "": neither a name nor an id */
    char     behavior[ACT_NAME_MAX]; /* its name, perhaps cut; "": no actor */
    char     text[ACT_LOG_TEXT_MAX];
};

#endif
