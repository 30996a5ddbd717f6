/*
 * Random trees whose actors fail at random moments: the properties of supervision hold whatever the
 * seed.
 */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mailbox/base/random.h>
#include <test/supervisor/fixture.h>

enum {
    SUPERVISORS_MAX = 12,
    WORKERS_MAX = 40,
    CHILDREN_MAX = 5,
    DEPTH_MAX = 4,
    STARTS_MAX = 4096,
    MAIL_MAX = 128,
    WATCHES_MAX = 32,
    TIES_MAX = 64,
    SEEDS_A_ROUND = 350, /* 21,000 in all */
    ROUNDS_COUNT = 30
};

#define STEPS_MAX 2000000u
#define MAIL      6 /* tag of what an outsider sends to a worker */

/*
 * A node of the tree. Its place among its siblings is its place in `children` of the supervisor
 * above.
 */
struct node {
    char         id[16];
    struct node *self; /* what a worker's args are a copy of */
    struct node *above;
    unsigned     place;
    bool         is_supervisor;

    /* A supervisor's. */
    act_supervisor_spec spec;
    act_child_spec      children[CHILDREN_MAX];
    struct node        *nodes[CHILDREN_MAX];
    act_pid             instance; /* whose children are seen now */

    act_millis restarts[STARTS_MAX]; /* in this instance: of a supervisor's workers, or of a
                                        worker */
    unsigned   restarts_count;

    /* A worker's. */
    unsigned          fails_in_init, fails_later, fails_at_mail, panics_at_end; /* percent */
    bool              traps, ignores_exits;
    act_millis        end_delay;
    int               alive; /* instances: never two at a time */
    bool              ends_itself;
    act_pid           pid;
    unsigned          starts, ends, starts_in_instance;
    act_spawn_options options;
    bool              rests;          /* was not to be started again: nothing is promised to what
                                         waits */
    unsigned          lost;           /* since its last start: dead letters sent to its name ... */
    unsigned          excused_before; /* ... except mail of a lower number than this */
    unsigned          last_mail;
};

/* What an outsider sends to workers. */
static struct mail {
    struct node *to;
    bool         to_name;
    act_pid      instance; /* of the supervisor, when it was sent */
    unsigned     handled, lost;
} mail[MAIL_MAX];
static unsigned mail_count;

/* Monitors of an outsider. */
static struct watch {
    act_ref  ref;
    unsigned downs;
} watches[WATCHES_MAX];
static unsigned watches_count;
static act_pid  watcher;

/* All links between the same outsider and one pid, whichever side made them. */
static struct tie {
    act_pid  pid;
    unsigned made, exits;
    bool     was_taken_back;
} ties[TIES_MAX];
static unsigned ties_count;

static struct node        supervisors[SUPERVISORS_MAX], workers[WORKERS_MAX];
static unsigned           supervisors_count, workers_count;
static uint64_t           seed;
static struct act__random random_now;
static bool               order_is_promised;    /* until a supervisor is killed, or one child is
                                                   stopped alone */
static bool               starts_are_asked_for; /* such starts are no restarts */

