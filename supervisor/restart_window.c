/* A ring of runs of restarts, grown only as restarts happen. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/restart_window.h>

#include <supervisor/memory.h>

void act__restart_window_init(struct act__restart_window *window, uint32_t intensity,
                              act_millis period)
{
    window->intensity = intensity;
    window->period = period;
    window->total = 0;
    window->runs = window->few;
    window->capacity = ACT__WINDOW_RUNS_INLINE;
    window->first = 0;
    window->count = 0;
}

void act__restart_window_fini(struct act__restart_window *window)
{
    if (window->runs != window->few)
        act__supervisor_free(window->runs);
    window->runs = window->few;
    window->count = 0;
}

static struct act__restart_run *run_at(const struct act__restart_window *window, uint32_t place)
{
    return &window->runs[(window->first + place) & (window->capacity - 1)];
}

static void forget_old(struct act__restart_window *window, act_millis now)
{
    while (window->count > 0 && now - run_at(window, 0)->at > window->period) {
        window->total -= run_at(window, 0)->count;
        window->first = (window->first + 1) & (window->capacity - 1);
        window->count--;
    }
}

static bool grow(struct act__restart_window *window)
{
    uint32_t                 capacity = window->capacity * 2;
    struct act__restart_run *runs;

    if (capacity > ACT__WINDOW_RUNS_MAX ||
        (runs = act__supervisor_allocate(capacity * sizeof *runs)) == NULL)
        return false;
    for (uint32_t i = 0; i < window->count; i++)
        runs[i] = *run_at(window, i);
    if (window->runs != window->few)
        act__supervisor_free(window->runs);
    window->runs = runs;
    window->capacity = capacity;
    window->first = 0;
    return true;
}

/* Makes one run of every two; the later time, so that nothing is forgotten too early. */
static void merge_neighbours(struct act__restart_window *window)
{
    for (uint32_t i = 0; i < window->count / 2; i++) {
        struct act__restart_run merged = *run_at(window, 2 * i + 1);
        merged.count += run_at(window, 2 * i)->count;
        *run_at(window, i) = merged;
    }
    window->count /= 2; /* even: the ring was full */
}

static void add(struct act__restart_window *window, act_millis now)
{
    struct act__restart_run run = {now, 1};

    window->total++;
    if (window->count > 0 && run_at(window, window->count - 1)->at == now) {
        run_at(window, window->count - 1)->count++;
        return;
    }
    if (window->count == window->capacity && !grow(window))
        merge_neighbours(window);
    *run_at(window, window->count++) = run;
}

bool act__restart_window_allows(struct act__restart_window *window, act_millis now)
{
    forget_old(window, now);
    add(window, now);
    return window->total <= window->intensity;
}
