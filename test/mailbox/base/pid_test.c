/* Pids as text: each has one spelling, and nothing else is one. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mailbox/base/pid.h>
#include <mailbox/base/random.h>
#include <test/kit/kit.h>

#define ROUNDS         .rounds = 4
#define SLOT_MAX       UINT64_C(134217727)    /* 2^27 - 1 */
#define GENERATION_MAX UINT64_C(137438953471) /* 2^37 - 1 */
#define LONGEST        "<18446744073709551615.134217727.137438953471>"
#define STAYS_AS_IT    ((act_pid){77, 88})

static char text[ACT_PID_TEXT_MAX];

static void spells(act_pid pid, const char *expected)
{
    memset(text, 'x', sizeof text);
    ck_assert_uint_eq(act_pid_text(text, sizeof text, pid), strlen(expected));
    ck_assert_str_eq(text, expected);
}

static void is_read_as(const char *spelling, act_pid expected)
{
    act_pid pid = STAYS_AS_IT;
    ck_assert_int_eq(act_pid_parse(&pid, spelling), ACT_OK);
    ck_assert_msg(act_pid_equal(pid, expected), "%s", spelling);
}

static void is_refused(const char *spelling)
{
    act_pid pid = STAYS_AS_IT;
    ck_assert_msg(act_pid_parse(&pid, spelling) == ACT_INVALID, "%s", spelling);
    ck_assert(act_pid_equal(pid, STAYS_AS_IT));
}

/* Small and large numbers alike. */
static uint64_t some_number(struct act__random *random, uint64_t most)
{
    uint64_t number = act__random_next(random);
    return (number >> act__random_next(random) % 64) & most;
}

static act_pid some_pid(struct act__random *random)
{
    uint64_t node = act__random_next(random) % 2 == 0 ? 0 : some_number(random, UINT64_MAX);
    uint64_t local =
        act__local_make(some_number(random, GENERATION_MAX), some_number(random, SLOT_MAX));
    return (act_pid){local != 0 ? node : 0, local};
}

static void it_is_node_index_and_generation(void)
{
    spells((act_pid){0, UINT64_C(3) << 27 | 12}, "<0.12.3>");
    is_read_as("<0.12.3>", (act_pid){0, UINT64_C(3) << 27 | 12});
    spells((act_pid){7, UINT64_C(1) << 27}, "<7.0.1>");
    is_read_as("<7.0.1>", (act_pid){7, UINT64_C(1) << 27});
    spells((act_pid){0, 1}, "<0.1.0>");
    is_read_as("<0.1.0>", (act_pid){0, 1});
}

static void that_of_no_actor_is_none(void)
{
    spells(act_pid_none(), "<none>");
    spells((act_pid){5, 0}, "<none>");
    is_read_as("<none>", act_pid_none());
    is_refused("<0.0.0>");
    is_refused("<5.0.0>");
    is_refused("<none>>");
    is_refused("<None>");
    is_refused("none");
}

static void every_pid_is_read_as_what_it_was(void)
{
    struct act__random random;
    act__random_seed(&random, (uint64_t)kit_round());
    for (int i = 0; i < 2000; i++) {
        act_pid pid = some_pid(&random);
        char    wanted[100] = "<none>";
        if (pid.local != 0)
            snprintf(wanted, sizeof wanted, "<%llu.%llu.%llu>", (unsigned long long)pid.node,
                     (unsigned long long)(pid.local & SLOT_MAX),
                     (unsigned long long)(pid.local >> 27));
        spells(pid, wanted);
        is_read_as(text, pid);
    }
}

/* What is another pid's text is read as that one; the rest is refused, and *pid as it was. */
static bool is_the_text_of_what_it_is_read_as(const char *spelling)
{
    act_pid    pid = STAYS_AS_IT;
    act_result result = act_pid_parse(&pid, spelling);
    if (result != ACT_OK)
        return result == ACT_INVALID && act_pid_equal(pid, STAYS_AS_IT);
    return act_pid_text(text, sizeof text, pid) == strlen(spelling) && strcmp(text, spelling) == 0;
}

static void a_text_that_is_changed_is_another_pids_or_none(void)
{
    struct act__random random;
    act__random_seed(&random, 1000 + (uint64_t)kit_round());
    for (int i = 0; i < 30; i++) {
        act_pid pid = some_pid(&random);
        char    changed[ACT_PID_TEXT_MAX + 1];
        size_t  length = act_pid_text(changed, sizeof changed, pid);
        for (size_t at = 0; at < length; at++) {
            char was = changed[at];
            for (int letter = 0; letter < 256; letter++) {
                changed[at] = (char)letter;
                if (!is_the_text_of_what_it_is_read_as(changed))
                    ck_abort_msg("%s", changed);
            }
            changed[at] = was;
        }
        is_read_as(changed, pid);
        changed[length + 1] = '\0';
        for (int letter = 1; letter < 256; letter++) { /* behind it */
            changed[length] = (char)letter;
            if (act_pid_parse(&pid, changed) != ACT_INVALID)
                ck_abort_msg("%s", changed);
        }
        for (size_t at = length; at-- > 0;) { /* its beginnings */
            changed[at] = '\0';
            is_refused(changed);
        }
    }
}

