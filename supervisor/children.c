/* Keeps children in start order and finds them by id and by pid in constant time. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/children.h>

#include <string.h>

#include <supervisor/memory.h>
#include <supervisor/record.h>

/* ------------------------------------------------------------------------------------- one child */

#define ALIGNMENT 16u

/* Where the parts of a block begin; total_bytes is 0 if it is larger than memory can be. */
struct layout {
    size_t args, kept, id, name, total_bytes;
};

/* Puts a part of `bytes` at the end; false if that is more than memory can be. */
static bool place(size_t *at, size_t *end, size_t bytes)
{
    size_t begin = (*end + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (begin < *end || bytes > PTRDIFF_MAX - begin)
        return false;
    *at = begin;
    *end = begin + bytes;
    return true;
}

static bool lay_out(struct layout *layout, const act_child_spec *spec)
{
    const char *name = spec->options != NULL ? spec->options->name : NULL;
    size_t      end = sizeof(struct act__child);

    return place(&layout->id, &end, strlen(spec->id) + 1)
           && place(&layout->name, &end, name != NULL ? strlen(name) + 1 : 0)
           && place(&layout->args, &end, spec->behavior->args_bytes)
           && place(&layout->kept, &end, spec->kept_bytes)
           && place(&layout->total_bytes, &end, 0);
}

static act_millis shutdown_of(const act_child_spec *spec)
{
    if (spec->shutdown != ACT_SHUTDOWN_DEFAULT)
        return spec->shutdown;
    return spec->type == ACT_CHILD_SUPERVISOR ? ACT_FOREVER : ACT_SECONDS(5);
}

/* A supervisor's messages are for it alone: asks, and what it tells itself. */
static act_seat seat_of(const act_child_spec *spec)
{
    if (spec->restart == ACT_RESTART_TEMPORARY)
        return ACT_SEAT_NONE;
    if (spec->mailbox == ACT_MAILBOX_DROP || spec->behavior == &act__supervisor_behavior)
        return ACT_SEAT_DROP;
    return spec->mailbox == ACT_MAILBOX_KEEP ? ACT_SEAT_KEEP : ACT_SEAT_REDELIVER;
}

static void copy_options(struct act__child *child, const act_child_spec *spec, char *name)
{
    if (spec->options != NULL)
        memcpy(&child->options, spec->options, spec->options->size);
    child->options.size = sizeof child->options;
    if (child->options.name != NULL)
        child->options.name = strcpy(name, child->options.name);
    child->options.announce = true;
    child->options.kept = child->kept;
    child->options.ends_with_parent = spec->type == ACT_CHILD_WORKER;
    child->options.seat = seat_of(spec);
    child->options.redeliver_max = child->options.seat == ACT_SEAT_REDELIVER ? spec->redeliver_max : 0;
    child->options.takes_seat = act_pid_none();
    child->options.on_end = act__child_let_go;
    child->options.on_end_context = child;
}

struct act__child *act__child_create(const act_child_spec *spec)
{
    struct layout layout;
    char         *block;

    if (!lay_out(&layout, spec) || (block = act__supervisor_allocate(layout.total_bytes)) == NULL)
        return NULL;
    struct act__child *child = (struct act__child *)(void *)block;
    atomic_init(&child->holders, 1);
    child->restart = (uint8_t)spec->restart;
    child->type = (uint8_t)spec->type;
    child->significant = spec->significant;
    child->shutdown = shutdown_of(spec);
    child->behavior = spec->behavior;
    child->id = strcpy(block + layout.id, spec->id);
    if (spec->args != NULL)
        child->args = memcpy(block + layout.args, spec->args, spec->behavior->args_bytes);
    child->args_release = spec->args != NULL ? spec->args_release : NULL;
    child->kept = spec->kept_bytes != 0 ? block + layout.kept : NULL;
    child->kept_bytes = spec->kept_bytes;
    child->kept_release = spec->kept_release;
    copy_options(child, spec, block + layout.name);
    return child;
}

struct act__child *act__child_clone(struct act__child *template, const void *args)
{
    const act_child_spec spec = {
        .id = "",
        .behavior = template->behavior,
        .args = args,
        .restart = (act_restart)template->restart,
        .significant = template->significant,
        .shutdown = template->shutdown,
        .type = (act_child_type)template->type,
        .options = &template->options,
        .kept_bytes = template->kept_bytes,
        .kept_release = template->kept_release,
    };
    struct act__child *child = act__child_create(&spec);
    if (child == NULL)
        return NULL;
    child->options.seat = template->options.seat;
    child->options.redeliver_max = template->options.redeliver_max;
    if (args == NULL)
        child->args = template->args;
    act__child_hold(child->template = template);
    return child;
}

void act__child_hold(struct act__child *child)
{
    atomic_fetch_add_explicit(&child->holders, 1, memory_order_relaxed);
}

void act__child_let_go(void *context)
{
    struct act__child *child = context;

    /* acq_rel, partner of itself: the last holder sees all that the others wrote to the kept block. */
    if (atomic_fetch_sub_explicit(&child->holders, 1, memory_order_acq_rel) != 1)
        return;
    if (child->kept_release != NULL)
        child->kept_release(child->kept);
    if (child->args_release != NULL)
        child->args_release(child->args);
    act__child_forget(child);
}

void act__child_forget(struct act__child *child)
{
    if (child->template != NULL)
        act__child_let_go(child->template);
    act_message_free(&child->answer);
    act__supervisor_free(child);
}

/* ------------------------------------------------------------------------------- the two look-ups */

/* A table is a chain per bucket; `next` and `key` of a member tell by_id and by_pid apart. */
struct kind {
    struct act__child **(*next)(struct act__child *child);
    uint64_t (*key)(const struct act__child *child);
};

static struct act__child **id_next(struct act__child *child)
{
    return &child->id_next;
}

static uint64_t id_key(const struct act__child *child)
{
    return child->id_hash;
}

static struct act__child **pid_next(struct act__child *child)
{
    return &child->pid_next;
}

/* Slots of pids are dense, so the multiplication is there for the node and the life above the slot. */
static uint64_t pid_hash(act_pid pid)
{
    uint64_t hash = (pid.local ^ pid.node) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t pid_key(const struct act__child *child)
{
    return pid_hash(child->pid);
}

static const struct kind by_id = {id_next, id_key};
static const struct kind by_pid = {pid_next, pid_key};

/* FNV-1a from a seed: ids are short. */
static uint64_t id_hash(uint64_t seed, const char *id)
{
    uint64_t hash = seed ^ UINT64_C(0xcbf29ce484222325);
    for (; *id != '\0'; id++)
        hash = (hash ^ (uint8_t)*id) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static void table_init(struct act__child_table *table)
{
    memset(table, 0, sizeof *table);
    table->buckets = table->few;
    table->buckets_count = sizeof table->few / sizeof table->few[0];
}

static void table_fini(struct act__child_table *table)
{
    if (table->buckets != table->few)
        act__supervisor_free(table->buckets);
    table_init(table);
}

static void table_link(struct act__child_table *table, const struct kind *kind, struct act__child *child)
{
    struct act__child **bucket = &table->buckets[kind->key(child) & (table->buckets_count - 1)];
    *kind->next(child) = *bucket;
    *bucket = child;
}

/* Twice the buckets; without memory the chains get longer and nothing else happens. */
static void table_grow(struct act__child_table *table, const struct kind *kind)
{
    struct act__child_table larger = {.buckets_count = table->buckets_count * 2, .count = table->count};

    larger.buckets = act__supervisor_allocate(larger.buckets_count * sizeof *larger.buckets);
    if (larger.buckets == NULL)
        return;
    for (size_t i = 0; i < table->buckets_count; i++) {
        for (struct act__child *child = table->buckets[i], *next; child != NULL; child = next) {
            next = *kind->next(child);
            table_link(&larger, kind, child);
        }
    }
    table_fini(table);
    *table = larger;
}

static void table_add(struct act__child_table *table, const struct kind *kind, struct act__child *child)
{
    if (table->count >= table->buckets_count)
        table_grow(table, kind);
    table_link(table, kind, child);
    table->count++;
}

static void table_remove(struct act__child_table *table, const struct kind *kind, struct act__child *child)
{
    struct act__child **here = &table->buckets[kind->key(child) & (table->buckets_count - 1)];
    while (*here != child)
        here = kind->next(*here);
    *here = *kind->next(child);
    table->count--;
}

/* --------------------------------------------------------------------------------------- all of them */

void act__children_init(struct act__children *children)
{
    children->first = children->last = NULL;
    children->count = 0;
    children->supervisors_count = children->significant_count = 0;
    /* Who chooses ids should not choose collisions; the order of a chain is seen by nobody, so an address will do. */
    children->seed = (uint64_t)(uintptr_t)children * UINT64_C(0x9e3779b97f4a7c15);
    table_init(&children->by_id);
    table_init(&children->by_pid);
}

void act__children_fini(struct act__children *children)
{
    for (struct act__child *child = children->first, *next; child != NULL; child = next) {
        next = child->order_next;
        act__child_let_go(child);
    }
    table_fini(&children->by_id);
    table_fini(&children->by_pid);
    children->first = children->last = NULL;
}

void act__children_add(struct act__children *children, struct act__child *child)
{
    child->order_next = NULL;
    child->order_previous = children->last;
    if (children->last != NULL)
        children->last->order_next = child;
    else
        children->first = child;
    children->last = child;
    children->count++;
    if (child->template == NULL) {
        child->id_hash = id_hash(children->seed, child->id);
        table_add(&children->by_id, &by_id, child);
    }
    if (child->type == ACT_CHILD_SUPERVISOR)
        children->supervisors_count++;
}

void act__children_remove(struct act__children *children, struct act__child *child)
{
    if (child->order_next != NULL)
        child->order_next->order_previous = child->order_previous;
    else
        children->last = child->order_previous;
    if (child->order_previous != NULL)
        child->order_previous->order_next = child->order_next;
    else
        children->first = child->order_next;
    children->count--;
    if (child->template == NULL)
        table_remove(&children->by_id, &by_id, child);
    if (child->type == ACT_CHILD_SUPERVISOR)
        children->supervisors_count--;
}

void act__children_set_pid(struct act__children *children, struct act__child *child, act_pid pid)
{
    if (!act_pid_is_none(child->pid)) {
        table_remove(&children->by_pid, &by_pid, child);
        children->significant_count -= child->significant;
    }
    child->pid = pid;
    if (!act_pid_is_none(pid)) {
        table_add(&children->by_pid, &by_pid, child);
        children->significant_count += child->significant;
    }
}

struct act__child *act__children_by_id(const struct act__children *children, const char *id)
{
    uint64_t           hash = id_hash(children->seed, id);
    struct act__child *child = children->by_id.buckets[hash & (children->by_id.buckets_count - 1)];

    while (child != NULL && (child->id_hash != hash || strcmp(child->id, id) != 0))
        child = child->id_next;
    return child;
}

struct act__child *act__children_by_pid(const struct act__children *children, act_pid pid)
{
    struct act__child *child = children->by_pid.buckets[pid_hash(pid) & (children->by_pid.buckets_count - 1)];

    while (child != NULL && !act_pid_equal(child->pid, pid))
        child = child->pid_next;
    return child;
}
