/* Systems where there are too few descriptors: a result is answered, and the process goes on. */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <actor/io/loop_record.h>
#include <actor/system.h>
#include <test/kit/kit.h>

enum { ENDS_OK = 10, ENDS_OS, ENDS_ODDLY, TAG_PING, LIMIT_MAX = 64 };

static act_system *sys;

static int descriptors_count(void)
{
    int count = 0;
    for (int fd = 0; fd < LIMIT_MAX; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void set_limit(int limit)
{
    struct rlimit descriptors = {(rlim_t)limit, (rlim_t)limit};
    if (setrlimit(RLIMIT_NOFILE, &descriptors) != 0)
        _exit(ENDS_ODDLY);
}

static act_result create(uint32_t workers_count)
{
    return act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = workers_count,
                                                      .actors_max = 1 << 16));
}

/* The exit status of a child with that limit; one of libevent's own is 1. */
static int create_under(int limit)
{
    int   status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        for (int fd = 3; fd < LIMIT_MAX; fd++)
            close(fd);
        int before = descriptors_count();
        set_limit(limit);
        act_result result = create(2);
        if (result == ACT_OK)
            act_system_destroy(&sys);
        if (descriptors_count() != before && !act__loop_reserves_nothing)
            _exit(ENDS_ODDLY);
        _exit(result == ACT_OK ? ENDS_OK : result == ACT_OS ? ENDS_OS : ENDS_ODDLY);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Returns: from which limit on it goes well. */
static int try_every_limit(void)
{
    int limit = 3, status;
    while ((status = create_under(limit)) == ENDS_OS && limit < LIMIT_MAX)
        limit++;
    ck_assert_int_eq(status, ENDS_OK);
    ck_assert_int_eq(create_under(LIMIT_MAX), ENDS_OK);
    return limit;
}

static void too_few_descriptors_are_a_result(void)
{
    ck_assert_int_gt(try_every_limit(), 8);
}

/* As when another thread takes the last descriptors just before libevent wants them. */
static void libevent_cannot_end_the_process(void)
{
    act__loop_reserves_nothing = true;
    ck_assert_int_gt(try_every_limit(), 8);
    act__loop_reserves_nothing = false;
}

static void answer(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_log(self, ACT_LOG_INFO, "still here");
    act_answer_value(self, message, TAG_PING, act_nothing());
}

static void ping(act_pid pid)
{
    act_message *message, *reply;
    if (act_message_create_value(&message, TAG_PING, act_nothing()) != ACT_OK ||
        act_system_ask_message(sys, pid, &message, &reply, ACT_FOREVER) != ACT_OK)
        _exit(ENDS_ODDLY);
    act_message_free(&reply);
}

/* What runs needs no more: messages, spawns, blocking threads and the log go on. */
static void run_dry(int log_fd)
{
    static const act_behavior answerer = {.name = "answerer", .receive = answer};
    act_pid                   pid, blocking;
    if (act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .actors_max = 1 << 16,
                                                   .log_descriptor = log_fd)) != ACT_OK)
        _exit(ENDS_ODDLY);
    set_limit(LIMIT_MAX);
    while (dup(log_fd) >= 0)
        continue;
    if (act_system_spawn(sys, &pid, &answerer, NULL, NULL) != ACT_OK ||
        act_system_spawn(sys, &blocking, &answerer, NULL, ACT_SPAWN_OPTIONS(.blocking = true)) !=
            ACT_OK)
        _exit(ENDS_ODDLY);
    ping(pid);
    ping(blocking);
    if (act_log_flush(sys, ACT_FOREVER) != ACT_OK)
        _exit(ENDS_ODDLY);
    act_system_destroy(&sys);
    act_result another = create(1);
    _exit(another == ACT_OS ? ENDS_OK : ENDS_ODDLY);
}

static void a_system_goes_on_when_descriptors_run_out(void)
{
    int   ends[2], status, lines = 0;
    char  text[4096] = "";
    pid_t child;
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    if ((child = fork()) == 0)
        run_dry(ends[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), ENDS_OK);
    ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
    for (const char *at = text; (at = strstr(at, ": still here\n")) != NULL; at++)
        lines++;
    ck_assert_int_eq(lines, 2);
    close(ends[0]);
    close(ends[1]);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(too_few_descriptors_are_a_result),
    TEST_CASE(libevent_cannot_end_the_process),
    TEST_CASE(a_system_goes_on_when_descriptors_run_out),
    END_OF_CASES,
};
