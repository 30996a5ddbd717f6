/* What a service manager hears: ready, stopping, a status, and that the watchdog is fed. */
/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <actor/scheduler/monitor.h>
#include <actor/simulation/simulation.h>
#include <actor/system/system_record.h>
#include <test/kit/kit.h>

static int  manager = -1;
static char path[64];

/* Rounds of a case: a path, and an abstract name. */
static void open_manager(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    bool               is_abstract = kit_round() % 2 != 0;
    int length = snprintf(path, sizeof path, "%s/act-notify-%d", is_abstract ? "@act" : "/tmp",
                          (int)getpid());
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(manager, 0);
    memcpy(address.sun_path, path, (size_t)length);
    if (is_abstract)
        address.sun_path[0] = '\0';
    else
        unlink(path);
    socklen_t bytes =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length + !is_abstract);
    ck_assert_int_eq(bind(manager, (struct sockaddr *)&address, bytes), 0);
    setenv("NOTIFY_SOCKET", path, 1);
}

static void close_manager(void)
{
    close(manager);
    if (path[0] == '/')
        unlink(path);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

/* The next datagram; "": none is there. */
static const char *hear(void)
{
    static char text[1024];
    ssize_t     count = recv(manager, text, sizeof text - 1, MSG_DONTWAIT);
    text[count > 0 ? count : 0] = '\0';
    return text;
}

static const char *hear_no_food(void)
{
    const char *text = hear();
    while (strcmp(text, "WATCHDOG=1") == 0)
        text = hear();
    return text;
}

static act_system *open_system(act_service service)
{
    act_system *system;
    ck_assert_int_eq(act_system_create(&system,
                                       ACT_SYSTEM_OPTIONS(.workers_count = 1, .actors_max = 1 << 16,
                                                          .service = service)),
                     ACT_OK);
    return system;
}

static void ready_when_run_begins_and_stopping_when_it_stops(void)
{
    open_manager();
    act_system *system = open_system(ACT_SERVICE_READY_AT_RUN);
    ck_assert_str_eq(hear(), "");
    act__service_manager_run_begins(system);
    ck_assert_str_eq(hear(), "READY=1");
    act_system_stop(system);
    ck_assert_int_eq(act_system_run(system), ACT_OK); /* stopped before it began: it is not ready
                                                         once more */
    ck_assert_str_eq(hear(), "STOPPING=1");
    ck_assert_str_eq(hear(), "");
    act_system_destroy(&system);
    ck_assert_str_eq(hear(), "");
    close_manager();
}

static void stops_at_once(act_self *self, void *state, const act_message *message)
{
    (void)state;
    (void)message;
    act_system_stop(act_self_system(self));
}

static void the_whole_course_is_told_in_order(void)
{
    static const act_behavior stopper = {.name = "stopper", .receive = stops_at_once};
    act_pid                   pid;
    open_manager();
    act_system *system = open_system(ACT_SERVICE_READY_BY_CALL);
    ck_assert_int_eq(act_system_spawn(system, &pid, &stopper, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_system_status(system, "%d of 3\nREADY=1\t!", 2), ACT_OK);
    ck_assert_str_eq(hear(), "STATUS=2 of 3 READY=1 !"); /* one variable, whatever the text is */
    ck_assert_int_eq(act_system_ready(system), ACT_OK);
    ck_assert_int_eq(act_system_ready(system), ACT_OK);
    ck_assert_str_eq(hear(), "READY=1");
    act_system_tell_value(system, pid, 1, act_nothing());
    ck_assert_int_eq(act_system_run(system), ACT_OK);
    ck_assert_str_eq(hear(), "STOPPING=1");
    act_system_destroy(&system);
    ck_assert_str_eq(hear(), "");
    close_manager();
}

static void a_status_has_a_longest(void)
{
    char text[2 * ACT_STATUS_TEXT_MAX];
    open_manager();
    act_system *system = open_system(ACT_SERVICE_READY_BY_CALL);
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(act_system_status(system, "%s", text), ACT_OK);
    ck_assert_uint_eq(strlen(hear()), strlen("STATUS=") + ACT_STATUS_TEXT_MAX - 1);
    act_system_destroy(&system);
    close_manager();
}

static void the_watchdog_has_an_interval_if_it_is_ours(void)
{
    static const struct {
        const char *usec;
        bool        ours;
        act_millis  interval;
    } cases[] = {
        {"30000000", true, 15000},
        {"3000", true, 1},
        {"1", true, 1},
        {"0", true, 0},
        {"30000000", false, 0},
        {"-5", true, 0},
        {"5s", true, 0},
        {"", true, 0},
        {"99999999999999999999999", true, 0},
    };
    char own[24];
    open_manager();
    snprintf(own, sizeof own, "%d", (int)getpid());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("WATCHDOG_USEC", cases[i].usec, 1);
        setenv("WATCHDOG_PID", cases[i].ours ? own : "1", 1);
        act_system *system = open_system(ACT_SERVICE_READY_BY_CALL);
        ck_assert_int_eq(act__watchdog_interval(system), cases[i].interval);
        act__watchdog_feed(system);
        ck_assert_str_eq(hear(), "WATCHDOG=1");
        act_system_destroy(&system);
        ck_assert_str_eq(hear_no_food(), "STOPPING=1"); /* the system feeds it, too */
    }
    close_manager();
}

static void without_a_manager_nothing_fails(void)
{
    static const char *const names[] = {NULL, "", "/", "relative", "vsock:2:1", "@"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i] != NULL)
            setenv("NOTIFY_SOCKET", names[i], 1);
        act_system *system = open_system(ACT_SERVICE_READY_AT_RUN);
        ck_assert_int_eq(act_system_ready(system), ACT_OK);
        ck_assert_int_eq(act_system_status(system, "fine"), ACT_OK);
        ck_assert_int_eq(act__watchdog_interval(system), 0);
        act_system_destroy(&system);
    }
    unsetenv("NOTIFY_SOCKET");
}

