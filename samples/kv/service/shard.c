/* The actor that owns one shard of the key space. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/shard.h>

#include <samples/kv/service/batch.h>
#include <samples/kv/service/host.h>
#include <samples/kv/service/service.h>

/*
 * A reply message ends at the first reply past REPLY_BYTES_MAX and the rest of the batch goes back:
 * the connection sends it again when its client has read, so that what a slow client makes us hold
 * does not depend on what it asks for.
 */
enum { REPLY_BYTES_MAX = 256 * 1024, REPLY_BYTES_KEPT = 64 * 1024 };

/* What has expired is removed in steps: CARE_VISITS entries, more often while there is much. */
enum { CARE_VISITS = 512, CARE_MS = 100, CARE_SOON_MS = 5 };

static const act_millis SLEEP_MAX = (act_millis)1 << 40;

static const char not_done[] = "TRYAGAIN shard restarted";
static const char done_in_part[] =
    "ERR shard restarted in the middle of the command: it was done, at least in part";

struct shard {
    struct kv_service    *service;
    uint32_t              index;
    struct kv_shard_kept *kept;
    struct kv_store      *store;  /* the kept table's */
    act_ref               loan;   /* the monitor of its borrower */
    bool                  asleep; /* in DEBUG SLEEP, which is the first command of `current` */
    bool                  slept;  /* it is over */
    bool                  caring; /* its timer runs */
};

void kv_shard_table_let_go(void *table)
{
    struct kv_shard_table *mine = table;
    if (atomic_fetch_sub(&mine->holders, 1) != 1)
        return;
    kv_store_release(&mine->store);
    kv_memory_free(mine);
}

static bool is_lent(const struct shard *shard)
{
    return !act_pid_is_none(shard->kept->borrower);
}

void kv_shard_kept_release(void *kept)
{
    struct kv_shard_kept *mine = kept;
    act_message_free(&mine->current);
    kv_queue_release(&mine->waiting);
    kv_buffer_release(&mine->replies);
    if (mine->table != NULL)
        kv_shard_table_let_go(mine->table);
}

