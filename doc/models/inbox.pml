/*
 * The inbox: many senders, one receiver whose token moves between workers, and bits that need no envelope.
 * SPDX-License-Identifier: MIT
 *
 * Models    mailbox/inbox/mpsc_queue.h  push, wake, older, fetch, idle, detach
 *           mailbox/inbox/inbox.h, .c   fetch, pop, retire, detach, sleep
 *           actor/process/turn.c          turn_run, turn_go_on, rest_from_work, fall_asleep, wake_if_asked
 *           actor/signal/signal.h, .c    take_in_list, control_set, control_take
 * Left out  generations: one actor lives all the time. Bounds: a counter beside the queue. Muted senders: backpressure.pml. The
 *           run queue is one bit, since one actor has one token. The pool gives any free envelope, and there are
 *           fewer than messages: the one just freed comes back at once.
 * Asserted  each message is taken in once, in its sender's order, and handled once if it is no signal; one worker
 *           at most has the token, a worker that gets it finds that none had it, and an actor uses what is of the worker
 *           that runs it; no envelope is read, linked or
 *           freed that is free or another's by now. Ends well only if all messages are handled and all bits taken:
 *           a lost wake-up is an invalid end state.
 * Order     Spin is sequentially consistent, and so are the accesses on which the control word rests. That the acquire and
 *           release of the others are enough is what test/stress/inbox_test tests, under ThreadSanitizer.
 */
#define OPEN     0
#define NONE     0   /* NULL */
#define IDLE     1
#define FIRST    2   /* envelopes are their addresses: FIRST to LAST */
#ifdef TIGHT
#define LAST     3
#define MESSAGES 2   /* of this sender */
#define TOTAL    4
#else
#define LAST     4
#define MESSAGES (2 - me)
#define TOTAL    3
#endif
#define PENDING  255

#define SENDERS  2
#define BATCH    1

typedef envelope {
    byte next;
    byte from;
    byte number;
    bool signal;
    bool used
}
envelope at[LAST + 1];

byte word = IDLE;
bool control;

byte boundary, head, tail; /* the token's holder only */
bool spent;

bool queued;  /* the token is in the run queue */
byte running; /* workers that have the token */
byte runs_on; /* self->worker: whose things the actor uses */

byte expected[SENDERS]; /* the number of the next message to take in */
byte handled[SENDERS];  /* the number behind the last message that was handled */
byte done, askers_done;

#define MINE(e) (at[e].used && at[e].from == me && at[e].number == number)

inline schedule()
{
    d_step { assert(!queued && running == 0); queued = true }
}

inline release(e)
{
    d_step {
        assert(at[e].used);
        at[e].used = false; at[e].from = 0; at[e].number = 0; at[e].signal = false; at[e].next = NONE
    }
}

/* ---- senders */

inline push(e)
{
#ifdef BREAK_EXCHANGE
    older = word;
    word = e;
#else
    d_step { older = word; word = e }
#endif
    atomic {
        assert(MINE(e));
        at[e].next = older;
        e = NONE;
        if
        :: older == IDLE -> schedule()
        :: else
        fi;
        older = 0
    }
}

inline wake()
{
    d_step { woken = (word == IDLE); if :: woken -> word = OPEN :: else fi }
}

inline make(e)
{
    atomic {
        if
        :: !at[2].used -> e = 2
        :: !at[3].used -> e = 3
#ifndef TIGHT
        :: !at[4].used -> e = 4
#endif
        fi;
        at[e].used = true;
        at[e].from = me;
        at[e].number = number;
#ifndef BREAK_PENDING
        at[e].next = PENDING;
#endif
        if
        :: me == 0 -> at[e].signal = true
        :: skip
        fi
    }
}

proctype sender(byte me)
{
    byte number, e, older;
    do
    :: number < MESSAGES ->
        make(e);
        push(e);
        number++
    :: else -> break
    od
}

/* act__control_set */
proctype asker()
{
    bool woken;
#ifdef BREAK_CONTROL_ORDER
    wake();
    control = true;
#else
    control = true;
    wake();
#endif
    if
    :: woken -> schedule()
    :: else
    fi;
    askers_done++
}

/* ---- the receiver */

/* fetch_newer, act__mpsc_fetch, act__mpsc_older; the list is linked through next, oldest first. */
inline fetch_newer()
{
    d_step { seen = word; list = NONE; stop = boundary; boundary = seen }
    do
    :: seen != stop && seen > IDLE ->
        assert(at[seen].used);
        at[seen].next != PENDING;
        older = at[seen].next;
        at[seen].next = list;
        list = seen;
        seen = older
    :: else -> break
    od;
    seen = 0; stop = 0; older = 0
}

inline detach(e)
{
    d_step { detached = (word == e); if :: detached -> word = OPEN; boundary = NONE :: else fi }
}

