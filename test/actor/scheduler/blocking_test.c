/* More blocking actors than threads: they wait in order, and that is counted and told. */
/* SPDX-License-Identifier: MIT */
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <actor/system.h>
#include <test/kit/kit.h>

enum { GO = 1, THREADS = 4, LATE = 3 };

static act_system *sys;
static sem_t       inside, way_out, told;
static char        text_told[512];
static _Atomic int late_runs;

static void hear(void *context, act_log_level level, const char *text)
{
    (void)context;
    if (level != ACT_LOG_WARNING)
        return;
    snprintf(text_told, sizeof text_told, "%s", text);
    sem_post(&told);
}

static void waits(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    sem_post(&inside);
    sem_wait(&way_out);
}

static void comes_late(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    late_runs++;
    sem_post(&inside);
}

static const act_behavior waiter = {.name = "waiter", .receive = waits},
                          late = {.name = "late", .receive = comes_late};

static void spawn(const act_behavior *behavior, int count)
{
    act_pid pid;
    for (int i = 0; i < count; i++) {
        ck_assert_int_eq(act_system_spawn(sys, &pid, behavior, NULL,
                                          ACT_SPAWN_OPTIONS(.blocking = true)),
                         ACT_OK);
        act_system_tell_value(sys, pid, GO, act_nothing());
    }
}

static void await(sem_t *semaphore, int count)
{
    for (int i = 0; i < count; i++)
        sem_wait(semaphore);
}

static uint64_t thread_waits(void)
{
    act_counters counters;
    act_system_counters(sys, &counters);
    return counters.thread_waits;
}

static void open_system(uint32_t blocking_max)
{
    sem_init(&inside, 0, 0);
    sem_init(&way_out, 0, 0);
    sem_init(&told, 0, 0);
    late_runs = 0;
    ck_assert_int_eq(
        act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .blocking_max = blocking_max,
                                                   .log = hear, .actors_max = 1 << 20)),
        ACT_OK);
}

static void open_full_system(void)
{
    open_system(THREADS);
    spawn(&waiter, THREADS);
    await(&inside, THREADS);
}

static void let_all_out(void)
{
    for (int i = 0; i < THREADS; i++)
        sem_post(&way_out);
}

static void actors_that_wait_for_a_thread_are_counted_and_told(void)
{
    open_full_system();
    uint64_t before = thread_waits(); /* one that begins may have come back before its thread was
                                         idle */
    spawn(&late, LATE);
    sem_wait(&told);
    ck_assert_int_eq(late_runs, 0);
    ck_assert_uint_ge(thread_waits(), before + LATE); /* each once; or again for its message,
                                                         when it had begun */
    ck_assert_ptr_nonnull(strstr(text_told, " blocking actors wait for a thread, for "));
    ck_assert_ptr_nonnull(
        strstr(text_told, "all 4 of blocking_max are in use, that of waiter <0."));
    ck_assert_ptr_nonnull(strstr(text_told, ".1> for "));
    let_all_out();
    await(&inside, LATE);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
}

static void it_is_told_while_threads_come_and_go_too(void)
{
    open_full_system();
    spawn(&waiter, 2 * THREADS); /* each takes the place of one that leaves, but the last have
                                    waited long */
    sem_post(&way_out);
    await(&inside, 1);
    sem_wait(&told);
    for (int i = 0; i < 3 * THREADS; i++)
        sem_post(&way_out);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
}

static void where_threads_suffice_nothing_is_told(void)
{
    open_system(0);
    for (int i = 0; i < 200; i++) {
        spawn(&late, 1);
        await(&inside, 1);
    }
    ck_assert_uint_eq(thread_waits(), 0);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    ck_assert_int_eq(sem_trywait(&told), -1);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(actors_that_wait_for_a_thread_are_counted_and_told),
    TEST_CASE(it_is_told_while_threads_come_and_go_too),
    TEST_CASE(where_threads_suffice_nothing_is_told),
    END_OF_CASES,
};
