/*
 * A worker's newborns: their owner pushes and takes the youngest, two thieves take the oldest.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/scheduler/steal_deque.c  push, win, youngest, oldest
 * Left out  head and tail going round 2^32, as in run_queue.pml.
 * Asserted  every actor that is pushed runs, and runs once.
 * Order     sequentially consistent here, as the accesses of youngest and oldest are. That the release of `tail` in push
 *           is enough for the place is tested by test/actor/scheduler/steal_deque_test, under ThreadSanitizer.
 */
#define SIZE    2
#define ACTORS  4 /* numbered from 1 */
#define THIEVES 2
#define TRIES   2 /* of each thief */
#define FROM    1 /* so that one below an empty tail is a number */

byte head = FROM;
byte tail = FROM;
byte ring[SIZE];
byte ran[ACTORS + 1];
byte total;

#define PLACE(i) ring[(i) % SIZE]

inline run_actor(a)
{
    d_step { ran[a]++; assert(a != 0 && ran[a] == 1); total++; a = 0 }
}

/* Compare-exchange of head. */
inline win(from)
{
    d_step { moved = (head == from); if :: moved -> head = from + 1 :: else fi }
}

/* `is_full` tells. */
inline push(a)
{
    is_full = (tail - head >= SIZE);
    if
    :: is_full
    :: else -> PLACE(tail) = a; tail++
    fi
}

/* `got` is the actor; 0: empty. */
inline youngest()
{
    last = tail - 1;
    if
    :: last < head
    :: else ->
#ifdef BREAK_CLAIM
        first = head;
        tail = last;
#else
        tail = last;
        first = head;
#endif
        if
        :: last > first -> got = PLACE(last)
        :: else ->
            if
#ifdef BREAK_LAST
            :: last == first -> head = first + 1; got = PLACE(last)
#else
            :: last == first ->
                win(first);
                if
                :: moved -> got = PLACE(last)
                :: else
                fi
#endif
            :: else
            fi;
            tail = last + 1
        fi
    fi;
    atomic { moved = false; first = 0; last = 0 }
}

/* `got` is the actor; 0: empty, or another was faster. */
inline oldest()
{
#ifdef BREAK_ORDER
    last = tail;
    first = head;
#else
    first = head;
    last = tail;
#endif
    if
    :: last <= first
    :: else ->
#ifdef BREAK_READ
        win(first);
        if
        :: moved -> got = PLACE(first)
        :: else
        fi
#else
        got = PLACE(first);
        win(first);
        if
        :: moved
        :: else -> got = 0
        fi
#endif
    fi;
    atomic { moved = false; first = 0; last = 0 }
}

proctype owner()
{
    byte next = 1, got, first, last;
    bool is_full, moved;
    do
    :: next <= ACTORS ->
        push(next);
        if
        :: is_full -> is_full = false
        :: else -> next++
        fi
    :: true ->
        youngest();
        if
        :: got != 0 -> run_actor(got)
        :: got == 0 && next > ACTORS -> break
        :: else
        fi
    od
}

proctype thief(byte tries)
{
    byte got, first, last;
    bool moved;
    do
    :: tries > 0 ->
        tries--;
        oldest();
        if
        :: got != 0 -> run_actor(got)
        :: else
        fi
    :: else -> break
    od
}

init
{
    atomic { run owner(); run thief(TRIES); run thief(TRIES) }
    _nr_pr == 1;
    assert(total == ACTORS)
}
