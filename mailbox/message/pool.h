/* Envelopes by size class: a cache per thread, whole batches handed between threads. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_POOL_H
#define ACT_MAILBOX_MESSAGE_POOL_H

#include <mailbox/message/message.h>

/*
 * Who may do what at the same time: take and give, any threads. A block may be given by another thread than
 * took it. Each thread has two batches per class; a full pair gives one batch to the depot, an empty pair
 * takes one from there. Neither locks nor calls malloc, except for blocks above the largest class.
 *
 *     thread: take <-> [batch][batch] --- full batch ---> depot (one stack per class)
 *                                     <-- full batch ---
 */

/* Class c holds blocks of 64 << c bytes. */
#define ACT__POOL_CLASSES    7
#define ACT__POOL_CLASS_HEAP 7 /* not pooled: from act__allocate */
#define ACT__POOL_BYTES_MAX  ((size_t)64 << (ACT__POOL_CLASSES - 1))

/* The class for a block of so many bytes. */
unsigned act__pool_class(size_t bytes);

/* A block, not zeroed; NULL when there is no memory. *class may change to ACT__POOL_CLASS_HEAP. Any thread. */
void *act__pool_take(unsigned *size_class, size_t bytes);

/* Gives a block back. Any thread. */
void act__pool_give(void *block, unsigned size_class);

/*
 * Memory of the pool is kept for the life of the process, as malloc keeps its arenas: the peak of what was
 * in use at once, never more.
 */

/* Gives the calling thread's batches to the depot; done by itself when a thread ends. */
void act__pool_flush(void);

/* Blocks that are neither in the depot nor in the calling thread's cache; for tests, when nothing runs. */
size_t act__pool_outstanding(void);

#endif
