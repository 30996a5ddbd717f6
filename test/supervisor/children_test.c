/* The records of children: start order, look-up by id and by pid, and what is released when. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/children.h>

#include <stdio.h>
#include <string.h>

#include <mailbox/base/memory.h>
#include <test/kit/kit.h>

static struct act__children children;

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior behavior = {.name = "child", .args_bytes = 3, .receive = receive};

static struct act__child *make(const char *id)
{
    act_child_spec     spec = {.id = id, .behavior = &behavior};
    struct act__child *child = act__child_create(&spec);
    ck_assert_ptr_nonnull(child);
    return child;
}

static act_pid pid_of(uint64_t number)
{
    act_pid pid = {0, number};
    return pid;
}

static void children_stay_in_the_order_they_were_added(void)
{
    const char *const  ids[] = {"x", "a", "m", "b"};
    struct act__child *child, *made[4];
    act__children_init(&children);
    for (int i = 0; i < 4; i++)
        act__children_add(&children, made[i] = make(ids[i]));
    act__children_remove(&children, made[2]);
    act__child_let_go(made[2]);
    child = children.first;
    ck_assert_str_eq(child->plan->id, "x");
    ck_assert_str_eq((child = child->order_next)->plan->id, "a");
    ck_assert_str_eq((child = child->order_next)->plan->id, "b");
    ck_assert_ptr_eq(child, children.last);
    ck_assert_ptr_null(child->order_next);
    ck_assert_ptr_eq(child->order_previous, made[1]);
    act__children_fini(&children);
}

static void many(bool without_memory)
{
    enum { MANY = 3000 };
    static struct act__child *made[MANY];
    char                      id[16];
    act__children_init(&children);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "child-%u", i);
        made[i] = make(id);
    }
    if (without_memory)
        act__memory_fail_at(1, true);
    for (unsigned i = 0; i < MANY; i++) {
        act__children_add(&children, made[i]);
        act__children_set_pid(&children, made[i], pid_of(i + 1));
    }
    for (unsigned i = 0; i < MANY; i += 3)
        act__children_set_pid(&children, made[i],
                              i % 2 == 0 ? act_pid_none() : pid_of(MANY + i + 1));
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "child-%u", i);
        ck_assert_ptr_eq(act__children_by_id(&children, id), made[i]);
        ck_assert_ptr_eq(act__children_by_pid(&children, pid_of(i + 1)),
                         i % 3 == 0 ? NULL : made[i]);
        ck_assert_ptr_eq(act__children_by_pid(&children, pid_of(MANY + i + 1)),
                         i % 3 == 0 && i % 2 == 1 ? made[i] : NULL);
    }
    for (unsigned i = 0; i < MANY; i += 2) {
        act__children_set_pid(&children, made[i], act_pid_none());
        act__children_remove(&children, made[i]);
        act__child_let_go(made[i]);
    }
    ck_assert_uint_eq(children.by_id.count, MANY / 2);
    ck_assert_ptr_null(act__children_by_id(&children, "child-4"));
    ck_assert_ptr_eq(act__children_by_id(&children, "child-5"), made[5]);
    act__memory_fail_at(0, false);
    act__children_fini(&children);
}

static void each_is_found_by_id_and_by_pid(void)
{
    many(false);
}

static void each_is_found_also_without_memory_for_the_tables(void)
{
    many(true);
}

static void parts_of_a_block_do_not_overlap(void)
{
    static const act_behavior odd = {.name = "odd", .args_bytes = 13, .receive = receive};
    char                      args[13], id[ACT_CHILD_ID_MAX], name[ACT_NAME_MAX];
    memset(args, 'r', sizeof args);
    memset(id, 'i', sizeof id - 1), id[sizeof id - 1] = '\0';
    memset(name, 'n', sizeof name - 1), name[sizeof name - 1] = '\0';
    act_child_spec     spec = {.id = id,
                               .behavior = &odd,
                               .args = args,
                               .kept_bytes = 77,
                               .options = ACT_SPAWN_OPTIONS(.name = name)};
    struct act__child *child = act__child_create(&spec);
    ck_assert_uint_eq((uintptr_t)act__child_args(child) % 16, 0);
    ck_assert_uint_eq((uintptr_t)act__child_kept(child) % 16, 0);
    memset(act__child_kept(child), 'k', 77);
    memset(act__child_args(child), 'R', 13);
    ck_assert_str_eq(child->plan->id, id);
    ck_assert_str_eq(child->plan->options.spawn.name, name);
    for (int i = 0; i < 77; i++)
        ck_assert_int_eq(((char *)act__child_kept(child))[i], 'k');
    act__child_let_go(child);
}

static int released;

static void release(void *memory)
{
    (void)memory;
    released++;
}

static void the_last_holder_releases_once(void)
{
    act_child_spec     spec = {.id = "a",
                               .behavior = &behavior,
                               .args = "abc",
                               .args_release = release,
                               .kept_bytes = 1,
                               .kept_release = release};
    struct act__child *child = act__child_create(&spec);
    released = 0;
    act__child_hold(child);
    act__child_let_go(child);
    ck_assert_int_eq(released, 0);
    act__child_let_go(child);
    ck_assert_int_eq(released, 2);
}

static void a_copy_that_is_forgotten_releases_nothing(void)
{
    act_child_spec spec = {
        .id = "a", .behavior = &behavior, .args = "abc", .args_release = release};
    released = 0;
    act__child_forget(act__child_create(&spec));
    ck_assert_int_eq(released, 0);
}

static void shutdown_defaults_depend_on_the_type(void)
{
    act_child_spec     spec = {.id = "a", .behavior = &behavior};
    struct act__child *worker = act__child_create(&spec);
    spec.type = ACT_CHILD_SUPERVISOR;
    struct act__child *supervisor = act__child_create(&spec);
    ck_assert_int_eq(worker->plan->shutdown, 5000);
    ck_assert_int_eq(supervisor->plan->shutdown, ACT_FOREVER);
    ck_assert(worker->plan->options.lifecycle.ends_with_parent &&
              !supervisor->plan->options.lifecycle.ends_with_parent);
    act__child_let_go(worker);
    act__child_let_go(supervisor);
}

static void a_block_too_large_for_memory_is_refused(void)
{
    act_child_spec spec = {.id = "a", .behavior = &behavior, .kept_bytes = PTRDIFF_MAX - 10};
    ck_assert_ptr_null(act__child_create(&spec));
}

const struct kit_case kit_cases[] = {
    TEST_CASE(children_stay_in_the_order_they_were_added),
    TEST_CASE(each_is_found_by_id_and_by_pid),
    TEST_CASE(each_is_found_also_without_memory_for_the_tables),
    TEST_CASE(parts_of_a_block_do_not_overlap),
    TEST_CASE(the_last_holder_releases_once),
    TEST_CASE(a_copy_that_is_forgotten_releases_nothing),
    TEST_CASE(shutdown_defaults_depend_on_the_type),
    TEST_CASE(a_block_too_large_for_memory_is_refused),
    END_OF_CASES,
};
