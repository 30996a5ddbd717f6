/* Descriptors of others that actors are told of: pipes and pairs of sockets. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include <actor/process/worker.h>
#include <actor/simulation/simulation.h>
#include <mailbox/base/memory.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* What a watcher is told. */
enum {
    WANT = NET_DO + 1, /* as.int64 */
    CLOSE,
    LEAVE,
    PANIC,
    STICK, /* waits for `go` */
    STEP
};

static sem_t go;

struct watcher_args {
    struct net *net;
    int         fd;
    uint32_t    wants;
    bool        owned;
};

struct watcher {
    struct net *net;
    act_fd     *watch;
    int         fd;
    int         readable_count, writable_count;
};

static act_result watcher_init(act_self *self, void *state, const void *args)
{
    struct watcher            *mine = state;
    const struct watcher_args *given = args;
    mine->net = given->net;
    mine->fd = given->fd;
    act_result result = act_fd_open(self, &mine->watch, given->fd,
                                    ACT_FD_OPTIONS(.wants = given->wants, .owned = given->owned));
    net_say(mine->net, "opened: %d", (int)result);
    return result;
}

/* Orders that all watchers follow. */
static void follow(act_self *self, struct watcher *mine, const act_message *message)
{
    switch (message->tag) {
    case WANT:
        ck_assert_int_eq(act_fd_want(mine->watch, (unsigned)message->as.int64), ACT_OK);
        break;
    case CLOSE:
        act_fd_close(&mine->watch);
        ck_assert_ptr_null(mine->watch);
        break;
    case LEAVE: net_leave(self); return;
    case PANIC: act_panic(self, "told to");
    case STICK:
        net_say(mine->net, "stuck");
        while (sem_wait(&go) != 0)
            ck_assert_int_eq(errno, EINTR);
        break;
    default: ck_abort_msg("an unexpected message %x", message->tag);
    }
    net_say(mine->net, "done");
}

static bool is_readable(const struct watcher *mine, const act_message *message)
{
    if (message->tag != ACT_MESSAGE_FD_READABLE)
        return false;
    ck_assert_ptr_eq(message->as.pointer, mine->watch);
    ck_assert_int_eq(act_fd_number(mine->watch), mine->fd);
    return true;
}

/* Reads a byte for each message, and says it. At the end it wants no more. */
static void read_one(act_self *self, void *state, const act_message *message)
{
    struct watcher *mine = state;
    char            byte;
    if (!is_readable(mine, message)) {
        follow(self, mine, message);
        return;
    }
    ssize_t count = read(mine->fd, &byte, 1);
    if (count == 1) {
        net_say(mine->net, "read %c", byte);
    } else if (count == 0) {
        net_say(mine->net, "end");
        ck_assert_int_eq(act_fd_want(mine->watch, 0), ACT_OK);
    } else {
        net_say(mine->net, "nothing");
    }
}

#define WATCHER(receive_function)                                                                  \
    {                                                                                              \
        .name = #receive_function, .state_bytes = sizeof(struct watcher),                          \
        .args_bytes = sizeof(struct watcher_args), .init = watcher_init,                           \
        .receive = (receive_function)                                                              \
    }

static const act_behavior reader = WATCHER(read_one);

/* ours is the actor's; theirs is the test's. Neither blocks. */
static void make_pair(int *ours, int *theirs)
{
    int both[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, both), 0);
    *ours = both[0];
    *theirs = both[1];
}

static act_pid spawn_watcher(struct net *net, const act_behavior *behavior, int fd, unsigned wants)
{
    act_pid pid =
        net_spawn(net, behavior, &(struct watcher_args){.net = net, .fd = fd, .wants = wants}, 0);
    net_expect_line(net, "opened: 0");
    return pid;
}

static void order(struct net *net, act_pid pid, uint32_t what, int64_t value)
{
    act_system_tell_value(net->system, pid, what, act_int64(value));
    net_expect_line(net, "done");
}

