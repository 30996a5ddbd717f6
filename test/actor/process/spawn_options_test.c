/* The options of a spawn, from a program of another age or from none. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/spawn_options.h>

#include <string.h>

#include <test/kit/kit.h>

static struct act__spawn_options ours;

static void without_options_all_is_zero_and_the_lifecycle_is_ours(void)
{
    memset(&ours, 0xee, sizeof ours);
    ck_assert(act__spawn_options_read(&ours, NULL));
    ck_assert_ptr_eq(ours.spawn.lifecycle, &ours.lifecycle);
    ck_assert_ptr_null(ours.spawn.name);
    ck_assert(!ours.spawn.blocking);
    ck_assert_ptr_null(ours.lifecycle.on_end);
}

static void both_structs_are_read(void)
{
    act_on_end on_end = {.label = "label"};
    ck_assert(act__spawn_options_read(
        &ours,
        ACT_SPAWN_OPTIONS(.name = "clock", .lifecycle = ACT_LIFECYCLE_OPTIONS(.on_end = &on_end))));
    ck_assert_str_eq(ours.spawn.name, "clock");
    ck_assert_ptr_eq(ours.spawn.lifecycle, &ours.lifecycle);
    ck_assert_ptr_eq(ours.lifecycle.on_end, &on_end);
}

static void a_shorter_struct_of_either_is_known_in_part(void)
{
    act_on_end            on_end = {.label = "label"};
    act_lifecycle_options lifecycle = {.size = offsetof(act_lifecycle_options, on_end),
                                       .on_end = &on_end};
    act_spawn_options     spawn = {.size = offsetof(act_spawn_options, lifecycle), .name = "clock"};
    spawn.lifecycle = &lifecycle;
    ck_assert(act__spawn_options_read(&ours, &spawn));
    ck_assert_str_eq(ours.spawn.name, "clock");
    ck_assert_ptr_eq(ours.spawn.lifecycle, &ours.lifecycle);
    spawn.size = sizeof spawn;
    ck_assert(act__spawn_options_read(&ours, &spawn));
    ck_assert_ptr_null(ours.lifecycle.on_end);
}

static void a_struct_of_either_without_a_size_is_refused(void)
{
    act_lifecycle_options lifecycle = {.size = 1};
    act_spawn_options     spawn = {.size = 1, .lifecycle = &lifecycle};
    ck_assert(!act__spawn_options_read(&ours, &spawn));
    spawn.size = sizeof spawn;
    ck_assert(!act__spawn_options_read(&ours, &spawn));
    lifecycle.size = sizeof lifecycle;
    ck_assert(act__spawn_options_read(&ours, &spawn));
}

const struct kit_case kit_cases[] = {
    TEST_CASE(without_options_all_is_zero_and_the_lifecycle_is_ours),
    TEST_CASE(both_structs_are_read),
    TEST_CASE(a_shorter_struct_of_either_is_known_in_part),
    TEST_CASE(a_struct_of_either_without_a_size_is_refused),
    END_OF_CASES,
};
