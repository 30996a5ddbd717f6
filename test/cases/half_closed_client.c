/* A client that ends its side after its request gets all of a large answer, and then the end. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include <test/cases/verdict.h>

enum { TOTAL = 30000000, PIECE = 50000, PAUSE_EACH = 3000000, PRIME = 251 };

struct server {
    act_listener *listener;
    act_tcp      *tcp;
    long          sent;
    bool          asked;
};

static _Atomic int port, all_sent;

static act_result listen_here(act_self *self, void *state, const void *args)
{
    struct server *server = state;
    (void)args;
    must(act_tcp_listen(self, &server->listener, "127.0.0.1", 0, NULL));
    port = act_listener_port(server->listener);
    return ACT_OK;
}

static void accept_one(act_self *self, struct server *server)
{
    act_socket *socket;
    while (act_tcp_accept(server->listener, &socket) == ACT_OK)
        must(act_tcp_open(self, &server->tcp, &socket, NULL));
}

static void take_request(struct server *server)
{
    const uint8_t *bytes;
    server->asked = act_tcp_input(server->tcp, &bytes) > 0 || server->asked;
    act_tcp_consume(server->tcp, SIZE_MAX);
}

static void send_more(struct server *server)
{
    static char piece[PIECE];
    while (server->sent < TOTAL) {
        for (int i = 0; i < PIECE; i++)
            piece[i] = (char)((server->sent + i) % PRIME);
        act_result result = act_tcp_write(server->tcp, piece, PIECE);
        if (result == ACT_FULL)
            return;
        must(result);
        server->sent += PIECE;
    }
    act_tcp_shutdown(server->tcp);
}

/* The last of the events says that all is sent; nothing else would. */
static void go_on(struct server *server)
{
    if (server->sent < TOTAL) {
        send_more(server);
    } else if (act_tcp_unsent(server->tcp) == 0 && act_tcp_input_ended(server->tcp)) {
        all_sent++;
        act_tcp_close(&server->tcp);
    }
}

static void serve(act_self *self, void *state, const act_message *message)
{
    struct server *server = state;
    if (message->tag == ACT_MESSAGE_TCP_ACCEPTABLE) {
        accept_one(self, server);
    } else if (message->tag == ACT_MESSAGE_TCP_CLOSED) {
        act_tcp_close(&server->tcp);
    } else if (message->tag == ACT_MESSAGE_TCP_READABLE) {
        take_request(server);
        if (server->asked && server->sent < TOTAL)
            send_more(server);
    } else if (message->tag == ACT_MESSAGE_TCP_WRITABLE) {
        go_on(server);
    }
}

static const act_behavior server = {
    .name = "server", .init = listen_here, .receive = serve, .state_bytes = sizeof(struct server)};

static int ask(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval     patience = {.tv_sec = 20};
    int                fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        write(fd, "give", 4) != 4 || shutdown(fd, SHUT_WR) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        judge_wrong("to ask: %s", strerror(errno));
    return fd;
}

static void read_slowly(int fd)
{
    static char buffer[70000];
    long        got = 0, wrong = 0;
    ssize_t     n;
    sleep_ms(200);
    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            wrong += buffer[i] != (char)((got + i) % PRIME);
        got += n;
        if (got / PAUSE_EACH != (got - n) / PAUSE_EACH)
            sleep_ms(20);
    }
    if (n < 0)
        judge_wrong("after %ld bytes no end of stream: %s", got, strerror(errno));
    if (got != TOTAL || wrong != 0)
        judge_wrong("%ld of %d bytes have come, %ld of them wrong", got, TOTAL, wrong);
}

int main(void)
{
    act_system *system;
    act_pid     pid;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 1)));
    must(act_system_spawn(system, &pid, &server, NULL, NULL));
    if (!comes_to(&port, 1, 20000))
        judge_wrong("the server does not listen");
    int fd = ask();
    read_slowly(fd);
    if (!comes_to(&all_sent, 1, 20000))
        judge_wrong("the server is not told that all is sent");
    close(fd);
    must(act_system_destroy(&system));
    return judge_right("a half-closed client gets all, and the server is told so");
}
