/* Actors are told by channels, and never wait for them. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

#include <actor/notify.h>
#include <mailbox/base/memory.h>
#include <mailbox/channel/select.h>

static act_sender   *sender;
static act_receiver *receiver;
static int           released;

static void release(void *value)
{
    (void)value;
    released++;
}

static void open_with(size_t capacity)
{
    fixture_open();
    released = 0;
    ck_assert_int_eq(act_channel_create(&sender, &receiver, sizeof(int64_t), capacity), ACT_OK);
    act_channel_release_with(receiver, release);
}

static void close_all(void)
{
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
    fixture_close();
}

static void asks(act_self *self)
{
    ck_assert_int_eq(act_channel_notify(self, receiver, TAG_A), ACT_OK);
}

static void asks_for_room(act_self *self)
{
    ck_assert_int_eq(act_channel_notify_room(self, sender, TAG_B), ACT_OK);
}

static act_result put(int64_t value)
{
    act_result result = act_channel_send(sender, &value, 0);
    fixture_run();
    return result;
}

static int64_t got(void)
{
    int64_t    value;
    act_result result = act_channel_receive(receiver, &value, 0);
    fixture_run();
    return result == ACT_OK ? value : -(int64_t)result;
}

static void an_actor_is_told_once_when_a_value_waits(void)
{
    open_with(ACT_CHANNEL_UNBOUNDED);
    act_pid actor = fixture_spawn();
    fixture_let(actor, asks);
    ck_assert_int_eq(fixture_count(actor, TAG_A), 0);
    ck_assert_int_eq(put(1), ACT_OK);
    ck_assert_int_eq(put(2), ACT_OK);
    ck_assert_int_eq(fixture_count(actor, TAG_A), 1);
    ck_assert_int_eq(got(), 1);
    fixture_let(actor, asks); /* one waits already */
    ck_assert_int_eq(fixture_count(actor, TAG_A), 2);
    close_all();
}

static void an_actor_is_told_that_no_sender_is_left(void)
{
    open_with(3);
    act_pid actor = fixture_spawn();
    fixture_let(actor, asks);
    act_sender_drop(&sender);
    fixture_run();
    ck_assert_int_eq(fixture_count(actor, TAG_A), 1);
    fixture_let(actor, asks);
    ck_assert_int_eq(fixture_count(actor, TAG_A), 2);
    close_all();
}

static void an_actor_is_told_when_there_is_room(void)
{
    open_with(1);
    act_pid actor = fixture_spawn();
    ck_assert_int_eq(put(1), ACT_OK);
    fixture_let(actor, asks_for_room);
    ck_assert_int_eq(fixture_count(actor, TAG_B), 0);
    ck_assert_int_eq(got(), 1);
    ck_assert_int_eq(fixture_count(actor, TAG_B), 1);
    fixture_let(actor, asks_for_room);
    ck_assert_int_eq(fixture_count(actor, TAG_B), 2);
    close_all();
}

static void all_that_have_asked_are_told(void)
{
    open_with(1);
    act_pid one = fixture_spawn(), two = fixture_spawn();
    fixture_let(one, asks);
    fixture_let(one, asks);
    fixture_let(two, asks);
    ck_assert_int_eq(put(1), ACT_OK);
    ck_assert_int_eq(fixture_count(one, TAG_A), 2);
    ck_assert_int_eq(fixture_count(two, TAG_A), 1);
    close_all();
}

static void a_rendezvous_hands_its_value_to_an_actor_that_has_asked(void)
{
    open_with(ACT_CHANNEL_RENDEZVOUS);
    act_pid actor = fixture_spawn(), other = fixture_spawn();
    fixture_let(other, asks_for_room);
    ck_assert_int_eq(put(5), ACT_FULL);
    fixture_let(actor, asks);
    ck_assert_int_eq(fixture_count(other, TAG_B), 1); /* a receiver has come */
    ck_assert_int_eq(put(6), ACT_OK);
    ck_assert_int_eq(put(7), ACT_FULL);
    ck_assert_int_eq(fixture_only(actor, TAG_A)->value, 6);
    close_all();
    ck_assert_int_eq(released, 1); /* the scripted actor has only looked at it */
}

