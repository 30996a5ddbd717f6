/*
 * What the tests of supervisors share: workers that do as planned, a client that asks, a log of who
 * came and went.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_SUPERVISOR_RIG_H
#define ACT_TEST_SUPERVISOR_RIG_H

#include <actor/simulation/simulation.h>
#include <supervisor/supervisor.h>
#include <test/kit/kit.h>

/* -------------------------------------------------------------------------------------- workers */

enum rig_failure {
    RIG_REFUSE, /* init answers ACT_OS */
    RIG_IGNORE,
    RIG_PANIC,
    RIG_EXIT, /* act_exit in init, which answers ACT_OK */
    RIG_UNLINK_AND_PANIC
};

/* What a worker does, and what it has done. Its spec's args are a pointer to it. */
struct rig_plan {
    const char            *id;
    struct rig_plan       *self;                   /* what args are a copy of */
    int                    fail_first, fail_count; /* these starts fail, counted from 1 */
    enum rig_failure       fail_how;
    bool                   unlinks;       /* in init, from its supervisor */
    bool                   traps;         /* and ends when its supervisor says so ... */
    act_millis             end_delay;     /* ... after this time, ... */
    bool                   ignores_exits; /* ... or not at all */
    bool                   panics_at_end; /* in terminate */
    act_pid                forge_to;      /* of RIG_DO_FORGE; nobody: the supervisor */
    const struct rig_plan *after;         /* must run before this one's init is called */

    int           starts, ends, starts_ok;
    bool          alive;
    act_pid       pid;
    act_millis    started_at, ended_at;
    act_exit_kind last_kind; /* of what terminate was told */
    int          *kept;      /* what act_kept was; counts starts if it is there */
    int           args_released;
};

/* Messages to a worker. */
enum {
    RIG_DO_FAIL = 1, /* act_exit with ACT_EXIT_ERROR, code 7 */
    RIG_DO_PANIC,
    RIG_DO_NORMAL,
    RIG_DO_SHUTDOWN,
    RIG_DO_UNLINK,
    RIG_DO_FORGE, /* an exit signal to the supervisor, as if it had ended */
    RIG_DO_END,   /* its own: end_delay is over */
    RIG_DO_WRITE_KEPT_AND_PANIC,
    RIG_DO_SAY_X, /* "ax" in the log, of a worker a */
    RIG_DO_SAY_Y,
    RIG_DO_SAY_Z
};

extern const act_behavior rig_worker;

/* A spec of a worker: permanent, defaults. */
act_child_spec rig_child(struct rig_plan *plan);

/* Counts the release in the plan that the args lead to. */
void rig_args_release(void *args);

/* ------------------------------------------------------------------------------- the simulation */

extern act_simulation *rig_simulation;
extern act_system     *rig_system;
extern char            rig_log[8192]; /* "a+ b+ a- ": a has returned from init, b too, a has
                                         ended */

typedef void rig_dead_letter(void *nothing, act_pid to, const act_message *message, act_result why);

void rig_begin(uint64_t seed);
void rig_begin_with(uint64_t seed, rig_dead_letter *dead_letter);
/* Stops in order, checks that every actor has ended and frees all. */
void rig_end(void);
void rig_run(void);
void rig_advance(act_millis amount);
void rig_clear_log(void);
void rig_note(const char *id, char what);

act_pid rig_root(const act_supervisor_spec *spec);
void    rig_tell(const struct rig_plan *plan, uint32_t what);
void    rig_tell_name(const char *name, uint32_t what);
bool    rig_is_alive(act_pid pid);
/* Lets the client monitor an actor; then: why it has ended, -1 if it has not. */
void    rig_watch(act_pid pid);
int     rig_end_kind(act_pid pid);
int     rig_end_code(act_pid pid);

/* -------------------------------------------------------------------------- asking a supervisor */

struct rig_call {
    enum {
        RIG_START,
        RIG_START_ARGS,
        RIG_TERMINATE,
        RIG_TERMINATE_PID,
        RIG_RESTART,
        RIG_DELETE,
        RIG_GET,
        RIG_COUNT,
        RIG_WHICH
    } what;
    act_pid               supervisor;
    const act_child_spec *spec;
    const char           *id;
    struct rig_plan      *plan; /* of RIG_START_ARGS; NULL: no args */
    act_pid               child;
    act_millis            timeout; /* 0: ACT_FOREVER */

    bool                  called; /* the asking function was */
    act_result            asked;  /* what it returned */
    act_ref               ref;
    uint32_t              tag; /* of the answer; 0: none yet */
    act_supervisor_answer answer;
    act_child_info        rows[32];
    size_t                rows_count;
};

/* Makes the client ask, without running. The call must stay until it is answered. */
void                  rig_ask(struct rig_call *call);
/* The same, but there may be no memory: then nothing happens. */
void                  rig_try_to_ask(struct rig_call *call);
/* Asks, runs, and checks that there is an answer from the supervisor. */
act_supervisor_answer rig_call(struct rig_call call);
act_supervisor_answer rig_start(act_pid supervisor, const act_child_spec *spec);
act_result            rig_terminate(act_pid supervisor, const char *id);
act_supervisor_answer rig_restart(act_pid supervisor, const char *id);
act_supervisor_answer rig_delete(act_pid supervisor, const char *id);
act_supervisor_answer rig_count(act_pid supervisor);

/* --------------------------------------------------------------- a parent that is no supervisor */

struct rig_parent {
    const act_supervisor_spec *spec;
    act_result                 spawned;
    act_pid                    pid, supervisor;
    int64_t                    started; /* STARTED's value; -1: none yet */
    int                        exits;
    int                        exit_kind;
    int32_t                    exit_code;
    char                       exit_text[ACT_EXIT_TEXT_MAX];
};

/* Spawns a supervisor with .announce from an actor that traps exits. */
void rig_parent_begin(struct rig_parent *parent, const act_supervisor_spec *spec);
/* Makes the parent end. */
void rig_parent_end(struct rig_parent *parent);

#endif
