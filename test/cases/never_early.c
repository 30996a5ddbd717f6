/* No timer, time-out or deadline is over before its time. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include <test/cases/verdict.h>

enum { RANG = 1, QUESTION, ROUNDS = 100, PATIENCE = 20000 };

static act_system *sys;
static act_pid     mute;
static uint16_t    full_port;
static _Atomic int timers, asks, connects, idles;

static const act_behavior silent = {.name = "mute", .receive = hears_nothing};

static void not_before(const char *what, double began, long delay)
{
    double took = now_ms() - began;
    if (took < (double)delay)
        judge_wrong("%s of %ld ms is over after %.3f", what, delay, took);
}

/* At any place between two milliseconds. */
static void somewhere_in_a_millisecond(act_self *self)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)(act_random(self) % 1000000)}, NULL);
}

/* Returns: whether there is to be another round; the actor ends if not. */
static bool once_more(_Atomic int *count, act_self *self)
{
    bool is_last = ++*count == ROUNDS;
    if (is_last)
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
    return !is_last;
}

/* ----------------------------------------------------------------------------- timers, and asks */

struct clockwork {
    double began;
    long   delay;
};

static act_result arm(act_self *self, void *state, const void *args)
{
    struct clockwork *clockwork = state;
    act_ref           timer;
    (void)args;
    somewhere_in_a_millisecond(self);
    clockwork->delay = 1 + (long)(act_random(self) % 7);
    clockwork->began = now_ms();
    return act_tell_after_value(self, &timer, act_self_pid(self), RANG, act_nothing(),
                                clockwork->delay);
}

static void rings(act_self *self, void *state, const act_message *message)
{
    struct clockwork *clockwork = state;
    (void)message;
    not_before("a timer", clockwork->began, clockwork->delay);
    if (once_more(&timers, self))
        must(arm(self, state, NULL));
}

static act_result ask(act_self *self, void *state, const void *args)
{
    struct clockwork *clockwork = state;
    act_ref           question;
    (void)args;
    somewhere_in_a_millisecond(self);
    clockwork->delay = 1 + (long)(act_random(self) % 7);
    clockwork->began = now_ms();
    return act_ask_value(self, &question, mute, QUESTION, act_nothing(), clockwork->delay);
}

static void times_out(act_self *self, void *state, const act_message *message)
{
    struct clockwork *clockwork = state;
    if (message->tag != ACT_MESSAGE_TIMED_OUT)
        judge_wrong("an ask ends with message %x", message->tag);
    not_before("an ask", clockwork->began, clockwork->delay);
    if (once_more(&asks, self))
        must(ask(self, state, NULL));
}

/* ----------------------------------------------------------------------- connects, and idleness */

struct dialer {
    double   began;
    long     timeout;
    act_tcp *tcp;
};

static act_result dial(act_self *self, void *state, const void *args)
{
    struct dialer *dialer = state;
    (void)args;
    somewhere_in_a_millisecond(self);
    dialer->timeout = 3 + (long)(act_random(self) % 10);
    dialer->began = now_ms();
    return act_tcp_connect(self, &dialer->tcp, "127.0.0.1", full_port, dialer->timeout, NULL);
}

static void hangs(act_self *self, void *state, const act_message *message)
{
    struct dialer *dialer = state;
    if (message->tag != ACT_MESSAGE_TCP_CLOSED || act_tcp_error(dialer->tcp) != ETIMEDOUT)
        judge_wrong("a connect to a full listener ends with message %x", message->tag);
    not_before("a connect", dialer->began, dialer->timeout);
    act_tcp_close(&dialer->tcp);
    if (once_more(&connects, self))
        must(dial(self, state, NULL));
}

enum { IDLE_MS = 7 };

struct idler {
    double        began;
    act_listener *listener;
    act_tcp      *tcp;
};

/* The listener accepts nothing: that would be no idleness. */
static void connect_to_itself(act_self *self, struct idler *idler)
{
    somewhere_in_a_millisecond(self);
    idler->began = now_ms();
    uint16_t port = act_listener_port(idler->listener);
    must(act_tcp_connect(self, &idler->tcp, "127.0.0.1", port, PATIENCE,
                         ACT_TCP_OPTIONS(.idle_timeout = IDLE_MS)));
}

