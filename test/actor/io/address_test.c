/* Addresses as text, and accepted connections that are closed unopened. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/address.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <mailbox/base/memory.h>
#include <test/kit/kit.h>

static const char *text_of(const char *host, uint16_t port)
{
    static char        text[80];
    union act__address address;
    socklen_t          length = act__address_parse(&address, host, port);
    ck_assert_uint_eq(length,
                      address.any.sa_family == AF_INET ? sizeof address.v4 : sizeof address.v6);
    ck_assert_uint_eq(act__address_port(&address), port);
    act__address_write(&address, text, sizeof text);
    return text;
}

static void an_address_is_written_as_it_was_read(void)
{
    ck_assert_str_eq(text_of("127.0.0.1", 8080), "127.0.0.1:8080");
    ck_assert_str_eq(text_of("0.0.0.0", 0), "0.0.0.0:0");
    ck_assert_str_eq(text_of("255.255.255.255", 65535), "255.255.255.255:65535");
    ck_assert_str_eq(text_of("::", 1), "[::]:1");
    ck_assert_str_eq(text_of("2001:db8:0:0:0:0:0:17", 443), "[2001:db8::17]:443");
}

static void one_of_ipv4_in_ipv6_is_written_as_such(void)
{
    ck_assert_str_eq(text_of("::ffff:10.1.2.3", 258), "10.1.2.3:258");
    ck_assert_str_eq(text_of("::10.1.2.3", 258), "[::10.1.2.3]:258"); /* this is none */
}

static void what_is_no_numeric_address_is_refused(void)
{
    static const char *const hosts[] = {"",           "localhost", "127.0.0", "127.0.0.256",
                                        "127.0.0.1 ", "[::1]",     "::1::",   "127.0.0.1:80",
                                        "fe80::1%lo", "*"};
    union act__address       address;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        ck_assert_msg(act__address_parse(&address, hosts[i], 80) == 0, "%s", hosts[i]);
}

static void a_text_is_cut_at_its_room(void)
{
    char               text[8];
    union act__address address;
    ck_assert_uint_ne(act__address_parse(&address, "127.0.0.1", 80), 0);
    memset(text, 'x', sizeof text);
    act__address_write(&address, text, 7);
    ck_assert_str_eq(text, "127.0.");
    ck_assert_int_eq(text[7], 'x');
}

static act_socket *accepted(void)
{
    act_socket *socket = act__allocate(sizeof *socket);
    ck_assert_ptr_nonnull(socket);
    socket->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(socket->fd, 0);
    return socket;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void an_unopened_connection_is_closed_and_errno_stays(void)
{
    act_socket *socket = accepted();
    int         fd = socket->fd;
    ck_assert(is_open(fd));
    errno = EDOM;
    act_socket_close(&socket);
    ck_assert_int_eq(errno, EDOM);
    ck_assert_ptr_null(socket);
    ck_assert(!is_open(fd));
    act_socket_close(&socket); /* nothing happens */
    socket = accepted();
    fd = socket->fd;
    act_socket_release(socket);
    ck_assert(!is_open(fd));
    errno = EDOM;
    act__descriptor_close(fd); /* fails, and errno stays all the same */
    ck_assert_int_eq(errno, EDOM);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(an_address_is_written_as_it_was_read),
    TEST_CASE(one_of_ipv4_in_ipv6_is_written_as_such),
    TEST_CASE(what_is_no_numeric_address_is_refused),
    TEST_CASE(a_text_is_cut_at_its_room),
    TEST_CASE(an_unopened_connection_is_closed_and_errno_stays),
    END_OF_CASES,
};
