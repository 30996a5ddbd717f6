/*
 * A server with an actor for each connection, and clients that open them one after the other or
 * all at once: on which workers are they, and what do these use the CPU for? Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SERVED = 1 };
enum { WORKERS_MAX = 256 };

struct plan {
    int64_t  connections, rounds, work, at_once; /* work: nanoseconds of CPU for each byte */
    uint16_t port;
    act_pid  director;
};

/* ---- the server ---- */

static struct worker {
    clockid_t       clock;
    _Atomic int64_t connections;
} workers[WORKERS_MAX];
static _Atomic uint32_t             workers_count; /* that have served a connection */
static _Thread_local struct worker *worker_here;

static int64_t read_clock(clockid_t clock)
{
    struct timespec at;
    clock_gettime(clock, &at);
    return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

static struct worker *find_worker(void)
{
    if (worker_here == NULL) {
        worker_here = &workers[atomic_fetch_add(&workers_count, 1)];
        pthread_getcpuclockid(pthread_self(), &worker_here->clock);
    }
    return worker_here;
}

/* ---- the server ---- */

struct connection {
    act_tcp *tcp;
    int64_t  work;
    bool     is_counted;
};

struct accepted {
    act_socket *socket;
    int64_t     work;
};

static act_result open_connection(act_self *self, void *state, const void *args)
{
    struct connection     *mine = state;
    const struct accepted *accepted = args;
    act_socket            *socket = accepted->socket;
    mine->work = accepted->work;
    act_result result = act_tcp_open(self, &mine->tcp, &socket, NULL);
    act_socket_close(&socket); /* still here after a failure only */
    return result;
}

static void serve(act_self *self, void *state, const act_message *message)
{
    struct connection *mine = state;
    const uint8_t     *bytes;
    if (message->tag == ACT_MESSAGE_TCP_CLOSED || act_tcp_input_ended(mine->tcp)) {
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
        return;
    }
    atomic_fetch_add(&find_worker()->connections, !mine->is_counted);
    mine->is_counted = true;
    size_t  count = act_tcp_input(mine->tcp, &bytes);
    int64_t until = read_clock(CLOCK_THREAD_CPUTIME_ID) + mine->work * (int64_t)count;
    while (read_clock(CLOCK_THREAD_CPUTIME_ID) < until)
        ;
    bench_must(act_tcp_write(mine->tcp, bytes, count));
    act_tcp_consume(mine->tcp, count);
}

static const act_behavior connection = {.name = "connection",
                                        .state_bytes = sizeof(struct connection),
                                        .args_bytes = sizeof(struct accepted),
                                        .init = open_connection,
                                        .receive = serve};

/* ---- the clients: one thread with plain sockets ---- */

static int open_client(const struct plan *plan)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(plan->port)};
    int                fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bench_check(fd >= 0, "there are descriptors enough");
    if (plan->at_once != 0)
        fcntl(fd, F_SETFL, O_NONBLOCK);
    bench_check(connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ||
                    errno == EINPROGRESS,
                "a client can connect");
    return fd;
}

