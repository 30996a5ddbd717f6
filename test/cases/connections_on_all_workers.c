/* Connections that come with pauses between them, as of people, are served by both workers. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <sys/socket.h>

#include <test/cases/server.h>

enum { CLIENTS = 200, REQUESTS = 20, THREADS_MAX = 8, SHARE_MIN = 40 };
#define WORK_MS 0.05

static _Atomic int answered, threads;
/* By thread that runs handlers; the last is of those beyond. */
static _Atomic int connections[THREADS_MAX], work[THREADS_MAX];

static int thread_here(void)
{
    static _Thread_local int mine = -1;
    if (mine < 0)
        mine = atomic_fetch_add(&threads, 1);
    return mine < THREADS_MAX ? mine : THREADS_MAX - 1;
}

struct connection {
    act_tcp *tcp;
    bool     is_counted;
};

static act_result open_socket(act_self *self, void *state, const void *args)
{
    act_socket *accepted = *(act_socket *const *)args;
    act_result  result = act_tcp_open(self, &((struct connection *)state)->tcp, &accepted, NULL);
    act_socket_close(&accepted);
    return result;
}

static double thread_ms(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

static void answer(act_self *self, void *state, const act_message *message)
{
    struct connection *mine = state;
    const uint8_t     *bytes;
    if (message->tag != ACT_MESSAGE_TCP_READABLE || act_tcp_input_ended(mine->tcp)) {
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
        return;
    }
    connections[thread_here()] += !mine->is_counted;
    mine->is_counted = true;
    size_t count = act_tcp_input(mine->tcp, &bytes);
    for (double until = thread_ms() + WORK_MS * (double)count; thread_ms() < until;)
        ;
    act_tcp_consume(mine->tcp, count);
    work[thread_here()] += (int)count;
    answered += (int)count;
}

static const act_behavior connection = {.name = "connection",
                                        .state_bytes = sizeof(struct connection),
                                        .args_bytes = sizeof(act_socket *),
                                        .init = open_socket,
                                        .receive = answer};

static int dial(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int                fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
        must(ACT_OS);
    return fd;
}

static void ask(int fd)
{
    char bytes[REQUESTS] = "";
    if (send(fd, bytes, sizeof bytes, MSG_NOSIGNAL) != (ssize_t)sizeof bytes)
        must(ACT_OS);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

int main(void)
{
    act_system *system;
    act_pid     pid;
    int         fds[CLIENTS];
    /* no spare threads: they would be counted as workers */
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log,
                                                       .stuck_after = ACT_FOREVER)));
    server_connection = &connection;
    must(act_system_spawn(system, &pid, &server, NULL, NULL));
    if (!comes_to(&port, 1, 20000))
        judge_wrong("the server does not listen");
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = dial();
        sleep_ms(2);
    }
    for (int i = 0; i < CLIENTS; i++)
        ask(fds[i]);
    if (!comes_to(&answered, CLIENTS * REQUESTS, 30000))
        judge_wrong("%d of %d requests are answered", (int)answered, CLIENTS * REQUESTS);
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    must(act_system_destroy(&system));
    return judge(threads == 2 &&
                     smaller(connections[0], connections[1]) * 100 >= CLIENTS * SHARE_MIN &&
                     smaller(work[0], work[1]) * 100 >= CLIENTS * REQUESTS * SHARE_MIN,
                 "connections of the two workers %d : %d, requests %d : %d", (int)connections[0],
                 (int)connections[1], (int)work[0], (int)work[1]);
}
