/* The program's own code runs under no mutex of the library's. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/lock.h>

#include <signal.h>
#include <stdbool.h>

#include <test/kit/kit.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static bool is_free(void)
{
    if (pthread_mutex_trylock(&mutex) != 0)
        return false;
    pthread_mutex_unlock(&mutex);
    return true;
}

static void look(void *was_free)
{
    *(bool *)was_free = is_free() && act__locks_held == 0 && act__lock_to_leave == NULL;
}

static void a_leavable_lock_is_left_for_the_call_and_taken_again(void)
{
    bool was_free = false;
    act__lock_leavable(&mutex);
    ck_assert_uint_eq(act__locks_held, 1);
    act__user_code_call(look, &was_free);
    ck_assert(was_free);
    ck_assert(!is_free());
    ck_assert_ptr_eq(act__lock_to_leave, &mutex);
    ck_assert_uint_eq(act__locks_held, 1);
    act__unlock_leavable(&mutex);
    ck_assert(is_free());
    ck_assert_ptr_null(act__lock_to_leave);
    ck_assert_uint_eq(act__locks_held, 0);
}

static void call_again(void *was_free)
{
    act__user_code_call(look, was_free);
}

static void a_call_within_a_call_finds_nothing_to_leave(void)
{
    bool was_free = false;
    act__lock_leavable(&mutex);
    act__user_code_call(call_again, &was_free);
    ck_assert(was_free);
    ck_assert(!is_free());
    act__unlock_leavable(&mutex);
}

static void without_a_lock_the_call_is_just_made(void)
{
    bool was_free = false;
    act__user_code_call(look, &was_free);
    ck_assert(was_free);
    ck_assert(is_free());
    ck_assert_uint_eq(act__locks_held, 0);
}

static void a_call_under_another_lock_is_noticed(void)
{
    bool was_free = false;
    act__lock(&mutex);
    act__user_code_call(look, &was_free);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_leavable_lock_is_left_for_the_call_and_taken_again),
    TEST_CASE(a_call_within_a_call_finds_nothing_to_leave),
    TEST_CASE(without_a_lock_the_call_is_just_made),
    TEST_CASE(a_call_under_another_lock_is_noticed, .signal = SIGABRT),
    END_OF_CASES,
};
