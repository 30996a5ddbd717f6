/* The actor that stops the system: when the user says so, or when the service has given up. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_SHUTDOWN_H
#define KV_SHUTDOWN_H

#include <act.h>

/*
 * Spawn it after the service. It ends before the service is stopped, so a second SIGINT ends the
 * process.
 */
struct kv_shutdown_args {
    act_pid          root;   /* the service's root supervisor */
    act_exit_report *report; /* set if that ends by itself; read it when the system has been
                                stopped */
};

extern const act_behavior kv_shutdown;

/*
 * From now on SIGTERM kills no more: one that comes before the actor is there is not lost on it,
 * and one more while the system stops changes nothing, since its sender (timeout sends it twice)
 * wants an end in order. Call it before the spawn.
 */
void kv_shutdown_catch_sigterm(void);

#endif
