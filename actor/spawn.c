/* How an actor comes to be: everything that can fail is done by the spawner, before anybody can know. Internal. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <actor/bond.h>
#include <actor/system_record.h>

_Static_assert(sizeof(act_self) == 192, "an idle actor costs three cache lines");

static struct act__birth *birth_of(act_message *start)
{
    return (struct act__birth *)(void *)start->as.bytes;
}

static act_result check(struct act_system *system, const struct act__spawning *what)
{
    const act_behavior      *behavior = what->behavior;
    const act_spawn_options *options = what->options;
    if (behavior->receive == NULL || behavior->name == NULL || behavior->args_bytes > ACT_MESSAGE_BYTES_MAX / 2)
        return ACT_INVALID;
    if (act__load(&system->killing) || (what->parent == 0 && act__load(&system->closing)))
        return ACT_CLOSED;
    if (options == NULL)
        return ACT_OK;
    if (options->size != sizeof *options || (unsigned)options->inbox_policy > ACT_INBOX_DROP_OLDEST)
        return ACT_INVALID;
    if (options->worker > system->executor->workers_count || (options->blocking && options->worker != 0))
        return ACT_INVALID;
    return options->blocking ? system->executor->operations->prepare_blocking(system->executor) : ACT_OK;
}

static void drop_start(act_message *start)
{
    struct act__birth *birth = birth_of(start);
    if (birth->state != NULL)
        act__pool_give(birth->state, birth->state_class);
    act__arena_clear(&birth->arena);
    act__message_drop(start);
}

/* Returns: false without memory. */
static bool take_options(struct act__birth *birth, const act_spawn_options *options)
{
    birth->kept = options->kept;
    birth->announce = options->announce && birth->parent != 0;
    birth->ends_with_parent = options->ends_with_parent;
    if (options->arena_bytes_max != 0 && !act__arena_limit(&birth->arena, options->arena_bytes_max))
        return false;
    if (options->on_end == NULL)
        return true;
    birth->on_end = act__arena_take(&birth->arena, sizeof *birth->on_end, true);
    if (birth->on_end != NULL)
        *birth->on_end = (struct act__defer){NULL, options->on_end, options->on_end_context};
    return birth->on_end != NULL;
}

/* START with all the spawner knows; the state block comes with it. NULL: no memory. */
static act_message *make_start(const struct act__spawning *what)
{
    const act_behavior *behavior = what->behavior;
    bool                has_args = what->args != NULL && behavior->args_bytes != 0;
    act_message        *start = act__message_make(ACT__SIGNAL_START, ACT_VALUE_BYTES,
                                                  sizeof(struct act__birth) + (has_args ? behavior->args_bytes : 0));
    if (start == NULL)
        return NULL;
    struct act__birth *birth = birth_of(start);
    unsigned           size_class = act__pool_class(behavior->state_bytes);
    *birth = (struct act__birth){.behavior = behavior, .parent = what->parent, .belonging = what->belonging};
    birth->has_args = has_args;
    if (has_args)
        memcpy(birth + 1, what->args, behavior->args_bytes);
    start->act_bits |= ACT__BIT_SIGNAL;
    if (behavior->state_bytes != 0 && (birth->state = act__pool_take(&size_class, behavior->state_bytes)) != NULL)
        memset(birth->state, 0, behavior->state_bytes);
    birth->state_class = (uint8_t)size_class;
    if ((behavior->state_bytes != 0 && birth->state == NULL) ||
        (what->options != NULL && !take_options(birth, what->options))) {
        drop_start(start);
        return NULL;
    }
    return start;
}

void act__cell_prepare(struct act_system *system, act_self *cell)
{
    if (act__load(&cell->life) != 0)
        return;
    act__gate_init(&cell->gate);
    act__store(&cell->slowed, ACT__CALM);
    cell->index = (uint32_t)act__slab_index(&system->cells, cell);
}

static uint16_t route_of(const act_spawn_options *options)
{
    if (options == NULL)
        return ACT__ROUTE_ANY;
    return options->blocking ? ACT__ROUTE_BLOCKING : (uint16_t)options->worker;
}

