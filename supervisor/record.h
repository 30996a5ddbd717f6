/* One supervisor's own record, and what the parts of supervisor/ do to it. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_RECORD_H
#define ACT_SUPERVISOR_RECORD_H

#include <actor/lifecycle.h>
#include <mailbox/base/lock.h>
#include <supervisor/children.h>
#include <supervisor/request.h>
#include <supervisor/restart_window.h>

/*
 *   STARTING ---- all children run ----> RUNNING <---- those of a group run ---- REFILLING
 *       |                                   |  |  a group is restarted               ^
 *       |                                   |  +-------> CLEARING ---- are gone -----+
 *       |                                   | told to, or intensity exceeded; from each other
 *       |                                   | phase, too
 *       +--- one could not, or told to ---> STOPPING ---- all children are gone ----> the end
 *
 * STOPPING is one child after the other, in reverse; with a template, with dynamic children, or
 * after a kill, all at the same time.
 *
 * Nothing waits inside a callback: `cursor` is the child whose start or end the phase waits for.
 */
enum act__supervisor_phase {
    ACT__SUPERVISOR_STARTING,
    ACT__SUPERVISOR_RUNNING,
    ACT__SUPERVISOR_CLEARING,
    ACT__SUPERVISOR_REFILLING,
    ACT__SUPERVISOR_STOPPING
};

struct act__supervisor {
    pthread_mutex_t            mutex; /* held while it handles a message: tree.c */
    struct act__supervisor    *list_next, **list_here;
    act_on_end                 on_end;
    act_pid                    pid; /* none: init has not run */
    act_millis                 since;
    char                       name[ACT_NAME_MAX];
    struct act__children       children;
    struct act__restart_window window;
    act_system                *system;
    uint8_t                    phase;
    uint8_t                    strategy, auto_shutdown;
    bool                       has_timer;         /* one for the stop of all children */
    bool                       is_killed;         /* all children end at once, and then it */
    bool                       is_root;           /* a thread has spawned it */
    uint8_t                    tree_end;          /* of a root: act_tree_end, as it looks now */
    bool                       significant_ended; /* one has, for good: whether the supervisor
                                                     ends is to be seen */
    uint32_t                   restarts_count;
    size_t                     children_max; /* 0: no limit */
    act_backoff                backoff;
    struct act__delay          delay; /* of a group */
    struct act__child *template;      /* of simple_one_for_one; else NULL */
    struct act__child      *cursor;
    struct act__child      *failed; /* for whose sake a group is restarted */
    /* Children to see to later, through a message to itself; what else waits gets in between. */
    struct act__child      *pending_first, *pending_last;
    struct act__requests    held;         /* until all children run, or those before it are done */
    struct act__subscriber *subscribers;  /* to events.c */
    act_message            *next_step;    /* the message to itself; NULL: on its way */
    act_message            *announcement; /* STARTED for the parent; NULL: sent, or not wanted */
    struct act__child      *from;         /* what a supervisor above knows of this one; held.
                                             NULL: nothing. */
    act_exit_reason         end;          /* why it stops */
    char                    end_text[ACT_EXIT_TEXT_MAX];
};

/* Whether the end of one child can restart others. */
static inline bool act__restarts_groups(const struct act__supervisor *supervisor)
{
    return supervisor->strategy == ACT_STRATEGY_ONE_FOR_ALL ||
           supervisor->strategy == ACT_STRATEGY_REST_FOR_ONE;
}

/*
 * Whether its spec stays when it has ended for good. With a template nothing could reach it any
 * more, as it has neither an id nor a pid.
 */
static inline bool act__child_stays(const struct act__supervisor *supervisor,
                                    const struct act__child      *child)
{
    return act__child_template(child) == NULL && supervisor->strategy != ACT_STRATEGY_DYNAMIC &&
           child->plan->restart != ACT_RESTART_TEMPORARY;
}

/* Whether there may be no child more. */
static inline bool act__children_are_full(const struct act__supervisor *supervisor)
{
    return supervisor->children_max != 0 && supervisor->children.count >= supervisor->children_max;
}

/*
 * The behaviour in specs from act_supervisor_child: recognised by a supervisor, which starts one as
 * below.
 */
extern const act_behavior act__supervisor_behavior;

/* The behaviour in specs from act_task_child. */
extern const act_behavior act__task_behavior;

/* task.c. Starts a task. */
void act__task_start(act_self *self, struct act__supervisor *supervisor, act_message *request);
/* Tells the asker, unless it has its answer. */
void act__task_ended(act_self *self, struct act__child *child, act_exit_reason reason);

/* supervisor.c. As act_supervisor_spawn_link, for a spec known to be good; `from` may be NULL. */
act_result act__supervisor_spawn_link(act_self *self, act_pid *pid, const act_supervisor_spec *spec,
                                      struct act__spawn_options *options, struct act__child *from);
/* Arranges that the child is seen to in a message of its own. */
void       act__pending_add(struct act__supervisor *supervisor, struct act__child *child);
/*
 * It is DOWN and nothing will start it by itself: what waits for it becomes dead letters, and its
 * name is free.
 */
void       act__child_rest(act_self *self, struct act__child *child);
/*
 * A start_child_args that comes to nothing before there is a child: what its args refer to is the
 * template's to release.
 */
