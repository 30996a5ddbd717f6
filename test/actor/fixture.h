/*
 * A simulation with scripted actors: actors that do what a test tells them and write down what they
 * hear.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_ACTOR_FIXTURE_H
#define ACT_TEST_ACTOR_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include <actor/lifecycle.h>
#include <actor/simulation/simulation.h>
#include <mailbox/message/pool.h>
#include <test/kit/kit.h>

/* What a scripted actor has heard, oldest first. */
struct note {
    act_pid       by; /* the scripted actor */
    act_pid       sender;
    act_ref       ref;
    uint32_t      tag;
    int64_t       value; /* as.int64, or the first bytes */
    act_exit_kind kind;
    act_fate      fate;
    int32_t       code;
    char          text[ACT_EXIT_TEXT_MAX];
};
enum { NOTES_MAX = 4096, TAG_DO = 1, TAG_TERMINATE, TAG_INIT, TAG_A = 10, TAG_B, TAG_C, TAG_D };

struct dead_letter {
    act_pid    to, sender;
    uint32_t   tag;
    act_result why;
};

static struct {
    act_simulation    *simulation;
    act_system        *system;
    size_t             outstanding; /* of the pool, before */
    int                notes_count, dead_letters_count;
    struct note        notes[NOTES_MAX];
    struct dead_letter dead_letters[NOTES_MAX];
    char               log[4096];
} fixture;

typedef void (*action)(act_self *self);

static inline struct note *note_down(act_self *self, uint32_t tag)
{
    ck_assert_int_lt(fixture.notes_count, NOTES_MAX);
    struct note *note = &fixture.notes[fixture.notes_count++];
    memset(note, 0, sizeof *note);
    note->by = act_self_pid(self);
    note->tag = tag;
    return note;
}

static inline void note_reason(struct note *note, act_exit_reason reason)
{
    note->kind = reason.kind;
    note->code = reason.code;
    snprintf(note->text, sizeof note->text, "%s", reason.text != NULL ? reason.text : "");
}

static inline void note_message(act_self *self, const act_message *message)
{
    struct note *note = note_down(self, message->tag);
    note->sender = act_message_sender(message);
    note->ref = message->ref;
    note->fate = act_message_fate(message);
    if (message->kind == ACT_VALUE_REASON)
        note_reason(note, act_message_reason(message));
    else
        note->value = message->as.int64;
}

/* The message an action was told with, or the one it now handles. */
static const act_message *fixture_message;

static inline void scripted_receive(act_self *self, void *state, const act_message *message)
{
    action run;
    (void)state;
    if (message->tag != TAG_DO) {
        note_message(self, message);
        return;
    }
    ck_assert_int_eq(act_message_read(message, &run, sizeof run), ACT_OK);
    fixture_message = message;
    run(self);
}

static inline act_result scripted_init(act_self *self, void *state, const void *args)
{
    (void)state;
    if (args != NULL)
        (*(const action *)args)(self);
    return ACT_OK;
}

static inline void scripted_terminate(act_self *self, void *state, act_exit_reason reason)
{
    (void)state;
    note_reason(note_down(self, TAG_TERMINATE), reason);
}

static const act_behavior scripted = {
    .name = "scripted",
    .state_bytes = 16,
    .args_bytes = sizeof(action),
    .init = scripted_init,
    .receive = scripted_receive,
    .terminate = scripted_terminate,
};

static inline void fixture_dead_letter(void *context, act_pid to, const act_message *message,
                                       act_result why)
{
    (void)context;
    if (fixture.dead_letters_count < NOTES_MAX)
        fixture.dead_letters[fixture.dead_letters_count++] =
            (struct dead_letter){to, act_message_sender(message), message->tag, why};
}

static inline void fixture_log(void *context, act_log_level level, const char *text)
{
    size_t used = strlen(fixture.log);
    (void)context;
    (void)level;
    snprintf(fixture.log + used, sizeof fixture.log - used, "%s\n", text);
}

#define FIXTURE_OPTIONS(...)                                                                       \
    ACT_SYSTEM_OPTIONS(.dead_letter = fixture_dead_letter, .log = fixture_log, __VA_ARGS__)

/* Each round of a case has an order of its own. */
static inline void fixture_open_with(const act_system_options *options)
{
    memset(&fixture, 0, sizeof fixture);
    fixture.outstanding = act__pool_outstanding();
    ck_assert_int_eq(act_simulation_create(&fixture.simulation, (uint64_t)kit_round(), options),
                     ACT_OK);
    fixture.system = act_simulation_system(fixture.simulation);
}

static inline void fixture_open(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.stop_timeout = 0));
}

static inline void fixture_run(void)
{
    ck_assert_int_eq(act_simulation_run(fixture.simulation, NULL, 1000000), ACT_OK);
}

