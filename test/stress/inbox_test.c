/* One receiver and many pushing threads: nothing is lost, nothing twice, no wake-up is missed. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include <mailbox/inbox/inbox.h>
#include <test/kit/kit.h>

enum { SENDERS = 4, MESSAGES = 50000, CONTROLS = 5000 };

static struct act__inbox_shared shared;
static struct act__inbox_owned  owned;
static _Atomic int tokens, finished; /* tokens: 1 while a thread holds it, never more */
static int64_t     next[SENDERS];
static int         taken;

/* The thread that gets the token runs the receiver at once. */
static void receive_all(void)
{
    act_message *freed, *list, *mine;
    if (atomic_fetch_add(&tokens, 1) != 0)
        abort();
    for (;;) {
        /* The short way for one and the long way for any number must go together. */
        if (taken % 2 == 0 && (mine = act__mpsc_peek(&shared.queue, owned.boundary)) != NULL) {
            freed = act__inbox_advance(&owned, mine);
            act__inbox_append(&owned, mine);
            list = NULL;
        } else {
            list = act__inbox_fetch(&shared, &owned, &freed);
        }
        act_message_free(&freed);
        for (act_message *after; list != NULL; list = after) {
            after = list->act_next;
            act__inbox_append(&owned, list);
        }
        while ((mine = act__inbox_pop(&owned)) != NULL) {
            if (mine->as.int64 / MESSAGES < SENDERS &&
                next[mine->as.int64 / MESSAGES]++ != mine->as.int64 % MESSAGES)
                abort();
            taken++;
            if (mine->as.int64 % 3 == 0) { /* taken out and freed at once: the address comes back
                                              soon */
                list = act__inbox_detach(&shared, &owned, mine);
                for (act_message *after; list != NULL; list = after) {
                    after = list->act_next;
                    act__inbox_append(&owned, list);
                }
                act_message_free(&mine);
            } else if (act__inbox_retire(&owned, mine)) {
                act_message_free(&mine);
            }
        }
        atomic_fetch_sub(&tokens, 1);
        if (act__inbox_sleep(&shared, &owned, &freed))
            break;
        if (atomic_fetch_add(&tokens, 1) != 0)
            abort();
    }
    act_message_free(&freed);
}

static void *sends(void *argument)
{
    int64_t mine = (int64_t)(intptr_t)argument;
    for (int64_t i = 0; i < MESSAGES; i++) {
        act_message *message;
        if (act_message_create_value(&message, 1, act_int64(mine * MESSAGES + i)) != ACT_OK)
            abort();
        if (act__mpsc_push(&shared.queue, message))
            receive_all();
    }
    finished++;
    return NULL;
}

static void *sets_control(void *argument)
{
    for (int i = 0; i < CONTROLS; i++) {
        if (act__mpsc_wake(&shared.queue))
            receive_all();
        if (i % 16 == 0)
            sched_yield();
    }
    return argument;
}

static void nothing_is_lost_between_threads(void)
{
    pthread_t threads[SENDERS + 1];
    act__inbox_init(&shared);
    for (intptr_t i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, sends, (void *)i), 0);
    ck_assert_int_eq(pthread_create(&threads[SENDERS], NULL, sets_control, NULL), 0);
    for (int i = 0; i <= SENDERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(taken, SENDERS * MESSAGES);
    ck_assert_uint_eq(act__load(&shared.queue.word), ACT__QUEUE_IDLE);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(nothing_is_lost_between_threads, .timeout_seconds = 60),
    END_OF_CASES,
};
