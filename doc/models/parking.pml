/*
 * Parking: workers that found nothing sleep, and a maker of work wakes one.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/scheduler/parking.c      all of it
 *           actor/scheduler/share.c        act__share_steal, act__share_watch, act__share_relieve
 *           actor/scheduler/worker_pool.c  post, inject, enqueue, call_wheel, take_local, run_calls, run_all, destroy
 * Left out  the order in which a worker looks; `lifo_slot`, which is the worker's own. Queues are counts: the run queue is
 *           run_queue.pml, the inject queue has a mutex. A wheel is a count of timers that may be due at any time. Time:
 *           what is in another worker's queue may be due, or not yet, at any look; and the sentry's pause may be over at
 *           once, and any look without something that waits be its last.
 * Asserted  ends well only if everything is run and every worker has ended: work that no worker is woken for is an
 *           invalid end state. A nest is an actor that makes another one ready and keeps its worker until that one
 *           has run: it ends only if its work is taken by another worker. With TWINS it makes two, of which none ends
 *           before both have begun: that takes three workers. At the end none is counted as asleep or searching that is
 *           not, and none is the sentry that does not know it.
 * Order     the fences and sequentially consistent accesses of parking.c are what makes this model fit: it has no
 *           other order. That they are there is tested by test/stress/actors_test only as far as a machine reorders.
 */
#ifdef TWINS
#define WORKERS 3 /* written out where it is simpler */
#define MADE    2 /* by a nest */
#else
#define WORKERS 2
#define MADE    1
#endif
#ifndef INJECTS
#define INJECTS 2 /* outside threads, each with one actor for any worker */
#endif
#ifndef BEGUN
#define BEGUN   0 /* so many more are there to begin with */
#endif
#ifndef NESTS
#define NESTS   0 /* of these actors so many nest */
#endif
#ifndef CHORES
#define CHORES  0 /* of these actors so many make another one ready, and do not wait for it */
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
bool  watches[WORKERS];   /* share->is_sentry */
bool  has_sentry;
short sleepers, searching;
byte  inject = BEGUN;
byte  posted, calls;
byte  deque[WORKERS], wheel[WORKERS];
byte  nests = NESTS, chores = CHORES, longs = LONGS;
bool  ending;
byte  begun;  /* the deque's actors that have begun */
short nested; /* and that have run, except those of chores */
byte  ran;

/* A nest counts for itself and for what it has made. */
#define TOTAL (BEGUN + INJECTS + NESTS * MADE + CHORES + POSTS + CALLS + DUE)

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
            :: asleep[0] == ASLEEP || asleep[1] == ASLEEP || asleep[WORKERS - 1] == ASLEEP
#endif
            :: else -> break
            fi
        fi
    od;
    at = 0
}

inline offer()
{
    if
    :: sleepers == 0
    :: else ->
        if
        :: has_sentry
        :: else -> notify()
        fi
    fi
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

#define NEXT     ((me + 1) % WORKERS)
#define LAST     ((me + WORKERS - 1) % WORKERS)
#define ANYTHING (inject > 0 || (me == 0 && (posted > 0 || calls > 0)) || ending)
#define WAITS    (deque[0] > 0 || deque[1] > 0 || deque[WORKERS - 1] > 0)

/* An actor for any worker runs: a nest, a chore, a long one, or one that does nothing more. */
inline run_injected()
{
    atomic {
        if
        :: nests > 0 -> nests--; deque[me] = deque[me] + MADE; nest = true
        :: chores > 0 -> chores--; deque[me]++; nested--; chore = true
        :: longs > 0 -> longs--; ran > 0; ran++
        :: nests == 0 && chores == 0 && longs == 0 -> ran++
        fi
    }
    if
    :: chore -> offer(); atomic { ran++; chore = false }
    :: nest ->
        offer();
        atomic { nested >= MADE -> nested = nested - MADE; ran++; nest = false }
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

/* act__share_relieve */
inline relieve()
{
    if
    :: watches[me] -> watches[me] = false; has_sentry = false; was_sentry = true
    :: else
    fi
}

/* act__parking_found */
inline found()
{
    relieve();
    stop_searching();
    if
#ifndef BREAK_FOUND
    :: was_searching -> notify()
#endif
#ifndef BREAK_RELIEVE
    :: was_sentry && !was_searching -> notify()
#endif
    :: else
    fi;
    atomic { was_searching = false; was_sentry = false }
}

/* act__share_watch: whether it is the sentry then. */
inline watch()
{
#ifndef BREAK_SENTRY_ORDER
    if
    :: relieve()
    :: true
    fi;
#endif
#ifndef BREAK_WATCH
    looked = WAITS;
#endif
    if
    :: looked && !watches[me] -> atomic { watches[me] = !has_sentry; has_sentry = true }
    :: else
    fi;
#ifdef BREAK_SENTRY_ORDER
    if
    :: !looked -> relieve()
    :: true
    fi;
#endif
    atomic { was_sentry = false; looked = false }
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
    :: else ->
        watch();
        if
        :: watches[me]
        :: else -> atomic { wake[me] || wheel[me] > 0 -> wake[me] = false }
        fi
    fi;
    claim(me, AWAKE);
    if
    :: claimed -> claimed = false
    :: else -> atomic { searches[me] = (asleep[me] == WOKEN_TO_SEARCH); asleep[me] = AWAKE }
    fi
}

/* An actor of a deque runs. */
inline run_nested()
{
    begun++;
    begun % MADE == 0;
    atomic { ran++; nested++ }
}

/* run_all */
proctype worker(byte me)
{
    byte at;
    bool claimed, nest, chore, looked, was_searching, was_sentry;
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
        :: atomic { deque[me] > 0 -> deque[me]-- } found(); run_nested()
        :: atomic { inject > 0 -> inject-- } found(); run_injected()
        :: atomic { deque[NEXT] > 0 -> deque[NEXT]-- } found(); run_nested()
        :: atomic { deque[LAST] > 0 -> deque[LAST]-- } found(); run_nested()
        :: deque[me] == 0 && inject == 0 && (me != 0 || posted == 0) && WAITS -> park() /* it is not due */
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
        for (i : 0 .. WORKERS - 1) { run worker(i) }
        i = 0;
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
#ifdef TWINS
    wake_one(2);
#endif
    _nr_pr == 1;
    assert(sleepers == 0 && asleep[0] == AWAKE && asleep[1] == AWAKE && asleep[WORKERS - 1] == AWAKE);
    assert(has_sentry == (watches[0] || watches[1] || watches[WORKERS - 1]));
#ifdef TWINS
    assert(searching == searches[0] + searches[1] + searches[2])
#else
    assert(searching == searches[0] + searches[1])
#endif
}