static void publish(const struct shard *shard)
{
    const struct kv_store   *store = shard->store;
    struct kv_shard_numbers *numbers = &shard->service->shards[shard->index];
    const struct {
        _Atomic uint64_t *number;
        uint64_t          value;
    } rows[] = {
        {&numbers->restarts, shard->kept->starts_count - 1},
        {&numbers->keys, kv_store_count(store)},
        {&numbers->expiring, store->expiring_count},
        {&numbers->memory_bytes, kv_store_memory_bytes(store)},
        {&numbers->hits, store->hits},
        {&numbers->misses, store->misses},
        {&numbers->expired, store->expired},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        atomic_store_explicit(rows[i].number, rows[i].value,
                              memory_order_relaxed); /* for INFO alone */
}

/* ---- Keeping the table in order ---- */

/* A table without work of this kind costs no timer: an idle service sleeps. */
static void arm_care(act_self *self, struct shard *shard, act_millis delay)
{
    const struct kv_store *store = shard->store;
    act_ref                timer;
    bool work = store->expiring_count > 0 || store->flushed != NULL || store->next_table != NULL;
    if (work && !shard->caring)
        shard->caring = act_tell_after(self, &timer, act_self_pid(self), delay, kv_care) == ACT_OK;
}

static void care(act_self *self, struct shard *shard)
{
    struct kv_store *store = shard->store;
    shard->caring = false;
    if (is_lent(shard))
        return; /* it is armed again when the table is back */
    size_t removed = kv_store_sweep(store, kv_host_time_ms(), CARE_VISITS);
    for (int i = 0; i < CARE_VISITS; i++)
        kv_store_step(store);
    bool much = removed > CARE_VISITS / 4 || store->flushed != NULL;
    arm_care(self, shard, much ? CARE_SOON_MS : CARE_MS);
    publish(shard);
}

/* ---- Commands ---- */

/* Returns: false when it has fallen asleep. */
static bool sleep_for(act_self *self, struct shard *shard, act_millis delay)
{
    act_ref timer;
    if (delay > SLEEP_MAX)
        delay = SLEEP_MAX;
    if (!shard->slept)
        shard->asleep = act_tell_after(self, &timer, act_self_pid(self), delay, kv_wake) == ACT_OK;
    if (shard->asleep)
        return false;
    shard->slept = false;
    kv_resp_simple(&shard->kept->replies, "OK");
    return true;
}

/* Appends the reply. Returns: false when the shard has fallen asleep instead. */
static bool debug(act_self *self, struct shard *shard, struct kv_request request)
{
    struct kv_debug debug;
    if (!kv_debug_parse(request, &debug, &shard->kept->replies))
        return true;
    if (debug.kind == KV_DEBUG_SLEEP)
        return sleep_for(self, shard, debug.sleep_ms);
    act_panic(self, "DEBUG PANIC");
}

static bool run_command(act_self *self, struct shard *shard, const struct kv_batch_item *item,
                        int64_t now_ms)
{
    struct kv_bytes     *argv = act_scratch(self, item->argc * sizeof *argv);
    const struct kv_call call = {
        .command = item->command,
        .argc = item->argc,
        .argv = argv,
        .reply = &shard->kept->replies,
        .limits = shard->service->limits,
        .now_ms = now_ms,
        .store = shard->store,
        .shard = shard->index,
        .shards_count = shard->service->options.shards_count,
    };
    if (argv == NULL)
        act_panic(self, "no memory for a command");
    kv_batch_argv(item, argv);
    if (item->command->place == KV_PLACE_ACTOR)
        return debug(self, shard, (struct kv_request){item->argc, argv});
    if (!kv_command_execute(&call))
        act_panic(self, "no memory for an answer"); /* the client is told by the next instance */
    return true;
}

/*
 * Executes the first command of the current batch. Returns: false when the shard has fallen asleep
 * instead.
 */
static bool execute(act_self *self, struct shard *shard, const struct kv_batch_item *item,
                    int64_t now_ms)
{
    struct kv_shard_kept *kept = shard->kept;
    kept->begun_at = kept->replies.count;
    kept->changes_before = shard->store->changes;
    kept->is_begun = true;
    size_t reply = kv_replies_open(&kept->replies, item->slot);
    bool   done = run_command(self, shard, item, now_ms);
    if (done) {
        kv_replies_close(&kept->replies, reply);
        kv_batch_drop(kept->current);
    } else {
        kv_buffer_truncate(&kept->replies, kept->begun_at);
    }
    kept->is_begun = false;
    return done;
}

/*
 * Without memory for the message the replies wait in the kept block, and the next instance tries to
 * send them.
 */
static void send_replies(act_self *self, struct shard *shard, enum kv_left left)
{
    struct kv_buffer *replies = &shard->kept->replies;
    act_message      *message = kv_replies_message(replies, shard->kept->current, left);
    if (message == NULL)
        act_panic(self, "no memory for answers");
    kv_replies_send(self, shard->kept->current, message);
    kv_buffer_truncate(replies, 0);
    if (replies->capacity > REPLY_BYTES_KEPT)
        kv_buffer_release(replies);
}

/* ---- Lending the table ---- */

static void end_loan(act_self *self, struct shard *shard)
{
    act_demonitor(self, shard->loan);
    shard->kept->borrower = act_pid_none();
}

/*
 * Also when it crashes the table is not touched before the borrower has given it back, or has
 * ended.
 */
static void lend(act_self *self, struct shard *shard)
{
    struct kv_shard_kept *kept = shard->kept;
    act_pid               borrower = act_message_sender(kept->current);
    act_message          *message;
    if (act_monitor(self, &shard->loan, borrower) != ACT_OK ||
        act_message_create_value(&message, KV_TAG_LENT,
                                 act_resource_value(kept->table, kv_shard_table_let_go)) != ACT_OK)
        act_panic(self, "no memory for a loan"); /* the next instance tries again */
    atomic_fetch_add(&kept->table->holders, 1);
    kept->borrower = borrower;
    act_message_free(&kept->current);
    if (act_send(self, borrower, &message) == ACT_OK)
        return;
    act_message_free(&message); /* the client has gone */
    end_loan(self, shard);
}

static void work(act_self *self, struct shard *shard);

static void take_back(act_self *self, struct shard *shard, act_pid sender)
{
    if (!act_pid_equal(sender, shard->kept->borrower))
        return;
    end_loan(self, shard);
    work(self, shard);
}

/* It may have ended in the middle of a change. */
static void note_down(act_self *self, struct shard *shard, act_ref monitor)
{
    if (!is_lent(shard) || !act_ref_equal(monitor, shard->loan))
        return;
    kv_store_recover(shard->store);
    shard->kept->borrower = act_pid_none();
    work(self, shard);
}

/* Executes the current batch: to its end, until it sleeps, or until there is enough to send. */
static void serve(act_self *self, struct shard *shard)
{
    struct kv_shard_kept *kept = shard->kept;
    struct kv_batch_item  item;
    int64_t               now_ms = kv_host_time_ms();
    bool                  more;
    if (kv_batch_is_borrow(kept->current)) {
        lend(self, shard);
        return;
    }
    while ((more = kv_batch_front(kept->current, &item)) && kept->replies.count < REPLY_BYTES_MAX) {
        if (!execute(self, shard, &item, now_ms))
            return;
    }
    if (kv_batch_is_probe(kept->current))
        send_replies(self, shard, KV_LEFT_UNKNOWN); /* were it here it would have been before
                                                       this one */
    else
        send_replies(self, shard, more ? KV_LEFT_SOME : KV_LEFT_NOTHING);
    if (!more || act_send(self, act_message_sender(kept->current), &kept->current) != ACT_OK)
        act_message_free(&kept->current);
}

static void work(act_self *self, struct shard *shard)
{
    struct kv_shard_kept *kept = shard->kept;
    while (!shard->asleep && !is_lent(shard) && kept->current != NULL) {
        serve(self, shard);
        if (kept->current == NULL)
            kept->current = kv_queue_pop(&kept->waiting);
    }
    if (is_lent(shard))
        return;
    publish(shard);
    arm_care(self, shard, CARE_MS);
}

/* ---- Life ---- */

static void take_batch(act_self *self, struct shard *shard)
{
    struct kv_shard_kept *kept = shard->kept;
    act_message          *batch = act_take(self);
    if (kept->current == NULL) {
        kept->current = batch;
    } else if (!kv_queue_push(&kept->waiting, batch)) {
        act_message_free(&batch); /* the connection hears of our end and asks what became of it */
        act_panic(self, "no memory for what waits");
    }
    work(self, shard);
}

/*
 * The instance before crashed at the first command: it is answered and not tried again. Returns:
 * false without memory.
 */
static bool answer_begun(const struct shard *shard)
{
    struct kv_shard_kept *kept = shard->kept;
    struct kv_batch_item  item;
    if (!kept->is_begun || !kv_batch_front(kept->current, &item))
        return true;
    kv_buffer_truncate(&kept->replies, kept->begun_at);
    size_t reply = kv_replies_open(&kept->replies, item.slot);
    kv_resp_error(&kept->replies,
                  shard->store->changes == kept->changes_before ? not_done : done_in_part);
    if (kept->replies.failed)
        return false;
    kv_replies_close(&kept->replies, reply);
    kv_batch_drop(kept->current);
    kept->is_begun = false;
    return true;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct shard *shard = state;
    if (message->tag == kv_batch_tag) {
        take_batch(self, shard);
    } else if (message->tag == kv_care_tag) {
        care(self, shard);
    } else if (message->tag == kv_wake_tag) {
        shard->asleep = false;
        shard->slept = true;
        work(self, shard);
    } else if (message->tag == kv_go_on_tag) {
        work(self, shard);
    } else if (message->tag == KV_TAG_LENT) {
        take_back(self, shard, act_message_sender(message));
    } else if (message->tag == ACT_MESSAGE_DOWN) {
        note_down(self, shard, message->ref);
    }
}

/* Those that the instance before had taken were told of its end, and ask again. */
static void drop_probes(struct kv_shard_kept *kept)
{
    if (kept->current != NULL && kv_batch_is_probe(kept->current))
        act_message_free(&kept->current);
    for (size_t left = kept->waiting.count; left > 0; left--) {
        act_message *batch = kv_queue_pop(&kept->waiting);
        if (kv_batch_is_probe(batch))
            act_message_free(&batch);
        else
            kv_queue_put_back(&kept->waiting, batch);
    }
    if (kept->current == NULL)
        kept->current = kv_queue_pop(&kept->waiting);
}

/* What the instance before has left. Returns: ACT_NO_MEMORY: the supervisor tries again. */
static act_result take_over(act_self *self, struct shard *shard)
{
    struct kv_shard_kept *kept = shard->kept;
    if (is_lent(shard))
        return act_monitor(self, &shard->loan, kept->borrower);
    kv_store_recover(shard->store);
    kv_store_set_seed(shard->store, shard->service->seed);
    if (!answer_begun(shard))
        return ACT_NO_MEMORY;
    if (kept->current != NULL)
        act_tell(self, act_self_pid(self), kv_go_on); /* if that is lost, the probe of the one
                                                         that waits does it */
    publish(shard);
    arm_care(self, shard, CARE_MS);
    return ACT_OK;
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct shard               *shard = state;
    const struct kv_shard_args *mine = args;
    struct kv_shard_kept       *kept = act_kept(self);
    if (kept->table == NULL) {
        kept->table = kv_memory_allocate_zeroed(sizeof *kept->table);
        if (kept->table == NULL)
            return ACT_NO_MEMORY;
        kept->table->index = mine->index;
        atomic_store(&kept->table->holders, 1);
    }
    shard->service = mine->service;
    shard->index = mine->index;
    shard->kept = kept;
    shard->store = &kept->table->store;
    kept->starts_count++;
    drop_probes(kept);
    return take_over(self, shard);
}

const act_behavior kv_shard = {
    .name = "shard",
    .state_bytes = sizeof(struct shard),
    .args_bytes = sizeof(struct kv_shard_args),
    .init = init,
    .receive = receive,
    .schema = kv_schema,
};