/* What has come meanwhile would be said before the order is done. */
static void expect_quiet(struct net *net, act_pid pid)
{
    select(0, NULL, NULL, NULL, &(struct timeval){.tv_usec = 20000});
    order(net, pid, WANT, 0);
}

/* --------------------------------------------------------------------------- readable, writable */

static void what_is_left_unread_is_told_again(void)
{
    struct net net = {0};
    int        ours, theirs;
    net_start(&net, &(struct net_plan){0});
    make_pair(&ours, &theirs);
    spawn_watcher(&net, &reader, ours, ACT_FD_READABLE);
    for (int i = 0; i < 3; i++) {
        net_send_text(theirs, "abc");
        net_expect_line(&net, "read a");
        net_expect_line(&net, "read b");
        net_expect_line(&net, "read c");
    }
    net_send_text(theirs, "d");
    close(theirs);
    net_expect_line(&net, "read d");
    net_expect_line(&net, "end");
    net_stop(&net);
    close(ours);
}

static void a_pipe_is_watched_too(void)
{
    struct net net = {0};
    int        both[2];
    net_start(&net, &(struct net_plan){0});
    ck_assert_int_eq(pipe2(both, O_CLOEXEC | O_NONBLOCK), 0);
    spawn_watcher(&net, &reader, both[0], ACT_FD_READABLE);
    ck_assert_int_eq(write(both[1], "x", 1), 1);
    net_expect_line(&net, "read x");
    close(both[1]);
    net_expect_line(&net, "end");
    net_stop(&net);
    close(both[0]);
}

/* Fills what it may write to for each message. */
static void fill(act_self *self, void *state, const act_message *message)
{
    static const char bytes[4096];
    struct watcher   *mine = state;
    size_t            all = 0;
    ssize_t           count;
    if (message->tag != ACT_MESSAGE_FD_WRITABLE) {
        follow(self, mine, message);
        return;
    }
    while ((count = write(mine->fd, bytes, sizeof bytes)) > 0)
        all += (size_t)count;
    net_say(mine->net, all > 0 ? "filled" : "no room");
}

static const act_behavior filler = WATCHER(fill);

static void writable_is_told_when_there_is_room_again(void)
{
    struct net net = {0};
    int        ours, theirs;
    char       bytes[4096];
    net_start(&net, &(struct net_plan){0});
    make_pair(&ours, &theirs);
    act_pid pid = spawn_watcher(&net, &filler, ours, ACT_FD_WRITABLE);
    for (int i = 0; i < 3; i++) {
        net_expect_line(&net, "filled");
        order(&net, pid, WANT, 0);
        while (read(theirs, bytes, sizeof bytes) > 0)
            continue;
        order(&net, pid, WANT, ACT_FD_WRITABLE);
    }
    net_stop(&net);
    close(ours), close(theirs);
}

/* Says so when both have come ten times, though nothing is read or written. */
static void count_both(act_self *self, void *state, const act_message *message)
{
    struct watcher *mine = state;
    if (is_readable(mine, message)) {
        mine->readable_count++;
    } else if (message->tag == ACT_MESSAGE_FD_WRITABLE) {
        mine->writable_count++;
    } else {
        follow(self, mine, message);
        return;
    }
    if (mine->readable_count < 10 || mine->writable_count < 10)
        return;
    ck_assert_int_le(abs(mine->readable_count - mine->writable_count), 11);
    ck_assert_int_eq(act_fd_want(mine->watch, 0), ACT_OK);
    net_say(mine->net, "both");
    mine->readable_count = mine->writable_count = 0;
}

static const act_behavior counter = WATCHER(count_both);

static void both_are_told_again_and_again_and_neither_starves(void)
{
    struct net net = {0};
    int        ours, theirs;
    net_start(&net, &(struct net_plan){0});
    make_pair(&ours, &theirs);
    net_send_text(theirs, "x");
    act_pid pid = spawn_watcher(&net, &counter, ours, ACT_FD_READABLE | ACT_FD_WRITABLE);
    net_expect_line(&net, "both");
    expect_quiet(&net, pid);
    act_system_tell_value(net.system, pid, WANT, act_int64(ACT_FD_READABLE | ACT_FD_WRITABLE));
    net_expect_line(&net, "done");
    net_expect_line(&net, "both");
    net_stop(&net);
    close(ours), close(theirs);
}

