/* A protocol whose messages own something, for the tests of resources. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_MAILBOX_SCHEMA_CARRIER_H
#define TEST_MAILBOX_SCHEMA_CARRIER_H

#include <mailbox/schema/schema.h>

#define CRATE(FIELD) FIELD(1, TEXT, label) FIELD(2, RESOURCE, content)
ACT_STRUCT(crate, CRATE);

#define CARRIER_SOCKET(FIELD) FIELD(1, RESOURCE, socket)
#define CARRIER_NAMED(FIELD)  FIELD(1, TEXT, name) FIELD(2, RESOURCE, socket)
#define CARRIER_EMPTY(FIELD)  FIELD(1, OPTIONAL(TEXT), note)
#define CARRIER_MESSAGES(MESSAGE)                                                                  \
    MESSAGE(carrier_socket, CARRIER_SOCKET)                                                        \
    MESSAGE(carrier_named, CARRIER_NAMED)                                                          \
    MESSAGE(carrier_empty, CARRIER_EMPTY)
ACT_SCHEMA(carrier, CARRIER_MESSAGES);

/* Resources wherever there can be one. */
#define FLEET_ALL(FIELD)                                                                           \
    FIELD(1, RESOURCE, one)                                                                        \
    FIELD(2, OPTIONAL(RESOURCE), maybe)                                                            \
    FIELD(3, ARRAY(RESOURCE, 2), both)                                                             \
    FIELD(4, LIST(RESOURCE), many)                                                                 \
    FIELD(5, STRUCT(crate), crate)                                                                 \
    FIELD(6, LIST(STRUCT(crate)), crates)                                                          \
    FIELD(7, UNION(carrier), carrier)                                                              \
    FIELD(8, LIST(UNION(carrier)), carriers)                                                       \
    FIELD(9, SECRET(RESOURCE), hidden)
#define FLEET_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(fleet_all, FLEET_ALL)                                                                  \
    MESSAGE(fleet_nothing, ACT_NO_FIELDS)
ACT_SCHEMA(fleet, FLEET_MESSAGES);

#endif
