/* A supervisor with three children, on which most cases about supervisors are tried. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_SUPERVISOR_FAMILY_H
#define ACT_TEST_SUPERVISOR_FAMILY_H

#include <string.h>

#include <test/supervisor/fixture.h>

static struct fixture_plan a, b, c, d;
static act_child_spec      child[8];
static act_supervisor_spec spec;
static act_pid             root;

/* Children a, b, c, permanent; a wide intensity. Cases change what they want before start(). */
static inline void begin(void)
{
    fixture_begin((uint64_t)kit_round());
    memset(child, 0, sizeof child);
    a = (struct fixture_plan){.id = "a"};
    b = (struct fixture_plan){.id = "b"};
    c = (struct fixture_plan){.id = "c"};
    d = (struct fixture_plan){.id = "d"};
    child[0] = fixture_child(&a);
    child[1] = fixture_child(&b);
    child[2] = fixture_child(&c);
    spec = (act_supervisor_spec){.intensity = 100, .children = child, .children_count = 3};
}

static inline void start(void)
{
    root = fixture_root(&spec);
    fixture_watch(root);
}

static inline void stop(void)
{
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    fixture_run();
}

static inline void tell(const struct fixture_plan *plan, uint32_t what)
{
    fixture_tell(plan, what);
    fixture_run();
}

#define LOG_IS(text)     ck_assert_str_eq(fixture_log, text)
#define ROOT_RUNS()      ck_assert_int_eq(fixture_end_kind(root), -1)
#define ROOT_ENDED(kind) ck_assert_int_eq(fixture_end_kind(root), kind)

/* So many orders of events are tried. */
#define ROUNDS .rounds = 20

#endif
