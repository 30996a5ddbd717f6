/* Tasks: functions that run at the same time and answer once; one fails, one is cut short. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>

#define JOB_COUNTED(FIELD) FIELD(1, INT64, primes)
#define JOB_MESSAGES(MESSAGE)                                                                      \
    MESSAGE(job_counted, JOB_COUNTED)                                                              \
    MESSAGE(job_cut_short, ACT_NO_FIELDS)
ACT_SCHEMA(job, JOB_MESSAGES);

/* ---- the functions: each runs in an actor of its own, which may block ---- */

static bool is_prime(int64_t number)
{
    for (int64_t divisor = 2; divisor * divisor <= number; divisor++)
        if (number % divisor == 0)
            return false;
    return number >= 2;
}

static act_message *count_primes(act_self *self, const void *args)
{
    int64_t      below = *(const int64_t *)args, primes = 0;
    act_message *answer = NULL;
    if (below < 0)
        act_panic(self, "no number is below %" PRId64, below); /* the asker gets a DOWN with this */
    for (int64_t number = 0; number < below; number++)
        primes += is_prime(number);
    if (act_message_make(&answer, job_counted, .primes = primes) != ACT_OK)
        act_panic(self, "no memory for the answer");
    return answer;
}

/* Never finds one, so it goes on for as long as the answer is waited for. */
static act_message *find_even_prime(act_self *self, const void *args)
{
    int64_t number = 4;
    while (!is_prime(number) && !act_should_end(self))
        number += 2;
    act_tell(self, *(const act_pid *)args, job_cut_short);
    return NULL;
}

/* ---- the asker: asks for all at once, and prints what came of it in the order asked ---- */

enum { COUNTS = 3 };

struct asker {
    act_ref asks[COUNTS], search;
    int     answered;
    char    answers[COUNTS][100];
};

static act_result ask_all(act_self *self, void *state, const void *args)
{
    static const int64_t below[COUNTS] = {100, -1, 10000};
    struct asker        *asker = state;
    act_pid              tasks, me = act_self_pid(self);
    (void)args;
    act_result result = act_whereis(act_self_system(self), &tasks, "tasks");
    if (result == ACT_OK)
        result =
            act_task_run(self, &asker->search, tasks, find_even_prime, &me, sizeof me, ACT_FOREVER);
    for (int i = 0; result == ACT_OK && i < COUNTS; i++)
        result = act_task_run(self, &asker->asks[i], tasks, count_primes, &below[i],
                              sizeof below[i], ACT_SECONDS(30));
    return result;
}

static void write_answer(char *text, size_t text_bytes, const act_message *message)
{
    act_exit_reason reason = act_message_reason(message);
    if (message->tag == job_counted_tag)
        snprintf(text, text_bytes, "%" PRId64 " primes", act_view(job_counted, message)->primes);
    else
        snprintf(text, text_bytes, "no answer: %s", act_exit_kind_text(reason.kind));
}

static void finish(act_self *self, struct asker *asker)
{
    for (int i = 0; i < COUNTS; i++)
        printf("task %d: %s\n", i + 1, asker->answers[i]);
    (void)act_cancel_ask(self, asker->search); /* act_should_end says so */
}

static void asker_receive(act_self *self, void *state, const act_message *message)
{
    struct asker *asker = state;
    if (message->tag == job_cut_short_tag) {
        printf("the search was cut short\n");
        act_system_stop(act_self_system(self));
        return;
    }
    for (int i = 0; i < COUNTS; i++)
        if (act_ref_equal(message->ref, asker->asks[i])) {
            write_answer(asker->answers[i], sizeof asker->answers[i], message);
            if (++asker->answered == COUNTS)
                finish(self, asker);
        }
}

static const act_behavior asker = {.name = "asker",
                                   .state_bytes = sizeof(struct asker),
                                   .init = ask_all,
                                   .receive = asker_receive};

int main(void)
{
    const act_child_spec      task = act_task_child(ACT_SPAWN_OPTIONS(.blocking = true));
    const act_supervisor_spec tasks = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &task, .children_count = 1};
    act_child_spec children[] = {act_supervisor_child("tasks", &tasks),
                                 {.id = "asker", .behavior = &asker}};
    children[0].options = ACT_SPAWN_OPTIONS(.name = "tasks");
    const act_supervisor_spec tree = {.children = children, .children_count = 2};
    return act_system_main(&tree, NULL);
}
