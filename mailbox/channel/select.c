/* Waits for one or more cases; send and receive are a select of one. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/channel/channel_record.h>

#include <mailbox/base/random.h>

/*
 * How long a look at the cases is repeated before the thread registers: it is cheaper than being
 * woken.
 */
enum { PAUSES_MIN = 4, PAUSES_MAX = 128 };

/* Channels of capacity 1 are not looked at: an act_channel's limit. */
enum { LOOKED_AT_MIN = 2 };

struct selection {
    act_select_case *cases;
    size_t           count;
    uint16_t        *order; /* a permutation that is still being made; NULL: as they stand */
    bool             only_ready;
    unsigned         pauses; /* of look; 0: it is better to be listed at once */
};

static bool would_wait(act_result result)
{
    return result == ACT_FULL || result == ACT_EMPTY;
}

/* No other thread can wake this one for it. */
static bool is_off(const act_select_case *one)
{
    return one->sender == NULL &&
           (one->receiver == NULL || act__case_channel(one)->kind == ACT__CHANNEL_TIMER);
}

static bool is_timer(const act_select_case *one)
{
    return is_off(one) && one->receiver != NULL;
}

/* --------------------------------------------------------------------------------------- trying */

static bool is_ready(const act_select_case *one)
{
    if (is_off(one))
        return is_timer(one) && act_channel_length(act__case_channel(one)) != 0;
    struct act_channel *channel = act__case_channel(one);
    if (channel->kind == ACT__CHANNEL_BUFFERED)
        return act__buffered_is_ready(channel, one);
    act__side_lock(&channel->sender.side);
    bool ready = act__rendezvous_is_ready(channel, one, NULL);
    act__side_unlock(&channel->sender.side);
    return ready;
}

static act_result try_one(const struct selection *selection, act_select_case *one)
{
    if (selection->only_ready)
        return is_ready(one) ? ACT_OK : ACT_EMPTY;
    if (one->sender != NULL)
        return act__send_now(one->sender, one->value);
    return one->receiver != NULL ? act__receive_now(one->receiver, one->value) : ACT_EMPTY;
}

_Thread_local uint64_t act__select_random;

static uint32_t draw_below(uint32_t bound)
{
    static _Atomic uint64_t threads;
    if (act__select_random == 0)
        act__select_random = act__add(&threads, 1) << 32 | 1; /* different in each thread */
    return (uint32_t)(((act__mix(&act__select_random) >> 32) * bound) >> 32);
}

/*
 * The next case to try: i of them have been. What is left of the order is shuffled only as far as
 * it is used.
 */
static size_t nth(const struct selection *selection, size_t i)
{
    uint16_t *order = selection->order;
    if (order == NULL)
        return i;
    size_t   other = i + draw_below((uint32_t)(selection->count - i));
    uint16_t picked = order[other];
    order[other] = order[i];
    order[i] = picked;
    return picked;
}

static act_result try_all(const struct selection *selection, size_t *chosen)
{
    for (size_t i = 0; i < selection->count; i++) {
        size_t     at = nth(selection, i);
        act_result result = try_one(selection, &selection->cases[at]);
        if (!would_wait(result)) {
            *chosen = at;
            return result;
        }
    }
    return ACT_EMPTY;
}

/* -------------------------------------------------------------------------------------- waiting */

/*
 * When to look again though none has woken the thread: at the deadline, or when a timer is due.
 */
static int64_t wake_time_of(const struct selection *selection, int64_t deadline)
{
    for (size_t i = 0; i < selection->count; i++) {
        const act_select_case *one = &selection->cases[i];
        if (is_timer(one) && act__load(&act__case_channel(one)->due) < deadline)
            deadline = act__load(&act__case_channel(one)->due);
    }
    return deadline;
}

/*
 * The i-th to be listed: as they were tried, so that among those that come meanwhile none meets the
 * same one more often.
 */
static size_t listed_at(const struct selection *selection, size_t i)
{
    return selection->order != NULL ? selection->order[i] : i;
}

/*
 * Lists as many cases as are not ready. Returns: how many; all of them, or those before the first
 * that is ready.
 */
static size_t register_case(const struct selection *selection, struct act__waiter *waiter)
{
    size_t i;
    for (i = 0; i < selection->count; i++) {
        size_t           at = listed_at(selection, i);
        act_select_case *one = &selection->cases[at];
        one->act_index = (uint32_t)at;
        one->act_watches = selection->only_ready;
        if (!is_off(one) && !act__case_register(one, waiter))
            break;
    }
    return i;
}

