/*
 * What the tests of supervisors share: workers that do as planned, a client that asks, a log of
 * what came and went.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_SUPERVISOR_FIXTURE_H
#define ACT_TEST_SUPERVISOR_FIXTURE_H

#include <actor/simulation/simulation.h>
#include <supervisor/supervisor.h>
#include <test/kit/kit.h>

/* -------------------------------------------------------------------------------------- workers */

enum fixture_failure {
    FIXTURE_REFUSE, /* init answers ACT_OS */
    FIXTURE_IGNORE,
    FIXTURE_PANIC,
    FIXTURE_EXIT, /* act_exit in init, which answers ACT_OK */
    FIXTURE_UNLINK_AND_PANIC
};

/* What a worker does, and what it has done. Its spec's args are a pointer to it. */
struct fixture_plan {
    const char                *id;
    struct fixture_plan       *self;                   /* what args are a copy of */
    int                        fail_first, fail_count; /* these starts fail, counted from 1 */
    enum fixture_failure       fail_how;
    bool                       unlinks;       /* in init, from its supervisor */
    bool                       traps;         /* and ends when its supervisor says so ... */
    act_millis                 end_delay;     /* ... after this time, ... */
    bool                       ignores_exits; /* ... or not at all */
    bool                       panics_at_end; /* in terminate */
    act_pid                    forge_to;      /* of FIXTURE_DO_FORGE; none: the supervisor */
    const struct fixture_plan *after;         /* must run before this one's init is called */

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
    FIXTURE_DO_FAIL = 1, /* act_exit with ACT_EXIT_ERROR, code 7 */
    FIXTURE_DO_PANIC,
    FIXTURE_DO_NORMAL,
    FIXTURE_DO_SHUTDOWN,
    FIXTURE_DO_UNLINK,
    FIXTURE_DO_FORGE, /* an exit signal to the supervisor, as if it had ended */
    FIXTURE_DO_END,   /* its own: end_delay is over */
    FIXTURE_DO_WRITE_KEPT_AND_PANIC,
    FIXTURE_DO_SAY_X, /* "ax" in the log, of a worker a */
    FIXTURE_DO_SAY_Y,
    FIXTURE_DO_SAY_Z
};

extern const act_behavior fixture_worker;

/* A spec of a worker: permanent, defaults. */
act_child_spec fixture_child(struct fixture_plan *plan);

/* Counts the release in the plan that the args lead to. */
void fixture_args_release(void *args);

/* ------------------------------------------------------------------------------- the simulation */

extern act_simulation *fixture_simulation;
extern act_system     *fixture_system;
extern char            fixture_log[8192]; /* "a+ b+ a- ": a has returned from init, b too, a has
                                         ended */

typedef void fixture_dead_letter(void *nothing, act_pid to, const act_message *message,
                                 act_result why);

void fixture_begin(uint64_t seed);
void fixture_begin_with(uint64_t seed, fixture_dead_letter *dead_letter);
/* Stops in order, checks that every actor has ended and frees all. */
void fixture_end(void);
void fixture_run(void);
void fixture_advance(act_millis amount);
void fixture_clear_log(void);
void fixture_note(const char *id, char what);

act_pid fixture_root(const act_supervisor_spec *spec);
void    fixture_tell(const struct fixture_plan *plan, uint32_t what);
void    fixture_tell_name(const char *name, uint32_t what);
bool    fixture_is_alive(act_pid pid);
/* Lets the client monitor an actor; then: why it has ended, -1 if it has not. */
void    fixture_watch(act_pid pid);
int     fixture_end_kind(act_pid pid);
int     fixture_end_code(act_pid pid);

/* -------------------------------------------------------------------------- asking a supervisor */

struct fixture_call {
    enum {
        FIXTURE_START,
        FIXTURE_START_ARGS,
        FIXTURE_TERMINATE,
        FIXTURE_TERMINATE_PID,
        FIXTURE_RESTART,
        FIXTURE_DELETE,
        FIXTURE_GET,
        FIXTURE_COUNT,
        FIXTURE_WHICH
    } what;
    act_pid               supervisor;
    const act_child_spec *spec;
    const char           *id;
    struct fixture_plan  *plan; /* of FIXTURE_START_ARGS; NULL: no args */
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
void                  fixture_ask(struct fixture_call *call);
/* The same, but there may be no memory: then nothing happens. */
void                  fixture_try_to_ask(struct fixture_call *call);
/* Asks, runs, and checks that there is an answer from the supervisor. */
act_supervisor_answer fixture_call(struct fixture_call call);
act_supervisor_answer fixture_start(act_pid supervisor, const act_child_spec *spec);
act_result            fixture_terminate(act_pid supervisor, const char *id);
act_supervisor_answer fixture_restart(act_pid supervisor, const char *id);
act_supervisor_answer fixture_delete(act_pid supervisor, const char *id);
act_supervisor_answer fixture_count(act_pid supervisor);

/* --------------------------------------------------------------- a parent that is no supervisor */

struct fixture_parent {
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
void fixture_parent_begin(struct fixture_parent *parent, const act_supervisor_spec *spec);
/* Makes the parent end. */
void fixture_parent_end(struct fixture_parent *parent);

#endif
