/* Keeps children in start order and finds them by id and by pid in constant time. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/children.h>

#include <string.h>

#include <supervisor/memory.h>
#include <supervisor/record.h>

/* ------------------------------------------------------------------------------------ one child */

#define ALIGNMENT 16u

/* Where the parts of a block begin, and how long it is. */
struct layout {
    size_t plan, args, kept, id, name, total_bytes;
};

/*
 * Puts a part of `bytes` at the end; false if that is more than memory can be. Only the last, the
 * kept block, can end beyond what 32 bits count.
 */
static bool reserve_place(size_t *at, size_t *end, size_t bytes)
{
    *at = *end;
    if (bytes == 0)
        return true;
    size_t begin = (*end + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (begin < *end || begin > UINT32_MAX || bytes > PTRDIFF_MAX - begin)
        return false;
    *at = begin;
    *end = begin + bytes;
    return true;
}

static bool lay_out(struct layout *layout, size_t *end, size_t args_bytes, size_t kept_bytes)
{
    bool fits = reserve_place(&layout->args, end, args_bytes) &&
                reserve_place(&layout->kept, end, kept_bytes);
    layout->total_bytes = *end;
    return fits;
}

/* Empty: it has none. */
static const char *id_of(const act_child_spec *spec, const char *name)
{
    if (spec->id != NULL)
        return spec->id;
    return name != NULL ? name : "";
}

static bool lay_out_with_plan(struct layout *layout, const act_child_spec *spec, const char *name)
{
    size_t end = sizeof(struct act__child);

    return reserve_place(&layout->plan, &end, sizeof(struct act__plan)) &&
           reserve_place(&layout->id, &end, strlen(id_of(spec, name)) + 1) &&
           reserve_place(&layout->name, &end, name != NULL ? strlen(name) + 1 : 0) &&
           lay_out(layout, &end, spec->behavior->args_bytes, spec->kept_bytes);
}

static act_millis shutdown_of(const act_child_spec *spec)
{
    if (spec->shutdown != ACT_SHUTDOWN_DEFAULT)
        return spec->shutdown;
    return spec->type == ACT_CHILD_SUPERVISOR ? ACT_FOREVER : ACT_SECONDS(5);
}

/* A supervisor's messages are for it alone: asks, and what it tells itself. */
static act_handover handover_of(const act_child_spec *spec)
{
    if (spec->restart == ACT_RESTART_TEMPORARY)
        return ACT_HANDOVER_NONE;
    if (spec->mailbox == ACT_MAILBOX_DROP || spec->behavior == &act__supervisor_behavior)
        return ACT_HANDOVER_DROP;
    return spec->mailbox == ACT_MAILBOX_KEEP ? ACT_HANDOVER_KEEP : ACT_HANDOVER_REDELIVER;
}

/* What the spec says of a spawn; the rest of the lifecycle is each instance's own. */
static void plan_options(struct act__plan *plan, const act_child_spec *spec,
                         const act_spawn_options *options, char *name)
{
    act_lifecycle_options *lifecycle = &plan->options.lifecycle;

    plan->options.spawn = *options;
    plan->options.spawn.lifecycle = lifecycle;
    if (options->name != NULL)
        plan->options.spawn.name = strcpy(name, options->name);
    plan->options.spawn.announce = true;
    *lifecycle = *ACT_LIFECYCLE_OPTIONS(.ends_with_parent = spec->type == ACT_CHILD_WORKER,
                                        .handover = handover_of(spec));
    if (lifecycle->handover == ACT_HANDOVER_REDELIVER)
        lifecycle->redeliver_max = spec->redeliver_max;
}

void act__child_options(struct act__child *child, struct act__spawn_options *options)
{
    *options = child->plan->options;
    options->spawn.kept = act__child_kept(child);
    options->spawn.lifecycle = &options->lifecycle;
    options->lifecycle.takes_over = (act_pid){.local = child->handover};
    options->lifecycle.on_end = &child->on_end;
}

/* NULL: no memory. */
static struct act__child *make(const struct layout *layout, const void *args, size_t args_bytes,
                               size_t kept_bytes)
{
    char              *block = act__supervisor_allocate(layout->total_bytes);
    struct act__child *child = (struct act__child *)(void *)block;
    if (child == NULL)
        return NULL;
    atomic_init(&child->holders, 1);
    child->on_end = (act_on_end){.run = act__child_let_go, .context = child};
    if (args != NULL)
        memcpy(block + (child->args_at = (uint32_t)layout->args), args, args_bytes);
    child->kept_at = kept_bytes != 0 ? (uint32_t)layout->kept : 0;
    return child;
}

struct act__child *act__child_create(const act_child_spec *spec)
{
    struct layout             layout;
    struct act__spawn_options options;
    struct act__child        *child;

    if (!act__spawn_options_read(&options, spec->options) ||
        !lay_out_with_plan(&layout, spec, options.spawn.name) ||
        (child = make(&layout, spec->args, spec->behavior->args_bytes, spec->kept_bytes)) == NULL)
        return NULL;
    char             *block = (char *)child;
    struct act__plan *plan = child->plan = (struct act__plan *)(void *)(block + layout.plan);
    plan->owner = child;
    plan->restart = (uint8_t)spec->restart;
    plan->type = (uint8_t)spec->type;
    plan->significant = spec->significant;
    plan->shutdown = shutdown_of(spec);
    plan->behavior = spec->behavior;
    child->on_end.label = plan->id = strcpy(block + layout.id, id_of(spec, options.spawn.name));
    plan->args_release = spec->args_release;
    plan->kept_bytes = spec->kept_bytes;
    plan->kept_release = spec->kept_release;
    plan_options(plan, spec, &options.spawn, block + layout.name);
    return child;
}

struct act__child *act__child_clone(struct act__child *template, const void *args)
{
    size_t             args_bytes = args != NULL ? template->plan->behavior->args_bytes : 0;
    size_t             kept_bytes = template->plan->kept_bytes, end = sizeof(struct act__child);
    struct layout      layout;
    struct act__child *child;

    if (!lay_out(&layout, &end, args_bytes, kept_bytes) ||
        (child = make(&layout, args, args_bytes, kept_bytes)) == NULL)
        return NULL;
    child->plan = template->plan;
    child->on_end.label = child->plan->id;
    act__child_hold(template);
    return child;
}

void act__child_hold(struct act__child *child)
{
    atomic_fetch_add_explicit(&child->holders, 1, memory_order_relaxed);
}

void (*act__plan_args_release(const struct act__plan *plan))(void *args)
{
    return plan->args_release != NULL ? plan->args_release : plan->behavior->args_release;
}

/*
 * Those that start_child_args has brought are for the first init to take over. A task's are no
 * user's.
 */
static bool must_release_args(const struct act__child *child)
{
    return child->args_at != 0 &&
           (act__child_template(child) == NULL || (!child->has_begun && !child->is_task));
}

void act__child_let_go(void *context)
{
    struct act__child *child = context;

    /*
     * acq_rel, partner of itself: the last holder sees all that the others wrote to the kept block.
     */
    if (atomic_fetch_sub_explicit(&child->holders, 1, memory_order_acq_rel) != 1)
        return;
    if (child->plan->kept_release != NULL)
        act__user_code_call(child->plan->kept_release, act__child_kept(child));
    void (*args_release)(void *args) = act__child_template(child) != NULL
                                           ? act__plan_args_release(child->plan)
                                           : child->plan->args_release;
    if (args_release != NULL && must_release_args(child))
        act__user_code_call(args_release, act__child_args(child));
    act__child_forget(child);
}

void act__child_forget(struct act__child *child)
{
    struct act__child *template = act__child_template(child);
    act_message_free(&child->answer);
    act__supervisor_free(child);
    if (template != NULL)
        act__child_let_go(template);
}

/* ----------------------------------------------------------------------------- the two look-ups */

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
    return child->plan->id_hash;
}

