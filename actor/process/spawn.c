/*
 * How an actor comes to be: everything that can fail is done by the spawner, before any other
 * can know. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/process/spawn.h>

#include <string.h>

#include <actor/delivery/handover.h>
#include <actor/delivery/send.h>
#include <actor/process/arena.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/exit.h>
#include <actor/process/fork.h>
#include <actor/process/names.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/task.h>
#include <actor/signal/bond.h>
#include <actor/signal/link_index.h>
#include <actor/signal/signal.h>
#include <mailbox/base/gap.h>
#include <mailbox/base/lock.h>

/*
 * What a spawn consists of is compiled twice: once for a spawn without options and ties, of which
 * most of it then has nothing to ask.
 */
#define INLINED static inline __attribute__((always_inline))

/* One that only its spawner knows of yet. */
struct newborn {
    act_self    *cell;
    act_message *start;     /* for init, or to be pushed; NULL: there is no need for one */
    bool         has_token; /* the spawner has the cell's: it was asleep */
};

static bool lifecycle_is_valid(const act_lifecycle_options *lifecycle)
{
    return (unsigned)lifecycle->handover <= ACT_HANDOVER_REDELIVER &&
           lifecycle->redeliver_max <= ACT_REDELIVER_MAX &&
           (lifecycle->handover == ACT_HANDOVER_REDELIVER) == (lifecycle->redeliver_max != 0);
}

INLINED act_result check(struct act_system *system, const struct act__spawning *what)
{
    const act_behavior      *behavior = what->behavior;
    const act_spawn_options *options = what->options;
    if (behavior->receive == NULL || behavior->name == NULL ||
        behavior->args_bytes > ACT_MESSAGE_BYTES_MAX / 2 || !ACT__IS_KNOWN(behavior) ||
        (behavior->args_release != NULL && behavior->init == NULL))
        return ACT_INVALID;
    if (act__load(&system->killing) || (what->parent == 0 && act__load(&system->closing)))
        return act__has_forked(system) ? ACT_FORKED : ACT_CLOSED;
    if (options == NULL)
        return ACT_OK;
    if (options->worker > system->executor->workers_count ||
        (unsigned)options->inbox_policy > ACT_INBOX_DROP_OLDEST ||
        (options->blocking && options->worker != 0) || !lifecycle_is_valid(options->lifecycle))
        return ACT_INVALID;
    return options->blocking ? system->executor->operations->prepare_blocking(system->executor)
                             : ACT_OK;
}

/*
 * What its own START tells a cell, or keeps for init: the first BIRTH_BYTES of its payload, before
 * the args.
 */
struct birth {
    uint16_t flags; /* ACT__CELL_*; of one that is pushed */
    bool     has_args;
    bool     has_begun; /* init was called */
    uint32_t redeliver_max;
};

static struct birth *birth_of(act_message *start)
{
    return (struct birth *)(void *)start->as.bytes;
}

#define BIRTH_BYTES 8
_Static_assert(sizeof(struct birth) <= BIRTH_BYTES, "args begin aligned to 8");

/* Returns: false without memory. */
static bool make_start(struct newborn *newborn, const struct act__spawning *what, size_t args_bytes)
{
    act_message *start =
        act__message_make(ACT__SIGNAL_START, ACT_VALUE_BYTES, BIRTH_BYTES + args_bytes);
    if (start == NULL)
        return false;
    start->act_bits |= ACT__BIT_SIGNAL;
    *birth_of(start) = (struct birth){.has_args = args_bytes != 0};
    if (args_bytes != 0)
        memcpy(start->as.bytes + BIRTH_BYTES, what->args, args_bytes);
    if (what->options != NULL)
        birth_of(start)->redeliver_max = what->options->lifecycle->redeliver_max;
    newborn->start = start;
    return true;
}

/* Returns: false without memory. */
static bool make_state(act_self *cell, const act_behavior *behavior)
{
    unsigned size_class = act__pool_class(behavior->state_bytes);
    if ((cell->state = act__pool_take(&size_class, behavior->state_bytes)) == NULL)
        return false;
    memset(cell->state, 0, behavior->state_bytes);
    cell->state_class = (uint8_t)size_class;
    return true;
}

static uint16_t handover_flags_of(const act_lifecycle_options *lifecycle)
{
    uint16_t flags = ACT__CELL_HANDS_OVER;
    if (lifecycle->handover == ACT_HANDOVER_NONE)
        return 0;
    if (lifecycle->handover != ACT_HANDOVER_DROP)
        flags |= act_pid_is_none(lifecycle->takes_over) ? ACT__CELL_KEEPS
                                                        : ACT__CELL_KEEPS | ACT__CELL_SUCCEEDS;
    return lifecycle->handover == ACT_HANDOVER_REDELIVER ? flags | ACT__CELL_REDELIVERS : flags;
}

