/* Many asks in flight: each says what is to be done with its answer, and what for. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>

#define STOCK_LOOK(FIELD)  FIELD(1, INT64, item)
#define STOCK_PRICE(FIELD) FIELD(1, INT64, cents)
#define STOCK_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(stock_look, STOCK_LOOK)                                                                \
    MESSAGE(stock_price, STOCK_PRICE)
ACT_SCHEMA(stock, STOCK_MESSAGES);

/* ---- the stock: knows the prices of items 0 to 3, and breaks down at any other ---- */

static void serve(act_self *self, void *state, const act_message *message)
{
    static const int64_t prices[] = {100, 250, 75, 1200};
    (void)state;
    if (stock_tag_of(message) != stock_look_tag) {
        act_unknown(self, message);
        return;
    }
    int64_t item = act_view(stock_look, message)->item;
    if (item > 3)
        act_panic(self, "there is no item %" PRId64, item);
    act_answer(self, message, stock_price, .cents = prices[item]);
}

static const act_behavior stock = {.name = "stock", .receive = serve};

/* ---- the till: asks for all lines of a bill at once ---- */

static const struct line {
    int64_t item, count;
} bill[] = {{2, 10}, {0, 1}, {3, 2}, {5, 1}};
enum { LINES = sizeof bill / sizeof *bill };

struct till {
    int     open; /* lines without a price */
    int64_t prices[LINES];
};

ACT_CONTINUATION(on_price, struct till, int); /* it is to know the number of its line */

static void print_bill(const struct till *till)
{
    int64_t total = 0;
    for (int i = 0; i < LINES; i++) {
        printf("%2" PRId64 " of item %" PRId64 ": ", bill[i].count, bill[i].item);
        if (till->prices[i] < 0) {
            puts(till->prices[i] == -1 ? "no answer in time" : "the stock has broken down");
            continue;
        }
        printf("%" PRId64 " cents\n", bill[i].count * till->prices[i]);
        total += bill[i].count * till->prices[i];
    }
    printf("total: %" PRId64 " cents\n", total);
}

static void on_price(act_self *self, struct till *till, const act_message *answer, const int *line)
{
    if (answer->tag == ACT_MESSAGE_TIMED_OUT)
        till->prices[*line] = -1;
    else if (answer->tag == ACT_MESSAGE_DOWN)
        till->prices[*line] = -2;
    else
        till->prices[*line] = act_view(stock_price, answer)->cents;
    if (--till->open > 0)
        return;
    print_bill(till);
    act_system_stop(act_self_system(self));
}

static act_result begin(act_self *self, void *state, const void *args)
{
    struct till *till = state;
    act_pid      pid;
    (void)args;
    act_result result = act_whereis(act_self_system(self), &pid, "stock");
    for (till->open = 0; result == ACT_OK && till->open < LINES; till->open++)
        result = act_ask_then(self, NULL, pid, ACT_MS(50), stock_look,
                              (.item = bill[till->open].item), on_price, till->open);
    return result;
}

static void receive_else(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_unknown(self, message);
}

static const act_behavior till = {
    .name = "till", .state_bytes = sizeof(struct till), .init = begin, .receive = receive_else};

static const act_spawn_options stock_options = {.size = sizeof(act_spawn_options), .name = "stock"};
static const act_child_spec    children[] = {
       {.id = "stock", .behavior = &stock, .options = &stock_options},
       {.id = "till", .behavior = &till}};
static const act_supervisor_spec tree = {.intensity = 1, .children = children, .children_count = 2};

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

int main(void)
{
    return act_system_main(&tree, ACT_SYSTEM_OPTIONS(.log = quiet));
}
