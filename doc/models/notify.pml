/*
 * An event: a thread that knows only the channel tells an actor, which may end, and its system with it, at any moment.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/system/notify.c  fire, begin, push, retired, let_go, has_fired, cancel, release
 *           actor/system/system.c  act_system_destroy, as far as it frees what a thread that fires uses
 * Left out  how cases are listed and selected: channel.pml. The queue: inbox.pml. A second use of the notifier: it waits
 *           for `fired` and for the event to be retired, which is what `release` waits for.
 * Asserted  a thread touches neither the notifier nor the system when it is gone; the list of a channel is looked at
 *           only while the notifier has its handle; notifier and handle go once. Ends well only if both are gone: an
 *           actor that waits for ever is an invalid end state.
 * Order     sequentially consistent here. That the release of `fired` is enough is tested by
 *           test/stress/notify_stress, under ThreadSanitizer.
 */
#define THREADS 2

bool listed = true, selected; /* the case */
bool fired;
bool of_actor = true, of_event = true, ending, dropping; /* holders */
bool handle = true, notifier = true, system = true;

bool event;   /* it is in the inbox */
bool late;     /* it was handled, and leaves the inbox after the turn */
bool asleep = true, queued, running;
bool ended, killed;

#ifdef BREAK_ENDING
#define LOOKED_AT false
#else
#define LOOKED_AT ending
#endif
#define TOUCH_NOTIFIER assert(notifier)
#define TOUCH_SYSTEM   assert(system)

/* Two steps in the code: the last holder is alone between them. */
inline let_go(mine)
{
    d_step {
        TOUCH_NOTIFIER;
        mine = false;
        dropping = false;
        if
        :: !of_actor && !of_event -> handle = false; notifier = false
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
    atomic { event = true; WAKE };
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
    :: atomic { listed -> listed = false; selected = true }
        if
        :: TOUCH_NOTIFIER; atomic { listed = true; selected = false } /* tries again, in vain */
        :: selected = false; push()
        fi
    :: !listed && !selected -> break
    od
}

/* ---- the event leaves the inbox: in a turn of the actor's, or on any thread after it */

inline retire()
{
    d_step {
        TOUCH_NOTIFIER;
        drops = of_actor && !dropping && !LOOKED_AT;
        dropping = dropping || drops
    };
    if
    :: drops -> d_step { assert(handle); handle = false }
    :: else
    fi;
    let_go(of_event)
}

proctype leaver()
{
    bool drops;
    do
    :: late -> retire(); late = false
    :: !system -> break
    od
}

/* ---- the actor, where its token is held */

/* `is_over`: its case was taken off the list. */
inline release()
{
    d_step {
        TOUCH_NOTIFIER;
#ifdef BREAK_RETIRED
        has_handle = true;
#else
#ifdef BREAK_DROPPING
        has_handle = of_event;
#else
        has_handle = of_event && !dropping;
#endif
#endif
        ending = true
    };
    do
    :: fired || is_over -> break
    :: !fired && !is_over ->
        if
        :: !has_handle
        :: has_handle ->
            assert(handle);
            atomic {
                if
                :: listed ->
                    assert(handle);
                    listed = false; is_over = true;
                    handle = false; of_actor = false; of_event = false; notifier = false
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
    bool is_over, slept, drops, has_handle;
    do
    :: atomic { queued -> queued = false; running = true; slept = false }
        do
        :: slept -> break
        :: !slept && event -> event = false; retire()
        :: !slept && event -> d_step { event = false; late = true }
        :: !slept && !ended -> release() /* it ends when it likes */
        :: !slept -> d_step { if :: !event && (ended || !killed) -> asleep = true; slept = true :: else fi }
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
    atomic { ended && killed && !queued && !running && !late -> system = false }
}

init
{
    byte i;
    atomic {
        run worker();
        run leaver();
        run killer();
        run destroyer();
        for (i : 1 .. THREADS) { run thread() }
    }
    _nr_pr == 1;
    assert(!handle && !notifier && !system)
}
