/* A socket given to a child that cannot be spawned is closed by its behavior's args_release. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <sys/socket.h>

enum { CLIENTS = 50 };

static _Atomic uint16_t port;
static _Atomic int      answers, refused;

static int descriptors(void)
{
    int  count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

static act_result serve(act_self *self, void *state, const void *args)
{
    act_socket *connection = *(act_socket *const *)args;
    act_result  result = act_tcp_open(self, state, &connection, NULL);
    act_socket_close(&connection); /* still here after a failure only */
    return result;
}

static void leave(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == ACT_MESSAGE_TCP_READABLE || message->tag == ACT_MESSAGE_TCP_CLOSED)
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior server = {.name = "server",
                                    .state_bytes = sizeof(act_tcp *),
                                    .args_bytes = sizeof(act_socket *),
                                    .args_release = act_socket_args_release,
                                    .init = serve,
                                    .receive = leave};
static const act_child_spec template = {
    .id = "server", .behavior = &server, .restart = ACT_RESTART_TEMPORARY};
static const act_supervisor_spec servers = {
    .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &template, .children_count = 1};

static act_result listens(act_self *self, void *state, const void *args)
{
    act_listener **listener = state;
    (void)args;
    act_result result = act_tcp_listen(self, listener, "127.0.0.1", 0, NULL);
    if (result == ACT_OK)
        port = act_listener_port(*listener);
    return result;
}

static void start_server(act_self *self, act_socket *connection)
{
    act_ref ask;
    act_pid supervisor;
    if (act_whereis(act_self_system(self), &supervisor, "servers") != ACT_OK ||
        act_supervisor_start_child_args(self, &ask, supervisor, &connection, sizeof connection,
                                        ACT_FOREVER) != ACT_OK)
        act_socket_close(&connection);
}

static void accepts(act_self *self, void *state, const act_message *message)
{
    act_socket           *connection;
    act_supervisor_answer answer;
    if (message->tag == ACT_MESSAGE_TCP_ACCEPTABLE)
        while (act_tcp_accept(*(act_listener **)state, &connection) == ACT_OK)
            start_server(self, connection);
    else if (act_supervisor_answer_read(message, &answer) == ACT_OK) {
        refused += answer.result != ACT_OK;
        answers++;
    }
}

static const act_behavior acceptor = {
    .name = "acceptor", .state_bytes = sizeof(act_listener *), .init = listens, .receive = accepts};

static void connect_all(int *clients)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(clients[i], (struct sockaddr *)&address, sizeof address) != 0)
            must(ACT_OS);
    }
}

int main(void)
{
    act_system *system;
    act_pid     pid;
    int         clients[CLIENTS];
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.actors_max = 8, .log = no_log)));
    must(act_system_spawn_supervisor(system, &pid, &servers, ACT_SPAWN_OPTIONS(.name = "servers")));
    must(act_system_spawn(system, &pid, &acceptor, NULL, NULL));
    while (port == 0)
        sleep_ms(1);
    int before = descriptors();
    connect_all(clients);
    comes_to(&answers, CLIENTS, 20000);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
    for (int64_t limit = clock_ms() + 20000; descriptors() > before && clock_ms() < limit;)
        sleep_ms(1);
    int after = descriptors(), not_started = refused;
    must(act_system_destroy(&system));
    return judge(not_started > 0 && after == before,
                 "%d children refused; descriptors: %d before, %d after", not_started, before,
                 after);
}
