/* All supervisors there are, and the picture of them as a tree. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/tree.h>

#include <string.h>

#include <actor/system.h>
#include <supervisor/memory.h>
#include <supervisor/record.h>

/*
 * A supervisor holds its own mutex while it handles a message, except where that calls the program
 * (lock.h). A thread that holds all of them sees each supervisor between two messages or at such a
 * call. Order: the list's mutex first, then the supervisors'. So a supervisor that makes another
 * lets go of its own while the new one enters the list (starting.c), and one that ends has let go
 * of it.
 */
static pthread_mutex_t         list_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct act__supervisor *list_first; /* of all systems */

void act__tree_enter(struct act__supervisor *supervisor)
{
    pthread_mutex_init(&supervisor->mutex, NULL);
    act__lock(&list_mutex);
    supervisor->list_here = &list_first;
    supervisor->list_next = list_first;
    if (list_first != NULL)
        list_first->list_here = &supervisor->list_next;
    list_first = supervisor;
    act__unlock(&list_mutex);
}

void act__tree_leave(struct act__supervisor *supervisor)
{
    act__lock(&list_mutex);                        /* before the first look: a neighbour in the
                                                      list that leaves writes list_here */
    bool is_there = supervisor->list_here != NULL; /* else it never came that far */
    if (is_there) {
        *supervisor->list_here = supervisor->list_next;
        if (supervisor->list_next != NULL)
            supervisor->list_next->list_here = supervisor->list_here;
    }
    act__unlock(&list_mutex);
    if (is_there)
        pthread_mutex_destroy(&supervisor->mutex);
}

/* ---------------------------------------------------------------------------------- the picture */

/* The next supervisor of that system, from this one on. */
static struct act__supervisor *of_system(struct act__supervisor *supervisor,
                                         const act_system       *system)
{
    while (supervisor != NULL && supervisor->system != system)
        supervisor = supervisor->list_next;
    return supervisor;
}

#define EACH(supervisor, its_system)                                                               \
    for (struct act__supervisor *supervisor = of_system(list_first, its_system);                   \
         (supervisor) != NULL; supervisor = of_system((supervisor)->list_next, its_system))

/*
 * Whether it is the instance that its parent knows. The pid of one that has not run yet is known to
 * that only.
 */
static bool is_current(const struct act__supervisor *supervisor)
{
    const struct act__child *from = supervisor->from;
    return from == NULL || (!act_pid_is_none(act__child_pid(from)) &&
                            (act_pid_is_none(supervisor->pid) ||
                             act_pid_equal(act__child_pid(from), supervisor->pid)));
}

/* Locks all, tells their specs about them and counts the rows. */
static size_t freeze(act_system *system)
{
    size_t rows_count = 0;
    act__lock(&list_mutex);
    EACH(supervisor, system)
    act__lock(&supervisor->mutex);
    EACH(supervisor, system)
    {
        rows_count += supervisor->children.count + (supervisor->from == NULL);
        if (supervisor->from != NULL && is_current(supervisor))
            supervisor->from->below = supervisor;
    }
    return rows_count;
}

static void thaw(act_system *system)
{
    EACH(supervisor, system)
    {
        if (supervisor->from != NULL)
            supervisor->from->below = NULL;
        act__unlock(&supervisor->mutex);
    }
    act__unlock(&list_mutex);
}

/*
 * Where the program's code runs in between, an instance can be gone before it is decided what
 * follows.
 */
static act_tree_state shown_state_of(const struct act__child *child)
{
    bool is_gone = child->state >= ACT__CHILD_STARTING && act_pid_is_none(act__child_pid(child));
    return is_gone ? ACT_TREE_DOWN : (act_tree_state)child->state;
}

static void write_child(act_tree_row *row, const struct act__child *child)
{
    strcpy(row->id, act__child_id(child));
    if (child->plan->options.spawn.name != NULL)
        strcpy(row->name, child->plan->options.spawn.name);
    row->pid = act__child_pid(child);
    row->behavior_name = child->plan->behavior->name;
    row->type = (act_child_type)child->plan->type;
    row->state = shown_state_of(child);
    row->since = child->since;
    row->restarts_count = child->restarts_count;
    if (child->below != NULL)
        row->strategy = (act_strategy)child->below->strategy;
}

