/* Whatever number an enum's field has, what encode writes decode reads, and as the same. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/verdict.h>
#include <test/cases/paint.h>

static void reads_back(act_message *message)
{
    unsigned char bytes[100];
    char          complaint[200];
    size_t        count;
    act_message  *back;
    int           wrote = (int)act_view(paint_stroke, message)->color;
    must(act_message_encode(message, paint_schema(), bytes, sizeof bytes, &count));
    act_result read =
        act_message_decode(&back, paint_schema(), bytes, count, 0, complaint, sizeof complaint);
    if (read != ACT_OK)
        judge_wrong("%d is written, but not read: %s", wrote, complaint);
    if ((int)act_view(paint_stroke, back)->color != wrote || act_view(paint_stroke, back)->id != 5)
        judge_wrong("%d is read as %d", wrote, (int)act_view(paint_stroke, back)->color);
    act_message_free(&back);
    act_message_free(&message);
}

static void nothing_is_read_back(void)
{
    unsigned char bytes[100];
    size_t        count;
    act_message  *message, *back;
    must(act_message_make(&message, paint_wash, .id = 5));
    must(act_message_encode(message, paint_schema(), bytes, sizeof bytes, &count));
    must(act_message_decode(&back, paint_schema(), bytes, count, 0, NULL, 0));
    int color = (int)act_view(paint_wash, back)->color;
    if (color != 0)
        judge_wrong("an optional constant that was not set is read as %d", color);
    act_message_free(&back);
    act_message_free(&message);
}

int main(void)
{
    act_message *message;
    must(act_message_make(&message, paint_stroke, .id = 5));
    reads_back(message);
    must(act_message_make(&message, paint_stroke, .id = 5, .color = (enum pigment)77));
    reads_back(message);
    must(act_message_make(&message, paint_stroke, .id = 5, .color = UMBER));
    reads_back(message);
    nothing_is_read_back();
    return judge_right("what encode writes decode reads, whatever constants an enum has");
}
