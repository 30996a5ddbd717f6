/*
 * Parking: workers that found nothing sleep, and a maker of work wakes one.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/scheduler/parking.c      all of it
 *           actor/scheduler/worker_pool.c  post, inject, enqueue, call_wheel, take_local, steal, run_calls, run_all,
 *                                         destroy
 * Left out  the order in which a worker looks; `lifo_slot`, which is the worker's own. Queues are counts: the run queue is
 *           run_queue.pml, the inject queue has a mutex. A wheel is a count of timers that may be due at any time.
 * Asserted  ends well only if everything is run and every worker has ended: work that no worker is woken for is an
 *           invalid end state. A nest is an actor that makes another one ready and keeps its worker until that one
 *           has run: it ends only if its work is taken by another worker. At the end none is counted as asleep or
 *           searching that is not.
 * Order     the fences and sequentially consistent accesses of parking.c are what makes this model fit: it has no
 *           other order. That they are there is tested by test/stress/actors_test only as far as a machine reorders.
 */
#define WORKERS 2 /* written out where it is simpler */
#ifndef INJECTS
#define INJECTS 2 /* outside threads, each with one actor for any worker */
#endif
#ifndef NESTS
#define NESTS   0 /* of these actors so many nest */
#endif
#ifndef LONGS
#define LONGS   0 /* of these actors so many are long */
#endif
#ifndef POSTS
#define POSTS   0 /* threads, each with one actor for worker 0 */
#endif
#ifndef CALLS
#define CALLS   0 /* threads, each with a timer for worker 0 */
#endif
#ifndef DUE
#define DUE     0 /* timers in the wheel of worker 0 to begin with */
#endif

mtype = { AWAKE, ASLEEP, WOKEN_TO_SEARCH };

mtype asleep[WORKERS] = AWAKE;
bool  wake[WORKERS];      /* act__loop_wake: ends a wait, or the next one */
bool  searches[WORKERS];  /* worker->searching */
short sleepers, searching;
byte  inject, posted, calls;
byte  deque[WORKERS], wheel[WORKERS];
byte  nests = NESTS, longs = LONGS;
bool  ending;
byte  nested; /* the deque's actors that have run */
byte  ran;

/* A nest counts twice: itself and what it has made. */
#define TOTAL (INJECTS + NESTS + POSTS + CALLS + DUE)

/* ---- parking.c */

inline claim(w, to)
{
    d_step { claimed = (asleep[w] == ASLEEP); if :: claimed -> asleep[w] = to :: else fi }
    if
    :: claimed -> sleepers--
    :: else
    fi
}

inline notify()
{
    do
    :: sleepers == 0 -> break
    :: else ->
        atomic {
            if
            :: searching == 0 -> searching = 1
            :: else -> break
            fi
        }
        at = 0;
        do
        :: at < WORKERS ->
            claim(at, WOKEN_TO_SEARCH);
            if
            :: claimed -> wake[at] = true; break
            :: else -> at++
            fi
        :: else -> break
        od;
        if
        :: claimed -> claimed = false; break
                :: else ->
            searching--;
            if
#ifndef BREAK_AGAIN
            :: asleep[0] == ASLEEP || asleep[1] == ASLEEP
#endif
            :: else -> break
            fi
        fi
    od;
    at = 0
}

inline wake_one(w)
{
    if
    :: asleep[w] == ASLEEP ->
        claim(w, AWAKE);
        if
        :: claimed -> wake[w] = true; claimed = false
        :: else
        fi
    :: else
    fi
}

/* ---- the makers of work */

proctype injector()
{
    byte at;
    bool claimed;
    inject++;
    notify()
}

proctype poster()
{
    bool claimed;
    posted++;
    wake_one(0)
}

proctype caller()
{
    bool claimed;
    calls++;
    wake_one(0)
}

/* ---- a worker */

#define OTHER    (1 - me)
#define ANYTHING (inject > 0 || (me == 0 && (posted > 0 || calls > 0)) || deque[0] > 0 || deque[1] > 0 || ending)

/* An actor for any worker runs: a nest, or one that does nothing more. */
inline run_injected()
{
    atomic {
        if
        :: nests > 0 -> nests--; deque[me]++; nest = true
        :: longs > 0 -> longs--; ran > 0; ran++
        :: nests == 0 && longs == 0 -> ran++
        fi
    }
    if
    :: nest ->
        notify();
        atomic { nested > 0 -> nested--; ran++; nest = false }
    :: else
    fi
}

inline stop_searching()
{
    if
    :: searches[me] -> atomic { searches[me] = false; searching--; was_searching = true }
    :: else
    fi
}

/* act__parking_found */
inline found()
{
    stop_searching();
#ifndef BREAK_FOUND
    if
    :: was_searching -> notify()
    :: else
    fi;
#endif
    was_searching = false
}

/* act__parking_sleep; a timer that is due ends the wait, and so may the world. */
inline park()
{
    stop_searching();
    was_searching = false;
#ifdef BREAK_LOOK_ONCE_MORE
    looked = ANYTHING;
#endif
    asleep[me] = ASLEEP;
    sleepers++;
#ifndef BREAK_LOOK_ONCE_MORE
    looked = ANYTHING;
#endif
    if
    :: looked -> looked = false
    :: else -> atomic { wake[me] || wheel[me] > 0 -> wake[me] = false }
    fi;
    claim(me, AWAKE);
    if
    :: claimed -> claimed = false
    :: else -> atomic { searches[me] = (asleep[me] == WOKEN_TO_SEARCH); asleep[me] = AWAKE }
    fi
}

/* run_all */
proctype worker(byte me)
{
    byte at;
    bool claimed, nest, looked, was_searching;
    do
    :: ending -> break
    :: else ->
        /* look_around_idle: run_calls, and the timers that are due */
        atomic {
            if
            :: me == 0 -> ran = ran + wheel[me] + calls; wheel[me] = 0; calls = 0
            :: else
            fi
        }
        if
        :: atomic { me == 0 && posted > 0 -> posted-- } found(); ran++
        :: atomic { deque[me] > 0 -> deque[me]-- } found(); atomic { ran++; nested++ }
        :: atomic { inject > 0 -> inject-- } found(); run_injected()
        :: atomic { deque[OTHER] > 0 -> deque[OTHER]-- } found(); atomic { ran++; nested++ }
        :: else -> park()
        fi
    od
}

/* destroy, when all is done */
init
{
    byte i;
    bool claimed;
    atomic {
        wheel[0] = DUE;
        run worker(0); run worker(1);
        do
        :: i < INJECTS -> run injector(); i++
        :: i >= INJECTS && i < INJECTS + POSTS -> run poster(); i++
        :: i >= INJECTS + POSTS && i < INJECTS + POSTS + CALLS -> run caller(); i++
        :: else -> break
        od;
        i = 0
    }
    ran == TOTAL;
    ending = true;
    wake_one(0);
    wake_one(1);
    _nr_pr == 1;
    assert(sleepers == 0 && asleep[0] == AWAKE && asleep[1] == AWAKE);
    assert(searching == searches[0] + searches[1])
}