static void write_root(act_tree_row *row, const struct act__supervisor *root)
{
    row->parent = SIZE_MAX;
    strcpy(row->name, root->name);
    row->pid = root->pid;
    row->behavior_name = act__supervisor_behavior.name;
    row->type = ACT_CHILD_SUPERVISOR;
    row->strategy = (act_strategy)root->strategy;
    row->state = ACT_TREE_RUNNING;
    if (root->phase == ACT__SUPERVISOR_STARTING || root->phase == ACT__SUPERVISOR_STOPPING)
        row->state =
            root->phase == ACT__SUPERVISOR_STARTING ? ACT_TREE_STARTING : ACT_TREE_STOPPING;
    row->since = root->since;
    row->restarts_count = root->restarts_count;
}

/* As deep as the tree: 64 at most, see spec_check.c. The row of the supervisor itself is there. */
static void write_below(act_tree *tree, const struct act__supervisor *supervisor)
{
    size_t parent = tree->rows_count - 1;
    for (const struct act__child *child = supervisor->children.first; child != NULL;
         child = child->order_next) {
        act_tree_row *row = &tree->rows[tree->rows_count++];
        write_child(row, child);
        row->parent = parent;
        row->depth = tree->rows[parent].depth + 1;
        if (child->below != NULL)
            write_below(tree, child->below);
    }
}

static void write_all(act_tree *tree, act_system *system)
{
    EACH(supervisor, system)
    {
        if (supervisor->from != NULL)
            continue;
        write_root(&tree->rows[tree->rows_count++], supervisor);
        write_below(tree, supervisor);
    }
}

_Static_assert((int)ACT_TREE_DOWN == ACT__CHILD_DOWN &&
                   (int)ACT_TREE_RESTARTING == ACT__CHILD_RESTARTING &&
                   (int)ACT_TREE_WAITING == ACT__CHILD_DELAYED &&
                   (int)ACT_TREE_STARTING == ACT__CHILD_STARTING &&
                   (int)ACT_TREE_RUNNING == ACT__CHILD_RUNNING &&
                   (int)ACT_TREE_STOPPING == ACT__CHILD_STOPPING,
               "one list of states, in two headers");

act_result act_tree_take(act_system *system, act_tree **tree)
{
    size_t    rows_count = freeze(system);
    act_tree *made = act__supervisor_allocate(sizeof *made + rows_count * sizeof made->rows[0]);
    if (made != NULL) {
        made->rows = (act_tree_row *)(made + 1);
        write_all(made, system);
    }
    thaw(system);
    if (made == NULL)
        return ACT_NO_MEMORY;
    for (size_t i = 0; i < made->rows_count; i++)
        made->rows[i].inbox_length = act_inbox_length(system, made->rows[i].pid);
    *tree = made;
    return ACT_OK;
}

void act_tree_free(act_tree **tree)
{
    act__supervisor_free(*tree);
    *tree = NULL;
}

/* -------------------------------------------------------------------------------------- as text */

const char *act_tree_state_text(act_tree_state state)
{
    static const char *const texts[] = {"down",     "restarting", "waiting",
                                        "starting", "running",    "stopping"};
    return (unsigned)state < sizeof texts / sizeof texts[0] ? texts[state] : "unknown";
}

static const char *text_of_strategy(act_strategy strategy)
{
    static const char *const texts[] = {"one_for_one", "one_for_all", "rest_for_one",
                                        "simple_one_for_one", "dynamic"};
    return (unsigned)strategy < sizeof texts / sizeof texts[0] ? texts[strategy] : "unknown";
}

static const char *title_of(const act_tree_row *row)
{
    if (row->id[0] != '\0')
        return row->id;
    return row->name[0] != '\0' ? row->name : "-";
}

static void print_row(const act_tree_row *row, FILE *file)
{
    char pid[ACT_PID_TEXT_MAX];
    fprintf(file, "%*s%s: %s", (int)(2 * row->depth), "", title_of(row), row->behavior_name);
    if (row->name[0] != '\0')
        fprintf(file, " \"%s\"", row->name);
    act_pid_text(pid, sizeof pid, row->pid);
    if (!act_pid_is_none(row->pid))
        fprintf(file, " %s", pid);
    if (row->type == ACT_CHILD_SUPERVISOR && !act_pid_is_none(row->pid))
        fprintf(file, ", %s", text_of_strategy(row->strategy));
    fprintf(file, ", %s", act_tree_state_text(row->state));
    if (row->restarts_count != 0)
        fprintf(file, ", %u restart%s", (unsigned)row->restarts_count,
                row->restarts_count == 1 ? "" : "s");
    if (row->inbox_length != 0)
        fprintf(file, ", %u waiting", (unsigned)row->inbox_length);
    fputc('\n', file);
}

void act_tree_print(const act_tree *tree, FILE *file)
{
    for (size_t i = 0; i < tree->rows_count; i++)
        print_row(&tree->rows[i], file);
}
