/* The other side gets all that was written and then the end, or an error. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* Many times what the kernel's buffers take. */
#define BIG ((size_t)20 << 20)

/* ------------------------------------------------------------------------------------ the actor */

/* What it does when a request has come. */
enum way {
    FINISH_AND_LEAVE,
    FINISH_AND_STAY,
    FINISH_TWICE,
    FINISH_AND_PANIC,
    CLOSE,
    LEAVE,
    SHUTDOWN_AND_LEAVE,
    PANIC
};

struct answer {
    enum way   way;
    size_t     bytes_count;
    act_millis timeout;
};

static uint8_t answer_byte(size_t place)
{
    return (uint8_t)((place * UINT64_C(0x9E3779B97F4A7C15)) >> 56);
}

static _Atomic int released;

static void release(void *bytes)
{
    free(bytes);
    released++;
}

static void write_answer(act_tcp *tcp, size_t count)
{
    uint8_t *bytes = malloc(count);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < count; i++)
        bytes[i] = answer_byte(i);
    ck_assert_int_eq(act_tcp_write_moved(tcp, bytes, count, release, bytes), ACT_OK);
}

static void finish(struct net_connection *mine, act_millis timeout)
{
    act_tcp_finish(&mine->tcp, timeout);
    ck_assert_ptr_null(mine->tcp);
}

static void answer(act_self *self, struct net_connection *mine, const struct answer *how)
{
    write_answer(mine->tcp, how->bytes_count);
    net_say(mine->net, "asked");
    switch (how->way) {
    case FINISH_AND_LEAVE:
        finish(mine, how->timeout);
        net_leave(self);
        return;
    case FINISH_TWICE: finish(mine, how->timeout); /* fallthrough */
    case FINISH_AND_STAY: finish(mine, how->timeout); return;
    case FINISH_AND_PANIC: finish(mine, how->timeout); act_panic(self, "as planned");
    case CLOSE: act_tcp_close(&mine->tcp); return;
    case LEAVE: net_leave(self); return;
    case SHUTDOWN_AND_LEAVE:
        act_tcp_shutdown(mine->tcp);
        net_leave(self);
        return;
    case PANIC: act_panic(self, "as planned");
    }
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag == NET_DO)
        act_answer_value(self, message, NET_DO, act_int64(mine->tcp != NULL));
    else if (message->tag == ACT_MESSAGE_TCP_READABLE && mine->tcp != NULL)
        answer(self, mine, mine->net->any);
    else
        net_other(self, mine, message);
}

static const act_behavior answering = NET_BEHAVIOR(struct net_connection, net_pid_init, receive);

/* ----------------------------------------------------------------------------------- the client */

/* Reads to the end. Returns: how many bytes there were, all of them right; *is_whole: no error. */
static size_t read_answer(int fd, bool *is_whole)
{
    static _Thread_local uint8_t bytes[100000];
    size_t                       have = 0, got;
    while ((got = net_read(fd, bytes, sizeof bytes)) != 0 && got != (size_t)-1)
        for (size_t i = 0; i < got; i++, have++)
            if (bytes[i] != answer_byte(have))
                ck_abort_msg("byte %zu is wrong", have);
    *is_whole = got == 0;
    return have;
}

static void expect_all(int fd, size_t count)
{
    bool is_whole;
    ck_assert_uint_eq(read_answer(fd, &is_whole), count);
    ck_assert(is_whole);
}

static void expect_error(int fd)
{
    bool is_whole;
    ck_assert_uint_lt(read_answer(fd, &is_whole), BIG);
    ck_assert(!is_whole);
}

/* Until the connection is reset, without reading anything. */
static void await_reset(int fd)
{
    struct pollfd one = {.fd = fd};
    ck_assert_int_eq(poll(&one, 1, NET_DEADLINE_MS), 1);
    ck_assert_int_ne(one.revents & POLLERR, 0);
}

