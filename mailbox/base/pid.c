/*
 * Pids as text. By hand and not with printf: a signal's handler and a failing program may write
 * them, too. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/pid.h>

#include <string.h>

static const char none_text[] = "<none>";

static char *put_number(char *at, uint64_t number)
{
    char   digits[20]; /* of 2^64 - 1; the last one first */
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count != 0)
        *at++ = digits[--count];
    return at;
}

/* Returns: its end. */
static char *put_pid(char whole[ACT_PID_TEXT_MAX], act_pid pid)
{
    char *at = whole;
    *at++ = '<';
    at = put_number(at, pid.node);
    *at++ = '.';
    at = put_number(at, act__slot_of(pid.local));
    *at++ = '.';
    at = put_number(at, act__generation_of(pid.local));
    *at++ = '>';
    return at;
}

size_t act_pid_text(char *text, size_t text_bytes, act_pid pid)
{
    char        whole[ACT_PID_TEXT_MAX];
    const char *from = act_pid_is_none(pid) ? none_text : whole;
    size_t      length = sizeof none_text - 1;
    if (from == whole)
        length = (size_t)(put_pid(whole, pid) - whole);
    if (text_bytes != 0) {
        size_t shown = length < text_bytes ? length : text_bytes - 1;
        memcpy(text, from, shown);
        text[shown] = '\0';
    }
    return length;
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/*
 * A number of at most `most`, as put_number writes it, with `behind` after it. Returns: where it
 * goes on; NULL: it is none.
 */
static const char *read_number(const char *at, uint64_t most, char behind, uint64_t *number)
{
    uint64_t value = 0;
    if (!is_digit(at[0]) || (at[0] == '0' && is_digit(at[1])))
        return NULL;
    for (; is_digit(*at); at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (most - digit) / 10)
            return NULL;
        value = value * 10 + digit;
    }
    *number = value;
    return *at == behind ? at + 1 : NULL;
}

act_result act_pid_parse(act_pid *pid, const char *text)
{
    uint64_t    node, slot, generation;
    const char *at = text + 1;
    if (strcmp(text, none_text) == 0) {
        *pid = act_pid_none();
        return ACT_OK;
    }
    if (text[0] != '<' || (at = read_number(at, UINT64_MAX, '.', &node)) == NULL ||
        (at = read_number(at, ACT__SLOT_MASK, '.', &slot)) == NULL ||
        (at = read_number(at, UINT64_MAX >> ACT__SLOT_BITS, '>', &generation)) == NULL ||
        *at != '\0')
        return ACT_INVALID;
    act_pid read = {node, act__local_make(generation, slot)};
    if (act_pid_is_none(read)) /* that has another text */
        return ACT_INVALID;
    *pid = read;
    return ACT_OK;
}
