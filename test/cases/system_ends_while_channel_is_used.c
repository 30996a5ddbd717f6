/* Threads use a channel at which an actor waits while another destroys the actor's system. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>

#include <test/cases/verdict.h>

enum { GO = 1, READABLE, SENDERS = 3, SYSTEMS = 600, LONGEST_MS = 6000 };

static act_sender   *sender;
static act_receiver *receiver;
static _Atomic bool  stop;
static _Atomic int   waits;

static void drain_and_wait(act_self *self, void *state, const act_message *message)
{
    int value;
    (void)state;
    if (message->tag > READABLE)
        return;
    while (act_channel_receive(receiver, &value, 0) == ACT_OK)
        ;
    must(act_channel_notify(self, receiver, READABLE));
    waits += message->tag == GO;
}

static const act_behavior waiter = {.name = "waiter", .receive = drain_and_wait};

static void *send_until_stopped(void *unused)
{
    (void)unused;
    while (!stop) {
        (void)!act_channel_send(sender, &(int){1}, 0);
        if (act_channel_length(act_sender_channel(sender)) > 4)
            sched_yield();
    }
    return NULL;
}

static void one_system(void)
{
    act_system *system;
    act_pid     pid;
    waits = 0;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .actors_max = 100)));
    must(act_system_spawn(system, &pid, &waiter, NULL, NULL));
    act_system_tell_value(system, pid, GO, act_nothing());
    if (!comes_to(&waits, 1, 20000))
        judge_wrong("the actor does not come to wait");
    must(act_system_destroy(&system));
}

/* Many short lives: what is freed too early is seen with a sanitizer, or crashes. */
int main(void)
{
    pthread_t threads[SENDERS];
    must(act_channel_create(&sender, &receiver, sizeof(int), 8));
    for (int i = 0; i < SENDERS; i++)
        if (pthread_create(&threads[i], NULL, send_until_stopped, NULL) != 0)
            judge_wrong("no thread");
    double end = now_ms() + LONGEST_MS;
    for (int i = 0; i < SYSTEMS && now_ms() < end; i++)
        one_system();
    stop = true;
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
    return judge_right("systems end while their channels are used");
}