static bool announces(const struct act__spawning *what)
{
    return what->options != NULL && what->options->announce && what->parent != 0;
}

static uint16_t flags_of(const struct act__spawning *what)
{
    const act_lifecycle_options *lifecycle = what->options->lifecycle;
    return (uint16_t)(handover_flags_of(lifecycle) | (announces(what) ? ACT__CELL_ANNOUNCE : 0) |
                      (lifecycle->ends_with_parent ? ACT__CELL_ENDS_WITH_PARENT : 0));
}

/* Returns: false without memory. */
static bool take_options(act_self *cell, const act_spawn_options *options)
{
    cell->kept = options->kept;
    cell->defers = options->lifecycle->on_end;
    if (cell->defers != NULL)
        cell->defers->act_next = NULL;
    return options->arena_bytes_max == 0 ||
           act__arena_limit(&cell->arena, options->arena_bytes_max);
}

/* The cell is free again, and has nothing: as an end leaves it, too. */
static void drop_birth(struct newborn *newborn)
{
    act_self *cell = newborn->cell;
    if (cell->state != NULL)
        act__pool_give(cell->state, cell->state_class);
    cell->state = NULL;
    cell->defers = NULL;
    act__arena_clear(&cell->arena);
    if (newborn->start != NULL)
        act__message_drop(newborn->start);
}

static bool takes_over(const act_spawn_options *options)
{
    return options != NULL && !act_pid_is_none(options->lifecycle->takes_over);
}

/*
 * Prepares a free cell for its next generation. What it owns it has not: no free cell has any.
 * Without its token flags and inbox are left alone, as a stale run may touch them: START will tell
 * them. Returns: false: no memory, and nothing is left.
 */
INLINED bool make_birth(struct newborn *newborn, const struct act__spawning *what)
{
    act_self *cell = newborn->cell;
    size_t    args_bytes = what->args != NULL ? what->behavior->args_bytes : 0;
    /*
     * Atomic, as a thread that has just let go of this cell may still be asked what it is stuck in:
     * stuck_report.c.
     */
    __atomic_store_n(&cell->behavior, what->behavior, __ATOMIC_RELAXED);
    cell->parent = what->parent;
    cell->kept = NULL;
    newborn->start = NULL;
    if ((newborn->has_token && args_bytes == 0 && !announces(what)) ||
        make_start(newborn, what, args_bytes)) {
        if ((what->behavior->state_bytes == 0 || make_state(cell, what->behavior)) &&
            (what->options == NULL || take_options(cell, what->options)))
            return true;
        drop_birth(newborn);
    }
    return false;
}

void act__cell_prepare(struct act_system *system, act_self *cell)
{
    if (act__load(&cell->generation) != 0)
        return;
    act__inbox_init(&cell->inbox_shared);
    act__store(&cell->muted, ACT__CALM);
    cell->index = (uint32_t)act__slab_index(&system->cells, cell);
}

static uint16_t route_of(const act_spawn_options *options)
{
    if (options == NULL)
        return ACT__ROUTE_ANY;
    return options->blocking ? ACT__ROUTE_BLOCKING : (uint16_t)options->worker;
}

/*
 * A bond and a name for the generation to come; the name under its lock. On failure nothing is left
 * of either.
 */
static act_result make_ties(struct act__worker *worker, act_self *cell, uint64_t local,
                            const char *name, enum act__tie tie, struct act__bond **bond)
{
    struct act__attachment *attachment;
    if (tie != ACT__TIE_NONE) {
        uint8_t kind = tie == ACT__TIE_LINK ? ACT__BOND_LINK : ACT__BOND_MONITOR;
        *bond = act__bond_make(worker, kind, cell->parent, act__pid_of(local));
        if (*bond == NULL)
            return ACT_NO_MEMORY;
    }
    if (cell->attachments.first != NULL) /* it has stayed with the handover */
        name = NULL;
    act_result result = name == NULL
                            ? ACT_OK
                            : act__names_add(worker->system->names, &attachment, name, local, true);
    if (result == ACT_OK && name != NULL)
        act__set_add(&cell->attachments, &attachment->member);
    if (result != ACT_OK && *bond != NULL)
        act__bond_unmake(worker, *bond);
    return result;
}

