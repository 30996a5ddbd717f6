/* A system: made, run, stopped in order and taken down. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/system/system.h>

#include <errno.h>
#include <poll.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <actor/delivery/handover.h>
#include <actor/lifecycle.h>
#include <actor/process/cell.h>
#include <actor/process/fatal.h>
#include <actor/process/fork.h>
#include <actor/process/names.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/spawn.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/worker_pool.h>
#include <actor/signal/bond.h>
#include <actor/signal/signal.h>
#include <actor/system/left.h>
#include <actor/system/log.h>
#include <actor/system/log_writer.h>
#include <actor/system/roots.h>
#include <actor/system/service_manager.h>
#include <actor/system/system_record.h>
#include <actor/time/clock.h>
#include <mailbox/base/lock.h>
#include <mailbox/base/sanitize.h>
#include <mailbox/channel/channel_record.h>

#define BATCH_DEFAULT    256
#define BLOCKING_DEFAULT 256
#define BACKLOG_DEFAULT  1024
#define STOP_DEFAULT     ACT_SECONDS(10)
#define DESTROY_DEFAULT  ACT_SECONDS(5)
#define STUCK_DEFAULT    ACT_MS(100)
#define STUCK_MIN        ACT_MS(10)
#define SPARES_DEFAULT   16
#define SPARES_MAX       1024
#define WORKERS_MAX      256
#define ACTORS_MAX       (1u << ACT__SLOT_BITS)
#define LOOK_AGAIN       ACT_MS(20)
#define CELLS_TO_SPARE   (1u << 16)
/* How long the killed may take, besides stop_timeout: a handler that is running returns first. */
#define KILL_TIMEOUT ACT_SECONDS(1)

/* --------------------------------------------------------------------------------------- making */

static uint32_t cpus_count(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0)
        return (uint32_t)CPU_COUNT(&cpus);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
}

static uint32_t either(uint32_t value, uint32_t standard)
{
    return value != 0 ? value : standard;
}

/* The log's part. Standard error need not be there; a descriptor that was named must. */
static act_result fill_in_log(act_system_options *filled)
{
    if (filled->log_level == 0)
        filled->log_level = ACT_LOG_INFO;
    if (filled->log_descriptor == 0)
        filled->log_descriptor = STDERR_FILENO;
    else if (filled->log == NULL) {
        int flags = fcntl(filled->log_descriptor, F_GETFL);
        if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
            return ACT_INVALID;
    }
    return filled->log_level >= ACT_LOG_ERROR && filled->log_level <= ACT_LOG_DEBUG &&
                   filled->log_format >= ACT_LOG_FORMAT_AUTO &&
                   filled->log_format <= ACT_LOG_FORMAT_JOURNAL
               ? ACT_OK
               : ACT_INVALID;
}

static act_result fill_in(act_system_options *filled, const act_system_options *options)
{
    /* so it may be shorter than what is copied below */
    if (options != NULL && options->size != sizeof *options)
        return ACT_INVALID;
    *filled = options != NULL ? *options : (act_system_options){.size = sizeof *options};
    if (filled->workers_count > WORKERS_MAX || filled->actors_max > ACTORS_MAX ||
        filled->stop_timeout < ACT_FOREVER || filled->destroy_timeout < ACT_FOREVER ||
        filled->service > ACT_SERVICE_READY_BY_CALL || filled->spares_max > SPARES_MAX ||
        (filled->stuck_after < STUCK_MIN && filled->stuck_after != 0 &&
         filled->stuck_after != ACT_FOREVER))
        return ACT_INVALID;
    if (filled->workers_count == 0)
        filled->workers_count = cpus_count() < WORKERS_MAX ? cpus_count() : WORKERS_MAX;
    filled->actors_max = either(filled->actors_max, ACTORS_MAX);
    filled->batch_max = either(filled->batch_max, BATCH_DEFAULT);
    filled->blocking_max = either(filled->blocking_max, BLOCKING_DEFAULT);
    filled->backlog_max = either(filled->backlog_max, BACKLOG_DEFAULT);
    filled->spares_max = either(filled->spares_max, SPARES_DEFAULT);
    if (filled->stuck_after == 0)
        filled->stuck_after = STUCK_DEFAULT;
    if (filled->stop_timeout == 0)
        filled->stop_timeout = STOP_DEFAULT;
    if (filled->destroy_timeout == 0)
        filled->destroy_timeout = DESTROY_DEFAULT;
    return fill_in_log(filled);
}

