/* An actor of another file, as its header declares it. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_ACTOR_TYPED_ACTOR_OTHER_H
#define TEST_ACTOR_TYPED_ACTOR_OTHER_H

#include <actor/typed_actor.h>

struct other_args {
    int *ended;
};
ACT_ACTOR_DECLARE(other, struct other_args);

#endif