INLINED void open_inbox(act_self *cell, const act_spawn_options *options, uint64_t parent,
                        uint64_t generation)
{
    act__store(&cell->parent_hint, (uint32_t)parent);
    act__store(&cell->inbox_shared.max, options != NULL ? options->inbox_max : 0);
    act__store(&cell->policy, options != NULL ? (uint8_t)options->inbox_policy : 0);
    act__store(&cell->task.route, route_of(options));
    act__store(&cell->task.batch_shift, ACT__BATCH_SHIFT_NEW);
    act__store_release(&cell->generation, generation); /* pairs with the acquire in bond.c,
                                                          exit.c and system.c: its inbox is there */
}

/* With its token: the cell lives. One that has nothing to begin with has begun. */
INLINED void come_to_life(act_self *cell, uint16_t flags, act_message *start)
{
    const act_behavior *behavior = cell->behavior;
    cell->flags = (cell->flags & (ACT__CELL_PHASE | ACT__CELL_OVERLOADED)) | flags;
    act__phase_enter(cell, ACT__PHASE_STARTING);
    cell->spare = start;
    if (start == NULL && behavior->init == NULL && behavior->terminate == NULL) {
        cell->flags |= ACT__CELL_READY;
        act__phase_enter(cell, ACT__PHASE_RUNNING);
    }
}

/* From here on others can know. */
INLINED void bear(struct act__worker *worker, struct newborn *newborn,
                  const struct act__spawning *what, uint64_t generation, act_self *parent,
                  struct act__bond *bond)
{
    act_self *cell = newborn->cell;
    uint16_t  flags = what->options != NULL ? flags_of(what) : 0;
    if (bond != NULL && takes_over(what->options)) {
        act__bond_begin(worker, parent, bond); /* to be there when START comes: the bonds are of
                                                  those that run the handover */
    } else if (bond != NULL) {
        act__bond_add(parent, bond, 0);
        act__set_add(&cell->bonds, &bond->half[1]);
    }
    open_inbox(cell, what->options, cell->parent, generation);
    act__count(&worker->spawned);
    act__outbox_end(worker);
    if (act__likely(newborn->has_token)) {
        come_to_life(cell, flags, newborn->start);
        return;
    }
    birth_of(newborn->start)->flags = flags;
    newborn->start->act_generation = (uint32_t)generation;
    newborn->has_token = act__mpsc_push(&cell->inbox_shared.queue, newborn->start);
}

/*
 * A free cell; NULL: no memory, or too many actors. They need counting, which is slow, only where
 * there are more cells than there may be actors.
 */
INLINED act_self *take_cell(struct act__worker *worker)
{
    struct act_system *system = worker->system;
    act_self          *cell = act__slab_take(&system->cells, &worker->cells);
    if (cell == NULL)
        return NULL;
    if (act__unlikely(act__load(&cell->generation) == 0))
        act__cell_prepare(system, cell);
    if (act__likely(cell->index <= system->options.actors_max) ||
        act__system_actors_count(system) < system->options.actors_max)
        return cell;
    act__slab_give(&system->cells, &worker->cells, cell);
    return NULL;
}

/*
 * With the name's lock, if it has a name: one that finds it can send, as its token is taken, or
 * START is in the inbox, by then.
 */
INLINED act_result begin(struct act__worker *worker, act_pid *pid, act_ref *monitor,
                         const struct act__spawning *what, enum act__tie tie, act_self *self,
                         struct newborn *newborn)
{
    act_self         *cell = newborn->cell;
    /* the handover's, if it is one; else the next */
    uint64_t          generation = act__load(&cell->generation) | 1;
    uint64_t          local = act__local_make(generation, cell->index);
    struct act__bond *bond = NULL;
    const char       *name = what->options != NULL ? what->options->name : NULL;
    act_result        result = ACT_OK;
    if (act__unlikely(tie != ACT__TIE_NONE || name != NULL))
        result = make_ties(worker, cell, local, name, tie, &bond);
    if (result != ACT_OK)
        return result;
    if (what->attachment != NULL)
        act__set_add(&cell->attachments, &what->attachment->member);
    *pid = act__pid_of(local); /* before the child can run: it may look there */
    if (tie == ACT__TIE_MONITOR)
        *monitor = act__bond_ref(worker->system, bond);
    bear(worker, newborn, what, generation, self, bond);
    return ACT_OK;
}

/*
 * A cell to live in. One that a stale message has woken lives when START is fetched, and so does a
 * handover: others may hold its token.
 */
