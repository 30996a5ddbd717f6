/* A ring of messages. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/queue.h>

enum { CAPACITY_FIRST = 16 };

/* In place: nothing can be lost where a crash may come, as at each release. */
static bool grow(struct kv_queue *queue)
{
    size_t        before = queue->capacity, capacity = before == 0 ? CAPACITY_FIRST : before * 2;
    act_message **messages = kv_memory_resize(queue->messages, capacity * sizeof(act_message *));
    if (messages == NULL)
        return false;
    for (size_t i = 0; i < queue->first; i++) /* it was full: these come after the last place */
        messages[before + i] = messages[i];
    queue->messages = messages;
    queue->capacity = capacity;
    return true;
}

void kv_queue_put_back(struct kv_queue *queue, act_message *message)
{
    queue->messages[(queue->first + queue->count++) & (queue->capacity - 1)] = message;
}

bool kv_queue_push(struct kv_queue *queue, act_message *message)
{
    if (queue->count == queue->capacity && !grow(queue))
        return false;
    kv_queue_put_back(queue, message);
    return true;
}

act_message *kv_queue_pop(struct kv_queue *queue)
{
    if (queue->count == 0)
        return NULL;
    act_message *message = queue->messages[queue->first];
    queue->first = (queue->first + 1) & (queue->capacity - 1);
    queue->count--;
    return message;
}

void kv_queue_release(struct kv_queue *queue)
{
    act_message *message;
    while ((message = kv_queue_pop(queue)) != NULL)
        act_message_free(&message);
    kv_memory_release(&queue->messages);
    *queue = (struct kv_queue){0};
}