/* No signal stays the boundary. */
inline detach_signals()
{
#ifndef BREAK_SIGNAL_DETACH
    do
    :: atomic {
        boundary != NONE && at[boundary].signal ->
        last = boundary;
        first = list;
        detach(last);
        if
        :: detached
        :: else -> fetch_newer(); at[last].next = list; list = first
        fi;
        last = 0; first = 0; detached = false
    }
    :: else -> break
    od
#else
    skip
#endif
}

/* act__inbox_fetch */
inline fetch()
{
    atomic {
        before = boundary;
        fetch_newer();
        if
        :: list != NONE && spent -> spent = false; release(before)
        :: else
        fi;
        before = 0
    }
    detach_signals()
}

inline append(e)
{
    at[e].next = NONE;
    if
    :: tail != NONE -> at[tail].next = e
    :: else -> head = e
    fi;
    tail = e
}

inline take_in_list()
{
    atomic {
        do
        :: list != NONE ->
            e = list;
            list = at[e].next;
            assert(at[e].used && at[e].number == expected[at[e].from]);
            expected[at[e].from]++;
            if
            :: at[e].signal -> done++; release(e)
            :: else -> append(e)
            fi
        :: else -> break
        od;
        e = 0
    }
}

inline control_take()
{
    control = false /* one that is not set is not written: the same */
}

inline pop(e)
{
    d_step {
        e = head;
        assert(at[e].used && at[e].number >= handled[at[e].from]);
        handled[at[e].from] = at[e].number + 1;
        head = at[e].next;
        if :: head == NONE -> tail = NONE :: else fi
    }
}

/* A handler that leaves its message alone: act__finish, act__inbox_retire. */
inline finish(e)
{
    if
#ifndef BREAK_RETIRE
    :: e == boundary -> spent = true
#endif
    :: else -> release(e)
    fi
}

/* A handler that takes its message, and sends it on: act_take, act__inbox_detach. */
inline take(e)
{
    kept = e;
#ifndef BREAK_TAKE_DETACH
    if
    :: e == boundary ->
        detach(e);
        if
        :: detached -> detached = false
        :: else -> fetch(); take_in_list()
        fi
    :: else
    fi;
#endif
    release(kept);
    kept = 0
}

/* act__inbox_sleep; `slept` tells. */
inline sleep()
{
    atomic {
        before = boundary;
        was_spent = spent;
#ifndef BREAK_SLEEP_FIELDS
        boundary = NONE;
        spent = false;
#endif
        slept = (word == before);
        if
        :: slept -> word = IDLE; running--
        :: else -> boundary = before; spent = was_spent
        fi
    }
#ifdef BREAK_SLEEP_FIELDS
    if
    :: slept -> atomic { boundary = NONE; spent = false }
    :: else
    fi;
#endif
    atomic {
        if
        :: slept && was_spent -> release(before)
        :: else
        fi;
        before = 0;
        was_spent = false
    }
}

/* fall_asleep, wake_if_asked: the turn is over if `slept`. */
inline sleep_now()
{
    sleep();
#ifndef BREAK_RECHECK
    if
    :: slept && control -> atomic {
        wake();
        if
#ifdef BREAK_GO_ON
        :: woken -> assert(!queued && running == 0); running++; slept = false; woken = false
#else
        :: woken -> schedule(); woken = false
#endif
        :: else
        fi
    }
    :: else
    fi
#endif
}

#define FINISHED (done == TOTAL && askers_done == 1 && !control)

proctype worker()
{
    byte seen, stop, list, older, before, last, first, e, kept, batch;
    bool detached, was_spent, slept, woken;
idle:
    atomic {
        if
        :: queued -> queued = false; running++; assert(running == 1); runs_on = _pid; batch = BATCH
        :: FINISHED && !queued && running == 0 -> goto over
        fi
    }
look:
    assert(runs_on == _pid);
    fetch();
    take_in_list();
    control_take();
go_on:
    if
    :: atomic { head != NONE && batch > 0 ->
        batch--;
        pop(e);
        done++;
        if
        :: finish(e)
        :: take(e)
        fi;
        e = 0 }
        if
        :: head == NONE -> goto look
        :: else -> goto go_on
        fi
    :: head != NONE && batch == 0 -> skip
    :: head == NONE ->
        sleep_now();
        if
        :: slept -> atomic { slept = false; batch = 0; goto idle }
        :: !slept && batch > 0 -> goto look
        :: else
        fi
    fi;
    atomic { running--; schedule(); batch = 0; goto idle } /* yield */
over:
    skip
}

init
{
    atomic { run sender(0); run sender(1); run asker(); run worker(); run worker() }
    _nr_pr == 1;
    assert(word == IDLE && !at[2].used && !at[3].used && !at[LAST].used)
}
