/* The log of real workers: a reader that stops or goes, a full disk, the journal, exit and fork. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <actor/system/log_format.h>
#include <actor/system/log_record.h>
#include <actor/system/log_ring.h>
#include <actor/system/log_sink.h>
#include <actor/system.h>
#include <test/kit/kit.h>

enum { TAG_SAY = 1, LINES = 5000 };

static act_system *sys;
static int         ends[2] = {-1, -1};

static void open_system(int fd, act_log_format format)
{
    ck_assert_int_eq(
        act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 2, .actors_max = 1 << 16,
                                                   .log_descriptor = fd, .log_format = format)),
        ACT_OK);
}

/* As many bytes as go in; they end with a newline. Returns: how many. */
static size_t fill_pipe(void)
{
    static const char newlines[4096] = {'\n'};
    size_t            total = 0;
    ssize_t           count;
    int               fd = ends[1], flags = fcntl(fd, F_GETFL);
    ck_assert_int_eq(fcntl(fd, F_SETFL, flags | O_NONBLOCK), 0);
    while ((count = write(fd, newlines, sizeof newlines)) > 0)
        total += (size_t)count;
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(fcntl(fd, F_SETFL, flags), 0);
    return total;
}

static void say(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_log(self, ACT_LOG_INFO, "line %lld", (long long)message->as.int64);
    act_answer_value(self, message, TAG_SAY, act_nothing());
}

static const act_behavior speaker = {.name = "speaker", .receive = say};

/* The actor has said it and gone on. */
static void let_say(act_pid pid, int number)
{
    act_message *message, *reply;
    ck_assert_int_eq(act_message_create_value(&message, TAG_SAY, act_int64(number)), ACT_OK);
    ck_assert_int_eq(act_system_ask_message(sys, pid, &message, &reply, ACT_FOREVER), ACT_OK);
    act_message_free(&reply);
}

static uint64_t log_lost(void)
{
    act_counters counters;
    act_system_counters(sys, &counters);
    return counters.log_lost;
}

/* What has come out of a pipe: numbers rise, and those that are missing were told. */
struct heard {
    char   bytes[1 << 20];
    size_t count;
    int    next;  /* the number that the next line should have */
    int    lines; /* with a number */
    int    told;  /* as lost */
};
static struct heard heard;

static void open_pipe(void)
{
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    memset(&heard, 0, sizeof heard);
}

static void hear_line(char *text)
{
    int   number, lost;
    char *tail = strstr(text, ": ");
    ck_assert_ptr_nonnull(tail);
    if (sscanf(tail, ": line %d", &number) == 1) {
        ck_assert_int_eq(number, heard.next);
        ck_assert_ptr_nonnull(strstr(text, " speaker <0.1.1>: "));
        heard.next = number + 1;
        heard.lines++;
    } else {
        ck_assert_int_eq(sscanf(tail, ": %d records of the log were lost here", &lost), 1);
        heard.next += lost; /* the gap is where it is told */
        heard.told += lost;
    }
}

/* Whole lines; `skip` bytes were there before. */
static void hear_all(size_t skip)
{
    char *at = heard.bytes + skip, *end;
    heard.bytes[heard.count] = '\0';
    for (; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        *end = '\0';
        hear_line(at);
    }
    ck_assert_str_eq(at, "");
}

static void *read_to_end(void *fd)
{
    ssize_t count;
    while ((count = read(*(int *)fd, heard.bytes + heard.count,
                         sizeof heard.bytes - 1 - heard.count)) > 0)
        heard.count += (size_t)count;
    return NULL;
}

static void no_actor_waits_for_a_full_pipe(void)
{
    act_pid   pid;
    pthread_t reader;
    open_pipe();
    size_t before = fill_pipe();
    open_system(ends[1], ACT_LOG_FORMAT_TEXT);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &speaker, NULL, NULL), ACT_OK);
    for (int i = 0; i < LINES; i++)
        let_say(pid, i);
    ck_assert_uint_ge(log_lost(), LINES - ACT__LOG_SLOTS - 1);
    /* others that write there did not ask for that */
    ck_assert_int_eq(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_eq(pthread_create(&reader, NULL, read_to_end, &ends[0]), 0);
    ck_assert_int_eq(act_log_flush(sys, ACT_FOREVER), ACT_OK);
    let_say(pid, LINES);
    ck_assert_int_eq(act_log_flush(sys, ACT_FOREVER), ACT_OK);
    int lost = (int)log_lost();
    act_system_destroy(&sys);
    close(ends[1]);
    pthread_join(reader, NULL);
    hear_all(before);
    ck_assert_int_eq(heard.next, LINES + 1);
    ck_assert_int_eq(heard.told, lost);
    ck_assert_int_eq(heard.lines + lost, LINES + 1);
}

