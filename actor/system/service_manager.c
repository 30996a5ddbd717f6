/*
 * Tells systemd, or another service manager of its kind, that a system is ready, stops, and goes
 * on. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/system/service_manager.h>

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/scheduler/report.h>
#include <actor/system/log.h>
#include <actor/system/system_record.h>

/* ---------------------------------------------------------------------------------- environment */

/* A path, or, after an @, an abstract name. Returns: false if it is neither. */
static bool set_address(struct act__service_manager *manager, const char *name)
{
    size_t length = name != NULL ? strlen(name) : 0;
    if (length < 2 || length >= sizeof manager->address.sun_path ||
        (name[0] != '/' && name[0] != '@'))
        return false;
    manager->address.sun_family = AF_UNIX;
    memcpy(manager->address.sun_path, name, length);
    manager->address_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (name[0] == '@')
        manager->address.sun_path[0] = '\0';
    else
        manager->address_bytes++; /* a path has its NUL */
    return true;
}

/* 0: unset, or not a number. */
static unsigned long long number_of(const char *variable)
{
    const char        *text = getenv(variable);
    char              *end;
    unsigned long long number;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    errno = 0;
    number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' ? number : 0;
}

/* Half of the time after which it would act: one that comes a little late is then no reason to. */
static act_millis read_watchdog_interval(void)
{
    unsigned long long microseconds = number_of("WATCHDOG_USEC");
    bool               is_ours =
        getenv("WATCHDOG_PID") == NULL || number_of("WATCHDOG_PID") == (unsigned long long)getpid();
    if (microseconds == 0 || !is_ours)
        return 0;
    return microseconds < 4000 ? 1 : (act_millis)(microseconds / 2000);
}

act_result act__service_manager_open(struct act__service_manager *manager,
                                     const act_system_options    *options)
{
    manager->fd = -1;
    if (options->service == ACT_SERVICE_NONE || !set_address(manager, getenv("NOTIFY_SOCKET")))
        return ACT_OK;
    manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    manager->watchdog_interval = read_watchdog_interval();
    return manager->fd >= 0 ? ACT_OK : ACT_OS;
}

void act__service_manager_close(struct act__service_manager *manager)
{
    if (manager->fd >= 0)
        close(manager->fd);
    manager->fd = -1;
}

/* -------------------------------------------------------------------------------------- telling */

/* Unconnected: when the manager is started again, the same name leads to its new socket. */
static act_result tell(struct act__service_manager *manager, const char *text)
{
    int     saved = errno;
    ssize_t sent;
    if (manager->fd < 0)
        return ACT_OK;
    do
        sent = sendto(manager->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
                      (const struct sockaddr *)&manager->address, manager->address_bytes);
    while (sent < 0 && errno == EINTR);
    act_result result = sent >= 0 ? ACT_OK : errno == EAGAIN ? ACT_FULL : ACT_OS;
    errno = saved;
    return result;
}

act_result act_system_ready(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    if (act__has_forked(system))
        return ACT_FORKED;
    if (system->options.service == ACT_SERVICE_NONE)
        return ACT_INVALID;
    if (act__load(&record->service_manager.is_ready))
        return ACT_OK;
    act_result result = tell(&record->service_manager, "READY=1");
    if (result == ACT_OK) /* relaxed: two threads at once tell it twice, which is allowed */
        act__store(&record->service_manager.is_ready, true);
    return result;
}

act_result act_system_status(act_system *system, const char *format, ...)
{
    char    text[ACT_STATUS_TEXT_MAX + sizeof "STATUS="] = "STATUS=";
    va_list values;
    if (act__has_forked(system))
        return ACT_FORKED;
    if (system->options.service == ACT_SERVICE_NONE)
        return ACT_INVALID;
    va_start(values, format);
    vsnprintf(text + strlen(text), ACT_STATUS_TEXT_MAX, format, values);
    va_end(values);
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' '; /* after a newline there would be another variable */
    return tell(&act__record_of(system)->service_manager, text);
}

/* No more can be done: the service manager will find out by itself. */
static void log_untold(act_system *system, const char *what, act_result result)
{
    if (result != ACT_OK)
        act__log(system, ACT_LOG_WARNING, "the service manager could not be told %s: %s", what,
                 act_result_text(result));
}

void act__service_manager_run_begins(act_system *system)
{
    if (system->options.service == ACT_SERVICE_READY_AT_RUN)
        log_untold(system, "READY", act_system_ready(system));
}

void act__service_manager_stop_begins(act_system *system)
{
    log_untold(system, "STOPPING", tell(&act__record_of(system)->service_manager, "STOPPING=1"));
}

act_millis act__watchdog_interval(const act_system *system)
{
    return act__record_of(system)->service_manager.watchdog_interval;
}

act_result act__watchdog_feed(act_system *system)
{
    return tell(&act__record_of(system)->service_manager, "WATCHDOG=1");
}

void act__watchdog_log_unfed(act_system *system, act_result why)
{
    log_untold(system, "WATCHDOG", why);
}
