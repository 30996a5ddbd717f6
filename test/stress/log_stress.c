/*
 * Many threads and actors log at once, to a reader that cannot keep up: lines are whole, in order,
 * and none is unaccounted.
 */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <actor/system.h>
#include <test/kit/kit.h>

enum { THREADS = 4, ACTORS = 4, SPEAKERS = THREADS + ACTORS, LINES = 20000, TAG_GO = 1 };

static act_system *sys;
static int         ends[2];

static void *say_as_thread(void *number)
{
    for (int i = 0; i < LINES; i++)
        act_system_log(sys, ACT_LOG_INFO, "%d says %d.", *(int *)number, i);
    return NULL;
}

/* One line a message, so that the actors take turns. */
static void say_as_actor(act_self *self, void *state, const act_message *message)
{
    int *said = state, number = (int)message->as.int64;
    act_log(self, ACT_LOG_INFO, "%d says %d.", number, (*said)++);
    if (*said < LINES)
        act_tell_value(self, act_self_pid(self), TAG_GO, act_int64(number));
    else
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior speaker = {
    .name = "speaker", .state_bytes = sizeof(int), .receive = say_as_actor};

static struct {
    int  next[SPEAKERS]; /* what each has to say at least */
    long heard, told;
} seen;

static void see(const char *line)
{
    int         number, said, used = 0;
    long        lost;
    const char *tail = strstr(line, ": ");
    ck_assert_ptr_nonnull(tail);
    if (sscanf(tail, ": %d says %d.\n%n", &number, &said, &used) == 2) {
        ck_assert_int_eq(tail[used], '\0');
        ck_assert_int_lt(number, SPEAKERS);
        ck_assert_int_ge(said, seen.next[number]);
        seen.next[number] = said + 1;
        seen.heard++;
    } else {
        ck_assert_int_eq(sscanf(tail, ": %ld records of the log were lost here\n", &lost), 1);
        seen.told += lost;
    }
}

static void *read_lines(void *unused)
{
    char  line[512];
    FILE *file = fdopen(ends[0], "r");
    (void)unused;
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL)
        see(line);
    fclose(file);
    return NULL;
}

static void every_record_is_written_or_told_as_lost(void)
{
    pthread_t    reader, threads[THREADS];
    int          numbers[THREADS];
    act_pid      pids[ACTORS];
    act_counters counters;
    memset(&seen, 0, sizeof seen);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    /* Nothing is called stuck: the library's own lines would be one too many. */
    ck_assert_int_eq(act_system_create(&sys,
                                       ACT_SYSTEM_OPTIONS(.workers_count = 2, .actors_max = 1 << 16,
                                                          .stuck_after = ACT_FOREVER,
                                                          .log_descriptor = ends[1])),
                     ACT_OK);
    ck_assert_int_eq(pthread_create(&reader, NULL, read_lines, NULL), 0);
    for (int i = 0; i < ACTORS; i++) {
        ck_assert_int_eq(act_system_spawn(sys, &pids[i], &speaker, NULL, NULL), ACT_OK);
        act_system_tell_value(sys, pids[i], TAG_GO, act_int64(THREADS + i));
    }
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, say_as_thread, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < ACTORS; i++)
        ck_assert_int_eq(act_system_join(sys, pids[i], NULL, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(act_log_flush(sys, ACT_FOREVER), ACT_OK);
    act_system_counters(sys, &counters);
    act_system_destroy(&sys);
    close(ends[1]);
    pthread_join(reader, NULL);
    ck_assert_int_eq(seen.told, (long)counters.log_lost);
    ck_assert_int_eq(seen.heard + seen.told, (long)SPEAKERS * LINES);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(every_record_is_written_or_told_as_lost, .rounds = 3, .timeout_seconds = 300),
    END_OF_CASES,
};
