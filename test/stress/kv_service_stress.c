/*
 * The whole key-value service, started and stopped a hundred times under load: nothing may be left
 * behind.
 */
/* SPDX-License-Identifier: MIT */
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mailbox/message/pool.h>
#include <test/stress/kv_stress.h>

enum {
    RESTARTS = 100,
    WARM_UP = 20,
    CLIENTS = 4,
    VISITS = 8,
    VISITORS_MIN = 20,
    REPLIES_MIN = 400,
    LEFT_KB_MAX = 8192
};

static _Atomic int connected_count, replies_count;

/* --------------------------------------------------------------------------- what could be left */

static long resident_kb(void)
{
    char  line[128];
    long  kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    ck_assert_ptr_nonnull(status);
    while (fgets(line, sizeof line, status) != NULL)
        sscanf(line, "VmRSS: %ld", &kb);
    fclose(status);
    return kb;
}

struct traces {
    int    descriptors, threads;
    size_t blocks;
    long   kb;
};

static struct traces look(void)
{
    act__pool_flush();
    malloc_trim(0);
    return (struct traces){kit_entries_of("/proc/self/fd"), kit_entries_of("/proc/self/task"),
                           act__pool_outstanding(), resident_kb()};
}

/* ------------------------------------------------------------------------------------- the load */

/*
 * Comes and goes until no socket listens: the stop meets sockets that were accepted and have no
 * actor yet.
 */
static void *be_visitor(void *unused)
{
    int fds[VISITS] = {0};
    while (fds[0] >= 0) {
        for (int i = 0; i < VISITS; i++)
            fds[i] = dial();
        for (int i = 0; i < VISITS; i++)
            if (fds[i] >= 0)
                close(fds[i]);
    }
    return unused;
}

/* Asks for more whenever an answer has come, until the service is gone. */
static void *be_client(void *unused)
{
    static const char requests[] =
        "INCR n\r\nSET s 0123456789\r\nMGET n s a b c d e f\r\nDEBUG PANIC s\r\nGET s\r\n";
    static const char tail[] = "*3\r\n$4\r\nhalf";
    char              replies[4096];
    int               fd = dial();
    ck_assert_int_ge(fd, 0);
    atomic_fetch_add(&connected_count, 1);
    while (send(fd, requests, sizeof requests - 1, MSG_NOSIGNAL) > 0 &&
           recv(fd, replies, sizeof replies, 0) > 0)
        atomic_fetch_add(&replies_count, 1);
    if (send(fd, tail, sizeof tail - 1, MSG_NOSIGNAL) < 0)
        atomic_fetch_add(&replies_count, 0); /* it is gone already */
    close(fd);
    return unused;
}

static void run_once(void)
{
    pthread_t clients[CLIENTS], visitor;
    atomic_store(&connected_count, 0);
    atomic_store(&replies_count, 0);
    act_system *system = start_service();
    for (int i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(pthread_create(&clients[i], NULL, be_client, NULL), 0);
    while (atomic_load(&connected_count) < CLIENTS || atomic_load(&replies_count) < REPLIES_MIN)
        usleep(100);
    ck_assert_int_eq(pthread_create(&visitor, NULL, be_visitor, NULL), 0);
    while (kv_read(&service.traffic.connections_total) < CLIENTS + VISITORS_MIN)
        usleep(100);
    stop_service(system);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(clients[i], NULL);
    pthread_join(visitor, NULL);
    ck_assert_uint_eq(kv_read(&service.traffic.connections_now), 0);
}

static void a_hundred_restarts_under_load_leave_nothing_behind(void)
{
    struct traces before = {0}, after;
    for (int i = 0; i < RESTARTS; i++) {
        if (i == WARM_UP)
            before = look();
        run_once();
    }
    after = look();
    printf("# descriptors %d -> %d, threads %d -> %d, blocks %zu -> %zu, resident %ld -> %ld kB\n",
           before.descriptors, after.descriptors, before.threads, after.threads, before.blocks,
           after.blocks, before.kb, after.kb);
    ck_assert_int_eq(after.descriptors, before.descriptors);
    ck_assert_int_eq(after.threads, before.threads);
    ck_assert_uint_eq(after.blocks, before.blocks);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ck_assert_int_lt(after.kb - before.kb, LEFT_KB_MAX); /* sanitizers keep what was freed, and
                                                            find leaks by themselves */
#endif
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_hundred_restarts_under_load_leave_nothing_behind, .timeout_seconds = 120),
    END_OF_CASES,
};
