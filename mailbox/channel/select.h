/* Waits for the first of several sends and receives that can happen. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_CHANNEL_SELECT_H
#define ACT_MAILBOX_CHANNEL_SELECT_H

#include "channel.h"

ACT_BEGIN_DECLS

/*
 * One thing that may happen: a send or a receive. With neither handle it never happens, which turns
 * a case off. Members that begin with act_ are the library's.
 */
typedef struct act_select_case {
    act_sender   *sender;   /* to send with; else NULL */
    act_receiver *receiver; /* to receive with; else NULL */
    void         *value;    /* as in act_channel_send (only read) and act_channel_receive */

    struct act_select_case *act_next, *act_prev;
    void                   *act_waiter;
    uint32_t                act_index;
    bool                    act_listed, act_done, act_watches;
} act_select_case;

/*
 * Cases in an array: act_select_case cases[] = {ACT_SELECT_RECEIVE(jobs, &job),
 * ACT_SELECT_SEND(results, &result)}. Without act_ members: they are written before they are read.
 */
#define ACT_SELECT_RECEIVE(receiver, value)                                                        \
    {                                                                                              \
        NULL, (receiver), (value), NULL, NULL, NULL, 0, false, false, false                        \
    }
#define ACT_SELECT_SEND(sender, value)                                                             \
    {                                                                                              \
        (sender), NULL, (value), NULL, NULL, NULL, 0, false, false, false                          \
    }
#define ACT_SELECT_OFF                                                                             \
    {                                                                                              \
        NULL, NULL, NULL, NULL, NULL, NULL, 0, false, false, false                                 \
    }

#define ACT_SELECT_CASES_MAX 1000

/**
 * Does exactly one of the cases: the first that can happen; among several that can, one at random,
 * all equally likely.
 *
 * chosen       Set on ACT_OK, ACT_DISCONNECTED and ACT_NO_MEMORY: the index of the case.
 * cases        In any mix; the same channel may be in several cases. Not used by another select at
 *              the same time.
 * cases_count  0 to ACT_SELECT_CASES_MAX.
 * timeout      0: do not wait, but find the case if at every moment of the call there was one. Else
 *              how long at most, or ACT_FOREVER; for a point in time: act_channel_until.
 *
 * Owns:    the chosen case: as act_channel_send or act_channel_receive; all others are untouched.
 * Threads: any; a handler only with timeout 0.
 * Waits:   up to timeout.
 * Returns: ACT_OK (the chosen case has happened); ACT_DISCONNECTED (the chosen case cannot happen
 *          any more); ACT_NO_MEMORY (the chosen case is a send to an unbounded channel);
 *          ACT_TIMED_OUT (none of them; also with timeout 0); ACT_INVALID (cases_count or timeout
 *          out of range, a case with both handles or without a value, a timeout in a handler, or no
 *          cases and ACT_FOREVER).
 * See:     samples/34_select.c
 */
ACT_API ACT_MUST_CHECK act_result act_select(size_t *chosen, act_select_case *cases,
                                             size_t cases_count, act_millis timeout) ACT_NONNULL(1);

/** As act_select, but among several that can happen the first in the array. */
ACT_API ACT_MUST_CHECK act_result act_select_biased(size_t *chosen, act_select_case *cases,
                                                    size_t cases_count, act_millis timeout)
    ACT_NONNULL(1);

/**
 * As act_select, but does nothing: names a case that could happen now, or could not any more.
 * Others may be faster: do it with timeout 0. `value` is not used.
 *
 * Returns: ACT_OK, ACT_TIMED_OUT, ACT_INVALID.
 */
ACT_API ACT_MUST_CHECK act_result act_select_ready(size_t *chosen, act_select_case *cases,
                                                   size_t cases_count, act_millis timeout)
    ACT_NONNULL(1);

ACT_END_DECLS

#endif
