/* What a user's program needs of an installed act: one header, one library. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

int main(void)
{
    puts(act_result_text(ACT_OK));
    return 0;
}