/* ------------------------------------------------------------------------------- what is wanted */

/* Wants no more in the message itself, and reads nothing. */
static void want_no_more(act_self *self, void *state, const act_message *message)
{
    struct watcher *mine = state;
    if (!is_readable(mine, message)) {
        follow(self, mine, message);
        return;
    }
    ck_assert_int_eq(act_fd_want(mine->watch, ACT_FD_READABLE | ACT_FD_WRITABLE), ACT_OK);
    ck_assert_int_eq(act_fd_want(mine->watch, 0), ACT_OK);
    ck_assert_int_eq(act_fd_want(mine->watch, 4), ACT_INVALID);
    ck_assert_uint_eq(message->tag, ACT_MESSAGE_FD_READABLE);
    net_say(mine->net, "told");
}

static const act_behavior fickle = WATCHER(want_no_more);

static void nothing_is_told_that_is_not_wanted(void)
{
    struct net net = {0};
    int        ours, theirs;
    net_start(&net, &(struct net_plan){0});
    make_pair(&ours, &theirs);
    net_send_text(theirs, "x");
    act_pid pid = spawn_watcher(&net, &fickle, ours, 0);
    for (int i = 0; i < 5; i++) {
        expect_quiet(&net, pid);
        net_send_text(theirs, "x");
        order(&net, pid, WANT, ACT_FD_READABLE);
        net_expect_line(&net, "told");
    }
    expect_quiet(&net, pid);
    net_stop(&net);
    close(ours), close(theirs);
}

/*
 * Opens a watch of what is ready, lets some messages of its own pass, and ends it, or wants no
 * more: from then on nothing comes, though its message may wait.
 */
enum { TURNS = 4000, STEPS = 8 };

struct hasty {
    struct watcher base;
    int            turns, steps, flying, told;
    bool           is_over;
};

static void take_step(act_self *self, struct hasty *hasty)
{
    hasty->flying++;
    act_tell_value(self, act_self_pid(self), STEP, act_nothing());
}

static void begin_turn(act_self *self, struct hasty *hasty)
{
    act_fd_close(&hasty->base.watch);
    hasty->is_over = false;
    hasty->steps = (int)(act_random(self) % 200);
    ck_assert_int_eq(act_fd_open(self, &hasty->base.watch, hasty->base.fd,
                                 ACT_FD_OPTIONS(.wants = ACT_FD_READABLE | ACT_FD_WRITABLE)),
                     ACT_OK);
    for (int i = 0; i < STEPS; i++)
        take_step(self, hasty);
}

static void end_turn(act_self *self, struct hasty *hasty)
{
    hasty->is_over = true;
    if (act_random(self) % 2 == 0)
        act_fd_close(&hasty->base.watch);
    else
        ck_assert_int_eq(act_fd_want(hasty->base.watch, 0), ACT_OK);
    take_step(self, hasty); /* behind all that may wait */
}

static void hurry(act_self *self, void *state, const act_message *message)
{
    struct hasty *hasty = state;
    if (message->tag == ACT_MESSAGE_FD_READABLE || message->tag == ACT_MESSAGE_FD_WRITABLE) {
        ck_assert(!hasty->is_over);
        hasty->told++;
        return;
    }
    hasty->flying -= message->tag == STEP;
    if (hasty->steps-- > 0 && message->tag == STEP)
        take_step(self, hasty);
    else if (!hasty->is_over && message->tag == STEP)
        end_turn(self, hasty);
    else if (hasty->flying == 0 && ++hasty->turns < TURNS)
        begin_turn(self, hasty);
    else if (hasty->flying == 0)
        net_say(hasty->base.net, hasty->told > 0 ? "told at times" : "never told");
}