bool act__may_take_down(const struct act_system *system)
{
    const struct act__worker *here = act__worker_of(act__callbacks_here);

    if (here != NULL)
        act__check_stack(here);
    return act__runs_here == NULL && (here == NULL || here->system != system) &&
           !system->executor->simulated;
}

bool act__may_wait_for(const struct act_system *system, act_pid pid)
{
    const struct act__worker *here = act__worker_of(act__callbacks_here);
    bool is_itself = here != NULL && here->system == system && act__current_of(here) != NULL &&
                     act_pid_equal(pid, act_self_pid(act__current_of(here)));

    if (here != NULL)
        act__check_stack(here);
    return act__runs_here == NULL && !is_itself && !system->executor->simulated;
}

/* Cell 0 is never lived in: what is meant for nobody is sent there. */
static bool reserve_nobody(act_system *system)
{
    act_self *nobody =
        act__slab_take(&system->cells, &act__record_of(system)->foreign_worker.cells);
    if (nobody == NULL)
        return false;
    act__cell_prepare(system, nobody);
    return true;
}

/*
 * Address space is not free everywhere (valgrind has 128 GiB of it), so a small system asks for
 * little.
 */
static bool make_slabs(act_system *system)
{
    /*
     * More cells than actors_max: cell 0, those that lie free in some worker's cache, and those
     * that waiting threads live in. act__spawn counts the actors.
     */
    size_t cells = (size_t)system->options.actors_max + 1 + CELLS_TO_SPARE;
    if (cells > ACTORS_MAX)
        cells = ACTORS_MAX;
    size_t others = 4 * cells + 1024;
    if (others > (size_t)1 << (ACT__REF_INDEX_BITS - 1))
        others = (size_t)1 << (ACT__REF_INDEX_BITS - 1);
    return act__slab_create(&system->cells, sizeof(act_self), offsetof(act_self, free_link),
                            cells) &&
           act__slab_create(&system->bonds, 192, ACT__BOND_FREE_LINK, others) &&
           act__slab_create(&system->timers, 192, 0, others);
}

static const struct act__system_operations upwards = {
    .log = act__log_values,
    .root_will_speak = act__root_will_speak,
    .root_has_ended = act__root_has_ended,
    .actor_ended = act__system_actor_ended,
};

static void init_record(struct act__system_record *made)
{
    made->shared.operations = &upwards;
    made->shared.outside = &made->foreign_worker;
    made->stop_event = -1;
    made->service_manager.fd = -1;
    act__condition_init(&made->roots.ended);
    pthread_mutex_init(&made->foreign_mutex, NULL);
    pthread_mutex_init(&made->roots.mutex, NULL);
    act__list_init(&made->roots.list);
}

/* Returns: false without memory. */
static bool fill_record(struct act__system_record *made)
{
    act_system *system = &made->shared;
    return make_slabs(system) && act__names_create(&system->names) == ACT_OK &&
           reserve_nobody(system) &&
           act__runner_init(&made->foreign_worker.run, system, ACT__NO_WORKER, (uintptr_t)made) &&
           (system->options.log != NULL || (made->log = act__log_create(&system->options)) != NULL);
}

