/*
 * Threads that log push records into a ring; one thread reads and writes them, and sleeps when there is none.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/system/log_ring.c    act__log_ring_push, take_slot, _first, _drop_first
 *           actor/system/log_writer.c  act__log_write, write_all, sleep_until_woken
 * Left out  flush, and the end of the log.
 * Asserted  a record is read as it was written, in the order in which its thread logged, once; it is read or counted
 *           as lost. An end state in which one waits in the ring while the reader sleeps is invalid.
 * Order     sequentially consistent here. The release and acquire of `turn` are tested by test/stress/log_stress, under
 *           ThreadSanitizer.
 */
#define THREADS 2
#ifndef SLOTS
#define SLOTS 2
#endif
#define RECORDS 2 /* of each thread */

/* A slot, what it holds (its thread, its number), and at which turn it is: 2 * lap, and 1 more when it is full. */
byte turn[SLOTS], author[SLOTS], number[SLOTS];
byte tail, head, lost, seen;
byte last[THREADS]; /* the number that was read last */
bool idle, wake;

inline push()
{
    position = tail;
    do
    :: is = turn[position % SLOTS];
        if
        :: is < 2 * (position / SLOTS) -> d_step { lost++; slot = SLOTS }; break
        :: is > 2 * (position / SLOTS) -> position = tail
        :: is == 2 * (position / SLOTS) ->
#ifdef BREAK_TAKE
            tail = position + 1;
            slot = position % SLOTS;
            break
#else
            atomic {
                if
                :: tail == position -> tail = position + 1; slot = position % SLOTS
                :: else -> position = tail; slot = SLOTS + 1
                fi
            };
            if
            :: slot < SLOTS -> break
            :: else
            fi
#endif
        fi
    od;
    if
    :: slot == SLOTS
    :: slot < SLOTS ->
#ifdef BREAK_PUBLISH
        turn[slot] = turn[slot] + 1;
        author[slot] = me;
        number[slot] = i;
#else
        author[slot] = me;
        number[slot] = i;
        turn[slot] = turn[slot] + 1;
#endif
        if
        :: idle ->
            atomic { woke = idle; idle = false };
            if
            :: woke -> wake = true
            :: else
            fi
        :: else
        fi
    fi
}

proctype thread(byte me)
{
    byte i, position, is, slot;
    bool woke;
    for (i : 1 .. RECORDS) {
        slot = SLOTS + 1;
        push()
    }
}

#define IS_FULL (turn[head % SLOTS] == 2 * (head / SLOTS) + 1)

inline read_first()
{
    from = author[head % SLOTS];
#ifdef BREAK_DROP
    d_step { turn[head % SLOTS] = turn[head % SLOTS] + 1; head++; slot = (head - 1) % SLOTS };
    what = number[slot];
#else
    what = number[head % SLOTS];
    d_step { slot = head % SLOTS; head++ };
    turn[slot] = turn[slot] + 1;
#endif
    d_step {
        assert(what > last[from]);
        last[from] = what;
        what = 0; from = 0; slot = 0;
        seen++
    }
}

proctype reader()
{
    byte from, what, slot;
    bool is_empty;
    do
    :: IS_FULL -> read_first()
    :: !IS_FULL ->
#ifdef BREAK_IDLE
        if
        :: !IS_FULL -> idle = true; is_empty = true
        :: else
        fi;
#else
        idle = true;
        is_empty = !IS_FULL;
#endif
        if
        :: is_empty ->
end:        atomic { wake -> wake = false }
        :: else
        fi;
        is_empty = false;
        idle = false
    od
}

init
{
    byte i;
    atomic {
        run reader();
        for (i : 0 .. THREADS - 1) { run thread(i) }
    }
    _nr_pr == 2;
    seen + lost == THREADS * RECORDS
}
