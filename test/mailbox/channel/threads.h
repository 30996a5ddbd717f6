/* Threads for tests of channels: started, joined, and caught asleep. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_MAILBOX_CHANNEL_THREADS_H
#define ACT_TEST_MAILBOX_CHANNEL_THREADS_H

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include <mailbox/channel/channel_record.h>
#include <test/kit/kit.h>

typedef void job(void *argument);

struct thread {
    pthread_t id;
    job      *run;
    void     *argument;
};

static inline void *thread_main(void *thread)
{
    struct thread *self = thread;
    self->run(self->argument);
    return NULL;
}

static inline void thread_start(struct thread *thread, job *run, void *argument)
{
    *thread = (struct thread){.run = run, .argument = argument};
    if (pthread_create(&thread->id, NULL, thread_main, thread) != 0)
        abort();
}

static inline void thread_join(struct thread *thread)
{
    pthread_join(thread->id, NULL);
}

/* How many cases of the other side are listed at a side. */
static inline int listed_at(struct act_channel *channel, struct act__side *side)
{
    struct act__side *locked =
        channel->kind == ACT__CHANNEL_RENDEZVOUS ? &channel->sender.side : side;
    int count = 0;
    act__side_lock(locked);
    for (act_select_case *one = side->waiting.first; one != NULL; one = one->act_next)
        count++;
    act__side_unlock(locked);
    return count;
}

/* Returns when so many receivers wait for a value. */
static inline void until_receivers_wait(act_sender *sender, int count)
{
    while (listed_at(act__channel_of_sender(sender), &sender->side) != count)
        sched_yield();
}

/* Returns when so many senders wait for room. */
static inline void until_senders_wait(act_receiver *receiver, int count)
{
    while (listed_at(act__channel_of_receiver(receiver), &receiver->side) != count)
        sched_yield();
}

/* A channel of int64_t. */
struct pipe {
    act_sender   *sender;
    act_receiver *receiver;
};

static inline struct pipe pipe_make(size_t capacity)
{
    struct pipe pipe;
    ck_assert_int_eq(act_channel_create(&pipe.sender, &pipe.receiver, sizeof(int64_t), capacity),
                     ACT_OK);
    return pipe;
}

static inline void pipe_drop(struct pipe *pipe)
{
    act_sender_drop(&pipe->sender);
    act_receiver_drop(&pipe->receiver);
}

static inline act_result put(struct pipe *pipe, int64_t value)
{
    return act_channel_send(pipe->sender, &value, 0);
}

/* The value, or what kept it, negated. */
static inline int64_t got(struct pipe *pipe)
{
    int64_t    value;
    act_result result = act_channel_receive(pipe->receiver, &value, 0);
    return result == ACT_OK ? value : -(int64_t)result;
}

#endif