#define PROPERTY(holds, node)                                                                      \
    ck_assert_msg(holds, "seed %llu, %s: " #holds, (unsigned long long)seed, (node)->id)

static unsigned draw(unsigned below)
{
    return act__random_below(&random_now, below);
}

static bool draw_percent(unsigned percent)
{
    return draw(100) < percent;
}

/* ----------------------------------------------------------------------------------- properties */

static bool any_lives(const struct node *node)
{
    if (!node->is_supervisor)
        return node->alive > 0;
    for (unsigned i = 0; i < node->spec.children_count; i++)
        if (any_lives(node->nodes[i]))
            return true;
    return false;
}

/* A new instance of the supervisor shows when its first worker starts. */
static void see_instance(struct node *supervisor, act_pid instance)
{
    if (act_pid_equal(supervisor->instance, instance))
        return;
    supervisor->instance = instance;
    supervisor->restarts_count = 0;
    for (unsigned i = 0; i < supervisor->spec.children_count; i++) {
        PROPERTY(supervisor->nodes[i]->alive == 0, supervisor->nodes[i]);
        supervisor->nodes[i]->starts_in_instance = 0;
        if (!supervisor->nodes[i]->is_supervisor)
            supervisor->nodes[i]->restarts_count = 0;
    }
}

/* Whether all below it end in the moment in which they are told to. */
static bool ends_at_once(const struct node *node)
{
    if (!node->is_supervisor)
        return !node->traps;
    for (unsigned i = 0; i < node->spec.children_count; i++)
        if (!ends_at_once(node->nodes[i]))
            return false;
    return true;
}

/*
 * `counted`: the supervisor, where one restart is of one child; else the worker, which one starts
 * once at most.
 */
static void restarts_stay_within_intensity(struct node *counted, const struct node *supervisor,
                                           act_millis now)
{
    const act_supervisor_spec *spec = &supervisor->spec;
    unsigned                   within = 0;
    counted->restarts[counted->restarts_count++ % STARTS_MAX] = now;
    bool waits = spec->backoff.max != 0 ||
                 (spec->strategy != ACT_STRATEGY_ONE_FOR_ONE && !ends_at_once(supervisor));
    if (starts_are_asked_for || waits)
        return; /* it counts restarts, when they are decided, which is not when they are done */
    for (unsigned i = 0; i < counted->restarts_count && i < STARTS_MAX; i++)
        within += now - counted->restarts[i] <= spec->period;
    PROPERTY(within <= spec->intensity, counted);
}

/* Where several are restarted together, those after it have been stopped before. */
static void none_after_it_lives(struct node *worker)
{
    if (worker->above->spec.strategy == ACT_STRATEGY_ONE_FOR_ONE || !order_is_promised)
        return;
    for (unsigned i = worker->place + 1; i < worker->above->spec.children_count; i++)
        PROPERTY(!any_lives(worker->above->nodes[i]), worker);
}

static void starts_in_order(struct node *worker, act_pid instance, act_millis now)
{
    PROPERTY(worker->alive == 0, worker); /* also if its supervisor, or one above, was killed */
    see_instance(worker->above, instance);
    none_after_it_lives(worker);
    if (worker->starts_in_instance++ > 0) {
        bool alone = worker->above->spec.strategy == ACT_STRATEGY_ONE_FOR_ONE;
        restarts_stay_within_intensity(alone ? worker->above : worker, worker->above, now);
        return;
    }
    if (!order_is_promised)
        return; /* a last child of the killed instance may come up between those of the new one */
    for (unsigned i = 0; i < worker->above->spec.children_count; i++) {
        struct node *sibling = worker->above->nodes[i];
        if (sibling->is_supervisor)
            continue;
        PROPERTY(i >= worker->place || sibling->starts_in_instance > 0, worker);
        PROPERTY(i <= worker->place || sibling->starts_in_instance == 0, worker);
    }
}

/* One that is made to end is made to by its supervisor, which stops those after it first. */
static void ends_in_order(struct node *worker)
{
    PROPERTY(worker->alive > 0, worker);
    if (worker->ends_itself || !order_is_promised)
        return;
    for (unsigned i = worker->place + 1; i < worker->above->spec.children_count; i++)
        PROPERTY(!any_lives(worker->above->nodes[i]), worker);
}

static const act_child_spec *spec_of(const struct node *worker)
{
    return &worker->above->children[worker->place];
}

/* A child that is restarted finds all that was sent to its name. */
static void nothing_is_lost_in_a_restart(struct node *worker)
{
    const act_child_spec *spec = spec_of(worker);
    bool promised = spec->mailbox != ACT_MAILBOX_DROP && spec->restart == ACT_RESTART_PERMANENT &&
                    !worker->rests;
    PROPERTY(!promised || worker->starts_in_instance == 1 || worker->lost == 0 ||
                 !order_is_promised,
             worker);
    if (worker->rests) /* its handover was given up, and may be cleared only after this start */
        worker->excused_before = mail_count;
    worker->rests = false;
    worker->lost = 0;
}

static void handles_in_order(struct node *worker, unsigned number)
{
    const act_child_spec *spec = spec_of(worker);
    PROPERTY(mail[number].to == worker && number >= worker->last_mail, worker);
    PROPERTY(++mail[number].handled <= 1 + spec->redeliver_max, worker);
    PROPERTY(mail[number].lost == 0, worker);
    worker->last_mail = number;
}

static void mail_is_dead(void *nothing, act_pid to, const act_message *message, act_result why)
{
    (void)nothing, (void)to;
    if (message->tag != MAIL || why == ACT_PANICKED)
        return;
    struct mail *one = &mail[message->as.int64];
    one->lost++;
    bool is_excused = one < &mail[one->to->excused_before];
    if (one->to_name && !is_excused && act_pid_equal(one->instance, one->to->above->instance))
        one->to->lost++;
}

static void all_mail_is_accounted_for(void)
{
    for (unsigned i = 0; i < mail_count; i++) {
        bool again = spec_of(mail[i].to)->mailbox ==
                     ACT_MAILBOX_REDELIVER; /* it may be tried, and then lost */
        PROPERTY(mail[i].handled + mail[i].lost == 1 ||
                     (again && mail[i].handled > 0 && mail[i].lost <= 1),
                 mail[i].to);
    }
}

/* -------------------------------------------------------------------------------------- workers */

static struct tie *tie_of(act_pid pid)
{
    for (unsigned i = 0; i < ties_count; i++)
        if (act_pid_equal(ties[i].pid, pid))
            return &ties[i];
    return NULL;
}

/* `pid` is the other side for the watcher, and the caller for a worker. */
static void tie_up(act_self *self, act_pid pid, act_pid other)
{
    struct tie *tie = tie_of(pid);
    if (tie == NULL && ties_count == TIES_MAX)
        return;
    if (tie == NULL)
        *(tie = &ties[ties_count++]) = (struct tie){.pid = pid};
    tie->made++;
    ck_assert_int_eq(act_link(self, other), ACT_OK);
}

static void has_ended(void *context)
{
    struct node *worker = context;
    ends_in_order(worker);
    worker->alive--;
    worker->ends++;
}

static act_result worker_init(act_self *self, void *state, const void *args)
{
    struct node *worker = *(struct node *const *)args;
    act_ref      timer;

    *(struct node **)state = worker;
    starts_in_order(worker, act_self_parent(self), act_now(self));
    nothing_is_lost_in_a_restart(worker);
    ck_assert_int_eq(act_defer(self, has_ended, worker), ACT_OK);
    worker->alive++;
    worker->starts++;
    worker->pid = act_self_pid(self);
    worker->ends_itself = true;
    if (draw(8) == 0) /* also at the moment in which the watcher does it */
        tie_up(self, worker->pid, watcher);
    if (draw_percent(worker->fails_in_init)) {
        if (draw(3) == 0)
            act_panic(self, "in init");
        worker->rests = draw(2) == 0;
        return worker->rests ? ACT_IGNORE : ACT_OS;
    }
    worker->ends_itself = false;
    if (worker->traps)
        ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
    if (draw_percent(worker->fails_later))
        ck_assert_int_eq(act_tell_after_value(self, &timer, act_self_pid(self), 1 + draw(4),
                                              act_nothing(), draw(300)),
                         ACT_OK);
    return ACT_OK;
}

static void worker_ends(act_self *self, struct node *worker, act_exit_kind kind)
{
    worker->ends_itself = true;
    act_exit(self, act_exit_reason_make(kind, 1, NULL));
}

static void worker_receive(act_self *self, void *state, const act_message *message)
{
    struct node *worker = *(struct node **)state;
    act_ref      timer;

    switch (message->tag) {
    case 1: worker_ends(self, worker, ACT_EXIT_NORMAL); break;
    case 2: worker_ends(self, worker, ACT_EXIT_SHUTDOWN); break;
    case 3: worker_ends(self, worker, ACT_EXIT_ERROR); break;
    case 4: worker->ends_itself = true; act_panic(self, "later");
    case 5: /* has taken its time to obey */
        act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
        break;
    case MAIL:
        handles_in_order(worker, (unsigned)message->as.int64);
        worker->ends_itself = draw_percent(worker->fails_at_mail);
        if (worker->ends_itself)
            act_panic(self, "at its mail");
        break;
    case ACT_MESSAGE_EXIT:
        if (!worker->ignores_exits)
            ck_assert_int_eq(act_tell_after_value(self, &timer, act_self_pid(self), 5,
                                                  act_nothing(), worker->end_delay),
                             ACT_OK);
        break;
    default: break;
    }
}

static void worker_terminate(act_self *self, void *state, act_exit_reason reason)
{
    struct node *worker = *(struct node **)state;
    (void)reason;
    if (draw_percent(worker->panics_at_end))
        act_panic(self, "at the end");
}

static const act_behavior worker_behavior = {
    .name = "worker",
    .state_bytes = sizeof(struct node *),
    .args_bytes = sizeof(struct node *),
    .init = worker_init,
    .receive = worker_receive,
    .terminate = worker_terminate,
};

static void take_tie_back(act_self *self, act_pid pid)
{
    struct tie *tie = tie_of(pid);
    act_unlink(self, pid);
    if (tie != NULL)
        tie->was_taken_back = true;
}

static act_result watcher_init(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    return act_trap_exits(self, true);
}

/* The outsider that monitors and links to what it is told to. */
static void watcher_receive(act_self *self, void *state, const act_message *message)
{
    struct tie *tie;
    (void)state;
    if (message->tag == 2) {
        tie_up(self, message->as.pid, message->as.pid);
    } else if (message->tag == 3) {
        take_tie_back(self, message->as.pid);
    } else if (message->tag == ACT_MESSAGE_EXIT &&
               (tie = tie_of(act_message_sender(message))) != NULL) {
        tie->exits++;
    } else if (message->tag == ACT_MESSAGE_EXIT) {
        act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)); /* the system's */
    } else if (message->tag == 1 && watches_count < WATCHES_MAX) {
        act_pid watched = message->as.pid;
        ck_assert_int_eq(act_monitor(self, &watches[watches_count++].ref, watched), ACT_OK);
    } else if (message->tag == ACT_MESSAGE_DOWN) {
        for (unsigned i = 0; i < watches_count; i++)
            watches[i].downs += act_ref_equal(watches[i].ref, message->ref);
    }
}

