/* Partitions: one list of words as four supervised actors, each with its share of the words. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>
#include <string.h>

#define LIST_ADD(FIELD) FIELD(1, TEXT, word)
#define LIST_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(list_add, LIST_ADD)                                                                    \
    MESSAGE(list_show, ACT_NO_FIELDS)
ACT_SCHEMA(list, LIST_MESSAGES);

/* ---- one of the lists: in a kept block, so that a crash loses none of it ---- */

struct kept {
    int  starts;
    char words[100];
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct kept *kept = act_kept(self);
    (void)state, (void)args;
    kept->starts++;
    return ACT_OK;
}

static void add_word(act_self *self, struct kept *kept, const char *word)
{
    size_t used = strlen(kept->words);
    if (strcmp(word, "crash") == 0)
        act_panic(self, "told to crash");
    snprintf(kept->words + used, sizeof kept->words - used, " %s", word);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct kept *kept = act_kept(self);
    (void)state;
    switch (list_tag_of(message)) {
    case list_add_tag: add_word(self, kept, act_view(list_add, message)->word); break;
    case list_show_tag:
        printf("started %s:%s\n", kept->starts == 1 ? "once" : "again", kept->words);
        break;
    default: act_unknown(self, message);
    }
}

static const act_behavior list = {.name = "list", .init = begin, .receive = receive};

/* ---- the clerk: hands each word to the list that it belongs to ---- */

static void hand_on(act_self *self, void *state, const act_message *message)
{
    const act_partition *lists = act_kept(self);
    (void)state;
    if (list_tag_of(message) != list_add_tag) {
        act_unknown(self, message);
        return;
    }
    const char  *word = act_view(list_add, message)->word;
    uint64_t     key = act_partition_key(word, strlen(word)); /* the same word, the same list */
    act_message *mine = act_take(self);
    if (act_partition_send(self, lists, key, &mine) != ACT_OK) /* waits there during a restart */
        act_message_free(&mine);
}

static const act_behavior clerk = {.name = "clerk", .receive = hand_on};

/* ---- all of it ---- */

enum { LISTS = 4 };

static act_result show_list(act_simulation *simulation, int number)
{
    act_system *system = act_simulation_system(simulation);
    char        name[ACT_NAME_MAX];
    act_pid     pid;
    snprintf(name, sizeof name, "words/%d", number);
    act_result result = act_whereis(system, &pid, name);
    if (result != ACT_OK)
        return result;
    printf("%s, ", name);
    act_system_tell(system, pid, list_show);
    return act_simulation_run(simulation, NULL, 1000);
}

static act_result show(act_simulation *simulation, act_partition *lists)
{
    static const char *const words[] = {"to", "be", "or", "not", "to", "be", "crash", "is", "or"};
    act_system              *system = act_simulation_system(simulation);
    act_pid                  pid;
    act_result               result =
        act_system_spawn_supervisor(system, &pid, act_partition_supervisor(lists), NULL);
    if (result == ACT_OK)
        result = act_simulation_run(simulation, NULL, 1000);
    if (result == ACT_OK)
        result = act_system_spawn(system, &pid, &clerk, NULL, ACT_SPAWN_OPTIONS(.kept = lists));
    if (result != ACT_OK)
        return result;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        act_system_tell(system, pid, list_add, .word = words[i]);
    result = act_simulation_run(simulation, NULL, 1000);
    for (int i = 0; result == ACT_OK && i < LISTS; i++)
        result = show_list(simulation, i);
    return result;
}

int main(void)
{
    const act_partition_spec spec = {
        .name = "words",
        .count = LISTS,
        .child = {.behavior = &list, .kept_bytes = sizeof(struct kept)},
        .intensity = 1,
    };
    act_partition  *lists;
    act_simulation *simulation;
    if (act_partition_create(&lists, &spec) != ACT_OK)
        return 1;
    act_result result = act_simulation_create(&simulation, 1, NULL);
    if (result == ACT_OK) {
        result = show(simulation, lists);
        act_simulation_destroy(&simulation); /* first what uses the lists */
    }
    act_partition_destroy(&lists);
    return result != ACT_OK;
}