/*
 * Sleeps until a case may be possible, and tries it; with `now` unregisters at once. Returns:
 * ACT_EMPTY if it is to be looked again; ACT_TIMED_OUT, only with `now`, if there was a moment at
 * which no case was possible: the one at which all were listed, and none had been selected. To
 * have found them impossible one after the other does not say that.
 */
static act_result wait_once(const struct selection *selection, int64_t deadline, bool now,
                            size_t *chosen)
{
    struct act__waiter waiter = {.woken = NULL};
    size_t             listed = register_case(selection, &waiter);
    bool               sleeps = listed == selection->count && !now;
    uint32_t state = sleeps ? act__waiter_sleep(&waiter, wake_time_of(selection, deadline),
                                                selection->pauses == 0)
                            : act__waiter_give_up(&waiter);
    for (size_t i = 0; i < listed; i++) {
        size_t at = listed_at(selection, i);
        if (!is_off(&selection->cases[at]) && ACT__WAITER_CHOSEN + at != state)
            act__case_unregister(&selection->cases[at]);
    }
    if (state < ACT__WAITER_CHOSEN)
        return listed == selection->count && now ? ACT_TIMED_OUT : ACT_EMPTY;
    act_select_case *one = &selection->cases[state - ACT__WAITER_CHOSEN];
    *chosen = state - ACT__WAITER_CHOSEN;
    return one->act_done || selection->only_ready ? ACT_OK : try_one(selection, one);
}

static bool looks_possible(const struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++) {
        const act_select_case *one = &selection->cases[i];
        if (!is_off(one) && act__case_channel(one)->kind == ACT__CHANNEL_BUFFERED &&
            act__buffered_is_ready(act__case_channel(one), one))
            return true;
    }
    return false;
}

/*
 * How long to step back between two looks: each look takes cache lines away from the side that
 * could make a case possible, and when that is left alone for a while there is more to take. But
 * not longer than it takes to fill or empty the channel. 0 if a listed waiter is better off, as its
 * value is taken from it or handed to it: where hardly a value can wait, or on a single CPU, where
 * nothing happens while it looks.
 */
static unsigned pauses_for(const struct selection *selection)
{
    unsigned pauses = 0;
    for (size_t i = 0; act__has_several_cpus() && i < selection->count; i++) {
        const act_select_case *one = &selection->cases[i];
        if (is_off(one) || act__case_channel(one)->kind != ACT__CHANNEL_BUFFERED)
            continue;
        uint64_t limit = act__case_channel(one)->limit;
        if (limit <= LOOKED_AT_MIN)
            continue;
        unsigned wanted = limit / 8 < PAUSES_MAX ? (unsigned)(limit / 8) + PAUSES_MIN : PAUSES_MAX;
        if (pauses == 0 || wanted < pauses)
            pauses = wanted;
    }
    return pauses;
}

/* Waits in place for a short time until a case looks possible. */
static void look(const struct selection *selection)
{
    unsigned spent = 0;
    if (selection->pauses != 0)
        while (act__backoff(&spent, selection->pauses) && !looks_possible(selection))
            continue;
}

static int64_t clock_after(act_millis timeout)
{
    int64_t now = act__channel_clock();
    return timeout > (INT64_MAX - now) / 1000000 ? INT64_MAX : now + timeout * 1000000;
}

/* Nothing was possible a moment ago. */
static act_result wait_for(struct selection *selection, act_millis timeout, size_t *chosen)
{
    int64_t    deadline = timeout == ACT_FOREVER ? INT64_MAX : clock_after(timeout);
    act_result result;
    selection->pauses = pauses_for(selection);
    bool is_known = selection->pauses == 0; /* to be listed looks at them again */
    do {
        look(selection);
        if (!is_known && !would_wait(result = try_all(selection, chosen)))
            return result;
        is_known = false;
        if (deadline != INT64_MAX && act__channel_clock() >= deadline)
            return ACT_TIMED_OUT;
    } while (would_wait(result = wait_once(selection, deadline, false, chosen)));
    return result;
}

