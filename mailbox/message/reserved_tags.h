/* Every tag of a message of the framework's own, in one place. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_RESERVED_TAGS_H
#define ACT_MAILBOX_MESSAGE_RESERVED_TAGS_H

/*
 * X(name, number): the tag is 0xFFFFFF00 plus the number, in hexadecimal digits. Defined where its
 * message is explained; test/lint/tags.sh compares both. A new one takes a number that is free
 * here; one that was given is never used for anything else.
 */
#define ACT__RESERVED_TAGS(X)                                                                      \
    X(ACT_MESSAGE_EXIT, 01)                                                                        \
    X(ACT_MESSAGE_DOWN, 02)                                                                        \
    X(ACT_MESSAGE_TIMED_OUT, 03)                                                                   \
    X(ACT_MESSAGE_STARTED, 04)                                                                     \
    X(ACT_MESSAGE_SUPERVISOR_ANSWER, 10)                                                           \
    X(ACT__TAG_START_CHILD, 11)                                                                    \
    X(ACT__TAG_TERMINATE_CHILD, 12)                                                                \
    X(ACT__TAG_COUNT_CHILDREN, 13)                                                                 \
    X(ACT__TAG_WHICH_CHILDREN, 14)                                                                 \
    X(ACT__TAG_CONTINUE, 15)                                                                       \
    X(ACT__TAG_STOP_TIME_IS_UP, 16)                                                                \
    X(ACT__TAG_RESTART_CHILD, 17)                                                                  \
    X(ACT__TAG_DELETE_CHILD, 18)                                                                   \
    X(ACT__TAG_GET_CHILDSPEC, 19)                                                                  \
    X(ACT__TAG_DELAY_IS_OVER, 1A)                                                                  \
    X(ACT__TAG_START_CHILD_ARGS, 1B)                                                               \
    X(ACT__TAG_TERMINATE_CHILD_PID, 1C)                                                            \
    X(ACT__TAG_SUBSCRIBE, 1D)                                                                      \
    X(ACT__TAG_UNSUBSCRIBE, 1E)                                                                    \
    X(ACT_MESSAGE_SUPERVISION_EVENT, 1F)                                                           \
    X(ACT_MESSAGE_TCP_ACCEPTABLE, 20)                                                              \
    X(ACT_MESSAGE_TCP_CONNECTED, 21)                                                               \
    X(ACT_MESSAGE_TCP_READABLE, 22)                                                                \
    X(ACT_MESSAGE_TCP_WRITABLE, 23)                                                                \
    X(ACT_MESSAGE_TCP_CLOSED, 24)                                                                  \
    X(ACT_MESSAGE_TCP_IDLE, 25)                                                                    \
    X(ACT_MESSAGE_OS_SIGNAL, 26)                                                                   \
    X(ACT_MESSAGE_FD_READABLE, 2A)                                                                 \
    X(ACT_MESSAGE_FD_WRITABLE, 2B)                                                                 \
    X(ACT__TAG_RUN_TASK, 30)                                                                       \
    X(ACT__TAG_CANCEL_TASK, 31)

/* Does not compile if two have one number: a member for each. */
struct act__reserved_tags {
#define X(name, number) char tag_##number;
    ACT__RESERVED_TAGS(X)
#undef X
};

#endif
