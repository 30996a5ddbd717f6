/* A system: made, run, stopped in order and taken down. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/system/system.h>

#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <actor/delivery/handover.h>
#include <actor/lifecycle.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
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
#include <actor/signal/ref.h>
#include <actor/system/left.h>
#include <actor/system/log.h>
#include <actor/system/log_writer.h>
#include <actor/system/roots.h>
#include <actor/system/service_manager.h>
#include <actor/system/stop.h>
#include <actor/system/system_record.h>
#include <actor/time/clock.h>
#include <mailbox/base/lock.h>
#include <mailbox/base/options.h>
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
#define CELLS_TO_SPARE   (1u << 16)

/* --------------------------------------------------------------------------------------- making */

static uint32_t count_cpus(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0)
        return (uint32_t)CPU_COUNT(&cpus);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
}

static uint32_t choose(uint32_t value, uint32_t standard)
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
    if (!act__options_read(filled, sizeof *filled, options) ||
        filled->workers_count > WORKERS_MAX || filled->actors_max > ACTORS_MAX ||
        filled->stop_timeout < ACT_FOREVER || filled->destroy_timeout < ACT_FOREVER ||
        filled->service > ACT_SERVICE_READY_BY_CALL || filled->spares_max > SPARES_MAX ||
        (filled->stuck_after < STUCK_MIN && filled->stuck_after != 0 &&
         filled->stuck_after != ACT_FOREVER))
        return ACT_INVALID;
    if (filled->workers_count == 0)
        filled->workers_count = count_cpus() < WORKERS_MAX ? count_cpus() : WORKERS_MAX;
    filled->actors_max = choose(filled->actors_max, ACTORS_MAX);
    filled->batch_max = choose(filled->batch_max, BATCH_DEFAULT);
    filled->blocking_max = choose(filled->blocking_max, BLOCKING_DEFAULT);
    filled->backlog_max = choose(filled->backlog_max, BACKLOG_DEFAULT);
    filled->spares_max = choose(filled->spares_max, SPARES_DEFAULT);
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

/* Cell 0 is never lived in: what is meant for no actor is sent there. */
static bool reserve_none(act_system *system)
{
    act_self *none = act__slab_take(&system->cells, &act__record_of(system)->foreign_worker.cells);
    if (none == NULL)
        return false;
    act__cell_prepare(system, none);
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
    .log_about = act__log_about_values,
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
           reserve_none(system) &&
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
    act__bonds_have_ended(system);
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

static void add_all_counters(act_system *system, act_counters *counters)
{
    struct act__system_record *record = act__record_of(system);
    add_counters(&record->foreign_worker.run, counters);
    counters->sent += act__load(&system->outside_sent);
    counters->dead_letters += act__load(&system->outside_dead_letters);
    counters->log_lost += record->log != NULL ? act__log_lost(record->log) : 0;
    system->executor->operations->each_worker(system->executor, add_counters, counters);
}

/* `bytes`: what the program knows of the struct, which may be more or less than we do. */
void act__system_counters(act_system *system, act_counters *counters, size_t bytes)
{
    act_counters ours = {0};
    if (!act__has_forked(system))
        add_all_counters(system, &ours);
    memset(counters, 0, bytes);
    memcpy(counters, &ours, bytes < sizeof ours ? bytes : sizeof ours);
}

uint32_t act_system_workers_count(const act_system *system)
{
    return system->executor->workers_count;
}

/* ------------------------------------------------------------------------------------- destroy */

/*
 * Ends all actors and threads in this time, or says which are left. Returns: whether there is
 * nothing left.
 */
static bool end_all(act_system *system, act_millis timeout)
{
    const struct act__executor_operations *operations = system->executor->operations;
    act_millis                             asked = operations->now(system->executor);
    struct timespec  deadline = act__clock_after(timeout == ACT_FOREVER ? 0 : timeout);
    struct timespec *until = timeout == ACT_FOREVER ? NULL : &deadline;

    act__control_set_all(system, NULL, ACT__CONTROL_KILL);
    bool have_ended = act__stop_wait(&(struct act__stop){.system = system}, ACT__ENDED_ALL,
                                     timeout == ACT_FOREVER ? ACT_FOREVER : asked + timeout);
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
        (void)act__stop_run(mine);
    bool have_ended = end_all(mine, mine->options.destroy_timeout);
    if (have_ended)
        act__system_free(mine);
    else
        abandon(mine);
    *system = NULL;
    return have_ended ? ACT_OK : ACT_TIMED_OUT;
}
