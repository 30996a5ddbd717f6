/*
 * The children of one supervisor: what it knows of each, in start order, by id and by pid.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_CHILDREN_H
#define ACT_SUPERVISOR_CHILDREN_H

#include <stdatomic.h>

#include <supervisor/request.h>
#include <supervisor/spec_check.h>

/*
 *                      spawn                   STARTED
 *   DOWN, RESTARTING,
 *   or DELAYED       ---------> STARTING ---------------> RUNNING
 *    ^        ^                  |    |                     |  |
 *    |        | failed restart   |    | told to stop        |  | told to stop
 *    |        +------------------+    +--> STOPPING <-------+  |
 *    |        |                             |                  |
 *    |        +----- ended, is restarted ---|------------------+
 *    +-------------- ended, is not ---------+------------------+
 *
 * STARTING ends with STARTED if init answered ACT_OK, else only when the actor is wholly gone.
 */
enum act__child_state {
    ACT__CHILD_DOWN,
    ACT__CHILD_RESTARTING, /* waits for the supervisor's message to itself */
    ACT__CHILD_DELAYED,    /* waits for its time: backoff.c */
    ACT__CHILD_STARTING,
    ACT__CHILD_RUNNING,
    ACT__CHILD_STOPPING
};

/* What a start is for, and so which asker is told how it went. */
enum act__start_cause {
    ACT__START_INITIAL, /* one of those the supervisor was made with */
    ACT__START_REQUEST, /* start_child: the asker */
    ACT__START_AGAIN,   /* restart_child: the asker; the spec stays whatever comes of it */
    ACT__START_RESTART, /* no asker, but a failure counts as another restart */
    ACT__START_GROUP    /* the same, and those after it in the group wait for it: group.c */
};

/* How long the next restart waits: backoff.c. */
struct act__delay {
    int64_t  since     : 56; /* when the last start began */
    uint64_t doublings : 8;
};

/*
 * What a spec says. Those that are made from a template share the template's: there may be a
 * million.
 */
struct act__plan {
    struct act__child        *owner; /* that it is the plan of; held by the others that have it */
    const act_behavior       *behavior;
    struct act__spawn_options options; /* except kept, takes_over, on_end: act__child_options */
    act_millis                shutdown;
    const char               *id;
    uint64_t                  id_hash;
    void (*args_release)(void *args);
    void (*kept_release)(void *kept);
    size_t  kept_bytes;
    uint8_t restart, type;
    bool    significant;
};

/* What releases the args of one child that is made from a template; NULL: nothing. */
void (*act__plan_args_release(const struct act__plan *plan))(void *args);

/*
 * One block for everything: the record, the plan if it is its own, the copies of args, id and name,
 * and the kept block. An instance holds it too, so that args and kept block stay valid until that
 * instance is gone, even if the supervisor was killed before.
 */
struct act__child {
    struct act__plan  *plan; /* its own, or that of the template it was made from */
    struct act__child *order_next, *order_previous;
    struct act__child *id_next, *pid_next; /* in a bucket; a task has its ask for an id */
    struct act__child *pending_next;       /* waits for the supervisor's message to itself */
    act_on_end         on_end;             /* of the instance */
    _Atomic uint32_t   holders;            /* the supervisor, and the instance */
    uint8_t            state;              /* act__child_state */
    uint8_t            start_cause;
    uint8_t            end_kind; /* how the last instance has ended, for the log */
    bool               is_pending : 1;
    bool               is_watched : 1; /* monitored */
    bool               has_timer  : 1; /* timer is set */
    bool               is_killed  : 1; /* its stop has come to that */
    bool               is_linked  : 1; /* with its supervisor; only while that looks at it:
                                           act__supervisor_abort */
    bool               has_begun  : 1; /* the init of an instance was called: what args refer
                                           to is its own */
    bool               is_task    : 1; /* its answer is up to task.c; `answer` is what was
                                           ordered */
    bool               in_group   : 1; /* of those that are restarted together; see group.c */
    bool               is_answered;    /* that was given, or refused; written by the task, too */
    uint16_t           stop_tries;     /* how often there was no memory for the monitor or timer
                                           of a stop */
    uint32_t           late_delays;    /* were called off, but are on their way */
    int32_t            end_code;
    int32_t            start_result; /* of the running start; ACT_OK while unknown */
    uint32_t           restarts_count;
    struct act__delay  delay;
    uint64_t           local;    /* the local part of its pid; 0: no instance */
    uint64_t           handover; /* the same, that the last instance has left; 0: none */
    act_millis         since;    /* it is in that state, except for those that pass in a moment */
    act_ref            timer;
    uint32_t           args_at; /* where its own begin, from here; 0: none, or the template's */
    uint32_t           kept_at; /* the same of the kept block; 0: none */
    act_message       *answer;  /* to start_child; made by the asker, so that answering never
                                   needs memory. Its asker is that of start_child. */
    union {
        struct act__supervisor *below;        /* of tree.c, while it takes a picture */
        act_message            *request_next; /* of the start_child that brings this child,
                                                 while that waits */
    };
    struct act__requests waiting; /* for it to have stopped */
};

