/* Every kind of bad specification, and the sentence that names its field and its child. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/supervisor.h>
#include <supervisor/task.h>

#include <stdio.h>
#include <string.h>

#include <test/kit/kit.h>

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static void release(void *memory)
{
    (void)memory;
}

static const act_behavior   good = {.name = "good", .receive = receive};
static const act_behavior   nameless = {.receive = receive};
static const act_behavior   deaf = {.name = "deaf"};
static const act_child_spec good_child = {.id = "a", .behavior = &good};

#define SIXTY_THREE "123456789012345678901234567890123456789012345678901234567890123"
#define SIXTY_FOUR  SIXTY_THREE "4"

static const volatile double     zero;
static act_supervisor_spec       cyclic;
static const act_supervisor_spec empty = {.strategy = ACT_STRATEGY_ONE_FOR_ONE};

/* Each spoils one thing of a spec with two good children, "a" and "b". */
struct spoiled {
    act_supervisor_spec spec;
    act_child_spec      child[2];
    act_spawn_options   options;
};

static void none_is_called(void)
{
    ck_abort();
}

static void nothing(struct spoiled *s)
{
    (void)s;
}
static void strategy(struct spoiled *s)
{
    s->spec.strategy = (act_strategy)9;
}
static void spec_newer(struct spoiled *s)
{
    s->spec.act_reserved[4] = s;
}
static void period(struct spoiled *s)
{
    s->spec.period = -1;
}
static void period_long(struct spoiled *s)
{
    s->spec.period = ((act_millis)1 << 40) + 1;
}
static void template_two(struct spoiled *s)
{
    s->spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
}
static void template_named(struct spoiled *s)
{
    s->spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
    s->spec.children_count = 1;
    s->options.name = "one";
    s->child[0].options = &s->options;
}
static void auto_shutdown(struct spoiled *s)
{
    s->spec.auto_shutdown = (act_auto_shutdown)3;
}
static void backoff_order(struct spoiled *s)
{
    s->spec.backoff = (act_backoff){.min = 5, .max = 4};
}
static void backoff_zero(struct spoiled *s)
{
    s->spec.backoff.max = 4;
}
static void backoff_long(struct spoiled *s)
{
    s->spec.backoff = (act_backoff){5, ((act_millis)1 << 40) + 1, 0, 0};
}
static void backoff_good(struct spoiled *s)
{
    s->spec.backoff = (act_backoff){1, (act_millis)1 << 40, 1, 0};
}
static void jitter(struct spoiled *s)
{
    s->spec.backoff = (act_backoff){1, 2, 1.5, 0};
}
static void jitter_nan(struct spoiled *s)
{
    s->spec.backoff = (act_backoff){1, 2, 0.0 / zero, 0};
}
static void reset_after(struct spoiled *s)
{
    s->spec.backoff = (act_backoff){1, 2, 0, -1};
}
static void significant(struct spoiled *s)
{
    s->spec.auto_shutdown = ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT;
    s->child[1].significant = true;
    s->child[1].restart = ACT_RESTART_TRANSIENT;
}
static void significant_never(struct spoiled *s)
{
    significant(s);
    s->spec.auto_shutdown = ACT_AUTO_SHUTDOWN_NEVER;
}
static void significant_permanent(struct spoiled *s)
{
    significant(s);
    s->child[1].restart = ACT_RESTART_PERMANENT;
}
static void children(struct spoiled *s)
{
    s->spec.children = NULL;
}
static void id_null(struct spoiled *s)
{
    s->child[1].id = NULL;
}
static void id_empty(struct spoiled *s)
{
    s->child[1].id = "";
}
static void id_long(struct spoiled *s)
{
    s->child[1].id = SIXTY_FOUR;
}
static void id_longest(struct spoiled *s)
{
    s->child[1].id = SIXTY_THREE;
}
static void id_twice(struct spoiled *s)
{
    s->child[1].id = "a";
}
static void behavior_null(struct spoiled *s)
{
    s->child[1].behavior = NULL;
}
static void behavior_nameless(struct spoiled *s)
{
    s->child[1].behavior = &nameless;
}
static void behavior_deaf(struct spoiled *s)
{
    s->child[1].behavior = &deaf;
}
static void behavior_newer(struct spoiled *s)
{
    static act_behavior newer;
    newer = *good_child.behavior;
    newer.act_reserved[2] = none_is_called;
    s->child[1].behavior = &newer;
}
static void child_newer(struct spoiled *s)
{
    s->child[1].act_reserved[0] = s;
}
static void restart(struct spoiled *s)
{
    s->child[1].restart = (act_restart)3;
}
static void restart_negative(struct spoiled *s)
{
    s->child[1].restart = (act_restart)-1;
}
static void type(struct spoiled *s)
{
    s->child[1].type = (act_child_type)2;
}
static void shutdown_odd(struct spoiled *s)
{
    s->child[1].shutdown = -3;
}
static void shutdown_kill(struct spoiled *s)
{
    s->child[1].shutdown = ACT_SHUTDOWN_KILL;
}
static void shutdown_forever(struct spoiled *s)
{
    s->child[1].shutdown = ACT_FOREVER;
}
static void shutdown_long(struct spoiled *s)
{
    s->child[1].shutdown = ((act_millis)1 << 40) + 1;
}
static void options_size(struct spoiled *s)
{
    s->options.size = 3;
}
static void options_newer(struct spoiled *s)
{
    static struct {
        act_spawn_options known;
        uint64_t          more;
    } newer = {{.size = sizeof newer}, 1};
    s->child[1].options = &newer.known;
}
static void options_policy(struct spoiled *s)
{
    s->options.inbox_policy = (act_inbox_policy)3;
}
static void options_blocking(struct spoiled *s)
{
    s->options.blocking = true, s->options.worker = 1;
}
static void options_on_end(struct spoiled *s)
{
    static act_on_end            hook;
    static act_lifecycle_options lifecycle = {.size = sizeof lifecycle, .on_end = &hook};
    s->options.lifecycle = &lifecycle;
}
static void name_empty(struct spoiled *s)
{
    s->options.name = "";
}
static void name_long(struct spoiled *s)
{
    s->options.name = SIXTY_FOUR;
}
static void kept_release(struct spoiled *s)
{
    s->child[1].kept_release = release;
}
static void kept_bytes(struct spoiled *s)
{
    s->child[1].kept_bytes = SIZE_MAX;
}
static void mailbox(struct spoiled *s)
{
    s->child[1].mailbox = (act_mailbox)4;
}
static void redeliver(struct spoiled *s)
{
    s->child[1].mailbox = ACT_MAILBOX_REDELIVER, s->child[1].redeliver_max = 1;
}
static void redeliver_zero(struct spoiled *s)
{
    s->child[1].mailbox = ACT_MAILBOX_REDELIVER;
}
static void redeliver_more(struct spoiled *s)
{
    s->child[1].redeliver_max = 2;
}
static void redeliver_most(struct spoiled *s)
{
    redeliver(s), s->child[1].redeliver_max = ACT_REDELIVER_MAX + 1;
}
static void dynamic(struct spoiled *s)
{
    s->spec.strategy = ACT_STRATEGY_DYNAMIC;
    s->spec.children_count = 0;
}
static void dynamic_two(struct spoiled *s)
{
    s->spec.strategy = ACT_STRATEGY_DYNAMIC;
}
static void children_max(struct spoiled *s)
{
    s->spec.children_max = 1;
}
static void children_max_good(struct spoiled *s)
{
    s->spec.children_max = 2;
}
static void task(struct spoiled *s)
{
    s->child[0] = act_task_child(NULL);
    s->spec.children_count = 1;
    s->spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
}
static void task_permanent(struct spoiled *s)
{
    task(s), s->child[0].restart = ACT_RESTART_PERMANENT;
}
static void task_args(struct spoiled *s)
{
    task(s), s->child[0].args = &good;
}
static void task_alone(struct spoiled *s)
{
    s->child[1] = act_task_child(NULL);
}
static void below_redeliver(struct spoiled *s)
{
    s->child[1] = act_supervisor_child("b", &empty);
    redeliver(s);
}
static void below(struct spoiled *s)
{
    s->child[1] = act_supervisor_child("b", &empty);
}

