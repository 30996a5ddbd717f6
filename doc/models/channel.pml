/*
 * Two channels, a sender for each, and a receiver that selects over both until both senders are gone; or one channel, with
 * -DTWO and two receivers, with -DTWO_SENDERS and two senders.
 * SPDX-License-Identifier: MIT
 *
 * Models    mailbox/channel/channel_waiting.c  register, try_select, cases_select, sleep, unregister
 *           mailbox/channel/select.c           wait_once
 *           mailbox/channel/channel_buffered.c send, receive; with -DRENDEZVOUS mailbox/channel/channel_rendezvous.c  send, receive
 *           mailbox/channel/channel.c          sender_drop, of the last sender
 * Left out  What the values are, and where they lie: they are counted. The order of the lists: any that is listed may be
 *           selected. Watchers. Deadlines, but with -DTIMEOUTS a sleeper may awake at any time and look again, once. How long
 *           a waiter waits in place: any time.
 * Asserted  every value that is sent is received, once; none sleeps on: all come to their end.
 * Order     sequentially consistent here. All but the selecting happens under a lock.
 */
#if defined(TWO)
#define CHANNELS  1
#define SENDERS   1
#define RECEIVERS 2
#elif defined(TWO_SENDERS)
#define CHANNELS  1
#define SENDERS   2
#define RECEIVERS 1
#else
#define CHANNELS  2
#define SENDERS   2
#define RECEIVERS 1
#endif
#define EACH      2 /* values of each sender */
#define CAPACITY  1
#define TOTAL     (SENDERS * EACH)
#define THREADS   (SENDERS + RECEIVERS)
#define OVER(sender_) ((sender_) % CHANNELS) /* the channel that a sender sends over */
#if CHANNELS == 1
#define SENDER_OF(ch)       0
#define OTHER_SENDER_OF(ch) (SENDERS - 1)
#else
#define SENDER_OF(ch)       ch
#define OTHER_SENDER_OF(ch) ch
#endif
#define SENDER_LISTED(ch)   (LIST(ch, SENDER_OF(ch)) || LIST(ch, OTHER_SENDER_OF(ch)))
#define RECEIVER_LISTED(ch) (LIST(ch, SENDERS) || LIST(ch, THREADS - 1))

/* The state of a waiter: a channel's number, it was chosen for that, or one of these. */
#define LOOKING CHANNELS
#define AWAKE   (CHANNELS + 1)

bool in_lock[CHANNELS], out_lock[CHANNELS];
byte tail[CHANNELS], head[CHANNELS];
bool is_last[CHANNELS]; /* no sender is left */
byte handles[CHANNELS];
byte state[THREADS];
bool done[THREADS];      /* act_done: the one that selects has handed the value over */
#define IN_PLACE 0
#define ASLEEP   1
#define TOLD     2
byte told[THREADS];      /* the waiter's futex; only when it is TOLD, one that was selected goes on */
bool parked[THREADS];    /* in the kernel */
#ifdef TIMEOUTS
byte deadlines = 1;      /* that still come */
#endif
#define LIST(c, thread) list[(c) * THREADS + (thread)]
bool list[CHANNELS * THREADS]; /* receivers at the senders' side of c, senders at the receivers' side */
byte sent, received;

#ifdef RENDEZVOUS
#define OUT_LOCK in_lock
#else
#define OUT_LOCK out_lock
#endif

inline lock(l)   { atomic { !l -> l = true } }
inline unlock(l) { l = false }

/* Compare-exchange of its state. */
inline win(thread, what)
{
#ifdef BREAK_SELECT
    atomic { state[thread] = what; other = thread }
#else
    atomic { if :: state[thread] == LOOKING -> state[thread] = what; other = thread :: else fi }
#endif
}

/* Once the locks are released: exchange of `told`, then the system call if the other one was asleep. */
inline tell(thread)
{
    if
    :: thread != THREADS ->
#ifdef BREAK_TELL
        /* A look and a store instead of an exchange. */
        heard = told[thread];
        told[thread] = TOLD;
        atomic { if :: heard == ASLEEP -> parked[thread] = false :: else fi; heard = 0 }
#else
        /* Before the system call the other one cannot move, so that is no step of its own. */
        assert(told[thread] != TOLD);
        atomic { if :: told[thread] == ASLEEP -> parked[thread] = false :: else fi; told[thread] = TOLD }
#endif
    :: else
    fi
}

