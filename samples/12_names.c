/* Names: found, sent to, taken, and kept by a supervised actor that is started again. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>

#define TILL_ADD(FIELD)   FIELD(1, INT64, cents)
#define TILL_TOTAL(FIELD) FIELD(1, INT64, cents)
#define TILL_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(till_add, TILL_ADD)                                                                    \
    MESSAGE(till_crash, ACT_NO_FIELDS)                                                             \
    MESSAGE(till_read, ACT_NO_FIELDS)                                                              \
    MESSAGE(till_total, TILL_TOTAL)
ACT_SCHEMA(till, TILL_MESSAGES);

/* ---- the till: its total is in a kept block, so that a crash does not lose it ---- */

static void till_receive(act_self *self, void *state, const act_message *message)
{
    int64_t *total = act_kept(self);
    (void)state;
    switch (till_tag_of(message)) {
    case till_add_tag: *total += act_view(till_add, message)->cents; break;
    case till_crash_tag: act_panic(self, "out of paper");
    case till_read_tag: act_answer(self, message, till_total, .cents = *total); break;
    case till_total_tag:
    default: act_unknown(self, message);
    }
}

static const act_behavior till = {.name = "till", .receive = till_receive, .schema = till_schema};

/* ---- a customer: knows the till by its name only ---- */

static act_result pay(act_self *self, int64_t cents)
{
    act_message *message = NULL;
    act_result   result = act_message_make(&message, till_add, .cents = cents);
    if (result == ACT_OK)
        result = act_send_name(self, "till", &message);
    act_message_free(&message); /* nothing happens if it was sent */
    return result;
}

static act_result crash_till(act_self *self, act_pid till_pid)
{
    act_ref monitor;
    act_tell(self, till_pid, till_crash);
    return act_monitor(self, &monitor, till_pid);
}

/* The name has stayed: what is sent to it waits for the next instance, unless that runs already. */
static act_result pay_again(act_self *self, act_pid before)
{
    act_pid    now;
    act_ref    ask;
    act_result result = pay(self, 50);
    if (result == ACT_OK)
        result = act_whereis(act_self_system(self), &now, "till");
    if (result != ACT_OK)
        return result;
    printf("the till has crashed; its name leads to %s pid\n",
           act_pid_equal(now, before) ? "the same" : "a new");
    return act_ask(self, &ask, now, ACT_SECONDS(5), till_read);
}

static act_result begin(act_self *self, void *state, const void *args)
{
    act_pid *till_pid = state, other;
    (void)args;
    act_system *system = act_self_system(self);
    printf("whereis bank: %s\n", act_result_text(act_whereis(system, &other, "bank")));
    printf("register till: %s\n", act_result_text(act_register(self, "till")));
    act_result result = act_register(self, "customer"); /* for as long as this actor lives */
    if (result == ACT_OK)
        result = act_whereis(system, till_pid, "till");
    if (result == ACT_OK)
        result = pay(self, 100);
    return result == ACT_OK ? crash_till(self, *till_pid) : result;
}

static void customer_receive(act_self *self, void *state, const act_message *message)
{
    if (message->tag == till_total_tag) {
        printf("the till has %" PRId64 " cents\n", act_view(till_total, message)->cents);
        act_system_stop(act_self_system(self));
    } else if (message->tag != ACT_MESSAGE_DOWN || pay_again(self, *(act_pid *)state) != ACT_OK)
        act_panic(self, "the till cannot be reached");
}

static const act_behavior customer = {
    .name = "customer", .state_bytes = sizeof(act_pid), .init = begin, .receive = customer_receive};

/* ---- the tree: the till has its name before its init, and before the customer is started ---- */

static const act_spawn_options till_options = {.size = sizeof(act_spawn_options), .name = "till"};
static const act_child_spec    children[] = {
       {.id = "till", .behavior = &till, .options = &till_options, .kept_bytes = sizeof(int64_t)},
       {.id = "customer", .behavior = &customer}};
static const act_supervisor_spec tree = {.intensity = 1, .children = children, .children_count = 2};

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

int main(void)
{
    return act_system_main(&tree, ACT_SYSTEM_OPTIONS(.log = quiet));
}
