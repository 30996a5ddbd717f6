/* Ten threads count: with a mutex, and by telling an actor, which needs none. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

#include <pthread.h>

enum { THREADS = 10 };

#define TALLY_TOTAL(FIELD) FIELD(1, INT64, count)
#define TALLY_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(tally_add, ACT_NO_FIELDS)                                                              \
    MESSAGE(tally_read, ACT_NO_FIELDS)                                                             \
    MESSAGE(tally_total, TALLY_TOTAL)
ACT_SCHEMA(tally, TALLY_MESSAGES);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int             counter; /* guarded by mutex */

static void add_with_mutex(act_thread *self, void *argument)
{
    (void)self;
    (void)argument;
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
}

/* The actor's state is its own: messages come one after the other. */
static void receive(act_self *self, void *state, const act_message *message)
{
    int64_t *count = state;
    if (tally_tag_of(message) == tally_add_tag)
        *count += 1;
    else if (tally_tag_of(message) == tally_read_tag)
        act_answer(self, message, tally_total, .count = *count);
}

static const act_behavior counting = {
    .name = "counter", .state_bytes = sizeof(int64_t), .receive = receive};

static act_system *the_system;
static act_pid     the_counter;

static void add_by_message(act_thread *self, void *argument)
{
    (void)self;
    (void)argument;
    act_system_tell(the_system, the_counter, tally_add);
}

static void run_all(void (*add)(act_thread *self, void *argument))
{
    act_thread *threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        must(act_thread_spawn(&threads[i], add, NULL));
    for (int i = 0; i < THREADS; i++)
        must(act_thread_join(&threads[i], NULL));
}

int main(void)
{
    act_message *question, *answer;
    run_all(add_with_mutex);
    printf("with a mutex: %d\n", counter);

    must(act_system_create(&the_system, NULL));
    must(act_system_spawn(the_system, &the_counter, &counting, NULL, NULL));
    run_all(add_by_message);
    must(act_message_make(&question, tally_read));
    must(act_system_ask_message(the_system, the_counter, &question, &answer, ACT_FOREVER));
    printf("with an actor: %d\n", (int)act_view(tally_total, answer)->count);
    act_message_free(&answer);
    act_system_destroy(&the_system);
    return 0;
}