/* Takes one of two threads off the list of `where`, if one is listed and can be selected: `other`, or THREADS. Under the
   lock of the list. */
inline select_at(where, one, two)
{
    other = THREADS;
    do
    :: other == THREADS && LIST(where, one) -> LIST(where, one) = false; win(one, where)
    :: other == THREADS && LIST(where, two) -> LIST(where, two) = false; win(two, where)
    :: other != THREADS || (!LIST(where, one) && !LIST(where, two)) -> break
    od
}

#define SELECT_RECEIVER(where) select_at(where, SENDERS, THREADS - 1)
#define SELECT_SENDER(where)   select_at(where, SENDER_OF(where), OTHER_SENDER_OF(where))

/* To a receiver, if no value waits; else into the channel, if there is room: `ok`, and a receiver is told to look. */
inline pass(ch)
{
    other = THREADS;
    if :: tail[ch] == head[ch] -> SELECT_RECEIVER(ch) :: else fi;
    if
    :: other != THREADS -> done[other] = true; ok = true
    :: other == THREADS && ok -> tail[ch]++; SELECT_RECEIVER(ch)
    :: else
    fi
}

/* There is a place: the value of a sender that waits is put there for it, or handed on. */
inline refill(ch)
{
    lock(in_lock[ch]);
    lock(out_lock[ch]);
    other = THREADS;
    partner = THREADS;
    if
    :: tail[ch] - head[ch] < CAPACITY ->
        SELECT_SENDER(ch);
        if
        :: other != THREADS -> partner = other; done[other] = true; ok = true; pass(ch)
        :: else
        fi
    :: else
    fi;
    atomic { unlock(out_lock[ch]); unlock(in_lock[ch]) }
    tell(partner);
    tell(other);
    atomic { other = 0; partner = 0 }
}

inline try_send(ch)
{
    lock(in_lock[ch]);
#ifdef RENDEZVOUS
    SELECT_RECEIVER(ch);
    ok = (other != THREADS);
#ifdef BREAK_EARLY
    tell(other);
#endif
    if :: ok -> done[other] = true; sent++ :: else fi;
#else
    ok = (tail[ch] - head[ch] < CAPACITY);
    pass(ch);
    if :: ok -> sent++ :: else fi;
#endif
    unlock(in_lock[ch]);
    tell(other);
    other = 0
}

/* `ok`: a value was taken. `gone`: none will come any more. */
inline try_receive(ch)
{
    lock(OUT_LOCK[ch]);
#ifdef RENDEZVOUS
    SELECT_SENDER(ch);
    ok = (other != THREADS);
    gone = !ok && is_last[ch];
    if :: ok -> done[other] = true :: else fi;
#else
    /* One load: the mark is in the position. */
    atomic { ok = (tail[ch] != head[ch]); gone = !ok && is_last[ch] }
    if
    :: ok -> head[ch]++; other = SENDER_LISTED(ch)
    :: else -> other = 0
    fi;
#endif
    atomic { if :: ok -> received++; assert(received <= TOTAL) :: else fi; unlock(OUT_LOCK[ch]) }
#ifdef RENDEZVOUS
    tell(other);
#else
#ifndef BREAK_REFILL
    if :: other != 0 -> refill(ch); ok = true :: else fi;
#endif
#endif
    other = 0
}

/* Begins to wait. */
#define LOOK(me) state[me] = LOOKING

/* So that there are fewer states: what is left of a wait says no more. */
#define FORGET(me) state[me] = AWAKE; done[me] = false; told[me] = IN_PLACE; parked[me] = false

#ifdef BREAK_PASS
#define MAY_GO(me) (state[me] != LOOKING)
#else
#define MAY_GO(me) (told[me] == TOLD)
#endif

/* Until told, in place or asleep. With a deadline: or until none has selected it by then. */
inline sleep(me)
{
    if
    :: MAY_GO(me)
    :: atomic { told[me] == IN_PLACE -> told[me] = ASLEEP; parked[me] = true }
        if
        :: !parked[me]
#ifdef TIMEOUTS
        :: atomic { state[me] == LOOKING && deadlines > 0 -> deadlines--; state[me] = AWAKE }
#endif
        fi
    fi
}

/* A case was possible before. Unless it was selected meanwhile: then it waits to be told. */
inline give_up(me)
{
    if
    :: atomic { state[me] == LOOKING -> state[me] = AWAKE }
    :: state[me] != LOOKING && MAY_GO(me)
    fi
}

