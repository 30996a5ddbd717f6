/* A large answer, then the end, in each way that a user may try: all of it arrives, or an error. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include <test/cases/server.h>

enum way { EXIT, CLOSE, SHUTDOWN_AND_EXIT, PANIC, FINISH, FINISH_AND_EXIT, FINISH_AND_PANIC, WAYS };
static const char *const names[WAYS] = {"exit",   "close",           "shutdown and exit", "panic",
                                        "finish", "finish and exit", "finish and panic"};

static char answer[5 << 20];

static act_result open_socket(act_self *self, void *state, const void *args)
{
    act_socket *accepted = *(act_socket *const *)args;
    act_result  result = act_tcp_open(self, state, &accepted, NULL);
    act_socket_close(&accepted);
    return result;
}

/* The client's one byte says in which way. */
static void send_answer(act_self *self, void *state, const act_message *message)
{
    act_tcp      **tcp = state;
    const uint8_t *way_asked;
    if (message->tag != ACT_MESSAGE_TCP_READABLE || act_tcp_input(*tcp, &way_asked) == 0)
        return;
    enum way way = *way_asked;
    act_tcp_consume(*tcp, SIZE_MAX);
    must(act_tcp_write(*tcp, answer, sizeof answer));
    if (way == CLOSE)
        act_tcp_close(tcp);
    if (way == SHUTDOWN_AND_EXIT)
        act_tcp_shutdown(*tcp);
    if (way >= FINISH)
        act_tcp_finish(tcp, ACT_SECONDS(20));
    if (way == PANIC || way == FINISH_AND_PANIC)
        act_panic(self, "as planned");
    if (way != CLOSE && way != FINISH)
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior connection = {.name = "connection",
                                        .state_bytes = sizeof(act_tcp *),
                                        .args_bytes = sizeof(act_socket *),
                                        .init = open_socket,
                                        .receive = send_answer};

static int ask(enum way way)
{
    uint8_t            byte = way;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval     patience = {.tv_sec = 20};
    int                fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0 || write(fd, &byte, 1) != 1 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        judge_wrong("to ask: %s", strerror(errno));
    return fd;
}

/* As a client that reads slowly does. Returns: whether it was right. */
static bool try_way(enum way way)
{
    static char bytes[1 << 16];
    size_t      have = 0;
    ssize_t     got;
    int         fd = ask(way);
    sleep_ms(100);
    while ((got = read(fd, bytes, sizeof bytes)) > 0)
        have += (size_t)got;
    close(fd);
    bool is_whole = got == 0 && have == sizeof answer;
    bool is_error = got < 0 && errno == ECONNRESET;
    printf("%s: %zu of %zu bytes, then %s\n", names[way], have, sizeof answer,
           got == 0 ? "the end" : strerror(errno));
    return way >= FINISH ? is_whole : is_whole || is_error;
}

int main(void)
{
    act_system *system;
    act_pid     pid;
    int         right = 0;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log)));
    server_connection = &connection;
    must(act_system_spawn(system, &pid, &server, NULL, NULL));
    if (!comes_to(&port, 1, 20000))
        judge_wrong("the server does not listen");
    for (enum way way = 0; way < WAYS; way++)
        right += try_way(way);
    must(act_system_destroy(&system));
    return judge(right == WAYS, "%d of %d ways", right, (int)WAYS);
}
