/*
 * How an actor ends: by its own word, by a signal or by a panic, and what is left when it has.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/process/exit.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <actor/delivery/handover.h>
#include <actor/delivery/send.h>
#include <actor/delivery/backpressure.h>
#include <actor/delivery/typed.h>
#include <actor/lifecycle.h>
#include <actor/process/arena.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fatal.h>
#include <actor/process/fork.h>
#include <actor/process/names.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/spawn.h>
#include <actor/process/turn.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/panic.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/task.h>
#include <actor/signal/bond.h>
#include <actor/signal/link_index.h>
#include <actor/signal/signal.h>
#include <actor/signal/timers.h>
#include <mailbox/base/gap.h>
#include <mailbox/base/lock.h>

/* worker->ending.stage: how far the end of an actor has got. */
enum { ENDING_BEGINS, ENDING_TERMINATED, ENDING_RELEASES };

/* ----------------------------------------------------------------------------- deciding the end */

static inline void decide_end(struct act__worker *worker, act_self *self, struct act__reason reason)
{
    /* A thread that waits does not end because its pid was killed. */
    if (act__phase_of(self) == ACT__PHASE_ENDING ||
        act__load(&self->task.route) == ACT__ROUTE_FOREIGN) {
        act__reason_text_let_go(reason.text);
        return;
    }
    act__phase_enter(self, ACT__PHASE_ENDING);
    worker->unusual = true; /* if it is a handler that has asked for it */
    worker->ending.reason = reason;
    worker->ending.stage = ENDING_BEGINS;
    worker->ending.agreed = false;
}

void act__end_decide(struct act__worker *worker, act_self *self, struct act__reason reason)
{
    decide_end(worker, self, reason);
}

static struct act__reason_text *take_spare(struct act__worker *worker)
{
    return worker->ending.spares_count == 0 ? NULL
                                            : worker->ending.spares[--worker->ending.spares_count];
}

bool act__spares_fill(struct act__worker *worker)
{
    while (worker->ending.spares_count < ACT__SPARES) {
        struct act__reason_text *made = act__reason_text_make();
        if (made == NULL)
            return false;
        worker->ending.spares[worker->ending.spares_count++] = made;
    }
    return true;
}

/*
 * That of the message in hand needs no copy: a handler can pass on as many failures as it is told
 * of.
 */
static struct act__reason_text *hold_text_in_hand(const struct act__worker *worker,
                                                  const char               *text)
{
    const act_message       *message = worker->message;
    struct act__reason_text *mine = NULL;
    if (message != NULL && message->kind == ACT_VALUE_REASON)
        mine = act__message_reason_of(message)->text;
    if (mine == NULL || mine->text != text)
        return NULL;
    act__reason_text_hold(mine);
    return mine;
}

static struct act__reason_text *write_text(struct act__reason_text *copy, const char *text)
{
    if (copy != NULL)
        snprintf(copy->text, sizeof copy->text, "%s", text);
    return copy;
}

struct act__reason_text *act__reason_copy(struct act__worker *worker, const char *text)
{
    struct act__reason_text *held = text != NULL ? hold_text_in_hand(worker, text) : NULL;
    return held != NULL || text == NULL ? held : write_text(take_spare(worker), text);
}

struct act__reason_text *act__reason_copy_new(const struct act__worker *worker, const char *text)
{
    struct act__reason_text *held = text != NULL ? hold_text_in_hand(worker, text) : NULL;
    return held != NULL || text == NULL ? held : write_text(act__reason_text_make(), text);
}

void act_exit(act_self *self, act_exit_reason reason)
{
    ACT__HANDLER_ONLY(self);
    struct act__reason mine = {.kind = reason.kind == ACT_EXIT_KILL ? ACT_EXIT_KILLED : reason.kind,
                               .code = reason.code};
    if (act__phase_of(self) == ACT__PHASE_ENDING || !act__phase_is_living(self))
        return; /* a release, not a callback, can come here when no actor is left */
    if (reason.text != NULL)
        mine.text = act__reason_copy(self->worker, reason.text);
    decide_end(self->worker, self, mine);
}

/*
 * Only a callback can be left. What an actor owned, and what still comes to its cell, is released
 * once the last callback has returned: to leave that half done is to leave it undone. Inlined, as
 * each frame that is unwound costs as much as the rest of this.
 */