static uint64_t cut_off(struct net *net)
{
    act_counters counters;
    act_system_counters(net->system, &counters);
    return counters.cut_off;
}

/* The server's side of what was opened is closed soon. */
static void await_descriptors(struct net *net, int count)
{
    while (kit_entries_of("/proc/self/fd") > count)
        net_ask(net, net->server);
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), count);
}

/* A system, and a client that has sent its request. */
struct scene {
    struct net net;
    int        before, fd; /* descriptors, without any client */
    act_pid    owner;
};

static void begin_with(struct scene *scene, struct answer *how, act_millis stop_timeout)
{
    memset(scene, 0, sizeof *scene);
    scene->net.any = how;
    released = 0;
    net_start(&scene->net,
              &(struct net_plan){.connection = &answering, .stop_timeout = stop_timeout});
    scene->before = kit_entries_of("/proc/self/fd");
    scene->fd = net_dial(&scene->net);
    scene->owner = net_hear_pid(&scene->net);
    net_send_text(scene->fd, "give");
    net_expect_line(&scene->net, "asked");
}

static void begin(struct scene *scene, struct answer *how)
{
    begin_with(scene, how, 0);
}

static void end(struct scene *scene)
{
    close(scene->fd);
    await_descriptors(&scene->net, scene->before);
    net_stop(&scene->net);
    ck_assert_int_eq(released, 1);
}

/* -------------------------------------------------------------------------------- all that came */

static void a_large_answer_arrives_whole_though_its_owner_has_ended(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_LEAVE, BIG, ACT_SECONDS(20)});
    net_join(&scene.net, scene.owner, ACT_EXIT_NORMAL);
    expect_all(scene.fd, BIG);
    ck_assert_uint_eq(cut_off(&scene.net), 0);
    end(&scene);
}

static void a_large_answer_arrives_whole_though_its_owner_crashes(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_PANIC, BIG, ACT_FOREVER});
    net_join(&scene.net, scene.owner, ACT_EXIT_PANIC);
    expect_all(scene.fd, BIG);
    end(&scene);
}

static void the_owner_lives_on_and_hears_nothing_of_it(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_STAY, BIG, ACT_SECONDS(20)});
    ck_assert_int_eq(net_ask(&scene.net, scene.owner), false);
    expect_all(scene.fd, BIG);
    ck_assert_int_eq(net_ask(&scene.net, scene.owner), false);
    close(scene.fd);
    await_descriptors(&scene.net, scene.before);
    ck_assert_int_eq(net_ask(&scene.net, scene.owner), false);
    net_stop(&scene.net);
}

static void to_finish_twice_is_to_finish_once(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_TWICE, BIG, ACT_SECONDS(20)});
    expect_all(scene.fd, BIG);
    ck_assert_int_eq(net_ask(&scene.net, scene.owner), false);
    end(&scene);
}

static void what_comes_meanwhile_is_dropped(void)
{
    struct scene scene;
    uint8_t     *much = calloc(1, BIG);
    ck_assert_ptr_nonnull(much);
    begin(&scene, &(struct answer){FINISH_AND_STAY, BIG, ACT_SECONDS(20)});
    ck_assert_int_eq(net_ask(&scene.net, scene.owner), false);
    net_send(scene.fd, much, BIG); /* it is read, or this would wait for ever */
    expect_all(scene.fd, BIG);
    net_send(scene.fd, much, BIG);
    ck_assert_int_eq(net_ask(&scene.net, scene.owner), false);
    free(much);
    end(&scene);
}

/* A close would let the kernel take it back. */
static void input_that_was_not_read_costs_no_answer(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_LEAVE, 10, ACT_SECONDS(20)});
    for (int i = 0; i < 100; i++)
        if (send(scene.fd, &(char[1000]){0}, 1000, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            break;
    net_join(&scene.net, scene.owner, ACT_EXIT_NORMAL);
    expect_all(scene.fd, 10);
    end(&scene);
}

static void a_client_that_has_ended_its_side_is_closed_at_once(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_LEAVE, BIG, ACT_FOREVER});
    ck_assert_int_eq(shutdown(scene.fd, SHUT_WR), 0);
    expect_all(scene.fd, BIG);
    await_descriptors(&scene.net, scene.before + 1);
    end(&scene);
}