/* A bond and a name for the life to come; the name under its lock. On failure nothing is left of either. */
static act_result make_ties(struct act__worker *worker, struct act__birth *birth, const char *name, uint64_t local,
                            enum act__tie tie)
{
    if (tie != ACT__TIE_NONE) {
        uint8_t kind = tie == ACT__TIE_LINK ? ACT__BOND_LINK : ACT__BOND_MONITOR;
        birth->bond = act__bond_make(worker, kind, birth->parent, act__pid_of(local));
        if (birth->bond == NULL)
            return ACT_NO_MEMORY;
    }
    act_result result = name == NULL ? ACT_OK : act__names_add(worker->system->names, &birth->name, name, local);
    if (result != ACT_OK && birth->bond != NULL) {
        act__store(&birth->bond->holders, 1);
        act__bond_let_go(worker, birth->bond);
    }
    return result;
}

static void open_gate(act_self *cell, const act_spawn_options *options, uint64_t parent, uint64_t life)
{
    act__store(&cell->parent_hint, (uint32_t)parent);
    act__store(&cell->gate.max, options != NULL ? options->inbox_max : 0);
    act__store(&cell->policy, options != NULL ? (uint8_t)options->inbox_policy : 0);
    act__store(&cell->route, route_of(options));
    act__store_release(&cell->life, life); /* pairs with the acquire in bond.c: the gate is there */
}

/* From here on others can know. Returns: whether the caller has the token. */
static bool bear(struct act__worker *worker, act_self *cell, act_message *start, const act_spawn_options *options,
                 uint64_t life, act_self *parent)
{
    struct act__birth *birth = birth_of(start);
    if (birth->bond != NULL)
        act__set_add(&parent->bonds, &birth->bond->half[0]);
    open_gate(cell, options, birth->parent, life);
    start->act_life = (uint32_t)life;
    act__count(&worker->spawned);
    return act__mpsc_push(&cell->gate.queue, start);
}

/*
 * A free cell; NULL: no memory, or too many actors. They need counting, which is slow, only where there are more
 * cells than there may be actors.
 */
static act_self *take_cell(struct act__worker *worker)
{
    struct act_system *system = worker->system;
    act_self          *cell = act__slab_take(&system->cells, &worker->cells);
    if (cell == NULL)
        return NULL;
    act__cell_prepare(system, cell);
    if (act__likely(cell->index <= system->options.actors_max) ||
        act__system_actors_count(system) < system->options.actors_max)
        return cell;
    act__slab_give(&system->cells, &worker->cells, cell);
    return NULL;
}

act_result act__spawn(struct act__worker *worker, act_pid *pid, act_ref *monitor, const struct act__spawning *what,
                      enum act__tie tie, act_self *self)
{
    struct act_system *system = worker->system;
    act_result         result = check(system, what);
    if (result != ACT_OK)
        return result;
    act_message *start = make_start(what);
    if (start == NULL)
        return ACT_NO_MEMORY;
    act_self *cell = take_cell(worker);
    if (cell == NULL) {
        drop_start(start);
        return ACT_NO_MEMORY;
    }
    uint64_t    life = act__load(&cell->life) + 1, local = life << ACT__SLOT_BITS | cell->index;
    const char *name = what->options != NULL ? what->options->name : NULL;
    bool        has_token = false;
    /* Whoever finds the name can send to it: START is in the inbox before the lock is opened. */
    if (name != NULL)
        act__names_lock(system->names);
    result = make_ties(worker, birth_of(start), name, local, tie);
    if (result == ACT_OK) {
        *pid = act__pid_of(local); /* before the child can run: it may look there */
        if (tie == ACT__TIE_MONITOR)
            *monitor = act__bond_ref(system, birth_of(start)->bond);
        has_token = bear(worker, cell, start, what->options, life, self);
    }
    if (name != NULL)
        act__names_unlock(system->names);
    if (result != ACT_OK) {
        act__slab_give(&system->cells, &worker->cells, cell);
        drop_start(start);
        return result;
    }
    if (has_token)
        act__schedule(system, worker, cell);
    return ACT_OK;
}

