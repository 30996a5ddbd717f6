/* A handler is told from the one before it, also if both handle the same memory: each is seen. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <semaphore.h>

#include <actor/scheduler/worker_pool.h>
#include <actor/signal/signal.h>
#include <actor/system/system_record.h>
#include <mailbox/base/lock.h>
#include <test/kit/kit.h>

enum { GO = 1, PAUSE, EVENT = 77, HANDLERS = 6 };

static act_system *sys;
static sem_t       is_done;
static const void *memory;     /* of the first message */
static uint32_t    first_turn; /* in which it was handled */
static int         handled;
static act_millis  began, lasted_since; /* as the monitor saw the turn, and its last handler */

/* In a handler. Its thread is running, so a look sets `quiet_looks` to 0. */
static void wait_for_a_look(act_self *self)
{
    struct act__monitor *monitor = &act__pool_of(self->worker->run.executor)->monitor;
    bool                 has_looked = false;
    act__lock(&monitor->mutex);
    monitor->quiet_looks = 1;
    act__unlock(&monitor->mutex);
    while (!has_looked) {
        sched_yield();
        act__lock(&monitor->mutex);
        has_looked = monitor->quiet_looks == 0;
        act__unlock(&monitor->mutex);
    }
}

/* Returns: whether it was the last. */
static bool handle_a_while(act_self *self, const void *its_memory)
{
    struct act__pool_thread *thread = act__pool_thread_of(&self->worker->run);
    uint32_t                 turn = act__load(&self->worker->run.turn);
    if (handled++ == 0) {
        memory = its_memory;
        first_turn = turn;
    }
    ck_assert_ptr_eq(its_memory, memory);
    ck_assert_uint_eq(turn, first_turn);
    wait_for_a_look(self);
    if (handled < HANDLERS)
        return false;
    struct act__monitor *monitor = &act__pool_of(self->worker->run.executor)->monitor;
    act__lock(&monitor->mutex);
    began = thread->watched.since;
    lasted_since = thread->watched.handling;
    act__unlock(&monitor->mutex);
    return true;
}

static void check(const act_behavior *behavior)
{
    act_pid pid;
    sem_init(&is_done, 0, 0);
    handled = 0;
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1)), ACT_OK);
    ck_assert_int_eq(act_system_spawn(sys, &pid, behavior, NULL, NULL), ACT_OK);
    act_system_tell_value(sys, pid, GO, act_nothing());
    while (sem_wait(&is_done) != 0)
        ck_assert_int_eq(errno, EINTR);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    ck_assert_int_gt(lasted_since, began);
}

static void send_on(act_self *self, act_message *message)
{
    ck_assert_int_eq(act_send(self, act_self_pid(self), &message), ACT_OK);
}

static void works_and_sends_it_on(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (handle_a_while(self, message))
        sem_post(&is_done);
    else
        send_on(self, act_take(self));
}

static const act_behavior sending_on = {.name = "sending on", .receive = works_and_sends_it_on};

static void a_message_that_is_sent_on_to_oneself_is_another(void)
{
    check(&sending_on);
}

static void takes_it_and_works(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_message *taken = act_take(self);
    if (!handle_a_while(self, NULL)) {
        send_on(self, taken);
        return;
    }
    act_message_free(&taken);
    sem_post(&is_done);
}

static const act_behavior taking = {.name = "taking", .receive = takes_it_and_works};

static void a_message_that_is_taken_at_once_is_another(void)
{
    check(&taking);
}

static struct act__event event;
static uint64_t          noticed;

static void push_again(struct act__worker *worker, struct act__event *retired)
{
    if (handled < HANDLERS)
        act__event_push(worker, noticed, retired);
}

/* The event leaves the inbox, and comes again, when the next message is handled. */
static void is_noticed(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == GO) {
        noticed = act_self_pid(self).local;
        event.message = (act_message){.tag = EVENT, .act_bits = ACT__HOME_OWNED};
        event.retired = push_again;
        act__event_push(self->worker, noticed, &event);
    } else if (message->tag == EVENT) {
        if (handle_a_while(self, message))
            sem_post(&is_done);
        act_tell_value(self, act_self_pid(self), PAUSE, act_nothing());
    }
}

static const act_behavior noticing = {.name = "noticing", .receive = is_noticed};

static void a_event_that_comes_again_is_another(void)
{
    check(&noticing);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_message_that_is_sent_on_to_oneself_is_another),
    TEST_CASE(a_message_that_is_taken_at_once_is_another),
    TEST_CASE(a_event_that_comes_again_is_another),
    END_OF_CASES,
};
