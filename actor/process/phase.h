/* Where an actor is in its life. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_PHASE_H
#define ACT_ACTOR_PROCESS_PHASE_H

#include <stdbool.h>

/*
 *      FREE --- is spawned ---------> STARTING --- init answers ACT_OK ---> RUNNING
 *       ^                              ^    |                                 |
 *       |                              |    +-- killed before init; init ---+ | exits, a signal,
 *       |             START is fetched |        refuses, exits or panics    | | a panic
 *       |                              |                                    v v
 *       |                           HANDOVER <---- leaves a handover ---- ENDING
 *       |                              | is abandoned                         |
 *       |                              v                                      |
 *       +--- its inbox sleeps ------ DEAD <---- the last of its code has run -+
 *       |                              ^
 *       +- or not: more has come ------+
 *
 * A spawner that has the token takes the first step, and the second where there is nothing to
 * begin with; a cell that is awake is spawned when START is fetched.
 *
 * Of the cell, for the holder of its token. Others learn from the generation whether there is an
 * actor, or will be: it is odd from HANDOVER on, and between a spawn and the fetch of START. Being
 * muted is a state of the token, not of the life: backpressure.c.
 */
enum act__phase {
    ACT__PHASE_FREE,     /* no actor; a stale message may run the cell, and is refused */
    ACT__PHASE_DEAD,     /* the same; to be given back once its inbox sleeps */
    ACT__PHASE_HANDOVER, /* no actor, but one will be: what comes waits. See handover.c */
    ACT__PHASE_STARTING, /* init has not returned; START, if there is one, is the spare */
    ACT__PHASE_RUNNING,
    ACT__PHASE_ENDING /* worker->ending says why */
};

/* Whether this step is in the drawing. */
static inline bool act__phase_can_follow(enum act__phase now, enum act__phase next)
{
    static const unsigned before[] = {
        [ACT__PHASE_FREE] = 1u << ACT__PHASE_DEAD,
        /* FREE: more came while it was put to sleep, sleep_without_actor in turn.c */
        [ACT__PHASE_DEAD] =
            1u << ACT__PHASE_ENDING | 1u << ACT__PHASE_HANDOVER | 1u << ACT__PHASE_FREE,
        [ACT__PHASE_HANDOVER] = 1u << ACT__PHASE_ENDING,
        [ACT__PHASE_STARTING] = 1u << ACT__PHASE_FREE | 1u << ACT__PHASE_HANDOVER,
        [ACT__PHASE_RUNNING] = 1u << ACT__PHASE_STARTING,
        [ACT__PHASE_ENDING] = 1u << ACT__PHASE_STARTING | 1u << ACT__PHASE_RUNNING,
    };
    return (before[next] >> now & 1) != 0;
}

#endif