void act__request_release_args(const struct act__supervisor *supervisor, act_message *request);
/* Takes a child out of the supervisor for good: it has no instance and is never restarted. */
void act__child_drop(struct act__supervisor *supervisor, struct act__child *child);
/* Makes DOWN come for the running instance, unless it will already. False: there is no memory. */
bool act__child_watch(act_self *self, struct act__child *child);

/* tree.c. Enters the list of all supervisors; before it can run. */
void act__tree_enter(struct act__supervisor *supervisor);
void act__tree_leave(struct act__supervisor *supervisor);

/* starting.c. Starts the child that the cursor is at; all run when it is at none. */
void act__start_next(act_self *self, struct act__supervisor *supervisor);
/* Tells the parent how the start went, if it wants to know and has not been told. */
void act__supervisor_announce(act_self *self, struct act__supervisor *supervisor, int32_t result);
void act__child_start(act_self *self, struct act__supervisor *supervisor, struct act__child *child,
                      enum act__start_cause cause);
/* Its init has returned. */
void act__child_started(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child, act_result result);
/* It was STARTING and is gone, or could not be spawned. */
void act__child_start_ended(act_self *self, struct act__supervisor *supervisor,
                            struct act__child *child, act_exit_reason reason);
/* Starts it once more if the intensity allows, otherwise stops the supervisor. */
void act__child_restart(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child);

/* children_info.c. Answers the request with how many children there are. */
void act__answer_count(act_self *self, struct act__supervisor *supervisor, act_message *request);
/* The same with so many children from this one on. */
void act__answer_children(act_self *self, act_message *request, const struct act__child *child,
                          size_t count);

/* events.c. Answers the request. */
void act__subscribe(act_self *self, struct act__supervisor *supervisor, act_message *request);
void act__unsubscribe(act_self *self, struct act__supervisor *supervisor, act_message *request);
/* A DOWN that is of no child. */
void act__subscriber_ended(struct act__supervisor *supervisor, act_ref monitor);
void act__subscribers_free(struct act__supervisor *supervisor);
/*
 * Tells all subscribers; `child` may be NULL. id, restarts_count, at and missed_count are
 * filled in.
 */
void act__tell_event(act_self *self, struct act__supervisor *supervisor,
                     const struct act__child *child, act_supervision_event event);

/* group.c. Restarts the child together with those that its strategy says. */
void act__group_restart(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *failed);
/* Starts that group, of which none need be running: a delay is over. */
void act__group_refill(act_self *self, struct act__supervisor *supervisor,
                       struct act__child *failed);
/*
 * The same except for that child, which is not to be restarted after all: the others are not to
 * stay down for its sake.
 */
void act__group_go_without(act_self *self, struct act__supervisor *supervisor,
                           struct act__child *child);
/* Stops the next of it that runs; goes on when the child at the cursor is gone. */
void act__clear_next(act_self *self, struct act__supervisor *supervisor);
/* Starts the next of it; goes on when the child at the cursor runs, or need not. */
void act__refill_next(act_self *self, struct act__supervisor *supervisor);
/* The child at the cursor could not be started. */
void act__refill_failed(struct act__supervisor *supervisor);

/*
 * backoff.c. Whether the restart of this child, or its group, waits; it goes on in
 * act__delay_is_over.
 */
bool act__delay_restart(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child);
void act__delay_is_over(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child);
/* A child that waits is DOWN afterwards, and is not restarted. Others: nothing happens. */
void act__delay_call_off(act_self *self, struct act__child *child);
/* A child is started: how long it runs decides how long its next restart waits. */
void act__delay_started(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child);

/* stopping.c. Stops all children in reverse, then the supervisor. The first reason counts. */
void act__supervisor_stop(act_self *self, struct act__supervisor *supervisor,
                          act_exit_reason reason);
/*
 * It was killed: its workers are, too, and the supervisors below it stop their children in order;
 * all at the same time. It ends after them, so that one that is started again meets none of them,
 * and none of what they hold.
 */
void act__supervisor_abort(act_self *self, struct act__supervisor *supervisor);
/* Goes on with that when the child at the cursor has stopped. */
void act__stop_next(act_self *self, struct act__supervisor *supervisor);
/* Answers the requests that are held: there will be no more changes. */
void act__refuse_held(act_self *self, struct act__supervisor *supervisor);
/* Whether it asks to stop one child: by its id, its pid, or the ask that it works for. */
bool act__asks_to_stop_child(const act_message *request);
/* Begins to stop one child that has an instance. */
void act__child_stop(act_self *self, struct act__supervisor *supervisor, struct act__child *child);
/* Tries again to get what its stop needs. */
void act__child_stop_again(act_self *self, struct act__supervisor *supervisor,
                           struct act__child *child);
/* Without time to stop by itself. */
void act__child_kill(act_self *self, struct act__child *child);
/* That time is over: it is killed. */
void act__child_is_overdue(act_self *self, struct act__child *child);
/* The same for all. */
void act__all_are_overdue(act_self *self, struct act__supervisor *supervisor);
/* It was told to stop, or the supervisor was, and it is gone. */
void act__child_stopped(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child);

#endif