static void a_manager_that_is_gone_is_an_error_and_no_more(void)
{
    open_manager();
    act_system *system = open_system(ACT_SERVICE_READY_BY_CALL);
    close(manager);
    ck_assert_int_eq(act_system_ready(system), ACT_OS);
    ck_assert_int_eq(act_system_status(system, "alone"), ACT_OS);
    open_manager(); /* under the same name */
    ck_assert_int_eq(act_system_ready(system), ACT_OK);
    ck_assert_str_eq(hear(), "READY=1");
    while (act_system_status(system, "much") == ACT_OK)
        continue;
    ck_assert_int_eq(act_system_status(system, "too much"), ACT_FULL);
    act_system_destroy(&system);
    close_manager();
}

static void a_program_that_is_no_service_tells_nothing(void)
{
    act_simulation *simulation;
    open_manager();
    act_system *system = open_system(ACT_SERVICE_NONE);
    ck_assert_int_eq(act_system_ready(system), ACT_INVALID);
    ck_assert_int_eq(act_system_status(system, "x"), ACT_INVALID);
    act_system_destroy(&system);
    ck_assert_int_eq(act_simulation_create(&simulation, 1,
                                           ACT_SYSTEM_OPTIONS(.service = ACT_SERVICE_READY_AT_RUN)),
                     ACT_OK);
    ck_assert_int_eq(act_system_ready(act_simulation_system(simulation)), ACT_OK);
    act_simulation_destroy(&simulation);
    ck_assert_str_eq(hear(), "");
    ck_assert_int_eq(act_system_create(&system, ACT_SYSTEM_OPTIONS(.service = (act_service)3)),
                     ACT_INVALID);
    close_manager();
}

/* -------------------------------------------------------------------------- the watchdog's food */

static sem_t stuck_ones, let_go, reports;

static void count_report(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level;
    if (strstr(text, "stuck") != NULL)
        sem_post(&reports);
}

