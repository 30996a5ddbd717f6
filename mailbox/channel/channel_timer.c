/* Channels whose values come from the clock. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/channel/channel_record.h>

#define NANOS_IN_MILLI 1000000
#define MILLIS_MAX     (INT64_MAX / NANOS_IN_MILLI / 2)

/* When the next value is due after this one; ticks that were not taken in time are left out. */
static int64_t compute_next_due(const struct act_channel *channel, int64_t due, int64_t now)
{
    return channel->period == 0 ? INT64_MAX
                                : due + ((now - due) / channel->period + 1) * channel->period;
}

act_result act__timer_receive(struct act_channel *channel, void *value)
{
    act_millis time;
    int64_t    due = act__load(&channel->due), now;
    do { /* relaxed: the only thing that receivers hand on is the value itself */
        if (due == INT64_MAX || due > (now = act__channel_clock()))
            return ACT_EMPTY;
    } while (!atomic_compare_exchange_weak_explicit(&channel->due, &due,
                                                    compute_next_due(channel, due, now),
                                                    memory_order_relaxed, memory_order_relaxed));
    time = due / NANOS_IN_MILLI;
    act__value_copy(value, &time, sizeof time);
    return ACT_OK;
}

static act_result create(act_receiver **receiver, int64_t due, int64_t period)
{
    struct act_channel *channel = act__channel_make(ACT__CHANNEL_TIMER, sizeof(act_millis));
    if (channel == NULL)
        return ACT_NO_MEMORY;
    channel->limit = 2;
    channel->period = period;
    atomic_init(&channel->due, due);
    atomic_init(&channel->receiver.side.handles, 1);
    atomic_init(&channel->sides, 1);
    *receiver = &channel->receiver;
    return ACT_OK;
}

act_millis act_channel_now(void)
{
    return act__channel_clock() / NANOS_IN_MILLI;
}

act_result act_channel_after(act_receiver **receiver, act_millis delay)
{
    if (delay < 0 || delay > MILLIS_MAX)
        return ACT_INVALID;
    return create(receiver, act__channel_clock() + delay * NANOS_IN_MILLI, 0);
}

act_result act_channel_at(act_receiver **receiver, act_millis time)
{
    if (time > MILLIS_MAX)
        time = MILLIS_MAX;
    return create(receiver, time > 0 ? time * NANOS_IN_MILLI : 0, 0);
}

act_result act_channel_tick(act_receiver **receiver, act_millis period)
{
    if (period < 1 || period > MILLIS_MAX)
        return ACT_INVALID;
    return create(receiver, act__channel_clock() + period * NANOS_IN_MILLI,
                  period * NANOS_IN_MILLI);
}

act_result act_channel_never(act_receiver **receiver)
{
    return create(receiver, INT64_MAX, 0);
}