INLINED act_result find_cell(struct act__worker *worker, struct newborn *newborn,
                             const act_spawn_options *options)
{
    bool      handover = takes_over(options);
    act_self *cell = handover ? act__handover_take(worker->system, options->lifecycle->takes_over)
                              : take_cell(worker);
    if (cell == NULL)
        return handover ? ACT_NO_ACTOR : ACT_NO_MEMORY;
    newborn->cell = cell;
    newborn->has_token = !handover && act__mpsc_wake(&cell->inbox_shared.queue);
    return ACT_OK;
}

static void give_cell_back(struct act__worker *worker, const struct newborn *newborn,
                           const act_spawn_options *options)
{
    act_self *cell = newborn->cell;
    if (takes_over(options)) {
        act__handover_put_back(worker->system, cell);
        return;
    }
    /* Else it is run as any free cell that a stale message has woken. */
    bool is_awake = newborn->has_token && !act__mpsc_idle(&cell->inbox_shared.queue, NULL);
    act__slab_give(&worker->system->cells, &worker->cells, cell);
    if (is_awake)
        act__schedule(worker->system, worker, cell);
}

/* Returns: whether it sleeps: it has begun, and nothing has come; else the token is held still. */
static bool rest_newborn(act_self *cell)
{
    if (act__phase_of(cell) != ACT__PHASE_RUNNING)
        return false;
    act__gap("spawn.rests");
    if (!act__mpsc_idle(&cell->inbox_shared.queue, NULL))
        return false;
    /* seq_cst: one of this and act__control_set sees the other, as in wake_if_asked in turn.c. */
    return atomic_load_explicit(&cell->control, memory_order_seq_cst) == 0 ||
           !act__mpsc_wake(&cell->inbox_shared.queue);
}

static bool may_rest(const act_spawn_options *options)
{
    return options != NULL && options->lifecycle->rests;
}

INLINED act_result spawn(struct act__worker *worker, act_pid *pid, act_ref *monitor,
                         const struct act__spawning *what, enum act__tie tie, act_self *self)
{
    struct act_system *system = worker->system;
    struct newborn     newborn;
    bool               has_name = what->options != NULL && what->options->name != NULL;
    act_result         result = check(system, what);
    if (result == ACT_OK)
        result = find_cell(worker, &newborn, what->options);
    if (result != ACT_OK)
        return result;
    act__gap("spawn.has_cell");
    if (!make_birth(&newborn, what)) {
        give_cell_back(worker, &newborn, what->options);
        return ACT_NO_MEMORY;
    }
    if (has_name)
        act__names_lock(system->names);
    result = begin(worker, pid, monitor, what, tie, self, &newborn);
    if (has_name)
        act__names_unlock(system->names);
    if (result != ACT_OK) {
        drop_birth(&newborn);
        give_cell_back(worker, &newborn, what->options);
    } else if (newborn.has_token && !(may_rest(what->options) && rest_newborn(newborn.cell))) {
        system->executor->operations->schedule_newborn(system->executor, act__runner_of(worker),
                                                       &newborn.cell->task);
    }
    return result;
}

act_result act__spawn(struct act__worker *worker, act_pid *pid, act_ref *monitor,
                      const struct act__spawning *what, enum act__tie tie, act_self *self)
{
    return spawn(worker, pid, monitor, what, tie, self);
}

void act__spawn_begin(act_self *self, act_message *start)
{
    if (act__unlikely(act__phase_of(self) == ACT__PHASE_HANDOVER))
        act__handover_begin(self, birth_of(start)->redeliver_max);
    come_to_life(self, birth_of(start)->flags, start);
}

void act__spawn_announce(struct act__worker *worker, act_self *self, act_result result)
{
    act_message *message = self->spare;
    bool         has_begun = birth_of(message)->has_begun;
    self->spare = NULL;
    message->act_bits = (uint8_t)act__message_home(message);
    message->kind = ACT_VALUE_INT64;
    message->bytes_count = 0;
    message->tag = ACT_MESSAGE_STARTED;
    message->act_sender = act__local_of(self);
    message->as.int64 = result;
    message->as.act_words[1] = has_begun; /* see act_started_has_begun */
    self->flags &= (uint16_t)~ACT__CELL_ANNOUNCE;
    act__signal_push(worker->system, worker, self->parent, message);
}

void act__spawn_drop_spare(act_self *self)
{
    act_message *spare = self->spare;
    self->spare = NULL;
    if (spare->tag == ACT__SIGNAL_START && birth_of(spare)->has_args &&
        !birth_of(spare)->has_begun && self->behavior->args_release != NULL)
        act__user_code_call(self->behavior->args_release, spare->as.bytes + BIRTH_BYTES);
    act__message_drop(spare);
}

