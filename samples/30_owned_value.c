/* A sent pointer is the receiver's: the sender's own becomes NULL. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

struct letter {
    char text[32];
};
ACT_CHANNEL_OWNED(letters, struct letter);

static void read_letter(act_thread *self, void *argument)
{
    letters_receiver *receiver = argument;
    struct letter    *letter;
    (void)self;
    must(letters_receive(*receiver, &letter, ACT_FOREVER));
    printf("received: %s\n", letter->text);
    free(letter);
}

static void burn(void *value)
{
    struct letter *letter = *(struct letter **)value;
    printf("nobody has read: %s\n", letter->text);
    free(letter);
}

static struct letter *write_letter(const char *text)
{
    struct letter *letter = malloc(sizeof *letter);
    if (letter == NULL)
        exit(1);
    snprintf(letter->text, sizeof letter->text, "%s", text);
    return letter;
}

int main(void)
{
    act_thread      *thread;
    letters_sender   sender;
    letters_receiver receiver;
    struct letter   *letter = write_letter("dear reader");
    must(letters_create(&sender, &receiver, 2));
    act_channel_release_with(receiver.untyped, burn);
    must(letters_send(sender, &letter, ACT_FOREVER));
    printf("mine: %s\n", letter == NULL ? "no more" : letter->text);
    must(act_thread_spawn(&thread, read_letter, &receiver));
    must(act_thread_join(&thread, NULL));
    letter = write_letter("too late");
    must(letters_send(sender, &letter, ACT_FOREVER));
    letters_drop_receiver(&receiver);
    letters_drop_sender(&sender);
    return 0;
}