static const act_behavior watcher_behavior = {
    .name = "watcher", .init = watcher_init, .receive = watcher_receive};

/* Where both have made one at different times there may be two. */
static void every_link_brings_an_exit(void)
{
    for (unsigned i = 0; i < ties_count; i++)
        ck_assert_msg(ties[i].exits <= ties[i].made &&
                          (ties[i].exits > 0 || ties[i].was_taken_back),
                      "seed %llu: of %u links of one pid have come %u exits",
                      (unsigned long long)seed, ties[i].made, ties[i].exits);
}

static void every_monitor_is_answered_once(void)
{
    for (unsigned i = 0; i < watches_count; i++)
        ck_assert_msg(watches[i].downs == 1, "seed %llu: monitor %u has %u answers",
                      (unsigned long long)seed, i, watches[i].downs);
}

/* -------------------------------------------------------------------------------------- growing */

/* Most have a name, which is their id. */
static void grow_mailbox(struct node *worker, act_child_spec *spec)
{
    worker->fails_at_mail = draw(3) == 0 ? draw(60) : 0;
    worker->options = *ACT_SPAWN_OPTIONS(.name = draw(4) != 0 ? worker->id : NULL);
    spec->options = &worker->options;
    spec->mailbox = (act_mailbox)draw(3);
    spec->redeliver_max = spec->mailbox == ACT_MAILBOX_REDELIVER ? 1 + draw(3) : 0;
}