static void a_pipe_without_a_reader_ends_nothing(void)
{
    act_pid pid;
    open_pipe();
    open_system(ends[1], ACT_LOG_FORMAT_TEXT);
    close(ends[0]);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &speaker, NULL, NULL), ACT_OK);
    for (int i = 0; i < 100; i++)
        let_say(pid, i);
    ck_assert_int_eq(act_log_flush(sys, ACT_FOREVER), ACT_OK);
    ck_assert_uint_eq(log_lost(), 100);
    act_system_destroy(&sys);
    close(ends[1]);
}

static void a_system_is_destroyed_though_its_log_is_stuck(void)
{
    act_pid pid;
    open_pipe();
    (void)fill_pipe();
    open_system(ends[1], ACT_LOG_FORMAT_TEXT);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &speaker, NULL, NULL), ACT_OK);
    let_say(pid, 0);
    ck_assert_int_eq(act_log_flush(sys, 0), ACT_TIMED_OUT);
    act_system_destroy(&sys);
    close(ends[0]);
    close(ends[1]);
}

/* ----------------------------------------------------------------- a write that does not return */

static int          gate[2];
static _Atomic bool has_passed;

static void pass_gate(void)
{
    char byte;
    while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
        continue;
    /* pairs with the case that waits for it */
    atomic_store_explicit(&has_passed, true, memory_order_release);
}

static void a_writer_that_hangs_is_left_behind(void)
{
    int before = kit_entries_of("/proc/self/task");
    open_pipe();
    ck_assert_int_eq(pipe2(gate, O_CLOEXEC), 0);
    act__log_sink_hook = pass_gate;
    open_system(ends[1], ACT_LOG_FORMAT_TEXT);
    act_system_log(sys, ACT_LOG_INFO, "held");
    act_system_destroy(&sys); /* returns; the writer frees the log when it can go on */
    ck_assert_ptr_null(sys);
    close(gate[1]);
    while (!atomic_load_explicit(&has_passed, memory_order_acquire) ||
           kit_entries_of("/proc/self/task") != before)
        sched_yield();
    act__log_sink_hook = NULL;
    close(gate[0]);
}

/* Returns: the exit status of a child that has run it; a signal is a failure. */
static int in_child(void (*run)(void))
{
    int   status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        run();
        exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---------------------------------------------------------------------------------------- files */

/*
 * A limit on the size of files stands for a disk that is full and then has room again. In a child
 * without assertions: they write to a file, too.
 */
enum { FULL = 100 };
static int file_fd;

static void fill_and_make_room(void)
{
    struct rlimit limit, small = {.rlim_cur = FULL};
    struct stat   file = {0};
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(1);
    small.rlim_max = limit.rlim_max;
    if (act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .actors_max = 1 << 16,
                                                   .log_descriptor = file_fd)) != ACT_OK ||
        setrlimit(RLIMIT_FSIZE, &small) != 0)
        _exit(2);
    for (int i = 0; i < 10; i++)
        act_system_log(sys, ACT_LOG_INFO, "line %d", i);
    while (file.st_size < FULL) {
        sched_yield();
        if (fstat(file_fd, &file) != 0)
            _exit(3);
    }
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || act_log_flush(sys, ACT_FOREVER) != ACT_OK ||
        log_lost() != 0)
        _exit(4);
    act_system_destroy(&sys);
}

static void a_full_disk_tears_no_line(void)
{
    char name[] = "/tmp/act-log-XXXXXX";
    file_fd = mkostemp(name, O_CLOEXEC);
    ck_assert_int_ge(file_fd, 0);
    unlink(name);
    ck_assert_int_eq(in_child(fill_and_make_room), 0);
    ssize_t count = pread(file_fd, heard.bytes, sizeof heard.bytes - 1, 0);
    ck_assert_int_gt(count, FULL);
    heard.bytes[count] = '\0';
    const char *at = heard.bytes;
    for (int i = 0; i < 10; i++) {
        int number = -1, used = 0;
        ck_assert_int_eq(sscanf(at, "%*s info - -: line %d\n%n", &number, &used), 1);
        ck_assert_int_eq(number, i);
        at += used;
    }
    ck_assert_str_eq(at, "");
    close(file_fd);
}

static void a_disk_that_stays_full_holds_up_nothing(void)
{
    act_pid pid;
    int     fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    open_system(fd, ACT_LOG_FORMAT_JSON);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &speaker, NULL, NULL), ACT_OK);
    for (int i = 0; i < LINES; i++)
        let_say(pid, i);
    ck_assert_uint_ge(log_lost(), LINES - ACT__LOG_SLOTS - 1);
    act_system_destroy(&sys);
    close(fd);
}

