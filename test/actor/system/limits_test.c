/* What README and system.h tell of a system's limits is true. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/resource.h>

#include <actor/system.h>
#include <test/kit/kit.h>

static act_system *sys;

static void make_system(uint32_t workers_count)
{
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = workers_count)),
                     ACT_OK);
}

static int descriptors_of(uint32_t workers_count)
{
    int before = kit_entries_of("/proc/self/fd");
    make_system(workers_count);
    int count = kit_entries_of("/proc/self/fd") - before;
    act_system_destroy(&sys);
    return count;
}

/* As system.h tells of workers_count. */
static void a_worker_has_five_descriptors_and_a_system_few_more(void)
{
    int of_one = descriptors_of(1);
    ck_assert_int_le(of_one, 5 + 4);
    for (int workers_count = 2; workers_count <= 16; workers_count *= 2)
        ck_assert_int_eq(descriptors_of((uint32_t)workers_count), of_one + 5 * (workers_count - 1));
}

/*
 * Of all mappings with any access: as much as is resident after mlockall(MCL_CURRENT | MCL_FUTURE).
 */
static size_t lockable_bytes(void)
{
    size_t        sum = 0;
    unsigned long from, to;
    char          access[5];
    FILE         *maps = fopen("/proc/self/maps", "r");
    ck_assert_ptr_nonnull(maps);
    while (fscanf(maps, "%lx-%lx %4s%*[^\n]", &from, &to, access) == 3)
        if (access[0] == 'r')
            sum += to - from;
    fclose(maps);
    return sum;
}

static size_t stack_bytes(void)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_STACK, &limit), 0);
    return limit.rlim_cur == RLIM_INFINITY ? (size_t)2 << 20
                                           : limit.rlim_cur; /* glibc's for no limit */
}

/*
 * Addresses are reserved for 2^27 actors and 28 GiB of messages: without access, so not to be
 * resident.
 */
static void what_a_new_system_can_have_locked_is_little(void)
{
    size_t       before = lockable_bytes();
    act_message *message;
    make_system(1);
    ck_assert_int_eq(act_message_create(&message, 1, 4096), ACT_OK);
    act_message_free(&message);
    size_t more = lockable_bytes() - before;
    ck_assert_uint_lt(more, 2 * stack_bytes() + ((size_t)32 << 20));
    act_system_destroy(&sys);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_worker_has_five_descriptors_and_a_system_few_more),
    TEST_CASE(what_a_new_system_can_have_locked_is_little),
    END_OF_CASES,
};
