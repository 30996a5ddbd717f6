/*
 * Records of the log: made by the framework and by its users, and given to what writes them.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/system/log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <actor/process/actor_text.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/names.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <actor/system/log_record.h>
#include <actor/system/log_writer.h>
#include <actor/system/system_record.h>
#include <mailbox/base/lock.h>

/* --------------------------------------------------------------------------------------- fields */

static __attribute__((format(printf, 2, 0))) void set_text(struct act__log_record *record,
                                                           const char *format, va_list values)
{
    int bytes = vsnprintf(record->text, sizeof record->text, format, values);
    if (bytes < 0)
        bytes = snprintf(record->text, sizeof record->text, "%s", format);
    if ((size_t)bytes >= sizeof record->text) {
        bytes = sizeof record->text - 1;
        memcpy(record->text + bytes - 3, "...", 3);
    }
    record->text_bytes = (uint16_t)bytes;
}

static void set_actor(struct act__log_record *record, act_self *self)
{
    record->local = act__local_of(self);
    snprintf(record->actor, sizeof record->actor, "%s", act__actor_name(self));
    snprintf(record->behavior, sizeof record->behavior, "%s", self->behavior->name);
}

static int64_t microseconds_of(const act_system *system)
{
    struct timespec now;
    if (system->executor != NULL && system->executor->simulated)
        return system->executor->operations->now(system->executor) * 1000;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static void set_place(struct act__log_record *record, const act_system *system, act_log_level level)
{
    const struct act__worker *worker = act__worker_here(system);
    record->at = microseconds_of(system);
    record->lost = 0;
    record->worker = worker != NULL ? worker->run.index : ACT__NO_WORKER;
    record->level = (uint8_t)level;
    record->is_about = false;
    record->local = 0;
    record->actor[0] = record->behavior[0] = '\0';
}

/* ---------------------------------------------------------------------------------------- calls */

static __attribute__((format(printf, 5, 0))) void write_record(act_system *system, act_self *self,
                                                               act_log_level level,
                                                               bool          said_by_actor,
                                                               const char *format, va_list values)
{
    struct act__log_record record;
    set_place(&record, system, level);
    if (self != NULL)
        set_actor(&record, self);
    record.is_about = !said_by_actor;
    set_text(&record, format, values);
    act__log_write(act__record_of(system)->log, &record);
}

/* Returns: its length. */
static size_t put_separator(char *text, bool said_by_actor)
{
    strcpy(text, said_by_actor ? ": " : " ");
    return strlen(text);
}

static void call_hook(act_system *system, act_log_level level, const char *text)
{
    pthread_mutex_t *mutex = act__user_code_begin();
    system->options.log(system->options.context, level, text);
    act__user_code_end(mutex);
}

/*
 * The user's own function gets no more than it needs: with a record made first, a restart cost an
 * eighth more.
 */
static __attribute__((format(printf, 5, 0))) void call_users(act_system *system, act_self *self,
                                                             act_log_level level,
                                                             bool said_by_actor, const char *format,
                                                             va_list values)
{
    char   text[ACT_LOG_TEXT_MAX + ACT__ACTOR_TEXT_MAX];
    size_t used = 0;
    if (self != NULL) {
        used =
            act__actor_text(text, act__local_of(self), self->behavior->name, act__actor_name(self));
        used += put_separator(text + used, said_by_actor);
    }
    vsnprintf(text + used, sizeof text - used, format, values);
    call_hook(system, level, text);
}

/* said_by_actor: not about the actor, but by it. */
static __attribute__((format(printf, 5, 0))) void log_values(act_system *system, act_self *self,
                                                             act_log_level level,
                                                             bool said_by_actor, const char *format,
                                                             va_list values)
{
    int saved = errno;
    if (level > system->options.log_level ||
        act__load(&system->abandoned)) /* relaxed: see act_system_destroy */
        return;
    if (act__has_forked(system)) /* a lock of the program's may be held by a thread that is not
                                    there */
        return;
    if (act__record_of(system)->log != NULL)
        write_record(system, self, level, said_by_actor, format, values);
    else
        call_users(system, self, level, said_by_actor, format, values);
    errno = saved;
}

void act_log(act_self *self, act_log_level level, const char *format, ...)
{
    ACT__HANDLER_ONLY(self);
    va_list values;
    va_start(values, format);
    log_values(self->worker->system, self, level, true, format, values);
    va_end(values);
}

void act_system_log(act_system *system, act_log_level level, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    log_values(system, NULL, level, false, format, values);
    va_end(values);
}

void act__log(act_system *system, act_log_level level, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    log_values(system, NULL, level, false, format, values);
    va_end(values);
}

void act__log_values(act_self *self, act_log_level level, const char *format, va_list values)
{
    log_values(self->worker->system, self, level, false, format, values);
}

static __attribute__((format(printf, 5, 0))) void write_record_about(
    act_system *system, uint64_t local, const char *behavior, act_log_level level,
    const char *format, va_list values)
{
    struct act__log_record record;
    set_place(&record, system, level);
    record.is_about = true;
    record.local = local;
    act__names_name_of(system->names, local, record.actor);
    snprintf(record.behavior, sizeof record.behavior, "%s", behavior);
    set_text(&record, format, values);
    act__log_write(act__record_of(system)->log, &record);
}

void act__log_about_values(act_system *system, uint64_t local, const char *behavior,
                           act_log_level level, const char *format, va_list values)
{
    char text[ACT_LOG_TEXT_MAX + ACT__ACTOR_TEXT_MAX], name[ACT_NAME_MAX];
    if (level > system->options.log_level || act__load(&system->abandoned)) /* as in log_values */
        return;
    if (act__record_of(system)->log != NULL) {
        write_record_about(system, local, behavior, level, format, values);
        return;
    }
    act__names_name_of(system->names, local, name);
    size_t used = act__actor_text(text, local, behavior, name);
    used += put_separator(text + used, false);
    vsnprintf(text + used, sizeof text - used, format, values);
    call_hook(system, level, text);
}

void act__log_about(act_system *system, uint64_t local, const char *behavior, act_log_level level,
                    const char *format, ...)
{
    va_list values;
    va_start(values, format);
    act__log_about_values(system, local, behavior, level, format, values);
    va_end(values);
}

act_result act_log_flush(act_system *system, act_millis timeout)
{
    struct act__system_record *record = act__record_of(system);
    if (timeout < ACT_FOREVER)
        return ACT_INVALID;
    return record->log != NULL ? act__log_wait(record->log, timeout) : ACT_OK;
}