static const act_behavior hasty_behavior = {.name = "hasty",
                                            .state_bytes = sizeof(struct hasty),
                                            .args_bytes = sizeof(struct watcher_args),
                                            .init = watcher_init,
                                            .receive = hurry};

static void a_message_that_waits_is_not_received_any_more(void)
{
    struct net net = {0};
    int        ours, theirs;
    net_start(&net, &(struct net_plan){0});
    make_pair(&ours, &theirs);
    net_send_text(theirs, "x");
    act_pid pid = spawn_watcher(&net, &hasty_behavior, ours, 0);
    act_system_tell_value(net.system, pid, NET_GO, act_nothing());
    net_expect_line(&net, "told at times");
    net_stop(&net);
    close(ours), close(theirs);
}

/* -------------------------------------------------------------------------------------- the end */

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void it_ends_with_its_owner_and_the_descriptor_stays(void)
{
    static const uint32_t ends[] = {LEAVE, PANIC, CLOSE};
    struct net            net = {0};
    int                   ours, theirs;
    net_start(&net, &(struct net_plan){0});
    make_pair(&ours, &theirs);
    int before = kit_entries_of("/proc/self/fd");
    for (int i = 0; i < 4; i++) {
        act_pid pid = spawn_watcher(&net, &reader, ours, ACT_FD_READABLE);
        net_send_text(theirs, "x");
        net_expect_line(&net, "read x");
        act_exit_kind kind = ACT_EXIT_NORMAL;
        if (i == 3) {
            ck_assert_int_eq(act_system_exit_actor(net.system, pid,
                                                   act_exit_reason_make(ACT_EXIT_KILL, 0, "")),
                             ACT_OK);
            kind = ACT_EXIT_KILLED;
        } else {
            act_system_tell_value(net.system, pid, ends[i], act_nothing());
            if (ends[i] == PANIC)
                kind = ACT_EXIT_PANIC;
        }
        if (i == 2) {
            net_expect_line(&net, "done");
            act_system_tell_value(net.system, pid, LEAVE, act_nothing());
        }
        net_join(&net, pid, kind);
        ck_assert(is_open(ours));
        ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
    }
    net_stop(&net);
    close(ours), close(theirs);
}

static void an_owned_one_is_closed_with_it(void)
{
    static const uint32_t ends[] = {LEAVE, PANIC, CLOSE};
    for (int i = 0; i < 3; i++) {
        struct net net = {0};
        int        ours, theirs;
        net_start(&net, &(struct net_plan){0});
        make_pair(&ours, &theirs);
        act_pid pid =
            net_spawn(&net, &reader,
                      &(struct watcher_args){
                          .net = &net, .fd = ours, .wants = ACT_FD_READABLE, .owned = true},
                      0);
        net_expect_line(&net, "opened: 0");
        net_send_text(theirs, "x");
        net_expect_line(&net, "read x");
        act_system_tell_value(net.system, pid, ends[i], act_nothing());
        int flags = fcntl(theirs, F_GETFL);
        ck_assert_int_eq(fcntl(theirs, F_SETFL, flags & ~O_NONBLOCK), 0);
        net_expect_end(theirs);
        net_stop(&net);
        close(theirs);
    }
}

/* The library's mistake; the new one with its number is another. */
static void a_number_that_is_used_again_is_another_descriptor(void)
{
    struct net net = {0};
    int        ours, theirs, next, other;
    net_start(&net, &(struct net_plan){.workers = 1});
    make_pair(&ours, &theirs);
    act_pid first = spawn_watcher(&net, &counter, ours, ACT_FD_READABLE);
    make_pair(&next, &other);
    ck_assert_int_eq(dup2(next, ours), ours); /* closes it */
    close(next);
    act_pid second = spawn_watcher(&net, &reader, ours, ACT_FD_READABLE);
    net_send_text(other, "x");
    net_expect_line(&net, "read x");
    order(&net, first, CLOSE, 0);
    net_send_text(other, "y");
    net_expect_line(&net, "read y");
    expect_quiet(&net, second);
    net_stop(&net);
    close(ours), close(theirs), close(other);
}

