/*
 * Channels that no value waits in: it goes from the sender to the receiver, whichever of them comes
 * second. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/channel/channel_record.h>

act_result act__rendezvous_send(struct act_channel *channel, const void *value)
{
    struct act__side    *in = &channel->sender.side;
    struct act__selected selected;
    act_result           result = ACT_DISCONNECTED;
    act__side_lock(in);
    if (!in->is_cut) {
        act_select_case *partner = act__cases_pair(&in->waiting, &selected);
        result = partner != NULL ? ACT_OK : ACT_FULL;
        if (partner != NULL)
            act__value_copy(partner->value, value, channel->value_bytes);
    }
    act__side_unlock(in);
    if (result == ACT_OK)
        act__selected_wake(selected);
    return result;
}

act_result act__rendezvous_receive(struct act_channel *channel, void *value)
{
    struct act__side    *in = &channel->sender.side;
    struct act__selected selected;
    act__side_lock(in);
    act_select_case *partner = act__cases_pair(&channel->receiver.side.waiting, &selected);
    bool             is_last = (act__load(&in->position) & ACT__LAST) != 0;
    if (partner != NULL)
        act__value_copy(value, partner->value, channel->value_bytes);
    act__side_unlock(in);
    if (partner == NULL)
        return is_last ? ACT_DISCONNECTED : ACT_EMPTY;
    act__selected_wake(selected);
    return ACT_OK;
}

/* Under the senders' lock. */
bool act__rendezvous_is_ready(struct act_channel *channel, const act_select_case *one,
                              struct act__waiter *waiter)
{
    struct act__side      *in = &channel->sender.side;
    const act_select_case *other =
        one->sender != NULL ? in->waiting.first : channel->receiver.side.waiting.first;
    if (one->sender != NULL ? in->is_cut : (act__load(&in->position) & ACT__LAST) != 0)
        return true;
    while (other != NULL && (other->act_watches || other->act_waiter == waiter))
        other = other->act_next;
    return other != NULL;
}
