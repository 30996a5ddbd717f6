/*
 * Two channels, a sender for each, and a receiver that selects over both until both senders are gone; or, with -DTWO, one
 * channel and two receivers.
 * SPDX-License-Identifier: MIT
 *
 * Models    mailbox/channel_waiting.c, mailbox/select.c  lie down, claim, sleep, get up; with them send, receive and the
 *           last sender's drop of mailbox/channel_buffered.c, or with -DRENDEZVOUS of mailbox/channel_rendezvous.c
 * Left out  What the values are, and where they lie: they are counted. The order of the lists: any who is listed may be
 *           claimed. Watchers. Deadlines, but with -DTIMEOUTS a sleeper may awake at any time and look again.
 * Asserted  every value that is sent is received, once; nobody sleeps on: all come to their end.
 * Order     sequentially consistent here. All but the claim happens under a lock.
 */
#ifdef TWO
#define CHANNELS  1
#define RECEIVERS 2
#else
#define CHANNELS  2
#define RECEIVERS 1
#endif
#define EACH     2 /* values of each sender */
#define CAPACITY 1
#define TOTAL    (CHANNELS * EACH)
#define THREADS  (CHANNELS + RECEIVERS) /* sender c sends over channel c */

/* The state of a waiter: a channel's number, it was chosen for that, or one of these. */
#define LOOKING CHANNELS
#define AWAKE   (CHANNELS + 1)

bool in_lock[CHANNELS], out_lock[CHANNELS];
byte tail[CHANNELS], head[CHANNELS];
bool is_last[CHANNELS]; /* no sender is left */
byte state[THREADS];
bool done[THREADS];      /* act_done: the claim has handed the value over */
#define LIST(c, who) list[(c) * THREADS + (who)]
bool list[CHANNELS * THREADS]; /* receivers at the senders' end of c, senders at the receivers' end */
byte sent, received;

#ifdef RENDEZVOUS
#define OUT_LOCK in_lock
#else
#define OUT_LOCK out_lock
#endif

inline lock(l)   { atomic { !l -> l = true } }
inline unlock(l) { l = false }

/* Compare-exchange of its state. */
inline win(who, what)
{
#ifdef BREAK_CLAIM
    atomic { state[who] = what; other = who }
#else
    atomic { if :: state[who] == LOOKING -> state[who] = what; other = who :: else fi }
#endif
}

/* Takes one of two threads off the list of `where`, if one is listed and can be claimed: `other`, or THREADS. Under the
   lock of the list. */
inline claim(where, one, two)
{
    other = THREADS;
    do
    :: other == THREADS && LIST(where, one) -> LIST(where, one) = false; win(one, where)
    :: other == THREADS && LIST(where, two) -> LIST(where, two) = false; win(two, where)
    :: other != THREADS || (!LIST(where, one) && !LIST(where, two)) -> break
    od
}

#define CLAIM_RECEIVER(where) claim(where, CHANNELS, THREADS - 1)
#define CLAIM_SENDER(where)   claim(where, where, where)

inline try_send(ch)
{
    lock(in_lock[ch]);
#ifdef RENDEZVOUS
    CLAIM_RECEIVER(ch);
    ok = (other != THREADS);
    if :: ok -> done[other] = true; sent++ :: else fi;
#else
    ok = (tail[ch] - head[ch] < CAPACITY);
    if
    :: ok -> atomic { tail[ch]++; sent++ } CLAIM_RECEIVER(ch)
    :: else
    fi;
#endif
    atomic { unlock(in_lock[ch]); other = 0 }
}

/* `ok`: a value was taken. `gone`: none will come any more. */
inline try_receive(ch)
{
    lock(OUT_LOCK[ch]);
#ifdef RENDEZVOUS
    CLAIM_SENDER(ch);
    ok = (other != THREADS);
    gone = !ok && is_last[ch];
    if :: ok -> done[other] = true :: else fi;
#else
    /* One load: the mark is in the position. */
    atomic { ok = (tail[ch] != head[ch]); gone = !ok && is_last[ch] }
    if
    :: ok -> head[ch]++; CLAIM_SENDER(ch)
    :: else
    fi;
#endif
    atomic { if :: ok -> received++; assert(received <= TOTAL) :: else fi; unlock(OUT_LOCK[ch]); other = 0 }
}

