/* What becomes of a message that no actor receives. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/delivery/dead_letter.h>

#include <stdarg.h>
#include <stdio.h>

#include <actor/delivery/typed.h>
#include <actor/process/fork.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/scheduler/executor.h>
#include <mailbox/base/lock.h>
#include <mailbox/schema/print.h>

#define LOG_PAUSE ACT_SECONDS(60)

/*
 * Returns: whether the caller logs this one, of several threads at once only one; *unlogged is how
 * many were not since the last.
 */
static bool claim_log(struct act_system *system, uint64_t *unlogged)
{
    struct act__dead_letters *letters = &system->dead_letters;
    int64_t                   now = system->executor->operations->now(system->executor) + 1;
    /* relaxed, all: numbers, and no more */
    int64_t                   last = act__load(&letters->logged_at);
    if ((last != 0 && now - last < LOG_PAUSE) ||
        !atomic_compare_exchange_strong_explicit(&letters->logged_at, &last, now,
                                                 memory_order_relaxed, memory_order_relaxed)) {
        act__add(&letters->unlogged, 1);
        return false;
    }
    *unlogged = atomic_exchange_explicit(&letters->unlogged, 0, memory_order_relaxed);
    return true;
}

/* Of the receiver, if that was the last to live where the pid leads; NULL: not known. */
static const act_behavior *behavior_of(struct act_system *system, act_pid to)
{
    act_self *cell = act__pid_cell(system, to);
    if (cell == NULL || act__load(&cell->generation) - act__generation_of(to.local) > 1)
        return NULL;
    return __atomic_load_n(&cell->behavior, __ATOMIC_RELAXED); /* see make_birth in spawn.c */
}

static ACT_PRINTF(4, 5) void log_about(struct act_system *system, act_pid to,
                                       const act_behavior *behavior, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    system->operations->log_about(system, to.local, behavior != NULL ? behavior->name : "actor",
                                  ACT_LOG_WARNING, format, values);
    va_end(values);
}

static void log_letter(struct act_system *system, act_pid to, const act_message *message,
                       act_result why)
{
    const act_behavior *behavior = behavior_of(system, to);
    char                text[ACT__MESSAGE_TEXT_MAX], sender[ACT_PID_TEXT_MAX], others[64] = "";
    uint64_t            unlogged;

    if (!claim_log(system, &unlogged))
        return;
    if (unlogged != 0)
        snprintf(others, sizeof others, "; %llu others since the last one logged",
                 (unsigned long long)unlogged);
    act_message_print(text, sizeof text, message, act__schema_of(behavior));
    act_pid_text(sender, sizeof sender, act_message_sender(message));
    log_about(system, to, behavior, "did not receive what %s has sent: %s (dead letter: %s)%s",
              sender, text, act_result_text(why), others);
}

/* When a system stops there are always some; and what an actor sends to itself ends with it. */
static bool is_news(struct act_system *system, act_pid to, const act_message *message)
{
    return !act__load(&system->closing) && !act__has_forked(system) &&
           (act_pid_is_none(to) || !act_pid_equal(act_message_sender(message), to));
}

void act__dead_letter(struct act_system *system, struct act__worker *worker, act_pid to,
                      const act_message *message, act_result why)
{
    message = act__message_shown(message);
    if (worker != NULL)
        act__count(&worker->dead_letters);
    else
        act__add(&system->outside_dead_letters, 1);
    if (act__load(&system->abandoned))
        return;
    if (system->options.dead_letter == NULL) {
        if (is_news(system, to, message))
            log_letter(system, to, message, why);
        return;
    }
    pthread_mutex_t *mutex = act__user_code_begin();
    system->options.dead_letter(system->options.context, to, message, why);
    act__user_code_end(mutex);
}