static void grow_worker(struct node *worker, struct node *above, unsigned place)
{
    static const act_millis shutdowns[] = {ACT_SHUTDOWN_DEFAULT, ACT_SHUTDOWN_KILL, 1, 50, 1000};

    snprintf(worker->id, sizeof worker->id, "w%u", workers_count);
    worker->self = worker;
    worker->above = above;
    worker->place = place;
    worker->fails_in_init = draw(4) == 0 ? draw(30) : 0;
    worker->fails_later = draw(2) == 0 ? draw(100) : 0;
    worker->panics_at_end = draw(5) == 0 ? draw(100) : 0;
    worker->traps = draw(3) == 0;
    worker->ignores_exits = draw(3) == 0;
    worker->end_delay = draw(100);
    above->children[place] = (act_child_spec){
        .id = worker->id,
        .behavior = &worker_behavior,
        .args = &worker->self,
        .restart = (act_restart)draw(3),
        .shutdown = shutdowns[draw(5)],
        .kept_bytes = draw(4) == 0 ? 1 + draw(100) : 0,
    };
    above->children[place].significant = above->spec.auto_shutdown != ACT_AUTO_SHUTDOWN_NEVER &&
                                         draw(2) == 0 &&
                                         above->children[place].restart != ACT_RESTART_PERMANENT;
    grow_mailbox(worker, &above->children[place]);
}

