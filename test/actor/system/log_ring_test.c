/* The ring of the log: its order, its limit, and what it counts as lost. */
/* SPDX-License-Identifier: MIT */
#include <actor/system/log_ring.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mailbox/base/memory.h>
#include <test/kit/kit.h>

static struct act__log_ring ring;

static void open_ring(void)
{
    memset(&ring, 0, sizeof ring);
    ck_assert(act__log_ring_create(&ring));
}

static bool push(uint32_t worker, unsigned number)
{
    struct act__log_record record = {.worker = worker};
    record.text_bytes = (uint16_t)snprintf(record.text, sizeof record.text, "%u", number);
    return act__log_ring_push(&ring, &record);
}

/* The first record, which is dropped. */
static unsigned pull(uint64_t *lost)
{
    const struct act__log_record *record = act__log_ring_first(&ring);
    ck_assert_ptr_nonnull(record);
    ck_assert_ptr_eq(act__log_ring_first(&ring), record); /* it stays until it is dropped */
    ck_assert_uint_eq(record->text_bytes, strlen(record->text));
    unsigned number = (unsigned)strtoul(record->text, NULL, 10);
    if (lost != NULL)
        *lost = record->lost;
    act__log_ring_drop_first(&ring);
    return number;
}

static void records_come_in_the_order_they_were_put(void)
{
    open_ring();
    ck_assert_ptr_null(act__log_ring_first(&ring));
    for (unsigned i = 0, read = 0; i < 5 * ACT__LOG_SLOTS; i++) { /* some laps, never full */
        ck_assert(push(0, i));
        if (i % 3 != 0)
            ck_assert_uint_eq(pull(NULL), read++);
        while (i % 100 == 99 && act__log_ring_first(&ring) != NULL)
            ck_assert_uint_eq(pull(NULL), read++);
    }
    act__log_ring_destroy(&ring);
    ck_assert_ptr_null(ring.slots);
}

static void a_full_ring_takes_nothing_and_counts_it(void)
{
    uint64_t lost;
    open_ring();
    for (unsigned lap = 0; lap < 3; lap++) {
        for (unsigned i = 0; i < ACT__LOG_SLOTS; i++)
            ck_assert(push(0, i));
        ck_assert(!push(0, 7777));
        ck_assert(!push(0, 7777));
        ck_assert_uint_eq(act__load(&ring.lost), 2 * lap + 2);
        ck_assert_uint_eq(pull(&lost), 0);
        ck_assert_uint_eq(lost, 2 * lap); /* those that were lost before it came */
        ck_assert(push(0, ACT__LOG_SLOTS));
        for (unsigned i = 1; i < ACT__LOG_SLOTS; i++)
            ck_assert_uint_eq(pull(NULL), i);
        ck_assert_uint_eq(pull(&lost), ACT__LOG_SLOTS);
        ck_assert_uint_eq(lost, 2 * lap + 2);
        ck_assert_ptr_null(act__log_ring_first(&ring));
    }
    act__log_ring_destroy(&ring);
}

static void without_memory_there_is_no_ring(void)
{
    memset(&ring, 0, sizeof ring);
    act__memory_fail_at(1, false);
    ck_assert(!act__log_ring_create(&ring));
    act__memory_fail_at(0, false);
    act__log_ring_destroy(&ring); /* nothing happens */
}

enum { WRITERS = 3, RECORDS = 20000 };

static void *write_records(void *worker)
{
    for (unsigned i = 0; i < RECORDS; i++)
        (void)push(*(const uint32_t *)worker, i);
    return NULL;
}

/* What is there comes in order from each writer; the rest was counted. */
static void of_many_writers_no_record_is_torn_or_told_twice(void)
{
    static const uint32_t workers[WRITERS] = {0, 1, 2};
    pthread_t             threads[WRITERS];
    long                  last[WRITERS] = {-1, -1, -1};
    uint64_t              count = 0;
    open_ring();
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, write_records, (void *)(uintptr_t)&workers[i]), 0);
    while (count + act__load(&ring.lost) < (uint64_t)WRITERS * RECORDS) {
        const struct act__log_record *record = act__log_ring_first(&ring);
        if (record == NULL)
            continue;
        uint32_t worker = record->worker;
        long     number = (long)pull(NULL);
        ck_assert_int_gt(number, last[worker]);
        last[worker] = number;
        count++;
    }
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_ptr_null(act__log_ring_first(&ring));
    act__log_ring_destroy(&ring);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(records_come_in_the_order_they_were_put),
    TEST_CASE(a_full_ring_takes_nothing_and_counts_it),
    TEST_CASE(without_memory_there_is_no_ring),
    TEST_CASE(of_many_writers_no_record_is_torn_or_told_twice),
    END_OF_CASES,
};