ACT_NORETURN static inline __attribute__((always_inline)) void leave_callback(
    struct act__worker *worker)
{
    const act_self *self = act__current_of(worker);
    if (self == NULL || !act__phase_is_living(self) ||
        (act__phase_of(self) == ACT__PHASE_ENDING && worker->ending.stage == ENDING_RELEASES))
        act__fatal(
            &worker->run,
            "act_panic or act_exit_now in a release or a hook: there is no callback to leave");
    act__panic_unwind(&worker->run.panic);
}

void act_exit_now(act_self *self, act_exit_reason reason)
{
    ACT__HANDLER_ONLY(self);
    struct act__worker *worker = self->worker;
    if (!worker->run.panic.unwinding) { /* else in a clean-up handler, and that goes on */
        act_exit(self, reason);
        worker->ending.leaves = true;
    }
    leave_callback(worker);
}

bool act_is_ending(const act_self *self)
{
    ACT__HANDLER_ONLY(self);
    return act__phase_of(self) == ACT__PHASE_ENDING;
}

/* An exit signal in an envelope of its own. */
static act_result send_exit(struct act_system *system, struct act__worker *worker, uint64_t from,
                            uint64_t to, act_exit_reason reason)
{
    act_message *signal = act__message_make(ACT__SIGNAL_EXIT, ACT_VALUE_REASON, 0);
    if (signal == NULL)
        return ACT_NO_MEMORY;
    struct act__reason *mine = act__message_reason_of(signal);
    *mine = (struct act__reason){.kind = reason.kind, .code = reason.code};
    if (reason.text != NULL) {
        if ((mine->text = act__reason_text_make()) == NULL) {
            act__message_drop(signal);
            return ACT_NO_MEMORY;
        }
        snprintf(mine->text->text, sizeof mine->text->text, "%s", reason.text);
    }
    signal->act_sender = from;
    signal->act_bits |= ACT__BIT_SIGNAL;
    act__signal_push(system, worker, to, signal);
    return ACT_OK;
}

/*
 * A plain kill, and a plain shutdown from the parent, must always go through: they need no
 * envelope.
 */
static act_result exit_other(struct act_system *system, struct act__worker *worker, uint64_t from,
                             act_pid other, act_exit_reason reason)
{
    if (act__has_forked(system))
        return ACT_FORKED;
    act_self *cell;
    bool      plain = reason.code == 0 && reason.text == NULL;
    if (act__pid_resolve(&cell, system, other, memory_order_acquire) != ACT_OK)
        return ACT_OK;
    if (plain && reason.kind == ACT_EXIT_KILL)
        act__control_set(system, worker, other.local, ACT__CONTROL_KILL);
    else if (plain && reason.kind == ACT_EXIT_SHUTDOWN &&
             act__load(&cell->parent_hint) == (uint32_t)from)
        act__control_set(system, worker, other.local, ACT__CONTROL_SHUTDOWN);
    else
        return send_exit(system, worker, from, other.local, reason);
    return ACT_OK;
}

act_result act_exit_other(act_self *self, act_pid other, act_exit_reason reason)
{
    ACT__HANDLER_ONLY(self);
    return exit_other(self->worker->system, self->worker, act__local_of(self), other, reason);
}

act_result act_system_exit_actor(act_system *system, act_pid pid, act_exit_reason reason)
{
    return exit_other(system, NULL, 0, pid, reason);
}

void act_kill_agreed(act_self *self, act_pid other)
{
    ACT__HANDLER_ONLY(self);
    struct act_system *system = self->worker->system;
    act_self          *cell;
    if (act__pid_resolve(&cell, system, other, memory_order_acquire) == ACT_OK)
        act__control_set(system, self->worker, other.local,
                         ACT__CONTROL_KILL | ACT__CONTROL_AGREED);
}

/* ----------------------------------------------------------------------- kills that are trapped */

static void release_kill_letter(struct act__attachment *attachment)
{
    struct act__kill_letter *letter =
        act__container(attachment, struct act__kill_letter, attachment);
    if (letter->message != NULL)
        act__message_drop(letter->message);
    act__free(letter);
}