static void below_type(struct spoiled *s)
{
    below(s);
    s->child[1].type = ACT_CHILD_WORKER;
}

static void below_args(struct spoiled *s)
{
    below(s);
    s->child[1].args = NULL;
}

static void below_kept(struct spoiled *s)
{
    below(s);
    s->child[1].kept_bytes = 1;
}

static void below_inbox(struct spoiled *s)
{
    below(s);
    s->options.inbox_max = 5;
    s->child[1].options = &s->options;
}

static void below_bad(struct spoiled *s)
{
    static act_child_spec      bad[1];
    static act_supervisor_spec bad_spec;
    bad[0] = good_child;
    bad[0].id = "c";
    bad[0].restart = (act_restart)7;
    bad_spec.children = bad;
    bad_spec.children_count = 1;
    s->child[1] = act_supervisor_child("b", &bad_spec);
}

static void below_itself(struct spoiled *s)
{
    static act_child_spec itself[1];
    itself[0] = act_supervisor_child("i", &cyclic);
    cyclic.children = itself;
    cyclic.children_count = 1;
    s->spec = cyclic;
}

static const struct {
    const char *name;
    void (*spoil)(struct spoiled *s);
    const char *complaint; /* its beginning; "": nothing is wrong */
} cases[] = {
    {"nothing", nothing, ""},
    {"strategy", strategy, "strategy is 9, which"},
    {"spec_newer", spec_newer, "the supervisor's spec sets something that this version"},
    {"period", period, "period is -1 ms"},
    {"period_long", period_long, "period is 1099511627777 ms"},
    {"template_two", template_two, "children_count is 2, but simple_one_for_one"},
    {"template_named", template_named, "child \"a\": options.name is set"},
    {"dynamic", dynamic, ""},
    {"dynamic_two", dynamic_two, "children_count is 2, but dynamic begins without"},
    {"children_max", children_max, "children_count is 2, but children_max 1"},
    {"children_max_good", children_max_good, ""},
    {"auto_shutdown", auto_shutdown, "auto_shutdown is 3, which"},
    {"backoff_order", backoff_order, "backoff is from 5 to 4 ms"},
    {"backoff_zero", backoff_zero, "backoff is from 0 to 4 ms"},
    {"backoff_long", backoff_long, "backoff is from 5 to 1099511627777 ms"},
    {"backoff_good", backoff_good, ""},
    {"jitter", jitter, "backoff.jitter is 1.5, which"},
    {"jitter_nan", jitter_nan, "backoff.jitter is "},
    {"reset_after", reset_after, "backoff.reset_after is -1 ms"},
    {"significant", significant, ""},
    {"significant_never", significant_never,
     "child \"b\": significant, but auto_shutdown is never"},
    {"significant_permanent", significant_permanent, "child \"b\": significant, but permanent"},
    {"children", children, "children is NULL, but children_count is 2"},
    {"id_null", id_null, "child 1: id is NULL"},
    {"id_empty", id_empty, "child 1: id is empty"},
    {"id_long", id_long, "child 1: id is longer than 63 bytes"},
    {"id_longest", id_longest, ""},
    {"id_twice", id_twice, "child \"a\": id is there twice"},
    {"behavior_null", behavior_null, "child \"b\": behavior is NULL"},
    {"behavior_nameless", behavior_nameless, "child \"b\": behavior has no name"},
    {"behavior_deaf", behavior_deaf, "child \"b\": behavior \"deaf\" has no receive"},
    {"behavior_newer", behavior_newer, "child \"b\": behavior \"good\" sets something that"},
    {"child_newer", child_newer, "child \"b\": sets something that this version"},
    {"options_newer", options_newer, "child \"b\": options.size is "},
    {"restart", restart, "child \"b\": restart is 3, which"},
    {"restart_negative", restart_negative, "child \"b\": restart is -1, which"},
    {"type", type, "child \"b\": type is 2, which"},
    {"shutdown_odd", shutdown_odd, "child \"b\": shutdown is -3 ms"},
    {"shutdown_kill", shutdown_kill, ""},
    {"shutdown_forever", shutdown_forever, ""},
    {"shutdown_long", shutdown_long, "child \"b\": shutdown is 1099511627777 ms"},
    {"options_size", options_size, "child \"b\": options.size is 3"},
    {"options_policy", options_policy, "child \"b\": options.inbox_policy is 3"},
    {"options_blocking", options_blocking, "child \"b\": options.blocking and options.worker"},
    {"options_on_end", options_on_end, "child \"b\": options.lifecycle.on_end is set"},
    {"name_empty", name_empty, "child \"b\": options.name is empty"},
    {"name_long", name_long, "child \"b\": options.name is longer than 63 bytes"},
    {"kept_release", kept_release, "child \"b\": kept_release is set, but kept_bytes is 0"},
    {"kept_bytes", kept_bytes, "child \"b\": kept_bytes is "},
    {"mailbox", mailbox, "child \"b\": mailbox is 4, which"},
    {"redeliver", redeliver, ""},
    {"redeliver_zero", redeliver_zero, "child \"b\": redeliver_max is 0, which is not from 1"},
    {"redeliver_more", redeliver_more, "child \"b\": redeliver_max is 2, which is not 0"},
    {"redeliver_most", redeliver_most,
     "child \"b\": redeliver_max is 1000001, which is not from 1"},
    {"task", task, ""},
    {"task_permanent", task_permanent, "child \"task\": restart is not temporary"},
    {"task_args", task_args, "child \"task\": args is set"},
    {"task_alone", task_alone, "child \"task\": a task, but the strategy is not"},
    {"below_redeliver", below_redeliver, "child \"b\": mailbox is redeliver, but a supervisor"},
    {"below", below, ""},
    {"below_type", below_type, "child \"b\": type is worker, but it is a supervisor"},
    {"below_args", below_args, "child \"b\": args is NULL"},
    {"below_kept", below_kept, "child \"b\": kept_bytes is 1"},
    {"below_inbox", below_inbox, "child \"b\": options.inbox_max is 5"},
    {"below_bad", below_bad, "child \"b\": child \"c\": restart is 7"},
    {"below_itself", below_itself, "child \"i\": child \"i\": "},
};