static int64_t taken;

static void hears(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == TAG_DO)
        asks(self);
    else if (act_channel_take(message, &taken) != ACT_OK ||
             act_channel_take(message, &taken) != ACT_EMPTY)
        taken = -1;
}

static void a_value_that_is_taken_is_not_released(void)
{
    static const act_behavior hearer = {.name = "hearer", .receive = hears};
    open_with(ACT_CHANNEL_RENDEZVOUS);
    act_pid actor = fixture_spawn_as(&hearer, NULL, NULL);
    fixture_let(actor, asks);
    ck_assert_int_eq(put(6), ACT_OK);
    ck_assert_int_eq(taken, 6);
    close_all();
    ck_assert_int_eq(released, 0);
}

static void an_actor_that_asks_counts_as_a_receiver(void)
{
    open_with(1);
    act_pid actor = fixture_spawn();
    fixture_let(actor, asks);
    act_receiver_drop(&receiver);
    ck_assert_int_eq(put(1), ACT_OK); /* told: and with that the last receiver is gone */
    ck_assert_int_eq(fixture_count(actor, TAG_A), 1);
    fixture_let(actor, does_nothing);
    ck_assert_int_eq(put(2), ACT_DISCONNECTED);
    ck_assert_int_eq(released, 1);
    close_all();
}

static void an_actor_that_has_ended_is_not_told(void)
{
    open_with(1);
    act_pid actor = fixture_spawn();
    fixture_let(actor, asks);
    fixture_let(actor, exits_normally);
    act_receiver_drop(&receiver);
    ck_assert_int_eq(put(1), ACT_DISCONNECTED);
    close_all();
}

static void tells_and_exits(act_self *self)
{
    int64_t value = 9;
    ck_assert_int_eq(act_channel_send(sender, &value, 0), ACT_OK);
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void a_value_for_an_actor_that_ends_is_released(void)
{
    open_with(ACT_CHANNEL_RENDEZVOUS);
    act_pid actor = fixture_spawn();
    fixture_let(actor, asks);
    fixture_let(actor, tells_and_exits); /* the value is in its inbox when it ends */
    ck_assert_int_eq(fixture_count(actor, TAG_A), 0);
    close_all();
    ck_assert_int_eq(released, 1);
}

/* ------------------------------------------------------------------------------- left for later */

static void leaves_seven(act_self *self)
{
    int64_t value = 7;
    ck_assert_int_eq(act_channel_send_later(self, sender, &value, TAG_B), ACT_OK);
}

static void wants_one(act_self *self)
{
    ck_assert_int_eq(act_channel_receive_later(self, receiver, TAG_A), ACT_OK);
}

static void a_value_left_for_later_is_sent_when_there_is_room(void)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        open_with(capacity);
        act_pid actor = fixture_spawn();
        ck_assert_int_eq(put(1), capacity == 0 ? ACT_FULL : ACT_OK);
        fixture_let(actor, leaves_seven);
        ck_assert_int_eq(fixture_count(actor, TAG_B), 0);
        if (capacity != 0)
            ck_assert_int_eq(got(), 1);
        else
            ck_assert_int_eq(got(), 7);
        ck_assert_int_eq(fixture_count(actor, TAG_B), 1);
        ck_assert_int_eq(got(), capacity != 0 ? 7 : -ACT_EMPTY);
        close_all();
        ck_assert_int_eq(released, 0);
    }
}

static void a_value_left_where_there_is_room_is_sent_at_once(void)
{
    open_with(1);
    act_pid actor = fixture_spawn();
    fixture_let(actor, leaves_seven);
    ck_assert_int_eq(fixture_count(actor, TAG_B), 1);
    ck_assert_int_eq(got(), 7);
    close_all();
}

static void hears_of_its_value(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == TAG_DO)
        leaves_seven(self);
    else
        ck_assert_int_eq(act_channel_take(message, &taken), ACT_OK);
}

