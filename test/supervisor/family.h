/* A supervisor with three children, on which most facts about supervisors are tried. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_SUPERVISOR_FAMILY_H
#define ACT_TEST_SUPERVISOR_FAMILY_H

#include <string.h>

#include <test/supervisor/rig.h>

static struct rig_plan     a, b, c, d;
static act_child_spec      child[8];
static act_supervisor_spec spec;
static act_pid             root;

/* Children a, b, c, permanent; a wide intensity. Facts change what they want before start(). */
static inline void begin(void)
{
    rig_begin((uint64_t)kit_round());
    memset(child, 0, sizeof child);
    a = (struct rig_plan){.id = "a"};
    b = (struct rig_plan){.id = "b"};
    c = (struct rig_plan){.id = "c"};
    d = (struct rig_plan){.id = "d"};
    child[0] = rig_child(&a);
    child[1] = rig_child(&b);
    child[2] = rig_child(&c);
    spec = (act_supervisor_spec){.intensity = 100, .children = child, .children_count = 3};
}

static inline void start(void)
{
    root = rig_root(&spec);
    rig_watch(root);
}

static inline void stop(void)
{
    ck_assert_int_eq(act_system_exit(rig_system, root,
                                     act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    rig_run();
}

static inline void tell(const struct rig_plan *plan, uint32_t what)
{
    rig_tell(plan, what);
    rig_run();
}

#define LOG_IS(text)     ck_assert_str_eq(rig_log, text)
#define ROOT_RUNS()      ck_assert_int_eq(rig_end_kind(root), -1)
#define ROOT_ENDED(kind) ck_assert_int_eq(rig_end_kind(root), kind)

/* So many orders of events are tried. */
#define ROUNDS .rounds = 20

#endif
