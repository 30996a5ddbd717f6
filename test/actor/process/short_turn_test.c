/* Short turns in a row: what ends the row, and what the turn after it is given. */
/* SPDX-License-Identifier: MIT */
#include <semaphore.h>

#include <actor/process/worker.h>
#include <test/actor/fixture.h>

enum { HOPS = 20 };

static act_pid ping, pong;
static int     hops;

static void hops_on(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    if (hops++ < HOPS)
        act_tell_value(self, act_pid_equal(act_self_pid(self), ping) ? pong : ping, TAG_A,
                       act_nothing());
}

static void hops_on_without_credit(act_self *self, void *state, const act_message *message)
{
    self->worker->run.credit = INT32_MIN; /* as after 2^30 turns, were each of them counted */
    hops_on(self, state, message);
}

/* An executor that gives no credit runs one turn at a time, however many there have been. */
static void without_credit_none_follows(void)
{
    static const act_behavior behavior = {.name = "hopper", .receive = hops_on_without_credit};
    hops = 0;
    fixture_open();
    ping = fixture_spawn_as(&behavior, NULL, NULL);
    pong = fixture_spawn_as(&behavior, NULL, NULL);
    act_system_tell_value(fixture.system, ping, TAG_A, act_nothing());
    fixture_run();
    ck_assert_int_eq(hops, HOPS + 1);
    fixture_close();
}

/* --------------------------------------------------------------------------- with a real worker */

static act_system *sys;
static sem_t       done;
static uint32_t    batch, own_batch;

static void open_system(const act_behavior *of_ping, const act_behavior *of_pong)
{
    ck_assert_int_eq(sem_init(&done, 0, 0), 0);
    ck_assert_int_eq(
        act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .stuck_after = ACT_FOREVER)),
        ACT_OK);
    ck_assert_int_eq(act_system_spawn(sys, &ping, of_ping, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_system_spawn(sys, &pong, of_pong, NULL, NULL), ACT_OK);
}

static void wait_until_done(void)
{
    while (sem_wait(&done) != 0)
        continue;
}

/* A quick actor, with the largest batch, from its second turn on, which the scheduler begins. */
static void is_quick(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act__store(&self->task.batch_shift, 0);
    if (message->tag == TAG_A)
        sem_post(&done);
    else
        act_tell_value(self, pong, TAG_A, act_nothing());
}

/* Its second message, from itself, makes its turn a long one. */
static void looks_at_its_batch(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == TAG_A) {
        act_tell_value(self, act_self_pid(self), TAG_B, act_nothing());
        return;
    }
    batch = self->worker->run.batch;
    own_batch = act__batch_of(&self->worker->run, &self->task);
    sem_post(&done);
}

static void the_last_of_them_has_no_more_than_its_own_batch(void)
{
    static const act_behavior quick = {.name = "quick", .receive = is_quick};
    static const act_behavior looks = {.name = "looks", .receive = looks_at_its_batch};
    open_system(&quick, &looks);
    act_system_tell_value(sys, ping, TAG_A, act_nothing());
    wait_until_done();
    act_system_tell_value(sys, ping, TAG_B, act_nothing());
    wait_until_done();
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    ck_assert_uint_lt(batch, own_batch);
}

/* ------------------------------------------------------------- what makes a turn a long one */

static const char *left; /* by the handler */
static int         released;

static void count_release(void *pointer)
{
    (void)pointer;
    released++;
}

static void leaves_something(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_message *mine;
    if (message->tag == TAG_B) {
        sem_post(&done);
        return;
    }
    switch (left[0]) {
    case 't': /* the message, sent on */
        mine = act_take(self);
        mine->tag = TAG_B;
        ck_assert_int_eq(act_send(self, act_self_pid(self), &mine), ACT_OK);
        return;
    case 's': /* scratch memory, which is gone with the handler */
        ck_assert(act_scratch(self, 5000) != NULL);
        break;
    case 'r': /* a row */
        for (int i = 0; i < 3; i++)
            act_tell_value(self, pong, TAG_C, act_nothing());
        break;
    case 'e': /* its life */
        act_tell_value(self, pong, TAG_B, act_nothing());
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
        return;
    }
    act_tell_value(self, pong, TAG_B, act_nothing());
}

static void what_a_handler_leaves_is_seen_to(void)
{
    static const char        *leavings[] = {"take", "scratch", "row", "end"};
    static const act_behavior leaver = {.name = "leaver", .receive = leaves_something};
    left = leavings[kit_round()];
    released = 0;
    open_system(&leaver, &leaver);
    act_system_tell_value(sys, ping, TAG_A,
                          left[0] == 't' ? act_nothing()
                                         : act_resource_value(&released, count_release));
    wait_until_done();
    if (left[0] == 'e')
        ck_assert_int_eq(act_system_join(sys, ping, NULL, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    ck_assert_int_eq(released, left[0] != 't');
}

const struct kit_case kit_cases[] = {
    TEST_CASE(without_credit_none_follows),
    TEST_CASE(the_last_of_them_has_no_more_than_its_own_batch),
    TEST_CASE(what_a_handler_leaves_is_seen_to, .rounds = 4),
    END_OF_CASES,
};
