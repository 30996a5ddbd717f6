/* The actor that serves one client. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_CONNECTION_H
#define KV_CONNECTION_H

#include <samples/kv/service/service.h>

extern const act_behavior kv_connection;

/*
 * What the listener hands to a connection; its args are a pointer to one. Owned by the child's
 * spec.
 */
struct kv_accepted {
    struct kv_service *service;
    act_socket        *socket; /* NULL once the connection has opened it */
    int64_t            id;
};

/*
 * Frees what was accepted, closes what was not opened, and counts the connection out: the spec's
 * args_release.
 */
void kv_accepted_release(void *args);

#endif