static void a_client_that_never_ends_its_side_is_closed_in_time(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_LEAVE, 10, ACT_MS(30)});
    expect_all(scene.fd, 10);
    await_descriptors(&scene.net, scene.before + 1);
    ck_assert_uint_eq(cut_off(&scene.net), 0);
    end(&scene);
}

/* ------------------------------------------------------------------------------------- an error */

static void what_cannot_be_sent_in_time_is_an_error(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_LEAVE, BIG, ACT_MS(30)});
    await_reset(scene.fd);
    expect_error(scene.fd);
    ck_assert_uint_eq(cut_off(&scene.net), 1);
    end(&scene);
}

static void no_time_at_all_is_a_close(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_STAY, BIG, 0});
    await_reset(scene.fd);
    expect_error(scene.fd);
    end(&scene);
}

static void expect_cut_off(enum way way, act_exit_kind kind)
{
    struct scene scene;
    begin(&scene, &(struct answer){.way = way, .bytes_count = BIG});
    await_reset(scene.fd);
    expect_error(scene.fd);
    ck_assert_uint_eq(cut_off(&scene.net), 1);
    if (way != CLOSE)
        net_join(&scene.net, scene.owner, kind);
    end(&scene);
}

static void a_close_before_all_is_sent_is_an_error(void)
{
    expect_cut_off(CLOSE, ACT_EXIT_NORMAL);
}

static void an_owner_that_ends_before_all_is_sent_leaves_an_error(void)
{
    expect_cut_off(LEAVE, ACT_EXIT_NORMAL);
}

static void an_end_of_our_side_that_is_not_waited_for_is_an_error(void)
{
    expect_cut_off(SHUTDOWN_AND_LEAVE, ACT_EXIT_NORMAL);
}

static void an_owner_that_crashes_before_all_is_sent_leaves_an_error(void)
{
    expect_cut_off(PANIC, ACT_EXIT_PANIC);
}

static void a_client_that_goes_away_ends_it(void)
{
    struct scene scene;
    begin(&scene, &(struct answer){FINISH_AND_STAY, BIG, ACT_FOREVER});
    ck_assert_int_eq(net_ask(&scene.net, scene.owner), false);
    net_reset(scene.fd);
    await_descriptors(&scene.net, scene.before);
    net_stop(&scene.net);
    ck_assert_int_eq(released, 1);
}

/* -------------------------------------------------------------------------------------- connect */

static act_result connect_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    mine->net = ((const struct net_args *)args)->net;
    ck_assert_int_eq(act_tcp_connect(self, &mine->tcp, "127.0.0.1",
                                     (uint16_t)(uintptr_t)mine->net->any, ACT_SECONDS(20), NULL),
                     ACT_OK);
    write_answer(mine->tcp, BIG);
    finish(mine, ACT_SECONDS(20));
    net_leave(self);
    return ACT_OK;
}

static const act_behavior connecting = NET_BEHAVIOR(struct net_connection, connect_init, receive);

