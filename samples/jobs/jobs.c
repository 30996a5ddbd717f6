/* A job queue by TCP: a pool of workers, time-outs, retries with back-off, results; see README. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS_MAX = 4096, POOL = 8, HUNG_MAX = 32, ATTEMPTS = 4, LINE_BYTES = 200 };
#define JOB_TIMEOUT ACT_MS(500)
#define BACKOFF     ACT_MS(20) /* before the second attempt, and twice as long before each next */
static bool has_chaos;

#define JOBS_KINDS(VALUE)                                                                          \
    VALUE(kind_fib, 0)                                                                             \
    VALUE(kind_sleep, 1) VALUE(kind_flaky, 2) VALUE(kind_crash, 3) VALUE(kind_hang, 4)
ACT_ENUM(kind, JOBS_KINDS);

#define JOBS_SUBMIT(FIELD)   FIELD(1, ENUM(kind), kind) FIELD(2, INT64, number)
#define JOBS_JOB(FIELD)      FIELD(1, UINT64, job)
#define JOBS_VALUE(FIELD)    FIELD(1, INT64, value)
#define JOBS_FINISHED(FIELD) FIELD(1, UINT64, job) FIELD(2, TEXT, outcome)
#define JOBS_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(jobs_submit, JOBS_SUBMIT) /* asked of the queue, which answers: */                     \
    MESSAGE(jobs_taken, JOBS_JOB)     /* job 0: there is no place */                               \
    MESSAGE(jobs_result, JOBS_JOB)    /* asked of the queue, which answers when it is done: */     \
    MESSAGE(jobs_finished, JOBS_FINISHED)                                                          \
    MESSAGE(jobs_value, JOBS_VALUE) /* what a task answers */                                      \
    MESSAGE(jobs_retry, JOBS_JOB)   /* the queue's to itself, after the back-off */                \
    MESSAGE(jobs_crash, ACT_NO_FIELDS)
ACT_SCHEMA(jobs, JOBS_MESSAGES);

/* ---- what the workers do: a task's function, on a thread that may block ---- */

struct work {
    enum kind kind;
    int       attempt;
    int64_t   number;
};