static void the_largest_numbers_are_read_and_no_larger(void)
{
    act_pid longest = {UINT64_MAX, UINT64_MAX};
    ck_assert_uint_lt(strlen(LONGEST), ACT_PID_TEXT_MAX);
    spells(longest, LONGEST);
    is_read_as(LONGEST, longest);
    is_read_as("<0.134217727.1>", (act_pid){0, UINT64_C(1) << 27 | SLOT_MAX});
    is_read_as("<0.1.137438953471>", (act_pid){0, GENERATION_MAX << 27 | 1});
    is_refused("<18446744073709551616.1.1>");
    is_refused("<18446744073709551620.1.1>");
    is_refused("<99999999999999999999.1.1>");
    is_refused("<184467440737095516150.1.1>");
    is_refused("<0.134217728.1>");
    is_refused("<0.1342177270.1>");
    is_refused("<0.18446744073709551617.1>");
    is_refused("<0.1.137438953472>");
    is_refused("<0.1.1374389534710>");
    is_refused("<0.1.18446744073709551617>");
}

static void nothing_else_is_one(void)
{
    static const char *const others[] = {
        "",          "<",         "<>",       "<.>",         "<..>",      "<0>",      "<0.1>",
        "<0.1.>",    "<0..1>",    "<.1.1>",   "0.1.1",       "<0.1.1",    "0.1.1>",   "<00.1.1>",
        "<0.01.1>",  "<0.1.01>",  "<0.00.1>", "<0.1.00>",    " <0.1.1>",  "<0.1.1> ", "< 0.1.1>",
        "<0. 1.1>",  "<0.1.1 >",  "<+0.1.1>", "<0.+1.1>",    "<0.-1.1>",  "<-1.1.1>", "<0x0.1.1>",
        "<0.1.0x1>", "<0.1.1.1>", "<0,1,1>",  "<0:8000001>", "<0.1.1>\n", "<0.1.1>>", "<<0.1.1>",
        "<0.1.1e1>", "<a.1.1>",   "<0.a.1>",  "<0.1.a>",     "<0.1.1><",  "5.3",      "[0.1.1]",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        is_refused(others[i]);
}

static void a_text_without_room_is_cut_and_says_how_long_it_would_be(void)
{
    static const act_pid pids[] = {{0, 0}, {0, UINT64_C(3) << 27 | 12}, {UINT64_MAX, UINT64_MAX}};
    static const char *const whole[] = {"<none>", "<0.12.3>", LONGEST};
    for (size_t i = 0; i < 3; i++) {
        for (size_t room = 0; room < sizeof text; room++) {
            size_t shown = room == 0 ? 0 : strlen(whole[i]);
            if (room != 0 && shown >= room)
                shown = room - 1;
            memset(text, 'x', sizeof text);
            ck_assert_uint_eq(act_pid_text(text, room, pids[i]), strlen(whole[i]));
            ck_assert_mem_eq(text, whole[i], shown);
            ck_assert_int_eq(text[shown], room == 0 ? 'x' : '\0');
            for (size_t at = shown + (room != 0); at < sizeof text; at++)
                ck_assert_int_eq(text[at], 'x');
        }
        ck_assert_uint_eq(act_pid_text(NULL, 0, pids[i]), strlen(whole[i]));
    }
}

/* Behind the last byte that it may read there is no memory. */
static void it_reads_no_further_than_what_cannot_be_a_pid(void)
{
    static const char *const beginnings[] = {
        "x",
        "<x",
        "<00",
        "<0x",
        "<18446744073709551616",
        "<0.134217728",
        "<0.1.137438953472",
        "<0.1.1x",
        "<0.1.1>x",
        "<n.",
        "<none>x",
    };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char  *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(pages, MAP_FAILED);
    ck_assert_int_eq(mprotect(pages + page, page, PROT_NONE), 0);
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        size_t length = strlen(beginnings[i]);
        char  *at = memcpy(pages + page - length, beginnings[i], length);
        is_refused(at);
    }
    ck_assert_int_eq(munmap(pages, 2 * page), 0);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(it_is_node_index_and_generation),
    TEST_CASE(that_of_no_actor_is_none),
    TEST_CASE(every_pid_is_read_as_what_it_was, ROUNDS),
    TEST_CASE(a_text_that_is_changed_is_another_pids_or_none, ROUNDS),
    TEST_CASE(the_largest_numbers_are_read_and_no_larger),
    TEST_CASE(nothing_else_is_one),
    TEST_CASE(a_text_without_room_is_cut_and_says_how_long_it_would_be),
    TEST_CASE(it_reads_no_further_than_what_cannot_be_a_pid),
    END_OF_CASES,
};