act_result act__system_make(act_system **system, const act_system_options *options)
{
    act_system_options filled;
    act_result         result = fill_in(&filled, options);
    if (result != ACT_OK)
        return result;
    struct act__system_record *made = act__allocate_lines(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    made->shared.options = filled;
    init_record(made);
    act__fork_prepare(&made->shared);
    if (!fill_record(made)) {
        act__system_free(&made->shared);
        return ACT_NO_MEMORY;
    }
    *system = &made->shared;
    return ACT_OK;
}

void act__system_free(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    if (system->executor != NULL)
        system->executor->operations->destroy(system->executor);
    act__runner_fini(&record->foreign_worker.run);
    act__names_destroy(system->names);
    act__slab_destroy(&system->timers);
    act__slab_destroy(&system->bonds);
    act__slab_destroy(&system->cells);
    pthread_cond_destroy(&record->roots.ended);
    pthread_mutex_destroy(&record->foreign_mutex);
    pthread_mutex_destroy(&record->roots.mutex);
    if (record->stop_event >= 0)
        close(record->stop_event);
    act__service_manager_close(&record->service_manager);
    act__log_destroy(record->log); /* last: what ended before may have logged */
    act__free(system);
}

static act_result create_pool(act_system *system)
{
    const act_system_options *options = &system->options;
    return act__worker_pool_create(
        &system->executor, system,
        &(struct act__pool_options){.workers_count = options->workers_count,
                                    .spares_max = options->spares_max,
                                    .blocking_max = options->blocking_max,
                                    .stuck_after = options->stuck_after,
                                    .feeds_after = act__watchdog_interval(system)});
}

act_result act_system_create(act_system **system, const act_system_options *options)
{
    act_system *made;
    act_result  result = act__system_make(&made, options);
    if (result != ACT_OK)
        return result;
    act__know_thread();
    act__record_of(made)->stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    result = act__record_of(made)->stop_event < 0 ? ACT_OS
             : act__record_of(made)->log != NULL  ? act__log_start(act__record_of(made)->log)
                                                  : ACT_OK;
    if (result == ACT_OK)
        result = act__service_manager_open(&act__record_of(made)->service_manager, &made->options);
    if (result == ACT_OK)
        result = create_pool(made);
    act__record_of(made)->foreign_worker.run.executor = made->executor;
    if (result != ACT_OK) {
        act__system_free(made);
        return result;
    }
    *system = made;
    return ACT_OK;
}

/* ------------------------------------------------------------------------------------- counters */

static void add_counters(struct act__runner *runner, void *context)
{
    const struct act__worker *worker = act__worker_of(runner);
    act_counters             *counters = context;
#define X(name, text) counters->name += act__load(&worker->name);
    ACT_COUNTERS(X)
#undef X
    counters->stolen += act__load(&runner->stolen);
    counters->parked += act__load(&runner->parked);
    counters->stuck += act__load(&runner->stuck);
    counters->thread_waits += act__load(&runner->thread_waits);
}

void act_system_counters(act_system *system, act_counters *counters)
{
    struct act__system_record *record = act__record_of(system);
    *counters = (act_counters){0};
    if (act__has_forked(system))
        return;
    add_counters(&record->foreign_worker.run, counters);
    counters->sent += act__load(&system->outside_sent);
    counters->dead_letters += act__load(&system->outside_dead_letters);
    counters->log_lost += record->log != NULL ? act__log_lost(record->log) : 0;
    system->executor->operations->each_worker(system->executor, add_counters, counters);
}

uint32_t act_system_workers_count(const act_system *system)
{
    return system->executor->workers_count;
}

/* ----------------------------------------------------------------------------------------- stop */

void act_system_stop(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    if (act__has_forked(system))
        return;
    uint64_t one = 1;
    int      saved = errno; /* a signal handler must leave it alone */
    act__store(&record->stop_asked, true);
    if (record->stop_event >= 0 && write(record->stop_event, &one, sizeof one) < 0) {
        /* Only EAGAIN is possible: it was written before. */
    }
    errno = saved;
}

void act_system_tree_begins(act_system *system)
{
    act__add(&act__record_of(system)->trees_count, 1);
}

void act_system_tree_ended(act_system *system, act_tree_end how)
{
    struct act__system_record *record = act__record_of(system);
    bool                       is_last = act__sub(&record->trees_count, 1) == 1;
    const struct act__worker  *worker = act__worker_here(system);
    if (how == ACT_TREE_END_EARLY && worker != NULL &&
        worker->ending.reason.kind == ACT_EXIT_KILLED)
        how = ACT_TREE_END_GAVE_UP;
    if (act__load(&system->closing) || system->executor->simulated)
        return;
    if (how == ACT_TREE_END_GAVE_UP)
        act__store(&record->gave_up, true);
    if (how == ACT_TREE_END_GAVE_UP || (how == ACT_TREE_END_DONE && is_last))
        act_system_stop(system);
}

void act__system_actor_ended(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    /* seq_cst, partner of itself: of two that end at the same time one sees that it is the last. */
    atomic_thread_fence(memory_order_seq_cst);
    if (act__system_actors_count(system) != 0)
        return;
    act__lock(&record->roots.mutex);
    pthread_cond_broadcast(&record->roots.ended);
    act__unlock(&record->roots.mutex);
}

void act__control_set_all(act_system *system, struct act__worker *worker, uint8_t control)
{
    act_self *cell;
    for (size_t slot = 1; (cell = act__slab_at(&system->cells, slot)) != NULL; slot++) {
        /* pairs with the release in spawn.c and foreign.c */
        uint64_t generation = act__load_acquire(&cell->generation);
        if ((generation & 1) != 0)
            act__control_set(system, worker, generation << ACT__SLOT_BITS | slot, control);
    }
}

/* What is waited for. */
enum act__ended { ROOTS_HAVE_ENDED, ALL_HAVE_ENDED };

/* Whether that came in time. deadline NULL: for ever. */
static bool wait_for_end(act_system *system, enum act__ended what, const struct timespec *deadline)
{
    struct act__system_record *record = act__record_of(system);
    bool                       ended, in_time = true;
    act__lock(&record->roots.mutex);
    for (;;) {
        ended = what == ROOTS_HAVE_ENDED ? act__roots_are_gone(system)
                                         : act__system_actors_count(system) == 0;
        if (ended || !in_time)
            break;
        /*
         * An actor that was ending while `closing` was set may not have seen it, and then does not
         * tell: look again soon. The alternative is a fence in every end.
         */
        struct timespec soon = act__clock_after(LOOK_AGAIN);
        bool            last = deadline != NULL && !act__clock_is_before(&soon, deadline);
        in_time = pthread_cond_timedwait(&record->roots.ended, &record->roots.mutex,
                                         last ? deadline : &soon) != ETIMEDOUT ||
                  !last;
    }
    act__unlock(&record->roots.mutex);
    return ended;
}

static act_result stop_in_order(act_system *system)
{
    act_millis       timeout = system->options.stop_timeout;
    act_millis       asked = system->executor->operations->now(system->executor);
    struct timespec  deadline = act__clock_after(timeout == ACT_FOREVER ? 0 : timeout);
    struct timespec *until = timeout == ACT_FOREVER ? NULL : &deadline;
    /*
     * relaxed: who sees it late spawns once more, or does not tell of its end: wait_for_end looks
     * again.
     */
    act__store(&system->closing, true);
    act__service_manager_stop_begins(system);
    act__roots_tell(system, NULL);
    bool in_time = wait_for_end(system, ROOTS_HAVE_ENDED, until);
    act__control_set_all(system, NULL, ACT__CONTROL_SHUTDOWN); /* whom no root had under its care */
    in_time = wait_for_end(system, ALL_HAVE_ENDED, until) && in_time;
    act__store(&system->killing, true); /* relaxed: who is spawned all the same is killed in the
                                           next round */
    if (wait_for_end(system, ALL_HAVE_ENDED, &(struct timespec){0}))
        return in_time ? ACT_OK : ACT_TIMED_OUT;
    act__left_tell(system, ACT_LOG_WARNING, "not ended within stop_timeout, is killed:", asked);
    deadline = act__clock_after(KILL_TIMEOUT);
    do {
        act__control_set_all(system, NULL, ACT__CONTROL_KILL);
        struct timespec soon = act__clock_after(ACT_MS(10));
        if (wait_for_end(system, ALL_HAVE_ENDED, &soon))
            return ACT_TIMED_OUT;
        clock_gettime(CLOCK_MONOTONIC, &soon);
        if (!act__clock_is_before(&soon, &deadline))
            return ACT_TIMED_OUT;
    } while (true);
}

static act_result result_of_stop(act_system *system, act_result result)
{
    if (act__load(&act__record_of(system)->gave_up))
        return ACT_GAVE_UP;
    return result == ACT_OK && act__load(&system->overdue) ? ACT_TIMED_OUT : result;
}

static act_result run(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    struct pollfd              asked = {.fd = record->stop_event, .events = POLLIN};
    if (record->stopped)
        return ACT_INVALID;
    system->runner = act__stack_here();
    act__store_release(&system->is_run, true); /* pairs with the acquire in act__check_stack */
    while (!act__load(&record->stop_asked))
        (void)poll(&asked, 1, -1);
    record->stopped = true;
    act_result result = result_of_stop(system, stop_in_order(system));
    act__store(&system->is_run, false);
    return result;
}

act_result act_system_run(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    if (act__has_forked(system))
        return ACT_FORKED;
    if (!act__may_take_down(system))
        return ACT_INVALID;
    if (!record->stopped && !act__load(&record->stop_asked))
        act__service_manager_run_begins(system);
    return run(system);
}

/*
 * Ends all actors and threads in this time, or says which are left. Returns: whether there is
 * nothing left.
 */
static bool end_all(act_system *system, const struct timespec *until)
{
    const struct act__executor_operations *operations = system->executor->operations;
    act_millis                             asked = operations->now(system->executor);

    act__control_set_all(system, NULL, ACT__CONTROL_KILL);
    bool have_ended = wait_for_end(system, ALL_HAVE_ENDED, until);
    if (have_ended)
        act__handovers_clear(system);
    else
        act__left_tell(system, ACT_LOG_ERROR, "act_system_destroy leaves behind", asked);
    uint32_t threads =
        operations->end_threads(system->executor, have_ended ? until : &(struct timespec){0});
    if (have_ended && threads == 0)
        return true;
    act__log(
        system, ACT_LOG_ERROR,
        "act_system_destroy has timed out: %llu actors and %u threads are left, with their memory",
        (unsigned long long)act__system_actors_count(system), (unsigned)threads);
    return false;
}

/*
 * Threads whose callbacks have not returned use, when they do, whatever there is of the system: so
 * all of it stays. The list is for tools that look for memory to which nothing leads.
 */
static void abandon(act_system *system)
{
    struct act__system_record   *record = act__record_of(system);
    static _Atomic(act_system *) all;

    (void)!act_log_flush(system, ACT_SECONDS(1));
    act__store(&system->abandoned, true); /* relaxed: a hook that is called all the same finds
                                             its context */
    record->next_abandoned = act__load(&all);
    while (!atomic_compare_exchange_weak(&all, &record->next_abandoned, system))
        ;
    act__is_kept(system->cells.region.base, system->cells.region.limit_bytes);
    act__is_kept(system->bonds.region.base, system->bonds.region.limit_bytes);
    act__is_kept(system->timers.region.base, system->timers.region.limit_bytes);
}

act_result act_system_destroy(act_system **system)
{
    act_system *mine = *system;

    if (mine == NULL)
        return ACT_OK;
    if (act__has_forked(mine))
        return ACT_FORKED;
    if (!act__may_take_down(mine))
        return ACT_INVALID;
    act_system_stop(mine);
    if (!act__record_of(mine)->stopped)
        (void)run(mine);
    act_millis       timeout = mine->options.destroy_timeout;
    struct timespec  deadline = act__clock_after(timeout == ACT_FOREVER ? 0 : timeout);
    struct timespec *until = timeout == ACT_FOREVER ? NULL : &deadline;
    bool             have_ended = end_all(mine, until);
    if (have_ended)
        act__system_free(mine);
    else
        abandon(mine);
    *system = NULL;
    return have_ended ? ACT_OK : ACT_TIMED_OUT;
}