proctype sender(byte me)
{
    byte other, heard, left = EACH;
    bool ok;
    do
    :: left > 0 ->
        try_send(OVER(me));
        if
        :: ok -> left--
        :: else ->
            atomic { LOOK(me) }
            lock(OUT_LOCK[OVER(me)]);
#ifdef RENDEZVOUS
            ok = RECEIVER_LISTED(OVER(me));
#else
            ok = (tail[OVER(me)] - head[OVER(me)] < CAPACITY);
#endif
#ifdef BREAK_LOOK_AGAIN
            ok = false;
#endif
            atomic { if :: !ok -> LIST(OVER(me), me) = true :: else fi; unlock(OUT_LOCK[OVER(me)]) }
            if
            :: ok -> give_up(me)
            :: else -> sleep(me)
            fi;
            /* One that was selected was taken off the list; for its value it needs no lock, either. */
            if
            :: atomic { state[me] == AWAKE && !OUT_LOCK[OVER(me)] -> LIST(OVER(me), me) = false }
            :: state[me] != AWAKE
            fi;
            atomic { if :: done[me] -> left--; sent++ :: else fi; FORGET(me) }
        fi
    :: else -> break
    od;
    atomic { handles[OVER(me)]--; ok = (handles[OVER(me)] == 0) }
    atomic { if :: ok && !in_lock[OVER(me)] -> is_last[OVER(me)] = true :: !ok fi }
    do
    :: ok ->
        lock(in_lock[OVER(me)]);
        SELECT_RECEIVER(OVER(me));
        unlock(in_lock[OVER(me)]);
        tell(other);
#ifdef BREAK_ALL
        break
#endif
        if :: other == THREADS -> break :: else fi
    :: !ok -> break
    od
}

/* Over all channels; `off` are those that have ended. */
proctype receiver(byte me)
{
    byte other, partner, heard, c, listed;
    bool ok, gone, off[2];
    off[1] = (CHANNELS == 1);
    do
    :: off[0] && off[1] -> break
    :: else ->
        /* A look at one of them, at random; at the other if it had nothing. */
        if :: c = 0 :: c = 1 fi;
        if :: !off[c] -> try_receive(c); off[c] = gone :: else -> ok = false fi;
        if
        :: !ok && !off[1 - c] -> c = 1 - c; try_receive(c); off[c] = gone
        :: else
        fi;
        if
        :: ok || (off[0] && off[1])
        :: else ->
            atomic { LOOK(me); listed = 0; ok = false }
            do
            :: listed < CHANNELS && off[listed] -> listed++
            :: listed < CHANNELS && !off[listed] ->
#ifdef BREAK_LOCK
                ok = tail[listed] != head[listed] || is_last[listed];
                lock(in_lock[listed]);
#else
                lock(in_lock[listed]);
#ifdef RENDEZVOUS
                ok = is_last[listed] || SENDER_LISTED(listed);
#else
                ok = tail[listed] != head[listed] || is_last[listed];
#endif
#endif
                atomic { if :: !ok -> LIST(listed, me) = true :: else fi; unlock(in_lock[listed]) }
                if :: ok -> break :: else -> listed++ fi
            :: else -> break
            od;
            if
            :: ok -> give_up(me)
            :: else -> sleep(me)
            fi;
            c = 0;
            do
            :: c < CHANNELS ->
                atomic { c == state[me] || !in_lock[c] -> LIST(c, me) = false } /* the selector took it off that one */
                c++
            :: else -> break
            od;
            atomic {
                c = state[me];
                if
                :: done[me] -> received++; c = AWAKE; assert(received <= TOTAL)
                :: else
                fi;
                FORGET(me)
            }
            /* A receiver that was chosen for a channel tries that one first. */
            if
            :: c < CHANNELS && !off[c] -> try_receive(c); off[c] = gone
            :: else
            fi;
            atomic { c = 0; ok = false; gone = false }
        fi
    od
}

init
{
    byte i;
    atomic {
        do
        :: i < SENDERS -> handles[OVER(i)]++; run sender(i); i++
        :: i >= SENDERS && i < THREADS -> run receiver(i); i++
        :: else -> break
        od
    }
    _nr_pr == 1;
    assert(sent == TOTAL && received == sent)
}