static inline void fixture_advance(act_millis amount)
{
    ck_assert_int_eq(act_simulation_advance(fixture.simulation, amount, 10000000), ACT_OK);
}

static inline act_counters fixture_counters(void)
{
    act_counters counters;
    act_system_counters(fixture.system, &counters);
    return counters;
}

static inline int fixture_dead_letters(act_result why)
{
    int count = 0;
    for (int i = 0; i < fixture.dead_letters_count; i++)
        count += fixture.dead_letters[i].why == why;
    return count;
}

/* What holds at the end of every test: nothing waits, nothing is left. */
static inline void fixture_close(void)
{
    fixture_run();
    act_counters counters = fixture_counters();
    ck_assert_uint_eq(counters.sent, counters.received + counters.dead_letters);
    /* Received all the same: one whose handler has panicked, or did not know it. */
    int unreceived =
        fixture.dead_letters_count - fixture_dead_letters(ACT_PANICKED) - (int)counters.unknown;
    ck_assert_int_eq(fixture.dead_letters_count < NOTES_MAX ? (int)counters.dead_letters
                                                            : unreceived,
                     unreceived);
    act_simulation_destroy(&fixture.simulation);
    ck_assert_ptr_null(fixture.simulation);
    ck_assert_uint_eq(act__pool_outstanding(), fixture.outstanding);
}

static inline act_pid fixture_spawn_as(const act_behavior *behavior, const void *args,
                                       const act_spawn_options *options)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(fixture.system, &pid, behavior, args, options), ACT_OK);
    return pid;
}

static inline act_pid fixture_spawn(void)
{
    act_pid pid = fixture_spawn_as(&scripted, NULL, NULL);
    fixture_run();
    return pid;
}

/* Lets a scripted actor do something, later: at the next fixture_run. */
static inline void fixture_tell_to(act_pid actor, action what)
{
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    if (act_system_send(fixture.system, actor, &message) != ACT_OK)
        act_message_free(&message);
}

/* Lets a scripted actor do something, and what follows from it, now. */
static inline void fixture_let(act_pid actor, action what)
{
    fixture_tell_to(actor, what);
    fixture_run();
}

/* The nth note (from 0) with this tag of this scripted actor; NULL: there is none. */
static inline const struct note *fixture_nth(act_pid by, uint32_t tag, int nth)
{
    for (int i = 0; i < fixture.notes_count; i++)
        if (act_pid_equal(fixture.notes[i].by, by) && fixture.notes[i].tag == tag && nth-- == 0)
            return &fixture.notes[i];
    return NULL;
}

static inline int fixture_count(act_pid by, uint32_t tag)
{
    int count = 0;
    while (fixture_nth(by, tag, count) != NULL)
        count++;
    return count;
}

static inline const struct note *fixture_only(act_pid by, uint32_t tag)
{
    ck_assert_int_eq(fixture_count(by, tag), 1);
    return fixture_nth(by, tag, 0);
}

/* This one has ended, its terminate has run, and so it was. */
static inline void fixture_ended(act_pid actor, act_exit_kind kind)
{
    const struct note *end = fixture_only(actor, TAG_TERMINATE);
    ck_assert_str_eq(act_exit_kind_text(end->kind), act_exit_kind_text(kind));
}

static inline bool fixture_lives(act_pid actor)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_D, act_nothing()), ACT_OK);
    act_result result = act_system_send(fixture.system, actor, &message);
    act_message_free(&message);
    fixture_run();
    return result == ACT_OK;
}

/* Actions that many tests need; `fixture_other` and `fixture_ref` are what they are about. */
static act_pid fixture_other;
static act_ref fixture_ref;

static inline void does_nothing(act_self *self)
{
    (void)self;
}

static inline void exits_normally(act_self *self)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static inline void exits_with_an_error(act_self *self)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 42, "forty-two"));
}

static inline void panics(act_self *self)
{
    act_panic(self, "out of %s", "order");
}

static inline void traps(act_self *self)
{
    ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
}

static inline void links(act_self *self)
{
    ck_assert_int_eq(act_link(self, fixture_other), ACT_OK);
}

static inline void unlinks(act_self *self)
{
    act_unlink(self, fixture_other);
}

static inline void monitors(act_self *self)
{
    ck_assert_int_eq(act_monitor(self, &fixture_ref, fixture_other), ACT_OK);
}

static inline void demonitors(act_self *self)
{
    act_demonitor(self, fixture_ref);
}

/* `actor` does something about `other`. */
static inline void fixture_let_about(act_pid actor, action what, act_pid other)
{
    fixture_other = other;
    fixture_let(actor, what);
}

/* A case that holds in every order: each round has a seed of its own. */
#define FIXTURE_CASE(function, ...) TEST_CASE(function, .rounds = 5, ##__VA_ARGS__)

#endif