inline sleep(me)
{
#ifdef TIMEOUTS
    if
    :: state[me] != LOOKING
    :: atomic { state[me] == LOOKING -> state[me] = AWAKE }
    fi
#else
    state[me] != LOOKING
#endif
}

proctype sender(byte me)
{
    byte other, left = EACH;
    bool ok;
    do
    :: left > 0 ->
        try_send(me);
        if
        :: ok -> left--
        :: else ->
            atomic { state[me] = LOOKING; done[me] = false }
            lock(OUT_LOCK[me]);
#ifdef RENDEZVOUS
            ok = LIST(me, CHANNELS) || LIST(me, THREADS - 1);
#else
            ok = (tail[me] - head[me] < CAPACITY);
#endif
#ifdef BREAK_LOOK_AGAIN
            ok = false;
#endif
            atomic { if :: !ok -> LIST(me, me) = true :: else fi; unlock(OUT_LOCK[me]) }
            if
            :: ok -> atomic { if :: state[me] == LOOKING -> state[me] = AWAKE :: else fi }
            :: else -> sleep(me)
            fi;
            atomic { !OUT_LOCK[me] -> LIST(me, me) = false; if :: done[me] -> left--; sent++ :: else fi }
        fi
    :: else -> break
    od;
    atomic { !in_lock[me] -> is_last[me] = true }
    do
    :: lock(in_lock[me]);
        CLAIM_RECEIVER(me);
        unlock(in_lock[me]);
#ifdef BREAK_ALL
        break
#endif
        if :: other == THREADS -> break :: else fi
    od
}

/* Over all channels; `off` are those that have ended. */
proctype receiver(byte me)
{
    byte other, c, listed;
    bool ok, gone, off[2];
    off[1] = (CHANNELS == 1);
    do
    :: off[0] && off[1] -> break
    :: else ->
        /* A look at one of them, by chance; at the other if it had nothing. */
        if :: c = 0 :: c = 1 fi;
        if :: !off[c] -> try_receive(c); off[c] = gone :: else -> ok = false fi;
        if
        :: !ok && !off[1 - c] -> c = 1 - c; try_receive(c); off[c] = gone
        :: else
        fi;
        if
        :: ok || (off[0] && off[1])
        :: else ->
            atomic { state[me] = LOOKING; done[me] = false; listed = 0; ok = false }
            do
            :: listed < CHANNELS && off[listed] -> listed++
            :: listed < CHANNELS && !off[listed] ->
#ifdef BREAK_LOCK
                ok = tail[listed] != head[listed] || is_last[listed];
                lock(in_lock[listed]);
#else
                lock(in_lock[listed]);
#ifdef RENDEZVOUS
                ok = is_last[listed] || LIST(listed, listed);
#else
                ok = tail[listed] != head[listed] || is_last[listed];
#endif
#endif
                atomic { if :: !ok -> LIST(listed, me) = true :: else fi; unlock(in_lock[listed]) }
                if :: ok -> break :: else -> listed++ fi
            :: else -> break
            od;
            if
            :: ok -> atomic { if :: state[me] == LOOKING -> state[me] = AWAKE :: else fi }
            :: else -> sleep(me)
            fi;
            c = 0;
            do
            :: c < CHANNELS ->
#ifdef BREAK_PASS
                LIST(c, me) = false;
#else
                atomic { !in_lock[c] -> LIST(c, me) = false }
#endif
                c++
            :: else -> break
            od;
            atomic {
                c = state[me];
                if
                :: done[me] -> received++; done[me] = false; c = AWAKE; assert(received <= TOTAL)
                :: else
                fi
            }
            /* Who was chosen for a channel tries that one first. */
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
        :: i < CHANNELS -> run sender(i); i++
        :: i >= CHANNELS && i < THREADS -> run receiver(i); i++
        :: else -> break
        od
    }
    _nr_pr == 1;
    assert(sent == TOTAL && received == sent)
}