static struct act__child **pid_next(struct act__child *child)
{
    return &child->pid_next;
}

/*
 * The lower bits of pids are places in a table of the system's: dense, and next to each other for
 * children that were started one after the other. So they are used as they are: such children are
 * in neighbouring buckets, which the processor has at hand. What is above says how often a place
 * was used.
 */
static uint64_t pid_hash(act_pid pid)
{
    return pid.local ^ (pid.local >> 32 ^ pid.node) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t pid_key(const struct act__child *child)
{
    return pid_hash(act__child_pid(child));
}

/* The lower bits of refs are places in a table, as those of pids. */
static uint64_t task_hash(act_ref ask)
{
    return ask.value ^ ask.value >> 1;
}

static uint64_t task_key(const struct act__child *child)
{
    return task_hash(act_message_asker(child->answer).ask);
}

static const struct kind by_id = {id_next, id_key};
static const struct kind by_task = {id_next, task_key};
static const struct kind by_pid = {pid_next, pid_key};

/* FNV-1a from a seed: ids are short. */
static uint64_t id_hash(uint64_t seed, const char *id)
{
    uint64_t hash = seed ^ UINT64_C(0xcbf29ce484222325);
    for (; *id != '\0'; id++)
        hash = (hash ^ (uint8_t)*id) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static void init_table(struct act__child_table *table)
{
    memset(table, 0, sizeof *table);
    table->buckets = table->few;
    table->buckets_count = sizeof table->few / sizeof table->few[0];
}

static void free_table(struct act__child_table *table)
{
    if (table->buckets != table->few)
        act__supervisor_free(table->buckets);
    init_table(table);
}

static void link_into_table(struct act__child_table *table, const struct kind *kind,
                            struct act__child *child)
{
    struct act__child **bucket = &table->buckets[kind->key(child) & (table->buckets_count - 1)];
    *kind->next(child) = *bucket;
    *bucket = child;
}

/* Twice the buckets; without memory the chains get longer and nothing else happens. */
static void grow_table(struct act__child_table *table, const struct kind *kind)
{
    struct act__child_table larger = {.buckets_count = table->buckets_count * 2,
                                      .count = table->count};

    larger.buckets = act__supervisor_allocate(larger.buckets_count * sizeof *larger.buckets);
    if (larger.buckets == NULL)
        return;
    for (size_t i = 0; i < table->buckets_count; i++) {
        for (struct act__child *child = table->buckets[i], *next; child != NULL; child = next) {
            next = *kind->next(child);
            link_into_table(&larger, kind, child);
        }
    }
    free_table(table);
    *table = larger;
}

static void add_to_table(struct act__child_table *table, const struct kind *kind,
                         struct act__child *child)
{
    if (table->count >= table->buckets_count)
        grow_table(table, kind);
    link_into_table(table, kind, child);
    table->count++;
}

static void remove_from_table(struct act__child_table *table, const struct kind *kind,
                              struct act__child *child)
{
    struct act__child **here = &table->buckets[kind->key(child) & (table->buckets_count - 1)];
    while (*here != child)
        here = kind->next(*here);
    *here = *kind->next(child);
    table->count--;
}

/* ---------------------------------------------------------------------------------- all of them */

void act__children_init(struct act__children *children)
{
    children->first = children->last = NULL;
    children->count = 0;
    children->supervisors_count = children->significant_count = 0;
    /*
     * A client that chooses ids should not choose collisions; no caller sees the order of a chain,
     * so an address will do.
     */
    children->seed = (uint64_t)(uintptr_t)children * UINT64_C(0x9e3779b97f4a7c15);
    init_table(&children->by_id);
    init_table(&children->by_pid);
}

void act__children_fini(struct act__children *children)
{
    for (struct act__child *child = children->first, *next; child != NULL; child = next) {
        next = child->order_next;
        act__child_let_go(child);
    }
    free_table(&children->by_id);
    free_table(&children->by_pid);
    children->first = children->last = NULL;
}

void act__children_add(struct act__children *children, struct act__child *child)
{
    child->order_next = NULL;
    child->below = NULL; /* was request_next */
    child->order_previous = children->last;
    if (children->last != NULL)
        children->last->order_next = child;
    else
        children->first = child;
    children->last = child;
    children->count++;
    if (act__child_id(child)[0] != '\0') {
        child->plan->id_hash = id_hash(children->seed, child->plan->id);
        add_to_table(&children->by_id, &by_id, child);
    } else if (child->is_task) {
        add_to_table(&children->by_id, &by_task, child);
    }
    if (child->plan->type == ACT_CHILD_SUPERVISOR)
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
    if (act__child_id(child)[0] != '\0')
        remove_from_table(&children->by_id, &by_id, child);
    else if (child->is_task)
        remove_from_table(&children->by_id, &by_task, child);
    if (child->plan->type == ACT_CHILD_SUPERVISOR)
        children->supervisors_count--;
}

void act__children_set_pid(struct act__children *children, struct act__child *child, act_pid pid)
{
    if (child->local != 0) {
        remove_from_table(&children->by_pid, &by_pid, child);
        if (child->state != ACT__CHILD_STOPPING)
            children->significant_count -= child->plan->significant;
    }
    child->local = pid.local;
    if (!act_pid_is_none(pid)) {
        add_to_table(&children->by_pid, &by_pid, child);
        children->significant_count += child->plan->significant;
    }
}

struct act__child *act__children_by_id(const struct act__children *children, const char *id)
{
    uint64_t           hash = id_hash(children->seed, id);
    struct act__child *child = children->by_id.buckets[hash & (children->by_id.buckets_count - 1)];

    while (child != NULL && (child->plan->id_hash != hash || strcmp(child->plan->id, id) != 0))
        child = child->id_next;
    return child;
}

struct act__child *act__children_by_task(const struct act__children *children, act_ref ask)
{
    size_t             bucket = task_hash(ask) & (children->by_id.buckets_count - 1);
    struct act__child *child = children->by_id.buckets[bucket];

    while (child != NULL && !act_ref_equal(act_message_asker(child->answer).ask, ask))
        child = child->id_next;
    return child;
}

struct act__child *act__children_by_pid(const struct act__children *children, act_pid pid)
{
    struct act__child *child =
        children->by_pid.buckets[pid_hash(pid) & (children->by_pid.buckets_count - 1)];

    while (child != NULL && !act_pid_equal(act__child_pid(child), pid))
        child = child->pid_next;
    return child;
}
