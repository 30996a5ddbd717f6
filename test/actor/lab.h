/*
 * A simulation with puppets: actors that do what a test tells them and write down what they hear.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_ACTOR_LAB_H
#define ACT_TEST_ACTOR_LAB_H

#include <stdio.h>
#include <string.h>

#include <actor/simulation/simulation.h>
#include <mailbox/message/pool.h>
#include <test/kit/kit.h>

/* What a puppet has heard, oldest first. */
struct note {
    act_pid       by; /* the puppet */
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

struct letter {
    act_pid    to, sender;
    uint32_t   tag;
    act_result why;
};

static struct {
    act_simulation *simulation;
    act_system     *system;
    size_t          outstanding; /* of the pool, before */
    int             notes_count, letters_count;
    struct note     notes[NOTES_MAX];
    struct letter   letters[NOTES_MAX];
    char            log[4096];
} lab;

typedef void (*deed)(act_self *self);

static inline struct note *note_down(act_self *self, uint32_t tag)
{
    ck_assert_int_lt(lab.notes_count, NOTES_MAX);
    struct note *note = &lab.notes[lab.notes_count++];
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

/* The message a deed was told with, or the one it now handles. */
static const act_message *lab_message;

static inline void puppet_receive(act_self *self, void *state, const act_message *message)
{
    deed run;
    (void)state;
    if (message->tag != TAG_DO) {
        note_message(self, message);
        return;
    }
    ck_assert_int_eq(act_message_read(message, &run, sizeof run), ACT_OK);
    lab_message = message;
    run(self);
}

static inline act_result puppet_init(act_self *self, void *state, const void *args)
{
    (void)state;
    if (args != NULL)
        (*(const deed *)args)(self);
    return ACT_OK;
}

static inline void puppet_terminate(act_self *self, void *state, act_exit_reason reason)
{
    (void)state;
    note_reason(note_down(self, TAG_TERMINATE), reason);
}

static const act_behavior puppet = {
    .name = "puppet",
    .state_bytes = 16,
    .args_bytes = sizeof(deed),
    .init = puppet_init,
    .receive = puppet_receive,
    .terminate = puppet_terminate,
};

static inline void lab_dead_letter(void *context, act_pid to, const act_message *message,
                                   act_result why)
{
    (void)context;
    if (lab.letters_count < NOTES_MAX)
        lab.letters[lab.letters_count++] =
            (struct letter){to, act_message_sender(message), message->tag, why};
}

static inline void lab_log(void *context, act_log_level level, const char *text)
{
    size_t used = strlen(lab.log);
    (void)context;
    (void)level;
    snprintf(lab.log + used, sizeof lab.log - used, "%s\n", text);
}

#define LAB_OPTIONS(...)                                                                           \
    ACT_SYSTEM_OPTIONS(.dead_letter = lab_dead_letter, .log = lab_log, __VA_ARGS__)

/* Each round of a fact has an order of its own. */
static inline void lab_open_with(const act_system_options *options)
{
    memset(&lab, 0, sizeof lab);
    lab.outstanding = act__pool_outstanding();
    ck_assert_int_eq(act_simulation_create(&lab.simulation, (uint64_t)kit_round(), options),
                     ACT_OK);
    lab.system = act_simulation_system(lab.simulation);
}

static inline void lab_open(void)
{
    lab_open_with(LAB_OPTIONS(.stop_timeout = 0));
}

static inline void lab_run(void)
{
    ck_assert_int_eq(act_simulation_run(lab.simulation, NULL, 1000000), ACT_OK);
}

static inline void lab_advance(act_millis amount)
{
    ck_assert_int_eq(act_simulation_advance(lab.simulation, amount, 10000000), ACT_OK);
}

static inline act_counters lab_counters(void)
{
    act_counters counters;
    act_system_counters(lab.system, &counters);
    return counters;
}

static inline int lab_letters(act_result why)
{
    int count = 0;
    for (int i = 0; i < lab.letters_count; i++)
        count += lab.letters[i].why == why;
    return count;
}

/* What holds at the end of every test: nothing waits, nothing is left. */
static inline void lab_close(void)
{
    lab_run();
    act_counters counters = lab_counters();
    ck_assert_uint_eq(counters.sent, counters.received + counters.dead_letters);
    /* Received all the same: one whose handler has panicked, or did not know it. */
    int unreceived = lab.letters_count - lab_letters(ACT_PANICKED) - (int)counters.unknown;
    ck_assert_int_eq(lab.letters_count < NOTES_MAX ? (int)counters.dead_letters : unreceived,
                     unreceived);
    act_simulation_destroy(&lab.simulation);
    ck_assert_ptr_null(lab.simulation);
    ck_assert_uint_eq(act__pool_outstanding(), lab.outstanding);
}

static inline act_pid lab_spawn_as(const act_behavior *behavior, const void *args,
                                   const act_spawn_options *options)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(lab.system, &pid, behavior, args, options), ACT_OK);
    return pid;
}

static inline act_pid lab_spawn(void)
{
    act_pid pid = lab_spawn_as(&puppet, NULL, NULL);
    lab_run();
    return pid;
}

/* Lets a puppet do something, later: at the next lab_run. */
static inline void lab_tell_to(act_pid who, deed what)
{
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    if (act_system_send(lab.system, who, &message) != ACT_OK)
        act_message_free(&message);
}

/* Lets a puppet do something, and what follows from it, now. */
static inline void lab_let(act_pid who, deed what)
{
    lab_tell_to(who, what);
    lab_run();
}

/* The nth note (from 0) with this tag of this puppet; NULL: there is none. */
static inline const struct note *lab_nth(act_pid by, uint32_t tag, int nth)
{
    for (int i = 0; i < lab.notes_count; i++)
        if (act_pid_equal(lab.notes[i].by, by) && lab.notes[i].tag == tag && nth-- == 0)
            return &lab.notes[i];
    return NULL;
}

static inline int lab_count(act_pid by, uint32_t tag)
{
    int count = 0;
    while (lab_nth(by, tag, count) != NULL)
        count++;
    return count;
}

static inline const struct note *lab_only(act_pid by, uint32_t tag)
{
    ck_assert_int_eq(lab_count(by, tag), 1);
    return lab_nth(by, tag, 0);
}

/* This one has ended, its terminate has run, and so it was. */
static inline void lab_ended(act_pid who, act_exit_kind kind)
{
    const struct note *end = lab_only(who, TAG_TERMINATE);
    ck_assert_str_eq(act_exit_kind_text(end->kind), act_exit_kind_text(kind));
}

static inline bool lab_lives(act_pid who)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_D, act_nothing()), ACT_OK);
    act_result result = act_system_send(lab.system, who, &message);
    act_message_free(&message);
    lab_run();
    return result == ACT_OK;
}

/* Deeds that many tests need; `lab_other` and `lab_ref` are what they are about. */
static act_pid lab_other;
static act_ref lab_ref;

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
    ck_assert_int_eq(act_link(self, lab_other), ACT_OK);
}

static inline void unlinks(act_self *self)
{
    act_unlink(self, lab_other);
}

static inline void monitors(act_self *self)
{
    ck_assert_int_eq(act_monitor(self, &lab_ref, lab_other), ACT_OK);
}

static inline void demonitors(act_self *self)
{
    act_demonitor(self, lab_ref);
}

/* `who` does something about `other`. */
static inline void lab_let_about(act_pid who, deed what, act_pid other)
{
    lab_other = other;
    lab_let(who, what);
}

/* A fact that holds in every order: each round has a seed of its own. */
#define LAB_FACT(function, ...) FACT(function, .rounds = 5, ##__VA_ARGS__)

#endif
