/* A descriptor of one's own: what another program writes, line by line, without waiting for it. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct reader {
    FILE   *program;
    act_fd *output;
    size_t  length;
    char    text[200]; /* a longer line is dropped */
};

static void close_program(void *program)
{
    pclose(program);
}

static act_result begin(act_self *self, void *state, const void *args)
{
    struct reader *reader = state;
    reader->program = popen(*(const char *const *)args, "re");
    if (reader->program == NULL)
        return ACT_OS;
    int fd = fileno(reader->program);
    if (act_defer(self, close_program, reader->program) != ACT_OK ||
        fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        return ACT_OS;
    return act_fd_open(self, &reader->output, fd, ACT_FD_OPTIONS(.wants = ACT_FD_READABLE));
}

static void say_lines(struct reader *reader)
{
    char *end;
    while ((end = memchr(reader->text, '\n', reader->length)) != NULL) {
        int length = (int)(end - reader->text);
        printf("it says: %.*s\n", length, reader->text);
        reader->length -= (size_t)length + 1;
        memmove(reader->text, end + 1, reader->length);
    }
    if (reader->length == sizeof reader->text)
        reader->length = 0;
}

/* Reads once; what is left in the pipe is told again. */
static void receive(act_self *self, void *state, const act_message *message)
{
    struct reader *reader = state;
    if (message->tag != ACT_MESSAGE_FD_READABLE)
        return;
    ssize_t count = read(act_fd_number(reader->output), reader->text + reader->length,
                         sizeof reader->text - reader->length);
    if (count > 0)
        reader->length += (size_t)count;
    say_lines(reader);
    if (count != 0)
        return; /* or nothing was there after all */
    printf("it has ended\n");
    act_fd_close(&reader->output);
    act_stop(self);
}

static const act_behavior reader = {.name = "reader",
                                    .state_bytes = sizeof(struct reader),
                                    .args_bytes = sizeof(char *),
                                    .init = begin,
                                    .receive = receive};

int main(void)
{
    static const char *const command = "for n in one two three; do echo $n; sleep 0.01; done";
    act_system              *system;
    act_pid                  pid;
    if (act_system_create(&system, NULL) != ACT_OK)
        return 1;
    act_result result = act_system_spawn(system, &pid, &reader, &command, NULL);
    if (result == ACT_OK)
        result = act_system_join(system, pid, NULL, ACT_FOREVER);
    act_system_destroy(&system);
    return result != ACT_OK;
}