struct act__kill_letter *act__kill_letter_of(act_self *self)
{
    for (struct act__member *member = self->attachments.first; member != NULL;
         member = member->next) {
        struct act__attachment *attachment = act__container(member, struct act__attachment, member);
        if (attachment->release == release_kill_letter)
            return act__container(attachment, struct act__kill_letter, attachment);
    }
    return NULL;
}

act_result act_trap_kill(act_self *self)
{
    ACT__HANDLER_ONLY(self);
    if (act__kill_letter_of(self) != NULL)
        return ACT_OK;
    struct act__kill_letter *letter = act__allocate(sizeof *letter);
    if (letter == NULL)
        return ACT_NO_MEMORY;
    letter->attachment.release = release_kill_letter;
    letter->message = act__message_make(ACT_MESSAGE_EXIT, ACT_VALUE_NOTHING, 0);
    if (letter->message == NULL) {
        act__free(letter);
        return ACT_NO_MEMORY;
    }
    act__set_add(&self->attachments, &letter->attachment.member);
    return ACT_OK;
}

/* ------------------------------------------------------------------------------------ panicking */

void act__panic_at(act_self *self, const char *file, int line, const char *format, ...)
{
    ACT__HANDLER_ONLY(self);
    struct act__worker      *worker = self->worker;
    va_list                  values;
    /* A second panic while the first one unwinds, in a clean-up handler, adds nothing. */
    struct act__reason_text *text = worker->run.panic.unwinding ? NULL : take_spare(worker);
    if (text != NULL) {
        va_start(values, format);
        act__panic_text(text->text, sizeof text->text, file, line, format, values);
        va_end(values);
        worker->ending.panic_text = text;
    }
    leave_callback(worker);
}

/*
 * It was received, so it does not count as a dead letter, but what listens to those hears of it.
 */
static void fail_message(struct act__worker *worker, act_self *self, act_message *message)
{
    const act_system_options *options = &worker->system->options;
    if (act__message_is_counted(message)) {
        if (act__handover_redeliver(worker, self, message))
            return;
        if (options->dead_letter != NULL && !act__load(&worker->system->abandoned))
            options->dead_letter(options->context, act_self_pid(self), act__message_shown(message),
                                 ACT_PANICKED);
    }
    act__finish(worker, self, message);
}

/*
 * Of an actor that names no schema there is not much to show, for a seventh of what a restart
 * costs.
 */
static void log_panic(act_self *self, const act_message *message)
{
    char text[ACT__MESSAGE_TEXT_MAX], sender[ACT_PID_TEXT_MAX];
    if (act__schema_of(self->behavior) == NULL)
        return;
    act__message_show(self, message, text, sizeof text);
    act_pid_text(sender, sizeof sender, act_message_sender(message));
    act__log_of(self, ACT_LOG_ERROR, "panicked at a message of %s: %s", sender, text);
}

/* The message that was in hand when the callback was left; NULL: none. */
static act_message *take_message_in_hand(struct act__worker *worker)
{
    act_message *message = (act_message *)(uintptr_t)worker->message;
    __atomic_store_n(&worker->message, NULL, __ATOMIC_RELAXED);
    return message;
}

static void recover_from_panic(struct act__worker *worker, act_self *self)
{
    struct act__reason reason = {.kind = ACT_EXIT_PANIC, .text = worker->ending.panic_text};
    act_message       *message = take_message_in_hand(worker);
    worker->ending.panic_text = NULL;
    act__count(&worker->panicked);
    if (message != NULL) {
        log_panic(self, message);
        fail_message(worker, self, message);
    }
    if (act__phase_of(self) == ACT__PHASE_ENDING) { /* act_exit had been called, or terminate has
                                                       panicked */
        act__reason_text_let_go(worker->ending.reason.text);
        worker->ending.reason = reason;
    } else {
        act__end_decide(worker, self, reason);
    }
}

/* After act_exit_now. */
static void recover_from_exit(struct act__worker *worker, act_self *self)
{
    act_message *message = take_message_in_hand(worker);
    worker->ending.leaves = false;
    if (message != NULL)
        act__finish(worker, self, message);
}

void act__turn_recover(struct act__runner *runner)
{
    struct act__worker *worker = act__worker_of(runner);
    if (act__has_forked(worker->system))
        act__fork_returned(worker);
    worker->run.panic.unwinding = false;
    worker->run.calls_late = false; /* a release has panicked, which it must not */
    if (worker->ending.leaves)
        recover_from_exit(worker, act__current_of(worker));
    else
        recover_from_panic(worker, act__current_of(worker));
    act__turn_go_on(worker);
}

