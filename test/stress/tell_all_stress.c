/*
 * Messages that many share, on all workers at once, by receivers that read, take, change, forward,
 * crash at, drop and refuse them, the library's gaps widened: each sees what was sent, whatever the
 * others do, and all is freed.
 */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <actor/typed.h>
#include <mailbox/base/random.h>
#include <mailbox/message/pool.h>
#include <supervisor/supervisor.h>
#include <test/kit/kit.h>
#include <test/stress/gaps.h>

/* As in mixed_stress. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SECONDS_DEFAULT = 10 };
#else
enum { SECONDS_DEFAULT = 20 };
#endif
enum { ROUND_MILLIS = 500, PATIENCE_MILLIS = 60000 };
enum { READERS = 12, SENDERS = 3, KEPT = 4, TEXT_MAX = 5000 };

#define SHARED_NEWS(FIELD)                                                                         \
    FIELD(1, UINT32, sum) FIELD(2, TEXT, text) FIELD(3, LIST(UINT32), numbers)
#define SHARED_MESSAGES(MESSAGE)                                                                   \
    MESSAGE(shared_news, SHARED_NEWS)                                                              \
    MESSAGE(shared_go_on, ACT_NO_FIELDS)
ACT_SCHEMA(shared, SHARED_MESSAGES);

static act_system      *the_system;
static act_pid          root;
static uint64_t         seed;            /* of this round */
static _Atomic uint64_t places[READERS]; /* where each reader was last seen, and now perhaps is */
static _Atomic uint64_t told, seen, taken, forwarded, crashed;
static _Atomic bool     is_calm;

static void must(act_result result)
{
    if (result != ACT_OK) {
        fprintf(stderr, "a call has answered: %s\n", act_result_text(result));
        abort();
    }
}

static int64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void pause_for(long micros)
{
    nanosleep(&(struct timespec){.tv_nsec = micros * 1000}, NULL);
}

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static act_pid any_place(uint64_t random)
{
    return (act_pid){.local = places[random % READERS]};
}

/* The text is all one letter, which the sum and the numbers tell. */
static void check_news(const struct shared_news *news)
{
    size_t length = strlen(news->text);
    bool   is_right = length != 0 && news->numbers.count == 2 &&
                    news->numbers.items[0] == (uint32_t)length &&
                    news->numbers.items[1] == (uint32_t)news->text[0];
    for (size_t i = 1; i < length && is_right; i++)
        is_right = news->text[i] == news->text[0];
    if (is_right)
        return;
    fprintf(stderr, "not what was sent: %zu letters\n", length);
    abort();
}

static void look_at_dead_letter(void *context, act_pid to, const act_message *message,
                                act_result why)
{
    (void)context, (void)to, (void)why;
    if (shared_tag_of(message) == shared_news_tag)
        check_news(act_view(shared_news, message));
}

/* -------------------------------------------------------------------------------------- readers */

struct reader {
    act_message              *kept[KEPT];
    const struct shared_news *viewed[KEPT]; /* what was given to the handler before it took it */
};

static void free_kept(void *state)
{
    struct reader *reader = state;
    for (int i = 0; i < KEPT; i++)
        act_message_free(&reader->kept[i]);
}

static act_result begin_reader(act_self *self, void *state, const void *args)
{
    places[*(const int *)args] = act_self_pid(self).local;
    return act_defer(self, free_kept, state);
}

static void keep(act_self *self, struct reader *reader, const act_message *message)
{
    int                       place = (int)(act_random(self) % KEPT);
    const struct shared_news *viewed = act_view(shared_news, message);
    if (reader->kept[place] != NULL) {
        check_news(reader->viewed[place]);
        check_news(act_view(shared_news, reader->kept[place]));
        act_message_free(&reader->kept[place]);
    }
    reader->kept[place] = act_take(self);
    reader->viewed[place] = viewed;
    act_edit(shared_news, reader->kept[place])->sum++; /* no other sees it */
    taken++;
}

static void forward(act_self *self)
{
    act_message *mine = act_take(self);
    if (act_forward(self, any_place(act_random(self)), &mine) == ACT_OK)
        forwarded++;
    act_message_free(&mine);
}

static void crash(act_self *self)
{
    crashed++;
    act_panic(self, "enough");
}

static void read_news(act_self *self, void *state, const act_message *message)
{
    if (shared_tag_of(message) != shared_news_tag)
        return;
    check_news(act_view(shared_news, message));
    seen++;
    uint64_t random = act_random(self) % 256;
    if (is_calm)
        return;
    if (random < 60)
        keep(self, state, message);
    else if (random < 120)
        forward(self);
    else if (random == 120)
        crash(self);
    else if (random == 121)
        act_stop(self);
}

static const act_behavior reader = {.name = "reader",
                                    .state_bytes = sizeof(struct reader),
                                    .args_bytes = sizeof(int),
                                    .init = begin_reader,
                                    .receive = read_news,
                                    .schema = shared_schema};

/* -------------------------------------------------------------------------------------- senders */

static void tell_all(act_self *self)
{
    static _Thread_local char text[TEXT_MAX + 1];
    act_pid                   pids[READERS];
    uint32_t                  length = 1 + (uint32_t)(act_random(self) % TEXT_MAX);
    const uint32_t            numbers[] = {length, 'a' + length % 26};
    memset(text, (int)numbers[1], length);
    text[length] = '\0';
    for (int i = 0; i < READERS; i++)
        pids[i] = any_place((uint64_t)i);
    act_tell_all(self, pids, READERS, shared_news, .sum = length, .text = text,
                 .numbers = {numbers, 2});
    told += READERS;
}

