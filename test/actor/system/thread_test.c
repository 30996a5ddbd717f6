/* Threads that are joined, and what is left of one that panics. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <string.h>

#include <actor/thread.h>
#include <mailbox/base/memory.h>
#include <mailbox/channel/channel.h>
#include <test/kit/kit.h>

static char done[64]; /* what has run, in order; read after the join */

static void notes(void *text)
{
    strcat(done, text);
}

static void cleans_up(const char *const *text)
{
    strcat(done, *text);
}

static void runs_and_ends(act_thread *self, void *argument)
{
    ck_assert_int_eq(act_thread_defer(self, notes, (void *)(uintptr_t) "1"), ACT_OK);
    ck_assert_int_eq(act_thread_defer(self, notes, (void *)(uintptr_t) "2"), ACT_OK);
    strcat(done, argument);
}

static __attribute__((noinline)) void fails(act_thread *self, int number)
{
    __attribute__((cleanup(cleans_up), unused)) const char *text = "c";
    act_thread_panic(self, "number %d", number);
}

static void panics(act_thread *self, void *argument)
{
    ck_assert_int_eq(act_thread_defer(self, notes, (void *)(uintptr_t) "d"), ACT_OK);
    fails(self, *(int *)argument);
    strcat(done, "never");
}

static void a_join_waits_for_the_end_and_its_clean_ups(void)
{
    act_thread     *thread;
    act_exit_report report;
    done[0] = '\0';
    ck_assert_int_eq(act_thread_spawn(&thread, runs_and_ends, (void *)(uintptr_t) "ran"), ACT_OK);
    ck_assert_int_eq(act_thread_join(&thread, &report), ACT_OK);
    ck_assert_ptr_null(thread);
    ck_assert_int_eq(report.kind, ACT_EXIT_NORMAL);
    ck_assert_str_eq(report.text, "");
    ck_assert_str_eq(done, "ran21");
}

static void a_join_tells_the_text_of_a_panic(void)
{
    act_thread     *thread;
    act_exit_report report;
    int             number = 17;
    done[0] = '\0';
    ck_assert_int_eq(act_thread_spawn(&thread, panics, &number), ACT_OK);
    ck_assert_int_eq(act_thread_join(&thread, &report), ACT_OK);
    ck_assert_int_eq(report.kind, ACT_EXIT_PANIC);
    ck_assert_str_eq(strchr(report.text, ' '), " number 17");
    ck_assert(strncmp(report.text, "thread_test.c:", 14) == 0);
    ck_assert_str_eq(done, "cd");
}

static void notes_and_panics(void *thread)
{
    strcat(done, "p");
    act_thread_panic(thread, "in a clean-up");
}

static void is_untidy(act_thread *self, void *argument)
{
    ck_assert_int_eq(act_thread_defer(self, notes, (void *)(uintptr_t) "1"), ACT_OK);
    ck_assert_int_eq(act_thread_defer(self, notes_and_panics, self), ACT_OK);
    ck_assert_int_eq(act_thread_defer(self, notes, (void *)(uintptr_t) "2"), ACT_OK);
    if (argument != NULL)
        act_thread_panic(self, "before");
}

static void a_clean_up_that_panics_ends_there_and_the_next_is_called(void)
{
    act_thread     *thread;
    act_exit_report report;
    done[0] = '\0';
    ck_assert_int_eq(act_thread_spawn(&thread, is_untidy, NULL), ACT_OK);
    ck_assert_int_eq(act_thread_join(&thread, &report), ACT_OK);
    ck_assert_int_eq(report.kind, ACT_EXIT_PANIC);
    ck_assert_str_eq(strchr(report.text, ' '), " in a clean-up");
    ck_assert_str_eq(done, "2p1");
    ck_assert_int_eq(act_thread_spawn(&thread, is_untidy, done), ACT_OK);
    ck_assert_int_eq(act_thread_join(&thread, &report), ACT_OK);
    ck_assert_str_eq(strchr(report.text, ' '), " before");
    ck_assert_str_eq(done, "2p12p1");
}

static void notes_and_exits(void *text)
{
    strcat(done, text);
    pthread_exit(NULL);
}

static void exits_untidily(act_thread *self, void *argument)
{
    (void)argument;
    ck_assert_int_eq(act_thread_defer(self, notes, (void *)(uintptr_t) "1"), ACT_OK);
    ck_assert_int_eq(act_thread_defer(self, notes_and_exits, (void *)(uintptr_t) "e"), ACT_OK);
    ck_assert_int_eq(act_thread_defer(self, notes_and_panics, self), ACT_OK);
    ck_assert_int_eq(act_thread_defer(self, notes_and_exits, (void *)(uintptr_t) "f"), ACT_OK);
}

static void a_clean_up_that_calls_pthread_exit_ends_there_and_the_next_is_called(void)
{
    act_thread     *thread;
    act_exit_report report;
    done[0] = '\0';
    ck_assert_int_eq(act_thread_spawn(&thread, exits_untidily, NULL), ACT_OK);
    ck_assert_int_eq(act_thread_join(&thread, &report), ACT_OK);
    ck_assert_str_eq(done, "fpe1");
    ck_assert_int_eq(report.kind, ACT_EXIT_PANIC);
}

static void drops(void *sender)
{
    act_sender_drop(sender);
}

static void panics_with_a_sender(act_thread *self, void *sender)
{
    ck_assert_int_eq(act_thread_defer(self, drops, sender), ACT_OK);
    act_thread_panic(self, "before anything was sent");
}

static void what_a_panic_leaves_is_released_so_that_no_thread_waits_for_it(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    int           value;
    ck_assert_int_eq(act_channel_create(&sender, &receiver, sizeof value, 1), ACT_OK);
    ck_assert_int_eq(act_thread_spawn(&thread, panics_with_a_sender, &sender), ACT_OK);
    ck_assert_int_eq(act_channel_receive(receiver, &value, ACT_FOREVER), ACT_DISCONNECTED);
    ck_assert_int_eq(act_thread_join(&thread, NULL), ACT_OK);
    act_receiver_drop(&receiver);
}

static void does_nothing(act_thread *self, void *argument)
{
    (void)argument;
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_thread_defer(self, notes, argument), ACT_NO_MEMORY);
    act__memory_fail_at(0, false);
}

static void without_memory_there_is_no_thread(void)
{
    act_thread *thread;
    char        word[] = "x";
    act__memory_fail_at(1, false);
    ck_assert_int_eq(act_thread_spawn(&thread, does_nothing, word), ACT_NO_MEMORY);
    ck_assert_int_eq(act_thread_spawn(&thread, does_nothing, word), ACT_OK);
    ck_assert_int_eq(act_thread_join(&thread, NULL), ACT_OK);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_join_waits_for_the_end_and_its_clean_ups),
    TEST_CASE(a_join_tells_the_text_of_a_panic),
    TEST_CASE(a_clean_up_that_panics_ends_there_and_the_next_is_called),
    TEST_CASE(a_clean_up_that_calls_pthread_exit_ends_there_and_the_next_is_called),
    TEST_CASE(what_a_panic_leaves_is_released_so_that_no_thread_waits_for_it),
    TEST_CASE(without_memory_there_is_no_thread),
    END_OF_CASES,
};
