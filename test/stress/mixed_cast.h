/* The actors of the mixed stress, and what each of them is owed. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_STRESS_MIXED_CAST_H
#define ACT_TEST_STRESS_MIXED_CAST_H

#include <actor/notify.h>
#include <actor/system.h>
#include <supervisor/supervisor.h>

/* Tags. CHECK is answered with a struct ties. */
enum { STEP = 1, HELLO, REQUEST, ANSWER, CHECK, NOTE };

enum { TIES = 6, HEARD = 8, PEERS_MAX = 30000, PLACES = 64, NAMES = 6, CLERKS = 6 };

/* What an actor waits to hear of another; `ref` of a monitor or an ask. */
struct tie {
    act_pid pid;
    act_ref ref;
};

/* All that one waits to hear: what CHECK is answered with. */
struct ties {
    struct tie links[TIES], monitors[TIES], asks[TIES];
};

/* An instance of an actor. pid is there for others once it is alive; the rest is its own. */
struct peer {
    act_pid      pid;
    struct ties  ties;
    act_pid      heard[HEARD]; /* its EXIT has come, or it was unlinked: no more may come */
    unsigned     heard_count;
    act_asker    owed; /* a request that is answered later */
    act_ref      timer;
    _Atomic bool is_alive, has_ended;
};

extern const act_behavior mixed_peer, mixed_clerk, mixed_blocker, mixed_bystander;

/* All that happens in one system. */
extern struct peer      mixed_peers[PEERS_MAX];
extern _Atomic uint32_t mixed_peers_count, mixed_population;
extern _Atomic bool     mixed_is_calm, mixed_stops;
extern _Atomic uint64_t mixed_places[PLACES]; /* the local parts of pids, of living and of dead */

/* Through all systems: what was made must be given back, and what is asked be answered. */
extern _Atomic int64_t  mixed_resources, mixed_values;
extern _Atomic uint64_t mixed_asks, mixed_answers, mixed_exits, mixed_downs, mixed_deaths,
    mixed_notes;
extern act_sender   *mixed_senders[2];
extern act_receiver *mixed_receivers[2];

/* Forgets the peers of the system before. */
void        mixed_cast_begin(void);
act_pid     mixed_any_place(uint64_t random);
act_value   mixed_resource(void);
void        mixed_release_value(void *value);
/* Says what is wrong, and aborts. */
void        mixed_fault(const char *what, act_pid actor) __attribute__((noreturn));
const char *mixed_name(uint64_t random);

#endif