static void send_byte(int fd)
{
    while (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
        bench_check(errno == EAGAIN || errno == ENOTCONN, "a byte can be sent");
}

static void receive_byte(int fd)
{
    char byte;
    bench_check(recv(fd, &byte, 1, 0) == 1, "a byte comes back");
}

static int64_t *open_clients(const struct plan *plan, int *fds)
{
    int64_t *took = calloc((size_t)plan->connections, sizeof *took);
    bench_check(took != NULL, "there is memory for the times");
    for (int64_t i = 0; i < plan->connections; i++) {
        took[i] = bench_clock();
        fds[i] = open_client(plan);
        if (plan->at_once != 0)
            continue;
        send_byte(fds[i]);
        receive_byte(fds[i]);
        took[i] = bench_clock() - took[i];
    }
    for (int64_t i = 0; i < plan->connections && plan->at_once != 0; i++)
        send_byte(fds[i]);
    for (int64_t i = 0; i < plan->connections && plan->at_once != 0; i++) {
        fcntl(fds[i], F_SETFL, 0);
        receive_byte(fds[i]);
        took[i] = bench_clock() - took[i];
    }
    return took;
}

static act_result use_server(act_self *self, void *state, const void *args)
{
    const struct plan *plan = args;
    int               *fds = calloc((size_t)plan->connections, sizeof *fds);
    (void)state;
    bench_check(fds != NULL, "there is memory for the clients");
    int64_t *took = open_clients(plan, fds);
    for (int64_t round = 0; round < plan->rounds; round++) {
        for (int64_t i = 0; i < plan->connections; i++)
            send_byte(fds[i]);
        for (int64_t i = 0; i < plan->connections; i++)
            receive_byte(fds[i]);
    }
    qsort(took, (size_t)plan->connections, sizeof *took, bench_compare);
    act_tell_value(self, plan->director, SERVED, act_int64(took[plan->connections / 2]));
    free(took);
    free(fds); /* the sockets stay open, until all is measured */
    return ACT_OK;
}

static void ignore(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior clients = {
    .name = "clients", .args_bytes = sizeof(struct plan), .init = use_server, .receive = ignore};

/* ---- the director, which listens ---- */

struct director {
    act_listener *listener;
    struct plan   plan;
    int64_t       began;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct director *director = state;
    act_pid          pid;
    director->plan = *(const struct plan *)args;
    director->plan.director = act_self_pid(self);
    bench_must(act_tcp_listen(self, &director->listener, "127.0.0.1", 0,
                              ACT_LISTEN_OPTIONS(.backlog = 4096)));
    director->plan.port = act_listener_port(director->listener);
    director->began = bench_clock();
    bench_must(
        act_spawn(self, &pid, &clients, &director->plan, ACT_SPAWN_OPTIONS(.blocking = true)));
    return ACT_OK;
}

static void accept_all(act_self *self, const struct director *director)
{
    struct accepted accepted = {.work = director->plan.work};
    act_pid         pid;
    while (act_tcp_accept(director->listener, &accepted.socket) == ACT_OK)
        bench_must(act_spawn(self, &pid, &connection, &accepted, NULL));
}

static void end(act_self *self, const struct director *director, int64_t median)
{
    uint32_t threads = act_system_workers_count(act_self_system(self));
    int64_t  served[WORKERS_MAX] = {0}, used[WORKERS_MAX] = {0};
    for (uint32_t i = 0; i < workers_count; i++) {
        served[i] = workers[i].connections;
        used[i] = read_clock(workers[i].clock);
    }
    qsort(served, threads, sizeof *served, bench_compare);
    qsort(used, threads, sizeof *used, bench_compare);
    bench_end_with(self, bench_clock() - director->began,
                   director->plan.connections * (1 + director->plan.rounds),
                   " open_us=%.1f most=%lld least=%lld most_cpu_ms=%.1f least_cpu_ms=%.1f",
                   (double)median / 1e3, (long long)served[threads - 1], (long long)served[0],
                   (double)used[threads - 1] / 1e6, (double)used[0] / 1e6);
}

static void direct(act_self *self, void *state, const act_message *message)
{
    if (message->tag == ACT_MESSAGE_TCP_ACCEPTABLE)
        accept_all(self, state);
    else
        end(self, state, message->as.int64);
}

static const act_behavior director = {.name = "director",
                                      .state_bytes = sizeof(struct director),
                                      .args_bytes = sizeof(struct plan),
                                      .init = begin,
                                      .receive = direct};

void bench_connections(void)
{
    struct rlimit files;
    struct plan   plan = {.connections = bench_number("connections", 1, 1000000),
                          .rounds = bench_number("rounds", 0, 1000000),
                          .work = bench_number("work_us", 0, 1000000) * 1000,
                          .at_once = bench_number("at_once", 0, 1)};
    bench_check(getrlimit(RLIMIT_NOFILE, &files) == 0, "the limit of descriptors can be read");
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    bench_run(&director, &plan, NULL);
}
