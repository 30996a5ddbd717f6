/* Work that blocks: done on a thread of its own, asked for with a time-out, and cut short. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define SENSOR_VALUE(FIELD) FIELD(1, INT32, value)
#define SENSOR_MESSAGES(MESSAGE)                                                                   \
    MESSAGE(sensor_read, ACT_NO_FIELDS)                                                            \
    MESSAGE(sensor_value, SENSOR_VALUE)
ACT_SCHEMA(sensor, SENSOR_MESSAGES);

/* ---- the sensor: reads a device that answers when it likes ---- */

static int device[2]; /* here it is a pipe, into which the display writes */

/*
 * Waits in slices, and looks between them whether this actor is to end. The thread is its own: no
 * other actor waits with it. Returns: -1 if it is to end.
 */
static int read_device(act_self *self)
{
    struct pollfd input = {.fd = device[0], .events = POLLIN};
    unsigned char byte;
    while (!act_should_end(self)) {
        int ready = poll(&input, 1, 20); /* ms */
        if (ready > 0 && read(device[0], &byte, 1) == 1)
            return byte;
        if (ready > 0)
            act_panic(self, "the device is gone");
    }
    return -1;
}

static void sensor_receive(act_self *self, void *state, const act_message *message)
{
    int value = read_device(self);
    (void)state;
    if (value >= 0)
        act_answer(self, message, sensor_value, .value = value);
}

static void sensor_end(act_self *self, void *state, act_exit_reason reason)
{
    (void)self, (void)state;
    printf("sensor: ends, %s\n", act_exit_kind_text(reason.kind));
}

static const act_behavior sensor = {
    .name = "sensor", .receive = sensor_receive, .terminate = sensor_end};

/* ---- the display: never blocks, whatever the sensor does ---- */

struct display {
    act_pid sensor;
    int     step;
};

static act_result ask_sensor(act_self *self, const struct display *display, act_millis timeout)
{
    act_ref ask;
    return act_ask(self, &ask, display->sensor, timeout, sensor_read);
}

static act_result display_begin(act_self *self, void *state, const void *args)
{
    struct display *display = state;
    act_ref         monitor;
    (void)args;
    act_result result = act_spawn_monitor(self, &display->sensor, &monitor, &sensor, NULL,
                                          ACT_SPAWN_OPTIONS(.blocking = true));
    return result == ACT_OK ? ask_sensor(self, display, ACT_MS(50)) : result;
}

/* The first value answers the ask that has timed out, and is dropped; the second the new one. */
static act_result ask_again(act_self *self, const struct display *display)
{
    if (write(device[1], "AB", 2) != 2)
        return ACT_OS;
    return ask_sensor(self, display, ACT_FOREVER);
}

static act_result next_step(act_self *self, struct display *display)
{
    switch (display->step++) {
    case 0: return ask_again(self, display);
    case 1: return ask_sensor(self, display, ACT_MS(50));
    case 2: /* it is waiting for the device: act_should_end tells it */
        return act_exit_other(self, display->sensor,
                              act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
    default: act_stop(self); return ACT_OK;
    }
}

static void display_receive(act_self *self, void *state, const act_message *message)
{
    if (message->tag == sensor_value_tag)
        printf("display: %c\n", (char)act_view(sensor_value, message)->value);
    else if (message->tag == ACT_MESSAGE_TIMED_OUT)
        printf("display: no value in time\n");
    else if (message->tag == ACT_MESSAGE_DOWN)
        printf("display: the sensor is down\n");
    if (next_step(self, state) != ACT_OK)
        act_panic(self, "cannot ask");
}

static const act_behavior display = {.name = "display",
                                     .state_bytes = sizeof(struct display),
                                     .init = display_begin,
                                     .receive = display_receive};

int main(void)
{
    act_system *system;
    act_pid     pid;
    if (pipe(device) != 0 || act_system_create(&system, NULL) != ACT_OK)
        return 1;
    act_result result = act_system_spawn(system, &pid, &display, NULL, NULL);
    if (result == ACT_OK)
        result = act_system_join(system, pid, NULL, ACT_FOREVER);
    act_system_destroy(&system);
    close(device[0]);
    close(device[1]);
    return result != ACT_OK;
}