_Static_assert(sizeof(struct act__child) <= 184, "of a million each byte is one too many");

/*
 * Copies a spec that act_supervisor_check has found good. One holder.
 *
 * Returns: NULL if there is no memory; nothing was released then.
 */
struct act__child               *act__child_create(const act_child_spec *spec);
/* That it was made from; NULL: none. */
static inline struct act__child *act__child_template(const struct act__child *child)
{
    return child->plan->owner != child ? child->plan->owner : NULL;
}

/* NULL: none. */
static inline void *act__child_args(struct act__child *child)
{
    struct act__child *template = act__child_template(child);
    if (child->args_at != 0)
        return (char *)child + child->args_at;
    return template != NULL ? act__child_args(template) : NULL;
}

/* NULL: none. */
static inline void *act__child_kept(struct act__child *child)
{
    return child->kept_at != 0 ? (char *)child + child->kept_at : NULL;
}

/* None: it has no instance. */
static inline act_pid act__child_pid(const struct act__child *child)
{
    return (act_pid){.local = child->local};
}

/* Empty for one that was made from a template, or has come without an id or a name. */
static inline const char *act__child_id(const struct act__child *child)
{
    return act__child_template(child) == NULL ? child->plan->id : "";
}

/* For logs. */
static inline const char *act__child_label(const struct act__child *child)
{
    return child->plan->id[0] != '\0' ? child->plan->id : child->plan->behavior->name;
}

/* To spawn its next instance with. */
void               act__child_options(struct act__child *child, struct act__spawn_options *options);
/*
 * One made from a template, without an id; args: NULL, or as many bytes as its behaviour has. NULL:
 * no memory.
 */
struct act__child *act__child_clone(struct act__child *template, const void *args);
void               act__child_hold(struct act__child *child);
/*
 * The last holder calls kept_release and args_release, each if there is what it releases; of one
 * made from a template, with args of its own, if init was never called with them. Any thread.
 */
void               act__child_let_go(void *child);
/* Frees a copy without a release: what it refers to still belongs to the caller. */
void               act__child_forget(struct act__child *child);

struct act__child_table {
    struct act__child **buckets;       /* few, or more */
    size_t              buckets_count; /* a power of two */
    size_t              count;
    struct act__child  *few[8];
};

struct act__children {
    struct act__child      *first, *last;
    uint32_t                count;
    struct act__child_table by_id, by_pid; /* in by_id tasks with their asks, and no others
                                              without an id: a supervisor has either tasks or
                                              children with ids */
    uint32_t                supervisors_count;
    uint32_t                significant_count; /* of those that have an instance that is not
                                                  being stopped */
    uint64_t                seed;              /* of the hash of ids */
};

/* Must not be moved afterwards. */
void act__children_init(struct act__children *children);
/* Lets go of all. */
void act__children_fini(struct act__children *children);

/*
 * Appends to the start order. The id must not be there yet. Never fails: without memory look-up
 * gets slower.
 */
void act__children_add(struct act__children *children, struct act__child *child);
/* Takes a child out that has no pid. The caller is now its holder. */
void act__children_remove(struct act__children *children, struct act__child *child);
/*
 * Gives a child its pid, or takes it back (none), before what has become of it is written to its
 * state.
 */
void act__children_set_pid(struct act__children *children, struct act__child *child, act_pid pid);

struct act__child *act__children_by_id(const struct act__children *children, const char *id);
struct act__child *act__children_by_pid(const struct act__children *children, act_pid pid);
/* The task that works for this ask. */
struct act__child *act__children_by_task(const struct act__children *children, act_ref ask);

#endif
