/* What is asked of a supervisor and what it answers, as messages. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_REQUEST_H
#define ACT_SUPERVISOR_REQUEST_H

#include <supervisor/supervisor.h>

/* 0xFFFFFF10 is the answer. */
/* A resource: the struct act__child, with its answer */
#define ACT__TAG_START_CHILD     UINT32_C(0xFFFFFF11)
#define ACT__TAG_TERMINATE_CHILD UINT32_C(0xFFFFFF12) /* a struct act__request */
#define ACT__TAG_COUNT_CHILDREN  UINT32_C(0xFFFFFF13) /* the same */
#define ACT__TAG_WHICH_CHILDREN  UINT32_C(0xFFFFFF14) /* the same */
#define ACT__TAG_CONTINUE        UINT32_C(0xFFFFFF15) /* to itself: a child is pending */
#define ACT__TAG_STOP_TIME_IS_UP UINT32_C(0xFFFFFF16) /* to itself: the pid of a child */
#define ACT__TAG_RESTART_CHILD   UINT32_C(0xFFFFFF17) /* a struct act__request */
#define ACT__TAG_DELETE_CHILD    UINT32_C(0xFFFFFF18) /* the same */
#define ACT__TAG_GET_CHILDSPEC   UINT32_C(0xFFFFFF19) /* the same */
/* A struct act__request, and behind it the args */
#define ACT__TAG_START_CHILD_ARGS    UINT32_C(0xFFFFFF1B)
#define ACT__TAG_TERMINATE_CHILD_PID UINT32_C(0xFFFFFF1C) /* a struct act__request */
#define ACT__TAG_SUBSCRIBE           UINT32_C(0xFFFFFF1D) /* the same */
#define ACT__TAG_UNSUBSCRIBE         UINT32_C(0xFFFFFF1E) /* the same; 1F are the events */
#define ACT__TAG_RUN_TASK            UINT32_C(0xFFFFFF30) /* what task.c makes of it */
#define ACT__TAG_CANCEL_TASK         UINT32_C(0xFFFFFF31) /* a struct act__request */
/* To itself: a resource, the struct act__child, held */
#define ACT__TAG_DELAY_IS_OVER UINT32_C(0xFFFFFF1A)

struct act__child;

/* The payload of a request. Large enough for the answer, which is written over it. */
struct act__request {
    act_message *next; /* used by the supervisor while the request waits */
    union {
        act_pid pid;
        act_ref task; /* the ask that it works for */
    };
    char id[ACT_CHILD_ID_MAX];
    char args[]; /* aligned to 16, as the message is to a cache line */
};

_Static_assert((offsetof(act_message, as) + offsetof(struct act__request, args)) % 16 == 0,
               "args_release may read them");

/* The payload of an answer. */
struct act__answer {
    act_supervisor_answer answer;
    uint32_t              rows_count;
    act_child_info        rows[];
};

/* Messages taken by the supervisor, oldest first; a ring. */
struct act__requests {
    act_message *last; /* its next is the first; NULL: there is none */
};

bool         act__requests_are_empty(const struct act__requests *requests);
void         act__requests_add(struct act__requests *requests, act_message *request);
act_message *act__requests_take(struct act__requests *requests);
/* Frees all, with the children that they bring. */
void         act__requests_free(struct act__requests *requests);

/*
 * As act_message_create, with a tag of the framework's. The public makers refuse those so that
 * none is sent by accident; a supervisor does it on purpose.
 */
act_result act__request_create(act_message **message, uint32_t tag, size_t bytes_count);
act_result act__request_create_value(act_message **message, uint32_t tag, act_value value);

/* As act_ask_message, but the message is freed if that fails. */
act_result act__request_ask(act_self *self, act_ref *ask, act_pid supervisor, act_message *message,
                            act_millis timeout);

/* Asks with no more than this in the payload. */
act_result act__request_ask_with(act_self *self, act_ref *ask, act_pid supervisor, uint32_t tag,
                                 const struct act__request *payload, act_millis timeout);

/* Turns a request that was taken into its answer and sends it: no memory is needed. */
void act__request_answer(act_self *self, act_message *request, const act_supervisor_answer *answer);
/* The answer that a request has brought with it is for the asker of that request. */
void act__request_pass_asker(act_message *answer, const act_message *request);
/* Answers the asker that had this child started, if that is still to be done. */
void act__start_answer(act_self *self, struct act__child *child, act_result result, act_pid pid);

#endif
