/* Socket addresses, and accepted connections that are not opened yet. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/address.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mailbox/base/memory.h>

socklen_t act__address_parse(union act__address *address, const char *host, uint16_t port)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        return sizeof address->v4;
    }
    if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        return sizeof address->v6;
    }
    return 0;
}

uint16_t act__address_port(const union act__address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

void act__address_write(const union act__address *address, char *text, size_t text_bytes)
{
    char        host[INET6_ADDRSTRLEN];
    const void *bytes = &address->v4.sin_addr;
    int         family = address->any.sa_family;
    if (family == AF_INET6) {
        bytes = &address->v6.sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr)) { /* came in through a socket for both */
            family = AF_INET;
            bytes = address->v6.sin6_addr.s6_addr + 12;
        }
    }
    if (inet_ntop(family, bytes, host, sizeof host) == NULL)
        host[0] = '\0';
    snprintf(text, text_bytes, family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
             act__address_port(address));
}

void act__descriptor_close(int fd)
{
    int saved = errno;
    close(fd); /* never again after EINTR: Linux has closed it then */
    errno = saved;
}

void act_socket_close(act_socket **socket)
{
    act_socket *mine = *socket;
    if (mine == NULL)
        return;
    *socket = NULL;
    act__descriptor_close(mine->fd);
    act__free(mine);
}

void act_socket_release(void *socket)
{
    act_socket *mine = socket;
    act_socket_close(&mine);
}

void act_socket_args_release(void *args)
{
    act_socket_close(args);
}