/* The same for timeout 0. */
static act_result settle(const struct selection *selection, size_t *chosen)
{
    act_result result = selection->count > 1 ? ACT_EMPTY : ACT_TIMED_OUT;
    while (would_wait(result)) {
        result = wait_once(selection, 0, true, chosen);
        if (would_wait(result))
            result = try_all(selection, chosen);
    }
    return result;
}

static act_result wait_for_one(act_select_case *one, act_millis timeout)
{
    struct selection selection = {.cases = one, .count = 1};
    size_t           chosen;
    return wait_for(&selection, timeout, &chosen);
}

/* -------------------------------------------------------------------------------- the functions */

/* Of a channel of mere signals no value is looked at. */
static bool has_value(const struct act_channel *channel, const void *value)
{
    return value != NULL || channel->value_bytes == 0;
}

static bool is_valid_case(const struct selection *selection, const act_select_case *one)
{
    if (one->sender == NULL && one->receiver == NULL)
        return true;
    return (one->sender == NULL || one->receiver == NULL) &&
           (selection->only_ready || has_value(act__case_channel(one), one->value));
}

static bool has_forked(const act_select_case *one)
{
    return (one->sender != NULL || one->receiver != NULL) &&
           act__channel_has_forked(act__case_channel(one));
}

static act_result check(const struct selection *selection, act_millis timeout)
{
    if (!act__may_wait(timeout) || selection->count > ACT_SELECT_CASES_MAX)
        return ACT_INVALID;
    for (size_t i = 0; i < selection->count; i++)
        if (!is_valid_case(selection, &selection->cases[i]))
            return ACT_INVALID;
        else if (has_forked(&selection->cases[i]))
            return ACT_FORKED;
    return selection->count != 0 || timeout != ACT_FOREVER ? ACT_OK : ACT_INVALID;
}

static act_result run(struct selection *selection, size_t *chosen, act_millis timeout)
{
    size_t     at = 0;
    act_result result = check(selection, timeout);
    if (result != ACT_OK)
        return result;
    result = try_all(selection, &at);
    if (would_wait(result))
        result = timeout == 0 ? settle(selection, &at) : wait_for(selection, timeout, &at);
    if (result != ACT_TIMED_OUT)
        *chosen = at;
    return result;
}

static act_result run_at_random(size_t *chosen, act_select_case *cases, size_t count,
                                act_millis timeout, bool only_ready)
{
    uint16_t order[ACT_SELECT_CASES_MAX];
    for (size_t i = 0; i < count && i < ACT_SELECT_CASES_MAX; i++)
        order[i] = (uint16_t)i;
    struct selection selection = {
        .cases = cases, .count = count, .order = order, .only_ready = only_ready};
    return run(&selection, chosen, timeout);
}

act_result act_select(size_t *chosen, act_select_case *cases, size_t cases_count,
                      act_millis timeout)
{
    return run_at_random(chosen, cases, cases_count, timeout, false);
}

act_result act_select_ready(size_t *chosen, act_select_case *cases, size_t cases_count,
                            act_millis timeout)
{
    return run_at_random(chosen, cases, cases_count, timeout, true);
}

act_result act_select_biased(size_t *chosen, act_select_case *cases, size_t cases_count,
                             act_millis timeout)
{
    struct selection selection = {.cases = cases, .count = cases_count};
    return run(&selection, chosen, timeout);
}

act_result act__send_else(act_sender *sender, const void *value, act_millis timeout)
{
    if (act__unlikely(!act__may_wait(timeout) || !has_value(act__channel_of_sender(sender), value)))
        return ACT_INVALID;
    if (act__channel_has_forked(act__channel_of_sender(sender)))
        return ACT_FORKED;
    act_result result = act__send_now(sender, value);
    if (act__likely(result != ACT_FULL || timeout == 0))
        return result;
    act_select_case one = {.sender = sender, .value = (void *)(uintptr_t)value};
    return wait_for_one(&one, timeout);
}

act_result act__receive_else(act_receiver *receiver, void *value, act_millis timeout)
{
    if (act__unlikely(!act__may_wait(timeout) ||
                      !has_value(act__channel_of_receiver(receiver), value)))
        return ACT_INVALID;
    if (act__channel_has_forked(act__channel_of_receiver(receiver)))
        return ACT_FORKED;
    act_result result = act__receive_now(receiver, value);
    if (act__likely(result != ACT_EMPTY || timeout == 0))
        return result;
    act_select_case one = {.receiver = receiver, .value = value};
    return wait_for_one(&one, timeout);
}
