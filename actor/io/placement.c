/* On which worker a connection is served. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/placement.h>

#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>

/*
 * Actors are bound while they have a connection, so none can be stolen: where they are is decided
 * when they open the first one, for as long as it lasts. An actor is mostly spawned by the one that
 * accepts, and would have its first turn, too, on that one's worker: all would be there. So it goes
 * where the fewest connections are, and stays where it is if there are no fewer elsewhere, as a
 * move costs a wake-up. Nothing is known yet of how busy a new connection will be; what the workers
 * do besides can be stolen by those with less.
 *
 * Counts may be some connections old when they are read (relaxed): two that open at once may choose
 * the same worker, and the next sees both.
 */

static struct act__loop *find_lightest(struct act__executor *executor, struct act__loop *own)
{
    struct act__loop *lightest = own;
    uint32_t          fewest = act__load(&own->connections_count);
    for (uint32_t i = 1; i < executor->workers_count && fewest != 0; i++) {
        struct act__loop *other =
            executor->operations->loop_at(executor, (own->index + i) % executor->workers_count);
        uint32_t count = act__load(&other->connections_count);
        if (count < fewest) {
            fewest = count;
            lightest = other;
        }
    }
    return lightest;
}

struct act__loop *act__placement_begin(const act_self *self)
{
    struct act__executor *executor = self->worker->run.executor;
    struct act__loop     *loop;
    uint16_t              route = act__load(&self->task.route);
    if (route == ACT__ROUTE_ANY)
        loop = find_lightest(executor, self->worker->run.loop);
    else /* it is bound already, perhaps to a worker that it has not come to */
        loop = executor->operations->loop_at(executor, route - 1u);
    act__add(&loop->connections_count, 1);
    return loop;
}

void act__placement_move(struct act__loop *from, struct act__loop *to)
{
    act__sub(&from->connections_count, 1);
    act__add(&to->connections_count, 1);
}

void act__placement_end(struct act__loop *loop)
{
    act__sub(&loop->connections_count, 1);
}
