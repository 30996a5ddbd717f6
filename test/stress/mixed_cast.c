/*
 * The actors of the mixed stress: each does at random what an actor can, and knows what it must
 * hear.
 */
/* SPDX-License-Identifier: MIT */
#include <test/stress/mixed_cast.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct peer      mixed_peers[PEERS_MAX];
_Atomic uint32_t mixed_peers_count, mixed_population;
_Atomic bool     mixed_is_calm, mixed_stops;
_Atomic uint64_t mixed_places[PLACES];

_Atomic int64_t  mixed_resources, mixed_values;
_Atomic uint64_t mixed_asks, mixed_answers, mixed_exits, mixed_downs, mixed_deaths, mixed_notes;
act_sender      *mixed_senders[2];
act_receiver    *mixed_receivers[2];

enum { POPULATION_MAX = 60, BURST = 300 };

void mixed_fault(const char *what, act_pid actor)
{
    fprintf(stderr, "%s: actor %llu\n", what, (unsigned long long)actor.local);
    abort();
}

static void must(act_result result)
{
    if (result != ACT_OK) {
        fprintf(stderr, "a call has answered: %s\n", act_result_text(result));
        abort();
    }
}

void mixed_cast_begin(void)
{
    uint32_t used = mixed_peers_count < PEERS_MAX ? mixed_peers_count : PEERS_MAX;
    memset(mixed_peers, 0, used * sizeof mixed_peers[0]);
    mixed_peers_count = mixed_population = 0;
    mixed_is_calm = mixed_stops = false;
    for (int i = 0; i < PLACES; i++)
        mixed_places[i] = 0;
}

act_pid mixed_any_place(uint64_t random)
{
    return (act_pid){0, mixed_places[random % PLACES]};
}

static void release_resource(void *unused)
{
    (void)unused;
    mixed_resources--;
}

act_value mixed_resource(void)
{
    mixed_resources++;
    return act_resource_value(&mixed_resources, release_resource);
}

void mixed_release_value(void *value)
{
    (void)value;
    mixed_values--;
}

const char *mixed_name(uint64_t random)
{
    static const char *const names[] = {"ada", "bob", "cyd", "clerk 0", "clerk 1", "clerk 4"};
    return names[random % NAMES];
}

/* -------------------------------------------------------------------------- what a peer is owed */

/* With pid or ref: the one that is there; both none: a free one. NULL: there is none. */
static struct tie *find(struct tie *ties, act_pid pid, act_ref ref)
{
    for (int i = 0; i < TIES; i++)
        if (act_pid_equal(ties[i].pid, pid) && (ref.value == 0 || ties[i].ref.value == ref.value))
            return &ties[i];
    return NULL;
}

static struct tie *find_ref(struct tie *ties, act_ref ref)
{
    for (int i = 0; i < TIES; i++)
        if (!act_pid_is_none(ties[i].pid) && ties[i].ref.value == ref.value)
            return &ties[i];
    return NULL;
}

static struct tie *find_free(struct tie *ties)
{
    return find(ties, act_pid_none(), (act_ref){0});
}

static void forget(struct tie *tie)
{
    *tie = (struct tie){0};
}

static act_pid *find_heard(struct peer *peer, act_pid pid)
{
    for (int i = 0; i < HEARD; i++)
        if (act_pid_equal(peer->heard[i], pid))
            return &peer->heard[i];
    return NULL;
}

/* No EXIT of this one may come any more, unless it is linked again. */
static void note_heard(struct peer *peer, act_pid pid)
{
    if (find_heard(peer, pid) == NULL)
        peer->heard[peer->heard_count++ % HEARD] = pid;
}

static void hear_exit(act_self *self, struct peer *peer, const act_message *message)
{
    act_pid     from = act_message_sender(message);
    struct tie *link = act_pid_is_none(from) ? NULL : find(peer->ties.links, from, (act_ref){0});
    if (link != NULL) { /* one more may come: of a link by the other that had ended before this
                           was made */
        forget(link);
        mixed_exits++;
        return;
    }
    if (mixed_stops || act_pid_is_none(from) || act_pid_equal(from, act_self_parent(self))) {
        act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
        return;
    } else if (find_heard(peer, from) != NULL) {
        mixed_fault("an EXIT too many", peer->pid);
    }
    note_heard(peer, from);
}

