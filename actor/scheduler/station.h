/*
 * How a thread keeps its station, and how a turn that does not end loses it to another thread.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_STATION_H
#define ACT_ACTOR_SCHEDULER_STATION_H

#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <mailbox/base/lock.h>

/*
 * A station is what a worker's thread works at: run queues, timing wheel, event loop. There are
 * workers_count of them, and a few more threads. Whatever one handler does, the other actors of its
 * station go on:
 *
 *     at its station --- a long turn: the monitor holds it for a moment ---> at its station
 *        |        ^
 *        |        +--- act__station_need: a call of the long turn needs it back ---+
 *        |                                                                         |
 *        +--- the turn is longer than stuck_after: another thread gets it --> displaced
 *                                                                                  |
 *                                                              spare <--- the turn ends
 *
 * A thread uses its station between turns (`current` is NULL), and in a turn between
 * act__station_enter and act__station_leave (`station_uses` is not 0). It writes those and then
 * reads `station_asked`. The monitor sets station_asked, has every running thread of the process
 * pass a barrier (membarrier(2)), and then reads the other two. So either the monitor sees that the
 * station is in use and leaves it alone, or the thread sees that it is asked for and takes the
 * pool's mutex. This is Dekker's handshake with all of its price on the side that needs it rarely:
 * doc/models/station.pml, doc/decisions/015.
 *
 * `lifo_slot` alone is filled without that in a turn, and only while it is NULL (act__schedule);
 * the monitor exchanges it. A thread that had just seen NULL may so fill it after it was displaced:
 * the monitor looks there until the turn ends.
 */

/* The rest of the two below; see stuck.c. */
bool act__station_enter_slowly(struct act__runner *runner);
void act__station_regain(struct act__runner *runner);

/*
 * Returns: whether the station is the calling thread's until act__station_leave; else the thread is
 * displaced.
 */
static inline bool act__station_enter(struct act__runner *runner)
{
    uint16_t uses = act__load(&runner->station_uses);
    act__store(&runner->station_uses, (uint16_t)(uses + 1));
    atomic_signal_fence(memory_order_seq_cst); /* for the compiler; the monitor's membarrier is
                                                  for the processor */
    /* acquire: pairs with the release in let_go_of, stuck.c. */
    ACT__LOCKS_HELD_ADD(1u); /* the program's code is not to run meanwhile: it may take its time */
    if (act__likely(!act__load_acquire(&runner->station_asked)) || uses != 0)
        return true;
    if (act__station_enter_slowly(runner))
        return true;
    ACT__LOCKS_HELD_ADD(-1u);
    return false;
}

static inline void act__station_leave(struct act__runner *runner)
{
    ACT__LOCKS_HELD_ADD(-1u);
    /*
     * release: pairs with the acquire in hold_station, stuck.c: the monitor sees what was done with
     * the station.
     */
    act__store_release(&runner->station_uses, (uint16_t)(act__load(&runner->station_uses) - 1));
}

/*
 * The same for a call that cannot do without: a displaced thread waits until its station is free.
 */
static inline void act__station_need(struct act__runner *runner)
{
    if (act__unlikely(!act__station_enter(runner))) {
        act__station_regain(runner);
        ACT__LOCKS_HELD_ADD(1u);
    }
}

#endif
