/* A worker looks at a quit channel first: a biased select. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

struct ends {
    act_receiver *data, *quit;
};

static void work(act_thread *self, void *argument)
{
    struct ends    *ends = argument;
    int             value, done = 0;
    size_t          chosen;
    act_select_case cases[] = {ACT_SELECT_RECEIVE(ends->quit, NULL),
                               ACT_SELECT_RECEIVE(ends->data, &value)};
    (void)self;
    while (act_select_biased(&chosen, cases, 2, ACT_FOREVER) == ACT_OK && chosen == 1)
        printf("worker: %d, number %d\n", value, ++done);
    printf("worker: told to quit\n");
}

int main(void)
{
    act_thread *thread;
    act_sender *data, *quit;
    struct ends ends;
    must(act_channel_create(&data, &ends.data, sizeof(int), ACT_CHANNEL_RENDEZVOUS));
    must(act_channel_create(&quit, &ends.quit, 0, ACT_CHANNEL_RENDEZVOUS));
    must(act_thread_spawn(&thread, work, &ends));
    for (int value = 1; value <= 3; value++)
        must(act_channel_send(data, &value, ACT_FOREVER));
    must(act_channel_send(quit, NULL, ACT_FOREVER)); /* dropping it would do as well */
    must(act_thread_join(&thread, NULL));
    printf("main: joined\n");
    act_sender_drop(&data);
    act_sender_drop(&quit);
    act_receiver_drop(&ends.data);
    act_receiver_drop(&ends.quit);
    return 0;
}