static void a_value_that_can_no_more_be_sent_comes_back(void)
{
    static const act_behavior owner = {.name = "owner", .receive = hears_of_its_value};
    open_with(1);
    act_pid actor = fixture_spawn_as(&owner, NULL, NULL);
    taken = 0;
    ck_assert_int_eq(put(1), ACT_OK);
    fixture_let(actor, leaves_seven);
    act_receiver_drop(&receiver);
    fixture_run();
    ck_assert_int_eq(taken, 7);
    close_all();
    ck_assert_int_eq(released, 1); /* the one that was in the channel */
}

static void a_value_left_by_an_actor_that_ends_is_released(void)
{
    open_with(1);
    act_pid actor = fixture_spawn();
    ck_assert_int_eq(put(1), ACT_OK);
    fixture_let(actor, leaves_seven);
    fixture_let(actor, exits_normally);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(got(), 1);
    ck_assert_int_eq(got(), -ACT_EMPTY);
    close_all();
    ck_assert_int_eq(released, 1);
}

static void an_actor_is_given_its_value_whatever_the_capacity(void)
{
    static const size_t capacities[] = {0, 1, ACT_CHANNEL_UNBOUNDED};
    for (int i = 0; i < 3; i++) {
        open_with(capacities[i]);
        act_pid actor = fixture_spawn();
        fixture_let(actor, wants_one);
        ck_assert_int_eq(fixture_count(actor, TAG_A), 0);
        ck_assert_int_eq(put(5), ACT_OK);
        ck_assert_int_eq(fixture_only(actor, TAG_A)->value, 5);
        ck_assert_int_eq(got(), -ACT_EMPTY);
        close_all();
    }
}

static void a_value_that_waits_is_given_at_once(void)
{
    open_with(1);
    act_pid actor = fixture_spawn();
    ck_assert_int_eq(put(5), ACT_OK);
    fixture_let(actor, wants_one);
    ck_assert_int_eq(fixture_only(actor, TAG_A)->value, 5);
    close_all();
}

static void what_is_left_for_later_meets_one_that_wants_one(void)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        open_with(capacity);
        act_pid giver = fixture_spawn(), taker = fixture_spawn();
        fixture_let(taker, wants_one);
        fixture_let(giver, leaves_seven);
        ck_assert_int_eq(fixture_only(taker, TAG_A)->value, 7);
        ck_assert_int_eq(fixture_count(giver, TAG_B), 1);
        close_all();
    }
}

static void an_actor_that_is_told_in_vain_waits_on(void)
{
    open_with(3);
    act_pid one = fixture_spawn(), two = fixture_spawn(), watcher = fixture_spawn();
    fixture_let(one, wants_one);
    fixture_let(two, wants_one);
    fixture_let(watcher, asks); /* with it the second one is told of the value, too, which the
                                   first one has */
    ck_assert_int_eq(put(1), ACT_OK);
    ck_assert_int_eq(fixture_count(watcher, TAG_A), 1);
    ck_assert_int_eq(fixture_only(one, TAG_A)->value, 1);
    ck_assert_int_eq(fixture_count(two, TAG_A), 0);
    ck_assert_int_eq(put(2), ACT_OK);
    ck_assert_int_eq(fixture_only(two, TAG_A)->value, 2);
    close_all();
}

/* ------------------------------------------------------------------------------------- handlers */

static void waits(act_self *self)
{
    int64_t value = 0;
    (void)self;
    ck_assert_int_eq(act_channel_receive(receiver, &value, ACT_FOREVER), ACT_INVALID);
    ck_assert_int_eq(act_channel_receive(receiver, &value, 0), ACT_EMPTY);
}

static void a_handler_may_not_wait(void)
{
    int64_t value;
    open_with(1);
    fixture_let(fixture_spawn(), waits);
    ck_assert_int_eq(act_channel_receive(receiver, &value, 1), ACT_TIMED_OUT); /* this thread may */
    close_all();
}

enum { DRAWS = 20 };
static size_t drawn[DRAWS];

static void draws(act_self *self)
{
    act_receiver   *timers[5];
    act_select_case cases[5];
    act_millis      value;
    for (int i = 0; i < DRAWS; i++) {
        for (int j = 0; j < 5; j++) {
            ck_assert_int_eq(act_channel_at(&timers[j], 0), ACT_OK);
            cases[j] = (act_select_case)ACT_SELECT_RECEIVE(timers[j], &value);
        }
        ck_assert_int_eq(act_select(&drawn[i], cases, 5, 0), ACT_OK);
        for (int j = 0; j < 5; j++)
            act_receiver_drop(&timers[j]);
    }
    (void)self;
}

