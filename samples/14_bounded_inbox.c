/* An inbox with a bound: what each policy does with the messages that find no room. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

#define PRESS_PRINT(FIELD)      FIELD(1, INT32, page)
#define PRESS_MESSAGES(MESSAGE) MESSAGE(press_print, PRESS_PRINT)
ACT_SCHEMA(press, PRESS_MESSAGES);

#define AUTHOR_MESSAGES(MESSAGE) MESSAGE(author_send, ACT_NO_FIELDS)
ACT_SCHEMA(author, AUTHOR_MESSAGES);

enum { ROOM = 3, PAGES = 5 };

/* ---- the press: has room for three pages to wait ---- */

static void print_page(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state;
    if (press_tag_of(message) == press_print_tag)
        printf("  page %d is printed\n", (int)act_view(press_print, message)->page);
}

static const act_behavior press = {.name = "press", .receive = print_page};

/* ---- the author: sends all its pages at once, and later those that were refused ---- */

struct progress {
    act_pid press;
    int     page; /* the next to be sent */
};

static act_result send_page(act_self *self, const struct progress *done)
{
    act_message *message = NULL;
    act_result   result = act_message_make(&message, press_print, .page = done->page);
    if (result == ACT_OK)
        result = act_send(self, done->press, &message);
    act_message_free(&message); /* one that was refused is still ours; one that was sent is not */
    return result;
}

static void send_pages(act_self *self, struct progress *done)
{
    act_ref timer;
    for (; done->page <= PAGES; done->page++) {
        act_result result = send_page(self, done);
        if (result == ACT_OK)
            continue;
        printf("  page %d: %s\n", done->page, act_result_text(result));
        if (act_tell_after(self, &timer, act_self_pid(self), ACT_MS(10), author_send) != ACT_OK)
            act_panic(self, "no memory for a timer");
        return;
    }
    act_stop(self);
}

static act_result author_begin(act_self *self, void *state, const void *args)
{
    struct progress *done = state;
    *done = (struct progress){.press = *(const act_pid *)args, .page = 1};
    send_pages(self, done);
    return ACT_OK;
}

static void author_receive(act_self *self, void *state, const act_message *message)
{
    if (author_tag_of(message) == author_send_tag)
        send_pages(self, state);
    else
        act_unknown(self, message);
}

static const act_behavior author = {.name = "author",
                                    .state_bytes = sizeof(struct progress),
                                    .args_bytes = sizeof(act_pid),
                                    .init = author_begin,
                                    .receive = author_receive};

/* ---- what was dropped is not lost in silence ---- */

static void show_dead_letter(void *context, act_pid to, const act_message *message, act_result why)
{
    (void)context, (void)to;
    if (press_tag_of(message) == press_print_tag)
        printf("  page %d is dropped: %s\n", (int)act_view(press_print, message)->page,
               act_result_text(why));
}

/* In a simulation: the press does not run before the author has sent what it can. */
static act_result show(const char *title, act_inbox_policy policy)
{
    act_simulation *simulation;
    act_pid         press_pid, author_pid;
    act_result      result =
        act_simulation_create(&simulation, 1, ACT_SYSTEM_OPTIONS(.dead_letter = show_dead_letter));
    if (result != ACT_OK)
        return result;
    printf("%s\n", title);
    act_system *system = act_simulation_system(simulation);
    result = act_system_spawn(system, &press_pid, &press, NULL,
                              ACT_SPAWN_OPTIONS(.inbox_max = ROOM, .inbox_policy = policy));
    if (result == ACT_OK)
        result = act_system_spawn(system, &author_pid, &author, &press_pid, NULL);
    if (result == ACT_OK)
        result = act_simulation_advance(simulation, ACT_SECONDS(1), 1000);
    act_simulation_destroy(&simulation);
    return result;
}

int main(void)
{
    act_result result = show("refuse: the sender decides", ACT_INBOX_REFUSE);
    if (result == ACT_OK)
        result = show("drop the newest: the sender is not told", ACT_INBOX_DROP_NEWEST);
    if (result == ACT_OK)
        result = show("drop the oldest: only the latest count", ACT_INBOX_DROP_OLDEST);
    return result != ACT_OK;
}
