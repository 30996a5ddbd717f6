/* Socket addresses, and accepted connections that are not opened yet. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_ADDRESS_H
#define ACT_ACTOR_IO_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include <actor/io/io.h>

union act__address {
    struct sockaddr     any;
    struct sockaddr_in  v4;
    struct sockaddr_in6 v6;
};

/* An accepted connection. Its holder's. */
struct act_socket {
    int                fd;
    union act__address peer;
};

/* Reads a numeric address. Returns: its length for the system's calls; 0: it is none. */
socklen_t act__address_parse(union act__address *address, const char *host, uint16_t port);
uint16_t  act__address_port(const union act__address *address);
void      act__address_write(const union act__address *address, char *text, size_t text_bytes);

/* Closes without losing errno. */
void act__descriptor_close(int fd);

#endif