static void hear_answer(struct peer *peer, const act_message *message)
{
    struct tie *tie = find_ref(peer->ties.asks, message->ref);
    if (tie == NULL)
        mixed_fault("an answer too many", peer->pid);
    forget(tie);
    mixed_answers++;
}

static void hear_down(struct peer *peer, const act_message *message)
{
    struct tie *tie = find_ref(peer->ties.monitors, message->ref);
    if (tie == NULL) {
        hear_answer(peer, message);
        return;
    }
    forget(tie);
    mixed_downs++;
}

/* --------------------------------------------------------------------------------- what it does */

static void do_send(act_self *self, struct peer *peer)
{
    act_pid      to = mixed_any_place(act_random(self));
    act_message *message;
    (void)peer;
    must(act_message_create_value(&message, HELLO, mixed_resource()));
    if (act_send(self, to, &message) != ACT_OK)
        act_message_free(&message);
}

static void do_send_name(act_self *self, struct peer *peer)
{
    act_message *message;
    (void)peer;
    must(act_message_create_value(&message, HELLO, mixed_resource()));
    if (act_send_name(self, mixed_name(act_random(self)), &message) != ACT_OK)
        act_message_free(&message);
}

/* More than the receiver likes: it slows us down. */
static void do_flood(act_self *self, struct peer *peer)
{
    act_pid to = mixed_any_place(act_random(self));
    (void)peer;
    for (int i = 0; i < BURST; i++)
        act_tell_value(self, to, HELLO, act_uint64((uint64_t)i));
}

static void do_ask(act_self *self, struct peer *peer)
{
    struct tie  *tie = find_free(peer->ties.asks);
    uint64_t     place = act_random(self) % PLACES;
    act_pid      to = mixed_any_place(place);
    act_message *message;
    if (tie == NULL || act_pid_is_none(to) || act_pid_equal(to, peer->pid))
        return;
    act_millis timeout = place % 2 == 0 ? ACT_FOREVER : (act_millis)(1 + act_random(self) % 5);
    must(act_message_create_value(&message, REQUEST, mixed_resource()));
    act_result result = act_ask_message(self, &tie->ref, to, &message, timeout);
    if (result == ACT_OK)
        tie->pid = to;
    else
        act_message_free(&message);
    mixed_asks += result == ACT_OK;
}

static void answer_owed(act_self *self, struct peer *peer)
{
    act_asker    owed = peer->owed;
    act_message *message;
    if (owed.ask.value == 0)
        return;
    peer->owed = (act_asker){0};
    if (act_random(self) % 4 == 0) {
        (void)!act_refuse(self, owed, act_exit_reason_make(ACT_EXIT_ERROR, 7, "not today"));
        return;
    }
    must(act_message_create_value(&message, ANSWER, mixed_resource()));
    if (act_reply_message(self, owed, &message) != ACT_OK)
        act_message_free(&message);
}

static void do_monitor(act_self *self, struct peer *peer)
{
    struct tie *tie = find_free(peer->ties.monitors);
    act_pid     pid = mixed_any_place(act_random(self));
    if (act_pid_is_none(pid))
        return;
    if (tie != NULL) {
        must(act_monitor(self, &tie->ref, pid));
        tie->pid = pid;
        return;
    }
    tie = &peer->ties.monitors[act_random(self) % TIES];
    act_demonitor(self, tie->ref); /* from now on nothing may come of it */
    forget(tie);
}

static void link_to(act_self *self, struct peer *peer, act_pid pid)
{
    struct tie *tie = find_free(peer->ties.links);
    act_pid    *heard = find_heard(peer, pid);
    if (tie == NULL || act_pid_is_none(pid) || act_pid_equal(pid, peer->pid) ||
        find(peer->ties.links, pid, (act_ref){0}) != NULL)
        return;
    must(act_link(self, pid));
    tie->pid = pid;
    if (heard != NULL)
        *heard = act_pid_none();
}

/* With each other, also both at once; these links are never taken back. */
static void do_link(act_self *self, struct peer *peer)
{
    link_to(self, peer, (act_pid){0, mixed_places[act_random(self) % (PLACES / 2)]});
}