/* -------------------------------------------------------------------------------------- journal */

static char journal_path[64];

static int open_journal(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int                fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    if (act__journal_path != journal_path) { /* else a writer may be reading it */
        snprintf(journal_path, sizeof journal_path, "/tmp/act-journal-%d", (int)getpid());
        act__journal_path = journal_path;
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%s", journal_path);
    unlink(journal_path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static const char *receive(int fd)
{
    ssize_t count = recv(fd, heard.bytes, sizeof heard.bytes - 1, 0);
    ck_assert_int_gt(count, 0);
    heard.bytes[count] = '\0';
    return heard.bytes;
}

static void the_journal_gets_fields(void)
{
    act_pid pid;
    int     journal = open_journal();
    open_system(0, ACT_LOG_FORMAT_JOURNAL);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &speaker, NULL, ACT_SPAWN_OPTIONS(.name = "loud")),
                     ACT_OK);
    let_say(pid, 1);
    const char *fields = receive(journal);
    ck_assert_int_eq(strncmp(fields, "PRIORITY=6\nSYSLOG_IDENTIFIER=", 29), 0);
    ck_assert_ptr_nonnull(strstr(fields, "\nACT_TIME=2"));
    ck_assert_ptr_nonnull(strstr(fields, "\nACT_WORKER="));
    ck_assert_ptr_nonnull(strstr(fields, "\nACT_ACTOR=loud\nACT_BEHAVIOR=speaker\nACT_PID=<0.1.1>\n"
                                         "MESSAGE=speaker \"loud\" <0.1.1>: line 1\n"));
    act_system_log(sys, ACT_LOG_ERROR, "two\nlines");
    ck_assert_ptr_nonnull(strstr(receive(journal), "\nMESSAGE=two\\nlines\n"));
    ck_assert_int_eq(strncmp(heard.bytes, "PRIORITY=3\n", 11), 0);
    act_system_destroy(&sys);
    close(journal);
    unlink(journal_path);
}

static void a_journal_that_is_started_again_is_found_again(void)
{
    int journal = open_journal();
    open_system(0, ACT_LOG_FORMAT_JOURNAL);
    act_system_log(sys, ACT_LOG_INFO, "first");
    ck_assert_ptr_nonnull(strstr(receive(journal), "MESSAGE=first\n"));
    close(journal);
    act_system_log(sys, ACT_LOG_INFO, "second");
    ck_assert_int_eq(act_log_flush(sys, 0), ACT_TIMED_OUT);
    journal = open_journal();
    ck_assert_int_eq(act_log_flush(sys, ACT_FOREVER), ACT_OK);
    ck_assert_ptr_nonnull(strstr(receive(journal), "MESSAGE=second\n"));
    act_system_destroy(&sys);
    close(journal);
    unlink(journal_path);
}

/* Standard error is the journal if its device and inode are those in the environment. */
static void standard_error_may_be_the_journal(void)
{
    char        name[64];
    struct stat file;
    int         journal = open_journal();
    open_pipe();
    ck_assert_int_eq(fstat(ends[1], &file), 0);
    snprintf(name, sizeof name, "%llu:%llu", (unsigned long long)file.st_dev,
             (unsigned long long)file.st_ino);
    setenv("JOURNAL_STREAM", name, 1);
    open_system(ends[1], ACT_LOG_FORMAT_AUTO);
    act_system_log(sys, ACT_LOG_INFO, "to the journal");
    ck_assert_ptr_nonnull(strstr(receive(journal), "MESSAGE=to the journal\n"));
    act_system_destroy(&sys);
    setenv("JOURNAL_STREAM", "1:1", 1); /* another one's */
    open_system(ends[1], ACT_LOG_FORMAT_AUTO);
    act_system_log(sys, ACT_LOG_INFO, "to the pipe");
    act_system_destroy(&sys);
    ssize_t count = read(ends[0], heard.bytes, sizeof heard.bytes - 1);
    heard.bytes[count > 0 ? count : 0] = '\0';
    ck_assert_ptr_nonnull(strstr(heard.bytes, " info - -: to the pipe\n"));
    unsetenv("JOURNAL_STREAM");
    close(journal);
    unlink(journal_path);
    open_system(ends[1], ACT_LOG_FORMAT_JOURNAL); /* is not there: lines */
    act_system_log(sys, ACT_LOG_INFO, "instead");
    act_system_destroy(&sys);
    count = read(ends[0], heard.bytes, sizeof heard.bytes - 1);
    heard.bytes[count > 0 ? count : 0] = '\0';
    ck_assert_ptr_nonnull(strstr(heard.bytes, " info - -: instead\n"));
    close(ends[0]);
    close(ends[1]);
}

/* -------------------------------------------------------------------------------- exit and fork */

static void log_and_leave(void)
{
    act_pid pid;
    open_system(ends[1], ACT_LOG_FORMAT_TEXT);
    ck_assert_int_eq(act_system_spawn(sys, &pid, &speaker, NULL, NULL), ACT_OK);
    for (int i = 0; i < 100; i++)
        let_say(pid, i);
    exit(7);
}

static void exit_writes_what_was_logged(void)
{
    open_pipe();
    ck_assert_int_eq(in_child(log_and_leave), 7);
    close(ends[1]);
    (void)read_to_end(&ends[0]);
    hear_all(0);
    ck_assert_int_eq(heard.lines, 100);
    close(ends[0]);
}

/* The workers and the writer are the parent's; exit must not wait for them. */
static void log_as_a_child(void)
{
    for (int i = 0; i < 2 * ACT__LOG_SLOTS; i++)
        act_system_log(sys, ACT_LOG_INFO, "of a child");
    if (act_log_flush(sys, ACT_FOREVER) != ACT_CLOSED)
        _exit(1);
}

static void a_child_of_fork_logs_nothing(void)
{
    open_pipe();
    open_system(ends[1], ACT_LOG_FORMAT_TEXT);
    act_system_log(sys, ACT_LOG_INFO, "line %d of the parent, speaker <0.1.1>: ", 0);
    ck_assert_int_eq(in_child(log_as_a_child), 0);
    act_system_destroy(&sys);
    close(ends[1]);
    (void)read_to_end(&ends[0]);
    ck_assert_ptr_nonnull(strstr(heard.bytes, "of the parent"));
    ck_assert_ptr_null(strstr(heard.bytes, "of a child"));
    close(ends[0]);
}

/* One of the system's own descriptors has its number then. */
static void run_without_standard_error(void)
{
    close(STDERR_FILENO);
    if (act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .actors_max = 1 << 16)) !=
        ACT_OK)
        _exit(1);
    act_system_log(sys, ACT_LOG_ERROR, "nowhere");
    if (act_log_flush(sys, ACT_FOREVER) != ACT_OK || log_lost() != 1)
        _exit(2);
    act_system_destroy(&sys);
    _exit(0);
}

