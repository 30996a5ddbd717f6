/* Two streams of data and one of control, whichever comes first; and what to do meanwhile. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void send_words(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    const char *words[] = {"important", "more important"};
    (void)self;
    for (int i = 0; i < 2; i++)
        must(act_channel_send(sender, &words[i], ACT_FOREVER));
    act_sender_drop(&sender);
}

static void send_numbers(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    (void)self;
    for (int number = 100; number <= 200; number += 100)
        must(act_channel_send(sender, &number, ACT_FOREVER));
    act_sender_drop(&sender);
}

enum { WORDS, NUMBERS, STOP };

int main(void)
{
    act_thread   *threads[2];
    act_sender   *words, *numbers, *stop;
    act_receiver *from_words, *from_numbers, *from_stop;
    const char   *word;
    int           number, words_count = 0, sum = 0;
    size_t        chosen = WORDS;
    must(act_channel_create(&words, &from_words, sizeof word, 1));
    must(act_channel_create(&numbers, &from_numbers, sizeof number, 1));
    must(act_channel_create(&stop, &from_stop, 0, 1)); /* a mere signal */
    act_select_case cases[] = {
        [WORDS] = ACT_SELECT_RECEIVE(from_words, &word),
        [NUMBERS] = ACT_SELECT_RECEIVE(from_numbers, &number),
        [STOP] = ACT_SELECT_RECEIVE(from_stop, NULL),
    };
    if (act_select(&chosen, cases, 3, ACT_MS(10)) == ACT_TIMED_OUT)
        printf("nothing for 10 ms\n");
    must(act_thread_spawn(&threads[0], send_words, words));
    must(act_thread_spawn(&threads[1], send_numbers, numbers));
    while (chosen != STOP) {
        act_result result = act_select(&chosen, cases, 3, ACT_FOREVER);
        if (result == ACT_DISCONNECTED)
            cases[chosen] = (act_select_case)ACT_SELECT_OFF; /* that stream has ended */
        else if (chosen == WORDS)
            words_count++;
        else if (chosen == NUMBERS)
            sum += number;
        if (words_count == 2 && sum == 300)
            act_sender_drop(&stop); /* the end of the control stream is the signal */
    }
    printf("%d words, numbers %d, stopped\n", words_count, sum);
    for (int i = 0; i < 2; i++)
        must(act_thread_join(&threads[i], NULL));
    act_receiver_drop(&from_words);
    act_receiver_drop(&from_numbers);
    act_receiver_drop(&from_stop);
    return 0;
}