/* -------------------------------------------------------------------------------------- the end */

static const char *text_of(const struct act__reason *reason)
{
    return reason->text != NULL ? reason->text->text : NULL;
}

static bool is_failure(const struct act__reason *reason)
{
    return reason->kind == ACT_EXIT_PANIC || reason->kind == ACT_EXIT_ERROR;
}

static act_log_level level_of(const struct act__reason *reason)
{
    if (is_failure(reason))
        return ACT_LOG_ERROR;
    return reason->kind == ACT_EXIT_KILLED ? ACT_LOG_WARNING : ACT_LOG_INFO;
}

static void log_end(act_self *self, const struct act__reason *reason)
{
    const char *text = text_of(reason);
    char        code[16] = "";
    if (reason->code != 0)
        snprintf(code, sizeof code, " %d", (int)reason->code);
    act__log_of(self, level_of(reason), "ended: %s%s%s%s",
                act_exit_kind_text((act_exit_kind)reason->kind), code, text != NULL ? ": " : "",
                text != NULL ? text : "");
}

static void tell_end(struct act__worker *worker, act_self *self, const struct act__reason *reason)
{
    bool is_kill = reason->kind == ACT_EXIT_KILLED && !worker->ending.agreed;
    if (is_kill)
        act_system_overdue(worker->system);
    if (is_kill || is_failure(reason) || worker->system->options.log_normal_exits)
        log_end(self, reason);
}

/* As much as there is room for; snprintf would be a twentieth of a child's life. */
static void copy_label(char to[ACT_NAME_MAX], const char *label)
{
    size_t length = strnlen(label, ACT_NAME_MAX - 1);
    memcpy(to, label, length);
    to[length] = '\0';
}

/* User code: each step is taken once, also when it panics. */
static void run_last_words(struct act__worker *worker, act_self *self)
{
    if (worker->ending.stage == ENDING_BEGINS) {
        worker->ending.stage = ENDING_TERMINATED;
        worker->now = -1;
        const struct act__reason *why = &worker->ending.reason;
        if ((self->flags & ACT__CELL_READY) != 0 && why->kind != ACT_EXIT_KILLED &&
            self->behavior->terminate != NULL)
            self->behavior->terminate(self, self->state,
                                      act_exit_reason_make((act_exit_kind)why->kind, why->code,
                                                           text_of(why)));
    }
    while (self->defers != NULL) {
        act_on_end *defer = self->defers;
        self->defers = defer->act_next;
        if (defer->label != NULL)
            copy_label(worker->ending.label, defer->label);
        act__user_code_call(defer->run, defer->context);
    }
    worker->ending.stage = ENDING_RELEASES;
    act__outbox_end(worker);
}

void act__attachments_release(act_self *self)
{
    while (self->attachments.first != NULL) {
        struct act__attachment *attachment =
            act__container(self->attachments.first, struct act__attachment, member);
        act__set_remove(&attachment->member);
        attachment->release(attachment);
    }
}

void act__bonds_end(struct act__worker *worker, struct act__set *bonds,
                    const struct act__reason *reason, bool keeps)
{
    while (bonds->first != NULL) {
        unsigned          side;
        struct act__bond *bond = act__bond_of_half(bonds->first, &side);
        if (bond->kind == ACT__BOND_LINK)
            act__bond_end(worker, bond, side, ACT__SIGNAL_EXIT, reason);
        else if (side == 1) {
            if (bond->kind == ACT__BOND_MONITOR && !keeps)
                bond->is_unbegun = true;
            act__bond_end(worker, bond, side, ACT__SIGNAL_DOWN, reason);
        } else
            act__bond_end(worker, bond, side, ACT__SIGNAL_END, NULL);
    }
}

/*
 * With all its timers the timeouts of its asks end: a bond must not keep what may soon be another
 * actor's timer.
 */
static void cancel_timers(struct act__worker *worker, act_self *self)
{
    for (struct act__member *half = self->bonds.first; half != NULL; half = half->next) {
        unsigned          side;
        struct act__bond *bond = act__bond_of_half(half, &side);
        if (side == 0)
            bond->timer = NULL;
    }
    act__timer_cancel_all(worker, self);
}

