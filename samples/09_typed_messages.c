/*
 * A bank account whose protocol is written once: what is sent, handled, printed and encoded follows
 * from it.
 */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>
#include <string.h>

/* ---- the protocol ---- */

#define WHY(VALUE) VALUE(why_no_money, 1) VALUE(why_wrong_pin, 2)
ACT_ENUM(why, WHY);

#define ENTRY(FIELD) FIELD(1, INT64, cents) FIELD(2, OPTIONAL(TEXT), note)
ACT_STRUCT(entry, ENTRY);

#define BANK_DEPOSIT(FIELD)   FIELD(1, INT64, cents)
#define BANK_WITHDRAW(FIELD)  FIELD(1, INT64, cents) FIELD(2, SECRET(TEXT), pin)
#define BANK_REFUSED(FIELD)   FIELD(1, ENUM(why), why)
#define BANK_STATEMENT(FIELD) FIELD(1, INT64, balance) FIELD(2, LIST(STRUCT(entry)), entries)
#define BANK_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(bank_deposit, BANK_DEPOSIT)                                                            \
    MESSAGE(bank_withdraw, BANK_WITHDRAW)                                                          \
    MESSAGE(bank_refused, BANK_REFUSED)                                                            \
    MESSAGE(bank_read, ACT_NO_FIELDS)                                                              \
    MESSAGE(bank_statement, BANK_STATEMENT)
ACT_SCHEMA(bank, BANK_MESSAGES);

/* ---- the account ---- */

enum { ENTRIES_MAX = 10 };

struct account {
    int64_t      balance;
    struct entry entries[ENTRIES_MAX];
    size_t       entries_count;
};

static void enter(struct account *account, int64_t cents, const char *note)
{
    account->balance += cents;
    if (account->entries_count < ENTRIES_MAX)
        account->entries[account->entries_count++] = (struct entry){.cents = cents, .note = note};
}

static void withdraw(act_self *self, struct account *account, const act_message *message)
{
    const struct bank_withdraw *wish = act_view(bank_withdraw, message);
    bool                        is_known = strcmp(wish->pin, "1234") == 0;
    if (is_known && wish->cents <= account->balance)
        enter(account, -wish->cents, "cash");
    else
        act_answer(self, message, bank_refused, .why = is_known ? why_no_money : why_wrong_pin);
}

static void account_receive(act_self *self, void *state, const act_message *message)
{
    struct account *account = state;
    switch (bank_tag_of(message)) { /* without one of these the compiler warns: -Wswitch-enum */
    case bank_deposit_tag: enter(account, act_view(bank_deposit, message)->cents, "paid in"); break;
    case bank_withdraw_tag: withdraw(self, account, message); break;
    case bank_read_tag: /* the entries are copied into the answer */
        act_answer(self, message, bank_statement, .balance = account->balance,
                   .entries = {account->entries, account->entries_count});
        break;
    case bank_refused_tag:
    case bank_statement_tag:
    default: act_unknown(self, message);
    }
}

static const act_behavior account = {.name = "account",
                                     .state_bytes = sizeof(struct account),
                                     .receive = account_receive,
                                     .schema = bank_schema};

/* ---- a customer ---- */

static act_result customer_init(act_self *self, void *state, const void *args)
{
    act_pid bank = *(const act_pid *)args;
    act_ref ask;
    (void)state;
    act_tell(self, bank, bank_deposit, .cents = 5000);
    act_tell(self, bank, bank_withdraw, .cents = 2000, .pin = "1234");
    return act_ask(self, &ask, bank, ACT_SECONDS(5), bank_read);
}

static void customer_receive(act_self *self, void *state, const act_message *message)
{
    char line[200];
    (void)state;
    act_message_print(line, sizeof line, message, bank_schema());
    puts(line);
    act_stop(self);
}

static const act_behavior customer = {.name = "customer",
                                      .args_bytes = sizeof(act_pid),
                                      .init = customer_init,
                                      .receive = customer_receive};

/* ---- as bytes, for a file or another machine ---- */

static act_result show_bytes(void)
{
    unsigned char bytes[100];
    char          line[200];
    size_t        count;
    act_message  *message = NULL;
    act_result    result = act_message_make(&message, bank_withdraw, .cents = 100, .pin = "1234");
    if (result == ACT_OK)
        result = act_message_encode(message, bank_schema(), bytes, sizeof bytes, &count);
    act_message_free(&message);
    if (result == ACT_OK)
        result = act_message_decode(&message, bank_schema(), bytes, count, 0, line, sizeof line);
    if (result != ACT_OK)
        return result;
    act_message_print_json(line, sizeof line, message, bank_schema());
    printf("%zu bytes: %s\n", count, line);
    act_message_free(&message);
    return ACT_OK;
}

int main(void)
{
    act_system *system;
    act_pid     bank, pid;
    if (act_system_create(&system, NULL) != ACT_OK)
        return 1;
    act_result result = act_system_spawn(system, &bank, &account, NULL, NULL);
    if (result == ACT_OK)
        result = act_system_spawn(system, &pid, &customer, &bank, NULL);
    if (result == ACT_OK)
        result = act_system_join(system, pid, NULL, ACT_FOREVER);
    if (result == ACT_OK)
        result = show_bytes();
    if (result != ACT_OK)
        fprintf(stderr, "typed_messages: %s\n", act_result_text(result));
    act_system_destroy(&system);
    return result != ACT_OK;
}
