/* The actor that tells what the supervision tree looks like. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/observer.h>

#include <inttypes.h>
#include <stdio.h>

#include <samples/kv/service/batch.h>
#include <samples/kv/service/queue.h>
#include <samples/kv/service/service.h>

/*
 * It walks depth first: it asks a supervisor for its children, writes a line for each, and when it
 * comes to a supervisor it asks that one before it goes on. A supervisor that does not answer (it
 * has just ended) has no children.
 */
enum { DEPTH_MAX = 8, ROWS_MAX = 64, CLIENTS_MAX = 3, ANSWER_MS = 2000 };

/*
 * The children of one supervisor, copied from its answer: the first of all_count, of clients only a
 * few.
 */
struct level {
    act_child_info *rows;
    size_t          rows_count, all_count, next;
};

struct observer {
    act_message     *current; /* the batch in work */
    struct kv_queue  waiting;
    struct kv_buffer text;
    struct level     levels[DEPTH_MAX];
    size_t           depth;
    act_ref          ask;
};

static void leave_level(struct observer *observer)
{
    observer->depth--;
    kv_memory_release(&observer->levels[observer->depth].rows);
}

static void release(void *state)
{
    struct observer *observer = state;
    while (observer->depth > 0)
        leave_level(observer);
    act_message_free(&observer->current);
    kv_queue_release(&observer->waiting);
    kv_buffer_release(&observer->text);
}

/* ---- Answering ---- */

static void reply(act_self *self, struct observer *observer)
{
    struct kv_buffer     replies = {0};
    struct kv_batch_item item;
    while (kv_batch_front(observer->current, &item)) {
        size_t start = kv_replies_open(&replies, item.slot);
        kv_resp_bulk(&replies, kv_buffer_bytes(&observer->text));
        kv_replies_close(&replies, start);
        kv_batch_drop(observer->current);
    }
    enum kv_left left = kv_batch_is_probe(observer->current) ? KV_LEFT_UNKNOWN : KV_LEFT_NOTHING;
    act_message *message =
        observer->text.failed ? NULL : kv_replies_message(&replies, observer->current, left);
    kv_buffer_release(&replies);
    if (message == NULL)
        act_panic(self, "no memory for an answer"); /* the asker is told by our end */
    kv_replies_send(self, observer->current, message);
    act_message_free(&observer->current);
    kv_buffer_release(&observer->text);
}

/* ---- The walk ---- */

static void write_line(struct observer *observer, const act_child_info *row)
{
    char        line[200];
    int         indent = (int)observer->depth * 2;
    const char *state = row->is_restarting          ? ", restarting"
                        : act_pid_is_none(row->pid) ? ", not running"
                                                    : "";
    snprintf(line, sizeof line, "%*s%-*s %-10s restarts %" PRIu32 "%s\n", indent, "", 24 - indent,
             row->id, row->type == ACT_CHILD_SUPERVISOR ? "supervisor" : row->behavior_name,
             row->restarts_count, state);
    kv_buffer_append_text(&observer->text, line);
}

static void write_others(struct observer *observer, const struct level *level)
{
    char line[64];
    if (level->all_count == level->rows_count)
        return;
    snprintf(line, sizeof line, "%*s... and %zu more\n", (int)observer->depth * 2, "",
             level->all_count - level->rows_count);
    kv_buffer_append_text(&observer->text, line);
}

static bool descend(act_self *self, struct observer *observer, act_pid supervisor)
{
    return observer->depth < DEPTH_MAX && !act_pid_is_none(supervisor) &&
           act_supervisor_which_children(self, &observer->ask, supervisor, ANSWER_MS) == ACT_OK;
}

/* Returns: true when an answer is awaited, false at the end of the walk. */
static bool walk_on(act_self *self, struct observer *observer)
{
    while (observer->depth > 0) {
        struct level *level = &observer->levels[observer->depth - 1];
        if (level->next < level->rows_count) {
            const act_child_info *row = &level->rows[level->next++];
            write_line(observer, row);
            if (row->type == ACT_CHILD_SUPERVISOR && descend(self, observer, row->pid))
                return true;
        } else {
            write_others(observer, level);
            leave_level(observer);
        }
    }
    return false;
}

static void enter_level(struct observer *observer, const act_message *message)
{
    size_t                count;
    const act_child_info *rows = act_supervisor_children_read(message, &count);
    size_t                rows_max =
        count > 0 && rows[0].restart == ACT_RESTART_TEMPORARY ? CLIENTS_MAX : ROWS_MAX;
    size_t          kept = count < rows_max ? count : rows_max;
    act_child_info *copy = kept > 0 ? kv_memory_allocate(kept * sizeof *copy) : NULL;
    if (copy == NULL)
        return;
    memcpy(copy, rows, kept * sizeof *copy);
    observer->levels[observer->depth++] = (struct level){copy, kept, count, 0};
}

static bool begin(act_self *self, struct observer *observer)
{
    act_pid root;
    if (kv_batch_is_probe(observer->current))
        return false;
    kv_buffer_append_text(&observer->text, KV_NAME_ROOT "                       supervisor\n");
    return act_whereis(act_self_system(self), &root, KV_NAME_ROOT) == ACT_OK &&
           descend(self, observer, root);
}

/* awaits: an answer is under way. */
static void work(act_self *self, struct observer *observer, bool awaits)
{
    while (!awaits && observer->current != NULL) {
        reply(self, observer);
        observer->current = kv_queue_pop(&observer->waiting);
        if (observer->current != NULL)
            awaits = begin(self, observer);
    }
}

/* ---- Messages ---- */

static void take_batch(act_self *self, struct observer *observer)
{
    act_message *batch = act_take(self);
    if (observer->current == NULL) {
        observer->current = batch;
        work(self, observer, begin(self, observer));
    } else if (!kv_queue_push(&observer->waiting, batch)) {
        act_message_free(&batch);
        act_panic(self, "no memory for what waits");
    }
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct observer *observer = state;
    if (message->tag == kv_batch_tag) {
        take_batch(self, observer);
    } else if (message->ref.value != 0 && act_ref_equal(message->ref, observer->ask)) {
        if (message->tag == ACT_MESSAGE_SUPERVISOR_ANSWER)
            enter_level(observer, message);
        work(self, observer, walk_on(self, observer));
    }
}

static act_result init(act_self *self, void *state, const void *args)
{
    (void)args;
    return act_defer(self, release, state);
}

const act_behavior kv_observer = {
    .name = "observer",
    .state_bytes = sizeof(struct observer),
    .init = init,
    .receive = receive,
};