static struct node *grow_supervisor(struct node *above, unsigned place, unsigned depth)
{
    struct node *supervisor = &supervisors[supervisors_count];

    snprintf(supervisor->id, sizeof supervisor->id, "s%u", supervisors_count++);
    supervisor->is_supervisor = true;
    supervisor->above = above;
    supervisor->place = place;
    supervisor->spec.intensity = draw(4);
    supervisor->spec.period = 1 + draw(1000);
    supervisor->spec.strategy = (act_strategy)draw(3);
    supervisor->spec.auto_shutdown =
        draw(3) == 0 ? (act_auto_shutdown)draw(3) : ACT_AUTO_SHUTDOWN_NEVER;
    if (draw(3) == 0)
        supervisor->spec.backoff =
            (act_backoff){.min = 1 + draw(20), .max = 20 + draw(100), .jitter = draw(2) * 0.5};
    supervisor->spec.children = supervisor->children;
    unsigned wanted = draw(CHILDREN_MAX + 1);
    for (unsigned i = 0; i < wanted; i++) {
        if (depth < DEPTH_MAX && draw(3) == 0 && supervisors_count < SUPERVISORS_MAX) {
            supervisor->nodes[i] = grow_supervisor(supervisor, i, depth + 1);
            supervisor->children[i] =
                act_supervisor_child(supervisor->nodes[i]->id, &supervisor->nodes[i]->spec);
            supervisor->children[i].restart = (act_restart)draw(3);
        } else if (workers_count < WORKERS_MAX) {
            supervisor->nodes[i] = &workers[workers_count];
            grow_worker(supervisor->nodes[i], supervisor, i);
            workers_count++;
        } else {
            break;
        }
        supervisor->spec.children_count = i + 1;
    }
    return supervisor;
}

/* -------------------------------------------------------------------------------------- running */

static void advance(act_millis amount)
{
    ck_assert_msg(act_simulation_advance(fixture_simulation, amount, STEPS_MAX) == ACT_OK,
                  "seed %llu turns in circles", (unsigned long long)seed);
}

/* As an outsider would: the worker ends as if by itself. */
static void kill_any(bool supervisors_too)
{
    act_exit_reason kill = act_exit_reason_make(ACT_EXIT_KILL, 0, NULL);
    struct node    *victim = &workers[draw(workers_count)];

    if (supervisors_too && draw(2) == 0) {
        victim = &supervisors[draw(supervisors_count)];
        if (act_pid_is_none(victim->instance))
            return;
        order_is_promised = false;
        ck_assert_int_eq(act_system_exit_actor(fixture_system, victim->instance, kill), ACT_OK);
    } else if (victim->alive) {
        victim->ends_itself = true;
        ck_assert_int_eq(act_system_exit_actor(fixture_system, victim->pid, kill), ACT_OK);
    }
}

/* To the name if there is one, else to the last instance's pid, dead or alive. */
static void write_to_any(void)
{
    struct node *to = &workers[draw(workers_count)];
    act_pid      pid = to->pid;
    if (mail_count == MAIL_MAX || act_pid_is_none(pid))
        return;
    bool to_name = draw(4) != 0 && to->options.name != NULL &&
                   act_whereis(fixture_system, &pid, to->options.name) == ACT_OK;
    mail[mail_count] = (struct mail){.to = to, .to_name = to_name, .instance = to->above->instance};
    act_system_tell_value(fixture_system, pid, MAIL, act_int64(mail_count++));
}

static void watch_any(void)
{
    act_pid pid = draw(2) == 0 ? supervisors[draw(supervisors_count)].instance
                               : workers[draw(workers_count)].pid;
    if (!act_pid_is_none(pid))
        act_system_tell_value(fixture_system, watcher, 1 + draw(3), act_pid_value(pid));
}

enum { CALLS_MAX = 16 };
static struct fixture_call calls[CALLS_MAX];
static unsigned            calls_count;

