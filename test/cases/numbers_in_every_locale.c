/* In a locale with a decimal comma all numbers are printed with a point. */
/* SPDX-License-Identifier: MIT */
#include <locale.h>

#include <test/cases/verdict.h>
#include <test/cases/paint.h>

static bool comma_locale(void)
{
    static const char *const names[] = {"xx_XX", "de_DE.UTF-8", "fr_FR.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (setlocale(LC_NUMERIC, names[i]) != NULL && *localeconv()->decimal_point == ',')
            return true;
    return false;
}

static void has_point(const char *what, const char *text)
{
    if (strstr(text, "1.5") == NULL || strstr(text, "1,5") != NULL)
        judge_wrong("%s: %s", what, text);
}

static void typed(void)
{
    char         text[300];
    act_message *message;
    must(act_message_make(&message, paint_tint, .share = 1.5, .gloss = -1e-3, .grain = 0.25f));
    act_message_print(text, sizeof text, message, paint_schema());
    has_point("a line", text);
    if (strstr(text, "0,25") != NULL || strstr(text, "0,001") != NULL)
        judge_wrong("a line: %s", text);
    act_message_print_json(text, sizeof text, message, paint_schema());
    has_point("JSON", text);
    act_message_free(&message);
}

static void untyped(void)
{
    char         text[300];
    act_message *message;
    must(act_message_create_value(&message, 5, act_float64(1.5)));
    act_message_print(text, sizeof text, message, NULL);
    has_point("a scalar", text);
    act_message_free(&message);
}

static void complaint(void)
{
    char                      text[200];
    const act_child_spec      child = {.id = "x"};
    const act_supervisor_spec spec = {
        .children = &child, .children_count = 1, .backoff = {.min = 1, .max = 1, .jitter = 1.5}};
    (void)act_supervisor_check(&spec, text, sizeof text);
    has_point("act_supervisor_check", text);
}

int main(void)
{
    if (!comma_locale()) {
        puts("there is no locale with a decimal comma (Debian packages: libc-bin locales)");
        return VERDICT_SKIPPED;
    }
    typed();
    untyped();
    complaint();
    return judge_right("numbers have a point in a locale with a comma");
}