/* ----------------------------------------------------------------------------------- on its way */

enum { WORKERS = 4, WATCHERS = 24 };

static act_result say_worker_init(act_self *self, void *state, const void *args)
{
    struct watcher            *mine = state;
    const struct watcher_args *given = args;
    mine->net = given->net;
    mine->fd = given->fd;
    return act_fd_open(self, &mine->watch, given->fd, ACT_FD_OPTIONS(.wants = ACT_FD_READABLE));
}

static void say_worker(act_self *self, void *state, const act_message *message)
{
    struct watcher *mine = state;
    char            byte;
    ck_assert_uint_eq(message->tag, ACT_MESSAGE_FD_READABLE);
    ck_assert_int_eq(read(mine->fd, &byte, 1), 1);
    net_say(mine->net, "%u", self->worker->run.index);
}

static const act_behavior mover = {.name = "mover",
                                   .state_bytes = sizeof(struct watcher),
                                   .args_bytes = sizeof(struct watcher_args),
                                   .init = say_worker_init,
                                   .receive = say_worker};

/* As connections are: each goes to the worker with the fewest, and stays there. */
static void owners_are_on_all_workers(void)
{
    struct net net = {0};
    int        ours[WATCHERS], theirs[WATCHERS], counts[WORKERS] = {0};
    unsigned   workers[WATCHERS];
    net_start(&net, &(struct net_plan){.workers = WORKERS});
    for (int i = 0; i < WATCHERS; i++) {
        make_pair(&ours[i], &theirs[i]);
        net_spawn(&net, &mover, &(struct watcher_args){.net = &net, .fd = ours[i]}, 0);
        net_send_text(theirs[i], "x");
        ck_assert_int_eq(sscanf(net_hear(&net), "%u", &workers[i]), 1);
        counts[workers[i]]++;
    }
    for (int i = 0; i < WORKERS; i++)
        ck_assert_int_eq(counts[i], WATCHERS / WORKERS);
    for (int i = 0; i < WATCHERS; i++) {
        unsigned worker;
        net_send_text(theirs[i], "x");
        ck_assert_int_eq(sscanf(net_hear(&net), "%u", &worker), 1);
        ck_assert_uint_eq(worker, workers[i]);
    }
    net_stop(&net);
    for (int i = 0; i < WATCHERS; i++)
        close(ours[i]), close(theirs[i]);
}

/* Opens a watch, changes its mind on the way, and a listener, which makes it stay. */
static act_result waver(act_self *self, void *state, const void *args)
{
    struct watcher            *mine = state;
    const struct watcher_args *given = args;
    act_listener              *listener;
    act_fd                    *another;
    mine->net = given->net;
    mine->fd = given->fd;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(act_fd_open(self, &another, given->fd,
                                     ACT_FD_OPTIONS(.wants = ACT_FD_WRITABLE)),
                         ACT_OK);
        ck_assert_int_eq(act_fd_want(another, ACT_FD_READABLE), ACT_OK);
        if (i == 0)
            act_fd_close(&another);
    }
    mine->watch = another;
    if (given->wants == 0)
        return ACT_OK;
    return act_tcp_listen(self, &listener, "127.0.0.1", 0, NULL);
}

static const act_behavior waverer = {.name = "waverer",
                                     .state_bytes = sizeof(struct watcher),
                                     .args_bytes = sizeof(struct watcher_args),
                                     .init = waver,
                                     .receive = read_one};

static void a_mind_may_be_changed_on_the_way(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.workers = WORKERS});
    for (int i = 0; i < WATCHERS; i++) {
        int ours, theirs;
        make_pair(&ours, &theirs);
        act_pid pid =
            net_spawn(&net, &waverer,
                      &(struct watcher_args){.net = &net, .fd = ours, .wants = (uint32_t)i % 2}, 0);
        net_send_text(theirs, "ab");
        net_expect_line(&net, "read a");
        net_expect_line(&net, "read b");
        act_system_tell_value(net.system, pid, LEAVE, act_nothing());
        net_join(&net, pid, ACT_EXIT_NORMAL);
        close(ours), close(theirs);
    }
    net_stop(&net);
}

