/* What systemd, or another service manager of its kind, is told of a system. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_SERVICE_MANAGER_H
#define ACT_ACTOR_SYSTEM_SERVICE_MANAGER_H

#include <sys/socket.h>
#include <sys/un.h>

#include <actor/system.h>
#include <mailbox/base/atomics.h>

/* The protocol of sd_notify(3): datagrams of NAME=value to the socket that $NOTIFY_SOCKET names. */
struct act__service_manager {
    int                fd; /* -1: there is none to tell */
    socklen_t          address_bytes;
    struct sockaddr_un address;
    act_millis         watchdog_interval; /* 0: none is wanted */
    _Atomic bool       is_ready;          /* it was told so */
};

/* Reads the environment. Returns: ACT_OK, ACT_OS (no descriptor). */
act_result act__service_manager_open(struct act__service_manager *manager,
                                     const act_system_options    *options);
void       act__service_manager_close(struct act__service_manager *manager);

/* Any thread; never wait. */
void act__service_manager_run_begins(act_system *system);
void act__service_manager_stop_begins(act_system *system);

/* How often at least it wants to hear that all workers go on: act__watchdog_feed; 0: never. */
act_millis act__watchdog_interval(const act_system *system);
/* In the log, which may call the program. */
void       act__watchdog_log_unfed(act_system *system, act_result why);

#endif
