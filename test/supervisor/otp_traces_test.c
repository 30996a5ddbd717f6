/* Random scenarios, of which it was recorded what OTP's supervisor does: ours does the same. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <test/supervisor/fixture.h>

/*
 * otp_traces.txt, written by otp_traces.escript. A scenario:
 *
 *     S STRATEGY INTENSITY AUTO_SHUTDOWN          a supervisor
 *     C ID RESTART SIGNIFICANT FIRST COUNT HOW    its children: starts FIRST to FIRST + COUNT - 1
 *                                                 are refused (e), ignored (i)
 *     X ID HOW, T ID, B ID, D ID, A as C, Q       steps: leaves, terminate, restart, delete,
 *                                                 start_child; the end
 *     = RESULT WHO-CAME-AND-WENT THERE            after the start and each step: a3 is there,
 *                                                 started three times; b- is not
 */
enum { IDS = 5, LINE_BYTES = 200 };

static struct fixture_plan plans[IDS], spare; /* spare: of a start_child that is refused */
static act_child_spec      children[IDS];
static act_pid             root;
static bool                is_there[IDS]; /* with its spec */
static bool                has_begun[IDS];
static FILE               *file;
static int                 line_number;
static char                line[LINE_BYTES];

/* The line that is to be read next is in `line`: "" at the end. */
static void next_line(void)
{
    line_number++;
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

/* The place of a word in a list of words with a bar between them. */
static unsigned place_of(const char *word, const char *words)
{
    unsigned place = 0;
    size_t   length = strlen(word);
    while (strncmp(words, word, length) != 0 || (words[length] != '|' && words[length] != '\0')) {
        ck_assert_msg((words = strchr(words, '|')) != NULL, "line %d: %s", line_number, line);
        words++;
        place++;
    }
    return place;
}

/* Of a line C or A. */
static act_child_spec read_child(struct fixture_plan *plan)
{
    char restart[20], id, how;
    int  significant, first, count;
    ck_assert_int_eq(sscanf(line, "%*c %c %19s %d %d %d %c", &id, restart, &significant, &first,
                            &count, &how),
                     6);
    plan->id = (const char *[IDS]){"a", "b", "c", "d", "e"}[id - 'a'];
    plan->traps = true;
    plan->fail_first = first;
    plan->fail_count = count;
    plan->fail_how = how == 'i' ? FIXTURE_IGNORE : FIXTURE_REFUSE;
    act_child_spec child = fixture_child(plan);
    child.restart = (act_restart)place_of(restart, "permanent|transient|temporary");
    child.significant = significant != 0;
    return child;
}

/* What came and went since the last time; those whose init did not come to its end are not told. */
static void write_notes(char *text)
{
    char *at = text;
    for (const char *note = fixture_log; *note != '\0'; note += 3) {
        bool *begun = &has_begun[note[0] - 'a'];
        if (note[1] == '+' || *begun)
            at += sprintf(at, "%c%c", note[0], note[1]);
        *begun = note[1] == '+';
    }
    strcpy(at, at == text ? "." : "");
    fixture_clear_log();
}

static void write_there(char *text)
{
    struct fixture_call call = {.what = FIXTURE_WHICH, .supervisor = root};
    int                 kind = fixture_end_kind(root);
    memset(is_there, 0, sizeof is_there);
    if (kind != -1) {
        sprintf(text, " %s", kind == ACT_EXIT_SHUTDOWN ? "shutdown" : "error");
        return;
    }
    fixture_ask(&call);
    fixture_run();
    ck_assert_uint_eq(call.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    for (size_t i = 0; i < call.rows_count; i++) {
        int place = call.rows[i].id[0] - 'a';
        is_there[place] = true;
        text += sprintf(text, act_pid_is_none(call.rows[i].pid) ? " %s-" : " %s%d", call.rows[i].id,
                        plans[place].starts);
    }
}

static void must_be_as_recorded(const char *result)
{
    char notes[LINE_BYTES], there[LINE_BYTES] = "", seen[3 * LINE_BYTES];
    write_notes(notes);
    write_there(there);
    snprintf(seen, sizeof seen, "= %s %s%s", result, notes, there);
    ck_assert_msg(strcmp(seen, line) == 0, "otp_traces.txt:%d: %s\nhere: %s", line_number, line,
                  seen);
    next_line();
}

static const char *text_of(act_supervisor_answer answer)
{
    if (answer.result == ACT_EXISTS)
        return act_pid_is_none(answer.child) ? "present" : "running";
    return answer.result == ACT_OK          ? "ok"
           : answer.result == ACT_IGNORE    ? "ignore"
           : answer.result == ACT_NOT_FOUND ? "not_found"
                                            : "error";
}

static const char *leave(struct fixture_plan *plan)
{
    static const uint32_t hows[] = {FIXTURE_DO_NORMAL, FIXTURE_DO_SHUTDOWN, FIXTURE_DO_FAIL};
    fixture_tell(plan, hows[place_of(line + 4, "normal|shutdown|crash")]);
    fixture_run();
    return "ok";
}

static const char *start_child(int place)
{
    struct fixture_plan *plan = is_there[place] ? &spare : &plans[place];
    act_child_spec       child = read_child(plan);
    return text_of(fixture_start(root, &child));
}

static const char *take_step(void)
{
    int  place = line[2] - 'a';
    char id[2] = {line[2], '\0'};
    switch (line[0]) {
    case 'X': return leave(&plans[place]);
    case 'T': return text_of((act_supervisor_answer){.result = fixture_terminate(root, id)});
    case 'B': return text_of(fixture_restart(root, id));
    case 'D': return text_of(fixture_delete(root, id));
    case 'A': return start_child(place);
    default:
        ck_assert_int_eq(line[0], 'Q');
        ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                               act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                         ACT_OK);
        fixture_run();
        return "ok";
    }
}

static void run_scenario(void)
{
    char                strategy[20], auto_shutdown[20];
    act_supervisor_spec spec = {.period = ACT_SECONDS(100000), .children = children};
    ck_assert_int_eq(sscanf(line, "S %19s %u %19s", strategy, &spec.intensity, auto_shutdown), 3);
    spec.strategy = (act_strategy)place_of(strategy, "one_for_one|one_for_all|rest_for_one");
    spec.auto_shutdown =
        (act_auto_shutdown)place_of(auto_shutdown, "never|any_significant|all_significant");
    memset(plans, 0, sizeof plans);
    memset(has_begun, 0, sizeof has_begun);
    for (next_line(); line[0] == 'C'; next_line()) {
        children[spec.children_count] = read_child(&plans[line[2] - 'a']);
        spec.children_count++;
    }
    fixture_begin((uint64_t)line_number);
    root = fixture_root(&spec);
    fixture_watch(root);
    must_be_as_recorded(fixture_end_kind(root) == -1 ? "ok" : "error");
    while (line[0] != 'S' && line[0] != '#') {
        const char *result = take_step();
        next_line();
        must_be_as_recorded(result);
    }
    fixture_end();
}

static void a_supervisor_does_what_otps_does(void)
{
    char        path[4096];
    const char *top = getenv("top_srcdir");
    int         scenarios = 0;
    snprintf(path, sizeof path, "%s/test/supervisor/otp_traces.txt", top != NULL ? top : ".");
    ck_assert_msg((file = fopen(path, "r")) != NULL, "%s cannot be read", path);
    for (next_line(); line[0] == 'S'; scenarios++)
        run_scenario();
    fclose(file);
    ck_assert_int_ge(scenarios, 200);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_supervisor_does_what_otps_does, .timeout_seconds = 60),
    END_OF_CASES,
};