/* Another thread runs the loop meanwhile. */
static void a_stuck_owner_is_told_when_it_is_back(void)
{
    struct net net = {0};
    int        ours, theirs, others, far;
    sem_init(&go, 0, 0);
    net_start(&net, &(struct net_plan){.workers = 1});
    make_pair(&ours, &theirs);
    make_pair(&others, &far);
    act_pid slow = spawn_watcher(&net, &reader, ours, ACT_FD_READABLE);
    spawn_watcher(&net, &reader, others, ACT_FD_READABLE);
    for (int i = 0; i < 5; i++) {
        act_system_tell_value(net.system, slow, STICK, act_nothing());
        net_expect_line(&net, "stuck");
        net_send_text(theirs, "a");
        net_send_text(far, "b");
        net_expect_line(&net, "read b");
        net_send_text(far, "c");
        net_expect_line(&net, "read c");
        sem_post(&go);
        net_expect_line(&net, "done");
        net_expect_line(&net, "read a");
    }
    net_stop(&net);
    close(ours), close(theirs), close(others), close(far);
}

/* -------------------------------------------------------------------------------------- refused */

static void expect_refused(struct net *net, struct watcher_args args,
                           const act_spawn_options *options, act_result why)
{
    char    line[20];
    act_pid pid;
    args.net = net;
    ck_assert_int_eq(act_system_spawn(net->system, &pid, &reader, &args, options), ACT_OK);
    snprintf(line, sizeof line, "opened: %d", (int)why);
    net_expect_line(net, line);
}

static void what_cannot_be_watched_is_refused(void)
{
    struct net net = {0};
    int        ours, theirs;
    net_start(&net, &(struct net_plan){0});
    make_pair(&ours, &theirs);
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int before = kit_entries_of("/proc/self/fd");
    for (int owned = 0; owned < 2; owned++) {
        expect_refused(&net, (struct watcher_args){.fd = file, .owned = owned}, NULL, ACT_INVALID);
        expect_refused(&net, (struct watcher_args){.fd = null, .owned = owned}, NULL, ACT_INVALID);
        expect_refused(&net, (struct watcher_args){.fd = folder, .owned = owned}, NULL,
                       ACT_INVALID);
        expect_refused(&net, (struct watcher_args){.fd = -1, .owned = owned}, NULL, ACT_INVALID);
        expect_refused(&net, (struct watcher_args){.fd = 1 << 20, .owned = owned}, NULL,
                       ACT_INVALID);
        expect_refused(&net, (struct watcher_args){.fd = ours, .wants = 4, .owned = owned}, NULL,
                       ACT_INVALID);
        expect_refused(&net, (struct watcher_args){.fd = ours, .owned = owned},
                       ACT_SPAWN_OPTIONS(.blocking = true), ACT_INVALID);
    }
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
    ck_assert(is_open(ours) && is_open(file)); /* still the caller's */
    net_stop(&net);
    close(ours), close(theirs), close(file), close(null), close(folder);
}

static act_result opened;

static act_result try_in_simulation(act_self *self, void *state, const void *args)
{
    act_fd *watch;
    (void)state;
    opened = act_fd_open(self, &watch, *(const int *)args, NULL);
    return ACT_OK;
}

