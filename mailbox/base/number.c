/* What printf writes, with the locale's decimal point made a point again. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/number.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *act__number_text(char text[ACT__NUMBER_BYTES], double number, int digits)
{
    if (!isfinite(number))
        return strcpy(text, isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
    (void)snprintf(text, ACT__NUMBER_BYTES, "%.*g", digits, number);
    char *to = text;
    bool  in_point = false;
    for (const char *at = text; *at != '\0'; at++) {
        bool is_point = strchr("+-0123456789e", *at) == NULL;
        if (!is_point || !in_point)
            *to++ = is_point ? '.' : *at;
        in_point = is_point;
    }
    *to = '\0';
    return text;
}