void act__drop_waiting(struct act__worker *worker, act_self *self)
{
    act_message *message;
    while ((message = act__inbox_pop(&self->inbox_owned)) != NULL)
        act__refuse(worker, self, message, ACT_NO_ACTOR);
}

static inline void become_dead(struct act__worker *worker, act_self *self)
{
    /* relaxed: a hint to senders; what they push from now on is refused when it is fetched. */
    act__store(&self->generation, act__load(&self->generation) + 1);
    act__gap("exit.dead");
    act__phase_enter(self, ACT__PHASE_DEAD);
    if (self->inbox_owned.head != NULL)
        act__drop_waiting(worker, self);
    act__backpressure_end(worker, self);
    self->flags &= ACT__CELL_PHASE;
}

static void free_memory(act_self *self)
{
    if (self->state != NULL)
        act__pool_give(self->state, self->state_class);
    self->state = NULL;
    if (self->arena.chunk != NULL)
        act__arena_clear(&self->arena);
    if (self->spare != NULL)
        act__spawn_drop_spare(self);
}

/*
 * Everything after the last user code: from here on nothing can panic. Most actors have none of
 * what is asked for.
 */
static inline __attribute__((always_inline)) void end(struct act__worker *worker, act_self *self,
                                                      struct act__reason reason)
{
    struct act__set bonds = {NULL};
    uint16_t        flags = self->flags;
    bool            hands_over = (flags & ACT__CELL_HANDS_OVER) != 0 && act__handover_hold(self);
    struct act__attachment *name = hands_over ? act__names_take_staying(self) : NULL;
    if (self->attachments.first != NULL)
        act__attachments_release(self);
    self->flags &= (uint16_t)~ACT__CELL_CONTINUES; /* a timer that has just fired still looks */
    if (self->timers.first != NULL)
        cancel_timers(worker, self);
    act__gap("exit.let_go");
    act__store(&self->task.route, ACT__ROUTE_ANY);
    if ((self->flags & ACT__CELL_ANNOUNCE) != 0) /* init has not returned, and never will; still
                                                    under its own pid */
        act__spawn_announce(worker, self, ACT_CLOSED);
    if (hands_over)
        act__handover_pass_on(worker, self, name);
    else
        become_dead(worker, self);
    free_memory(self);
    if (self->bonds.first != NULL) {
        act__link_index_drop(self); /* last: a request that was taken in just above may have
                                       built it */
        act__set_move(&bonds, &self->bonds);
    }
    if (hands_over)
        act__handover_park(self);
    act__gap("exit.released");
    if (bonds.first != NULL) /* after the names are free: one that hears of it can take them */
        act__bonds_end(worker, &bonds, &reason, hands_over && (flags & ACT__CELL_KEEPS) != 0);
    if (reason.text != NULL)
        act__reason_text_let_go(reason.text);
}

void act__end_quietly(struct act__worker *worker, act_self *self)
{
    act__phase_enter(self, ACT__PHASE_ENDING);
    end(worker, self, (struct act__reason){.kind = ACT_EXIT_NORMAL});
    act__phase_enter(self, ACT__PHASE_FREE);
}

void act__end_run(struct act__worker *worker, act_self *self)
{
    run_last_words(worker, self);
    if (worker->scratch.chunk != NULL)
        act__arena_reset(&worker->scratch);
    struct act__reason reason = worker->ending.reason;
    if (act__unlikely(reason.kind != ACT_EXIT_NORMAL || worker->system->options.log_normal_exits))
        tell_end(worker, self, &reason);
    worker->ending.label[0] = '\0';
    /*
     * Before any hears of it: a thread that has joined finds it counted. release: pairs with
     * act__system_actors_count.
     */
    act__store_release(&worker->exited, act__load(&worker->exited) + 1);
    if (!act__inbox_is_empty(&self->inbox_shared, &self->inbox_owned))
        act__take_in(worker, self); /* all that has come by now: the DOWN of an ask says whether
                                       it was begun */
    end(worker, self, reason);
    if (act__unlikely(worker->ending.was_root)) {
        worker->ending.was_root = false;
        worker->system->operations->root_has_ended(worker->system, worker);
    }
    if (act__unlikely(act__load(&worker->system->closing)))
        worker->system->operations->actor_ended(worker->system);
}
