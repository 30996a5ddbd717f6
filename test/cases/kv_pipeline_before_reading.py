# A client that writes all before it reads is answered, or closed at a told bound.
# SPDX-License-Identifier: MIT
import socket

from kvlib import Client, Kv, request, verdict

GET = request("GET", "k")


def pipeline(kv, count, value_bytes):
    """Returns: what happens to a client that reads nothing before it has written everything."""
    client = Client(kv.port)
    client("SET", "k", b"x" * value_bytes)
    try:
        client.socket.sendall(GET * count)
        for _ in range(count):
            if len(client.read()) != value_bytes:
                return "a wrong value"
    except socket.timeout:
        return "stuck"
    except (EOFError, ConnectionError):
        return "closed"
    return "answered"


kv = Kv()
seen = [pipeline(kv, *what) for what in ((10000, 1000), (100000, 100), (300000, 100))]
serves = Client(kv.port)("PING") == "PONG"

bounded = Kv("--backlog", "1")
above = pipeline(bounded, 1000000, 100)
serves = serves and Client(bounded.port)("PING") == "PONG"
is_told = bounded.has_logged("sent more than --backlog allows")
verdict(
    seen == ["answered"] * 3 and above == "closed" and is_told and serves,
    "up to 300,000 at once: %s; above --backlog: %s, %s; others are %s"
    % (seen, above, "told" if is_told else "not told", "served" if serves else "not served"))