/* A supervisor's child is terminated, restarted, deleted or asked for, whatever it is doing. */
static void ask_any(void)
{
    struct node *supervisor = &supervisors[draw(supervisors_count)];

    if (act_pid_is_none(supervisor->instance) || supervisor->spec.children_count == 0 ||
        calls_count == CALLS_MAX)
        return;
    order_is_promised = false;
    starts_are_asked_for = true;
    struct fixture_call *call = &calls[calls_count++];
    *call = (struct fixture_call){
        .what = FIXTURE_TERMINATE,
        .supervisor = supervisor->instance,
        .id = supervisor->children[draw((unsigned)supervisor->spec.children_count)].id};
    switch (draw(4)) {
    case 0: call->what = FIXTURE_RESTART; break;
    case 1: call->what = FIXTURE_DELETE; break;
    case 2: call->what = FIXTURE_GET; break;
    default: break;
    }
    fixture_ask(call);
}

static void every_call_is_answered(void)
{
    for (unsigned i = 0; i < calls_count; i++)
        ck_assert_msg(calls[i].asked == ACT_OK && calls[i].tag != 0, "seed %llu: call %u, of %s",
                      (unsigned long long)seed, i, calls[i].id);
}

static void everyone_is_accounted_for(void)
{
    act_counters counters;
    act_system_counters(fixture_system, &counters);
    for (unsigned i = 0; i < workers_count; i++) {
        PROPERTY(workers[i].alive == 0, &workers[i]);
        PROPERTY(workers[i].starts == workers[i].ends, &workers[i]);
    }
    ck_assert_msg(counters.spawned == counters.exited + 2, "seed %llu",
                  (unsigned long long)seed); /* client, watcher */
    ck_assert_msg(counters.sent == counters.received + counters.dead_letters, "seed %llu",
                  (unsigned long long)seed);
}

static void live(bool kills_supervisors)
{
    act_pid         root;
    act_exit_reason shutdown = act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL);

    memset(supervisors, 0, sizeof supervisors);
    memset(workers, 0, sizeof workers);
    supervisors_count = workers_count = calls_count = mail_count = watches_count = ties_count = 0;
    order_is_promised = true;
    starts_are_asked_for = false;
    act__random_seed(&random_now, seed);
    (void)grow_supervisor(NULL, 0, 0);
    memset(watches, 0, sizeof watches);
    fixture_begin_with(seed, mail_is_dead);
    ck_assert_int_eq(act_system_spawn(fixture_system, &watcher, &watcher_behavior, NULL, NULL),
                     ACT_OK);
    advance(0); /* it traps exits before there is anything that could end */
    ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &root, &supervisors[0].spec, NULL),
                     ACT_OK);
    for (unsigned i = draw(10); i > 0; i--) {
        (void)!act_simulation_run(fixture_simulation, NULL, 1 + draw(50));
        for (unsigned j = workers_count > 0 ? draw(8) : 0; j > 0; j--)
            write_to_any();
        for (unsigned j = workers_count > 0 ? draw(5) : 0; j > 0; j--)
            watch_any();
        if (draw(2) == 0 && workers_count > 0)
            kill_any(kills_supervisors);
        if (kills_supervisors && draw(2) == 0)
            ask_any();
        if (draw(2) == 0)
            advance(draw(400));
    }
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root, shutdown), ACT_OK);
    advance(ACT_SECONDS(3600));
    every_call_is_answered();
    everyone_is_accounted_for();
    all_mail_is_accounted_for();
    every_monitor_is_answered_once();
    every_link_brings_an_exit();
    fixture_end();
}

/* Or the one that ACT_SEED says. */
static void live_many(bool kills_supervisors)
{
    const char *wanted = getenv("ACT_SEED");
    if (wanted != NULL) {
        seed = strtoull(wanted, NULL, 10);
        live(kills_supervisors);
        return;
    }
    for (unsigned i = 0; i < SEEDS_A_ROUND; i++) {
        seed = (uint64_t)kit_round() * SEEDS_A_ROUND + i;
        live(kills_supervisors);
    }
}

static void trees_keep_order_intensity_and_count_whatever_fails(void)
{
    live_many(false);
}

static void trees_leave_no_actor_behind_whichever_is_killed_or_asked(void)
{
    live_many(true);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(trees_keep_order_intensity_and_count_whatever_fails, .rounds = ROUNDS_COUNT,
              .timeout_seconds = 60),
    TEST_CASE(trees_leave_no_actor_behind_whichever_is_killed_or_asked, .rounds = ROUNDS_COUNT,
              .timeout_seconds = 60),
    END_OF_CASES,
};
