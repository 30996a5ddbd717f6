/* The whole key-value service in a system with two workers, as the stress tests of it start it. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_STRESS_KV_STRESS_H
#define ACT_TEST_STRESS_KV_STRESS_H

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <samples/kv/service/service.h>
#include <test/kit/kit.h>

static struct kv_service service;
static _Atomic uint32_t  the_port;

static inline void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static inline void note_port(void *context, const char *bind, uint16_t port)
{
    (void)context, (void)bind;
    atomic_store(&the_port, port);
}

/* Returns: the system, when the service listens. */
static inline act_system *start_service(void)
{
    struct kv_options options = KV_OPTIONS_DEFAULT;
    act_system       *system;
    act_pid           root;
    options.port = 0;
    options.workers_count = 2;
    atomic_store(&the_port, 0);
    memset(&service, 0, sizeof service);
    kv_service_init(&service, &options);
    service.listening = note_port;
    ck_assert_int_eq(
        act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log)), ACT_OK);
    ck_assert_int_eq(kv_service_start(&service, system, &root), ACT_OK);
    while (atomic_load(&the_port) == 0)
        usleep(100);
    return system;
}

static inline void stop_service(act_system *system)
{
    act_system_stop(system);
    ck_assert_int_eq(act_system_run(system), ACT_OK);
    act_system_destroy(&system);
}

/* Returns: -1 if it is refused. */
static inline int dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atomic_load(&the_port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

#endif