static void wait_for_reports(int count)
{
    while (count > 0)
        count -= sem_wait(&reports) == 0;
}

static void is_stuck(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    sem_post(&stuck_ones);
    while (sem_wait(&let_go) != 0)
        ;
}

static void wait_for_food(void)
{
    struct pollfd one = {.fd = manager, .events = POLLIN};
    ck_assert_int_eq(poll(&one, 1, 60000), 1);
    ck_assert_str_eq(hear(), "WATCHDOG=1");
}

/*
 * Only when no worker has gone on since the last time is it not fed: two are stuck, and there is
 * one spare.
 */
static void the_watchdog_is_fed_while_all_workers_go_on(void)
{
    static const act_behavior stuck = {.name = "stuck", .receive = is_stuck};
    act_system               *system;
    act_pid                   pid;
    open_manager();
    setenv("WATCHDOG_USEC", "10000", 1);
    sem_init(&stuck_ones, 0, 0);
    sem_init(&let_go, 0, 0);
    sem_init(&reports, 0, 0);
    ck_assert_int_eq(act_system_create(&system,
                                       ACT_SYSTEM_OPTIONS(.workers_count = 1, .actors_max = 1 << 16,
                                                          .service = ACT_SERVICE_READY_BY_CALL,
                                                          .stuck_after = ACT_MS(10),
                                                          .spares_max = 1, .log = count_report)),
                     ACT_OK);
    for (int i = 0; i < 3; i++)
        wait_for_food(); /* all are asleep */
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(act_system_spawn(system, &pid, &stuck, NULL, NULL), ACT_OK);
        act_system_tell_value(system, pid, 1, act_nothing());
        while (sem_wait(&stuck_ones) != 0)
            ;
        if (i == 0)
            wait_for_food(); /* a spare goes on */
    }
    wait_for_reports(4); /* of both, after 10 ms and after 100: it is fed every 5 */
    while (hear()[0] != '\0')
        ;                /* what came before */
    wait_for_reports(1); /* after a second */
    ck_assert_str_eq(hear(), "");
    sem_post(&let_go);
    sem_post(&let_go);
    wait_for_food();
    act_system_destroy(&system);
    close_manager();
}

static void a_rest_ends_when_the_watchdog_is_to_be_fed(void)
{
    struct act__monitor monitor = {.period = 5, .feeds_after = 500, .fed = 1000};
    ck_assert_int_eq(act__monitor_pause(&monitor, 1100, true), 400); /* whenever it began */
    ck_assert_int_eq(act__monitor_pause(&monitor, 1499, true), 1);
    ck_assert_int_eq(act__monitor_pause(&monitor, 1100, false), 5);
    ck_assert_int_eq(act__monitor_pause(&monitor, 1498, false), 2);
    ck_assert_int_eq(act__monitor_pause(&monitor, 1500, false), 5); /* it may not be fed now */
    ck_assert_int_eq(act__monitor_pause(&monitor, 1700, true), 5);
    monitor.feeds_after = 0;
    ck_assert_int_eq(act__monitor_pause(&monitor, 1100, false), 5);
    ck_assert_int_gt(act__monitor_pause(&monitor, 1100, true), 1000000);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(ready_when_run_begins_and_stopping_when_it_stops, .rounds = 2),
    TEST_CASE(the_whole_course_is_told_in_order, .rounds = 2),
    TEST_CASE(a_status_has_a_longest),
    TEST_CASE(the_watchdog_has_an_interval_if_it_is_ours),
    TEST_CASE(the_watchdog_is_fed_while_all_workers_go_on),
    TEST_CASE(a_rest_ends_when_the_watchdog_is_to_be_fed),
    TEST_CASE(without_a_manager_nothing_fails),
    TEST_CASE(a_manager_that_is_gone_is_an_error_and_no_more, .rounds = 2),
    TEST_CASE(a_program_that_is_no_service_tells_nothing),
    END_OF_CASES,
};
