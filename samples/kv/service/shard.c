/* The actor that owns one shard of the key space. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/shard.h>

#include <samples/kv/service/batch.h>
#include <samples/kv/service/host.h>
#include <samples/kv/service/queue.h>
#include <samples/kv/service/service.h>

/*
 * A reply message ends at the first reply past REPLY_BYTES_MAX and the rest of the batch goes back: the connection sends
 * it again when its client has read, so that what a slow client makes us hold does not depend on what it asks for.
 */
enum { REPLY_BYTES_MAX = 256 * 1024, REPLY_BYTES_KEPT = 64 * 1024 };

/* What has expired is removed in steps: CARE_VISITS entries, more often while there is much. */
enum { CARE_VISITS = 512, CARE_MS = 100, CARE_SOON_MS = 5 };

static const act_millis SLEEP_MAX = (act_millis)1 << 40;

struct shard {
    struct kv_service *service;
    uint32_t index;
    struct kv_shard_kept *kept;
    act_message *current;    /* the batch in work */
    struct kv_queue waiting; /* those that came while it slept */
    struct kv_buffer replies;
    bool asleep;  /* in DEBUG SLEEP, which is the first command of `current` */
    bool slept;   /* it is over */
    bool caring;  /* its timer runs */
};

void kv_shard_kept_release(void *kept)
{
    kv_store_release(&((struct kv_shard_kept *)kept)->store);
}

/* However it ends. What hangs off the kept block stays. */
static void release(void *state)
{
    struct shard *shard = state;
    act_message_free(&shard->current);
    kv_queue_release(&shard->waiting);
    kv_buffer_release(&shard->replies);
}

