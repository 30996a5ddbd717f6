/* What a library that was configured with --enable-debug looks at. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/debug.h>

#ifdef ACT_DEBUG

#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/scheduler/runner.h>
#include <actor/signal/bond.h>
#include <mailbox/base/pid.h>

#define FAIL(...) act_debug_failed(__FILE__, __LINE__, __VA_ARGS__)

#define PID_OF(local) text_of((char[ACT_PID_TEXT_MAX]){0}, local)

static const char *text_of(char text[ACT_PID_TEXT_MAX], uint64_t local)
{
    act_pid_text(text, ACT_PID_TEXT_MAX, act__pid_of(local));
    return text;
}

/* ----------------------------------------------------------------------- calls of handlers only */

void act_debug_in_handler(const act_self *self, const char *call, const char *file, int line)
{
    act__handler_only(self, call, file, line);
}

void act__handler_only(const act_self *self, const char *call, const char *file, int line)
{
    const struct act__runner *here = act__callbacks_here;
    const act_self           *runs = here != NULL ? act__self_of(act__load(&here->current)) : NULL;
    if (runs == self)
        return;
    /* A thread that waits makes calls for the cell that it lives in: see foreign.c. */
    if (act__load(&self->task.route) == ACT__ROUTE_FOREIGN || act__has_forked(self->worker->system))
        return;
    if (runs == NULL)
        act_debug_failed(file, line,
                         "%s: actor %s is none whose callback runs on this thread: "
                         "none does",
                         call, PID_OF(act__local_of(self)));
    act_debug_failed(file, line,
                     "%s: actor %s is none whose callback runs on this thread: "
                     "that of %s does",
                     call, PID_OF(act__local_of(self)), PID_OF(act__local_of(runs)));
}

/* ----------------------------------------------------------------------------- token and inbox */

enum { LOOKED_AT_MAX = 64 }; /* of what waits: a turn of an actor far behind stays short */

/* What is linked is what is counted. With the token. */
static void look_at_inbox(const act_self *self)
{
    const act_message *message = self->inbox_owned.head, *last = NULL;
    uint32_t           count = act__load(&self->inbox_owned.count), linked = 0, seen = 0;
    for (; message != NULL && seen < LOOKED_AT_MAX; message = message->act_next) {
        last = message;
        linked += act__message_takes_room(message);
        seen++;
    }
    if (message == NULL ? linked != count || last != self->inbox_owned.tail : linked > count)
        FAIL("actor %s: its inbox counts %u messages and has %u%s%s", PID_OF(act__local_of(self)),
             (unsigned)count, (unsigned)linked, message != NULL ? " or more" : "",
             message == NULL && last != self->inbox_owned.tail ? ", and ends elsewhere" : "");
}

void act__token_got(act_self *self)
{
    /* relaxed: the token itself brings what its last holder did; this only finds a second one. */
    if (atomic_exchange_explicit(&self->inbox_owned.token_is_held, true, memory_order_relaxed))
        FAIL("actor %s is run twice at the same time", PID_OF(act__local_of(self)));
    if (act__load(&self->inbox_shared.queue.word) == ACT__QUEUE_IDLE)
        FAIL("actor %s is run while it sleeps: without its token", PID_OF(act__local_of(self)));
    look_at_inbox(self);
}

void act__token_gives(act_self *self)
{
    look_at_inbox(self);
    if (!atomic_exchange_explicit(&self->inbox_owned.token_is_held, false, memory_order_relaxed))
        FAIL("actor %s gives its token away twice", PID_OF(act__local_of(self)));
}

void act__token_held(const struct act__worker *worker, const act_self *self)
{
    if (!act__load(&self->inbox_owned.token_is_held) || self->worker != worker ||
        act__self_of(act__load(&worker->run.current)) != self)
        FAIL("actor %s is run by a worker that does not have its token",
             PID_OF(act__local_of(self)));
}

/* ------------------------------------------------------------------------------- bonds' balance */

/* An envelope that lies in an inbox: if it is an end of a bond, that is one of its holders. */
static void settle_end(act_message *message)
{
    unsigned home = act__message_home(message), end;
    if (home != ACT__HOME_BOND_0 && home != ACT__HOME_BOND_1)
        return;
    struct act__bond *bond = act__bond_of_end(message, &end);
    uint8_t           holders = act__load(&bond->holders);
    if (holders == 0)
        FAIL("an end of a bond of actor %s is on its way, and the bond is over",
             PID_OF(bond->end[0].act_sender));
    act__store(&bond->holders, (uint8_t)(holders - 1));
}

/* What was sent to one that had ended may lie there still: no thread is left to fetch it. */
static void settle_inbox(act_self *cell)
{
    uintptr_t at = act__load(&cell->inbox_shared.queue.word),
              boundary = (uintptr_t)cell->inbox_owned.boundary;
    for (act_message *message = cell->inbox_owned.head; message != NULL;
         message = message->act_next)
        settle_end(message);
    while (at > ACT__QUEUE_IDLE && at != boundary) {
        settle_end((act_message *)at);
        at = act__mpsc_older((act_message *)at);
    }
}

void act__bonds_have_ended(struct act_system *system)
{
    static const char *const kinds[] = {"link", "monitor", "ask"};
    act_self                *cell;
    struct act__bond        *bond;
    for (size_t slot = 0; (cell = act__slab_at(&system->cells, slot)) != NULL; slot++)
        settle_inbox(cell);
    for (size_t index = 0; (bond = act__slab_at(&system->bonds, index)) != NULL; index++)
        if (act__load(&bond->holders) != 0)
            FAIL("a %s of actor %s with %s is left: %s end it", kinds[bond->kind],
                 PID_OF(bond->end[0].act_sender), PID_OF(bond->end[1].act_sender),
                 bond->ended[0]   ? "its second side did not"
                 : bond->ended[1] ? "its first side did not"
                                  : "both sides did not");
}

#endif