void act__spawn_begin(struct act__worker *worker, act_self *self, act_message *start)
{
    struct act__birth *birth = birth_of(start);
    (void)worker;
    self->flags = ACT__CELL_LIVING;
    if (birth->announce)
        self->flags |= ACT__CELL_ANNOUNCE;
    if (birth->ends_with_parent)
        self->flags |= ACT__CELL_ENDS_WITH_PARENT;
    self->behavior = birth->behavior;
    self->state = birth->state;
    self->state_class = birth->state_class;
    self->parent = birth->parent;
    self->kept = birth->kept;
    self->bonds.first = self->timers.first = self->belongings.first = NULL;
    self->arena = birth->arena;
    self->defers = birth->on_end;
    if (birth->name != NULL)
        act__set_add(&self->belongings, &birth->name->member);
    if (birth->belonging != NULL)
        act__set_add(&self->belongings, &birth->belonging->member);
    if (birth->bond != NULL)
        act__set_add(&self->bonds, &birth->bond->half[1]);
    self->spare = start;
}

void act__spawn_announce(struct act__worker *worker, act_self *self, act_result result)
{
    act_message *message = self->spare;
    self->spare = NULL;
    message->act_bits = (uint8_t)act__message_home(message);
    message->kind = ACT_VALUE_INT64;
    message->bytes_count = 0;
    message->tag = ACT_MESSAGE_STARTED;
    message->act_sender = act__local_of(self);
    message->as.int64 = result;
    self->flags &= (uint16_t)~ACT__CELL_ANNOUNCE;
    act__signal_push(worker->system, worker, self->parent, message);
}

void act__spawn_init(struct act__worker *worker, act_self *self)
{
    act_message       *start = self->spare;
    struct act__birth *birth = birth_of(start);
    const void        *args = birth->has_args ? birth + 1 : NULL;
    act_result         result = ACT_OK;
    if (self->behavior->init != NULL)
        result = self->behavior->init(self, self->state, args);
    self->flags |= ACT__CELL_READY;
    if (result != ACT_OK) {
        self->flags |= ACT__CELL_REFUSED;
        struct act__reason failed = {.kind = ACT_EXIT_ERROR, .code = (int32_t)result};
        act__end_decide(worker, self, result == ACT_IGNORE ? (struct act__reason){.kind = ACT_EXIT_NORMAL} : failed);
    }
    if ((self->flags & ACT__CELL_ANNOUNCE) != 0) {
        act__spawn_announce(worker, self, result);
        if ((self->flags & ACT__CELL_TRAPPING) != 0)
            self->spare = act__message_make(ACT_MESSAGE_EXIT, ACT_VALUE_NOTHING, 0); /* NULL: see shut_down */
    } else if ((self->flags & ACT__CELL_TRAPPING) != 0) {
        start->act_bits = (uint8_t)act__message_home(start);
        start->bytes_count = 0;
    } else {
        self->spare = NULL;
        act__message_drop(start);
    }
}

/* --------------------------------------------------------------------------------- what actors call */

static act_result spawn(act_self *self, act_pid *pid, act_ref *monitor, const act_behavior *behavior, const void *args,
                        const act_spawn_options *options, enum act__tie tie)
{
    struct act__spawning what = {behavior, args, options, act__local_of(self), NULL};
    return act__spawn(self->worker, pid, monitor, &what, tie, self);
}

act_result act_spawn(act_self *self, act_pid *pid, const act_behavior *behavior, const void *args,
                     const act_spawn_options *options)
{
    return spawn(self, pid, NULL, behavior, args, options, ACT__TIE_NONE);
}

act_result act_spawn_link(act_self *self, act_pid *pid, const act_behavior *behavior, const void *args,
                          const act_spawn_options *options)
{
    return spawn(self, pid, NULL, behavior, args, options, ACT__TIE_LINK);
}

act_result act_spawn_monitor(act_self *self, act_pid *pid, act_ref *monitor, const act_behavior *behavior,
                             const void *args, const act_spawn_options *options)
{
    return spawn(self, pid, monitor, behavior, args, options, ACT__TIE_MONITOR);
}
