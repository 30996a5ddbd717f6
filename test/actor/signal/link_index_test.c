/* Links of one actor with many: each is found, with an index or without memory for one. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/memory.h>
#include <test/actor/fixture.h>

static act_pid a;

enum { MANY = 400, CHANGES = 4000 };
static act_pid many[MANY];
static bool    is_linked[MANY];

/* Now and then there is no memory: for the link, or for what only makes it quick to find. */
static void changes_links(act_self *self)
{
    for (int i = 0; i < CHANGES; i++) {
        int at = (int)(act_random(self) % MANY);
        act__memory_fail_at(1 + act_random(self) % 8, false);
        if (act_random(self) % 3 == 0) {
            act_unlink(self, many[at]);
            is_linked[at] = false;
        } else if (act_link(self, many[at]) == ACT_OK) {
            is_linked[at] = true;
        }
    }
    act__memory_fail_at(0, false);
}

static void links_to_the_hub(act_self *self)
{
    ck_assert_int_eq(act_link(self, a), ACT_OK);
}

static void check_links(int from)
{
    for (int i = from; i < MANY; i++) {
        int exits = 0;
        for (int n = 0; n < fixture.notes_count; n++)
            exits += act_pid_equal(fixture.notes[n].by, a) &&
                     fixture.notes[n].tag == ACT_MESSAGE_EXIT &&
                     act_pid_equal(fixture.notes[n].sender, many[i]);
        if (exits != is_linked[i])
            ck_abort_msg("%d exits of actor %d", exits, i);
    }
}

static void each_of_many_links_is_found(void)
{
    fixture_open();
    a = fixture_spawn();
    fixture_let(a, traps);
    for (int i = 0; i < MANY; i++) {
        many[i] = fixture_spawn();
        is_linked[i] = i % 5 == 0;
        if (is_linked[i])
            fixture_tell_to(many[i], links_to_the_hub);
    }
    fixture_let(a, changes_links);
    for (int i = 0; i < MANY; i += 7) { /* some link again from their side, at the same time */
        fixture_tell_to(many[i], links_to_the_hub);
        is_linked[i] = true;
    }
    fixture_run();
    for (int i = MANY / 2; i < MANY; i++)
        fixture_tell_to(many[i], exits_with_an_error);
    fixture_run();
    check_links(MANY / 2);
    fixture_let(a, exits_with_an_error); /* ends those that it is still linked to, and no other */
    for (int i = 0; i < MANY / 2; i++)
        ck_assert_int_eq(fixture_lives(many[i]), !is_linked[i]);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(each_of_many_links_is_found),
    END_OF_CASES,
};
