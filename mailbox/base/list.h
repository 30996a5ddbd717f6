/*
 * Doubly linked intrusive list; the head is a node too, so no end needs a special case. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_LIST_H
#define ACT_MAILBOX_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct act__list {
    struct act__list *next, *prev;
};

#define act__container(pointer, type, member)                                                      \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void act__list_init(struct act__list *list)
{
    list->next = list->prev = list;
}

static inline bool act__list_is_empty(const struct act__list *list)
{
    return list->next == list;
}

static inline void act__list_append(struct act__list *list, struct act__list *node)
{
    node->next = list;
    node->prev = list->prev;
    list->prev->next = node;
    list->prev = node;
}

static inline void act__list_remove(struct act__list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    act__list_init(node);
}

/* An unordered set with a head of one pointer: for what exists once per actor. Zeroed is empty. */
struct act__set {
    struct act__member *first;
};

struct act__member {
    struct act__member *next, **here; /* here: the pointer that leads to this member; NULL: in no
                                         set */
};

/*
 * Atomic, as a stranger may look whether the member is in a set: bond.c. Else only the owner of the
 * set reads it.
 */
static inline void act__member_place(struct act__member *member, struct act__member **here)
{
    __atomic_store_n(&member->here, here, __ATOMIC_RELAXED);
}

static inline void act__set_add(struct act__set *set, struct act__member *member)
{
    member->next = set->first;
    act__member_place(member, &set->first);
    if (set->first != NULL)
        act__member_place(set->first, &member->next);
    set->first = member;
}

/* Moves all of `from` into `set`, which is empty. */
static inline void act__set_move(struct act__set *set, struct act__set *from)
{
    set->first = from->first;
    from->first = NULL;
    if (set->first != NULL)
        act__member_place(set->first, &set->first);
}

/* A member of no set: nothing happens. */
static inline void act__set_remove(struct act__member *member)
{
    if (member->here == NULL)
        return;
    *member->here = member->next;
    if (member->next != NULL)
        act__member_place(member->next, member->here);
    member->next = NULL;
    act__member_place(member, NULL);
}

#endif