/* A socket that listens at a port of its own. */
static int listen_here(uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t          length = sizeof at;
    int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void what_waits_for_a_connect_is_sent_when_that_is_done(void)
{
    struct net net = {0};
    uint16_t   port;
    int        listener = listen_here(&port);
    released = 0;
    net_start(&net, &(struct net_plan){0});
    net.any = (void *)(uintptr_t)port;
    act_pid pid = net_spawn(&net, &connecting, &(struct net_args){.net = &net}, 0);
    net_join(&net, pid, ACT_EXIT_NORMAL);
    int fd = accept(listener, NULL, NULL);
    expect_all(fd, BIG);
    close(fd);
    close(listener);
    net_stop(&net);
    ck_assert_int_eq(released, 1);
}

static void a_connect_that_is_refused_ends_it(void)
{
    struct net net = {0};
    uint16_t   port;
    close(listen_here(&port));
    released = 0;
    net_start(&net, &(struct net_plan){0});
    net.any = (void *)(uintptr_t)port;
    act_pid pid = net_spawn(&net, &connecting, &(struct net_args){.net = &net}, 0);
    net_join(&net, pid, ACT_EXIT_NORMAL);
    net_stop(&net); /* waits for it */
    ck_assert_int_eq(released, 1);
}

/* ----------------------------------------------------------------------------- the system stops */

static void *run_system(void *system)
{
    return (void *)(uintptr_t)act_system_run(system);
}

static void an_orderly_stop_waits_for_it(void)
{
    struct scene scene;
    pthread_t    thread;
    void        *result;
    begin(&scene, &(struct answer){FINISH_AND_LEAVE, BIG, ACT_FOREVER});
    net_join(&scene.net, scene.owner, ACT_EXIT_NORMAL);
    act_system_stop(scene.net.system);
    ck_assert_int_eq(pthread_create(&thread, NULL, run_system, scene.net.system), 0);
    expect_all(scene.fd, BIG);
    close(scene.fd);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_int_eq((int)(uintptr_t)result, ACT_OK);
    ck_assert_int_eq(released, 1);
    net_stop(&scene.net);
}

static void a_stop_that_has_no_time_for_it_makes_it_an_error(void)
{
    struct scene scene;
    begin_with(&scene, &(struct answer){FINISH_AND_LEAVE, BIG, ACT_FOREVER}, ACT_MS(30));
    net_join(&scene.net, scene.owner, ACT_EXIT_NORMAL);
    act_system_stop(scene.net.system);
    ck_assert_int_eq(act_system_run(scene.net.system), ACT_TIMED_OUT);
    ck_assert_int_eq(released, 0);
    net_stop(&scene.net);
    ck_assert_int_eq(released, 1);
    await_reset(scene.fd);
    expect_error(scene.fd);
    close(scene.fd);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_large_answer_arrives_whole_though_its_owner_has_ended, .rounds = 2),
    TEST_CASE(a_large_answer_arrives_whole_though_its_owner_crashes, .rounds = 2),
    TEST_CASE(the_owner_lives_on_and_hears_nothing_of_it, .rounds = 2),
    TEST_CASE(to_finish_twice_is_to_finish_once, .rounds = 2),
    TEST_CASE(what_comes_meanwhile_is_dropped, .rounds = 2),
    TEST_CASE(input_that_was_not_read_costs_no_answer, .rounds = 2),
    TEST_CASE(a_client_that_has_ended_its_side_is_closed_at_once, .rounds = 2),
    TEST_CASE(a_client_that_never_ends_its_side_is_closed_in_time, .rounds = 2),
    TEST_CASE(what_cannot_be_sent_in_time_is_an_error, .rounds = 2),
    TEST_CASE(no_time_at_all_is_a_close, .rounds = 2),
    TEST_CASE(a_close_before_all_is_sent_is_an_error, .rounds = 2),
    TEST_CASE(an_owner_that_ends_before_all_is_sent_leaves_an_error, .rounds = 2),
    TEST_CASE(an_end_of_our_side_that_is_not_waited_for_is_an_error, .rounds = 2),
    TEST_CASE(an_owner_that_crashes_before_all_is_sent_leaves_an_error, .rounds = 2),
    TEST_CASE(a_client_that_goes_away_ends_it, .rounds = 2),
    TEST_CASE(what_waits_for_a_connect_is_sent_when_that_is_done, .rounds = 2),
    TEST_CASE(a_connect_that_is_refused_ends_it, .rounds = 2),
    TEST_CASE(an_orderly_stop_waits_for_it, .rounds = 2),
    TEST_CASE(a_stop_that_has_no_time_for_it_makes_it_an_error, .rounds = 2),
    END_OF_CASES,
};
