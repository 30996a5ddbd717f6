# A pipeline in MULTI and EXEC is done as one or not at all. SPDX-License-Identifier: MIT
from kvlib import Client, Kv, Refused, request, verdict

kv = Kv()
client = Client(kv.port)


def transaction(*commands):
    """Sends all at once. Returns: the reply to EXEC."""
    commands = (("MULTI",), *commands, ("EXEC",))
    client.socket.sendall(b"".join(request(*command) for command in commands))
    return [client.read() for _ in commands][-1]


good = transaction(("SET", "account", "100"), ("INCR", "account"))
account = client("GET", "account")
bad = transaction(("SET", "other", "1"), ("NO_SUCH_COMMAND",))
other = client("GET", "other")
verdict(
    good == ["OK", 101] and account == b"101" and isinstance(bad, Refused) and other is None,
    "EXEC: %s, account is %r; with an unknown command: %s, its key is %r"
    % (good, account, bad, other))