static void set_up(struct spoiled *s, size_t place)
{
    memset(s, 0, sizeof *s);
    s->child[0] = s->child[1] = good_child;
    s->child[1].id = "b";
    s->options.size = sizeof s->options;
    s->child[1].options = &s->options;
    s->spec.children = s->child;
    s->spec.children_count = 2;
    cases[place].spoil(s);
}

static void a_complaint_names_field_and_child(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spoiled s;
        char           complaint[8192] = "untouched";
        const char    *wanted = cases[i].complaint;
        set_up(&s, i);
        act_result result = act_supervisor_check(&s.spec, complaint, sizeof complaint);
        ck_assert_msg(result == (wanted[0] == '\0' ? ACT_OK : ACT_INVALID), "%s: %s", cases[i].name,
                      act_result_text(result));
        ck_assert_msg(strncmp(complaint, wanted, strlen(wanted)) == 0 &&
                          (wanted[0] != '\0' || complaint[0] == '\0'),
                      "%s: \"%s\"", cases[i].name, complaint);
    }
}

static void the_complaint_need_not_be_read(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spoiled s;
        set_up(&s, i);
        ck_assert_int_eq(act_supervisor_check(&s.spec, NULL, 0),
                         cases[i].complaint[0] == '\0' ? ACT_OK : ACT_INVALID);
    }
}