static void go_on(act_self *self, void *state, const act_message *message)
{
    act_ref timer;
    (void)state, (void)message;
    if (is_calm)
        return;
    for (int i = 0; i < 4; i++)
        tell_all(self);
    must(act_tell_after(self, &timer, act_self_pid(self), (act_millis)(act_random(self) % 2),
                        shared_go_on));
}

static act_result begin_sender(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_tell(self, act_self_pid(self), shared_go_on);
    return ACT_OK;
}

static const act_behavior sender = {.name = "sender", .init = begin_sender, .receive = go_on};

/* -------------------------------------------------------------------------------------- a round */

static int                 numbers[READERS];
static char                ids[READERS][4];
static act_spawn_options   options[READERS];
static act_child_spec      children[READERS];
static act_supervisor_spec spec;

/* Some keep what waits for them, some are bounded. */
static void write_specs(void)
{
    static const act_mailbox      mailboxes[3] = {ACT_MAILBOX_KEEP, ACT_MAILBOX_DROP,
                                                  ACT_MAILBOX_REDELIVER};
    static const act_inbox_policy policies[3] = {ACT_INBOX_REFUSE, ACT_INBOX_DROP_NEWEST,
                                                 ACT_INBOX_DROP_OLDEST};
    for (int i = 0; i < READERS; i++) {
        numbers[i] = i;
        snprintf(ids[i], sizeof ids[i], "%d", i);
        options[i] = *ACT_SPAWN_OPTIONS(.name = NULL);
        if (i >= READERS / 2) {
            options[i].inbox_max = 8;
            options[i].inbox_policy = policies[i % 3];
        }
        children[i] = (act_child_spec){.id = ids[i],
                                       .behavior = &reader,
                                       .args = &numbers[i],
                                       .shutdown = ACT_SECONDS(10),
                                       .mailbox = mailboxes[i / 2 % 3],
                                       .options = &options[i]};
        children[i].redeliver_max = children[i].mailbox == ACT_MAILBOX_REDELIVER ? 2 : 0;
    }
    spec = (act_supervisor_spec){
        .intensity = UINT32_MAX, .children = children, .children_count = READERS};
}

static void begin_round(uint64_t *random)
{
    act_pid pid;
    is_calm = false;
    seed = act__mix(random);
    must(act_system_create(&the_system,
                           ACT_SYSTEM_OPTIONS(.workers_count = 1 + (uint32_t)(seed % 4),
                                              .backlog_max = 32, .stop_timeout = PATIENCE_MILLIS,
                                              .destroy_timeout = PATIENCE_MILLIS, .log = no_log,
                                              .dead_letter = look_at_dead_letter)));
    must(act_system_spawn_supervisor(the_system, &root, &spec, NULL));
    for (int i = 0; i < SENDERS; i++)
        must(act_system_spawn(the_system, &pid, &sender, NULL, NULL));
}

static void end_round(void)
{
    act_counters counters;
    is_calm = true;
    must(act_system_exit_actor(the_system, root, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)));
    must(act_system_join(the_system, root, NULL, PATIENCE_MILLIS));
    act_system_stop(the_system);
    must(act_system_run(the_system));
    int64_t end = now() + PATIENCE_MILLIS;
    do {
        pause_for(200);
        act_system_counters(the_system, &counters);
    } while (counters.sent != counters.received + counters.dead_letters && now() < end);
    ck_assert_uint_eq(counters.sent, counters.received + counters.dead_letters);
    must(act_system_destroy(&the_system));
    ck_assert_uint_eq(act__pool_outstanding(), 0);
}

static uint64_t first_random(void)
{
    const char *wanted = getenv("ACT_SEED");
    uint64_t    random = (uint64_t)now() ^ (uint64_t)time(NULL) << 20;
    if (wanted != NULL)
        random = strtoull(wanted, NULL, 0);
    fprintf(stderr, "# ACT_SEED=%llu: the same choices, in another order of threads\n",
            (unsigned long long)random);
    return random;
}

static void messages_that_are_shared_stay_as_they_were_sent(void)
{
    const char *wanted = getenv("ACT_STRESS_SECONDS");
    uint64_t    random = first_random();
    unsigned    rounds = 0;
    int64_t     end = now() + (int64_t)(1000 * (wanted != NULL ? atof(wanted) : SECONDS_DEFAULT));
    write_specs();
    for (; now() < end; rounds++) {
        gaps_widen("", 8u << act__mix(&random) % 6, 1000u << act__mix(&random) % 7,
                   act__mix(&random));
        begin_round(&random);
        for (int64_t round_end = now() + ROUND_MILLIS; now() < round_end;)
            pause_for(10000);
        end_round();
    }
    gaps_close();
    fprintf(stderr,
            "# %u systems, %llu told, %llu read, %llu taken, %llu forwarded, %llu crashes\n",
            rounds, (unsigned long long)told, (unsigned long long)seen, (unsigned long long)taken,
            (unsigned long long)forwarded, (unsigned long long)crashed);
    ck_assert(seen != 0 && taken != 0 && forwarded != 0);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(messages_that_are_shared_stay_as_they_were_sent, .timeout_seconds = 86400),
    END_OF_CASES,
};
