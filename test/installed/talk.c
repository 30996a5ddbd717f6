/* A client for scripts: sends what it reads, ends its side, and writes what comes until the end. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns: whether there was anything. */
static int pass(int from, int to)
{
    char    bytes[4096];
    ssize_t count = read(from, bytes, sizeof bytes);
    return count > 0 && write(to, bytes, (size_t)count) == count;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int                server = socket(AF_INET, SOCK_STREAM, 0);
    struct pollfd      both[] = {{.fd = server, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    address.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0)
        return 1;
    while (poll(both, 2, 60000) > 0) {
        if (both[0].revents != 0 && !pass(server, 1))
            return 0;
        if (both[1].revents != 0 && !pass(0, server)) {
            shutdown(server, SHUT_WR);
            both[1].fd = -1;
        }
    }
    return 1;
}