static int64_t fib(int64_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static act_message *work(act_self *self, const void *args)
{
    const struct work *work = args;
    act_message       *answer;
    int64_t            value = work->number;
    switch (work->kind) {
    case kind_fib: value = fib(value); break;
    case kind_sleep: poll(NULL, 0, (int)value); break;
    case kind_flaky:
        if (work->attempt <= value)
            act_panic(self, "it is flaky");
        break;
    case kind_hang:
        poll(NULL, 0, (int)value);
        while (value == 0 && !act_should_end(self))
            poll(NULL, 0, 5);
        break;
    case kind_crash:
    default: act_panic(self, "it crashes");
    }
    return act_message_make(&answer, jobs_value, .value = value) == ACT_OK ? answer : NULL;
}

/* ---- the queue: what it knows of jobs is kept memory, which its next instance gets ---- */

enum state { FREE, WAITING, RUNNING, DONE, FAILED };

struct job {
    uint64_t    number;
    enum state  state;
    struct work work;
    act_asker   asker;       /* that waits for the outcome; ask 0: none does */
    char        outcome[80]; /* of DONE and FAILED */
};

struct jobs {
    uint64_t   last; /* number; job n is in place n % JOBS_MAX */
    uint32_t   running;
    uint32_t   first, queued; /* of the ring of places whose jobs wait for a worker */
    uint32_t   ring[JOBS_MAX];
    struct job all[JOBS_MAX];
};

ACT_CONTINUATION(queue_answered, act_none, uint64_t); /* it knows the number of the job */

static struct job *find_job(struct jobs *jobs, uint64_t number)
{
    struct job *job = &jobs->all[number % JOBS_MAX];
    return job->number == number && number != 0 ? job : NULL;
}

static void enqueue(struct jobs *jobs, const struct job *job)
{
    jobs->ring[(jobs->first + jobs->queued++) % JOBS_MAX] = (uint32_t)(job - jobs->all);
}

static void run_some(act_self *self, struct jobs *jobs)
{
    act_pid pool;
    while (jobs->queued > 0 && jobs->running < POOL &&
           act_whereis(act_self_system(self), &pool, "pool") == ACT_OK) {
        struct job *job = &jobs->all[jobs->ring[jobs->first++ % JOBS_MAX]];
        act_ref     ask;
        jobs->queued--;
        job->work.attempt++;
        if (act_task_run(self, &ask, pool, work, &job->work, sizeof job->work, JOB_TIMEOUT) !=
                ACT_OK ||
            act_then(self, ask, queue_answered, job->number) != ACT_OK)
            act_panic(self, "no memory to run a job"); /* the next instance tries again */
        job->state = RUNNING;
        jobs->running++;
    }
}

static void answer_asker(act_self *self, struct job *job, const char *outcome)
{
    if (job->asker.ask.value != 0)
        act_reply(self, job->asker, jobs_finished, .job = job->number, .outcome = outcome);
    job->asker.ask.value = 0;
}

static void fail(act_self *self, struct jobs *jobs, struct job *job, const char *why)
{
    act_ref timer;
    snprintf(job->outcome, sizeof job->outcome, "failed %s", why);
    if (job->work.attempt >= ATTEMPTS) {
        job->state = FAILED;
        answer_asker(self, job, job->outcome);
    } else {
        job->state = WAITING;
        if (act_tell_after(self, &timer, act_self_pid(self), BACKOFF << (job->work.attempt - 1),
                           jobs_retry, .job = job->number) != ACT_OK)
            enqueue(jobs, job); /* without memory for a timer: at once */
    }
}

static void queue_answered(act_self *self, act_none *state, const act_message *answer,
                           const uint64_t *number)
{
    struct jobs *jobs = act_kept(self);
    struct job  *job = find_job(jobs, *number);
    act_pid      pool;
    act_ref      cancel;
    (void)state;
    jobs->running--;
    if (answer->tag == jobs_value_tag) {
        snprintf(job->outcome, sizeof job->outcome, "done %" PRId64,
                 act_view(jobs_value, answer)->value);
        job->state = DONE;
        answer_asker(self, job, job->outcome);
    } else if (answer->tag == ACT_MESSAGE_TIMED_OUT) {
        if (act_whereis(act_self_system(self), &pool, "pool") != ACT_OK ||
            act_task_cancel(self, &cancel, pool, answer->ref, ACT_FOREVER) != ACT_OK)
            act_panic(self, "no memory to end a job");
        (void)act_cancel_ask(self, cancel); /* when it has ended is not waited for */
        fail(self, jobs, job, "timed out");
    } else {
        fail(self, jobs, job, act_exit_kind_text(act_message_reason(answer).kind));
    }
    run_some(self, jobs);
}

static act_result queue_begin(act_self *self, act_none *state, const act_none *args)
{
    struct jobs *jobs = act_kept(self);
    (void)state, (void)args;
    jobs->queued = jobs->running = 0;
    for (uint64_t i = 1; i <= JOBS_MAX; i++) { /* in the order of their numbers */
        struct job *job = &jobs->all[(jobs->last + i) % JOBS_MAX];
        job->asker.ask.value = 0; /* it has heard of the end, and asks again */
        if (job->state != WAITING && job->state != RUNNING)
            continue;
        job->work.attempt -= job->state == RUNNING; /* it was not the job that failed */
        job->state = WAITING;
        enqueue(jobs, job);
    }
    run_some(self, jobs);
    return ACT_OK;
}

static void queue_submit(act_self *self, struct jobs *jobs, const act_message *message)
{
    const struct jobs_submit *submit = act_view(jobs_submit, message);
    struct job               *job = &jobs->all[(jobs->last + 1) % JOBS_MAX];
    if (job->state == WAITING || job->state == RUNNING) {
        act_answer(self, message, jobs_taken, .job = 0);
        return;
    }
    job->state = WAITING;
    job->number = ++jobs->last;
    job->work = (struct work){.kind = submit->kind, .number = submit->number};
    enqueue(jobs, job);
    act_answer(self, message, jobs_taken, .job = job->number);
    run_some(self, jobs);
}

static void queue_receive(act_self *self, act_none *state, const act_message *message)
{
    struct jobs *jobs = act_kept(self);
    struct job  *job;
    (void)state;
    switch (message->tag) {
    case jobs_submit_tag: queue_submit(self, jobs, message); break;
    case jobs_result_tag:
        job = find_job(jobs, act_view(jobs_result, message)->job);
        if (job != NULL && job->state < DONE) {
            answer_asker(self, job, "is asked for again"); /* so that one waits at most */
            job->asker = act_message_asker(message);
            break;
        }
        act_answer(self, message, jobs_finished, .job = act_view(jobs_result, message)->job,
                   .outcome = job != NULL ? job->outcome : "unknown");
        break;
    case jobs_retry_tag:
        enqueue(jobs, find_job(jobs, act_view(jobs_retry, message)->job));
        run_some(self, jobs);
        break;
    case jobs_crash_tag: act_panic(self, "as a client has asked for");
    default: act_unknown(self, message);
    }
}

ACT_ACTOR(queue, act_none, act_none, .init = queue_begin, .receive = queue_receive,
          .schema = jobs_schema);

/* ---- a client: each line asks the queue; one that does not read its answers is ended ---- */

struct client {
    act_tcp   *tcp;
    act_frames frames;
};

struct asked { /* what an answer is about */
    uint32_t  tag;
    enum kind kind;
    int64_t   number;
};
ACT_CONTINUATION(client_answered, struct client, struct asked);

#define SHOW(self, client, ...)                                                                    \
    (act_tcp_print((client)->tcp, __VA_ARGS__) == ACT_OK ? (void)0 : act_stop(self))

static void ask_queue(act_self *self, struct client *client, const struct asked *asked)
{
    act_ref    ask;
    act_result result = asked->tag == jobs_submit_tag
                            ? act_ask_name(self, &ask, "queue", ACT_SECONDS(5), jobs_submit,
                                           .kind = asked->kind, .number = asked->number)
                            : act_ask_name(self, &ask, "queue", ACT_FOREVER, jobs_result,
                                           .job = (uint64_t)asked->number);
    if (result == ACT_OK)
        result = act_then_with(self, ask, client_answered, asked);
    if (result != ACT_OK)
        SHOW(self, client, "! %s\n", act_result_text(result));
}

static void client_answered(act_self *self, struct client *client, const act_message *answer,
                            const struct asked *asked)
{
    switch (answer->tag) {
    case jobs_taken_tag:
        SHOW(self, client, "job %" PRIu64 "\n", act_view(jobs_taken, answer)->job);
        break;
    case jobs_finished_tag:
        SHOW(self, client, "%" PRIu64 " %s\n", act_view(jobs_finished, answer)->job,
             act_view(jobs_finished, answer)->outcome);
        break;
    default: /* the queue has failed: what it had not begun, and a question, are asked again */
        if (act_message_fate(answer) == ACT_FATE_UNBEGUN || asked->tag != jobs_submit_tag)
            ask_queue(self, client, asked);
        else
            SHOW(self, client, "! it may have been taken, or not\n");
    }
}

static void client_command(act_self *self, struct client *client, const char *line)
{
    static const char *const kinds[] = {"fib", "sleep", "flaky", "crash", "hang"};
    char                     kind[8] = "", rest;
    struct asked             asked = {.tag = jobs_submit_tag, .kind = -1};
    int count = sscanf(line, "submit %7s %" SCNd64 "%c", kind, &asked.number, &rest);
    for (int i = kind_fib; i <= kind_hang; i++)
        if (strcmp(kind, kinds[i]) == 0)
            asked.kind = (enum kind)i;
    bool is_good = count == 2 && (int)asked.kind >= 0 && asked.number >= 0 &&
                   asked.number <= (asked.kind == kind_fib ? 40 : 1000000);
    if (sscanf(line, "result %" SCNd64 "%c", &asked.number, &rest) == 1)
        asked.tag = jobs_result_tag, is_good = true;
    if (is_good)
        ask_queue(self, client, &asked);
    else if (strcmp(line, "crash") == 0 && has_chaos)
        act_tell_name(self, "queue", jobs_crash);
    else
        SHOW(self, client, "! submit fib|sleep|flaky|crash|hang NUMBER, result JOB\n");
}

static void client_receive(act_self *self, struct client *client, const act_message *message)
{
    char       line[LINE_BYTES];
    act_result result;
    if (message->tag != ACT_MESSAGE_TCP_READABLE && message->tag != ACT_MESSAGE_TCP_CLOSED)
        return; /* an answer, as there was no memory for its function */
    client->tcp = message->as.pointer;
    while ((result = act_tcp_next_line(client->tcp, &client->frames, line, sizeof line)) == ACT_OK)
        client_command(self, client, line);
    if (result != ACT_EMPTY || message->tag == ACT_MESSAGE_TCP_CLOSED)
        act_stop(self);
}

static void client_end(act_self *self, struct client *client, act_exit_reason reason)
{
    (void)self, (void)reason;
    act_tcp_finish(&client->tcp, ACT_MS(500)); /* sends what it was answered */
}

ACT_ACTOR(client, struct client, act_tcp_server_args, .receive = client_receive,
          .terminate = client_end);

int main(int argc, char **argv)
{
    unsigned long  port = argc > 1 ? strtoul(argv[1], NULL, 10) : 7001;
    act_tcp_server server = {.port = (uint16_t)port, .connection = &client_behavior};
    act_child_spec task = act_task_child(ACT_SPAWN_OPTIONS(.blocking = true));
    task.shutdown = ACT_MS(200);
    const act_supervisor_spec pool = {.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE,
                                      .children_max = 2 * POOL + HUNG_MAX,
                                      .children = &task,
                                      .children_count = 1};
    act_child_spec            children[] = {
                   act_supervisor_child("pool", &pool),
                   {.id = "queue", .behavior = &queue_behavior, .kept_bytes = sizeof(struct jobs)},
                   act_tcp_server_child("jobs", &server)};
    children[0].options = ACT_SPAWN_OPTIONS(.name = "pool");
    children[1].options = ACT_SPAWN_OPTIONS(.name = "queue");
    has_chaos = argc > 2 && strcmp(argv[2], "chaos") == 0;
    if (argc > 3 || (argc > 1 && argv[1][strspn(argv[1], "0123456789")] != '\0') ||
        port > UINT16_MAX || (argc > 2 && !has_chaos)) {
        fprintf(stderr, "usage: jobs [PORT [chaos]]\n");
        return 2;
    }
    return act_system_main(
        &(act_supervisor_spec){.intensity = 1000, .children = children, .children_count = 3}, NULL);
}