static void a_select_of_a_simulation_draws_the_same_again(void)
{
    size_t first[DRAWS];
    for (int i = 0; i < 2; i++) {
        open_with(1);
        fixture_let(fixture_spawn(), draws);
        close_all();
        if (i == 0)
            memcpy(first, drawn, sizeof first);
    }
    ck_assert_mem_eq(first, drawn, sizeof first);
}

static void asks_in_vain(act_self *self)
{
    act_receiver *timer;
    ck_assert_int_eq(act_channel_notify(self, receiver, 0), ACT_INVALID);
    ck_assert_int_eq(act_channel_never(&timer), ACT_OK);
    ck_assert_int_eq(act_channel_notify(self, timer, TAG_A), ACT_INVALID);
    ck_assert_int_eq(act_channel_receive_later(self, receiver, ACT_TAG_MAX + 1), ACT_INVALID);
    ck_assert_int_eq(act_channel_send_later(self, sender, NULL, TAG_A), ACT_INVALID);
    act_receiver_drop(&timer);
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_channel_notify(self, receiver, TAG_A), ACT_NO_MEMORY);
    act__memory_fail_at(0, false);
}

static void leaves_what_fits_no_message(act_self *self)
{
    unsigned char value[ACT_MESSAGE_INLINE_BYTES + 1] = {0};
    ck_assert_int_eq(act_channel_send_later(self, sender, value, TAG_A), ACT_INVALID);
    ck_assert_int_eq(act_channel_receive_later(self, receiver, TAG_A), ACT_INVALID);
    ck_assert_int_eq(act_channel_notify(self, receiver, TAG_A), ACT_OK);
}

static void a_value_that_fits_no_message_is_not_taken_for_later(void)
{
    fixture_open();
    ck_assert_int_eq(act_channel_create(&sender, &receiver, ACT_MESSAGE_INLINE_BYTES + 1, 1),
                     ACT_OK);
    fixture_let(fixture_spawn(), leaves_what_fits_no_message);
    close_all();
}

static void what_is_out_of_range_or_without_memory_is_refused(void)
{
    open_with(1);
    fixture_let(fixture_spawn(), asks_in_vain);
    close_all();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(an_actor_is_told_once_when_a_value_waits),
    FIXTURE_CASE(an_actor_is_told_that_no_sender_is_left),
    FIXTURE_CASE(an_actor_is_told_when_there_is_room),
    FIXTURE_CASE(all_that_have_asked_are_told),
    FIXTURE_CASE(a_rendezvous_hands_its_value_to_an_actor_that_has_asked),
    FIXTURE_CASE(a_value_that_is_taken_is_not_released),
    FIXTURE_CASE(an_actor_that_asks_counts_as_a_receiver),
    FIXTURE_CASE(an_actor_that_has_ended_is_not_told),
    FIXTURE_CASE(a_value_for_an_actor_that_ends_is_released),
    FIXTURE_CASE(a_value_left_for_later_is_sent_when_there_is_room),
    FIXTURE_CASE(a_value_left_where_there_is_room_is_sent_at_once),
    FIXTURE_CASE(a_value_that_can_no_more_be_sent_comes_back),
    FIXTURE_CASE(a_value_left_by_an_actor_that_ends_is_released),
    FIXTURE_CASE(an_actor_is_given_its_value_whatever_the_capacity),
    FIXTURE_CASE(a_value_that_waits_is_given_at_once),
    FIXTURE_CASE(what_is_left_for_later_meets_one_that_wants_one),
    FIXTURE_CASE(an_actor_that_is_told_in_vain_waits_on),
    FIXTURE_CASE(a_handler_may_not_wait),
    FIXTURE_CASE(a_select_of_a_simulation_draws_the_same_again),
    FIXTURE_CASE(what_is_out_of_range_or_without_memory_is_refused),
    FIXTURE_CASE(a_value_that_fits_no_message_is_not_taken_for_later),
    END_OF_CASES,
};
