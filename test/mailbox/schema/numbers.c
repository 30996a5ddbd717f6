/*
 * Prints numbers in every way there is, in the environment's locale; locale_test.sh compares.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
/* The first line is printf's own, to show that the locale is there. */
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include <mailbox/schema/codec.h>
#include <mailbox/schema/print.h>
#include <supervisor/supervisor.h>
#include <test/mailbox/schema/cross.h>

static char text[1000];

static void show(act_message *message)
{
    act_message_print(text, sizeof text, message, x_schema());
    puts(text);
    act_message_print_json(text, sizeof text, message, x_schema());
    puts(text);
    act_message_print(text, sizeof text, message, NULL);
    puts(text);
    act_message_free(&message);
}

static void show_typed(double number)
{
    act_message *message;
    if (act_message_make(&message, x_opt, .d = number, .f = (float)number) == ACT_OK)
        show(message);
    if (act_message_create_value(&message, 5, act_float64(number)) == ACT_OK)
        show(message);
}

static void show_complaint(const char *bytes, size_t count)
{
    act_message *message;
    if (act_message_decode(&message, x_schema(), bytes, count, 0, text, sizeof text) != ACT_OK)
        puts(text);
}

int main(void)
{
    static const act_child_spec      child = {.id = "x"};
    static const act_supervisor_spec spec = {
        .children = &child, .children_count = 1, .backoff = {.min = 1, .max = 1, .jitter = 1.5}};
    if (setlocale(LC_ALL, "") == NULL)
        return 77;
    printf("%g\n", 1.5);
    for (double number = 1.5; number > 1e-300; number /= 1e50)
        show_typed(number), show_typed(-1 / number);
    show_typed(HUGE_VAL);
    show_complaint("\x92\xce\x48\x03\x4d\x30\x81\x01\xcb\x7f\xe5\0\0\0\0\0\0", 17);
    show_complaint("\x92\xce\x42\x5a\x0b\xb4\x81\x01\xcb\x7f\xe5\0\0\0\0\0\0", 17);
    if (act_supervisor_check(&spec, text, sizeof text) != ACT_OK)
        puts(text);
    return 0;
}