/* Bystanders stand in the upper half of the places; only this side ever links and unlinks. */
static void do_link_and_unlink(act_self *self, struct peer *peer)
{
    act_pid     pid = {0, mixed_places[PLACES / 2 + act_random(self) % (PLACES / 2)]};
    struct tie *tie = act_pid_is_none(pid) ? NULL : find(peer->ties.links, pid, (act_ref){0});
    if (tie == NULL) {
        link_to(self, peer, pid);
        return;
    }
    act_unlink(self, pid);
    forget(tie);
    note_heard(peer, pid);
}

static void do_spawn(act_self *self, struct peer *peer)
{
    struct tie *tie;
    act_pid     pid;
    act_ref     ref;
    if (mixed_population >= POPULATION_MAX || mixed_peers_count >= PEERS_MAX - POPULATION_MAX)
        return;
    if (act_random(self) % 2 == 0 && (tie = find_free(peer->ties.links)) != NULL) {
        if (act_spawn_link(self, &pid, &mixed_peer, NULL, NULL) == ACT_OK)
            tie->pid = pid;
    } else if ((tie = find_free(peer->ties.monitors)) != NULL) {
        act_inbox_policy policy = (act_inbox_policy)(act_random(self) % 3);
        if (act_spawn_monitor(self, &pid, &ref, &mixed_peer, NULL,
                              ACT_SPAWN_OPTIONS(.inbox_max = 20, .inbox_policy = policy)) == ACT_OK)
            *tie = (struct tie){pid, ref};
    }
}

static void do_kill(act_self *self, struct peer *peer)
{
    act_exit_reason kill = act_exit_reason_make(ACT_EXIT_KILL, 0, NULL);
    (void)peer;
    if (act_random(self) % 8 == 0)
        must(act_exit_other(self, mixed_any_place(act_random(self)), kill));
}

static void do_end(act_self *self, struct peer *peer)
{
    uint64_t how = act_random(self) % 24;
    (void)peer;
    if (how == 0)
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
    else if (how == 1)
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 5, "enough"));
    else if (how == 2)
        act_panic(self, "in a hurry");
}

static void do_name(act_self *self, struct peer *peer)
{
    const char *name = mixed_name(act_random(self) % 3);
    (void)peer;
    if (act_register(self, name) != ACT_OK)
        (void)!act_unregister(self, name);
}

static void do_timer(act_self *self, struct peer *peer)
{
    if (peer->timer.value != 0 && act_random(self) % 2 == 0)
        (void)!act_cancel_timer(self, peer->timer);
    act_pid to = mixed_any_place(act_random(self));
    must(act_tell_after_value(self, &peer->timer, to, HELLO, mixed_resource(),
                              (act_millis)(act_random(self) % 4)));
}

static void do_ask_channel(act_self *self, struct peer *peer)
{
    uint64_t random = act_random(self);
    int      at = (int)(random % 2);
    int64_t  value = 1;
    (void)peer;
    switch (random / 2 % 4) {
    case 0: must(act_channel_notify(self, mixed_receivers[at], NOTE)); break;
    case 1: must(act_channel_notify_room(self, mixed_senders[at], NOTE)); break;
    case 2: must(act_channel_receive_later(self, mixed_receivers[at], NOTE)); break;
    default: mixed_values++; must(act_channel_send_later(self, mixed_senders[at], &value, NOTE));
    }
}

static void hear_note(const act_message *message)
{
    int64_t value;
    mixed_notes++;
    if (act_channel_take(message, &value) == ACT_OK)
        mixed_values--;
    for (int at = 0; at < 2; at++)
        while (act_channel_receive(mixed_receivers[at], &value, 0) == ACT_OK)
            mixed_values--;
}