static void a_complaint_is_cut_at_its_room(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t room = 0; room < 80; room++) {
            struct spoiled s;
            char           whole[8192], cut[100];
            memset(cut, '#', sizeof cut);
            set_up(&s, i);
            (void)!act_supervisor_check(&s.spec, whole, sizeof whole);
            (void)!act_supervisor_check(&s.spec, cut, room);
            ck_assert_int_eq(cut[room], '#');
            if (room > 0) {
                ck_assert_uint_le(strlen(cut), room - 1);
                ck_assert_msg(strncmp(whole, cut, strlen(cut)) == 0, "%s: \"%s\"", cases[i].name,
                              cut);
                ck_assert(strlen(cut) == room - 1 || strcmp(whole, cut) == 0);
            }
        }
    }
}

static void an_empty_supervisor_is_good(void)
{
    ck_assert_int_eq(act_supervisor_check(&empty, NULL, 0), ACT_OK);
}

static void a_duplicate_among_many_is_found(void)
{
    enum { MANY = 20000 };
    static act_child_spec many[MANY];
    static char           ids[MANY][16];
    char                  complaint[100];
    act_supervisor_spec   spec = {.children = many, .children_count = MANY};

    for (int i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof ids[i], "c%d", i);
        many[i] = good_child;
        many[i].id = ids[i];
    }
    ck_assert_int_eq(act_supervisor_check(&spec, NULL, 0), ACT_OK);
    many[MANY - 1].id = "c17";
    ck_assert_int_eq(act_supervisor_check(&spec, complaint, sizeof complaint), ACT_INVALID);
    ck_assert_str_eq(complaint, "child \"c17\": id is there twice");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_complaint_names_field_and_child), TEST_CASE(the_complaint_need_not_be_read),
    TEST_CASE(a_complaint_is_cut_at_its_room),    TEST_CASE(an_empty_supervisor_is_good),
    TEST_CASE(a_duplicate_among_many_is_found),   END_OF_CASES,
};