static act_result be_idle(act_self *self, void *state, const void *args)
{
    struct idler *idler = state;
    (void)args;
    must(act_tcp_listen(self, &idler->listener, "127.0.0.1", 0, NULL));
    connect_to_itself(self, idler);
    return ACT_OK;
}

static void is_idle(act_self *self, void *state, const act_message *message)
{
    struct idler *idler = state;
    if (message->tag != ACT_MESSAGE_TCP_IDLE)
        return;
    not_before("idle_timeout", idler->began, IDLE_MS);
    act_tcp_close(&idler->tcp);
    if (once_more(&idles, self))
        connect_to_itself(self, idler);
}

/* A listener with a full backlog: what connects to it waits. */
static uint16_t full_listener(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t          bytes = sizeof at;
    int                fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, bytes) != 0 || listen(fd, 0) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &bytes) != 0)
        judge_wrong("no listener: %s", strerror(errno));
    for (int i = 0; i < 4; i++) {
        int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(client, (struct sockaddr *)&at, bytes);
    }
    sleep_ms(20);
    return ntohs(at.sin_port);
}

/* ----------------------------------------------------------------------------- ordinary threads */

static void channels(act_receiver *receiver, long delay)
{
    act_receiver *timer;
    act_millis    due;
    double        began = now_ms();
    must(act_channel_after(&timer, delay));
    must(act_channel_receive(timer, &due, ACT_FOREVER));
    not_before("act_channel_after", began, delay);
    act_receiver_drop(&timer);
    began = now_ms();
    if (act_channel_receive(receiver, &(int){0}, delay) != ACT_TIMED_OUT)
        judge_wrong("a value comes from an empty channel");
    not_before("act_channel_receive", began, delay);
    act_millis at = act_channel_now() + delay;
    must(act_channel_at(&timer, at));
    must(act_channel_receive(timer, &due, ACT_FOREVER));
    if (act_channel_now() < at)
        judge_wrong("act_channel_at is early");
    act_receiver_drop(&timer);
}

static void door(long delay)
{
    double began = now_ms();
    if (act_system_join(sys, mute, NULL, delay) != ACT_TIMED_OUT)
        judge_wrong("act_system_join of a living actor does not time out");
    not_before("act_system_join", began, delay);
    act_message *question, *answer;
    must(act_message_create(&question, QUESTION, 0));
    began = now_ms();
    if (act_system_ask_message(sys, mute, &question, &answer, delay) != ACT_TIMED_OUT)
        judge_wrong("act_system_ask of a mute actor does not time out");
    not_before("act_system_ask", began, delay);
}

static void threads_wait(void)
{
    act_sender   *sender;
    act_receiver *receiver;
    must(act_channel_create(&sender, &receiver, sizeof(int), 4));
    for (int i = 0; i < ROUNDS; i++) {
        channels(receiver, 1 + i % 5);
        if (i % 10 == 0)
            door(1 + i % 5);
    }
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
}

static const act_behavior behaviors[] = {
    {.name = "timer", .init = arm, .receive = rings, .state_bytes = sizeof(struct clockwork)},
    {.name = "asker", .init = ask, .receive = times_out, .state_bytes = sizeof(struct clockwork)},
    {.name = "dialer", .init = dial, .receive = hangs, .state_bytes = sizeof(struct dialer)},
    {.name = "idler", .init = be_idle, .receive = is_idle, .state_bytes = sizeof(struct idler)},
};

int main(void)
{
    act_pid pid;
    full_port = full_listener();
    must(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .log = no_log)));
    must(act_system_spawn(sys, &mute, &silent, NULL, NULL));
    for (size_t i = 0; i < sizeof behaviors / sizeof *behaviors; i++)
        must(act_system_spawn(sys, &pid, &behaviors[i], NULL, NULL));
    threads_wait();
    if (!comes_to(&timers, ROUNDS, PATIENCE) || !comes_to(&asks, ROUNDS, PATIENCE) ||
        !comes_to(&connects, ROUNDS, PATIENCE) || !comes_to(&idles, ROUNDS, PATIENCE))
        judge_wrong("over are %d timers, %d asks, %d connects, %d times of idleness, each of %d",
                    timers, asks, connects, idles, ROUNDS);
    must(act_system_destroy(&sys));
    return judge_right("no timer, time-out or deadline is early");
}
