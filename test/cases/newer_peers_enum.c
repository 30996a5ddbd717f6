/* A constant that only a newer peer knows costs no message: it is kept as its number. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/verdict.h>
#include <test/cases/paint.h>

enum { NEWER = 4 }; /* the constant behind the last that is known here */

static void reads(const unsigned char *bytes, size_t count)
{
    char         complaint[200];
    act_message *back;
    act_result   read =
        act_message_decode(&back, paint_schema(), bytes, count, 0, complaint, sizeof complaint);
    if (read != ACT_OK)
        judge_wrong("a new constant makes the message unreadable: %s", complaint);
    int color = (int)act_view(paint_wash, back)->color;
    if (color != NEWER || act_enum_is_known(pigment_type(), color) ||
        act_view(paint_wash, back)->id != 5)
        judge_wrong("constant %d is read as %d", NEWER, color);
    act_message_free(&back);
}

static void is_refused_if_strict(const unsigned char *bytes, size_t count)
{
    act_message *back = NULL;
    act_result   result = act_message_decode_with(&back, paint_schema(), bytes, count,
                                                  ACT_DECODE_OPTIONS(.strict = true), NULL, 0);
    if (result != ACT_MALFORMED)
        judge_wrong("strictly read, a new constant is: %s", act_result_text(result));
}

int main(void)
{
    unsigned char bytes[100];
    size_t        count;
    act_message  *message;
    must(act_message_make(&message, paint_wash, .id = 5, .color = OCHRE));
    must(act_message_encode(message, paint_schema(), bytes, sizeof bytes, &count));
    if (bytes[count - 1] != OCHRE)
        judge_wrong("the last byte is not the constant");
    bytes[count - 1] = NEWER;
    reads(bytes, count);
    is_refused_if_strict(bytes, count);
    act_message_free(&message);
    return judge_right("a newer peer's constant is kept as its number");
}
