/*
 * A notice: a thread that knows only the channel tells an actor, which may end, and its system with it, at any moment.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/notify.c  fire, begin, push, retired, has_fired, is_retired, cancel, release
 *           actor/system.c  act_system_destroy, as far as it frees what a thread that fires uses
 * Left out  how cases are listed and claimed: channel.pml. The queue: inbox.pml. A second use of the notifier: it waits
 *           for `fired` and for the notice to be retired, which is what `release` waits for.
 * Asserted  a thread touches neither the notifier nor the system when it is gone; the list of a channel is looked at
 *           only while the notifier has its handle; notifier and handle go once. Ends well only if both are gone: an
 *           actor that waits for ever is an invalid end state.
 * Order     sequentially consistent here. That the release of `fired` is enough is tested by
 *           test/stress/notify_stress, under ThreadSanitizer.
 */
#define THREADS 2

bool listed = true, claimed; /* the case */
bool fired;
bool of_actor = true, of_notice = true; /* holders */
bool handle = true, notifier = true, system = true;

bool notice;   /* it is in the inbox */
bool asleep = true, queued, running;
bool ended, killed;

#define TOUCH_NOTIFIER assert(notifier)
#define TOUCH_SYSTEM   assert(system)

inline let_go(mine)
{
    d_step {
        TOUCH_NOTIFIER;
        mine = false;
        if
        :: !of_actor && !of_notice -> notifier = false
        :: else
        fi
    }
}

#define WAKE wakes = asleep; asleep = false

/* ---- a thread that uses the channel, and has a handle of its own */

inline schedule()
{
    TOUCH_SYSTEM;
    queued = true;
    TOUCH_SYSTEM /* a worker is woken */
}

inline push()
{
    TOUCH_NOTIFIER;
    TOUCH_SYSTEM;
    atomic { notice = true; WAKE };
#ifdef BREAK_EARLY
    TOUCH_NOTIFIER;
    fired = true;
#endif
    if
    :: wakes -> schedule()
    :: else
    fi;
#ifndef BREAK_EARLY
    TOUCH_NOTIFIER;
    fired = true
#endif
}

proctype thread()
{
    bool wakes;
    do
    :: atomic { listed -> listed = false; claimed = true }
        if
        :: TOUCH_NOTIFIER; atomic { listed = true; claimed = false } /* tries again, in vain */
        :: claimed = false; push()
        fi
    :: !listed && !claimed -> break
    od
}

/* ---- the actor, where its token is held */

inline retire()
{
    notice = false;
    d_step { assert(handle); handle = false };
    let_go(of_notice)
}

/* `is_over`: its case was taken off the list. */
inline release()
{
    do
    :: fired || is_over -> break
    :: !fired && !is_over ->
        if
#ifndef BREAK_RETIRED
        :: !of_notice
#endif
        :: else ->
            assert(handle);
            atomic {
                if
                :: listed ->
                    listed = false; is_over = true;
                    handle = false; of_actor = false; of_notice = false; notifier = false
                :: else
                fi
            }
        fi
    od;
    if
    :: !is_over -> let_go(of_actor)
    :: else
    fi;
    ended = true
}

proctype worker()
{
    bool is_over, slept;
    do
    :: atomic { queued -> queued = false; running = true; slept = false }
        do
        :: slept -> break
        :: !slept && notice -> retire()
        :: !slept && !ended -> release() /* it ends when it likes */
        :: !slept -> d_step { if :: !notice && (ended || !killed) -> asleep = true; slept = true :: else fi }
        od;
        running = false
    :: !system -> break
    od
}

/* The actor has any other reason to run, and then to end. */
proctype killer()
{
    bool wakes;
    d_step { killed = true; WAKE };
    if
    :: wakes -> queued = true
    :: else
    fi
}

/* act_system_destroy: the workers have nothing more to do, and are joined. */
proctype destroyer()
{
    atomic { ended && killed && !queued && !running -> system = false }
}

init
{
    byte i;
    atomic {
        run worker();
        run killer();
        run destroyer();
        for (i : 1 .. THREADS) { run thread() }
    }
    _nr_pr == 1;
    assert(!handle && !notifier && !system)
}