static void publish(const struct shard *shard)
{
    const struct kv_store *store = &shard->kept->store;
    struct kv_shard_numbers *numbers = &shard->service->shards[shard->index];
    const struct {
        _Atomic uint64_t *number;
        uint64_t value;
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
        atomic_store_explicit(rows[i].number, rows[i].value, memory_order_relaxed); /* for INFO alone */
}

/* ---- Keeping the table in order ---- */

/* A table without work of this kind costs no timer: an idle service sleeps. */
static void arm_care(act_self *self, struct shard *shard, act_millis delay)
{
    const struct kv_store *store = &shard->kept->store;
    act_ref timer;
    bool work = store->expiring_count > 0 || store->flushed != NULL || store->next_table != NULL;
    if (work && !shard->caring)
        shard->caring = act_tell_after(self, &timer, act_self_pid(self), delay, kv_care) == ACT_OK;
}

static void care(act_self *self, struct shard *shard)
{
    struct kv_store *store = &shard->kept->store;
    size_t removed = kv_store_sweep(store, kv_host_time_ms(), CARE_VISITS);
    for (int i = 0; i < CARE_VISITS; i++)
        kv_store_step(store);
    shard->caring = false;
    bool much = removed > CARE_VISITS / 4 || store->flushed != NULL;
    arm_care(self, shard, much ? CARE_SOON_MS : CARE_MS);
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
    kv_resp_simple(&shard->replies, "OK");
    return true;
}

static void send_replies(act_self *self, struct shard *shard, bool more);

/* What was done before in the same batch is answered first, so that the crash costs nobody else's reply. */
static bool debug(act_self *self, struct shard *shard, struct kv_request request, size_t start)
{
    struct kv_debug debug;
    if (!kv_debug_parse(request, &debug, &shard->replies))
        return true;
    if (debug.kind == KV_DEBUG_SLEEP)
        return sleep_for(self, shard, debug.sleep_ms);
    kv_buffer_truncate(&shard->replies, start);
    send_replies(self, shard, true);
    act_panic(self, "DEBUG PANIC");
}

/* Appends the reply. Returns: false when the shard has fallen asleep instead. */
static bool execute(act_self *self, struct shard *shard, const struct kv_batch_item *item, int64_t now_ms)
{
    struct kv_bytes *argv = act_scratch(self, item->argc * sizeof *argv);
    size_t start = shard->replies.count;
    size_t reply = kv_replies_open(&shard->replies, item->slot);
    const struct kv_call call = {
        .command = item->command,
        .argc = item->argc,
        .argv = argv,
        .reply = &shard->replies,
        .limits = shard->service->limits,
        .now_ms = now_ms,
        .store = &shard->kept->store,
        .shard = shard->index,
        .shards_count = shard->service->options.shards_count,
    };
    bool done = true;
    if (argv == NULL)
        act_panic(self, "no memory for a command");
    kv_batch_argv(item, argv);
    if (item->command->place == KV_PLACE_ACTOR)
        done = debug(self, shard, (struct kv_request){item->argc, argv}, start);
    else if (!kv_command_execute(&call))
        act_panic(self, "no memory for an answer"); /* the clients are told by our end */
    if (done)
        kv_replies_close(&shard->replies, reply);
    else
        kv_buffer_truncate(&shard->replies, start);
    return done;
}

/* Without memory for the message there is one way left to tell those who wait: the shard ends. */
static void send_replies(act_self *self, struct shard *shard, bool more)
{
    act_message *message = kv_replies_message(&shard->replies, more);
    if (message == NULL)
        act_panic(self, "no memory for answers");
    if (act_send(self, act_message_sender(shard->current), &message) != ACT_OK)
        act_message_free(&message); /* the client has gone */
    if (shard->replies.capacity > REPLY_BYTES_KEPT)
        kv_buffer_release(&shard->replies);
    kv_buffer_truncate(&shard->replies, 0);
}

/* Executes the current batch: to its end, until it sleeps, or until there is enough to send. */
static void serve(act_self *self, struct shard *shard)
{
    struct kv_batch_item item;
    int64_t now_ms = kv_host_time_ms();
    bool more;
    while ((more = kv_batch_front(shard->current, &item)) && shard->replies.count < REPLY_BYTES_MAX) {
        if (!execute(self, shard, &item, now_ms))
            return;
        kv_batch_drop(shard->current);
    }
    send_replies(self, shard, more);
    if (!more || act_send(self, act_message_sender(shard->current), &shard->current) != ACT_OK)
        act_message_free(&shard->current);
}

static void work(act_self *self, struct shard *shard)
{
    while (!shard->asleep && shard->current != NULL) {
        serve(self, shard);
        if (shard->current == NULL)
            shard->current = kv_queue_pop(&shard->waiting);
    }
    publish(shard);
    arm_care(self, shard, CARE_MS);
}

/* ---- Life ---- */

static void take_batch(act_self *self, struct shard *shard)
{
    act_message *batch = act_take(self);
    if (shard->current == NULL) {
        shard->current = batch;
        work(self, shard);
    } else if (!kv_queue_push(&shard->waiting, batch)) {
        act_message_free(&batch);
        act_panic(self, "no memory for what waits");
    }
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct shard *shard = state;
    if (message->tag == kv_batch_tag) {
        take_batch(self, shard);
    } else if (message->tag == kv_care_tag) {
        care(self, shard);
        publish(shard);
    } else if (message->tag == kv_wake_tag) {
        shard->asleep = false;
        shard->slept = true;
        work(self, shard);
    }
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct shard *shard = state;
    const struct kv_shard_args *mine = args;
    shard->service = mine->service;
    shard->index = mine->index;
    shard->kept = act_kept(self);
    shard->kept->starts_count++;
    kv_store_recover(&shard->kept->store);
    kv_store_set_seed(&shard->kept->store, shard->service->seed);
    act_result result = act_defer(self, release, shard);
    if (result != ACT_OK)
        return result;
    publish(shard);
    arm_care(self, shard, CARE_MS);
    return ACT_OK;
}

const act_behavior kv_shard = {
    .name = "shard",
    .state_bytes = sizeof(struct shard),
    .args_bytes = sizeof(struct kv_shard_args),
    .init = init,
    .receive = receive,
    .schema = kv_schema,
};