static void hear_nothing(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static void a_simulation_watches_nothing(void)
{
    static const act_behavior trier = {.name = "trier",
                                       .args_bytes = sizeof(int),
                                       .init = try_in_simulation,
                                       .receive = hear_nothing};
    act_simulation           *simulation;
    act_pid                   pid;
    int                       ours, theirs;
    make_pair(&ours, &theirs);
    opened = ACT_OK;
    ck_assert_int_eq(act_simulation_create(&simulation, 1, NULL), ACT_OK);
    ck_assert_int_eq(act_system_spawn(act_simulation_system(simulation), &pid, &trier, &ours, NULL),
                     ACT_OK);
    ck_assert_int_eq(act_simulation_run(simulation, NULL, 0), ACT_OK);
    ck_assert_int_eq(opened, ACT_INVALID);
    act_simulation_destroy(&simulation);
    close(ours), close(theirs);
}

/* ------------------------------------------------------------------------------- without memory */

static _Atomic int lacks; /* the request that fails in init; 0: none */

/* Opens without memory. What is watched all the same is told of, ready or not. */
static act_result open_without(act_self *self, void *state, const void *args)
{
    struct watcher            *mine = state;
    const struct watcher_args *given = args;
    mine->net = given->net;
    mine->fd = given->fd;
    act__memory_fail_at((uint64_t)lacks, true);
    act_result result =
        act_fd_open(self, &mine->watch, given->fd, ACT_FD_OPTIONS(.wants = ACT_FD_READABLE));
    if (act__memory_requests() < (uint64_t)lacks)
        lacks = 0;
    act__memory_fail_at(0, false);
    net_say(mine->net, "opened: %d", (int)result);
    return result;
}

static void read_if_any(act_self *self, void *state, const act_message *message)
{
    struct watcher *mine = state;
    char            byte;
    if (!is_readable(mine, message))
        follow(self, mine, message);
    else if (read(mine->fd, &byte, 1) == 1)
        net_say(mine->net, "read %c", byte);
}

static const act_behavior poor = {.name = "poor",
                                  .state_bytes = sizeof(struct watcher),
                                  .args_bytes = sizeof(struct watcher_args),
                                  .init = open_without,
                                  .receive = read_if_any};

static void without_memory_it_is_refused_or_told_all_the_same(void)
{
    struct net net = {0};
    int        refused = 0;
    net_let_libevent_fail();
    act__memory_fail_at(0, false);
    net_start(&net, &(struct net_plan){.workers = 1});
    int before = kit_entries_of("/proc/self/fd");
    lacks = 1;
    for (int n = 1; lacks != 0; n++) {
        int ours, theirs;
        make_pair(&ours, &theirs);
        lacks = n;
        act_pid pid = net_spawn(&net, &poor, &(struct watcher_args){.net = &net, .fd = ours}, 1);
        const char *line = net_hear(&net);
        if (strcmp(line, "opened: 0") == 0) {
            net_send_text(theirs, "x");
            net_expect_line(&net, "read x");
            act_system_tell_value(net.system, pid, LEAVE, act_nothing());
            net_join(&net, pid, ACT_EXIT_NORMAL);
        } else {
            refused++;
            net_join(&net, pid, ACT_EXIT_ERROR);
        }
        close(ours), close(theirs);
        ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
    }
    ck_assert_int_gt(refused, 0);
    net_stop(&net);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_is_left_unread_is_told_again, .rounds = 2),
    TEST_CASE(a_pipe_is_watched_too, .rounds = 2),
    TEST_CASE(writable_is_told_when_there_is_room_again, .rounds = 2),
    TEST_CASE(both_are_told_again_and_again_and_neither_starves, .rounds = 2),
    TEST_CASE(nothing_is_told_that_is_not_wanted, .rounds = 2),
    TEST_CASE(a_message_that_waits_is_not_received_any_more, .rounds = 2, .timeout_seconds = 60),
    TEST_CASE(it_ends_with_its_owner_and_the_descriptor_stays, .rounds = 2),
    TEST_CASE(an_owned_one_is_closed_with_it, .rounds = 2),
    TEST_CASE(a_number_that_is_used_again_is_another_descriptor),
    TEST_CASE(owners_are_on_all_workers),
    TEST_CASE(a_mind_may_be_changed_on_the_way),
    TEST_CASE(a_stuck_owner_is_told_when_it_is_back),
    TEST_CASE(what_cannot_be_watched_is_refused, .rounds = 2),
    TEST_CASE(a_simulation_watches_nothing),
    TEST_CASE(without_memory_it_is_refused_or_told_all_the_same, .timeout_seconds = 60),
    END_OF_CASES,
};