static void a_closed_standard_error_is_no_reason_to_fail(void)
{
    ck_assert_int_eq(in_child(run_without_standard_error), 0);
}

/* What a program opens later under the number of a standard error that was closed is not a log. */
static void a_descriptor_that_was_closed_is_left_alone(void)
{
    struct act__log_sink sink;
    char                 bytes[] = "\nline\n";
    size_t               done = 1;
    act__log_sink_open(&sink, 50, ACT_LOG_FORMAT_AUTO);
    open_pipe();
    ck_assert_int_eq(dup2(ends[1], 50), 50);
    act__log_sink_begin(&sink);
    ck_assert_int_eq(act__log_sink_put(&sink, bytes, 6, &done), ACT__LOG_REFUSED);
    act__log_sink_close(&sink);
    act__log_sink_open(&sink, 50, ACT_LOG_FORMAT_AUTO); /* one that is open is used */
    act__log_sink_begin(&sink);
    ck_assert_int_eq(act__log_sink_put(&sink, bytes, 6, &done), ACT__LOG_WRITTEN);
    act__log_sink_close(&sink);
    close(50);
    close(ends[0]);
    close(ends[1]);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(no_actor_waits_for_a_full_pipe),
    TEST_CASE(a_pipe_without_a_reader_ends_nothing),
    TEST_CASE(a_system_is_destroyed_though_its_log_is_stuck),
    TEST_CASE(a_writer_that_hangs_is_left_behind),
    TEST_CASE(a_full_disk_tears_no_line),
    TEST_CASE(a_disk_that_stays_full_holds_up_nothing),
    TEST_CASE(the_journal_gets_fields),
    TEST_CASE(a_journal_that_is_started_again_is_found_again),
    TEST_CASE(standard_error_may_be_the_journal),
    TEST_CASE(exit_writes_what_was_logged),
    TEST_CASE(a_child_of_fork_logs_nothing),
    TEST_CASE(a_closed_standard_error_is_no_reason_to_fail),
    TEST_CASE(a_descriptor_that_was_closed_is_left_alone),
    END_OF_CASES,
};