/* What init is called with; NULL: no args. */
static const void *take_args(act_message *start)
{
    if (start == NULL)
        return NULL;
    birth_of(start)->has_begun = true;
    return birth_of(start)->has_args ? start->as.bytes + BIRTH_BYTES : NULL;
}

/* Init has returned: START is needed no more, but the envelope may be. */
static void retire_start(struct act__worker *worker, act_self *self, act_result result)
{
    act_message *start = self->spare;
    if ((self->flags & ACT__CELL_ANNOUNCE) != 0) {
        act__spawn_announce(worker, self, result);
        if ((self->flags & ACT__CELL_TRAPPING) != 0)
            self->spare =
                act__message_make(ACT_MESSAGE_EXIT, ACT_VALUE_NOTHING, 0); /* NULL: see shut_down */
    } else if ((self->flags & ACT__CELL_TRAPPING) != 0) {
        start->act_bits = (uint8_t)act__message_home(start);
        start->bytes_count = 0;
    } else {
        self->spare = NULL;
        act__message_drop(start);
    }
}

void act__spawn_init(struct act__worker *worker, act_self *self)
{
    const void *args = take_args(self->spare);
    act_result  result = ACT_OK;
    if (self->behavior->init != NULL)
        result = self->behavior->init(self, self->state, args);
    act__outbox_end(worker);
    if (result == ACT_OK) {
        self->flags |= ACT__CELL_READY;
        if (act__likely(act__phase_of(self) == ACT__PHASE_STARTING)) /* else it has exited */
            act__phase_enter(self, ACT__PHASE_RUNNING);
    } else {
        struct act__reason failed = {.kind = ACT_EXIT_ERROR, .code = (int32_t)result};
        act__end_decide(worker, self,
                        result == ACT_IGNORE ? (struct act__reason){.kind = ACT_EXIT_NORMAL}
                                             : failed);
    }
    if (self->spare != NULL)
        retire_start(worker, self, result);
}

/* ----------------------------------------------------------------------------- what actors call */

/* All that an option or a tie asks for is left out, where the compiler sees that there is none. */
__attribute__((noinline)) static act_result spawn_plainly(act_self *self, act_pid *pid,
                                                          const act_behavior *behavior,
                                                          const void         *args)
{
    const struct act__spawning what = {behavior, args, NULL, act__local_of(self), NULL};
    return spawn(self->worker, pid, NULL, &what, ACT__TIE_NONE, self);
}

static act_result spawn_with(act_self *self, act_pid *pid, act_ref *monitor,
                             const act_behavior *behavior, const void *args,
                             const act_spawn_options *options, enum act__tie tie)
{
    struct act__spawning      what = {behavior, args, NULL, act__local_of(self), NULL};
    struct act__spawn_options ours;
    if (options != NULL && !act__spawn_options_read(&ours, options))
        return ACT_INVALID;
    what.options = options != NULL ? &ours.spawn : NULL;
    return act__spawn(self->worker, pid, monitor, &what, tie, self);
}

act_result act_spawn(act_self *self, act_pid *pid, const act_behavior *behavior, const void *args,
                     const act_spawn_options *options)
{
    ACT__HANDLER_ONLY(self);
    if (options == NULL)
        return spawn_plainly(self, pid, behavior, args);
    return spawn_with(self, pid, NULL, behavior, args, options, ACT__TIE_NONE);
}

act_result act_spawn_link(act_self *self, act_pid *pid, const act_behavior *behavior,
                          const void *args, const act_spawn_options *options)
{
    ACT__HANDLER_ONLY(self);
    return spawn_with(self, pid, NULL, behavior, args, options, ACT__TIE_LINK);
}

act_result act_spawn_monitor(act_self *self, act_pid *pid, act_ref *monitor,
                             const act_behavior *behavior, const void *args,
                             const act_spawn_options *options)
{
    ACT__HANDLER_ONLY(self);
    return spawn_with(self, pid, monitor, behavior, args, options, ACT__TIE_MONITOR);
}

act_pid act_self_pid(const act_self *self)
{
    return act__pid_of(act__local_of(self));
}

act_pid act_self_parent(const act_self *self)
{
    return act__pid_of(self->parent);
}

act_system *act_self_system(const act_self *self)
{
    return self->worker->system;
}

void *act_kept(const act_self *self)
{
    return self->kept;
}