typedef void         action(act_self *self, struct peer *peer);
static action *const actions[] = {
    do_send,  do_send_name, do_ask, do_ask,  do_monitor, do_link,        do_link_and_unlink,
    do_spawn, do_kill,      do_end, do_name, do_timer,   do_ask_channel, do_flood,
};
/* The last is rare. */
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static void go_on(act_self *self, struct peer *peer)
{
    act_millis delay = (act_millis)(act_random(self) % 3);
    act_ref    timer;
    answer_owed(self, peer);
    for (uint64_t i = act_random(self) % 4; i > 0; i--) {
        uint64_t which = act_random(self) % (8 * ACTIONS);
        actions[which < 8 * ACTIONS - 7 ? which % (ACTIONS - 1) : ACTIONS - 1](self, peer);
    }
    if (act_random(self) % 3 == 0)
        act_tell_value(self, peer->pid, STEP, act_nothing());
    else
        must(act_tell_after_value(self, &timer, peer->pid, STEP, act_nothing(), delay));
}

static void hear_request(act_self *self, struct peer *peer, const act_message *message)
{
    if (!mixed_is_calm && peer->owed.ask.value == 0 && act_random(self) % 2 == 0)
        peer->owed = act_message_asker(message);
    else
        act_answer_value(self, message, ANSWER, mixed_resource());
}

static void answer_check(act_self *self, const struct peer *peer, act_asker asker)
{
    act_message *message;
    if (asker.ask.value == 0)
        return;
    must(act_message_create(&message, CHECK, sizeof peer->ties));
    memcpy(message->as.bytes, &peer->ties, sizeof peer->ties);
    if (act_reply_message(self, asker, &message) != ACT_OK)
        act_message_free(&message);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct peer *peer = *(struct peer **)state;
    switch (message->tag) {
    case STEP:
        if (!mixed_is_calm)
            go_on(self, peer);
        break;
    case REQUEST: hear_request(self, peer, message); break;
    case CHECK:
        answer_owed(self, peer);
        answer_check(self, peer, act_message_asker(message));
        break;
    case ANSWER:
    case ACT_MESSAGE_TIMED_OUT: hear_answer(peer, message); break;
    case ACT_MESSAGE_DOWN: hear_down(peer, message); break;
    case ACT_MESSAGE_EXIT: hear_exit(self, peer, message); break;
    case NOTE: hear_note(message); break;
    default: answer_owed(self, peer); break;
    }
}

/* ------------------------------------------------------------------------ how it comes and goes */

static void end_peer(void *context)
{
    struct peer *peer = context;
    peer->has_ended = true;
    mixed_population--;
    mixed_deaths++;
}

static act_result begin_peer(act_self *self, void *state, uint64_t place)
{
    uint32_t index = mixed_peers_count++;
    if (index >= PEERS_MAX)
        return ACT_IGNORE;
    struct peer *peer = *(struct peer **)state = &mixed_peers[index];
    peer->pid = act_self_pid(self);
    mixed_population++;
    must(act_defer(self, end_peer, peer));
    must(act_trap_exits(self, true));
    peer->is_alive = true;
    mixed_places[place] = peer->pid.local;
    act_tell_value(self, peer->pid, STEP, act_nothing());
    return ACT_OK;
}

static act_result peer_init(act_self *self, void *state, const void *args)
{
    (void)args;
    return begin_peer(self, state, act_random(self) % (PLACES / 2));
}

const act_behavior mixed_peer = {
    .name = "peer", .state_bytes = sizeof(struct peer *), .init = peer_init, .receive = receive};
const act_behavior mixed_clerk = {
    .name = "clerk", .state_bytes = sizeof(struct peer *), .init = peer_init, .receive = receive};

/* It keeps its thread for a while. */
static void block(act_self *self, void *state, const act_message *message)
{
    if (message->tag == STEP && !mixed_is_calm)
        nanosleep(&(struct timespec){.tv_nsec = (long)(act_random(self) % 300000)}, NULL);
    receive(self, state, message);
}

const act_behavior mixed_blocker = {
    .name = "blocker", .state_bytes = sizeof(struct peer *), .init = peer_init, .receive = block};

/* It begins nothing, and is linked and unlinked by others. */
static void stand_by(act_self *self, void *state, const act_message *message)
{
    if (message->tag != STEP)
        receive(self, state, message);
}

static act_result bystander_init(act_self *self, void *state, const void *args)
{
    (void)args;
    return begin_peer(self, state, PLACES / 2 + act_random(self) % (PLACES / 2));
}

const act_behavior mixed_bystander = {.name = "bystander",
                                      .state_bytes = sizeof(struct peer *),
                                      .init = bystander_init,
                                      .receive = stand_by};
